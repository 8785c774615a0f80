"""What decisions need to remember of a field order (rulebook 3.3).

A history that comes from another system may begin anywhere and lack anything: what is unknown
stays None, and the stage is that of the last node that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from domain.approvals import SigningChain
from domain.messages import Event
from domain.repairs.field import events as e
from domain.repairs.field.commands import FIELD_ORDER
from domain.sla.starting import DueBy
from domain.vocabulary import FieldNode, FieldServiceKind


class FieldStage(StrEnum):
    """How far a field order has come."""

    REPORTED = "reported"
    ASSIGNED = "assigned"
    CONTACTED = "contacted"
    DISPATCH_PLANNED = "dispatch_planned"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    REPAIRED = "repaired"
    UNREPAIRED = "unrepaired"
    REPORT_FILED = "report_filed"
    REPORT_REVIEWED = "report_reviewed"
    CLOSED = "closed"
    CALLED_BACK = "called_back"


LEFT_UNREPAIRED = (FieldStage.UNREPAIRED, FieldStage.REPORT_FILED, FieldStage.REPORT_REVIEWED)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of a node's time, as it was asked for, and who has signed it."""

    requested: e.NodeCorrectionRequested
    chain: SigningChain
    open: bool = True


@dataclass(frozen=True, slots=True)
class FieldOrder:
    """What decisions need to remember of a field order."""

    kind: ClassVar[str] = FIELD_ORDER
    stage: FieldStage | None = None
    number: str | None = None
    customer_id: UUID | None = None
    station_id: UUID | None = None
    service: FieldServiceKind | None = None
    machine_stopped: bool = False
    equipment_id: UUID | None = None
    serial_number: str | None = None
    contacted: bool = False
    solvable_by_phone: bool | None = None
    planned: UUID | None = None  # who goes next
    worked_by: frozenset[UUID] = frozenset()  # who went, on whichever visit
    visits: int = 0
    arrived_at: datetime | None = None  # the first time
    repaired: bool = False
    repaired_at: datetime | None = None
    contact_due: DueBy | None = None
    arrival_due: DueBy | None = None
    entry_due: DueBy | None = None
    report_due: DueBy | None = None
    paper_due: DueBy | None = None
    filed: e.FieldReportFiled | None = None
    equipment_reported: UUID | None = None  # as that on which the work was done
    on_paper: bool = False
    excused: bool = False
    travel_claimed: bool = False
    corrections: Mapping[UUID, Correction] = field(default_factory=dict)

    @property
    def unrepaired(self) -> bool:
        """Left unrepaired and still open, reported or not (FLD-8)."""
        return self.stage in LEFT_UNREPAIRED and not self.repaired

    @property
    def reimbursable(self) -> bool:
        """Signed and stamped by the customer, or excused (FLD-7)."""
        complete = self.filed is not None and self.filed.customer_signed and self.filed.stamped
        return complete or self.excused


State = FieldOrder


def evolve(order: FieldOrder | None, event: e.Event) -> FieldOrder:
    order = order or FieldOrder()
    order = replace(order, stage=stage_after(order.stage, event, repaired=order.repaired))
    if isinstance(event, e.Beginning):
        return begun(order, event)
    if isinstance(event, e.Visit):
        return visited(order, event)
    if isinstance(event, e.Ending):
        return ended(order, event)
    return corrected(order, event)


def stage_after(stage: FieldStage | None, event: e.Event, *, repaired: bool) -> FieldStage | None:
    """How far an order has come that was so far; `repaired` is what its last visit led to."""
    match event:
        case e.FaultReported():
            return stage or FieldStage.REPORTED
        case e.StationAssigned():
            return FieldStage.ASSIGNED if stage in (None, FieldStage.REPORTED) else stage
        case e.EngineerLeft(repaired=now):
            return FieldStage.REPAIRED if now else FieldStage.UNREPAIRED
        case e.FieldReportReturned():
            return FieldStage.REPAIRED if repaired else FieldStage.UNREPAIRED
        case _:
            return STAGES.get(type(event), stage)


STAGES: dict[type[Event], FieldStage] = {
    e.FieldCustomerContacted: FieldStage.CONTACTED,
    e.DispatchPlanned: FieldStage.DISPATCH_PLANNED,
    e.EngineerDeparted: FieldStage.DEPARTED,
    e.EngineerArrived: FieldStage.ARRIVED,
    e.FieldReportFiled: FieldStage.REPORT_FILED,
    e.FieldReportReviewed: FieldStage.REPORT_REVIEWED,
    e.FieldOrderClosed: FieldStage.CLOSED,
    e.FieldCallbackMade: FieldStage.CALLED_BACK,
}


