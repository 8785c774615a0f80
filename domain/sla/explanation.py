"""Why a clock falls due when it does: its time in segments, open, closed or paused (SLA-1).

The segments are the computation itself, so they add up: the open ones are the time that was used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from domain import calendar
from domain.intervals import Interval
from domain.messages import Message, Moment
from domain.sla.life import Pause, life_of
from domain.sla.marks import Mark
from domain.sla.targets import Time, due_of, time_of
from domain.working_time import NOTHING, Instants, WorkingTime


class SegmentKind(StrEnum):
    OPEN = "open"  # it counts
    CLOSED = "closed"  # nobody works
    PAUSED = "paused"  # it would count, but the clock waits


class Segment(Message):
    """A stretch of a clock's time. `used` is all that was used up by its end."""

    kind: SegmentKind
    since: Moment
    until: Moment
    used: timedelta
    reason: str = ""  # why it waits, or which days nobody works
    actor: str = ""  # on whose word it waits
    event: str = ""  # that made it wait


def explain(marks: Iterable[Mark], now: datetime) -> tuple[Segment, ...]:
    """The segments of the target that holds, from its start until it falls due, or until the clock
    was over if that is later. While it waits, it is taken to go on now. None before it starts.
    """
    life = life_of(marks, now)
    if life is None:
        return ()
    held, end = life.targets[-1], life.over_at or now
    due = due_of(held.aim, held.start, life.waited(held, end))
    pauses = [replace(pause, until=min(pause.until, end)) for pause in life.pauses]
    whole = Interval(held.start, max(due.at, life.over_at or due.at))
    return segments(time_of(held.aim), held.aim.calendar, whole, pauses)


def segments(
    time: Time, working: WorkingTime, whole: Instants, pauses: Iterable[Pause] = ()
) -> tuple[Segment, ...]:
    """What becomes of a stretch of time. O(open intervals × log pauses + pauses²)."""
    found: list[Segment] = []
    used = NOTHING
    for piece in pieces(time, working, whole, disjoint(pauses)):
        if piece.kind is SegmentKind.OPEN:
            used += piece.until - piece.since
        begun = found.pop().since if found and continues(found[-1], piece) else piece.since
        found.append(piece.model_copy(update={"since": begun, "used": used}))
    return tuple(found)


def continues(earlier: Segment, later: Segment) -> bool:
    return why(earlier) == why(later)


def why(segment: Segment) -> tuple[SegmentKind, str, str, str]:
    return segment.kind, segment.reason, segment.actor, segment.event


def pieces(
    time: Time, working: WorkingTime, whole: Instants, pauses: Sequence[Pause]
) -> Iterator[Segment]:
    at = whole.since
    for opened in time.open_intervals(*whole):
        if at < opened.since:
            yield closed(working, Interval(at, opened.since))
        yield from opened_or_paused(opened, pauses)
        at = opened.until
    if at < whole.until:
        yield closed(working, Interval(at, whole.until))


def opened_or_paused(opened: Instants, pauses: Sequence[Pause]) -> Iterator[Segment]:
    at = opened.since
    for pause in pauses[bisect_right(pauses, at, key=lambda pause: pause.until) :]:
        if pause.since >= opened.until:
            break
        since, until = max(at, pause.since), min(pause.until, opened.until)
        if at < since:
            yield segment(SegmentKind.OPEN, Interval(at, since))
        yield paused(pause, Interval(since, until))
        at = until
    if at < opened.until:
        yield segment(SegmentKind.OPEN, Interval(at, opened.until))


def paused(pause: Pause, over: Instants) -> Segment:
    told = {"reason": pause.reason, "actor": pause.actor, "event": pause.event}
    return segment(SegmentKind.PAUSED, over).model_copy(update=told)


def segment(kind: SegmentKind, over: Instants, reason: str = "") -> Segment:
    return Segment(kind=kind, since=over.since, until=over.until, used=NOTHING, reason=reason)


def disjoint(pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses in order, cut where they overlap: there both reasons hold."""
    known = tuple(pauses)
    bounds = sorted({moment for pause in known for moment in (pause.since, pause.until)})
    cuts = (
        (since, until, [p for p in known if p.since <= since and until <= p.until])
        for since, until in pairwise(bounds)
    )
    return [together(over, since, until) for since, until, over in cuts if over]


def together(pauses: Sequence[Pause], since: datetime, until: datetime) -> Pause:
    return Pause(
        since=since,
        until=until,
        reason=joined(pause.reason for pause in pauses),
        actor=joined(pause.actor for pause in pauses),
        event=joined(pause.event for pause in pauses),
    )


def joined(words: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(word for word in words if word))


def closed(working: WorkingTime, over: Instants) -> Segment:
    """Closed time, and the sorts of days in it on which nobody works at all."""
    first = calendar.local_day(over.since, working.zone)
    after_last = calendar.local_day(over.until, working.zone)
    days = (calendar.add_days(first, n) for n in range((after_last - first).days))
    kinds = (working.holidays.kind_of(day) for day in days if not working.is_working_day(day))
    return segment(SegmentKind.CLOSED, over, ", ".join(dict.fromkeys(k for k in kinds if k.rests)))
