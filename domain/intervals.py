"""Half-open intervals of instants or of days: from one, until another that is not included.

Whatever is counted here is a union, so that nothing counts twice (REG-5, SLA-1a).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Generic, NamedTuple, TypeVar

Point = TypeVar("Point", bound=date)  # a datetime is a date, too; the two are never mixed


class Interval(NamedTuple, Generic[Point]):
    """From `since` until `until`, which is not included. Empty if it does not begin before it."""

    since: Point
    until: Point

    @property
    def is_empty(self) -> bool:
        return self.since >= self.until


def union(intervals: Iterable[Interval[Point]]) -> tuple[Interval[Point], ...]:
    """The same points in the fewest intervals, in order. O(n log n)."""
    merged: list[Interval[Point]] = []
    for interval in sorted(interval for interval in intervals if not interval.is_empty):
        if merged and interval.since <= merged[-1].until:
            last = merged.pop()
            interval = Interval(last.since, max(last.until, interval.until))
        merged.append(interval)
    return tuple(merged)


def within(
    intervals: Iterable[Interval[Point]], bounds: Interval[Point]
) -> tuple[Interval[Point], ...]:
    """What of the intervals lies inside the bounds, in the order given. O(n)."""
    cut = (
        Interval(max(interval.since, bounds.since), min(interval.until, bounds.until))
        for interval in intervals
    )
    return tuple(interval for interval in cut if not interval.is_empty)
