"""Files of cases for the clock engine: facts from elsewhere, checked against our own answers.

A case names a calendar, a start, a target and pauses, and what somebody expects. Durations are
read as decimals and kept as whole microseconds; nothing here is a float.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self, assert_never

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from domain import calendar
from domain.intervals import Interval, union, within
from domain.messages import Message, Refusal, RefusalCode
from domain.policies import Pin
from domain.policy_content import (
    Deadline,
    ExactFit,
    HolidayYear,
    HoursOfDate,
    HoursOfWeekdays,
    OpeningHours,
    OpeningRange,
    PublicHolidays,
    SameDay,
    Unit,
    Weekday,
    Within,
    known_zone,
    one_after_the_other,
)
from domain.sla.explanation import Segment, segments
from domain.sla.life import Pause
from domain.sla.targets import Aim, Time, due_of, extended, shifted, time_of, used_up
from domain.working_time import NOTHING, Instants, WorkingTime

POLICY: Final = Pin(policy_id="case", version=1)
LAST: Final = datetime.max.replace(tzinfo=UTC)
MICROSECONDS: Final = 60_000_000  # in a minute


class InvalidCaseFile(Refusal):
    """The file does not hold cases as the documentation describes them."""

    code = RefusalCode.INVALID


# ── what a file says ────────────────────────────────────────────────────────


def range_of(told: Any) -> Any:
    """A range as files write it, `["09:00", "18:00"]`, in the words of policies."""
    match told:
        case [opens, closes]:
            return {"opens": opens, "closes": closes}
        case other:
            return other


Zone = Annotated[str, AfterValidator(known_zone)]
Ranges = Annotated[
    tuple[Annotated[OpeningRange, BeforeValidator(range_of)], ...],
    AfterValidator(one_after_the_other),
]
CaseTarget = Annotated[Within | SameDay, Field(discriminator="target")]
DayOfYear = Annotated[str, StringConstraints(pattern=r"^(0\d|1[0-2])-([0-2]\d|3[01])$")]


class CaseCalendar(Message):
    """When it is open. `shifts` replace the hours of a date, `breaks` are taken out of them."""

    timezone: Zone
    weekly: dict[Weekday, Ranges]
    holidays: tuple[date | DayOfYear, ...] = ()
    shifts: dict[date, Ranges] = {}
    breaks: dict[date, Ranges] = {}

    @model_validator(mode="after")
    def opens_sometime(self) -> Self:
        if not any(self.weekly.values()):
            raise ValueError("It is open on no day of the week.")
        return self


class CasePause(Message):
    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")


class Offset(Message):
    """How long before or after the due time, in working minutes or working days."""

    minutes: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    days: Annotated[int, Field(ge=-10_000, le=10_000)] = 0


class Kind(StrEnum):
    DUE = "due"
    DIVERGENT = "divergent"  # another engine answers differently, on purpose
    ELAPSED = "elapsed"
    LOCAL_RESOLUTION = "local_resolution"
    SEMANTICS = "semantics"  # rules in words, for people


class CaseBase(Message):
    id: str
    source: dict[str, str] | str = ""
    note: str = ""
    oracle_verified: bool = False


class TimedCase(CaseBase):
    """What runs on a calendar. Times without an offset are in `io_timezone`, or the calendar's."""

    calendar: CaseCalendar
    io_timezone: Zone | None = None
    start: datetime
    pauses: tuple[CasePause, ...] = ()
    pauses_count: bool = True

    @property
    def zone(self) -> str:
        return self.io_timezone or self.calendar.timezone


class DueCase(TimedCase):
    """When it is due: after working minutes, working days, or a target as policies say it."""

    kind: Literal[Kind.DUE, Kind.DIVERGENT]
    policy_minutes: Annotated[Decimal, Field(ge=-10_000_000, le=10_000_000)] | None = None
    mode: Literal["business_days"] | None = None
    policy_days: Annotated[int, Field(ge=-10_000, le=10_000)] | None = None
    target: CaseTarget | None = None
    exact_fit: Literal["close", "next_open"] = "close"
    expected_due: datetime
    their_expected_due: datetime | None = None
    tolerance_seconds: int = 0
    expected_paused_business_seconds: int | None = None
    escalation_offset: Offset | None = None
    expected_escalation: datetime | None = None

    @model_validator(mode="after")
    def has_one_target(self) -> Self:
        told = (self.policy_minutes, self.policy_days, self.target)
        if sum(each is not None for each in told) != 1:
            raise ValueError("It has one of policy_minutes, policy_days and target.")
        return self

    @property
    def fit(self) -> ExactFit:
        return ExactFit.CLOSING if self.exact_fit == "close" else ExactFit.OPENING


