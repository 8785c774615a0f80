"""Everything the domain can say is documented. That scenarios say it: `tests/produced.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.aggregates import AGGREGATE_OF, EVENT_TYPES
from domain.messages import Command, Event, Refusal
from tests.produced import every_refusal, name_of

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


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
