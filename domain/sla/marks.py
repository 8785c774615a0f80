"""What happens to a clock: marks, read off the events that its deadline names (SLA-1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.policy_content import Deadline
from domain.sla.targets import Aim, Due


@dataclass(frozen=True, slots=True)
class Started:
    """It begins to run; while one runs, another start changes nothing."""

    at: datetime
    aim: Aim
    event: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
    """It waits, for a reason. Pauses for several reasons may overlap."""

    at: datetime
    reason: str
    actor: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It waits no longer for that reason, or for none."""

    at: datetime
    reason: str | None = None
    event: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What it measures is done."""

    at: datetime
    event: str = ""


@dataclass(frozen=True, slots=True)
class Reopened:
    """It was not done after all: it goes on, and the time between does not count (SLA-1d)."""

    at: datetime
    event: str = ""


@dataclass(frozen=True, slots=True)
class Retargeted:
    """Another severity, policy or calendar holds from now on (SLA-1c).

    The new target is counted from the original start with the pauses carried over, unless the
    clock restarts here.
    """

    at: datetime
    aim: Aim
    restart: bool = False
    event: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """No deadline holds any more."""

    at: datetime
    event: str = ""


@dataclass(frozen=True, slots=True)
class MissRecorded:
    """It is on record that the deadline passed, and from when: that stays, whatever comes later
    (SLA-1c).
    """

    at: datetime
    aim: Aim
    due: Due
    event: str = ""


Mark: TypeAlias = (
    Started | Paused | Resumed | Stopped | Reopened | Retargeted | Cancelled | MissRecorded
)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, as far as a clock looks at it."""

    type_name: str
    at: datetime
    event: str = ""
    actor: str = ""


def marks_of(aim: Aim, events: Iterable[Happened]) -> Iterator[Mark]:
    """The marks that the events leave on a clock with this aim, by the names its deadline has for
    them. One event may leave several: where it stops and starts a clock, it stops first.
    """
    deadline = aim.deadline
    for event in events:
        if event.type_name in deadline.stops_on:
            yield Stopped(event.at, event.event)
        if event.type_name in deadline.starts_on:
            yield Started(event.at, aim, event.event)
        if event.type_name in deadline.resumes_on:
            yield Resumed(event.at, reason_ended_by(deadline, event.type_name), event.event)
        if event.type_name in deadline.pauses_on:
            yield Paused(event.at, event.type_name, event.actor, event.event)


def reason_ended_by(deadline: Deadline, type_name: str) -> str | None:
    """The pause that an event ends: the one named in the same place, else whichever it is."""
    if len(deadline.pauses_on) != len(deadline.resumes_on):
        return None
    return deadline.pauses_on[deadline.resumes_on.index(type_name)]