def begun(order: FieldOrder, event: e.Beginning) -> FieldOrder:
    match event:
        case e.FaultReported():
            return reported(order, event)
        case e.StationAssigned(station_id=station_id):
            return replace(order, station_id=station_id)
        case e.FieldCustomerContacted(findings=findings):
            solvable = findings.solvable_by_phone if findings else None
            return replace(order, contacted=True, solvable_by_phone=solvable)
        case e.ResolvedByPhone():
            return order
        case e.MachineIdentified(equipment_id=equipment_id, serial_number=serial):
            return replace(order, equipment_id=equipment_id, serial_number=serial)
        case e.MachineStopped() | e.MachineRunning():
            return replace(order, machine_stopped=isinstance(event, e.MachineStopped))
        case never:
            assert_never(never)


def visited(order: FieldOrder, event: e.Visit) -> FieldOrder:
    match event:
        case e.DispatchPlanned(engineer_id=engineer_id):
            return replace(order, planned=engineer_id)
        case e.EngineerDeparted(companions=companions):
            went = {*companions} | ({order.planned} if order.planned else set())
            return replace(order, worked_by=order.worked_by | went)
        case e.EngineerArrived(entry_due=due):
            first = order.arrived_at or (due.since if due else None)
            return replace(order, visits=order.visits + 1, entry_due=due, arrived_at=first)
        case e.JobEntryMade(entry_due=due):
            return replace(order, entry_due=due)
        case e.EngineerLeft(repaired=repaired, report_due=report_due, paper_due=paper_due):
            at = report_due.since if repaired and report_due else None
            left = replace(order, repaired=repaired, repaired_at=at)
            return replace(left, report_due=report_due, paper_due=paper_due)
        case e.UnrepairedFollowedUp():
            return order
        case never:
            assert_never(never)


def ended(order: FieldOrder, event: e.Ending) -> FieldOrder:
    match event:
        case e.FieldReportFiled():
            return replace(order, filed=event)
        case e.FieldWorkReported(equipment_id=equipment_id):
            return replace(order, equipment_reported=equipment_id)
        case e.FieldPaperReportFiled():
            return replace(order, on_paper=True)
        case e.MissingSignatureExcused():
            return replace(order, excused=True)
        case e.TravelCostClaimed():
            return replace(order, travel_claimed=True)
        case (
            e.FieldReportReturned()
            | e.FieldReportReviewed()
            | e.FieldOrderClosed()
            | e.FieldCallbackMade()
        ):
            return order
        case never:
            assert_never(never)


def reported(order: FieldOrder, event: e.FaultReported) -> FieldOrder:
    return replace(
        order,
        number=event.number,
        customer_id=event.customer_id,
        service=event.service,
        machine_stopped=event.machine_stopped,
        equipment_id=event.equipment_id,
        serial_number=event.serial_number,
        contact_due=event.contact_due,
        arrival_due=event.arrival_due,
    )


def corrected(order: FieldOrder, event: e.Correction) -> FieldOrder:
    known = order.corrections.get(event.correction_id)
    match event:
        case e.NodeCorrectionRequested():
            now = Correction(event, SigningChain(event.signed_by))
        case _ if known is None:
            return order
        case e.NodeCorrectionSigned(signature=signature):
            now = replace(known, chain=known.chain.signed(signature))
        case e.NodeCorrectionApproved():
            order = due_anew(order, event)
            now = replace(known, open=False)
        case e.NodeCorrectionDeclined():
            now = replace(known, open=False)
        case never:
            assert_never(never)
    return replace(order, corrections={**order.corrections, event.correction_id: now})


def due_anew(order: FieldOrder, event: e.NodeCorrectionApproved) -> FieldOrder:
    """What starts at the node falls due from its right time."""
    return replace(
        order,
        arrived_at=right_time(order.arrived_at, FieldNode.ARRIVED, event),
        repaired_at=right_time(order.repaired_at, FieldNode.LEFT, event),
        contact_due=event.contact_due,
        arrival_due=event.arrival_due,
        entry_due=event.entry_due,
        report_due=event.report_due,
        paper_due=event.paper_due,
    )


def right_time(
    known: datetime | None, node: FieldNode, correction: e.NodeCorrectionApproved
) -> datetime | None:
    """When a node was reached, after a correction that may be of it."""
    of_it = correction.node is node and correction.recorded == known
    return correction.corrected if of_it else known
