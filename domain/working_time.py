"""Working time: opening hours laid out on instants, holidays and make-up days included.

A year is laid out once, when it is first asked about: the intervals in which it is open, in UTC,
with running totals. From these everything is found by bisection, so that a due time years ahead
costs O(years + log intervals), after O(days) for each year that was not laid out before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate, chain
from typing import NamedTuple

from domain import calendar
from domain.intervals import Interval, union, within
from domain.policy_content import (
    DayKind,
    ExactFit,
    OpeningHours,
    PublicHolidays,
    Ranges,
    Weekday,
)

Instants = Interval[datetime]
NOTHING = timedelta(0)
DAY = timedelta(days=1)
END_OF_DAY = "24:00"


@dataclass(frozen=True, slots=True)
class Year:
    """The open intervals of a local year, in order, and the days that have any."""

    open: tuple[Instants, ...]
    used_before: tuple[timedelta, ...]  # the total of the intervals before each, then of all
    days: tuple[date, ...]
    closes: tuple[datetime, ...]  # close of business of each of the days

    @property
    def total(self) -> timedelta:
        return self.used_before[-1]

    def used_until(self, at: datetime) -> timedelta:
        """How much of the year's open time lies before the instant."""
        place = bisect_right(self.open, at, key=lambda interval: interval.since) - 1
        if place < 0:
            return NOTHING
        since, until = self.open[place]
        return self.used_before[place] + min(at, until) - since

    def first_with(self, used: timedelta) -> datetime:
        """The first instant before which so much of the open time lies; more than nothing."""
        place = bisect_left(self.used_before, used) - 1
        return self.open[place].since + (used - self.used_before[place])

    def last_with(self, used: timedelta) -> datetime:
        """The last instant before which so much of the open time lies; less than all of it."""
        place = bisect_right(self.used_before, used) - 1
        return self.open[place].since + (used - self.used_before[place])


class WholeDay(NamedTuple):
    day: date
    bounds: Instants


