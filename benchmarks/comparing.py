"""Two ways of doing the same, in turns, so that a slow minute of the machine slows both."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

WARMING = 2  # rounds that do not count: connections open, plans and caches are made
ROUNDS = 9
ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"

Measure = Callable[[], float]  # one round; what it gives is better the higher it is


@dataclass(frozen=True)
class Comparison:
    """Medians of the rounds, of the ratio too: a slow minute slows both sides of a round. A ratio
    over one says that ours is better."""

    name: str
    unit: str
    ours: float
    reference: float
    reference_name: str
    ratio: float


@dataclass(frozen=True)
class Shares:
    """Where the time of one thing goes: milliseconds, by what they are spent on."""

    title: str
    milliseconds: Mapping[str, float]


def compare(
    name: str, unit: str, ours: Measure, reference_name: str, reference: Measure
) -> Comparison:
    rounds = [(ours(), reference()) for _ in range(WARMING + ROUNDS)][WARMING:]
    mine, theirs = (round(median(column), 1) for column in zip(*rounds, strict=True))
    ratio = median(one / other for one, other in rounds)
    return Comparison(name, unit, mine, theirs, reference_name, round(ratio, 2))


def comparison(
    name: str, unit: str, ours: float, reference_name: str, reference: float, *, less: bool = False
) -> Comparison:
    """Of two figures that were measured in turns. `less` is better of times and costs."""
    ratio = reference / ours if less else ours / reference
    figures = round(ours, 2), round(reference, 2)
    return Comparison(name, unit, *figures, reference_name, round(ratio, 2))


def written(found: Iterable[Comparison | Shares], server: str) -> str:
    """The document and the results, written anew."""
    found = list(found)
    rows = [asdict(each) for each in found if isinstance(each, Comparison)]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")
    text = document(found, server)
    DOCUMENT.write_text(text)
    return text


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def document(found: Iterable[Comparison | Shares], server: str) -> str:
    found = list(found)
    table = "\n".join(line(each) for each in found if isinstance(each, Comparison))
    profiles = "".join(section(each) for each in found if isinstance(each, Shares))
    return f"""# Performance

`make bench` measures what is below and writes this page and `benchmarks/results/latest.json`.
Only the ratios mean something elsewhere: over one, ours is better. Both sides run in turns, in one
process, against one server with PostgreSQL's own durability settings. Each figure is the median of
{ROUNDS} rounds after {WARMING} that do not count. So is each ratio, since a slow minute slows both
sides of a round. p50 and p99 are of all samples.

The library's table has three indexes, as ours: its own two, and one by topic and a further id as
ours by type and correlation. Receipts with their key have no counterpart there. One writer of ours
is a thread, as a command line or a reaction is; several are tasks of one event loop of the kind of
the server's, as requests are, unless a row says that they are threads. The library's are threads.

The list as of another moment each time takes its moments at random from all of the log in which the
rows are there, and gives them as a variable; that as of one moment has it written in the document.
Both are asked for again and again, so that where to stop looking is remembered (decision 9).

Measured on {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()},
{server}.

| what | ours | reference | which is | ratio |
|---|---:|---:|---|---:|
{table}
{profiles}"""


def line(row: Comparison) -> str:
    return (
        f"| {row.name} | {figure(row.ours)} {row.unit} | {figure(row.reference)} "
        f"| {row.reference_name} | {row.ratio:.2f} |"
    )


def section(profile: Shares) -> str:
    whole = sum(profile.milliseconds.values())
    table = "\n".join(
        f"| {what} | {spent:.2f} | {spent / whole:.0%} |"
        for what, spent in profile.milliseconds.items()
    )
    return f"""
## {profile.title}

| on | ms | share |
|---|---:|---:|
{table}
"""
