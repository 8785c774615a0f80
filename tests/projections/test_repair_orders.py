"""What is shown of repair orders: work lists, due times, and imported history with its gaps."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.commands import Difficulty
from domain.repairs.repair.refusals import NotWaitingForParts
from domain.repairs.repair.state import RepairStage
from projections.reference import Reference
from projections.views.repair_orders.row import RepairOrder
from projections.views.repair_orders.view import REPAIR_ORDERS
from tests.repair_stories import (
    KURT,
    counter_story,
    from_dealer,
    part,
    repair_id,
    return_story,
    wish,
    workshop_story,
)
from tests.rules import rule
from tests.scenario import ENZO, SUSI, Story
from tests.stories import STATION


def row(story: Story) -> RepairOrder:
    found: RepairOrder | None = None
    for recorded in story.recorded():
        if repair_id() in REPAIR_ORDERS.touched_by(recorded):
            found = REPAIR_ORDERS.fold(found, recorded, Reference())
    assert found is not None
    return found


def test_a_phone_at_the_counter_shows_who_works_on_it_what_it_costs_and_how_often_it_failed():
    shown = row(counter_story("paid"))
    assert (shown.stage, shown.station_id, shown.engineer_id) == (
        RepairStage.READY,
        STATION,
        ENZO.id,
    )
    assert (shown.quoted, shown.paid, shown.currency) == (Decimal(170), Decimal("170.00"), "CNY")
    assert (shown.reworks, [check.passed for check in shown.checks]) == (1, [False, True])
    assert shown.difficulty is Difficulty.COMPLEX
    [label] = shown.exchanged
    assert (label.order_number, label.engineer_id, label.fault_code) == ("R-1", ENZO.id, "6")


@rule("REP-11")
def test_who_waits_for_parts_is_on_the_list_until_they_are_here():
    assert row(counter_story("waiting")).waiting_for_parts
    arrived = row(counter_story("supplied"))
    assert not arrived.waiting_for_parts
    assert [wait.until is not None for wait in arrived.waits] == [True]


@rule("REP-11")
def test_nor_is_what_was_given_up_or_is_with_its_owner_without_them():
    waiting = wish(c.AwaitRepairParts, parts=(part(),))
    given_up = counter_story("assigned").tell(waiting, ENZO)
    given_up.tell(wish(c.CancelRepair, reason="too long"), SUSI)
    steps, sent = dict(from_dealer()), return_story("acknowledged").tell(waiting, ENZO)
    for stage in ("at factory", "processed", "back", "ready", "released", "returned"):
        sent.tell_all(steps[stage])
    for story in (given_up, sent):
        [wait] = row(story).waits
        assert wait.until is not None and not row(story).waiting_for_parts
        arrived = wish(c.RecordPartsArrival)
        story.so_far().when(arrived, actor=KURT).then_refused(NotWaitingForParts)


@rule("REP-2")
def test_a_return_shows_what_is_due_when_and_what_was_late():
    """The settlement came at once, an hour after; nothing is due later by it."""
    shown = row(return_story("accepted"))
    assert shown.to_factory_due_at == datetime(2026, 3, 11, 10, tzinfo=UTC)
    assert shown.return_due_at is not None and shown.sent_late is None
    assert shown.discrepancy is DiscrepancyStage.SETTLED
    [discrepancy] = shown.discrepancies
    assert discrepancy.agreed == "one is repaired"
    back = row(return_story())
    assert (back.sent_late, back.processed_late, back.returned_late) == (False, False, False)
    assert [leg.payer for leg in back.freight] == ["dealer", "us", "factory", "us"]


@rule("REP-12")
def test_an_overhaul_shows_its_tests_and_where_it_was_meanwhile():
    assert row(workshop_story("at vendor")).stage is RepairStage.AT_VENDOR
    shown = row(workshop_story("tested"))
    assert shown.tested_with_engineer_at and shown.tested_with_owner_at
    assert [report.component for report in shown.component_tests] == ["pump"]


def test_imported_history_is_shown_whatever_it_begins_with():
    story = counter_story()
    recorded = [r for r in story.recorded() if isinstance(r.event, e.Event)]
    for first in recorded:
        found = REPAIR_ORDERS.fold(None, first, Reference())
        assert found is not None and found.repair_order_id == repair_id()
    backwards: RepairOrder | None = None
    for each in reversed(recorded):
        backwards = REPAIR_ORDERS.fold(backwards, each, Reference())
    assert backwards is not None and backwards.number == "R-1"
