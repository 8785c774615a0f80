"""Has a scenario produced each event and each refusal? Asked at the end of a run of all of them.

What the scenarios of passed tests produced is kept in every process of the run and compared in the
first, where the answer counts as one more test: no scenario has to run twice for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final

import pytest

import domain
from application.aggregates import EVENT_TYPES
from domain.messages import Refusal
from tests.scenario import PRODUCED

SCENARIOS: Final = Path(__file__).parent / "domain"
NAME: Final = "tests/domain::every_event_and_every_refusal_is_produced_by_a_scenario"
OUTCOME: Final = pytest.StashKey[bool]()
PASSED: Final[set[str]] = set()
"""Names of what the scenarios of this run produced."""
LEFT_OUT: Final = set(SCENARIOS.rglob("test_*.py"))
"""Files of scenarios that this run was not asked for, or not whole."""
DESELECTED: Final[set[Path]] = set()


# ── what there is ───────────────────────────────────────────────────────────

NEVER_RAISED_AS_SUCH = {
    "domain.messages.Refusal",
    "domain.messages.NotFound",
    "domain.uniqueness.AlreadyTaken",
}
"""Kinds of refusal: what is raised are their kinds in turn."""


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from refusals(child)


def name_of(refusal: type[Refusal]) -> str:
    return f"{refusal.__module__}.{refusal.__name__}"


@cache
def every_refusal() -> tuple[type[Refusal], ...]:
    for module in walk_packages(domain.__path__, "domain."):
        import_module(module.name)
    of_domain = {r for r in refusals() if r.__module__.startswith("domain.")}
    raised = (r for r in of_domain if name_of(r) not in NEVER_RAISED_AS_SUCH)
    return tuple(sorted(raised, key=name_of))


def everything() -> set[str]:
    return set(EVENT_TYPES) | {name_of(refusal) for refusal in every_refusal()}


# ── what was produced ───────────────────────────────────────────────────────


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[OUTCOME] = report.passed
    return report


@pytest.fixture(autouse=True)
def _what_passed_is_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """A random history does not count: it may not come about again."""
    PRODUCED.clear()
    yield
    by_scenario = request.path.is_relative_to(SCENARIOS) and "properties" not in request.path.parts
    if by_scenario and request.node.stash.get(OUTCOME, False):
        PASSED.update(PRODUCED)


def pytest_deselected(items: list[pytest.Item]) -> None:
    DESELECTED.update(item.path for item in items)


def pytest_collection_finish(session: pytest.Session) -> None:
    if not any("::" in argument for argument in session.config.args):
        LEFT_OUT.difference_update({item.path for item in session.items} - DESELECTED)


# ── the answer ──────────────────────────────────────────────────────────────


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of the run has finished; all of them were asked for the same."""
    told = getattr(node, "workeroutput", None)
    if told is not None:
        PASSED.update(told["produced"])
        LEFT_OUT.intersection_update(map(Path, told["left_out"]))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        left_out = [str(file) for file in LEFT_OUT]
        config.workeroutput |= {"produced": sorted(PASSED), "left_out": left_out}
    elif not (LEFT_OUT or session.testsfailed or session.shouldstop):
        answer(session, everything() - PASSED)


def answer(session: pytest.Session, missing: set[str]) -> None:
    report = pytest.TestReport(
        nodeid=NAME,
        location=("tests/domain", None, NAME),
        keywords={},
        outcome="failed" if missing else "passed",
        longrepr=f"No scenario produces {', '.join(sorted(missing))}." if missing else None,
        when="call",
    )
    session.config.hook.pytest_runtest_logreport(report=report)
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
