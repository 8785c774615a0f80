"""The life of a clock: what its marks say, in the order in which they happened (SLA-1, SLA-1d)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from domain.intervals import Interval, union, within
from domain.sla.marks import (
    Cancelled,
    Mark,
    MissRecorded,
    Paused,
    Reopened,
    Resumed,
    Retargeted,
    Started,
    Stopped,
)
from domain.sla.targets import Aim
from domain.working_time import Instants

NEVER = datetime.max.replace(tzinfo=UTC)
CLOSED = "closed"
"""The reason of the time between a stop and a reopening."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why it waited, and on whose word; without an end it still waits."""

    since: datetime
    reason: str
    actor: str = ""
    until: datetime = NEVER
    event: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """An aim while it holds: counted from a start, until another replaces it."""

    aim: Aim
    start: datetime
    since: datetime
    event: str
    until: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Life:
    """What the marks until a moment say about a clock."""

    held: tuple[Held, ...]
    pauses: tuple[Pause, ...] = ()
    recorded: tuple[MissRecorded, ...] = ()
    end: Stopped | Cancelled | None = None

    @property
    def over_at(self) -> datetime | None:
        return self.end.at if self.end else None

    @property
    def targets(self) -> tuple[Held, ...]:
        """The aims that held before it was over; the last is the one that decides."""
        over_at = self.over_at or NEVER
        return tuple(held for held in self.held if held.since <= over_at)

    def waited(self, held: Held, until: datetime) -> tuple[Instants, ...]:
        """The pauses that count for an aim until a moment, as a union in order."""
        intervals = union(Interval(pause.since, pause.until) for pause in self.pauses)
        return within(intervals, Interval(held.start, until))

    def waits_at(self, moment: datetime) -> bool:
        return any(pause.since <= moment < pause.until for pause in self.pauses)


def life_of(marks: Iterable[Mark], until: datetime = NEVER) -> Life | None:
    """The last run of a clock in the marks until a moment; None if it never started.

    The marks may come in any order: they are taken by their time, and as given at the same time.
    """
    life: Life | None = None
    for mark in sorted((m for m in marks if m.at <= until), key=lambda mark: mark.at):
        if isinstance(mark, Started):
            life = started(life, mark)
        elif life is not None:
            life = marked(life, mark)
    return life


def started(life: Life | None, mark: Started) -> Life:
    if life is not None and life.end is None:
        return life
    return Life(held=(Held(mark.aim, start=mark.at, since=mark.at, event=mark.event),))


def marked(life: Life, mark: Mark) -> Life:
    match mark:
        case Paused(at=at, reason=reason, actor=actor, event=event):
            pause = Pause(at, reason, actor, event=event)
            return replace(life, pauses=(*life.pauses, pause))
        case Resumed(at=at, reason=reason):
            return replace(life, pauses=ended(life.pauses, at, reason))
        case Stopped() | Cancelled() if life.end is None:
            return replace(life, end=mark, pauses=ended(life.pauses, mark.at))
        case Reopened(at=at) if isinstance(life.end, Stopped):
            closed = Pause(life.end.at, CLOSED, until=at, event=life.end.event)
            return replace(life, end=None, pauses=(*life.pauses, closed))
        case Retargeted():
            return replace(life, held=retargeted(life.held, mark))
        case MissRecorded():
            return replace(life, recorded=(*life.recorded, mark))
        case Started() | Stopped() | Cancelled() | Reopened():
            return life
        case never:
            assert_never(never)


def ended(pauses: tuple[Pause, ...], at: datetime, reason: str | None = None) -> tuple[Pause, ...]:
    """The pauses for a reason, or for any, are over."""
    return tuple(
        replace(pause, until=at)
        if pause.until == NEVER and reason in {None, pause.reason}
        else pause
        for pause in pauses
    )


def retargeted(held: tuple[Held, ...], mark: Retargeted) -> tuple[Held, ...]:
    *before, last = held
    start = mark.at if mark.restart else last.start
    return (*before, replace(last, until=mark.at), Held(mark.aim, start, mark.at, mark.event))
