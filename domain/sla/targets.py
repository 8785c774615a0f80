"""Targets: a start, a target and pauses become a due time (SLA-1a, SLA-1b).

Three kinds, never converted into one another:

- *working minutes* are open time, in which pauses do not count;
- *working days* end at the close of business of the n-th after the day of the start;
- *calendar days and months* end with their last day, *clock hours* at their instant; a roll rule
  moves what ends when nobody works.

Of days, one counts if the clock runs at its end: a day that ends in a pause does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol, assert_never

from domain import calendar
from domain.intervals import Interval
from domain.messages import Message, Moment
from domain.policies import Pin
from domain.policy_content import (
    Deadline,
    Every,
    ExactFit,
    Roll,
    SameDay,
    Stated,
    Unit,
    Until,
    Within,
)
from domain.working_time import NOTHING, Instants, WorkingTime


class Due(Message):
    """When something falls due. `provisional`: the holidays until then are not all known (SLA-1e).

    What falls due at an instant is in time at it; what falls due with a day is late from the first
    instant after the day, which is `at`.
    """

    at: Moment
    with_day: bool = False
    provisional: bool = False

    @property
    def late_from(self) -> datetime:
        """The first instant that is too late."""
        return self.at if self.with_day else self.at + datetime.resolution

    def passed_by(self, moment: datetime) -> bool:
        return moment >= self.late_from


@dataclass(frozen=True)
class Aim:
    """What a clock runs against: a version of a deadline, on a calendar; `stated` by an event."""

    deadline: Deadline
    policy: Pin
    calendar: WorkingTime
    stated: date | datetime | None = None


class NothingStated(ValueError):
    """A deadline that an event states was started by one that states nothing."""


class PeriodHasNoStart(ValueError):
    """What is due once in every period has no start: ask `periods` by when."""


# ── what is counted ─────────────────────────────────────────────────────────


class Time(Protocol):
    """Time that passes while somebody works, or always."""

    def between(self, since: datetime, until: datetime) -> timedelta: ...
    def after(self, at: datetime, duration: timedelta, exact_fit: ExactFit) -> datetime: ...
    def open_intervals(self, since: datetime, until: datetime) -> Iterator[Instants]: ...


class Days(Protocol):
    """Days in a row, each with an end."""

    def day_of(self, at: datetime) -> date: ...
    def add(self, day: date, count: int) -> date: ...
    def count(self, first: date, until: date) -> int: ...
    def close(self, day: date) -> datetime: ...


class ClockTime:
    """Elapsed time: it is always open."""

    def between(self, since: datetime, until: datetime) -> timedelta:
        return max(until - since, NOTHING)

    def after(
        self, at: datetime, duration: timedelta, exact_fit: ExactFit = ExactFit.CLOSING
    ) -> datetime:
        return at + duration

    def open_intervals(self, since: datetime, until: datetime) -> Iterator[Instants]:
        yield Interval(since, until)


@dataclass(frozen=True)
class CalendarDays:
    """Every day in a zone. It ends at a local time, or else when it is over."""

    zone: str
    by: time | None = None

    def day_of(self, at: datetime) -> date:
        day = calendar.local_day(at, self.zone)
        return day if at < self.close(day) else calendar.add_days(day, 1)

    def add(self, day: date, count: int) -> date:
        return calendar.add_days(day, count)

    def count(self, first: date, until: date) -> int:
        return max((until - first).days, 0)

    def close(self, day: date) -> datetime:
        if self.by:
            return calendar.instant_of(day, self.by, self.zone)
        return calendar.close_of(day, self.zone)


def time_of(aim: Aim) -> Time:
    """The time in which the target is counted, and in which what is left of it is told."""
    target = aim.deadline.target
    if isinstance(target, Within) and target.unit in {Unit.WORKING_MINUTES, Unit.WORKING_DAYS}:
        return aim.calendar
    return ClockTime()


# ── due times ───────────────────────────────────────────────────────────────


def due_of(aim: Aim, start: datetime, pauses: Sequence[Instants] = ()) -> Due:
    """When a clock falls due that started then and was paused so.

    The pauses are a union in order, none before the start; those that begin after the due time
    change nothing. O(pauses × log intervals). Raises NothingStated, PeriodHasNoStart.
    """
    match aim.deadline.target:
        case Within() as target:
            due = due_within(aim, target, start, pauses)
        case SameDay() as target:
            due = due_same_day(aim, target, start, pauses)
        case Stated():
            due = due_as_stated(aim)
        case Every():
            raise PeriodHasNoStart(PeriodHasNoStart.__doc__)
        case never:
            assert_never(never)
    known = not on_working_time(aim) or aim.calendar.announced(start, due.at)
    return due if known else due.model_copy(update={"provisional": True})


def on_working_time(aim: Aim) -> bool:
    """Whether holidays have a say in it."""
    target = aim.deadline.target
    return isinstance(target, Within) and (
        target.roll is not Roll.NONE or target.unit in {Unit.WORKING_MINUTES, Unit.WORKING_DAYS}
    )


def due_within(aim: Aim, target: Within, start: datetime, pauses: Sequence[Instants]) -> Due:
    working, whole = aim.calendar, CalendarDays(aim.calendar.zone)
    fit = aim.deadline.exact_fit
    match target.unit:
        case Unit.WORKING_MINUTES:
            minutes = timedelta(minutes=target.amount)
            return Due(at=used_up(working, start, minutes, pauses, fit))
        case Unit.WORKING_DAYS if target.until is Until.SAME_TIME:
            reached = shifted(working.opening(start), target.amount, target.unit, working)
            return Due(at=extended(working, reached, pauses, fit))
        case Unit.WORKING_DAYS:
            first = working.day_of(start)
            last = postponed(working, first, working.add(first, target.amount), pauses)
            return Due(at=working.close(last))
        case Unit.HOURS | Unit.MINUTES:
            reached = shifted(start, target.amount, target.unit, working)
            reached = extended(ClockTime(), reached, pauses, fit)
            return Due(at=rolled(working, start, reached, target.roll))
        case Unit.CALENDAR_DAYS | Unit.MONTHS:
            first = whole.day_of(start)
            last = postponed(whole, first, later(first, target.amount, target.unit), pauses)
            return Due(at=whole.close(rolled_day(working, first, last, target.roll)), with_day=True)
        case never:
            assert_never(never)


def due_same_day(aim: Aim, target: SameDay, start: datetime, pauses: Sequence[Instants]) -> Due:
    """By a local time that was past when it started: by that time of the next day."""
    days = CalendarDays(aim.calendar.zone, target.by)
    first = calendar.local_day(start, days.zone)
    last = calendar.add_days(first, target.days_after)
    if days.close(last) < start:
        last = calendar.add_days(last, 1)
    return Due(at=days.close(postponed(days, first, last, pauses)), with_day=target.by is None)


def due_as_stated(aim: Aim) -> Due:
    """An instant, or a day until its end. Pauses do not move what somebody stated."""
    if aim.stated is None:
        raise NothingStated(NothingStated.__doc__)
    if isinstance(aim.stated, datetime):
        return Due(at=aim.stated)
    return Due(at=calendar.close_of(aim.stated, aim.calendar.zone), with_day=True)


# ── pauses ──────────────────────────────────────────────────────────────────


def used_up(
    time: Time,
    start: datetime,
    duration: timedelta,
    pauses: Sequence[Instants],
    fit: ExactFit = ExactFit.CLOSING,
) -> datetime:
    """When so much open, unpaused time has passed since the start (SLA-1a)."""
    return extended(time, time.after(start, duration, fit), pauses, fit)


def extended(time: Time, reached: datetime, pauses: Sequence[Instants], fit: ExactFit) -> datetime:
    """Later by the open time of every pause that began before it was reached (SLA-1a)."""
    for since, until in pauses:
        if since >= reached:
            break
        if paused := time.between(since, until):
            reached = time.after(reached, paused, fit)
    return reached


def postponed(days: Days, first: date, last: date, pauses: Sequence[Instants]) -> date:
    """Later by the days that ended in a pause, of those that are counted (SLA-1b).

    The day of the start is not one of them, unless the target is that day.
    """
    counted_from = first if last == first else days.add(first, 1)
    for since, until in pauses:
        if since >= days.close(last):
            break
        paused = days.count(max(days.day_of(since), counted_from), days.day_of(until))
        last = days.add(last, paused)
    return last


# ── moving by a unit ────────────────────────────────────────────────────────


def later(day: date, amount: int, unit: Unit) -> date:
    return (
        calendar.add_months(day, amount) if unit is Unit.MONTHS else calendar.add_days(day, amount)
    )


def shifted(at: datetime, amount: int, unit: Unit, working: WorkingTime) -> datetime:
    """So much later, or earlier if the amount is negative. Days and months keep the local time."""
    if amount == 0:
        return at
    match unit:
        case Unit.WORKING_MINUTES:
            minutes = timedelta(minutes=abs(amount))
            return working.after(at, minutes) if amount > 0 else working.before(at, minutes)
        case Unit.HOURS:
            return at + timedelta(hours=amount)
        case Unit.MINUTES:
            return at + timedelta(minutes=amount)
        case Unit.WORKING_DAYS:
            day = working.add(calendar.local_day(at, working.zone), amount)
        case Unit.CALENDAR_DAYS | Unit.MONTHS:
            day = later(calendar.local_day(at, working.zone), amount, unit)
        case never:
            assert_never(never)
    return calendar.instant_of(day, calendar.local_time(at, working.zone), working.zone)


def rolled(working: WorkingTime, start: datetime, at: datetime, roll: Roll) -> datetime:
    """Into working time, its openings and closings included; never to before the start."""
    closing, opening = working.closing(at), working.opening(at)
    if roll is Roll.NONE or at in {closing, opening}:
        return at
    return closing if roll is Roll.PRECEDING and closing > start else opening


def rolled_day(working: WorkingTime, first: date, day: date, roll: Roll) -> date:
    """To a working day; never to before the day of the start."""
    if roll is Roll.NONE or working.is_working_day(day):
        return day
    before = working.add(day, -1)
    return before if roll is Roll.PRECEDING and before >= first else working.add(day, 1)
