"""What decisions need to remember of an exchange.

Its events may come in any order, and facts may be missing: history is imported from other systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from domain.approvals import SigningChain
from domain.entitlements import InRepair, Remedy
from domain.intervals import Interval
from domain.money import Money
from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.exchange import events as e
from domain.repairs.exchange.commands import EXCHANGE
from domain.repairs.freight import FreightLeg
from domain.sla.starting import DueBy
from domain.vocabulary import DiscrepancyKind, EquipmentKind
from domain.working_time import Instants


class ExchangeStage(StrEnum):
    """How far an exchange is (rulebook 3.2)."""

    APPLIED = "applied"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"
    INSPECTED = "inspected"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"  # what is not exchanged
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUNDED = "refunded"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FreightOfLeg:
    """What the freight of a leg costs, and who has signed for it (EXC-4)."""

    amount: Money
    chain: SigningChain
    recorded_by: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What decisions need to remember of an exchange."""

    kind: ClassVar[str] = EXCHANGE
    stage: ExchangeStage = ExchangeStage.APPLIED
    number: str | None = None
    station_id: UUID | None = None
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = None
    equipment_kind: EquipmentKind | None = None
    serial_number: str | None = None
    invoiced_on: date | None = None
    factory_date: date | None = None  # where the invoice is lost
    failed_repairs: int = 0
    in_repair: InRepair | None = None
    prepared_by: frozenset[UUID] = frozenset()
    chain: SigningChain = SigningChain(())
    approval_due: DueBy | None = None
    approved_at: datetime | None = None
    remedy: Remedy = Remedy.EXCHANGE
    refund: Money | None = None
    refund_chain: SigningChain = SigningChain(())
    refund_approved: bool = False
    replacement_due: DueBy | None = None
    quality_fault: bool = False
    excluded: tuple[str, ...] = ()
    damaged: bool = False  # in a way that can be charged
    inspected_by: frozenset[UUID] = frozenset()
    discrepancy: DiscrepancyStage | None = None
    raising_due: DueBy | None = None
    raised_at: datetime | None = None
    disputes: tuple[Instants, ...] = ()  # the times in which what is due waited
    charged: Money | None = None
    paid: Money | None = None
    permitted_at: datetime | None = None
    permitted_by: frozenset[UUID] = frozenset()
    confirmed: bool | None = None  # by the exchange engineer
    papers: tuple[str, ...] = ()
    freight: Mapping[FreightLeg, FreightOfLeg] = field(default_factory=dict)

    @property
    def subject_id(self) -> UUID | None:
        """Whose personal data the names of the other side are."""
        return self.customer_id or self.dealer_id

    @property
    def open_chain(self) -> SigningChain:
        """Of what is asked for: exchange, or refund instead."""
        return self.refund_chain if self.remedy is Remedy.REFUND else self.chain

    @property
    def discrepancy_open(self) -> bool:
        return self.discrepancy not in (None, DiscrepancyStage.SETTLED)

    @property
    def left_to_pay(self) -> Money | None:
        """What is to be paid for the damage, still; None if nothing is."""
        if self.charged is None:
            return None
        left = self.charged - self.paid if self.paid else self.charged
        return left if left.amount > 0 else None


State = Exchange


def evolve(exchange: Exchange | None, event: e.Event) -> Exchange:
    exchange = exchange or Exchange()
    if isinstance(event, e.Applying | e.Approving):
        return asked(exchange, event)
    if isinstance(event, e.RefundAsked):
        return refund_asked(exchange, event)
    if isinstance(event, e.Arriving):
        return arrived(exchange, event)
    if isinstance(event, e.Differing):
        return differing(exchange, event)
    if isinstance(event, e.Charging):
        return charged(exchange, event)
    if isinstance(event, e.Freighting):
        return carried(exchange, event)
    return settled(exchange, event)


def asked(exchange: Exchange, event: e.Applying | e.Approving) -> Exchange:
    match event:
        case e.ExchangeApplied():
            return applied(exchange, event)
        case e.ExchangeWithdrawn():
            return replace(exchange, stage=ExchangeStage.WITHDRAWN)
        case e.ExchangeSigned(remedy=Remedy.REFUND, signature=signature):
            return replace(exchange, refund_chain=exchange.refund_chain.signed(signature))
        case e.ExchangeSigned(signature=signature):
            return replace(exchange, chain=exchange.chain.signed(signature))
        case e.ExchangeApproved(approved_at=at):
            return replace(exchange, stage=ExchangeStage.APPROVED, approved_at=at)
        case e.ExchangeSignatureRevoked():
            return revoked(exchange, event)
        case e.ExchangeDeclined():
            return replace(exchange, stage=ExchangeStage.DECLINED)
        case never:
            assert_never(never)


def applied(exchange: Exchange, event: e.ExchangeApplied) -> Exchange:
    return replace(
        exchange,
        number=event.number,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        equipment_kind=event.equipment_kind,
        serial_number=event.serial_number,
        invoiced_on=event.invoiced_on,
        factory_date=event.factory_date,
        failed_repairs=len(event.failed_repairs),
        in_repair=event.in_repair,
        prepared_by=event.applied_by.both if event.applied_by else frozenset(),
        chain=SigningChain(event.signed_by),
        approval_due=event.approval_due,
    )


