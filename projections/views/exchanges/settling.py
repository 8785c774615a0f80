"""How an exchange goes on: goods come, are inspected, charged for, replaced or refunded."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never

from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.exchange import events as e
from domain.repairs.exchange.state import ExchangeStage
from projections.views.exchanges.approving import given, moment
from projections.views.exchanges.row import (
    Exchange,
    ExchangeFreight,
    GoodsDiscrepancy,
    SignedPaper,
)


def arrived(row: Exchange, event: e.Arriving, at: datetime) -> Exchange:
    match event:
        case e.EntryRefused():
            return row.but(entries_refused=row.entries_refused + 1)
        case e.FaultyGoodsReceived(replacement_due=due):
            received = row.but(stage=ExchangeStage.RECEIVED, received_at=at)
            known = received.but(condition=event.condition, accessories=event.accessories)
            return known.but(replacement_due_at=moment(due))
        case e.GoodsInspected():
            return row.but(
                stage=ExchangeStage.INSPECTED,
                inspected_at=at,
                findings=event.findings,
                quality_fault=event.quality_fault,
                checked=event.checked,
                excluded=event.excluded,
                confirmed=None,
            )
        case e.ExchangeRejected(reason=reason):
            return row.but(stage=ExchangeStage.REJECTED, rejected_because=reason)
        case e.FaultyGoodsReturned(carrier=carrier, tracking_number=number):
            sent = row.but(stage=ExchangeStage.SENT_BACK, shipped_at=at)
            return sent.but(carrier=carrier, tracking_number=number)
        case never:
            assert_never(never)


def differing(row: Exchange, event: e.Differing, at: datetime) -> Exchange:
    match event:
        case e.ExchangeDiscrepancyFound(discrepancies=kinds, explanation=text):
            found = GoodsDiscrepancy(discrepancies=kinds, explanation=text, found_at=at)
            listed = row.but(discrepancies=(*row.discrepancies, found), raised_late=None)
            due = moment(event.raising_due)
            return listed.but(discrepancy=DiscrepancyStage.FOUND, raising_due_at=due)
        case e.ExchangeDiscrepancyRaised(late=late):
            return of_last(row.but(raised_late=late), DiscrepancyStage.RAISED, raised_at=at)
        case e.ExchangeDiscrepancySettled(agreed=agreed, replacement_due=due):
            later = row.but(replacement_due_at=moment(due))
            return of_last(later, DiscrepancyStage.SETTLED, agreed=agreed, settled_at=at)
        case never:
            assert_never(never)


def of_last(row: Exchange, stage: DiscrepancyStage, **facts: Any) -> Exchange:
    """What became of the last discrepancy, if there is one."""
    if not row.discrepancies:
        return row.but(discrepancy=stage)
    *before, last = row.discrepancies
    known = (*before, last.model_copy(update=facts))
    return row.but(discrepancy=stage, discrepancies=known)


def charged(row: Exchange, event: e.Charging) -> Exchange:
    match event:
        case e.DamageCharged(priced=priced, total=total):
            return row.but(charge=priced, charged=total.amount, charged_currency=total.currency)
        case e.DamagePaymentReceived(paid=paid):
            return row.but(paid=paid.amount)
        case e.UnpaidReplacementPermitted(reason=reason):
            return row.but(unpaid_permitted=reason)
        case e.FaultConfirmed(confirmed=confirmed):
            return row.but(confirmed=confirmed)
        case never:
            assert_never(never)


def carried(row: Exchange, event: e.Freighting, at: datetime) -> Exchange:
    match event:
        case e.ExchangeFreightRecorded():
            others = tuple(each for each in row.freight if each.leg != event.freight.leg)
            return with_freight(row, (*others, recorded(event, at)))
        case e.ExchangeFreightSigned(leg=leg, signature=signature):
            return with_freight(
                row,
                tuple(
                    each.model_copy(update={"signatures": (*each.signatures, given(signature, at))})
                    if each.leg == leg
                    else each
                    for each in row.freight
                ),
            )
        case e.ExchangeFreightSettled(leg=leg):
            settled = {"settled_at": at}
            return with_freight(
                row,
                tuple(
                    each.model_copy(update=settled) if each.leg == leg else each
                    for each in row.freight
                ),
            )
        case never:
            assert_never(never)


def recorded(event: e.ExchangeFreightRecorded, at: datetime) -> ExchangeFreight:
    freight = event.freight
    return ExchangeFreight(
        leg=freight.leg,
        amount=freight.amount.amount,
        currency=freight.amount.currency,
        carrier=freight.carrier,
        tracking_number=freight.tracking_number,
        signed_by=event.signed_by,
        at=at,
    )


def with_freight(row: Exchange, freight: tuple[ExchangeFreight, ...]) -> Exchange:
    unsettled = any(each.settled_at is None for each in freight)
    return row.but(freight=freight, freight_unsettled=unsettled)


def ended(row: Exchange, event: e.Shipping | e.Refunding, at: datetime) -> Exchange:
    match event:
        case e.ReplacementShipped():
            return row.but(
                stage=ExchangeStage.SHIPPED,
                replacement_serial=event.replacement_serial,
                carrier=event.carrier,
                tracking_number=event.tracking_number,
                shipped_at=at,
                shipped_late=event.late,
            )
        case e.ReplacementReceived(taken_by=name):
            return row.but(stage=ExchangeStage.DELIVERED, delivered_at=at, taken_by=name)
        case e.ExchangeClosed():
            return row.but(stage=ExchangeStage.CLOSED, closed_at=at)
        case e.SignedPaperAttached(paper=paper, about=about):
            attached = SignedPaper(paper=paper, about=about, at=at)
            return row.but(papers=(*row.papers, attached))
        case e.SalesReturnIssued(sales_return_number=number):
            issued = row.but(stage=ExchangeStage.REFUNDED, sales_return_at=at)
            return issued.but(sales_return_number=number)
        case never:
            assert_never(never)
