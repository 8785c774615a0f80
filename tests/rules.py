"""Which tests pin which rules of the organisation's rulebook.

`@rule("REP-7")` stands on a test, a class of tests, or one case (`pytest.param(…, marks=rule(…))`).
It counts only for a test that goes through a decision or the API while it runs, shared fixtures
apart: a marked test that does neither fails. So `docs/rules.md` may say what is pinned from the
marks alone. A test of a function that rules are made of, by itself, is `@part_of("REG-5")`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import httpx2
import pytest

from application import handling

P = ParamSpec("P")
R = TypeVar("R")
ROOT: Final = Path(__file__).parent.parent
LAYERS: Final = ("domain", "application", "projections", "processes", "api", "recourse")
LANGUAGES: Final = {".py", ".sql"}  # a number that nothing reads yet is no rule


# ── the ids of the rulebook ─────────────────────────────────────────────────


def numbered(prefix: str, *numbers: int | str) -> tuple[str, ...]:
    return tuple(f"{prefix}-{number}" for number in numbers)


SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "People, roles, segregation": numbered("SEG", *range(1, 7)),
    "Registry": numbered("REG", 1, 2, 3, 4, 5, "5a", 6, 7),
    "Contacts and work requests": numbered("CON", *range(1, 8)),
    "Repair orders": numbered("REP", *range(1, 13)),
    "Exchanges": numbered("EXC", *range(1, 8)),
    "Field orders": numbered("FLD", *range(1, 12)),
    "Accidents": numbered("ACC", 1),
    "Complaints": numbered("CMP", *(f"L{number}" for number in range(1, 8))),
    "Tools": numbered("CUS", *range(1, 9)),
    "Stocktakes": numbered("STK", 1, 2),
    "Spare units": numbered("SPR", *range(1, 6)),
    "Liability": numbered("LIA", 1, "1a", 2),
    "Claims": numbered("CLM", 1, 2, 3, 4, 5, 6, "6a", 7, 8, 9, 10),
    "Old parts": numbered("OLD", *range(1, 4)),
    "Campaigns": numbered("CMP", *range(1, 6)),
    "Maintenance and stock machines": numbered("MNT", 1, 2) + numbered("STM", 1),
    "Credit notes and reconciliation": numbered("CRN", *range(1, 14)),
    "Deadlines": numbered("SLA", 1, "1a", "1b", "1c", "1d", "1e", 2, 3, 4),
    "Audit": numbered("AUD", *range(1, 6)),
    "Figures": numbered("KPI", 1, 2),
}
RULES: Final = frozenset(id for ids in SECTIONS.values() for id in ids)
PREFIXES: Final = "|".join(sorted({id.partition("-")[0] for id in RULES}))
ID: Final = re.compile(rf"\b(?:{PREFIXES})-L?\d+[a-z]?\b")


# ── marks that count ────────────────────────────────────────────────────────


def rule(*ids: str) -> pytest.MarkDecorator:
    """Marks a test with the rules that it pins. Raises ValueError for what is no rule."""
    return pytest.mark.rule(*known(ids))


def part_of(*ids: str) -> pytest.MarkDecorator:
    """Marks a test of a function that these rules are made of, apart from any decision."""
    return pytest.mark.part_of(*known(ids))


def known(ids: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := set(ids) - RULES:
        raise ValueError(f"The rulebook has no {', '.join(sorted(unknown))}.")
    return ids


PASSAGES: Final[list[str]] = []
"""What the running test went through: commands put to a decision, requests sent to the API."""


def noted(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which is such a passage."""

    @wraps(function)
    def passage(*args: P.args, **kwargs: P.kwargs) -> R:
        PASSAGES.append(function.__name__)
        return function(*args, **kwargs)

    return passage


@pytest.fixture(scope="session", autouse=True)
def _passages_are_noted() -> Iterator[None]:
    """Those of the program do what they do, and are noted."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(handling, "decided", noted(handling.decided))
        patching.setattr(httpx2.Client, "send", noted(httpx2.Client.send))
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(*ids): the rules that it pins")
    config.addinivalue_line("markers", "part_of(*ids): the rules that what it tests is part of")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fails a marked test that went through neither a decision nor the API."""
    PASSAGES.clear()
    yield
    pinned = [id for mark in item.iter_markers("rule") for id in mark.args]
    if pinned and not PASSAGES:
        pytest.fail(
            f"It is marked with {', '.join(pinned)}, but neither decided anything nor asked the "
            "API while it ran. Test the rule through one of them, or take the mark away.",
            pytrace=False,
        )


# ── where rules stand ───────────────────────────────────────────────────────

Places = Mapping[str, list[str]]


def by_rule(found: Iterable[tuple[Path, set[str]]]) -> Places:
    places = defaultdict(list)
    for file, ids in sorted(found):
        for id in ids:
            places[id].append(file.relative_to(ROOT).as_posix())
    return places


@cache
def enforced() -> Places:
    """The files of the program that name a rule."""
    files = (file for layer in LAYERS for file in (ROOT / layer).rglob("*"))
    programs = (file for file in files if file.suffix in LANGUAGES)
    return by_rule((file, {*ID.findall(file.read_text("utf-8"))}) for file in programs)


@cache
def marked(mark: str) -> Places:
    """The files of tests with such a mark, by the rules that it names."""
    return by_rule((file, {*marks(file, mark)}) for file in (ROOT / "tests").rglob("test_*.py"))


def marks(file: Path, mark: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=ids):
                if name == mark:
                    yield from (id.value for id in ids if isinstance(id, ast.Constant))


# ── the page ────────────────────────────────────────────────────────────────

INTRODUCTION = """\
# Rules

The program follows a rulebook of what after-sales organisations do, and names its rules by their
ids. Here is where each stands: in the files that name it because they enforce it or show what came
of it, and in the tests that pin it. A test pins a rule only if it goes through a decision or the
API while it runs, and fails if it is marked so and does neither. Functions that rules are made of,
such as the working time between two moments, are tested by themselves as well; those tests stand
in the last column.
"""
HEAD = """\
| rule | in the code | pinned by | parts of it tested in |
| --- | --- | --- | --- |
"""


def page() -> str:
    found = enforced(), marked("rule"), marked("part_of")
    return INTRODUCTION + "".join(section(title, ids, *found) for title, ids in SECTIONS.items())


def section(title: str, ids: tuple[str, ...], code: Places, tests: Places, parts: Places) -> str:
    tested = [id for id in ids if id in code and (id in tests or id in parts)]
    rows = (row(code[id], tests.get(id, []), parts.get(id, []), id=id) for id in tested)
    named = [f"{id} ({', '.join(code[id])})" for id in ids if id in code and id not in tested]
    missing = [id for id in ids if id not in code]
    return "".join(
        [
            f"\n## {title}\n",
            f"\n{HEAD}{''.join(rows)}" if tested else "",
            f"\nNamed in the code, pinned by no test: {', '.join(named)}.\n" if named else "",
            f"\nNot built yet: {', '.join(missing)}.\n" if missing else "",
        ]
    )


def row(*places: Iterable[str], id: str) -> str:
    return f"| {id} | {' | '.join('<br>'.join(files) or '—' for files in places)} |\n"
