"""What can be wished of a field order (rulebook 3.3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.corrections import AboutTimes
from domain.messages import Message, Moment, Role, Sha256, Stream, Text
from domain.money import ExactMoney, PositiveMoney
from domain.policy_content import EXCUSERS, Word
from domain.repairs.service_report import WorkReport
from domain.vocabulary import FieldServiceKind

FIELD_ORDER = "repairs.FieldOrder"

DESK = frozenset({Role.HOTLINE_AGENT, Role.SERVICE_AGENT, Role.SERVICE_SUPERVISOR})
DISPATCHERS = frozenset({Role.HOTLINE_AGENT, Role.SERVICE_SUPERVISOR, Role.STATION_MANAGER})
IN_THE_FIELD = DESK | {Role.ENGINEER}
REVIEWERS = frozenset({Role.SERVICE_SUPERVISOR, Role.STATION_MANAGER, Role.SERVICE_DIRECTOR})
CORRECTORS = frozenset(
    {
        Role.SERVICE_SUPERVISOR,
        Role.CLAIMS_SPECIALIST,
        Role.CLAIMS_MANAGER,
        Role.SERVICE_DIRECTOR,
        Role.GENERAL_MANAGER,
    }
)
"""Whom the matrix may name for a correction, and who records the manufacturer's answer."""


class FieldOrderCommand(messages.Command):
    field_order_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(FIELD_ORDER, self.field_order_id)


# ── from the report to the phone's end ──────────────────────────────────────


class ReportFault(FieldOrderCommand):
    """Enter that a customer needs somebody to come. One order a job and product type (FLD-7)."""

    roles = DESK
    number: Text = Field(description="Our own number of the order.")
    customer_id: UUID
    contact_id: UUID | None = Field(None, description="The contact that led to it (CON-3).")
    job: Text = Field(description="The reference of the call, campaign or project.")
    product_type: Text
    service: FieldServiceKind
    fault: Text
    region: Word = Field(description="Where the machine is; it decides about arrival (FLD-1).")
    machine_stopped: bool = Field(description="Whether the machine stands still (FLD-4).")
    station_id: UUID | None = None
    equipment_id: UUID | None = None
    serial_number: Text | None = Field(None, description="It may be unknown at first (FLD-5).")
    caller: Text | None = None
    phone: Text | None = None
    place: Text | None = None


class AssignStation(FieldOrderCommand):
    """Give the order to a station, before anybody leaves for it."""

    roles = DISPATCHERS
    station_id: UUID


class ContactFindings(Message):
    """What the contact establishes (FLD-2); what was not asked is None."""

    fault: Text
    solvable_by_phone: bool
    parts_in_stock: bool | None = None
    arrears: ExactMoney | None = None
    prepayment: ExactMoney | None = None


class ContactCustomer(FieldOrderCommand):
    """Record that the customer was contacted, and what that established (FLD-1, FLD-2)."""

    roles = IN_THE_FIELD
    findings: ContactFindings
    place: Text | None = None


class ResolveByPhone(FieldOrderCommand):
    """Close the order with a solution that was given by phone (FLD-2)."""

    roles = IN_THE_FIELD
    solution: Text


class IdentifyMachine(FieldOrderCommand):
    """Say which machine it is, registered with us or by its serial number alone (FLD-5)."""

    roles = IN_THE_FIELD
    equipment_id: UUID | None = None
    serial_number: Text | None = None


class SayMachineStopped(FieldOrderCommand):
    """Say whether the machine stands still, if that is other than was said (FLD-4)."""

    roles = IN_THE_FIELD
    stopped: bool


Reporting: TypeAlias = (
    ReportFault
    | AssignStation
    | ContactCustomer
    | ResolveByPhone
    | IdentifyMachine
    | SayMachineStopped
)

# ── going there ─────────────────────────────────────────────────────────────


class PlanDispatch(FieldOrderCommand):
    """Name the engineer who goes, and for when (FLD-9)."""

    roles = DISPATCHERS | {Role.SERVICE_AGENT}
    engineer_id: UUID
    planned_for: Moment


class Depart(FieldOrderCommand):
    """Record that the engineer left for the customer, with whom, and when they arrive (FLD-3)."""

    roles = IN_THE_FIELD
    expected_arrival: Moment
    companions: tuple[UUID, ...] = ()