@dataclass(frozen=True)
class WorkingTime:
    """The organisation's open time (SLA-1a) and working days (SLA-1b), on instants.

    A working day is a day with open time. Raises OverflowError where an answer would lie beyond
    the year 9998.
    """

    zone: str
    hours: OpeningHours = field(repr=False)
    holidays: PublicHolidays = field(repr=False)
    laid_out: dict[int, Year] = field(default_factory=dict, repr=False, compare=False)

    # ── open time ──

    def between(self, since: datetime, until: datetime) -> timedelta:
        """The open time from one instant until another; nothing if that is not later."""
        if until <= since:
            return NOTHING
        first, last = self.year_of(since), self.year_of(until)
        whole = sum((self.year(year).total for year in range(first, last)), NOTHING)
        return whole + self.year(last).used_until(until) - self.year(first).used_until(since)

    def after(
        self, at: datetime, duration: timedelta, exact_fit: ExactFit = ExactFit.CLOSING
    ) -> datetime:
        """When so much open time has passed since the instant (SLA-1a).

        If that is exactly at closing, `exact_fit` says whether it is then or at the next opening.
        """
        if duration == NOTHING:
            return self.opening(at)
        number = self.year_of(at)
        needed = self.year(number).used_until(at) + duration
        while needed > self.year(number).total:
            needed -= self.year(number).total
            number += 1
        reached = self.year(number).first_with(needed)
        return reached if exact_fit is ExactFit.CLOSING else self.opening(reached)

    def before(self, at: datetime, duration: timedelta) -> datetime:
        """The latest instant since which so much open time has passed; more than nothing."""
        number = self.year_of(at)
        needed = self.year(number).used_until(at) - duration
        while needed < NOTHING:
            number -= 1
            needed += self.year(number).total
        return self.year(number).last_with(needed)

    def opening(self, at: datetime) -> datetime:
        """The instant itself if it is open then, else the next opening."""
        number = self.year_of(at)
        while self.year(number).used_until(at) == self.year(number).total:
            number += 1
        year = self.year(number)
        return max(at, year.last_with(year.used_until(at)))

    def closing(self, at: datetime) -> datetime:
        """The instant itself if it is open until then, else the closing before it."""
        number = self.year_of(at)
        while self.year(number).used_until(at) == NOTHING:
            number -= 1
        year = self.year(number)
        return min(at, year.first_with(year.used_until(at)))

    def open_intervals(self, since: datetime, until: datetime) -> Iterator[Instants]:
        """When it is open between the two, in order. O(intervals there)."""
        for number in range(self.year_of(since), self.year_of(until) + 1):
            intervals = self.year(number).open
            first = bisect_right(intervals, since, key=lambda interval: interval.until)
            last = bisect_left(intervals, until, key=lambda interval: interval.since)
            yield from within(intervals[first:last], Interval(since, until))

    # ── working days ──

    def day_of(self, at: datetime) -> date:
        """The working day that an instant counts as: an instant after the close of business, or
        on a day off, is the opening of the next working day (SLA-1b).
        """
        number = self.year_of(at)
        while not (closes := self.year(number).closes) or closes[-1] <= at:
            number += 1
        return self.year(number).days[bisect_right(closes, at)]

    def add(self, day: date, count: int) -> date:
        """The n-th working day after a day, or before it; with 0 the day, if need be the next."""
        number = day.year
        days = self.year(number).days
        place = (bisect_right(days, day) - 1 if count > 0 else bisect_left(days, day)) + count
        while place >= len(self.year(number).days):
            place -= len(self.year(number).days)
            number += 1
        while place < 0:
            number -= 1
            place += len(self.year(number).days)
        return self.year(number).days[place]

    def count(self, first: date, until: date) -> int:
        """How many working days there are from a day until another, which is not counted."""
        if until <= first:
            return 0
        whole = sum(len(self.year(number).days) for number in range(first.year, until.year))
        return (
            whole
            + bisect_left(self.year(until.year).days, until)
            - bisect_left(self.year(first.year).days, first)
        )

    def close(self, day: date) -> datetime:
        """The close of business of a working day."""
        year = self.year(day.year)
        return year.closes[bisect_left(year.days, day)]

    def is_working_day(self, day: date) -> bool:
        days = self.year(day.year).days
        place = bisect_left(days, day)
        return place < len(days) and days[place] == day

    def announced(self, since: datetime, until: datetime) -> bool:
        """Whether the holidays of every day from one instant until another are known (SLA-1e)."""
        years = range(self.year_of(since), self.year_of(until) + 1)
        return all(self.holidays.announced(date(year, 1, 1)) for year in years)

    # ── laying out ──

    def year_of(self, at: datetime) -> int:
        return calendar.local_day(at, self.zone).year

    def year(self, number: int) -> Year:
        if number not in self.laid_out:
            self.laid_out[number] = self.lay_out(number)
        return self.laid_out[number]

    def lay_out(self, number: int) -> Year:
        if not 2 <= number <= 9998:
            raise OverflowError(f"No calendar reaches the year {number}.")
        ranges = self.ranges_in(number)
        opened = {
            whole.day: intervals
            for whole in self.whole_days(number)
            if (intervals := self.on(whole, ranges(whole.day)))
        }
        intervals = tuple(chain.from_iterable(opened.values()))
        lengths = (until - since for since, until in intervals)
        return Year(
            open=intervals,
            used_before=tuple(accumulate(lengths, initial=NOTHING)),
            days=tuple(opened),
            closes=tuple(of_day[-1].until for of_day in opened.values()),
        )

    def whole_days(self, number: int) -> Iterator[WholeDay]:
        day, since = date(number, 1, 1), calendar.opening_of(date(number, 1, 1), self.zone)
        while day.year == number:
            until = calendar.close_of(day, self.zone)
            yield WholeDay(day, Interval(since, until))
            day, since = day + DAY, until

    def on(self, whole: WholeDay, ranges: Ranges) -> tuple[Instants, ...]:
        """A day's ranges as instants. Where the clocks change, two may meet, or one vanish."""
        if not ranges:
            return ()
        instants = (
            Interval(self.instant(whole, r.opens), self.instant(whole, r.closes)) for r in ranges
        )
        return union(within(instants, whole.bounds))

    def instant(self, whole: WholeDay, hour: str) -> datetime:
        if hour == END_OF_DAY:
            return whole.bounds.until
        return calendar.instant_of(whole.day, time.fromisoformat(hour), self.zone)

    def ranges_in(self, number: int) -> Callable[[date], Ranges]:
        """When a day of the year is open: as is said of its date, of its kind, of its weekday."""
        weekly = {day: entry.open for entry in self.hours.weekly for day in entry.days}
        exceptions = {
            day: self.hours.on_make_up_days if kind is DayKind.MAKE_UP else ()
            for day, kind in self.holidays.kinds_in(number).items()
        } | {entry.on: entry.open for entry in self.hours.on_dates}
        return lambda day: exceptions.get(day, weekly.get(Weekday.of(day), ()))
