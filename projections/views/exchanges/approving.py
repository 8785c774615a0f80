"""How an exchange begins: applied for, signed, approved, or turned into a refund."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.approvals import Signature
from domain.entitlements import Remedy
from domain.messages import Role
from domain.repairs.exchange import events as e
from domain.repairs.exchange.state import ExchangeStage
from domain.sla.starting import DueBy
from projections.views.exchanges.row import Exchange, ExchangeSignature


def moment(due: DueBy | None) -> datetime | None:
    return due.due.at if due else None


def given(signature: Signature, at: datetime) -> ExchangeSignature:
    return ExchangeSignature(
        role=signature.role,
        person=signature.person,
        on_behalf_of=signature.on_behalf_of,
        at=at,
    )


def waiting(row: Exchange) -> Exchange:
    """With whose signature is next, for the lists of who has to sign."""
    if row.remedy is Remedy.REFUND:
        steps, signed = row.refund_signed_by, row.refund_signatures
        ended = row.stage in (ExchangeStage.DECLINED, ExchangeStage.WITHDRAWN)
    else:
        steps, signed = row.signed_by, row.signatures
        ended = row.stage is not ExchangeStage.APPLIED
    remaining: tuple[Role, ...] = () if ended else steps[len(signed) :]
    return row.but(waits_for=remaining[0] if remaining else None)


def asked(row: Exchange, event: e.Applying | e.Approving, at: datetime) -> Exchange:
    match event:
        case e.ExchangeApplied():
            return waiting(applied(row, event, at))
        case e.ExchangeWithdrawn(reason=reason):
            withdrawn = row.but(stage=ExchangeStage.WITHDRAWN, withdrawn_because=reason)
            return waiting(withdrawn)
        case e.ExchangeSigned():
            return waiting(signed(row, event, at))
        case e.ExchangeApproved(late=late):
            approved = row.but(stage=ExchangeStage.APPROVED, approved_at=at, approved_late=late)
            return waiting(approved)
        case e.ExchangeSignatureRevoked():
            return waiting(revoked(row, event))
        case e.ExchangeDeclined(reason=reason):
            return waiting(row.but(stage=ExchangeStage.DECLINED, declined_because=reason))
        case never:
            assert_never(never)


def applied(row: Exchange, event: e.ExchangeApplied, at: datetime) -> Exchange:
    return row.but(
        number=event.number,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        equipment_kind=event.equipment_kind,
        item=event.item,
        serial_number=event.serial_number,
        reported_fault=event.reported_fault,
        invoiced_on=event.invoiced_on,
        factory_date=event.factory_date,
        repair_order_id=event.repair_order_id,
        failed_repairs=event.failed_repairs,
        in_repair=event.in_repair,
        ground=event.ground,
        signed_by=event.signed_by,
        approval_due_at=moment(event.approval_due),
        applied_at=at,
        applied_by=event.applied_by.person if event.applied_by else None,
    )


def signed(row: Exchange, event: e.ExchangeSigned, at: datetime) -> Exchange:
    signature = given(event.signature, at)
    if event.remedy is Remedy.REFUND:
        return row.but(refund_signatures=(*row.refund_signatures, signature))
    return row.but(signatures=(*row.signatures, signature))


def revoked(row: Exchange, event: e.ExchangeSignatureRevoked) -> Exchange:
    """As decisions see it: what a refund's approval alone let in waits again."""
    if event.remedy is Remedy.EXCHANGE:
        signatures = row.signatures[:-1]
        return row.but(stage=ExchangeStage.APPLIED, signatures=signatures, approved_at=None)
    unsigned = row.but(refund_signatures=row.refund_signatures[:-1], refund_approved_at=None)
    by_refund_alone = len(row.signatures) < len(row.signed_by)
    if row.stage is ExchangeStage.APPROVED and by_refund_alone:
        return unsigned.but(stage=ExchangeStage.APPLIED, approved_at=None)
    return unsigned


def refund_asked(row: Exchange, event: e.RefundAsked, at: datetime) -> Exchange:
    match event:
        case e.RefundRequested(amount=amount):
            return waiting(
                row.but(
                    remedy=Remedy.REFUND,
                    refund=amount.amount,
                    refund_currency=amount.currency,
                    refund_because=event.reason,
                    refund_ground=event.ground,
                    invoice=event.invoice,
                    refund_signed_by=event.signed_by,
                    refund_signatures=(),
                    refund_declined_because=None,
                )
            )
        case e.RefundApproved():
            if row.stage is ExchangeStage.APPLIED:
                row = row.but(stage=ExchangeStage.APPROVED, approved_at=at)
            return waiting(row.but(refund_approved_at=at))
        case e.RefundDeclined(reason=reason):
            declined = row.but(remedy=Remedy.EXCHANGE, refund_declined_because=reason)
            return waiting(declined.but(refund=None, refund_currency=None))
        case never:
            assert_never(never)
