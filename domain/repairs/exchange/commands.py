"""What can be wished of an exchange (rulebook 3.2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.entitlements import Delay
from domain.messages import Message, Role, Sha256, Stream, Text
from domain.money import ExactMoney, PositiveMoney
from domain.policy_content import Word
from domain.repairs.freight import FreightLeg
from domain.repairs.repair.commands import DESK, HEADQUARTERS, RECEPTION, STORE
from domain.tariff import Wanted
from domain.vocabulary import DiscrepancyKind, EquipmentKind

EXCHANGE = "repairs.Exchange"

APPLICANTS = RECEPTION | {Role.HOTLINE_AGENT}
APPROVERS = frozenset(
    {
        Role.CHANNEL_DEPT,
        Role.PRODUCT_DEPT,
        Role.FINANCE,
        Role.COMMERCE_DEPT,
        Role.SALES_DIRECTOR,
        Role.SERVICE_DIRECTOR,
        Role.GENERAL_MANAGER,
    }
)
FREIGHT_SIGNERS = frozenset(
    {Role.SALES_DIRECTOR, Role.STOREKEEPER, Role.COMMERCE_DEPT, Role.FINANCE}
)
SHIPPERS = STORE | DESK


class ExclusionChecked(Message):
    """One point of the exclusion list: whether it was found on the goods (EXC-6)."""

    word: Word
    found: bool
    remark: Text | None = None


class ExchangeCommand(messages.Command):
    exchange_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(EXCHANGE, self.exchange_id)


# ── applying, and approving ─────────────────────────────────────────────────


class ApplyForExchange(ExchangeCommand):
    """Apply for the exchange of new goods that are faulty, before they are sent (EXC-1)."""

    roles = APPLICANTS
    number: Text = Field(description="Our own number of the exchange.")
    station_id: UUID
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = Field(None, description="If it is registered with us.")
    equipment_kind: EquipmentKind | None = Field(None, description="If it is not registered.")
    item: Text = Field(description="What it is, with its model.")
    serial_number: Text
    reported_fault: Text
    invoiced_on: date | None = Field(None, description="By its papers, if it is not registered.")
    factory_date: date | None = Field(
        None,
        description="Of the serial number: where a phone's papers are lost, its term is by it.",
    )
    repair_order_id: UUID | None = Field(None, description="The repair that led to it.")
    delay: Delay | None = Field(None, description="Why that repair is not done yet (REG-5a).")
    failed_repairs: frozenset[UUID] = Field(
        frozenset(),
        description="Repair orders that did not mend it, which the registry does not know of.",
    )
    like_model_available: bool = True


class SignExchange(ExchangeCommand):
    """Sign for the next step of what waits for approval: exchange or refund (EXC-2, EXC-5)."""

    roles = APPROVERS


class RevokeExchangeSignature(ExchangeCommand):
    """Take back your signature, before the next step is taken (SEG-5)."""

    roles = APPROVERS
    reason: Text


class DeclineExchange(ExchangeCommand):
    """Refuse what waits for approval: the exchange, or the refund instead of it."""

    roles = APPROVERS
    reason: Text


class WithdrawExchange(ExchangeCommand):
    """Give the application up, before the goods are here."""

    roles = APPLICANTS
    reason: Text


class RequestRefund(ExchangeCommand):
    """Ask for the money back instead of another item (EXC-5)."""

    roles = DESK | {Role.COMMERCE_DEPT}
    amount: PositiveMoney = Field(description="What the invoice says.")
    invoice: Text = Field(description="Its number.")
    reason: Text
    like_model_available: bool = True


Applying: TypeAlias = ApplyForExchange | WithdrawExchange
Approving: TypeAlias = SignExchange | RevokeExchangeSignature | DeclineExchange | RequestRefund

# ── goods arriving ──────────────────────────────────────────────────────────


class RefuseEntry(ExchangeCommand):
    """Record that goods arrived without an approval and were turned away (EXC-1)."""

    roles = SHIPPERS | RECEPTION
    remark: Text


class ReceiveFaultyGoods(ExchangeCommand):
    """Take in goods whose exchange was approved before they arrived (EXC-1)."""

    roles = SHIPPERS | RECEPTION
    condition: Text
    accessories: tuple[Text, ...] = ()
    carrier: Text | None = None
    tracking_number: Text | None = None
    freight: ExactMoney | None = Field(None, description="What the carrier asks of us (EXC-4).")


class ReinspectGoods(ExchangeCommand):
    """Record what the inspection on arrival found, point by point of the list (EXC-2, EXC-6)."""

    roles = RECEPTION
    serial_number: Text
    quality_fault: bool = Field(description="Whether the goods are faulty by themselves.")
    findings: Text
    checked: tuple[ExclusionChecked, ...] = ()
    discrepancies: frozenset[DiscrepancyKind] = frozenset()


class RaiseExchangeDiscrepancy(ExchangeCommand):
    """Record that discrepancy or damage was put to the dealer, the same day (EXC-2)."""

    roles = RECEPTION
    told: Text = Field(description="What the dealer was told.")


class SettleExchangeDiscrepancy(ExchangeCommand):
    """Record what was agreed with the dealer about discrepancy or damage (EXC-2)."""

    roles = RECEPTION
    agreed: Text


class RejectExchange(ExchangeCommand):
    """Find that the goods that arrived are not exchanged: they go back as they are (EXC-6)."""

    roles = RECEPTION | {Role.SERVICE_DIRECTOR}
    reason: Text


class ReturnFaultyGoods(ExchangeCommand):
    """Send back goods that are not exchanged."""

    roles = SHIPPERS
    carrier: Text
    tracking_number: Text
    freight: ExactMoney | None = None


Arriving: TypeAlias = (
    RefuseEntry | ReceiveFaultyGoods | ReinspectGoods | RejectExchange | ReturnFaultyGoods
)
Differing: TypeAlias = RaiseExchangeDiscrepancy | SettleExchangeDiscrepancy

# ── charging damage ─────────────────────────────────────────────────────────


class ChargeDamage(ExchangeCommand):
    """Charge the customer's damage on goods that have a quality fault, too (EXC-7)."""

    roles = RECEPTION
    price_list: Word = "customer_damage"
    lines: Annotated[tuple[Wanted, ...], Field(min_length=1)]


