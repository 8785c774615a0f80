"""What is shown of an exchange. What is unknown, as in imported history, is empty."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from domain.entitlements import Entitlement, InRepair, Remedy
from domain.messages import PersonalText, Role
from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.exchange.commands import ExclusionChecked
from domain.repairs.exchange.state import ExchangeStage
from domain.repairs.freight import FreightLeg
from domain.tariff import Priced
from domain.vocabulary import DiscrepancyKind, EquipmentKind
from projections.view import Embedded, Row


class ExchangeSignature(Embedded):
    """A signature under an exchange, a refund instead, or the freight of a leg (SEG-4)."""

    role: Role
    person: UUID
    on_behalf_of: UUID | None
    at: datetime


class GoodsDiscrepancy(Embedded):
    """In what the goods differ from what was announced, and what was agreed (EXC-2)."""

    discrepancies: tuple[DiscrepancyKind, ...]
    explanation: str
    found_at: datetime
    raised_at: datetime | None = None
    agreed: str | None = None
    settled_at: datetime | None = None


class ExchangeFreight(Embedded):
    """The freight of a leg, which is ours, and who signed for it (EXC-4)."""

    leg: FreightLeg
    amount: Decimal
    currency: str
    carrier: str | None
    tracking_number: str | None
    signed_by: tuple[Role, ...]
    signatures: tuple[ExchangeSignature, ...] = ()
    settled_at: datetime | None = None
    at: datetime


class SignedPaper(Embedded):
    """A signed document (EXC-5)."""

    paper: str
    about: str
    at: datetime


class Exchange(Row):
    """New goods that arrived faulty, and what is given for them."""

    exchange_id: UUID
    number: str | None = Field(None, description="Our own number of the exchange.")
    stage: ExchangeStage = ExchangeStage.APPLIED
    remedy: Remedy = Field(Remedy.EXCHANGE, description="What is asked for: another, or money.")
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
    factory_date: date | None = Field(None, description="Of a phone whose papers are lost.")
    repair_order_id: UUID | None = Field(None, description="The repair that led to it.")
    failed_repairs: tuple[UUID, ...] = ()
    in_repair: InRepair | None = None
    ground: Entitlement | None = Field(None, description="What entitles to it (REG-5a).")
    applied_at: datetime
    imported: bool = Field(False, description="Whether its history began in another system.")
    applied_by: UUID | None = None
    withdrawn_because: str | None = None
    declined_because: str | None = None

    signed_by: tuple[Role, ...] = Field((), description="The roles that approve the exchange.")
    signatures: tuple[ExchangeSignature, ...] = ()
    waits_for: Role | None = Field(None, description="Whose signature is next, if one is wanted.")
    approval_due_at: datetime | None = Field(None, description="Approved by (EXC-2).")
    approved_at: datetime | None = None
    approved_late: bool | None = None

    refund: Decimal | None = Field(None, description="What is asked for instead (EXC-5).")
    refund_currency: str | None = None
    refund_because: str | None = None
    refund_ground: Entitlement | None = None
    invoice: str | None = None
    refund_signed_by: tuple[Role, ...] = ()
    refund_signatures: tuple[ExchangeSignature, ...] = ()
    refund_approved_at: datetime | None = None
    refund_declined_because: str | None = None

    entries_refused: int = Field(0, description="How often goods came unapproved (EXC-1).")
    received_at: datetime | None = None
    condition: str | None = None
    accessories: tuple[str, ...] = ()
    inspected_at: datetime | None = None
    findings: str | None = None
    quality_fault: bool | None = None
    checked: tuple[ExclusionChecked, ...] = Field((), description="The exclusion list (EXC-6).")
    excluded: tuple[str, ...] = Field((), description="What was found that rules it out.")
    rejected_because: str | None = None
    discrepancy: DiscrepancyStage | None = Field(None, description="How far the last one is.")
    discrepancies: tuple[GoodsDiscrepancy, ...] = ()
    raising_due_at: datetime | None = Field(None, description="The dealer is told by (EXC-2).")
    raised_late: bool | None = None

    charge: Priced | None = Field(None, description="For the customer's damage (EXC-7).")
    charged: Decimal | None = None
    charged_currency: str | None = None
    paid: Decimal | None = None
    unpaid_permitted: str | None = Field(None, description="Why it may leave unpaid (REP-7).")
    confirmed: bool | None = Field(None, description="What the exchange engineer found (EXC-7).")

    replacement_due_at: datetime | None = Field(None, description="The replacement leaves by.")
    replacement_serial: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    shipped_late: bool | None = Field(None, description="Whether it left too late (EXC-3).")
    delivered_at: datetime | None = None
    taken_by: PersonalText | None = None
    freight: tuple[ExchangeFreight, ...] = ()
    freight_unsettled: bool = Field(False, description="Whether freight is to be signed for.")
    papers: tuple[SignedPaper, ...] = ()
    sales_return_number: str | None = None
    sales_return_at: datetime | None = None
    closed_at: datetime | None = None