class Arrive(FieldOrderCommand):
    """Record that the engineer is with the customer (FLD-1)."""

    roles = IN_THE_FIELD


class MakeJobEntry(FieldOrderCommand):
    """Say how a job goes that takes longer than a week (FLD-7)."""

    roles = IN_THE_FIELD
    entry: Text


class LeaveCustomer(FieldOrderCommand):
    """Record that the engineer left the customer, with the result (FLD-11)."""

    roles = IN_THE_FIELD
    repaired: bool
    unrepaired_because: Text | None = None
    result: Text
    customer_opinion: Text | None = None
    customer_consents: bool = Field(description="Asked before leaving (FLD-11).")
    no_consent_because: Text | None = None


class FollowUpUnrepaired(FieldOrderCommand):
    """Record the day's follow-up of an order that was left unrepaired (FLD-8)."""

    roles = IN_THE_FIELD
    reason: Text = Field(description="Why it is still unrepaired.")
    next_step: Text


Visiting: TypeAlias = (
    PlanDispatch | Depart | Arrive | MakeJobEntry | LeaveCustomer | FollowUpUnrepaired
)

# ── the report and the end ──────────────────────────────────────────────────


class Photo(Message):
    """A photo to be filed; it gets its name here (FLD-7)."""

    sha256: Sha256
    taken_on: date


class FileFieldReport(FieldOrderCommand):
    """File the service report of a visit. Its photos are named (FLD-7)."""

    roles = IN_THE_FIELD
    report: WorkReport
    photos: tuple[Photo, ...] = ()
    customer_signed: bool
    stamped: bool


class FileFieldPaperReport(FieldOrderCommand):
    """Record that the service report arrived on paper (FLD-7)."""

    roles = DESK


class ReviewFieldReport(FieldOrderCommand):
    """Accept the service report, or return it with what is wrong."""

    roles = REVIEWERS
    accepted: bool
    findings: tuple[Text, ...] = ()


class ExcuseMissingSignature(FieldOrderCommand):
    """Let travel cost be claimed although signature or stamp is missing (FLD-7)."""

    roles = EXCUSERS
    reason: Text


class ClaimTravelCost(FieldOrderCommand):
    """Ask for the cost of travelling to the customer (FLD-7)."""

    roles = IN_THE_FIELD
    amount: PositiveMoney


class CloseFieldOrder(FieldOrderCommand):
    """End the order once its report is reviewed and the machine is known (FLD-5)."""

    roles = DISPATCHERS


class CallBackCustomer(FieldOrderCommand):
    """Record the call that asks the customer afterwards."""

    roles = frozenset({Role.HOTLINE_AGENT, Role.SERVICE_AGENT})
    satisfied: bool
    remark: Text | None = None


Filing: TypeAlias = (
    FileFieldReport
    | FileFieldPaperReport
    | ReviewFieldReport
    | ExcuseMissingSignature
    | ClaimTravelCost
    | CloseFieldOrder
    | CallBackCustomer
)

# ── a node's time ───────────────────────────────────────────────────────────


class CorrectionCommand(FieldOrderCommand, AboutTimes):
    """A command about a correction of a node's time."""

    correction_id: UUID


class RequestNodeCorrection(CorrectionCommand):
    """Ask that a node's time be corrected, for a reason from the policy's list (FLD-6)."""

    roles = IN_THE_FIELD | {Role.STATION_MANAGER}
    event_id: UUID = Field(description="Of the node, as the order's history shows it.")
    effective_at: Moment
    reason: Word
    explanation: Annotated[Text, Field(description="How it came about.")]


class SignNodeCorrection(CorrectionCommand):
    """Approve a correction for our headquarters (FLD-6, SEG-4)."""

    roles = CORRECTORS


class RecordManufacturerApproval(CorrectionCommand):
    """Record that the manufacturer's headquarters approved a correction (FLD-6)."""

    roles = CORRECTORS
    reference: Text = Field(description="Of the manufacturer's answer.")


class DeclineNodeCorrection(CorrectionCommand):
    """Leave the node's time as it was recorded."""

    roles = CORRECTORS
    reason: Text


Correcting: TypeAlias = (
    RequestNodeCorrection | SignNodeCorrection | RecordManufacturerApproval | DeclineNodeCorrection
)
