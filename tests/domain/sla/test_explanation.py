"""The computation as segments: open, closed, paused, with reason and actor (SLA-1)."""

from __future__ import annotations

from datetime import date

from domain.sla.explanation import SegmentKind, explain
from domain.sla.marks import Paused, Resumed, Retargeted, Started, Stopped
from tests.domain.sla.calendars import HOUR, MINUTE, aim, at, within, working
from tests.rules import part_of

TEN_HOURS = aim(within(600, "wmin"))


def told(marks, now: str) -> list[tuple[str, str, str, int, str]]:
    return [
        (
            each.kind,
            f"{each.since + 8 * HOUR:%m-%d %H:%M}",
            f"{each.until + 8 * HOUR:%m-%d %H:%M}",
            each.used // MINUTE,
            " by ".join(word for word in (each.reason, each.actor) if word),
        )
        for each in explain(marks, at(now))
    ]


@part_of("SLA-1")
def test_a_due_time_is_explained_by_what_was_open_closed_and_paused():
    marks = [
        Started(at("2025-09-29 16:00"), TEN_HOURS),
        Paused(at("2025-09-30 12:00"), "waiting for parts", "Li"),
        Resumed(at("2025-10-09 12:00")),
    ]
    assert told(marks, "2025-10-09 12:00") == [
        ("open", "09-29 16:00", "09-29 18:00", 120, ""),
        ("closed", "09-29 18:00", "09-30 09:00", 120, ""),
        ("open", "09-30 09:00", "09-30 12:00", 300, ""),
        ("paused", "09-30 12:00", "09-30 18:00", 300, "waiting for parts by Li"),
        ("closed", "09-30 18:00", "10-09 09:00", 300, "statutory, break"),
        ("paused", "10-09 09:00", "10-09 12:00", 300, "waiting for parts by Li"),
        ("open", "10-09 12:00", "10-09 17:00", 600, ""),
    ]


@part_of("SLA-1")
def test_a_segment_names_the_event_that_made_it_wait_and_a_closed_date_no_sort_of_day():
    shut = working("09:00-18:00", dates={date(2026, 3, 3): ()})
    marks = [
        Started(at("03-02 17:00"), aim(within(120, "wmin"), shut)),
        Paused(at("03-04 09:00"), "parts", "Li", "e2"),
        Resumed(at("03-04 10:00"), event="e3"),
    ]
    found = explain(marks, at("03-04 12:00"))
    assert [(each.kind, each.reason, each.event) for each in found] == [
        ("open", "", ""),
        ("closed", "", ""),
        ("paused", "parts", "e2"),
        ("open", "", ""),
    ]


@part_of("SLA-1")
def test_where_two_pauses_overlap_both_reasons_hold():
    marks = [
        Started(at("03-02 09:00"), TEN_HOURS),
        Paused(at("03-02 10:00"), "parts", "Li"),
        Paused(at("03-02 11:00"), "customer", "Mia"),
        Resumed(at("03-02 12:00"), "parts"),
        Resumed(at("03-02 13:00"), "customer"),
    ]
    assert told(marks, "03-02 13:00")[1:5] == [
        ("paused", "03-02 10:00", "03-02 11:00", 60, "parts by Li"),
        ("paused", "03-02 11:00", "03-02 12:00", 60, "parts and customer by Li and Mia"),
        ("paused", "03-02 12:00", "03-02 13:00", 60, "customer by Mia"),
        ("open", "03-02 13:00", "03-02 18:00", 360, ""),
    ]


@part_of("SLA-1")
def test_clock_time_is_never_closed():
    marks = [
        Started(at("03-06 16:00"), aim(within(36, "h"))),
        Paused(at("03-07 10:00"), "customer"),
        Resumed(at("03-07 12:00")),
    ]
    assert told(marks, "03-07 12:00") == [
        ("open", "03-06 16:00", "03-07 10:00", 18 * 60, ""),
        ("paused", "03-07 10:00", "03-07 12:00", 18 * 60, "customer"),
        ("open", "03-07 12:00", "03-08 06:00", 36 * 60, ""),
    ]


@part_of("SLA-1")
def test_a_late_end_is_explained_until_it_came():
    marks = [Started(at("03-02 09:00"), aim(within(60, "wmin"))), Stopped(at("03-02 12:00"))]
    assert told(marks, "03-05 09:00") == [("open", "03-02 09:00", "03-02 12:00", 180, "")]


def test_the_target_that_holds_is_explained_and_what_waits_is_taken_to_go_on():
    marks = [
        Started(at("03-02 09:00"), TEN_HOURS),
        Retargeted(at("03-02 10:00"), aim(within(120, "wmin"))),
        Paused(at("03-02 10:30"), "parts"),
    ]
    assert told(marks, "03-02 11:00")[-1] == ("open", "03-02 11:00", "03-02 11:30", 120, "")
    assert told(marks, "03-02 08:00") == []
    assert {kind for kind, *_ in told(marks, "03-02 11:00")} == {
        SegmentKind.OPEN,
        SegmentKind.PAUSED,
    }
