"""What is due once in every period, by a day of it or of the next (SLA-1)."""

from __future__ import annotations

from datetime import date, time

import pytest

from domain.policy_content import Every, Period
from domain.sla.periods import begins_on, due_in, last_day
from tests.domain.sla.calendars import SHANGHAI, at


@pytest.mark.parametrize(
    ("period", "said", "first_day", "last"),
    [
        ("day", {}, "2026-03-02", "2026-03-02"),
        ("working_day", {}, "2026-03-02", "2026-03-02"),
        ("week", {}, "2026-03-02", "2026-03-08"),
        ("week", {"day": 5}, "2026-03-02", "2026-03-06"),
        ("month", {}, "2026-02-01", "2026-02-28"),
        ("month", {"day": 25}, "2026-02-01", "2026-02-25"),
        ("month", {"day": 30}, "2026-02-01", "2026-02-28"),
        ("month", {"day": 10, "in_next": True}, "2026-12-01", "2027-01-10"),
        ("month", {"in_next": True}, "2026-01-01", "2026-02-28"),
        ("quarter", {}, "2026-01-01", "2026-03-31"),
        ("half_year", {}, "2026-07-01", "2026-12-31"),
        ("year", {}, "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_has_a_last_day(period, said, first_day, last):
    target = Every(period=Period(period), **said)
    assert str(last_day(target, date.fromisoformat(first_day))) == last


def test_what_is_due_in_the_next_period_is_done_when_this_one_is_over():
    target = Every(period=Period.MONTH, day=10, in_next=True)
    assert begins_on(target, date(2026, 3, 1)) == date(2026, 4, 1)
    assert begins_on(target.model_copy(update={"in_next": False}), date(2026, 3, 1)).month == 3


def test_it_is_due_by_a_time_or_with_the_day():
    day = due_in(Every(period=Period.WEEK, day=5), date(2026, 3, 2), SHANGHAI)
    hour = due_in(Every(period=Period.WEEK, day=5, by=time(17)), date(2026, 3, 2), SHANGHAI)
    assert (day.at, day.with_day) == (at("03-07 00:00"), True)
    assert (hour.at, hour.with_day) == (at("03-06 17:00"), False)
