"""Everything the domain can say is said by a scenario that passed, and is documented."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import domain
from application.aggregates import AGGREGATE_OF, EVENT_TYPES
from domain.messages import Command, Event, Refusal
from tests.domain.conftest import RECORD

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
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


def produced_by_scenarios(record: Path) -> set[str]:
    """What the scenarios produce: run in a process of their own, all of them, and all passing."""
    options = ["-q", "-p", "no:cacheprovider", "-n0"]
    left_out = [f"--ignore={HERE / name}" for name in (Path(__file__).name, "properties")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *left_out, str(HERE)],
        env=os.environ | {RECORD: str(record)},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return set(record.read_text().split())


def test_every_event_and_every_refusal_is_produced_by_a_scenario(tmp_path: Path) -> None:
    produced = produced_by_scenarios(tmp_path / "produced")
    catalogue = set(EVENT_TYPES) | {name_of(refusal) for refusal in every_refusal()}
    assert catalogue - produced == set()


def subclasses_in_domain(base: type) -> set[type]:
    """Every class of messages that the domain declares, but for those made to be subclassed.

    Tests subclass messages too; theirs do not count.
    """
    every_refusal()  # so that every module is imported
    ours = {c for c in base.__subclasses__() if c.__module__.startswith("domain.")}
    return set().union(*(subclasses_in_domain(child) or {child} for child in ours))


def test_no_event_and_no_command_is_left_out_of_its_union() -> None:
    assert subclasses_in_domain(Event) == set(EVENT_TYPES.values())
    assert subclasses_in_domain(Command) == set(AGGREGATE_OF)


def what_it_means(message: type) -> str:
    """The docstring, which is also what the documentation says."""
    return " ".join((message.__doc__ or "").split())


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_event_is_documented(event: str) -> None:
    row = f"| `{event}` | {what_it_means(EVENT_TYPES[event])} |"
    assert row in (DOCS / "events.md").read_text().splitlines()


@pytest.mark.parametrize("refusal", every_refusal(), ids=name_of)
def test_every_refusal_is_documented_with_its_rule(refusal: type[Refusal]) -> None:
    rule = refusal.rule or "—"
    row = f"| `{refusal.__name__}` | {refusal.code} | {rule} | {what_it_means(refusal)} |"
    assert row in (DOCS / "refusals.md").read_text().splitlines()


@pytest.mark.parametrize("command", AGGREGATE_OF, ids=lambda command: command.__name__)
def test_every_command_says_what_is_wished_and_by_whom(command: type) -> None:
    assert command.__doc__ and command.roles  # type: ignore[attr-defined]
