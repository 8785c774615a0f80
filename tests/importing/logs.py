"""Made-up logs of repair shops, in XES and in the words of the phone repair example."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

from application.importing.log_map import LogMap, map_in
from recourse.maps import shipped

BEGINNING = datetime(2020, 1, 6, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAMESPACE = "http://www.xes-standard.org/"


class Said(NamedTuple):
    """An event of a log."""

    activity: str
    at: datetime
    lifecycle: str = "complete"
    more: Mapping[str, str] = {}


Told = Mapping[str, Sequence[Said]]
"""The events of each trace."""


def phone_repair() -> LogMap:
    """The map that ships."""
    return map_in(shipped()["phone-repair"])


# ── made up ─────────────────────────────────────────────────────────────────


def repairs(cases: int, seed: int = 1) -> dict[str, list[Said]]:
    """So many phones repaired, some of them more than once."""
    random = Random(seed)
    return {
        f"case {number}": list(repair(random, BEGINNING + number * 7 * MINUTE))
        for number in range(1, cases + 1)
    }


def repair(random: Random, at: datetime) -> Iterator[Said]:
    def soon() -> datetime:
        nonlocal at
        at += random.randint(1, 20) * MINUTE
        return at

    yield Said("Register", at)
    yield Said("Analyze Defect", soon(), "start")
    found = {"defectType": str(random.randint(1, 9)), "phoneType": f"T{random.randint(1, 3)}"}
    yield Said("Analyze Defect", soon(), more=found)
    work = random.choice(("Repair (Simple)", "Repair (Complex)"))
    while True:
        yield Said(work, soon(), "start")
        yield Said(work, soon())
        yield Said("Test Repair", soon(), "start")
        fixed = random.random() < 0.7
        yield Said("Test Repair", soon(), more={"defectFixed": str(fixed).lower()})
        if fixed:
            break
        yield Said("Restart Repair", soon())
    yield Said("Inform User", soon())
    yield Said("Archive Repair", soon())


# ── as XES ──────────────────────────────────────────────────────────────────


def xes(told: Told, namespace: str = NAMESPACE) -> str:
    """The log as tools write it."""
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0"{xmlns}>\n'
        '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>\n'
        '<global scope="event"><string key="concept:name" value="__INVALID__"/></global>\n'
        f'<string key="source" value="made up"/>\n{"".join(map(trace, told.items()))}</log>\n'
    )


def trace(told: tuple[str, Iterable[Said]]) -> str:
    name, events = told
    return f"<trace>\n{string('concept:name', name)}{''.join(map(event, events))}</trace>\n"


def event(said: Said) -> str:
    facts = {
        "org:resource": "Tester3",
        "concept:name": said.activity,
        "lifecycle:transition": said.lifecycle,
        **said.more,
    }
    texts = "".join(string(*fact) for fact in facts.items())
    when = f'<date key="time:timestamp" value="{said.at.isoformat(timespec="milliseconds")}"/>\n'
    return f"<event>\n{texts}{when}</event>\n"


def string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>\n"


def written(told: Told, directory: Path, **how: Any) -> Path:
    """The log as a file."""
    file = directory / "history.xes.gz"
    file.write_bytes(gzip.compress(xes(told, **how).encode(), 1))
    return file