class ElapsedCase(TimedCase):
    """How much open time there is between two moments, less the pauses."""

    kind: Literal[Kind.ELAPSED]
    end: datetime
    expected_elapsed_seconds: int


class LocalResolutionCase(CaseBase):
    """Which instant a local time is that the clocks skip, or show twice."""

    kind: Literal[Kind.LOCAL_RESOLUTION]
    timezone: Zone
    local: datetime
    expected_utc: datetime


class SemanticsCase(CaseBase):
    kind: Literal[Kind.SEMANTICS]
    rules: tuple[str, ...]


Case = Annotated[
    DueCase | ElapsedCase | LocalResolutionCase | SemanticsCase, Field(discriminator="kind")
]


class CaseFile(Message):
    schema_number: Literal[1] = Field(alias="schema")
    about: str = ""
    cases: tuple[Case, ...]


def cases_in(text: str) -> tuple[Case, ...]:
    """The cases of a file in JSON. Raises InvalidCaseFile with every fault and its place."""
    try:
        told = json.loads(text, parse_float=Decimal)
        return TypeAdapter(CaseFile).validate_python(told).cases
    except json.JSONDecodeError as fault:
        raise InvalidCaseFile(f"The file is no JSON: {fault}.") from fault
    except ValidationError as invalid:
        faults = tuple(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in invalid.errors()
        )
        raise InvalidCaseFile(reasons=faults) from invalid


# ── our answers ─────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Compared:
    """One expectation of a case and our answer, a moment or whole seconds, with its segments."""

    case: str
    what: str
    expected: datetime | int
    computed: datetime | int
    agrees: bool
    zone: str
    segments: tuple[Segment, ...] = ()


def compare(case: Case) -> Iterator[Compared]:
    """Every expectation of a case with our answer; none for rules in words."""
    match case:
        case DueCase():
            yield from compare_due(case)
        case ElapsedCase():
            yield compare_elapsed(case)
        case LocalResolutionCase():
            computed = instant(case.local, case.timezone)
            expected = instant(case.expected_utc, "UTC")
            agrees = expected == computed
            yield Compared(case.id, "instant", expected, computed, agrees, case.timezone)
        case SemanticsCase():
            return
        case never:
            assert_never(never)


def compare_due(case: DueCase) -> Iterator[Compared]:
    working = working_time(case)
    start, due = moment(case, case.start), due_in(case, working)
    why = explained(case, working, Interval(min(start, due), max(start, due)))
    tolerance = timedelta(seconds=case.tolerance_seconds)
    yield of_moment(case, "due", case.expected_due, due, why, tolerance)
    if case.expected_paused_business_seconds is not None:
        paused = sum((working.between(*pause) for pause in pauses_of(case)), NOTHING)
        yield of_seconds(case, "paused", case.expected_paused_business_seconds, paused, why)
    if case.escalation_offset and case.expected_escalation:
        at = offset(working, due, case.escalation_offset)
        yield of_moment(case, "escalation", case.expected_escalation, at, why)


def compare_elapsed(case: ElapsedCase) -> Compared:
    working = working_time(case)
    whole = Interval(moment(case, case.start), moment(case, case.end))
    paused = (working.between(*pause) for pause in within(pauses_of(case), whole))
    elapsed = working.between(*whole) - sum(paused, NOTHING)
    why = explained(case, working, whole)
    return of_seconds(case, "elapsed", case.expected_elapsed_seconds, elapsed, why)


def of_moment(
    case: TimedCase,
    what: str,
    told: datetime,
    computed: datetime,
    why: tuple[Segment, ...],
    tolerance: timedelta = NOTHING,
) -> Compared:
    expected = moment(case, told)
    agrees = abs(computed - expected) <= tolerance
    return Compared(case.id, what, expected, computed, agrees, case.zone, why)


def of_seconds(
    case: TimedCase, what: str, expected: int, computed: timedelta, why: tuple[Segment, ...]
) -> Compared:
    seconds, agrees = computed // timedelta(seconds=1), computed == timedelta(seconds=expected)
    return Compared(case.id, what, expected, seconds, agrees, case.zone, why)


