"""When something falls due: three kinds of target, pauses, rolls, exact fits (SLA-1a, SLA-1b)."""

from __future__ import annotations

from datetime import date, time

import pytest
from pydantic import ValidationError

from domain.policy_content import Every, ExactFit, Period, SameDay, Stated, Until, Within
from domain.sla.targets import NothingStated, PeriodHasNoStart, due_of
from tests.domain.sla.calendars import BERLIN, CHINA, DAY, WEEK, aim, at, pauses, within, working
from tests.rules import part_of

ALWAYS = working("00:00-24:00", days=WEEK)


# ── working minutes ─────────────────────────────────────────────────────────


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("03-02 10:00", 60, "03-02 11:00"),
        ("03-02 17:30", 60, "03-03 09:30"),
        ("03-06 20:00", 30, "03-09 09:30"),
        ("02-14 17:00", 240, "02-24 12:00"),
    ],
)
def test_working_minutes_are_open_time(start, minutes, due):
    assert due_of(aim(within(minutes, "wmin")), at(start)).at == at(due)


@part_of("SLA-1a")
@pytest.mark.parametrize(("fit", "due"), [("closing", "03-02 18:00"), ("opening", "03-03 09:00")])
@pytest.mark.parametrize("waited", [(), (("03-02 12:00", "03-02 14:00"),)], ids=["", "paused"])
def test_an_exact_fit_is_as_the_policy_says(fit, due, waited):
    minutes = 9 * 60 - (120 if waited else 0)
    exact = aim(within(minutes, "wmin"), exact_fit=ExactFit(fit))
    assert due_of(exact, at("03-02 09:00"), pauses(*waited)).at == at(due)


@part_of("SLA-1a")
@pytest.mark.parametrize(
    ("waited", "due"),
    [
        pytest.param([], "03-02 14:00", id="none"),
        pytest.param([("03-02 11:00", "03-02 12:00")], "03-02 15:00", id="in working hours"),
        pytest.param([("03-02 19:00", "03-03 08:00")], "03-02 14:00", id="in the night"),
        pytest.param([("03-02 11:00", "03-03 11:00")], "03-03 14:00", id="over a night"),
        pytest.param([("03-02 12:00", "03-02 13:00")] * 2, "03-02 15:00", id="twice the same"),
        pytest.param(
            [("03-02 11:00", "03-02 13:00"), ("03-02 12:00", "03-02 13:30")],
            "03-02 16:30",
            id="overlapping: their union",
        ),
        pytest.param([("03-02 14:00", "03-02 15:00")], "03-02 14:00", id="from the due time on"),
        pytest.param([("03-02 13:59", "03-02 14:59")], "03-02 15:00", id="a minute before it"),
        pytest.param([("03-02 10:00", "03-02 11:00")], "03-02 15:00", id="from the start on"),
    ],
)
def test_pauses_count_where_they_overlap_open_time(waited, due):
    assert due_of(aim(within(240, "wmin")), at("03-02 10:00"), pauses(*waited)).at == at(due)


