"""What is shown of a field order."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from domain.approvals import Names, Signature
from domain.messages import PersonalText, Role
from domain.money import Money
from domain.repairs.field.events import NamedPhoto, Notified
from domain.repairs.field.state import FieldStage
from domain.repairs.service_report import WorkReport
from domain.vocabulary import Approver, FieldNode, FieldServiceKind
from domain.warranty import WarrantyAnswer
from projections.view import Embedded, Row

AS_RECORDED = "By the times as recorded, whatever was corrected later (FLD-6)."
IN_FACT = "By the times as corrected and approved, where they were (FLD-6)."
UNKNOWN_TIME = "9999"


class NodeReached(Embedded):
    """A node, with the time as recorded and, once a correction is approved, the right one."""

    node: FieldNode
    event_id: UUID
    at: datetime
    corrected_at: datetime | None = None
    notified: tuple[Notified, ...] = ()

    @property
    def in_fact(self) -> datetime:
        return self.corrected_at or self.at


class NodeCorrection(Embedded):
    """A correction of a node's time that was asked for (FLD-6)."""

    correction_id: UUID
    event_id: UUID
    node: FieldNode
    recorded: datetime
    corrected: datetime
    reason: str
    explanation: str
    approver: Approver
    signed_by: tuple[Role, ...]
    signatures: tuple[Signature, ...] = ()
    requested_by: Names
    approved: bool | None = Field(None, description="Null while nobody has decided.")
    reference: str | None = Field(None, description="Of the manufacturer's answer.")
    declined_because: str | None = None


class JobEntry(Embedded):
    """How a long job went (FLD-7)."""

    at: datetime
    entry: str
    late: bool | None


class FollowUp(Embedded):
    """A day's follow-up of an order that was left unrepaired (FLD-8)."""

    day: date
    reason: str
    next_step: str
    late: bool | None


class FieldOrder(Row):
    """An order to go to a customer. What is not known, or did not happen, is null."""

    field_order_id: UUID
    queue: str = Field(
        description="Its place in every list: stopped machines first, then as reported (FLD-4)."
    )
    number: str | None = None
    stage: FieldStage | None = None
    open: bool = True
    machine_stopped: bool = False
    service: FieldServiceKind | None = None
    product_type: str | None = None
    job: str | None = None
    fault: str | None = None
    region: str | None = None
    station_id: UUID | None = None
    customer_id: UUID | None = None
    contact_id: UUID | None = Field(None, description="The contact that led to it (CON-3).")
    equipment_id: UUID | None = None
    serial_number: str | None = None
    caller: PersonalText | None = None
    phone: PersonalText | None = None
    place: PersonalText | None = None
    reported_at: datetime | None = None
    reported_on: date | None = Field(None, description="The organisation's day.")
    imported: bool = Field(False, description="Whether its history began in another system.")
    due_next_at: datetime | None = Field(None, description="When the next node is due.")
    contact_due_at: datetime | None = None
    contacted_at: datetime | None = None
    contact_in_time: bool | None = Field(None, description=IN_FACT)
    contact_in_time_as_recorded: bool | None = Field(None, description=AS_RECORDED)
    solvable_by_phone: bool | None = None
    parts_in_stock: bool | None = None
    arrears: Money | None = None
    prepayment: Money | None = None
    phone_solution: str | None = None
    resolved_by_phone: bool = False
    engineer_id: UUID | None = None
    companions: tuple[UUID, ...] = ()
    planned_for: datetime | None = None
    expected_arrival: datetime | None = None
    arrival_due_at: datetime | None = None
    arrived_at: datetime | None = Field(None, description="The first time.")
    arrival_in_time: bool | None = Field(None, description=IN_FACT)
    arrival_in_time_as_recorded: bool | None = Field(None, description=AS_RECORDED)
    visits: int = 0
    entry_due_at: datetime | None = None
    entries: tuple[JobEntry, ...] = ()
    left_at: datetime | None = Field(None, description="The last time.")
    repaired: bool | None = None
    repaired_on_first_visit: bool | None = None
    unrepaired_because: str | None = None
    result: str | None = None
    customer_opinion: str | None = None
    customer_consents: bool | None = None
    no_consent_because: str | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    followed_up_on: date | None = Field(None, description="The last day (FLD-8).")
    report_due_at: datetime | None = None
    report_filed_at: datetime | None = None
    report_in_time: bool | None = Field(None, description=IN_FACT)
    report_in_time_as_recorded: bool | None = Field(None, description=AS_RECORDED)
    report: WorkReport | None = None
    photos: tuple[NamedPhoto, ...] = ()
    warranty: WarrantyAnswer | None = None
    covered: bool | None = Field(None, description="Whether the work was under warranty.")
    claim_due_at: datetime | None = Field(None, description="When its claim is to be open (CLM-1).")
    customer_signed: bool | None = None
    stamped: bool | None = None
    excused_because: str | None = None
    reports_filed: int = 0
    reports_returned: int = 0
    return_findings: tuple[str, ...] = Field((), description="What was wrong, each time (FLD-10).")
    reviewed_at: datetime | None = None
    paper_due_at: datetime | None = None
    paper_filed_at: datetime | None = None
    paper_in_time: bool | None = None
    travel_reimbursable: bool = Field(False, description="Signed and stamped, or excused (FLD-7).")
    travel_cost: Money | None = None
    closed_at: datetime | None = None
    called_back_at: datetime | None = None
    satisfied: bool | None = None
    callback_remark: str | None = None
    nodes: tuple[NodeReached, ...] = Field((), description="In the order recorded.")
    corrections: tuple[NodeCorrection, ...] = ()
    corrected: bool = Field(False, description="Whether the time of a node was corrected.")
    correction_waits: bool = Field(False, description="Whether one waits to be approved.")

    def first(self, node: FieldNode) -> NodeReached | None:
        return next((each for each in self.nodes if each.node == node), None)

    def last(self, node: FieldNode) -> NodeReached | None:
        return next((each for each in reversed(self.nodes) if each.node == node), None)


def queue_of(row: FieldOrder) -> str:
    """What is open comes first, of that what stands still, and of that what was reported first."""
    rank = 2 if not row.open else 0 if row.machine_stopped else 1
    reported = row.reported_at
    return f"{rank} {reported.isoformat() if reported else UNKNOWN_TIME}"
