"""What happens to an exchange (rulebook 3.2).

A fact is None where it is unknown, as in history that was imported from another system.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names, Signature
from domain.entitlements import Entitlement, InRepair, Remedy
from domain.messages import About, Moment, PersonalText, Role
from domain.money import Money
from domain.policies import Pin
from domain.repairs.exchange.commands import ExclusionChecked
from domain.repairs.freight import Freight, FreightLeg
from domain.sla.starting import DueBy
from domain.tariff import Priced
from domain.vocabulary import DiscrepancyKind, EquipmentKind


class ExchangeEvent(messages.Event):
    """What is due, is so by the deadline that was in force then (SLA-2).

    `subject_id` is the customer or dealer whose personal data a name is.
    """

    context = "repairs"


# ── applying, and approving ─────────────────────────────────────────────────


class ExchangeApplied(ExchangeEvent):
    """New goods are faulty; these roles approve their exchange, in this order, by then (EXC-2).

    `ground` is what entitles to the exchange, if the national rules do (REG-5a). The factory date
    is that of a phone whose papers are lost.
    """

    schema_version = 2
    number: str
    station_id: UUID | None = None
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = None
    equipment_kind: EquipmentKind | None = None
    item: str | None = None
    serial_number: str | None = None
    reported_fault: str | None = None
    invoiced_on: date | None = None
    factory_date: date | None = None
    repair_order_id: UUID | None = None
    failed_repairs: tuple[UUID, ...] = ()
    in_repair: InRepair | None = None
    ground: Entitlement | None = None
    signed_by: tuple[Role, ...] = ()
    approval_due: DueBy | None = None
    applied_by: Names | None = None


class ExchangeWithdrawn(ExchangeEvent):
    """The application was given up before the goods were here."""

    reason: str | None = None


class ExchangeSigned(ExchangeEvent):
    """One step of the approval of an exchange, or of a refund instead, was signed (SEG-4)."""

    remedy: Remedy
    signature: Signature


class ExchangeApproved(ExchangeEvent):
    """The last signature was given: the goods may be sent to us (EXC-1, EXC-2)."""

    approved_at: Moment | None = None
    late: bool | None = None


class ExchangeSignatureRevoked(ExchangeEvent):
    """A signature under an exchange, or under a refund instead, was taken back (SEG-5)."""

    remedy: Remedy
    signature: Signature
    reason: str


class ExchangeDeclined(ExchangeEvent):
    """The exchange was refused."""

    reason: str | None = None
    declined_by: Names | None = None


class RefundRequested(ExchangeEvent):
    """The money is asked for instead of another item; these roles approve it (EXC-5).

    `ground` is what entitles to it, if the national rules do (REG-5a).
    """

    amount: Money
    invoice: str
    reason: str
    ground: Entitlement | None
    signed_by: tuple[Role, ...]
    requested_by: Names


class RefundApproved(ExchangeEvent):
    """The last signature was given: the money goes back once the goods are here (EXC-5)."""

    amount: Money
    approved_at: Moment


class RefundDeclined(ExchangeEvent):
    """The refund was refused: it remains an exchange."""

    reason: str
    declined_by: Names


Applying: TypeAlias = ExchangeApplied | ExchangeWithdrawn
Approving: TypeAlias = (
    ExchangeSigned | ExchangeApproved | ExchangeSignatureRevoked | ExchangeDeclined
)
RefundAsked: TypeAlias = RefundRequested | RefundApproved | RefundDeclined

# ── goods arriving ──────────────────────────────────────────────────────────


class EntryRefused(ExchangeEvent):
    """Goods arrived without an approval and were turned away (EXC-1)."""

    remark: str
    refused_by: Names


class FaultyGoodsReceived(ExchangeEvent):
    """The goods arrived after their exchange was approved; the replacement is due (EXC-3)."""

    condition: str | None = None
    accessories: tuple[str, ...] = ()
    received_by: Names | None = None
    replacement_due: DueBy | None = None


class GoodsInspected(ExchangeEvent):
    """The goods were inspected on arrival, by this version of the exclusion list (EXC-2, EXC-6).

    `excluded` is what was found that rules an exchange out, `chargeable` what can be paid for.
    """

    serial_number: str
    quality_fault: bool
    findings: str
    checked: tuple[ExclusionChecked, ...]
    excluded: tuple[str, ...]
    chargeable: tuple[str, ...]
    terms: Pin
    inspected_by: Names


class ExchangeRejected(ExchangeEvent):
    """The goods are not exchanged: they go back as they are (EXC-6)."""

    reason: str
    rejected_by: Names


class FaultyGoodsReturned(ExchangeEvent):
    """Goods that are not exchanged were sent back."""

    carrier: str
    tracking_number: str
    returned_by: Names


class ExchangeDiscrepancyFound(ExchangeEvent):
    """The goods are not as they were announced, or damaged: raised the same day (EXC-2)."""

    discrepancies: tuple[DiscrepancyKind, ...]
    explanation: str
    found_by: Names
    raising_due: DueBy | None


class ExchangeDiscrepancyRaised(ExchangeEvent):
    """Discrepancy or damage was put to the dealer: the exchange waits until it is settled."""

    told: str
    raised_at: Moment
    late: bool
    raised_by: Names


class ExchangeDiscrepancySettled(ExchangeEvent):
    """What the discrepancy means was agreed; the replacement is due later by the time it took."""

    agreed: str
    settled_at: Moment
    replacement_due: DueBy | None
    settled_by: Names


Arriving: TypeAlias = (
    EntryRefused | FaultyGoodsReceived | GoodsInspected | ExchangeRejected | FaultyGoodsReturned
)
Differing: TypeAlias = (
    ExchangeDiscrepancyFound | ExchangeDiscrepancyRaised | ExchangeDiscrepancySettled
)

# ── charging damage ─────────────────────────────────────────────────────────


class DamageCharged(ExchangeEvent):
    """The customer's damage costs so much, by the price list of the day (EXC-7, REP-5)."""

    priced: Priced
    total: Money
    charged_by: Names


