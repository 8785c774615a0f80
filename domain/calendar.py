"""Days of the organisation: an instant belongs to a day only in a time zone.

Working days and hours are `domain.working_time`; these are calendar days and months.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(instant: datetime, zone: str) -> date:
    """The day on which the instant lies in the zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_time(instant: datetime, zone: str) -> time:
    """What a clock on the wall shows in the zone."""
    return instant.astimezone(ZoneInfo(zone)).time()


def instant_of(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time. One that the clocks skip moves past the gap by its length; of
    one that they show twice it is the first (SLA-1a).
    """
    first = at.replace(fold=0) if at.fold else at
    return datetime.combine(day, first, ZoneInfo(zone)).astimezone(UTC)


def opening_of(day: date, zone: str) -> datetime:
    """The first instant of the day."""
    return instant_of(day, time.min, zone)


def close_of(day: date, zone: str) -> datetime:
    """The instant at which the day is over: the first one of the next (half-open, SLA-1a)."""
    return opening_of(day + timedelta(days=1), zone)


def add_days(day: date, days: int) -> date:
    """So many calendar days later; the day itself is not counted."""
    return day + timedelta(days=days)


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