class RecordDamagePayment(ExchangeCommand):
    """Record money that came in for the damage. Only finance does so (REP-7, EXC-7)."""

    roles = frozenset({Role.FINANCE})
    amount: PositiveMoney
    reference: Text


class PermitUnpaidReplacement(ExchangeCommand):
    """Permit that the replacement leaves before the damage is paid, before it does so (REP-7)."""

    roles = HEADQUARTERS
    reason: Text


class ConfirmFault(ExchangeCommand):
    """Inspect damaged goods again, as the engineer for exchanges (EXC-7)."""

    roles = frozenset({Role.ENGINEER})
    confirmed: bool = Field(description="Whether they have a quality fault beside the damage.")
    findings: Text


Charging: TypeAlias = ChargeDamage | RecordDamagePayment | PermitUnpaidReplacement | ConfirmFault

# ── shipping the replacement ────────────────────────────────────────────────


class ShipReplacement(ExchangeCommand):
    """Record that the replacement left, with whom, and under which number (EXC-3)."""

    roles = SHIPPERS
    replacement_serial: Text
    carrier: Text
    tracking_number: Text
    freight: ExactMoney | None = Field(None, description="What the carrier asks of us (EXC-4).")


class ConfirmReplacementReceipt(ExchangeCommand):
    """Record that the dealer or customer has the replacement."""

    roles = SHIPPERS | APPLICANTS
    taken_by: Text


class RecordExchangeFreight(ExchangeCommand):
    """Record what the freight to us, or back, costs: it is ours (EXC-4)."""

    roles = SHIPPERS | RECEPTION
    leg: FreightLeg
    amount: ExactMoney
    carrier: Text | None = None
    tracking_number: Text | None = None


class SignExchangeFreight(ExchangeCommand):
    """Sign for the freight of a leg: booked to sales, or settled with it (EXC-4)."""

    roles = FREIGHT_SIGNERS
    leg: FreightLeg


class AttachSignedPaper(ExchangeCommand):
    """Attach a signed document (EXC-5)."""

    roles = DESK | {Role.COMMERCE_DEPT, Role.CHANNEL_DEPT, Role.PRODUCT_DEPT, Role.FINANCE}
    paper: Sha256
    about: Text


class IssueSalesReturn(ExchangeCommand):
    """Issue the sales return: the refund is a credit towards the dealer's next order (EXC-5)."""

    roles = frozenset({Role.COMMERCE_DEPT})
    sales_return_number: Text


class CloseExchange(ExchangeCommand):
    """Close the exchange: replacement, money or goods are where they belong, freight is settled."""

    roles = DESK | {Role.SYSTEM}


Shipping: TypeAlias = ShipReplacement | ConfirmReplacementReceipt | CloseExchange
Freighting: TypeAlias = RecordExchangeFreight | SignExchangeFreight
Refunding: TypeAlias = AttachSignedPaper | IssueSalesReturn
