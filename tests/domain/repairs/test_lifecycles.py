"""Every channel told from the item that comes in to the callback, in the handbook's own order."""

from __future__ import annotations

import pytest

from domain.messages import Stream
from domain.repairs.repair import events as e
from domain.repairs.repair.state import RepairOrder, RepairStage
from tests.repair_stories import at_counter, from_dealer, in_workshop, repair_id, told_upto
from tests.rules import rule
from tests.scenario import Story, state_of
from tests.stories import yuan

COUNTER = [
    e.ItemReceived,
    e.InspectionBegun,
    e.ItemInspected,
    e.InspectionCountersigned,
    e.WarrantyDetermined,
    e.RepairQuoted,
    e.CustomerInformed,
    e.QuoteAccepted,
    e.RepairAssigned,
    e.RepairStarted,
    e.RepairPartsAwaited,
    e.RepairPartsArrived,
    e.RepairPartsIssued,
    e.ComponentExchanged,
    e.RepairFinished,
    e.QualityCheckBegun,
    e.QualityCheckFailed,
    e.ReworkOrdered,
    e.RepairStarted,
    e.RepairFinished,
    e.QualityCheckPassed,
    e.CustomerInformed,
    e.RepairPaymentReceived,
    e.OutboundInspected,
    e.ItemReleased,
    e.ItemReturned,
    e.RepairReportFiled,
    e.RepairClosed,
    e.RepairCallbackMade,
]
DEALER_RETURN = [
    e.ItemReceived,
    e.FreightRecorded,
    e.DiscrepancyFound,
    e.DiscrepancyRaised,
    e.DiscrepancyDisputed,
    e.DiscrepancySettled,
    e.ItemInspected,
    e.ReturnAccepted,
    e.WarrantyDetermined,
    e.DataLossAcknowledged,
    e.ItemSentToFactory,
    e.FreightRecorded,
    e.FactoryProcessed,
    e.ItemTakenBack,
    e.FreightRecorded,
    e.QualityCheckPassed,
    e.OutboundInspected,
    e.ItemReleased,
    e.ItemReturned,
    e.FreightRecorded,
    e.RepairClosed,
    e.RepairCallbackMade,
]
WORKSHOP = [
    e.ItemReceived,
    e.ItemInspected,
    e.InspectionCountersigned,
    e.WarrantyDetermined,
    e.ContractSigned,
    e.RepairAssigned,
    e.RepairStarted,
    e.ItemSentToVendor,
    e.ItemTakenBack,
    e.ComponentTestFiled,
    e.RepairFinished,
    e.QualityCheckPassed,
    e.ReleaseTested,
    e.ReleaseTested,
    e.OutboundInspected,
    e.ItemReleased,
    e.ItemReturned,
    e.RepairReportFiled,
    e.RepairClosed,
    e.RepairCallbackMade,
]


def life_of(story: Story) -> list[e.Event]:
    return [on.event for on in story.happened if on.stream.id == repair_id()]


@rule("REP-1")
@pytest.mark.parametrize(
    ("steps", "life"),
    [(at_counter, COUNTER), (from_dealer, DEALER_RETURN), (in_workshop, WORKSHOP)],
    ids=["counter", "dealer_return", "workshop"],
)
def test_an_item_comes_in_is_repaired_and_its_owner_is_called_back(steps, life):
    story = told_upto(steps(), "called back")
    assert [type(event) for event in life_of(story)] == life
    order = story.state(RepairOrder, repair_id())
    assert order.stage is RepairStage.CLOSED
    assert order.left_to_pay is None


@rule("REP-8")
def test_the_phone_was_repaired_twice_and_paid_for_once():
    order = told_upto(at_counter(), "called back").state(RepairOrder, repair_id())
    assert (order.reworks, order.paid) == (1, yuan("170.00"))


def test_history_is_taken_in_whatever_its_order_and_whatever_is_missing():
    """What is imported from another system is not decided here."""
    stream = Stream(RepairOrder.kind, repair_id())
    for steps in (at_counter, from_dealer, in_workshop):
        life = life_of(told_upto(steps(), "called back"))
        for start in range(len(life)):
            assert state_of(stream, [*life[start:], *life[:start]]) is not None
            assert state_of(stream, life[start : start + 1]) is not None
        assert state_of(stream, life[::-1]).number == "R-1"
