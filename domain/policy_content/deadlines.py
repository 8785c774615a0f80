"""By when something is due, and what is done as it comes nearer."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.messages import Message, Role, Text
from domain.policy_content.content import Content, Word


class Unit(StrEnum):
    """Units of time that are never converted into one another (SLA-1b)."""

    WORKING_MINUTES = "wmin"
    WORKING_DAYS = "wd"
    CALENDAR_DAYS = "cd"
    HOURS = "h"
    MINUTES = "min"
    MONTHS = "months"


class Period(StrEnum):
    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Until(StrEnum):
    """At what moment of its last day a target of working days falls due."""

    CLOSE = "close"  # the close of business
    SAME_TIME = "same_time"  # the local time at which the clock started


class Roll(StrEnum):
    """What becomes of calendar or clock time that ends when nobody works (SLA-1b)."""

    NONE = "none"
    FOLLOWING = "following"  # the next working day, or the next opening
    PRECEDING = "preceding"  # the last working day before, or the last closing, after the start


class Within(Message):
    """So long after the start."""

    target: Literal["within"] = "within"
    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Unit
    until: Until = Until.CLOSE
    roll: Roll = Roll.NONE

    @model_validator(mode="after")
    def fits_the_unit(self) -> Self:
        if self.until is not Until.CLOSE and self.unit is not Unit.WORKING_DAYS:
            raise ValueError("Only a target of working days ends at a time of day.")
        working = {Unit.WORKING_DAYS, Unit.WORKING_MINUTES}
        if self.roll is not Roll.NONE and self.unit in working:
            raise ValueError("Working time ends in working time: there is nothing to roll.")
        return self


class SameDay(Message):
    """On the day of the start, or so many calendar days after it, by a local time or its close."""

    target: Literal["same_day"] = "same_day"
    days_after: Annotated[int, Field(ge=0)] = 0
    by: time | None = None


class Every(Message):
    """Once in each period, by a day of it: of the month, or of the ISO week (Monday is 1)."""

    target: Literal["every"] = "every"
    period: Period
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    by: time | None = None
    in_next: bool = False  # for one period, by a day of the next


class Stated(Message):
    """Case by case: an event says it."""

    target: Literal["stated"] = "stated"
    by: Text


Target = Annotated[Within | SameDay | Every | Stated, Field(discriminator="target")]


class ExactFit(StrEnum):
    """When a target that is used up exactly at closing falls due (SLA-1a)."""

    CLOSING = "closing"
    OPENING = "opening"


class LevelKind(StrEnum):
    """What a step on the way to a deadline, or past it, is for."""

    WARNING = "warning"
    ESCALATION = "escalation"


class Level(Message):
    """A step before the due time (a negative amount), at it, or after it (SLA-1d)."""

    kind: LevelKind
    amount: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    unit: Unit
    to: tuple[Role, ...] = ()


class Deadline(Content):
    """What must happen by when (SLA-1). There are many: the policy's id carries the name.

    `starts_on` and `stops_on` are the names of events; a deadline of every period has no start.
    """

    PREFIX: ClassVar[str] = "deadline."

    policy: Literal["deadline"] = "deadline"
    name: Word
    rules: Annotated[tuple[Text, ...], Field(min_length=1)]
    about: Text
    target: Target
    starts_on: tuple[Text, ...] = ()
    stops_on: tuple[Text, ...] = ()
    pauses_on: tuple[Text, ...] = ()
    resumes_on: tuple[Text, ...] = ()
    escalates_to: tuple[Role, ...] = ()
    levels: tuple[Level, ...] = ()
    exact_fit: ExactFit = ExactFit.CLOSING

    @property
    def policy_id(self) -> str:
        return f"{self.PREFIX}{self.name}"
