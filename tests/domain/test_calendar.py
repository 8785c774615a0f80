"""Days belong to a time zone; terms end on the corresponding day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.calendar import add_days, add_months, close_of, instant_of, local_day, opening_of
from tests.rules import part_of

SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("hour", "day"),
    [
        pytest.param(15, date(2026, 3, 6), id="23:00 of the same day"),
        pytest.param(16, date(2026, 3, 7), id="midnight belongs to the next day"),
    ],
)
def test_an_instant_lies_on_the_organisations_day(hour, day):
    assert local_day(datetime(2026, 3, 6, hour, tzinfo=UTC), SHANGHAI) == day


def test_a_day_is_over_when_the_next_begins():
    day = date(2026, 3, 6)
    assert close_of(day, SHANGHAI) == opening_of(date(2026, 3, 7), SHANGHAI)
    assert local_day(close_of(day, SHANGHAI), SHANGHAI) == date(2026, 3, 7)
    assert local_day(close_of(day, SHANGHAI) - timedelta(microseconds=1), SHANGHAI) == day


@part_of("SLA-1a")
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), 23, id="spring forward"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), 25, id="fall back"),
        pytest.param(SHANGHAI, date(2026, 3, 29), 24, id="no summer time"),
    ],
)
def test_a_day_is_as_long_as_its_zone_says(zone, day, hours):
    assert close_of(day, zone) - opening_of(day, zone) == timedelta(hours=hours)


@part_of("SLA-1a")
def test_a_midnight_that_does_not_exist_moves_past_the_gap():
    day = date(2018, 11, 4)  # in São Paulo clocks went from 24:00 to 01:00
    assert opening_of(day, "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        pytest.param(date(2025, 3, 1), 12, date(2026, 3, 1), id="a year"),
        pytest.param(date(2025, 8, 15), 6, date(2026, 2, 15), id="over the new year"),
        pytest.param(date(2025, 11, 30), 3, date(2026, 2, 28), id="no corresponding day"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="leap day"),
        pytest.param(date(2025, 12, 31), 1, date(2026, 1, 31), id="december"),
    ],
)
def test_a_term_of_months_ends_on_the_corresponding_day(start, months, end):
    assert add_months(start, months) == end


@part_of("CLM-1")
def test_calendar_days_do_not_count_the_day_itself():
    assert add_days(date(2026, 3, 2), 14) == date(2026, 3, 16)


@part_of("SLA-1a")
@pytest.mark.parametrize(
    ("day", "local", "utc"),
    [
        pytest.param(date(2026, 3, 29), "02:30", "01:30", id="skipped: 03:30 in summer time"),
        pytest.param(date(2026, 3, 29), "03:00", "01:00", id="just after the gap"),
        pytest.param(date(2026, 10, 25), "02:30", "00:30", id="shown twice: the first"),
        pytest.param(date(2026, 10, 25), "03:00", "02:00", id="shown once again"),
    ],
)
def test_a_local_time_is_one_instant(day, local, utc):
    expected = datetime.combine(day, time.fromisoformat(utc), UTC)
    for fold in (0, 1):
        told = time.fromisoformat(local).replace(fold=fold)
        assert instant_of(day, told, "Europe/Berlin") == expected
