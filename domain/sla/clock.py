"""A clock read at a moment: state, due time, misses and levels (SLA-1, SLA-1c, SLA-1d).

Nothing here is kept: the same marks give the same reading, so that a late fact or a corrected time
recomputes it (SLA-4), and as of any moment only the marks until then are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from domain.intervals import Interval
from domain.messages import Message, Moment
from domain.policies import Pin
from domain.policy_content import Level
from domain.sla.life import NEVER, Held, Life, life_of
from domain.sla.marks import Cancelled, Mark
from domain.sla.targets import Aim, Due, due_of, shifted, time_of
from domain.working_time import NOTHING, Instants


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Target(Message):
    """What was due under a version of a deadline, as it stood when it was replaced, if it was."""

    policy: Pin
    since: Moment
    due: Due
    event: str  # that brought it


class Miss(Message):
    """A deadline passed: under which version, when it was due, and from when it was so.

    That may be later than the due time, if the target came to hold after it.
    """

    policy: Pin
    due: Due
    at: Moment


class Reached(Message):
    """A warning or an escalation. `at_once`: it was past when its target came to hold."""

    policy: Pin
    level: Level
    at: Moment
    at_once: bool


class Reading(Message):
    """A clock at a moment.

    `used`, `left` and `over` are the time that the target is told in: open time for working time,
    elapsed time for the rest. While it waits, `due` is as if it went on now.
    """

    state: ClockState
    started_at: Moment
    ended_at: Moment | None
    ended_by: str  # the event; what started it is that of the first target
    due: Due
    used: timedelta
    left: timedelta
    over: timedelta
    targets: tuple[Target, ...]
    misses: tuple[Miss, ...]
    levels: tuple[Reached, ...]
    wakes_at: Moment | None


def read(marks: Iterable[Mark], now: datetime) -> Reading | None:
    """The clock at a moment; None before it starts."""
    life = life_of(marks, now)
    return read_life(life, now) if life else None


def read_life(life: Life, now: datetime) -> Reading:
    end = life.over_at or now
    held, time = life.targets[-1], time_of(life.targets[-1].aim)
    waited = life.waited(held, end)
    due = due_of(held.aim, held.start, waited)
    return Reading(
        state=state_of(life, due, end),
        started_at=held.start,
        ended_at=life.over_at,
        ended_by=life.end.event if life.end else "",
        due=due,
        used=time.between(held.start, end)
        - sum((time.between(*pause) for pause in waited), NOTHING),
        left=time.between(end, due.at),
        over=time.between(due.at, end),
        targets=tuple(target_of(life, held, end) for held in life.targets),
        misses=misses(life, end),
        levels=reached(life, now),
        wakes_at=wakes_at(life, due, now),
    )


def state_of(life: Life, due: Due, end: datetime) -> ClockState:
    if isinstance(life.end, Cancelled):
        return ClockState.CANCELLED
    if due.passed_by(end):
        return ClockState.MISSED
    if life.end:
        return ClockState.MET
    return ClockState.PAUSED if life.waits_at(end) else ClockState.RUNNING


def target_of(life: Life, held: Held, end: datetime) -> Target:
    waited = life.waited(held, min(held.until, end))
    due = due_of(held.aim, held.start, waited)
    return Target(policy=held.aim.policy, since=held.since, due=due, event=held.event)


def misses(life: Life, end: datetime) -> tuple[Miss, ...]:
    """Every miss there ever was: those on record, and those that follow from the marks (SLA-1c).

    The same due time under the same version is one miss, from when it was so first.
    """
    on_record = [Miss(policy=m.aim.policy, due=m.due, at=m.at) for m in life.recorded]
    following = [
        Miss(policy=target.policy, due=target.due, at=max(target.due.at, target.since))
        for held in life.targets
        if (target := target_of(life, held, end)).due.passed_by(min(held.until, end))
    ]
    known: dict[tuple[Pin, datetime], Miss] = {}
    for miss in sorted((*following, *on_record), key=lambda miss: miss.at):
        known.setdefault((miss.policy, miss.due.at), miss)
    return tuple(known.values())


# ── levels ──────────────────────────────────────────────────────────────────


def reached(life: Life, now: datetime) -> tuple[Reached, ...]:
    """The levels that were reached, each once for a target (SLA-1d). One that was not reached when
    the clock was met, or when another target came, is dropped.
    """
    found: dict[tuple[int, int], Reached] = {}
    aims = [held.aim for held in life.targets]
    for held in life.targets:
        for place, level in enumerate(held.aim.deadline.levels):
            if level_reached := reached_under(life, held, level, now):
                found.setdefault((aims.index(held.aim), place), level_reached)
    return tuple(sorted(found.values(), key=lambda level: level.at))


def reached_under(life: Life, held: Held, level: Level, now: datetime) -> Reached | None:
    """A level is reached when the clock runs and its time, as known then, has come.

    A pause that began later does not undo it. O(pauses²).
    """
    dropped_at = min(held.until, life.over_at or NEVER)
    end = min(dropped_at, now)
    waited = life.waited(held, end)
    for known, run in enumerate(runs(held.start, waited, end, waits=life.waits_at(end))):
        planned = moment_of(level, held.aim, due_of(held.aim, held.start, waited[:known]))
        at = max(planned, run.since, held.since)
        if at <= run.until and at < dropped_at:
            at_once = planned < held.since
            return Reached(policy=held.aim.policy, level=level, at=at, at_once=at_once)
    return None


def runs(
    start: datetime, waited: tuple[Instants, ...], end: datetime, *, waits: bool
) -> Iterator[Instants]:
    """When it runs between the pauses; not at the end, if it waits then. If it has gone on just
    then, its last run is that moment."""
    since = start
    for pause in waited:
        yield Interval(since, pause.since)
        since = pause.until
    if since < end or not waits:
        yield Interval(since, end)


def moment_of(level: Level, aim: Aim, due: Due) -> datetime:
    return shifted(due.at, level.amount, level.unit, aim.calendar)


def wakes_at(life: Life, due: Due, now: datetime) -> datetime | None:
    """The next moment at which time alone changes something."""
    if life.end or life.waits_at(now):
        return None
    aim = life.targets[-1].aim
    levels = (moment_of(level, aim, due) for level in aim.deadline.levels)
    return min((at for at in (*levels, due.late_from) if at > now), default=None)
