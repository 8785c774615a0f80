"""The shipped calendar: two sources that agree, kinds of days, and its years (SLA-1e)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import holidays
import pytest
from pydantic import ValidationError

from application import shipped
from domain.policy_content import DayKind, HolidayYear, PublicHolidays, Weekday
from tests import public_holidays
from tests.public_holidays import SourcesDisagree, build, compared, disagreements
from tests.rules import part_of

SHIPPED = next(c for c in shipped.contents() if isinstance(c, PublicHolidays))
SHARED = Path(__file__).parents[3] / "shared" / "data" / "cn_calendar_2025_2026.json"
DISPUTED = date(2005, 12, 31)


@pytest.fixture(scope="module")
def china() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=range(2004, 2027), language="en_US")


@part_of("SLA-1e")
def test_what_ships_is_what_the_sources_say_together():
    built = build()
    assert built.years == SHIPPED.years, "run `make holidays` and review the difference"
    assert shipped.read(public_holidays.toml(built)) == (built,)


@part_of("SLA-1e")
def test_the_sources_disagree_about_one_day_only(china):
    assert disagreements(china, range(2004, 2027)) == [DISPUTED]


@part_of("SLA-1e")
@pytest.mark.parametrize(
    ("decided", "named"),
    [({}, DISPUTED), ({DISPUTED: True, date(2010, 5, 3): True}, date(2010, 5, 3))],
    ids=["undecided", "decided without need"],
)
def test_a_disagreement_that_nobody_decided_stops_the_build(china, monkeypatch, decided, named):
    monkeypatch.setattr(public_holidays, "DECIDED", decided)
    with pytest.raises(SourcesDisagree, match=str(named)):
        compared(china, range(2004, 2027))


@part_of("SLA-1e")
def test_the_day_in_dispute_is_worked_as_the_notice_says():
    assert SHIPPED.kind_of(DISPUTED) is DayKind.MAKE_UP


@part_of("SLA-1e")
@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 14), DayKind.MAKE_UP),  # a Saturday
        (date(2026, 2, 15), DayKind.BREAK),  # the Sunday on which the break begins
        (date(2026, 2, 16), DayKind.STATUTORY),  # the eve, since 2025
        (date(2014, 1, 30), DayKind.WEEKDAY),  # the eve, in 2014
        (date(2012, 1, 22), DayKind.STATUTORY),  # the eve, from 2008 to 2013
        (date(2026, 2, 20), DayKind.BREAK),
        (date(2026, 2, 24), DayKind.WEEKDAY),
        (date(2026, 3, 1), DayKind.WEEKEND),
        (date(2025, 5, 2), DayKind.STATUTORY),
        (date(2024, 5, 2), DayKind.BREAK),
        (date(2007, 5, 3), DayKind.STATUTORY),
        (date(2020, 1, 31), DayKind.BREAK),  # the break was lengthened
    ],
)
def test_days_of_a_break_are_told_apart_from_holidays_by_law(day, kind):
    assert SHIPPED.kind_of(day) is kind


def test_the_law_gave_thirteen_days_from_2025():
    days = {entry.year: len(entry.statutory) for entry in SHIPPED.years}
    assert (days[2004], days[2010], days[2024], days[2025], days[2026]) == (10, 11, 11, 13, 13)


@part_of("SLA-1e")
@pytest.mark.parametrize(
    ("day", "announced"),
    [
        (date(2003, 12, 31), False),
        (date(2004, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_years_it_covers_are_known(day, announced):
    assert SHIPPED.announced(day) is announced


@part_of("SLA-1e")
@pytest.mark.skipif(not SHARED.exists(), reason="the shared calendar is not here")
def test_the_shared_calendar_agrees():
    for year, expected in json.loads(SHARED.read_text(encoding="utf-8")).items():
        days = list(public_holidays.days_of(int(year)))
        weekdays = [day for day in days if Weekday.of(day) not in SHIPPED.weekend]
        off = [str(day) for day in weekdays if SHIPPED.kind_of(day).rests]
        worked = [str(day) for day in days if SHIPPED.kind_of(day) is DayKind.MAKE_UP]
        assert (off, worked) == (expected["off_weekdays"], expected["adjusted_workdays"])


@pytest.mark.parametrize(
    ("year", "fault"),
    [
        ({"year": 2026, "statutory": (date(2025, 1, 1),)}, "not in 2026"),
        ({"year": 2026, "statutory": (DISPUTED.replace(year=2026),) * 2}, "once"),
        ({"year": 2026, "statutory": (date(2026, 1, 1),), "make_up": (date(2026, 1, 1),)}, "once"),
    ],
)
def test_a_year_names_each_of_its_days_once(year, fault):
    with pytest.raises(ValidationError, match=fault):
        HolidayYear(**year)


def test_a_year_is_said_once():
    with pytest.raises(ValidationError, match="once"):
        PublicHolidays(years=(HolidayYear(year=2026), HolidayYear(year=2026)))
