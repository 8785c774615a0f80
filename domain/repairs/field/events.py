"""What happens to a field order (rulebook 3.3).

What is unknown is None: an order whose history comes from another system may lack anything.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names, Signature
from domain.messages import About, Message, Moment, PersonalText, Role
from domain.money import Money
from domain.repairs.field.commands import ContactFindings
from domain.repairs.service_report import ServiceReport, WorkReport
from domain.sla.starting import DueBy
from domain.vocabulary import (
    Approver,
    EngineerLevel,
    FieldNode,
    FieldParty,
    FieldServiceKind,
)
from domain.warranty import OutOfUse, WarrantyAnswer


class Notified(Message):
    """Who is to be told of a node, and what, as the policy then said (FLD-3)."""

    party: FieldParty
    about: str


class NamedPhoto(Message):
    """A photo under its name: order, model, serial, hours, service, date (FLD-7)."""

    name: str
    sha256: str
    taken_on: date


class FieldOrderEvent(messages.Event):
    context = "repairs"


class NodeEvent(FieldOrderEvent):
    """One whose time counts as a node's."""

    notified: tuple[Notified, ...] = ()


class FaultReported(NodeEvent):
    """A customer needs somebody to come; by when they are contacted and reached is set (FLD-1)."""

    number: str | None
    customer_id: UUID | None
    contact_id: UUID | None
    job: str | None
    product_type: str | None
    service: FieldServiceKind | None
    fault: str | None
    region: str | None
    machine_stopped: bool
    equipment_id: UUID | None
    serial_number: str | None
    caller: Annotated[PersonalText | None, About("customer_id")]
    phone: Annotated[PersonalText | None, About("customer_id")]
    place: Annotated[PersonalText | None, About("customer_id")]
    contact_due: DueBy | None
    arrival_due: DueBy | None
    reported_by: Names


class StationAssigned(NodeEvent):
    """The order is for a station to do."""

    station_id: UUID
    assigned_by: Names


class FieldCustomerContacted(NodeEvent):
    """The customer was contacted (FLD-1), which established this (FLD-2).

    `late` is said of the first time alone.
    """

    customer_id: UUID | None
    findings: ContactFindings | None
    place: Annotated[PersonalText | None, About("customer_id")]
    late: bool | None
    contacted_by: Names


class ResolvedByPhone(NodeEvent):
    """The phone solved it, in this way (FLD-2)."""

    solution: str | None
    resolved_by: Names


class MachineIdentified(FieldOrderEvent):
    """It is this machine (FLD-5).

    If the service report was filed before, its photos have these names, and this is whether the
    work was covered.
    """

    equipment_id: UUID | None
    serial_number: str
    photos: tuple[NamedPhoto, ...] = ()
    warranty: WarrantyAnswer | None = None
    identified_by: Names


class MachineStopped(FieldOrderEvent):
    """The machine stands still: the order leads every list (FLD-4)."""

    notified: tuple[Notified, ...] = ()


class MachineRunning(FieldOrderEvent):
    """The machine does not stand still, or no longer (FLD-4)."""


class DispatchPlanned(NodeEvent):
    """This engineer goes to the customer, at this time (FLD-9)."""

    engineer_id: UUID | None
    level: EngineerLevel | None
    planned_for: Moment | None
    planned_by: Names


class EngineerDeparted(NodeEvent):
    """The engineer left for the customer, with these companions (FLD-3)."""

    companions: tuple[UUID, ...]
    expected_arrival: Moment | None
    departed_by: Names


class EngineerArrived(NodeEvent):
    """The engineer is with the customer; a job of over a week has its next entry by then (FLD-1,
    FLD-7). `late` is said of the first visit alone.
    """

    late: bool | None
    entry_due: DueBy | None
    arrived_by: Names


class JobEntryMade(FieldOrderEvent):
    """How a long job goes, and by when the next entry is due (FLD-7)."""

    entry: str
    late: bool | None
    entry_due: DueBy | None
    made_by: Names


class EngineerLeft(NodeEvent):
    """The engineer left the customer with the machine repaired, or unrepaired for a reason.

    By when the report is filed is fixed from now on (FLD-7). Without the customer's consent it
    says why there was none (FLD-11).
    """

    repaired: bool
    unrepaired_because: str | None
    result: str | None
    customer_opinion: str | None
    customer_consents: bool | None
    no_consent_because: str | None
    report_due: DueBy | None
    paper_due: DueBy | None
    left_by: Names


class UnrepairedFollowedUp(FieldOrderEvent):
    """An order left unrepaired was followed up: why it still is, and what is next (FLD-8)."""

    day: date
    reason: str
    next_step: str
    due_at: Moment | None
    late: bool | None
    followed_up_by: Names


class FieldReportFiled(NodeEvent):
    """The service report is in, with its photos by name (FLD-7), and whether the work was covered.

    `warranty` is None while the machine is not known to be registered (FLD-5).
    """

    order_number: str | None
    repaired: bool
    equipment_id: UUID | None
    serial_number: str | None
    report: WorkReport | None
    photos: tuple[NamedPhoto, ...]
    warranty: WarrantyAnswer | None
    customer_signed: bool
    stamped: bool
    late: bool | None
    filed_by: Names


