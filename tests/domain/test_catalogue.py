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
from domain.messages import Refusal
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


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the scenarios produce: run in a process of their own, all of them, and all passing."""
    record = tmp_path_factory.mktemp("scenarios") / "produced"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    deselected = [f"--ignore={HERE / name}" for name in (Path(__file__).name, "properties")]
    run = subprocess.run(
        [*command, str(HERE), *deselected],
        env=os.environ | {RECORD: str(record)},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return set(record.read_text().split())


def test_every_event_is_produced_by_a_scenario(produced: set[str]) -> None:
    assert set(EVENT_TYPES) - produced == set()


def test_every_refusal_is_produced_by_a_scenario(produced: set[str]) -> None:
    assert {name_of(refusal) for refusal in every_refusal()} - produced == set()


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_event_is_documented(event: str) -> None:
    assert f"| `{event}` |" in (DOCS / "events.md").read_text()


@pytest.mark.parametrize("refusal", every_refusal(), ids=name_of)
def test_every_refusal_is_documented_with_its_rule(refusal: type[Refusal]) -> None:
    documented = (DOCS / "refusals.md").read_text()
    assert f"| `{refusal.__name__}` | {refusal.code} | {refusal.rule or '—'} |" in documented


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_event_says_what_happened(event: str) -> None:
    assert (EVENT_TYPES[event].__doc__ or "").endswith(".")


@pytest.mark.parametrize("command", AGGREGATE_OF, ids=lambda command: command.__name__)
def test_every_command_says_what_is_wished_and_by_whom(command: type) -> None:
    assert command.__doc__ and command.roles  # type: ignore[attr-defined]
