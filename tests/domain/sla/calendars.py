"""Calendars and moments that the tests of clocks share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from application import shipped
from domain.intervals import Interval, union
from domain.policies import Pin
from domain.policy_content import (
    Deadline,
    HolidayYear,
    HoursOfDate,
    HoursOfWeekdays,
    OpeningHours,
    OpeningRange,
    PublicHolidays,
    Target,
    Unit,
    Weekday,
    Within,
)
from domain.sla.targets import Aim
from domain.working_time import WorkingTime

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
WEEK = tuple(Weekday)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOLIDAYS = next(c for c in shipped.contents() if isinstance(c, PublicHolidays))
HOURS = next(c for c in shipped.contents() if isinstance(c, OpeningHours))
CHINA = WorkingTime(SHANGHAI, HOURS, HOLIDAYS)
"""As shipped: Monday to Friday from nine to six, make-up days worked."""


def ranges(*told: str) -> tuple[OpeningRange, ...]:
    return tuple(OpeningRange(opens=text[:5], closes=text[6:]) for text in told)


def working(
    *told: str,
    zone: str = SHANGHAI,
    days: tuple[Weekday, ...] = WEEK[:5],
    off: tuple[date, ...] = (),
    make_up: tuple[date, ...] = (),
    dates: dict[date, tuple[str, ...]] | None = None,
) -> WorkingTime:
    """Open in these ranges on these days of the week, in a year around 2026."""
    years = {2025, 2026, 2027} | {day.year for day in (*off, *make_up)}
    return WorkingTime(
        zone,
        OpeningHours(
            weekly=(HoursOfWeekdays(days=days, open=ranges(*told)),),
            on_make_up_days=ranges(*told),
            on_dates=tuple(HoursOfDate(on=d, open=ranges(*r)) for d, r in (dates or {}).items()),
        ),
        PublicHolidays(
            years=tuple(
                HolidayYear(
                    year=year,
                    statutory=tuple(day for day in off if day.year == year),
                    make_up=tuple(day for day in make_up if day.year == year),
                )
                for year in sorted(years)
            )
        ),
    )


def at(text: str, zone: str = SHANGHAI) -> datetime:
    """A moment of 2026 on a clock on the wall: `03-06 09:30`, or with another year before it."""
    full = text if text[4] == "-" else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# ── clocks ──────────────────────────────────────────────────────────────────


def aim(
    target: Target,
    on: WorkingTime = CHINA,
    name: str = "answer",
    stated: date | datetime | None = None,
    **said: Any,
) -> Aim:
    """A deadline of its own name, in its first version."""
    deadline = Deadline(
        name=name, rules=("SLA-1",), about="An answer is given", target=target, **said
    )
    return Aim(deadline, Pin(policy_id=deadline.policy_id, version=1), on, stated)


def within(amount: int, unit: str, **said: Any) -> Within:
    return Within(amount=amount, unit=Unit(unit), **said)


def pauses(*told: tuple[str, str]) -> tuple[Interval[datetime], ...]:
    return union(Interval(at(since), at(until)) for since, until in told)
