"""Days of the organisation: an instant belongs to a day only in a time zone.

Working days are a calendar of their own; these are calendar days and months.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(instant: datetime, zone: str) -> date:
    """The day on which the instant lies in the zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def opening_of(day: date, zone: str) -> datetime:
    """The first instant of the day. A midnight that the clocks skip moves past the gap (SLA-1a)."""
    local = datetime.combine(day, time.min, ZoneInfo(zone))
    return local.astimezone(UTC)


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
