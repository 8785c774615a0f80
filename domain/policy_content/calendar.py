"""When we are open, and which days are holidays."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.messages import Message, Text
from domain.policy_content.content import Content


class Weekday(StrEnum):
    """The days of the week, in ISO order."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"

    @staticmethod
    def of(day: date) -> Weekday:
        return WEEK[day.weekday()]


WEEK = tuple(Weekday)


HourOfDay = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
"""Local wall-clock time; 24:00 is the end of the day."""


class OpeningRange(Message):
    """Open from one local time of a day until another of the same day, which is not included."""

    opens: HourOfDay
    closes: HourOfDay

    @model_validator(mode="after")
    def closes_later(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"It opens at {self.opens}, so it cannot close at {self.closes}.")
        return self


def one_after_the_other(ranges: tuple[OpeningRange, ...]) -> tuple[OpeningRange, ...]:
    for earlier, later in pairwise(ranges):
        if later.opens < earlier.closes:
            raise ValueError(f"The range from {later.opens} begins before the one before it ends.")
    return ranges


Ranges = Annotated[tuple[OpeningRange, ...], AfterValidator(one_after_the_other)]


class HoursOfWeekdays(Message):
    """When it is open on some days of the week."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    open: Annotated[Ranges, Field(min_length=1)]


class HoursOfDate(Message):
    """When it is open on one date, whatever the week or the holidays say; nothing: closed."""

    on: date
    open: Ranges = ()


class OpeningHours(Content):
    """When the organisation works (SLA-1b): by the week, on make-up days, and on single dates."""

    policy: Literal["opening_hours"] = "opening_hours"
    weekly: Annotated[tuple[HoursOfWeekdays, ...], Field(min_length=1)]
    on_make_up_days: Ranges
    on_dates: tuple[HoursOfDate, ...] = ()

    @model_validator(mode="after")
    def each_day_once(self) -> Self:
        days = [day for entry in self.weekly for day in entry.days]
        if len(set(days)) < len(days):
            raise ValueError("The hours of each weekday are said once.")
        if len({entry.on for entry in self.on_dates}) < len(self.on_dates):
            raise ValueError("The hours of each date are said once.")
        return self


class DayKind(StrEnum):
    """What sort of day it is in the public calendar (SLA-1e)."""

    STATUTORY = "statutory"  # a public holiday by law
    BREAK = "break"  # another day of an official break: a weekend beside it, or a day made up for
    MAKE_UP = "make_up"  # a weekend day that is worked instead (调休)
    WEEKEND = "weekend"
    WEEKDAY = "weekday"

    @property
    def rests(self) -> bool:
        """Whether nobody is expected to work."""
        return self in {DayKind.STATUTORY, DayKind.BREAK, DayKind.WEEKEND}


class HolidayYear(Message):
    """The days of a year that are not what their weekday says."""

    year: Annotated[int, Field(ge=1900, le=9998)]
    statutory: tuple[date, ...] = ()
    rest_of_breaks: tuple[date, ...] = ()
    make_up: tuple[date, ...] = ()

    @model_validator(mode="after")
    def each_day_once(self) -> Self:
        days = (*self.statutory, *self.rest_of_breaks, *self.make_up)
        if strangers := [day for day in days if day.year != self.year]:
            raise ValueError(f"{strangers[0]} is not in {self.year}.")
        if len(set(days)) < len(days):
            raise ValueError("Each day is named once.")
        return self

    @property
    def kinds(self) -> dict[date, DayKind]:
        return {
            **dict.fromkeys(self.statutory, DayKind.STATUTORY),
            **dict.fromkeys(self.rest_of_breaks, DayKind.BREAK),
            **dict.fromkeys(self.make_up, DayKind.MAKE_UP),
        }


class PublicHolidays(Content):
    """Holidays, breaks and make-up days of the years that have been announced (SLA-1e).

    Of a year that is not here only the weekends are known: what is computed from them there is
    provisional.
    """

    policy: Literal["public_holidays"] = "public_holidays"
    sources: tuple[Text, ...] = ()
    weekend: tuple[Weekday, ...] = (Weekday.SATURDAY, Weekday.SUNDAY)
    years: tuple[HolidayYear, ...]

    @model_validator(mode="after")
    def each_year_once(self) -> Self:
        if len({entry.year for entry in self.years}) < len(self.years):
            raise ValueError("Each year is said once.")
        return self

    def announced(self, day: date) -> bool:
        """Whether the year of the day is covered."""
        return any(entry.year == day.year for entry in self.years)

    def kinds_in(self, year: int) -> dict[date, DayKind]:
        """The days of the year that are not what their weekday says."""
        return next((entry.kinds for entry in self.years if entry.year == year), {})

    def kind_of(self, day: date) -> DayKind:
        """What sort of day it is."""
        by_weekday = DayKind.WEEKEND if Weekday.of(day) in self.weekend else DayKind.WEEKDAY
        return self.kinds_in(day.year).get(day, by_weekday)
