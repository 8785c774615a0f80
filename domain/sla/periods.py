"""What is due once in every period: the claims staff's routines, stocktakes, figures (SLA-1).

A period is named by its first day. It has no start and no pauses, only a day by which it is done.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, assert_never

from domain import calendar
from domain.policy_content import Every, Period
from domain.sla.targets import CalendarDays, Due

MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}


def due_in(target: Every, first_day: date, zone: str) -> Due:
    """When it is due for the period that begins on a day."""
    close = CalendarDays(zone, target.by).close(last_day(target, first_day))
    return Due(at=close, with_day=target.by is None)


def last_day(target: Every, first_day: date) -> date:
    """The last day on which it is in time for the period that begins on a day."""
    begins = begins_on(target, first_day)
    over = after(target.period, begins) - timedelta(days=1)
    return min(begins + timedelta(days=target.day - 1), over) if target.day else over


def begins_on(target: Every, first_day: date) -> date:
    """The first day of the period in which it is done: the period itself, or the next."""
    return after(target.period, first_day) if target.in_next else first_day


def first_day_of(period: Period, day: date) -> date:
    """The first day of the period in which a day lies; a week begins on Monday."""
    match period:
        case Period.DAY | Period.WORKING_DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH | Period.QUARTER | Period.HALF_YEAR | Period.YEAR:
            months = MONTHS[period]
            return date(day.year, (day.month - 1) // months * months + 1, 1)
        case never:
            assert_never(never)


def after(period: Period, first_day: date) -> date:
    """The first day of the next period."""
    match period:
        case Period.DAY | Period.WORKING_DAY:
            return calendar.add_days(first_day, 1)
        case Period.WEEK:
            return calendar.add_days(first_day, 7)
        case Period.MONTH | Period.QUARTER | Period.HALF_YEAR | Period.YEAR:
            return calendar.add_months(first_day, MONTHS[period])
        case never:
            assert_never(never)
