"""Whatever is wished, by whomever, no field order gets into a state that cannot be (FLD-3)."""

from __future__ import annotations

from hypothesis.stateful import initialize, invariant

from domain.messages import Actor, Role, Stream
from domain.repairs.field import commands as f
from domain.repairs.field import events as e
from domain.repairs.field.state import FieldOrder, FieldStage
from tests.domain.properties.test_states import LIVED, Living, Told
from tests.field_stories import (
    ask_correction,
    contact,
    correction_id,
    field_order_id,
    file_report,
    follow_up,
    leave_unrepaired,
    plan,
    steps_of_field_order,
)
from tests.rules import rule
from tests.scenario import DIVA, DORA, ENZO, HELEN, SAM, SUSI, SVEN
from tests.stories import OTHER_STATION, yuan

ID = field_order_id()
ANYBODY = Actor(SVEN.id, frozenset(Role) - {Role.SYSTEM})
ASKED = {"field_order_id": ID, "correction_id": correction_id(1)}
GOES_TO: dict[FieldStage, set[FieldStage]] = {
    FieldStage.REPORTED: {FieldStage.ASSIGNED},
    FieldStage.ASSIGNED: {FieldStage.CONTACTED},
    FieldStage.CONTACTED: {FieldStage.DISPATCH_PLANNED, FieldStage.CLOSED},
    FieldStage.DISPATCH_PLANNED: {FieldStage.DEPARTED},
    FieldStage.DEPARTED: {FieldStage.ARRIVED},
    FieldStage.ARRIVED: {FieldStage.REPAIRED, FieldStage.UNREPAIRED},
    FieldStage.REPAIRED: {FieldStage.REPORT_FILED},
    FieldStage.UNREPAIRED: {
        FieldStage.CONTACTED,
        FieldStage.DISPATCH_PLANNED,
        FieldStage.REPORT_FILED,
    },
    FieldStage.REPORT_FILED: {
        FieldStage.REPORT_REVIEWED,
        FieldStage.REPAIRED,
        FieldStage.UNREPAIRED,
    },
    FieldStage.REPORT_REVIEWED: {FieldStage.CLOSED},
    FieldStage.CLOSED: {FieldStage.CALLED_BACK},
    FieldStage.CALLED_BACK: set(),
}
"""What may follow what."""


class FieldOrderLiving(Living):
    LIVES, ID = FieldOrder, ID
    LIFE = [told for _, step in steps_of_field_order() for told in step]
    WISHES: list[Told] = [
        *LIFE,
        *((command, ANYBODY) for command, _ in LIFE),
        (contact(by_phone=True), SUSI),
        (f.ResolveByPhone(field_order_id=ID, solution="reset it"), SUSI),
        (f.AssignStation(field_order_id=ID, station_id=OTHER_STATION), HELEN),
        (f.IdentifyMachine(field_order_id=ID, serial_number="X-9"), ENZO),
        (f.SayMachineStopped(field_order_id=ID, stopped=True), ENZO),
        (f.MakeJobEntry(field_order_id=ID, entry="waits"), ENZO),
        (plan(), SAM),
        (leave_unrepaired(), ENZO),
        (follow_up(), SUSI),
        (file_report(stamped=False), ENZO),
        (f.FileFieldPaperReport(field_order_id=ID), SUSI),
        (f.ReviewFieldReport(field_order_id=ID, accepted=False, findings=("no hours",)), SAM),
        (f.ExcuseMissingSignature(field_order_id=ID, reason="closed"), DIVA),
        (f.ClaimTravelCost(field_order_id=ID, amount=yuan("320.00")), ENZO),
        (ask_correction(1, 1), ENZO),
        (f.SignNodeCorrection(**ASKED), DORA),
        (f.SignNodeCorrection(**ASKED), Actor(ENZO.id, ANYBODY.roles)),
        (f.DeclineNodeCorrection(**ASKED, reason="no proof"), DORA),
    ]

    @initialize()
    def nothing_is_left(self) -> None:
        self.before: FieldStage | None = None

    @invariant()
    def it_goes_from_node_to_node(self) -> None:
        if (order := self.state) is None:
            return
        stage, before = order.stage, self.before
        self.before = stage
        assert stage == before or before is None or stage in GOES_TO[before]

    @invariant()
    def what_is_closed_has_its_report_and_its_machine_or_was_solved_by_phone(self) -> None:
        order = self.state
        if order is None or order.stage not in (FieldStage.CLOSED, FieldStage.CALLED_BACK):
            return
        events = self.story.events(Stream(FieldOrder.kind, ID))
        by_phone = any(isinstance(event, e.ResolvedByPhone) for event in events)
        assert by_phone or (order.filed is not None and order.serial_number is not None)

    @invariant()
    def travel_is_paid_for_what_was_signed_or_excused(self) -> None:
        if (order := self.state) and order.travel_claimed:
            filed = [
                event
                for event in self.story.events(Stream(FieldOrder.kind, ID))
                if isinstance(event, e.FieldReportFiled)
            ]
            assert order.excused or any(each.customer_signed and each.stamped for each in filed)

    @invariant()
    def nobody_approves_what_they_asked_for(self) -> None:
        for correction in self.state.corrections.values() if self.state else ():
            asked = correction.requested.requested_by.both
            assert all(not signature.both & asked for signature in correction.chain.signatures)


TestFieldOrder = rule("FLD-3")(FieldOrderLiving.TestCase)
TestFieldOrder.settings = LIVED


def test_a_field_order_reaches_its_callback_when_nothing_comes_between() -> None:
    life = FieldOrderLiving()
    life.begin()
    for _ in life.LIFE:
        life.goes_on()
    assert life.to_come == []