class FieldWorkReported(FieldOrderEvent):
    """The work is done, its report is in, and its machine is known (FLD-5, FLD-7).

    Unless it was found not to be covered, a claim for it is due by a moment (CLM-1). The machine
    was out of use so long (REG-5), and not the one that was reported before, if there was another.
    `worked_by` went there, by what the order knows (CLM-4).
    """

    schema_version = 2
    number: str | None
    service: FieldServiceKind | None
    report: ServiceReport
    photos: tuple[NamedPhoto, ...]
    equipment_id: UUID | None
    equipment_before: UUID | None
    station_id: UUID | None
    customer_id: UUID | None
    out_of_use: tuple[OutOfUse, ...]
    warranty: WarrantyAnswer | None
    claim_due: DueBy | None
    worked_by: tuple[UUID, ...] = ()
    reported_by: Names


class FieldPaperReportFiled(FieldOrderEvent):
    """The service report arrived on paper (FLD-7)."""

    late: bool | None
    received_by: Names


class FieldReportReviewed(NodeEvent):
    """The service report is as it should be."""

    reviewed_by: Names


class FieldReportReturned(FieldOrderEvent):
    """The service report has to be filed again, because of these findings (FLD-10)."""

    findings: tuple[str, ...]
    returned_by: Names


class MissingSignatureExcused(FieldOrderEvent):
    """Travel cost may be claimed although signature or stamp is missing (FLD-7)."""

    reason: str
    excused_by: Names


class TravelCostClaimed(FieldOrderEvent):
    """The cost of travelling to the customer was asked for (FLD-7)."""

    amount: Money
    claimed_by: Names


class FieldOrderClosed(NodeEvent):
    """Nothing is left to do but to ask the customer."""

    closed_by: Names


class FieldCallbackMade(NodeEvent):
    """The customer was asked afterwards."""

    satisfied: bool | None
    remark: str | None
    called_by: Names


class NodeCorrectionRequested(FieldOrderEvent):
    """A node should have another time, for a reason from the policy's list (FLD-6).

    Whose headquarters approves it, and who signs there, is fixed now.
    """

    correction_id: UUID
    event_id: UUID
    node: FieldNode
    recorded: Moment
    corrected: Moment
    reason: str
    explanation: str
    approver: Approver
    signed_by: tuple[Role, ...]
    requested_by: Names


class NodeCorrectionSigned(FieldOrderEvent):
    """One step of our headquarters' approval of a correction was signed (SEG-4)."""

    correction_id: UUID
    signature: Signature


class NodeCorrectionApproved(FieldOrderEvent):
    """A node happened at another time than was recorded; both stay visible (FLD-6).

    What falls due by that node does so anew, under the deadline that was pinned (SLA-4). If work on
    registered equipment was reported by then, it was out of use so long after all (REG-5).
    """

    schema_version = 3
    correction_id: UUID
    event_id: UUID
    node: FieldNode
    recorded: Moment
    corrected: Moment
    reason: str
    approver: Approver
    reference: str | None
    contact_due: DueBy | None
    arrival_due: DueBy | None
    entry_due: DueBy | None
    report_due: DueBy | None
    paper_due: DueBy | None
    service: FieldServiceKind | None = None
    equipment_id: UUID | None = None
    out_of_use: tuple[OutOfUse, ...] = ()
    approved_by: Names


class NodeCorrectionDeclined(FieldOrderEvent):
    """A node keeps the time that was recorded."""

    correction_id: UUID
    reason: str
    declined_by: Names


Correction: TypeAlias = (
    NodeCorrectionRequested | NodeCorrectionSigned | NodeCorrectionApproved | NodeCorrectionDeclined
)
Beginning: TypeAlias = (
    FaultReported
    | StationAssigned
    | FieldCustomerContacted
    | ResolvedByPhone
    | MachineIdentified
    | MachineStopped
    | MachineRunning
)
Visit: TypeAlias = (
    DispatchPlanned
    | EngineerDeparted
    | EngineerArrived
    | JobEntryMade
    | EngineerLeft
    | UnrepairedFollowedUp
)
Ending: TypeAlias = (
    FieldReportFiled
    | FieldWorkReported
    | FieldPaperReportFiled
    | FieldReportReviewed
    | FieldReportReturned
    | MissingSignatureExcused
    | TravelCostClaimed
    | FieldOrderClosed
    | FieldCallbackMade
)
Event: TypeAlias = Beginning | Visit | Ending | Correction

NODE_OF: dict[type[NodeEvent], FieldNode] = {
    FaultReported: FieldNode.REPORTED,
    StationAssigned: FieldNode.STATION_ASSIGNED,
    FieldCustomerContacted: FieldNode.CUSTOMER_CONTACTED,
    ResolvedByPhone: FieldNode.RESOLVED_BY_PHONE,
    DispatchPlanned: FieldNode.DISPATCH_PLANNED,
    EngineerDeparted: FieldNode.DEPARTED,
    EngineerArrived: FieldNode.ARRIVED,
    EngineerLeft: FieldNode.LEFT,
    FieldReportFiled: FieldNode.REPORT_FILED,
    FieldReportReviewed: FieldNode.REPORT_REVIEWED,
    FieldOrderClosed: FieldNode.CLOSED,
    FieldCallbackMade: FieldNode.CALLED_BACK,
}
