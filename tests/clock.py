"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)


class Clock:
    """Call it for the time; it starts at NOON."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        """Move on by `days=`, `hours=`, `minutes=` …; return the new time."""
        self.now += timedelta(**duration)
        return self.now