def revoked(exchange: Exchange, event: e.ExchangeSignatureRevoked) -> Exchange:
    """What was let in by a refund's approval alone is not, any more."""
    if event.remedy is Remedy.EXCHANGE:
        return replace(exchange, stage=ExchangeStage.APPLIED, chain=exchange.chain.without_last())
    stage = exchange.stage
    if stage is ExchangeStage.APPROVED and not exchange.chain.complete:
        stage = ExchangeStage.APPLIED
    chain = exchange.refund_chain.without_last()
    return replace(exchange, stage=stage, refund_chain=chain, refund_approved=False)


def refund_asked(exchange: Exchange, event: e.RefundAsked) -> Exchange:
    match event:
        case e.RefundRequested(amount=amount, signed_by=steps, requested_by=by):
            chain, prepared = SigningChain(steps), exchange.prepared_by | by.both
            asked = replace(exchange, remedy=Remedy.REFUND, refund=amount, refund_chain=chain)
            return replace(asked, prepared_by=prepared)
        case e.RefundApproved(approved_at=at):
            if exchange.stage is ExchangeStage.APPLIED:
                exchange = replace(exchange, stage=ExchangeStage.APPROVED, approved_at=at)
            return replace(exchange, refund_approved=True)
        case e.RefundDeclined():
            return replace(exchange, remedy=Remedy.EXCHANGE, refund=None)
        case never:
            assert_never(never)


def arrived(exchange: Exchange, event: e.Arriving) -> Exchange:
    match event:
        case e.EntryRefused():
            return exchange
        case e.FaultyGoodsReceived(replacement_due=due):
            return replace(exchange, stage=ExchangeStage.RECEIVED, replacement_due=due)
        case e.GoodsInspected():
            return replace(
                exchange,
                stage=ExchangeStage.INSPECTED,
                quality_fault=event.quality_fault,
                excluded=event.excluded,
                damaged=bool(event.chargeable),
                inspected_by=exchange.inspected_by | event.inspected_by.both,
                confirmed=None,
            )
        case e.ExchangeRejected():
            return replace(exchange, stage=ExchangeStage.REJECTED)
        case e.FaultyGoodsReturned():
            return replace(exchange, stage=ExchangeStage.SENT_BACK)
        case never:
            assert_never(never)


def differing(exchange: Exchange, event: e.Differing) -> Exchange:
    match event:
        case e.ExchangeDiscrepancyFound(discrepancies=kinds, raising_due=due):
            found = replace(exchange, discrepancy=DiscrepancyStage.FOUND, raising_due=due)
            damaged = exchange.damaged or DiscrepancyKind.HUMAN_DAMAGE in kinds
            return replace(found, damaged=damaged)
        case e.ExchangeDiscrepancyRaised(raised_at=at):
            return replace(exchange, discrepancy=DiscrepancyStage.RAISED, raised_at=at)
        case e.ExchangeDiscrepancySettled(settled_at=at, replacement_due=due):
            raised = exchange.raised_at or at
            waited = (*exchange.disputes, Interval(raised, max(raised, at)))
            settled = replace(exchange, discrepancy=DiscrepancyStage.SETTLED, disputes=waited)
            return replace(settled, replacement_due=due)
        case never:
            assert_never(never)


def charged(exchange: Exchange, event: e.Charging) -> Exchange:
    match event:
        case e.DamageCharged(total=total):
            return replace(exchange, charged=total)
        case e.DamagePaymentReceived(paid=paid):
            return replace(exchange, paid=paid)
        case e.UnpaidReplacementPermitted(permitted_at=at, permitted_by=by):
            return replace(exchange, permitted_at=at, permitted_by=by.both)
        case e.FaultConfirmed(confirmed=confirmed):
            return replace(exchange, confirmed=confirmed)
        case never:
            assert_never(never)


def carried(exchange: Exchange, event: e.Freighting) -> Exchange:
    match event:
        case e.ExchangeFreightRecorded(freight=freight, signed_by=steps, recorded_by=by):
            of_leg = FreightOfLeg(freight.amount, SigningChain(steps), by.both)
            return with_freight(exchange, freight.leg, of_leg)
        case e.ExchangeFreightSigned(leg=leg, signature=signature):
            if (known := exchange.freight.get(leg)) is None:
                return exchange
            return with_freight(exchange, leg, replace(known, chain=known.chain.signed(signature)))
        case e.ExchangeFreightSettled():
            return exchange
        case never:
            assert_never(never)


def with_freight(exchange: Exchange, leg: FreightLeg, of_leg: FreightOfLeg) -> Exchange:
    return replace(exchange, freight={**exchange.freight, leg: of_leg})


def settled(exchange: Exchange, event: e.Shipping | e.Refunding) -> Exchange:
    match event:
        case e.ReplacementShipped():
            return replace(exchange, stage=ExchangeStage.SHIPPED)
        case e.ReplacementReceived():
            return replace(exchange, stage=ExchangeStage.DELIVERED)
        case e.ExchangeClosed():
            return replace(exchange, stage=ExchangeStage.CLOSED)
        case e.SignedPaperAttached(paper=paper):
            return replace(exchange, papers=(*exchange.papers, paper))
        case e.SalesReturnIssued():
            return replace(exchange, stage=ExchangeStage.REFUNDED)
        case never:
            assert_never(never)