# ── working days ────────────────────────────────────────────────────────────


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("03-02 10:00", 1, "03-03 18:00", id="the day of the start is not counted"),
        pytest.param("03-02 08:00", 1, "03-03 18:00", id="before opening: that day"),
        pytest.param("03-02 18:00", 1, "03-04 18:00", id="at closing: the next day"),
        pytest.param("03-07 10:00", 1, "03-10 18:00", id="a Saturday: as Monday's opening"),
        pytest.param("02-13 10:00", 2, "02-24 18:00", id="a make-up day, then the break"),
        pytest.param("2025-12-30 10:00", 7, "01-09 18:00", id="over the new year"),
    ],
)
def test_working_days_end_at_the_close_of_business(start, days, due):
    assert due_of(aim(within(days, "wd")), at(start)).at == at(due)


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("waited", "due"),
    [
        pytest.param([("03-03 10:00", "03-03 17:59")], "03-04 18:00", id="within a day"),
        pytest.param([("03-03 17:00", "03-04 09:00")], "03-05 18:00", id="over an evening"),
        pytest.param([("03-03 18:00", "03-04 09:00")], "03-04 18:00", id="closed time"),
        pytest.param([("03-03 10:00", "03-06 10:00")], "03-09 18:00", id="over three evenings"),
        pytest.param([("03-02 11:00", "03-02 23:00")], "03-04 18:00", id="the day of the start"),
        pytest.param([("03-02 11:00", "03-03 20:00")], "03-05 18:00", id="and the day after"),
        pytest.param([("03-06 17:00", "03-09 09:00")], "03-04 18:00", id="after it was due"),
        pytest.param(
            [("03-03 17:00", "03-03 23:00"), ("03-04 17:00", "03-05 09:00")],
            "03-06 18:00",
            id="two evenings",
        ),
    ],
)
def test_a_day_that_ends_in_a_pause_does_not_count(waited, due):
    assert due_of(aim(within(2, "wd")), at("03-02 10:00"), pauses(*waited)).at == at(due)


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("start", "waited", "due"),
    [
        ("03-02 10:00", [], "03-04 10:00"),
        ("03-05 10:00", [], "03-09 10:00"),
        ("03-07 12:00", [], "03-11 09:00"),
        ("03-02 10:00", [("03-03 17:00", "03-04 09:30")], "03-04 11:30"),
    ],
)
def test_working_days_may_end_at_the_time_of_day_they_began(start, waited, due):
    same_time = aim(within(2, "wd", until=Until.SAME_TIME))
    assert due_of(same_time, at(start), pauses(*waited)).at == at(due)


# ── calendar days, months, clock hours ──────────────────────────────────────


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("amount", "unit", "roll", "due"),
    [
        (5, "cd", "none", "03-08 00:00"),  # with Saturday the 7th
        (5, "cd", "following", "03-10 00:00"),
        (5, "cd", "preceding", "03-07 00:00"),
        (7, "cd", "following", "03-10 00:00"),
        (1, "months", "none", "04-03 00:00"),
        (2, "months", "following", "05-07 00:00"),  # 2 May: the break ends on the 5th
        (36, "h", "none", "03-04 04:00"),
        (36, "h", "following", "03-04 09:00"),
        (36, "h", "preceding", "03-03 18:00"),
        (15, "min", "none", "03-02 16:15"),
        (15, "min", "following", "03-02 16:15"),
        (2, "h", "following", "03-02 18:00"),  # at closing, which is in working time
        (17, "h", "preceding", "03-03 09:00"),  # at an opening, too
    ],
)
def test_calendar_and_clock_time_run_always_and_roll_as_the_policy_says(amount, unit, roll, due):
    assert due_of(aim(within(amount, unit, roll=roll)), at("03-02 16:00")).at == at(due)


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [(15, "min", "03-09 09:00"), (1, "cd", "03-10 00:00"), (2, "cd", "03-10 00:00")],
)
def test_nothing_rolls_back_to_before_its_start(amount, unit, due):
    saturday = at("03-07 10:00")
    assert due_of(aim(within(amount, unit, roll="preceding")), saturday).at == at(due)


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("amount", "unit", "waited", "due"),
    [
        (7, "cd", [("03-04 12:00", "03-06 12:00")], "03-12 00:00"),
        (7, "cd", [("03-04 12:00", "03-04 18:00")], "03-10 00:00"),
        (7, "cd", [("03-02 12:00", "03-04 12:00")], "03-11 00:00"),
        (7, "cd", [("03-10 00:00", "03-12 00:00")], "03-10 00:00"),
        (1, "months", [("03-30 12:00", "04-02 12:00")], "04-06 00:00"),
        (24, "h", [("03-02 20:00", "03-03 08:00")], "03-03 22:00"),
    ],
)
def test_pauses_lengthen_calendar_days_by_days_and_clock_hours_by_hours(amount, unit, waited, due):
    assert due_of(aim(within(amount, unit)), at("03-02 10:00"), pauses(*waited)).at == at(due)


def test_what_is_due_with_a_day_is_late_from_the_next_and_an_instant_is_in_time():
    day, minute = (due_of(aim(within(1, unit)), at("03-02 10:00")) for unit in ("cd", "min"))
    assert (day.with_day, minute.with_day) == (True, False)
    assert [day.passed_by(at(t)) for t in ("03-03 23:59", "03-04 00:00")] == [False, True]
    assert [minute.passed_by(at(t)) for t in ("03-02 10:01", "03-02 10:02")] == [False, True]
    assert not minute.passed_by(minute.at)
    assert minute.passed_by(minute.late_from)