class DamagePaymentReceived(ExchangeEvent):
    """Finance recorded money for the damage; so much is paid by now (REP-7)."""

    amount: Money
    paid: Money
    reference: str
    recorded_by: Names


class UnpaidReplacementPermitted(ExchangeEvent):
    """Headquarters permitted that the replacement leaves before the damage is paid (REP-7)."""

    reason: str
    permitted_at: Moment
    permitted_by: Names


class FaultConfirmed(ExchangeEvent):
    """An exchange engineer inspected the damaged goods again: this is so, or not (EXC-7)."""

    confirmed: bool
    findings: str
    inspected_by: Names


Charging: TypeAlias = (
    DamageCharged | DamagePaymentReceived | UnpaidReplacementPermitted | FaultConfirmed
)

# ── replacement, freight, refund ────────────────────────────────────────────


class ReplacementShipped(ExchangeEvent):
    """The replacement left, with this carrier and number (EXC-3)."""

    replacement_serial: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    late: bool | None = None
    shipped_by: Names | None = None


class ReplacementReceived(ExchangeEvent):
    """The dealer or customer has the replacement."""

    subject_id: UUID | None = None
    taken_by: Annotated[PersonalText | None, About("subject_id")] = None


class ExchangeClosed(ExchangeEvent):
    """Nothing is left to do for the exchange."""

    closed_by: Names | None = None


class ExchangeFreightRecorded(ExchangeEvent):
    """The freight of a leg is ours; these roles sign for it, in this order (EXC-4)."""

    freight: Freight
    signed_by: tuple[Role, ...]
    manufacturer_id: UUID | None
    recorded_by: Names


class ExchangeFreightSigned(ExchangeEvent):
    """One step of booking, or settling, the freight of a leg was signed (SEG-4)."""

    leg: FreightLeg
    signature: Signature


class ExchangeFreightSettled(ExchangeEvent):
    """The freight of a leg is booked to sales, or settled with it (EXC-4)."""

    leg: FreightLeg
    amount: Money


class SignedPaperAttached(ExchangeEvent):
    """A signed document is attached (EXC-5)."""

    paper: str
    about: str
    attached_by: Names


class SalesReturnIssued(ExchangeEvent):
    """The money is a credit towards the dealer's next order (EXC-5)."""

    sales_return_number: str
    dealer_id: UUID
    amount: Money
    issued_by: Names


Shipping: TypeAlias = ReplacementShipped | ReplacementReceived | ExchangeClosed
Freighting: TypeAlias = ExchangeFreightRecorded | ExchangeFreightSigned | ExchangeFreightSettled
Refunding: TypeAlias = SignedPaperAttached | SalesReturnIssued

Event: TypeAlias = (
    Applying
    | Approving
    | RefundAsked
    | Arriving
    | Differing
    | Charging
    | Shipping
    | Freighting
    | Refunding
)
