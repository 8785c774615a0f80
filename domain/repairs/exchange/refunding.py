"""A refund instead of an exchange ends in a sales return, a credit to the dealer (EXC-5)."""

from __future__ import annotations

from typing import assert_never

from domain import uniqueness
from domain.approvals import names
from domain.entitlements import Remedy
from domain.messages import On, World
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.dealer_credit import credit_stream, credited
from domain.repairs.exchange.refusals import (
    ExchangeNotPossibleNow,
    NobodyToCredit,
    RefundNotApproved,
    SalesReturnNumberTaken,
    SignedPapersMissing,
)
from domain.repairs.exchange.stages_allowed import refuse_unfit
from domain.repairs.exchange.state import Exchange, ExchangeStage

SALES_RETURN_NUMBER = "repairs.SalesReturnNumber"


def decide(exchange: Exchange, command: c.Refunding, world: World) -> list[e.Event | On]:
    match command:
        case c.AttachSignedPaper(paper=paper, about=about):
            if exchange.stage is ExchangeStage.CLOSED:
                raise ExchangeNotPossibleNow("The exchange is closed.")
            if paper in exchange.papers:
                return []
            return [e.SignedPaperAttached(paper=paper, about=about, attached_by=names(world))]
        case c.IssueSalesReturn():
            return issue(exchange, command, world)
        case never:
            assert_never(never)


def issue(exchange: Exchange, command: c.IssueSalesReturn, world: World) -> list[e.Event | On]:
    """What was approved, to the cent, for goods that are here and would be exchanged (EXC-5)."""
    if exchange.remedy is not Remedy.REFUND or not exchange.refund_approved:
        raise RefundNotApproved
    refuse_unfit(exchange, world)
    if not exchange.papers:
        raise SignedPapersMissing
    if exchange.dealer_id is None or exchange.refund is None:
        raise NobodyToCredit
    number, dealer_id, amount = command.sales_return_number, exchange.dealer_id, exchange.refund
    by, taken = command.exchange_id, SalesReturnNumberTaken
    issued = e.SalesReturnIssued(
        sales_return_number=number,
        dealer_id=dealer_id,
        amount=amount,
        issued_by=names(world),
    )
    to_dealer = credited(world, command.exchange_id, number, dealer_id, amount)
    return [
        issued,
        On(credit_stream(dealer_id, amount.currency), to_dealer),
        *uniqueness.take(world, by, SALES_RETURN_NUMBER, number, taken=taken),
    ]
