"""Whatever is wished of a repair order by whomever, it never gets into a state that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis.stateful import invariant

from domain.messages import Command
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.state import RepairOrder, RepairStage
from tests.domain.properties.test_states import ANYBODY, LIVED, Living
from tests.repair_stories import (
    ERNA,
    KURT,
    QING,
    WALT,
    at_counter,
    by_papers,
    check,
    finish,
    from_dealer,
    hand_back,
    in_workshop,
    outbound,
    part,
    pay,
    quote,
    receive,
    repair_id,
    wish,
)
from tests.rules import rule
from tests.scenario import DORA, ENZO, FINN, SAM, SUSI
from tests.stories import yuan

Told = tuple[Command, Any]
GONE = {RepairStage.RELEASED, RepairStage.RETURNED, RepairStage.CLOSED}


def told(steps: Any) -> list[Told]:
    return [each for _, stage in steps for each in stage]


WISHES: list[Told] = [
    (by_papers(), SUSI),
    (by_papers(covered=False), SUSI),
    (quote(1, "simple_repair"), SUSI),
    (wish(c.AcceptQuote, accepted_by="Wang Fang"), SUSI),
    (wish(c.DeclineQuote, reason="too dear"), SUSI),
    (wish(c.CancelRepair, reason="sold"), SUSI),
    (wish(c.AcknowledgeDataLoss, acknowledged_by="Wang Fang"), SUSI),
    (wish(c.SendToFactory), KURT),
    (wish(c.SendToVendor, vendor="Solder Ltd", work="solder"), WALT),
    (wish(c.TakeItemBack), KURT),
    (wish(c.StartRepair), ERNA),
    (finish(), ERNA),
    (check(), QING),
    (check(passed=False), QING),
    (check(), ANYBODY),
    (check(), type(QING)(ENZO.id, QING.roles)),
    (wish(c.AwaitRepairParts, parts=(part(),)), ENZO),
    (wish(c.RecordPartsArrival), KURT),
    (pay(amount="20.00"), FINN),
    (pay(amount="100.00"), FINN),
    (wish(c.PermitUnpaidRelease, reason="a hospital"), DORA),
    (wish(c.ReleaseItem), SUSI),
    (wish(c.ReleaseItem), DORA),
    (outbound(), SUSI),
    (hand_back(), SUSI),
    (wish(c.CloseRepair), SUSI),
    (
        wish(c.FindDiscrepancy, discrepancy=c.DiscrepancyKind.MODEL, explanation="a T3"),
        SUSI,
    ),
    (wish(c.RaiseDiscrepancy, told="a T3"), SUSI),
    (wish(c.SettleDiscrepancy, agreed="a T3"), SAM),
    (
        wish(
            c.RecordFactoryProcessing,
            outcome=c.FactoryOutcome.REFUSED,
            explanation="opened",
        ),
        SUSI,
    ),
]


class RepairLiving(Living):
    LIVES, ID = RepairOrder, repair_id()

    @property
    def events(self) -> list[Any]:
        return [*self.story.events(receive().stream)]

    @invariant()
    def nothing_leaves_unpaid_without_an_exception_recorded_before(self) -> None:
        order = self.state
        if order is None or order.stage not in GONE or order.left_to_pay is None:
            return
        kinds = [type(event) for event in self.events]
        permitted = kinds.index(e.UnpaidReleasePermitted)
        assert permitted < kinds.index(e.ItemReleased)
        assert order.stage is not RepairStage.CLOSED

    @invariant()
    def nobody_checks_what_they_repaired_and_every_failure_is_a_rework(self) -> None:
        repaired: set[Any] = set()
        failures = 0
        for event in self.events:
            match event:
                case e.RepairStarted(started_by=by) | e.RepairFinished(finished_by=by):
                    repaired |= by.both
                case e.QualityCheckPassed(checked_by=by):
                    assert not by.both & repaired
                case e.QualityCheckFailed(checked_by=by):
                    assert not by.both & repaired
                    failures += 1
        if order := self.state:
            assert order.reworks == failures

    @invariant()
    def no_work_is_done_before_it_is_agreed_or_while_a_discrepancy_is_open(self) -> None:
        open_, agreed, covered = False, False, None
        for event in self.events:
            match event:
                case e.DiscrepancyFound():
                    open_ = True
                case e.DiscrepancySettled():
                    open_ = False
                case e.WarrantyDetermined(covered=found):
                    covered = found
                case e.RepairQuoted():
                    agreed = False
                case e.QuoteAccepted():
                    agreed = True
                case e.RepairStarted() | e.ItemSentToFactory() | e.ItemSentToVendor():
                    assert not open_ and (covered or agreed)

    @invariant()
    def what_was_cancelled_was_never_worked_on_and_ends_are_ends(self) -> None:
        order, kinds = self.state, [type(event) for event in self.events]
        if e.RepairCancelled in kinds:
            assert order and not order.work_started and not order.finished
        if e.RepairClosed in kinds:
            after = set(kinds[kinds.index(e.RepairClosed) + 1 :])
            allowed = {e.RepairCallbackMade, e.CustomerInformed, e.FreightRecorded}
            assert after <= allowed | {e.RepairReportFiled}

    @invariant()
    def money_is_never_more_than_what_was_quoted(self) -> None:
        order = self.state
        if order and order.paid:
            assert order.quoted and yuan("0") <= order.paid


class CounterLiving(RepairLiving):
    LIFE = told(at_counter())
    WISHES = [*WISHES, *LIFE]


class ReturnLiving(RepairLiving):
    LIFE = told(from_dealer())
    WISHES = [*WISHES, *LIFE]


class WorkshopLiving(RepairLiving):
    LIFE = told(in_workshop())
    WISHES = [*WISHES, *LIFE]


TestCounter = rule("REP-7")(CounterLiving.TestCase)
TestReturn = rule("REP-3")(ReturnLiving.TestCase)
TestWorkshop = rule("REP-8")(WorkshopLiving.TestCase)
TestCounter.settings = TestReturn.settings = TestWorkshop.settings = LIVED


@pytest.mark.parametrize("machine", [CounterLiving, ReturnLiving, WorkshopLiving])
def test_every_life_reaches_its_end_when_nothing_comes_between(machine: type[Living]) -> None:
    life = machine()
    life.begin()
    for _ in life.LIFE:
        life.goes_on()
    assert life.to_come == []