@part_of("SLA-1a")
def test_days_are_local_where_clocks_change():
    berlin = working("09:00-18:00", zone=BERLIN)
    start = at("03-28 12:00", BERLIN)
    assert due_of(aim(within(1, "cd"), berlin), start).at == at("03-30 00:00", BERLIN)
    assert due_of(aim(within(24, "h"), berlin), start).at == at("03-29 13:00", BERLIN)


# ── the same day, and what is stated ────────────────────────────────────────


@pytest.mark.parametrize(
    ("days_after", "by", "start", "due"),
    [
        (0, None, "03-02 10:00", "03-03 00:00"),
        (1, None, "03-02 10:00", "03-04 00:00"),
        (0, time(18), "03-02 10:00", "03-02 18:00"),
        (0, time(18), "03-02 18:00", "03-02 18:00"),
        (0, time(18), "03-02 18:01", "03-03 18:00"),
        (1, time(10), "03-02 10:30", "03-03 10:00"),
    ],
)
def test_the_same_day_ends_at_a_time_or_with_the_day(days_after, by, start, due):
    target = SameDay(days_after=days_after, by=by)
    found = due_of(aim(target), at(start))
    assert (found.at, found.with_day) == (at(due), by is None)


@pytest.mark.parametrize(
    ("by", "waited", "due"),
    [
        (None, [("03-02 12:00", "03-03 12:00")], "03-04 00:00"),
        (None, [("03-02 12:00", "03-02 13:00")], "03-03 00:00"),
        (time(18), [("03-02 17:00", "03-02 19:00")], "03-03 18:00"),
        (time(18), [("03-02 18:30", "03-05 19:00")], "03-02 18:00"),
    ],
)
def test_a_same_day_that_ends_in_a_pause_is_the_day_after(by, waited, due):
    assert due_of(aim(SameDay(by=by)), at("03-02 10:00"), pauses(*waited)).at == at(due)


def test_what_was_stated_is_due_then_whatever_the_pauses():
    stated, waited = Stated(by="a promise"), pauses(("03-03 09:00", "03-20 09:00"))
    day = due_of(aim(stated, stated=date(2026, 3, 5)), at("03-02 10:00"), waited)
    instant = due_of(aim(stated, stated=at("03-05 12:00")), at("03-02 10:00"), waited)
    assert (day.at, day.with_day) == (at("03-06 00:00"), True)
    assert (instant.at, instant.with_day) == (at("03-05 12:00"), False)
    with pytest.raises(NothingStated):
        due_of(aim(stated), at("03-02 10:00"))


def test_what_is_due_in_every_period_has_no_start():
    with pytest.raises(PeriodHasNoStart):
        due_of(aim(Every(period=Period.MONTH)), at("03-02 10:00"))


# ── what is not known yet ───────────────────────────────────────────────────


@part_of("SLA-1e")
@pytest.mark.parametrize(
    ("target", "provisional"),
    [
        (within(1, "wd"), True),
        (within(600, "wmin"), True),
        (within(1, "cd"), False),
        (within(3, "cd", roll="following"), True),
        (within(48, "h"), False),
    ],
)
def test_a_due_time_beyond_the_announced_years_is_provisional(target, provisional):
    assert due_of(aim(target), at("12-31 12:00")).provisional is provisional
    assert not due_of(aim(target), at("12-01 12:00")).provisional


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (0, "wd", {}),
        (1, "wd", {"roll": "following"}),
        (1, "wmin", {"roll": "preceding"}),
        (1, "cd", {"until": "same_time"}),
    ],
)
def test_targets_that_mean_nothing_are_refused(amount, unit, said):
    with pytest.raises(ValidationError):
        Within(amount=amount, unit=unit, **said)


def test_a_calendar_that_never_closes_counts_every_minute():
    due = due_of(aim(within(60 * 24, "wmin"), ALWAYS), at("03-07 12:00"))
    assert due.at == at("03-07 12:00") + DAY
    assert CHINA.after(at("03-07 12:00"), DAY) > due.at
