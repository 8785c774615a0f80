"""Opening hours laid out on instants: holidays, make-up days, changing clocks (SLA-1a, SLA-1e)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from pydantic import ValidationError

from domain.policy_content import ExactFit, HoursOfWeekdays, OpeningHours, OpeningRange, Weekday
from domain.working_time import NOTHING
from tests.domain.sla.calendars import BERLIN, CHINA, DAY, HOUR, MINUTE, WEEK, at, ranges, working
from tests.rules import part_of

SPLIT = working("08:00-12:00", "13:30-17:30")
DISPUTED = date(2005, 12, 31)  # worked, though one source does not know it
ALWAYS = working("00:00-24:00", days=WEEK)


@part_of("SLA-1e")
@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        pytest.param("03-02 09:00", "03-02 18:00", 9, id="a day"),
        pytest.param("03-02 00:00", "03-09 00:00", 45, id="a week"),
        pytest.param("02-14 09:00", "02-24 12:00", 12, id="the Spring Festival, and a make-up day"),
        pytest.param("2025-12-31 17:00", "01-05 10:00", 11, id="over the new year"),
        pytest.param("03-02 18:00", "03-03 09:00", 0, id="a night"),
        pytest.param("03-03 09:00", "03-02 09:00", 0, id="backwards"),
    ],
)
def test_holidays_are_closed_and_make_up_days_open(since, until, hours):
    assert CHINA.between(at(since), at(until)) == hours * HOUR


@part_of("SLA-1b")
def test_a_day_may_open_several_times():
    assert SPLIT.between(at("03-02 11:00"), at("03-02 14:00")) == 90 * MINUTE
    assert SPLIT.after(at("03-02 11:00"), 2 * HOUR) == at("03-02 14:30")
    assert list(SPLIT.open_intervals(at("03-02 11:00"), at("03-02 14:00"))) == [
        (at("03-02 11:00"), at("03-02 12:00")),
        (at("03-02 13:30"), at("03-02 14:00")),
    ]


@part_of("SLA-1a")
@pytest.mark.parametrize(
    ("since", "hours", "closing", "opening"),
    [
        ("03-02 11:00", 1, "03-02 12:00", "03-02 13:30"),
        ("03-02 08:00", 8, "03-02 17:30", "03-03 08:00"),
        ("03-06 13:30", 4, "03-06 17:30", "03-09 08:00"),
        ("03-02 09:00", 1, "03-02 10:00", "03-02 10:00"),
        ("03-07 12:00", 0, "03-09 08:00", "03-09 08:00"),
    ],
)
def test_what_is_used_up_at_closing_is_due_then_or_at_the_next_opening(
    since, hours, closing, opening
):
    assert SPLIT.after(at(since), hours * HOUR) == at(closing)
    assert SPLIT.after(at(since), hours * HOUR, ExactFit.OPENING) == at(opening)


@part_of("SLA-1d")
@pytest.mark.parametrize(
    ("until", "hours", "since"),
    [
        ("03-02 17:30", 8, "03-02 08:00"),
        ("03-02 08:00", 1, "02-27 16:30"),
        ("03-01 12:00", 4, "02-27 13:30"),
        ("03-02 14:30", 2, "03-02 11:00"),
    ],
)
def test_time_is_counted_backwards_too(until, hours, since):
    assert SPLIT.before(at(until), hours * HOUR) == at(since)


@pytest.mark.parametrize(
    ("moment", "opening", "closing"),
    [
        ("03-02 09:00", "03-02 09:00", "03-02 09:00"),
        ("03-02 12:00", "03-02 13:30", "03-02 12:00"),
        ("03-02 13:30", "03-02 13:30", "03-02 12:00"),
        ("03-07 10:00", "03-09 08:00", "03-06 17:30"),
        ("01-01 10:00", "01-01 10:00", "01-01 10:00"),
        ("01-01 00:00", "01-01 08:00", "2025-12-31 17:30"),
    ],
)
def test_the_opening_after_a_moment_and_the_closing_before_it(moment, opening, closing):
    assert SPLIT.opening(at(moment)) == at(opening)
    assert SPLIT.closing(at(moment)) == at(closing)


def test_a_day_that_never_closes_is_followed_by_the_next():
    assert ALWAYS.between(at("03-02 12:00"), at("03-04 12:00")) == 48 * HOUR
    assert ALWAYS.after(at("03-02 12:00"), 12 * HOUR, ExactFit.OPENING) == at("03-03 00:00")


# ── clocks that change ──────────────────────────────────────────────────────


@part_of("SLA-1a")
@pytest.mark.parametrize(
    ("told", "day", "minutes"),
    [
        pytest.param("00:00-24:00", date(2026, 3, 29), 23 * 60, id="a day of 23 hours"),
        pytest.param("00:00-24:00", date(2026, 10, 25), 25 * 60, id="a day of 25 hours"),
        pytest.param("01:00-04:00", date(2026, 3, 29), 120, id="over the gap"),
        pytest.param("02:30-04:00", date(2026, 3, 29), 30, id="opens in the gap: at 03:30"),
        pytest.param("01:00-02:30", date(2026, 3, 29), 90, id="closes in the gap: at 03:30"),
        pytest.param("02:30-03:00", date(2026, 3, 29), 0, id="would close before it opens"),
        pytest.param("01:00-02:30", date(2026, 10, 25), 90, id="closes at the first 02:30"),
        pytest.param("02:30-04:00", date(2026, 10, 25), 150, id="opens at the first 02:30"),
    ],
)
def test_hours_are_local_and_durations_are_real(told, day, minutes):
    berlin = working(told, zone=BERLIN, days=WEEK)
    whole = at(f"{day} 00:00", BERLIN), at(f"{day + DAY} 00:00", BERLIN)
    assert berlin.between(*whole) == minutes * MINUTE
    assert berlin.is_working_day(day) is (minutes > 0)


@part_of("SLA-1a")
def test_ranges_that_meet_past_a_gap_count_once():
    berlin = working("02:15-02:45", "03:00-04:00", zone=BERLIN, days=WEEK)
    opened = list(berlin.open_intervals(at("03-29 00:00", BERLIN), at("03-30 00:00", BERLIN)))
    assert opened == [(at("03-29 03:00", BERLIN), at("03-29 04:00", BERLIN))]


@part_of("SLA-1a")
def test_a_day_that_a_zone_skips_is_no_working_day():
    samoa = working("09:00-17:00", zone="Pacific/Apia", off=(date(2011, 1, 1),))
    assert not samoa.is_working_day(date(2011, 12, 30))  # a Friday that Samoa never had
    assert samoa.is_working_day(date(2011, 12, 29))
    assert samoa.add(date(2011, 12, 29), 1) == date(2012, 1, 2)


# ── working days ────────────────────────────────────────────────────────────


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param("03-02 08:00", date(2026, 3, 2), id="before opening"),
        pytest.param("03-02 12:00", date(2026, 3, 2), id="in working hours"),
        pytest.param("03-02 18:00", date(2026, 3, 3), id="at the close of business"),
        pytest.param("03-06 20:00", date(2026, 3, 9), id="after it, on a Friday"),
        pytest.param("02-14 20:00", date(2026, 2, 24), id="before the Spring Festival"),
        pytest.param("2025-12-31 20:00", date(2026, 1, 4), id="a make-up day after New Year"),
        pytest.param("12-31 18:00", date(2027, 1, 1), id="at the last close of a year"),
    ],
)
def test_a_moment_outside_working_hours_counts_as_the_next_opening(moment, day):
    assert CHINA.day_of(at(moment)) == day


@part_of("SLA-1e")
@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 24), -2, date(2026, 2, 13)),
        (date(2026, 2, 15), 1, date(2026, 2, 24)),
        (date(2026, 2, 15), -1, date(2026, 2, 14)),
        (date(2026, 2, 15), 0, date(2026, 2, 24)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
        (date(2026, 1, 4), -1, date(2025, 12, 31)),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(day, count, expected):
    assert CHINA.add(day, count) == expected
    if count > 0:
        assert CHINA.count(day + DAY, expected + DAY) == count


@part_of("SLA-1e")
@pytest.mark.parametrize("first", [date(2004, 1, 1), date(2015, 9, 3), date(2025, 10, 1)])
def test_working_days_of_many_years_are_those_of_the_notices(first):
    last = date(2026, 12, 31)
    worked = [day for day in chinese_calendar.get_workdays(first, last) if day != DISPUTED]
    expected = len(worked) + (first <= DISPUTED)
    assert CHINA.count(first, last + DAY) == expected
    assert CHINA.add(first - DAY, expected) == worked[-1]


@part_of("SLA-1e")
def test_a_date_may_have_hours_of_its_own_whatever_sort_of_day_it_is():
    new_year, saturday, monday = date(2026, 1, 1), date(2026, 3, 7), date(2026, 3, 9)
    own = working(
        "09:00-18:00",
        off=(new_year,),
        dates={new_year: ("10:00-12:00",), saturday: ("09:00-10:00",), monday: ()},
    )
    hours = [own.between(at(f"{d} 00:00"), at(f"{d + DAY} 00:00")) for d in (new_year, saturday)]
    assert hours == [2 * HOUR, HOUR]
    assert own.day_of(at("03-07 11:00")) == date(2026, 3, 10)


# ── how far it reaches ──────────────────────────────────────────────────────


@part_of("SLA-1e")
def test_beyond_the_announced_years_only_the_week_is_known():
    assert CHINA.announced(at("2004-01-01 00:00"), at("12-31 23:59"))
    assert not CHINA.announced(at("12-31 23:59"), at("2027-01-01 00:00"))
    assert not CHINA.announced(at("2003-12-31 12:00"), at("2004-01-01 00:00"))
    assert CHINA.is_working_day(date(2027, 10, 1))  # a Friday, as far as anybody knows


def test_an_answer_beyond_every_calendar_is_refused():
    with pytest.raises(OverflowError, match="9999"):
        CHINA.after(at("9995-03-02 09:00"), timedelta(days=5_000))


def test_a_due_time_decades_ahead_is_laid_out_once():
    far = working("09:00-18:00", off=(date(2026, 1, 1),))
    assert far.after(at("03-02 09:00"), 9 * HOUR * 260 * 50) > at("2070-01-01 00:00")
    laid_out = dict(far.laid_out)
    assert len(laid_out) < 55
    far.after(at("03-02 09:00"), 9 * HOUR * 260 * 50)
    assert all(far.laid_out[year] is laid for year, laid in laid_out.items())
    assert (
        far.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)) == NOTHING
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (lambda: OpeningRange(opens="18:00", closes="09:00"), "cannot close"),
        (lambda: OpeningRange(opens="09:00", closes="24:30"), "pattern"),
        (lambda: hours("09:00-12:00", "11:00-13:00"), "before the one before it ends"),
        (lambda: hours("09:00-12:00", days=(Weekday.MONDAY, Weekday.MONDAY)), "said once"),
        (lambda: hours(days=(Weekday.MONDAY,)), "at least 1"),
    ],
)
def test_hours_that_cannot_be_are_refused(content, fault):
    with pytest.raises(ValidationError, match=fault):
        content()


def hours(*told: str, days: tuple[Weekday, ...] = (Weekday.MONDAY,)) -> OpeningHours:
    open = ranges(*told)
    return OpeningHours(weekly=(HoursOfWeekdays(days=days, open=open),), on_make_up_days=())
