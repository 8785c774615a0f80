"""Laws of clocks, over random calendars, pauses and histories, against a walker of minutes.

The walker asks of every single minute whether the wall clock shows an opening hour. It is slow and
obvious; everything that the engine finds by bisection has to be what it finds by walking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.intervals import Interval, union
from domain.policy_content import ExactFit, Level, LevelKind, Roll, Unit, Weekday
from domain.sla.clock import read
from domain.sla.explanation import SegmentKind, segments
from domain.sla.life import Pause
from domain.sla.marks import (
    Cancelled,
    Mark,
    Paused,
    Reopened,
    Resumed,
    Retargeted,
    Started,
    Stopped,
)
from domain.sla.targets import due_of, used_up
from domain.working_time import NOTHING, WorkingTime
from tests.domain.sla.calendars import (
    BERLIN,
    CHINA,
    DAY,
    HOUR,
    MINUTE,
    SHANGHAI,
    WEEK,
    aim,
    within,
    working,
)
from tests.rules import part_of

NEW_YORK = "America/New_York"
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
"""The month in which New York and Berlin put their clocks forward."""

# ── the walker ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Walker:
    """The same calendar, asked minute by minute."""

    zone: str
    ranges: tuple[tuple[int, int], ...]  # hours of the day
    days: tuple[Weekday, ...]
    off: frozenset[date]
    make_up: frozenset[date]

    def opened(self, at: datetime) -> bool:
        shown = at.astimezone(ZoneInfo(self.zone))
        day = shown.date()
        works = day in self.make_up or (day not in self.off and Weekday.of(day) in self.days)
        return works and any(opens <= shown.hour < closes for opens, closes in self.ranges)

    def between(self, since: datetime, until: datetime, pauses=()) -> int:
        return sum(self.counts(minute, pauses) for minute in minutes(since, until))

    def counts(self, minute: datetime, pauses=()) -> bool:
        waits = any(since <= minute < until for since, until in pauses)
        return not waits and self.opened(minute)

    def due(self, start: datetime, count: int, pauses=()) -> datetime:
        """The end of the minute with which the target is used up."""
        minute = start
        while count:
            count -= self.counts(minute, pauses)
            minute += MINUTE
        return minute

    def closes_of_days(self, start: datetime) -> list[datetime]:
        """The ends of working days after the start, a month of them."""
        ends: dict[date, datetime] = {}
        for minute in minutes(start, start + 40 * DAY):
            if self.opened(minute):
                ends[minute.astimezone(ZoneInfo(self.zone)).date()] = minute + MINUTE
        return list(ends.values())

    def engine(self) -> WorkingTime:
        told = (f"{opens:02}:00-{closes:02}:00" for opens, closes in self.ranges)
        return working(
            *told,
            zone=self.zone,
            days=self.days,
            off=tuple(sorted(self.off - self.make_up)),
            make_up=tuple(sorted(self.make_up)),
        )


def minutes(since: datetime, until: datetime):
    while since < until:
        yield since
        since += MINUTE


# ── strategies ──────────────────────────────────────────────────────────────

MARCH = [date(2026, 3, 1) + n * DAY for n in range(45)]
RANGES = [((9, 18),), ((8, 12), (13, 17)), ((6, 7), (9, 10), (22, 24)), ((4, 24),)]
"""None in the hours that the clocks skip: those have tests of their own."""

calendars = st.builds(
    Walker,
    zone=st.sampled_from([SHANGHAI, BERLIN, NEW_YORK]),
    ranges=st.sampled_from(RANGES),
    days=st.sampled_from([WEEK[:5], WEEK, WEEK[1:3], WEEK[:6]]),
    off=st.frozensets(st.sampled_from(MARCH), max_size=6),
    make_up=st.frozensets(st.sampled_from(MARCH), max_size=3),
)
moments = st.integers(0, 14 * 24 * 60).map(lambda n: FIRST + n * MINUTE)
targets = st.integers(1, 30 * 60)


@st.composite
def paused_from(draw: st.DrawFn, start: datetime) -> tuple[Interval[datetime], ...]:
    cuts = sorted(draw(st.lists(st.integers(0, 6 * 24 * 60), max_size=6, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return union(Interval(start + a * MINUTE, start + b * MINUTE) for a, b in pairs)


clocks = moments.flatmap(lambda start: st.tuples(st.just(start), paused_from(start)))

# ── against the walker ──────────────────────────────────────────────────────


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, targets)
def test_a_due_time_is_where_a_walker_arrives(walker, clock, count):
    start, pauses = clock
    expected = walker.due(start, count, pauses)
    assert used_up(walker.engine(), start, count * MINUTE, pauses) == expected


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, moments, st.integers(0, 10 * 24 * 60))
def test_open_time_is_what_a_walker_counts(walker, since, length):
    until = since + length * MINUTE
    engine = walker.engine()
    expected = walker.between(since, until) * MINUTE
    assert engine.between(since, until) == expected
    opened = engine.open_intervals(since, until)
    assert sum((b - a for a, b in opened), NOTHING) == expected


@part_of("SLA-1b")
@settings(max_examples=15, deadline=None)
@given(calendars, clocks, st.integers(1, 5))
def test_working_days_end_where_a_walker_counts_them(walker, clock, count):
    """The n-th end of a working day, after the first, that is not in a pause."""
    start, pauses = clock
    later = walker.closes_of_days(start)[1:]
    counted = [end for end in later if not any(a < end <= b for a, b in pauses)]
    assume(len(counted) >= count)
    days = aim(within(count, "wd"), walker.engine())
    assert due_of(days, start, pauses).at == counted[count - 1]


# ── laws ────────────────────────────────────────────────────────────────────


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, targets, st.sampled_from(ExactFit))
def test_what_is_used_when_it_is_due_is_the_target(walker, clock, count, fit):
    (start, pauses), engine = clock, walker.engine()
    due = used_up(engine, start, count * MINUTE, pauses, fit)
    waited = (engine.between(since, min(until, due)) for since, until in pauses if since < due)
    assert engine.between(start, due) - sum(waited, NOTHING) == count * MINUTE


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, targets, targets)
def test_a_longer_target_is_due_later(walker, clock, count, more):
    (start, pauses), engine = clock, walker.engine()
    shorter = used_up(engine, start, count * MINUTE, pauses)
    assert shorter < used_up(engine, start, (count + more) * MINUTE, pauses)


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, moments, targets, targets)
def test_two_targets_one_after_the_other_are_their_sum(walker, start, first, second):
    engine = walker.engine()
    by_steps = engine.after(engine.after(start, first * MINUTE), second * MINUTE)
    assert by_steps == engine.after(start, (first + second) * MINUTE)


@part_of("SLA-1d")
@settings(max_examples=40, deadline=None)
@given(calendars, moments, targets)
def test_counting_back_undoes_counting_on(walker, start, count):
    engine = walker.engine()
    due = engine.after(start, count * MINUTE)
    assert engine.before(due, count * MINUTE) == engine.opening(start)
    assert engine.between(engine.before(start, count * MINUTE), start) == count * MINUTE


TARGETS = [
    within(90, "wmin"),
    within(30 * 60, "wmin"),
    within(2, "wd"),
    within(2, "wd", until="same_time"),
    within(3, "cd"),
    within(3, "cd", roll="following"),
    within(36, "h"),
    within(36, "h", roll="preceding"),
    within(1, "months"),
]


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, st.sampled_from(TARGETS[:4]))
def test_a_pause_of_closed_time_changes_nothing(walker, clock, target):
    (start, pauses), engine = clock, walker.engine()
    days = aim(target, engine)
    due = due_of(days, start, pauses)
    opened = list(engine.open_intervals(start, due.at + 3 * DAY))
    nights = [Interval(a.until, b.since) for a, b in zip(opened, opened[1:], strict=False)]
    assert due_of(days, start, union([*pauses, *nights])) == due


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, st.sampled_from(TARGETS), st.integers(1, 6 * 24 * 60))
def test_splitting_a_pause_changes_nothing(walker, clock, target, cut):
    (start, pauses), at = clock, clock[0] + cut * MINUTE
    days = aim(target, walker.engine())
    split = [
        part
        for since, until in pauses
        for part in (Interval(since, min(max(at, since), until)), Interval(max(at, since), until))
        if not part.is_empty
    ]
    assert due_of(days, start, split) == due_of(days, start, pauses)


@part_of("SLA-1a")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, st.sampled_from(TARGETS))
def test_pauses_only_ever_make_it_later_and_those_after_it_change_nothing(walker, clock, target):
    (start, pauses), engine = clock, walker.engine()
    days = aim(target, engine)
    due = due_of(days, start, pauses)
    assert due.at >= due_of(days, start).at or target.roll == "preceding"
    unrolled = aim(target.model_copy(update={"roll": Roll.NONE}), engine)
    last = max(due.at, due_of(unrolled, start, pauses).at)
    after = Interval(last + 3 * DAY, last + 5 * DAY)
    assert due_of(days, start, union([*pauses, after])) == due


@part_of("SLA-1")
@settings(max_examples=40, deadline=None)
@given(calendars, clocks, targets)
def test_the_segments_are_without_gaps_and_add_up(walker, clock, count):
    (start, pauses), engine = clock, walker.engine()
    due = used_up(engine, start, count * MINUTE, pauses)
    waits = [Pause(since, "waits", until=until) for since, until in pauses]
    found = segments(engine, engine, Interval(start, due), waits)
    assert (found[0].since, found[-1].until, found[-1].used) == (start, due, count * MINUTE)
    assert all(a.until == b.since for a, b in zip(found, found[1:], strict=False))
    opened = (s.until - s.since for s in found if s.kind is SegmentKind.OPEN)
    assert sum(opened, NOTHING) == count * MINUTE


# ── histories ───────────────────────────────────────────────────────────────

START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine o'clock in Shanghai
LEVELS = tuple(
    Level(kind=LevelKind.WARNING, amount=amount, unit=Unit.WORKING_MINUTES)
    for amount in (-60, -10, 60)
)
AIMS = [
    aim(within(90, "wmin"), name="urgent", levels=LEVELS),
    aim(within(600, "wmin"), name="ordinary", levels=LEVELS[:2]),
    aim(within(1, "wd"), name="day", levels=LEVELS[1:]),
    aim(within(1, "cd"), name="calendar_day", levels=LEVELS),
    aim(within(5, "h"), name="hours", levels=LEVELS),
]


def mark(at: datetime) -> st.SearchStrategy[Mark]:
    return st.one_of(
        st.builds(Paused, st.just(at), st.sampled_from(["parts", "customer"])),
        st.builds(Resumed, st.just(at), st.sampled_from([None, "parts"])),
        st.builds(Stopped, st.just(at)),
        st.builds(Reopened, st.just(at)),
        st.builds(Retargeted, st.just(at), st.sampled_from(AIMS), st.booleans()),
        st.builds(Cancelled, st.just(at)),
    )


later = st.integers(0, 4 * 24 * 4).map(lambda quarters: START + quarters * 15 * MINUTE)
histories = st.lists(later.flatmap(mark), max_size=8).map(
    lambda marks: [Started(START, AIMS[0]), *marks]
)


@part_of("SLA-1c")
@settings(max_examples=40, deadline=None)
@given(histories, later, later)
def test_what_was_missed_or_reached_stays_so_whatever_comes_later(marks, one, other):
    earlier, later = (read(marks, moment) for moment in sorted((one, other)))
    assert earlier is not None and later is not None
    assert set(earlier.misses) <= set(later.misses)
    assert {(e.policy, e.level, e.at) for e in earlier.levels} <= {
        (e.policy, e.level, e.at) for e in later.levels
    }


@part_of("SLA-1")
@settings(max_examples=40, deadline=None)
@given(histories, later)
def test_nothing_changes_before_it_says_it_has_to_be_looked_at_again(marks, now):
    found = read(marks, now)
    assert found is not None
    next_mark = min((m.at for m in marks if m.at > now), default=now + 10 * DAY)
    until = min(found.wakes_at or next_mark, next_mark) - timedelta(microseconds=1)
    assume(until > now)
    again = read(marks, until)
    assert again is not None
    assert (again.state, again.misses, again.levels) == (found.state, found.misses, found.levels)


@part_of("SLA-1c")
@settings(max_examples=50, deadline=None)
@given(histories, later, st.sampled_from(AIMS))
def test_going_there_and_back_gives_the_same_due_time(marks, at, other):
    known = [mark for mark in marks if mark.at <= at]
    now = read(known, at)
    assert now is not None
    assume(now.ended_at is None)
    aims = [m for m in known if isinstance(m, Started | Retargeted)]
    held = max(reversed(sorted(aims, key=lambda m: m.at)), key=lambda m: m.at)
    back = read([*known, Retargeted(at, other), Retargeted(at, held.aim)], at)
    assert back is not None
    assert (back.due, back.state) == (now.due, now.state)


def test_the_walker_knows_china_as_it_ships():
    """The walker itself, held to a figure that nobody here computed."""
    walker = Walker(SHANGHAI, ((9, 18),), WEEK[:5], frozenset(), frozenset())
    assert walker.between(FIRST, FIRST + 7 * DAY) * MINUTE == 45 * HOUR
    assert CHINA.between(FIRST, FIRST + 7 * DAY) == 45 * HOUR
