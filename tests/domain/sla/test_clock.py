"""A clock read at a moment: state, retargeting, misses, reopening, levels (SLA-1, 1c, 1d, 4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.policy_content import Level, LevelKind, Stated, Unit
from domain.sla.clock import ClockState, Reading, read
from domain.sla.marks import (
    Cancelled,
    Happened,
    MissRecorded,
    Paused,
    Reopened,
    Resumed,
    Retargeted,
    Started,
    Stopped,
    marks_of,
)
from domain.sla.targets import Due
from tests.domain.sla.calendars import CHINA, HOUR, MINUTE, aim, at, within, working
from tests.rules import part_of

FOUR_HOURS = aim(within(240, "wmin"), name="ordinary")
ONE_HOUR = aim(within(60, "wmin"), name="urgent")
TEN = at("03-02 10:00")
STARTED = Started(TEN, FOUR_HOURS)
WAITS = Paused(at("03-02 11:00"), "parts", "Mia")
GOES_ON = Resumed(at("03-02 12:00"), "parts")


def reading(*marks, now: str) -> Reading:
    found = read(marks, at(now))
    assert found is not None
    return found


# ── states ──────────────────────────────────────────────────────────────────


@part_of("SLA-1")
@pytest.mark.parametrize(
    ("marks", "now", "state", "due", "used", "left", "over"),
    [
        pytest.param([], "03-02 11:30", "running", "14:00", 90, 150, 0, id="runs"),
        pytest.param([WAITS], "03-02 11:30", "paused", "14:30", 60, 180, 0, id="waits"),
        pytest.param([WAITS, GOES_ON], "03-02 12:30", "running", "15:00", 90, 150, 0, id="went on"),
        pytest.param([], "03-02 14:00", "running", "14:00", 240, 0, 0, id="at the due time"),
        pytest.param([], "03-02 14:01", "missed", "14:00", 241, 0, 1, id="a minute late"),
        pytest.param(
            [Stopped(at("03-02 13:00"))], "03-05 09:00", "met", "14:00", 180, 60, 0, id="in time"
        ),
        pytest.param(
            [Stopped(at("03-02 14:00"))], "03-05 09:00", "met", "14:00", 240, 0, 0, id="just so"
        ),
        pytest.param(
            [Stopped(at("03-02 17:00"))], "03-05 09:00", "missed", "14:00", 420, 0, 180, id="late"
        ),
        pytest.param(
            [WAITS, Stopped(at("03-02 17:00"))],
            "03-05 09:00",
            "met",
            "20:00",
            60,
            180,
            0,
            id="stopped while it waited",
        ),
        pytest.param(
            [Cancelled(at("03-02 12:00"))], "03-05 09:00", "cancelled", "14:00", 120, 120, 0, id=""
        ),
    ],
)
def test_a_clock_knows_its_state_and_what_is_left(marks, now, state, due, used, left, over):
    found = reading(STARTED, *marks, now=now)
    expected = at("03-03 11:00") if due == "20:00" else at(f"03-02 {due}")
    assert (found.state, found.due.at) == (ClockState(state), expected)
    assert (found.used, found.left, found.over) == (used * MINUTE, left * MINUTE, over * MINUTE)


def test_a_clock_that_has_not_started_has_no_reading():
    assert read([STARTED], TEN - MINUTE) is None
    assert read([WAITS, Stopped(TEN)], at("03-03 09:00")) is None


@part_of("SLA-4")
def test_marks_may_be_told_in_any_order_and_late():
    marks = [STARTED, WAITS, GOES_ON, Stopped(at("03-02 14:30"))]
    assert read(marks[::-1], at("03-05 09:00")) == read(marks, at("03-05 09:00"))
    before = reading(STARTED, Stopped(at("03-02 14:30")), now="03-05 09:00")
    after = reading(STARTED, Stopped(at("03-02 14:30")), WAITS, GOES_ON, now="03-05 09:00")
    assert (before.state, after.state) == (ClockState.MISSED, ClockState.MET)


def test_pauses_for_two_reasons_end_one_by_one():
    waits_twice = [STARTED, WAITS, Paused(at("03-02 11:30"), "customer")]
    one_left = reading(*waits_twice, GOES_ON, now="03-02 13:00")
    assert one_left.state is ClockState.PAUSED
    none_left = reading(*waits_twice, GOES_ON, Resumed(at("03-02 13:00")), now="03-02 13:00")
    assert (none_left.state, none_left.due.at) == (ClockState.RUNNING, at("03-02 16:00"))


@part_of("SLA-1")
def test_a_start_while_it_runs_changes_nothing_and_one_after_its_end_is_a_new_run():
    again = Started(at("03-02 11:00"), FOUR_HOURS)
    assert reading(STARTED, again, now="03-02 12:00").started_at == TEN
    anew = reading(STARTED, Stopped(at("03-02 10:30")), again, now="03-02 12:00")
    assert (anew.started_at, anew.state) == (at("03-02 11:00"), ClockState.RUNNING)


@part_of("SLA-1")
def test_a_clock_knows_the_events_that_made_it_so():
    found = reading(
        Started(TEN, FOUR_HOURS, "e1"),
        Retargeted(at("03-02 11:00"), ONE_HOUR, event="e2"),
        Stopped(at("03-02 12:00"), "e3"),
        now="03-02 13:00",
    )
    assert [target.event for target in found.targets] == ["e1", "e2"]
    assert (found.ended_by, found.ended_at) == ("e3", at("03-02 12:00"))


# ── retargeting ─────────────────────────────────────────────────────────────


def to_urgent(moment: str, **said) -> Retargeted:
    return Retargeted(at(moment), ONE_HOUR, **said)


def to_ordinary(moment: str) -> Retargeted:
    return Retargeted(at(moment), FOUR_HOURS)


@part_of("SLA-1c")
def test_a_new_target_counts_from_the_original_start_with_its_pauses():
    waited = [STARTED, Paused(at("03-02 10:15"), "parts"), Resumed(at("03-02 10:45"))]
    found = reading(*waited, to_urgent("03-02 10:50"), now="03-02 11:00")
    assert found.due.at == at("03-02 11:30")
    assert [target.due.at for target in found.targets] == [at("03-02 14:30"), at("03-02 11:30")]


@part_of("SLA-1c")
def test_a_target_may_be_told_to_count_from_now():
    found = reading(STARTED, to_urgent("03-02 12:00", restart=True), now="03-02 12:30")
    assert (found.started_at, found.due.at) == (at("03-02 12:00"), at("03-02 13:00"))


@part_of("SLA-1c")
def test_there_and_back_gives_the_first_due_time_again():
    there = [STARTED, WAITS, to_urgent("03-02 11:30"), GOES_ON]
    back = reading(*there, to_ordinary("03-02 12:10"), now="03-02 12:30")
    never = reading(STARTED, WAITS, GOES_ON, now="03-02 12:30")
    assert (back.due, back.state) == (never.due, never.state)


@part_of("SLA-1c")
def test_a_deadline_once_missed_stays_missed_on_record():
    urgent = Started(TEN, ONE_HOUR)
    found = reading(urgent, to_ordinary("03-02 12:00"), now="03-02 12:30")
    assert found.state is ClockState.RUNNING  # not under the ordinary deadline
    assert [(miss.policy.policy_id, miss.at) for miss in found.misses] == [
        ("deadline.urgent", at("03-02 11:00"))
    ]
    met = reading(urgent, to_ordinary("03-02 12:00"), Stopped(at("03-02 13:00")), now="03-04 09:00")
    assert (met.state, met.misses) == (ClockState.MET, found.misses)


@part_of("SLA-1c")
def test_a_target_that_is_past_when_it_comes_is_missed_from_then():
    found = reading(STARTED, to_urgent("03-02 12:00"), now="03-02 12:30")
    assert found.state is ClockState.MISSED
    (miss,) = found.misses
    assert (miss.due.at, miss.at) == (at("03-02 11:00"), at("03-02 12:00"))


@part_of("SLA-1c")
def test_a_target_that_comes_again_is_missed_once_from_the_first_time():
    again = Retargeted(at("03-02 15:00"), FOUR_HOURS)
    assert reading(STARTED, again, now="03-02 16:00").misses == (
        reading(STARTED, now="03-02 14:30").misses
    )


@part_of("SLA-1c")
def test_a_miss_on_record_stays_although_the_facts_are_corrected():
    recorded = MissRecorded(at("03-02 14:00"), FOUR_HOURS, Due(at=at("03-02 14:00")))
    late = [STARTED, recorded, Stopped(at("03-02 14:30"))]
    before = reading(*late, now="03-05 09:00")
    assert [miss.at for miss in before.misses] == [at("03-02 14:00")]
    corrected = reading(*late, WAITS, GOES_ON, now="03-05 09:00")
    assert (corrected.state, corrected.misses) == (ClockState.MET, before.misses)


@part_of("SLA-1e")
def test_publishing_the_next_year_makes_a_provisional_due_time_final():
    announced = working("09:00-18:00", off=(date(2027, 1, 1),))
    two_days = aim(within(2, "wd"))
    started = Started(at("12-30 10:00"), two_days)
    before = reading(started, now="12-30 12:00")
    assert (before.due.at, before.due.provisional) == (at("2027-01-01 18:00"), True)
    known = Retargeted(at("12-30 13:00"), aim(within(2, "wd"), announced))
    after = reading(started, known, now="12-30 14:00")
    assert (after.due.at, after.due.provisional) == (at("2027-01-04 18:00"), False)
    assert after.targets[0].due == before.due


@part_of("SLA-1c")
def test_a_target_that_comes_when_the_clock_is_over_decides_only_after_a_reopening():
    done = [STARTED, Stopped(at("03-02 13:00")), to_urgent("03-02 14:00")]
    assert reading(*done, now="03-02 15:00").state is ClockState.MET
    reopened = reading(*done, Reopened(at("03-02 16:00")), now="03-02 16:30")
    assert reopened.state is ClockState.MISSED
    assert [target.policy.policy_id for target in reopened.targets] == [
        "deadline.ordinary",
        "deadline.urgent",
    ]


# ── reopening ───────────────────────────────────────────────────────────────


@part_of("SLA-1d")
def test_reopening_goes_on_and_the_time_between_does_not_count():
    done = [STARTED, Stopped(at("03-02 11:00"))]
    found = reading(*done, Reopened(at("03-02 15:00")), now="03-02 15:30")
    assert (found.state, found.used) == (ClockState.RUNNING, 90 * MINUTE)
    assert found.due.at == at("03-02 18:00")
    over = reading(
        *done, Reopened(at("03-02 15:00")), Stopped(at("03-03 10:00")), now="03-04 09:00"
    )
    assert over.state is ClockState.MISSED


@part_of("SLA-1d")
def test_what_was_never_stopped_cannot_be_reopened():
    assert reading(STARTED, Reopened(at("03-02 12:00")), now="03-02 13:00") == reading(
        STARTED, now="03-02 13:00"
    )
    cancelled = [STARTED, Cancelled(at("03-02 11:00")), Reopened(at("03-02 12:00"))]
    assert reading(*cancelled, now="03-02 13:00").state is ClockState.CANCELLED


# ── levels ──────────────────────────────────────────────────────────────────


def level(amount: int, unit: Unit = Unit.WORKING_MINUTES) -> Level:
    kind = LevelKind.WARNING if amount < 0 else LevelKind.ESCALATION
    return Level(kind=kind, amount=amount, unit=unit)


TWO_HOURS = aim(within(120, "wmin"), name="two_hours", levels=(level(-60), level(-30)))


def reached(*marks, now: str) -> list[tuple[int, str]]:
    found = reading(*marks, now=now).levels
    return [(each.level.amount, f"{each.at + 8 * HOUR:%H:%M}") for each in found]


@part_of("SLA-1d")
def test_a_level_that_falls_on_the_moment_of_reopening_is_reached_then():
    later = aim(within(120, "wmin"), name="later", levels=(level(60),))
    marks = [Started(at("03-02 09:00"), later), Stopped(at("03-02 11:00"))]
    marks.append(Reopened(at("03-02 12:00")))
    assert reached(*marks, now="03-02 12:00") == [(60, "12:00")]
    assert reached(*marks, now="03-02 14:00") == [(60, "12:00")]


@part_of("SLA-1d")
def test_each_level_is_reached_once():
    started = Started(TEN, TWO_HOURS)
    at_times = {
        now: reached(started, now=f"03-02 {now}") for now in ("10:59", "11:01", "11:31", "17:00")
    }
    both = [(-60, "11:00"), (-30, "11:30")]
    assert at_times == {"10:59": [], "11:01": both[:1], "11:31": both, "17:00": both}


@part_of("SLA-1d")
@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (Stopped(at("03-02 11:15")), [(-60, "11:00")]),
        (Stopped(at("03-02 11:00")), []),
        (Cancelled(at("03-02 11:15")), [(-60, "11:00")]),
        (Retargeted(at("03-02 11:15"), FOUR_HOURS), [(-60, "11:00")]),
    ],
)
def test_levels_that_were_not_reached_are_dropped_at_the_end_or_with_their_target(end, expected):
    assert reached(Started(TEN, TWO_HOURS), end, now="03-02 17:00") == expected


@part_of("SLA-1d")
def test_a_pause_moves_the_levels_that_are_to_come_and_no_other():
    waited = [Paused(at("03-02 11:10"), "parts"), Resumed(at("03-02 12:10"))]
    marks = [Started(TEN, TWO_HOURS), *waited]
    assert reached(*marks, now="03-02 11:05") == [(-60, "11:00")]
    assert reached(*marks, now="03-02 12:00") == [(-60, "11:00")]
    assert reached(*marks, now="03-02 12:30") == [(-60, "11:00"), (-30, "12:30")]


@part_of("SLA-1d")
def test_no_level_is_reached_while_it_waits():
    promised = aim(Stated(by="a promise"), stated=at("03-02 16:00"), levels=(level(-60),))
    waited = [Started(TEN, promised), Paused(at("03-02 14:00"), "customer")]
    assert reached(*waited, now="03-02 15:30") == []
    assert reached(*waited, Resumed(at("03-02 15:40")), now="03-02 15:45") == [(-60, "15:40")]


@part_of("SLA-1c")
def test_there_and_back_does_not_reach_a_level_twice():
    there = [Started(TEN, TWO_HOURS), Retargeted(at("03-02 11:10"), FOUR_HOURS)]
    back = [*there, Retargeted(at("03-02 11:20"), TWO_HOURS)]
    assert reached(*back, now="03-02 17:00") == [(-60, "11:00"), (-30, "11:30")]


@part_of("SLA-1d")
def test_a_level_that_was_past_when_its_target_came_is_reached_at_once_and_says_so():
    found = reading(STARTED, Retargeted(at("03-02 11:20"), TWO_HOURS), now="03-02 11:40")
    assert [(each.at, each.at_once) for each in found.levels] == [
        (at("03-02 11:20"), True),
        (at("03-02 11:30"), False),
    ]


@part_of("SLA-1d")
@pytest.mark.parametrize(
    ("amount", "unit", "moment"),
    [
        (-1, "wd", "03-06 18:00"),  # due on Monday at the close of business
        (-60, "wmin", "03-09 17:00"),
        (60, "wmin", "03-10 10:00"),
        (0, "wmin", "03-09 18:00"),
        (2, "wd", "03-11 18:00"),
        (-2, "h", "03-09 16:00"),
        (1, "cd", "03-10 18:00"),
    ],
)
def test_levels_are_told_in_their_own_unit(amount, unit, moment):
    friday = aim(within(1, "wd"), levels=(level(amount, Unit(unit)),))
    found = reading(Started(at("03-06 10:00"), friday), now="03-20 09:00")
    assert [each.at for each in found.levels] == [at(moment)]


@part_of("SLA-1d")
def test_it_says_when_to_look_again():
    started = Started(TEN, TWO_HOURS)
    late = at("03-02 12:00") + timedelta(microseconds=1)
    wakes = {now: reading(started, now=f"03-02 {now}").wakes_at for now in ("10:00", "11:00")}
    assert wakes == {"10:00": at("03-02 11:00"), "11:00": at("03-02 11:30")}
    assert reading(started, now="03-02 11:30").wakes_at == late
    assert reading(started, now="03-02 12:00").wakes_at == late
    assert reading(started, now="03-02 12:01").wakes_at is None
    assert reading(started, WAITS, now="03-02 11:10").wakes_at is None
    assert reading(started, Stopped(TEN + MINUTE), now="03-02 11:10").wakes_at is None


# ── marks ───────────────────────────────────────────────────────────────────

NAMED = aim(
    within(30, "cd"),
    starts_on=("claims.ClaimSubmitted", "claims.ClaimResubmitted"),
    stops_on=("claims.ClaimRejected",),
    pauses_on=("claims.InformationAsked", "claims.HearingSet"),
    resumes_on=("claims.InformationGiven", "claims.HearingHeld"),
)


@part_of("SLA-1")
def test_marks_are_read_off_the_events_that_the_deadline_names():
    names = (
        "claims.ClaimSubmitted",
        "claims.InformationAsked",
        "claims.PaperAttached",
        "claims.InformationGiven",
        "claims.ClaimRejected",
    )
    events = [Happened(name, TEN + n * HOUR, f"e{n}", "Mia") for n, name in enumerate(names)]
    assert list(marks_of(NAMED, events)) == [
        Started(TEN, NAMED, "e0"),
        Paused(TEN + HOUR, "claims.InformationAsked", "Mia", "e1"),
        Resumed(TEN + 3 * HOUR, "claims.InformationAsked", "e3"),
        Stopped(TEN + 4 * HOUR, "e4"),
    ]


@part_of("SLA-1")
def test_an_event_that_ends_no_pause_of_its_own_ends_them_all():
    deadline = NAMED.deadline.model_copy(update={"resumes_on": ("claims.Resumed",)})
    (mark,) = marks_of(
        aim(deadline.target, pauses_on=("x.A", "x.B"), resumes_on=("x.C",)), [Happened("x.C", TEN)]
    )
    assert mark == Resumed(TEN, None)


def test_a_moment_belongs_to_the_calendar_of_its_target():
    split = aim(within(240, "wmin"), working("08:00-12:00", "13:00-17:00"))
    found = reading(STARTED, Retargeted(at("03-02 11:00"), split), now="03-02 11:30")
    assert found.due.at == at("03-02 15:00")
    assert found.left == 150 * MINUTE
    assert CHINA.between(at("03-02 11:30"), found.due.at) == 210 * MINUTE