def due_in(case: DueCase, working: WorkingTime) -> datetime:
    start, pauses = moment(case, case.start), pauses_of(case)
    if case.target is not None:
        return due_of(aim_of(case, case.target, working), start, pauses).at
    if case.policy_days is not None:
        began = working.opening(start) if case.policy_days > 0 else start
        reached = shifted(began, case.policy_days, Unit.WORKING_DAYS, working)
        return extended(working, reached, pauses, case.fit)
    duration = timedelta(microseconds=round((case.policy_minutes or Decimal(0)) * MICROSECONDS))
    if duration < NOTHING:
        return working.before(start, -duration)
    return used_up(working, start, duration, pauses, case.fit)


def aim_of(case: DueCase, target: CaseTarget, working: WorkingTime) -> Aim:
    deadline = Deadline(
        name="case", rules=("SLA-1b",), about=case.id, target=target, exact_fit=case.fit
    )
    return Aim(deadline, POLICY, working)


def offset(working: WorkingTime, due: datetime, by: Offset) -> datetime:
    at = shifted(due, by.days, Unit.WORKING_DAYS, working)
    return shifted(at, by.minutes, Unit.WORKING_MINUTES, working)


def explained(case: TimedCase, working: WorkingTime, whole: Instants) -> tuple[Segment, ...]:
    time: Time = working
    if isinstance(case, DueCase) and case.target is not None:
        time = time_of(aim_of(case, case.target, working))
    waited = [Pause(since, "pause", until=until) for since, until in pauses_of(case)]
    return segments(time, working, whole, waited)


# ── what a case runs on ─────────────────────────────────────────────────────


def moment(case: TimedCase, told: datetime) -> datetime:
    return instant(told, case.zone)


def instant(told: datetime, zone: str) -> datetime:
    if told.tzinfo is not None:
        return told.astimezone(UTC)
    return calendar.instant_of(told.date(), told.time(), zone)


def pauses_of(case: TimedCase) -> tuple[Instants, ...]:
    if not case.pauses_count:
        return ()
    told = (Interval(moment(case, p.since), moment(case, p.until)) for p in case.pauses)
    return within(union(told), Interval(moment(case, case.start), LAST))


def working_time(case: TimedCase) -> WorkingTime:
    told = case.calendar
    weekly = ((day, ranges) for day, ranges in told.weekly.items() if ranges)
    days = sorted({*told.shifts, *told.breaks})
    hours = OpeningHours(
        weekly=tuple(HoursOfWeekdays(days=(day,), open=ranges) for day, ranges in weekly),
        on_make_up_days=(),
        on_dates=tuple(HoursOfDate(on=day, open=on_date(told, day)) for day in days),
    )
    return WorkingTime(told.timezone, hours, holidays_of(case))


def on_date(told: CaseCalendar, day: date) -> tuple[OpeningRange, ...]:
    ranges = told.shifts.get(day, told.weekly.get(Weekday.of(day), ()))
    for taken in told.breaks.get(day, ()):
        ranges = tuple(left for each in ranges for left in without(each, taken))
    return ranges


def without(each: OpeningRange, taken: OpeningRange) -> Iterator[OpeningRange]:
    left = (
        (each.opens, min(each.closes, taken.opens)),
        (max(each.opens, taken.closes), each.closes),
    )
    return (OpeningRange(opens=a, closes=b) for a, b in left if a < b)


def holidays_of(case: TimedCase) -> PublicHolidays:
    """Holidays that return every year are laid out for the years around the case."""
    told = case.calendar.holidays
    around = years_of(case)
    dated = {day for day in told if isinstance(day, date)}
    yearly = {
        day for text in told if isinstance(text, str) for y in around if (day := in_year(y, text))
    }
    days = sorted(dated | yearly)
    return PublicHolidays(
        years=tuple(
            HolidayYear(year=year, statutory=tuple(day for day in days if day.year == year))
            for year in sorted({*around, *(day.year for day in dated)})
        )
    )


def years_of(case: TimedCase) -> range:
    told = [case.start.year]
    if isinstance(case, DueCase):
        told.append(case.expected_due.year)
    if isinstance(case, ElapsedCase):
        told.append(case.end.year)
    return range(max(min(told) - 1, 1900), min(max(told) + 2, 9998))


def in_year(year: int, day: DayOfYear) -> date | None:
    """None for 29 February in a year without it."""
    try:
        return date.fromisoformat(f"{year}-{day}")
    except ValueError:
        return None
