"""Signing for an exchange, or for a refund instead, and taking a signature back (EXC-2, EXC-5)."""

from __future__ import annotations

from typing import assert_never

from domain import approvals, policies
from domain.approvals import NextStepTaken, names
from domain.entitlements import Remedy
from domain.messages import World
from domain.policy_content import ApprovalMatrix, Approved
from domain.registry.authority import authorised, refuse_manager_of
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.applying import ground
from domain.repairs.exchange.refusals import ExchangeNotPossibleNow, NobodyToCredit
from domain.repairs.exchange.stages_allowed import only_at
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.sla.starting import late

BEFORE_THE_END = (
    ExchangeStage.APPLIED,
    ExchangeStage.APPROVED,
    ExchangeStage.RECEIVED,
    ExchangeStage.INSPECTED,
)


def decide(exchange: Exchange, command: c.Approving, world: World) -> list[e.Event]:
    match command:
        case c.SignExchange():
            return sign(exchange, world)
        case c.RevokeExchangeSignature(reason=reason):
            return [revoke(exchange, reason, world)]
        case c.DeclineExchange(reason=reason):
            return [decline(exchange, reason, world)]
        case c.RequestRefund():
            return [request_refund(exchange, command, world)]
        case never:
            assert_never(never)


def refuse_unless_waiting(exchange: Exchange) -> None:
    """Raises ExchangeNotPossibleNow if nothing waits for a signature."""
    if exchange.remedy is Remedy.REFUND:
        only_at(exchange, *BEFORE_THE_END)
    else:
        only_at(exchange, ExchangeStage.APPLIED)
    if exchange.open_chain.complete:
        raise ExchangeNotPossibleNow("Nothing waits for a signature.")


def refuse_preparers_and_managers(exchange: Exchange, world: World) -> None:
    """Nobody decides about what they asked for, or what is of their station (SEG-1, SEG-2)."""
    if exchange.station_id:
        refuse_manager_of(exchange.station_id, world)
    if names(world).both & exchange.prepared_by:
        raise approvals.ApproverPrepared


def sign(exchange: Exchange, world: World) -> list[e.Event]:
    """The last signature approves it (SEG-1, SEG-4)."""
    refuse_unless_waiting(exchange)
    refuse_preparers_and_managers(exchange, world)
    chain, mandate = exchange.open_chain, authorised(world, c.APPROVERS)
    signature = approvals.sign(chain, mandate, exchange.prepared_by)
    signed = e.ExchangeSigned(remedy=exchange.remedy, signature=signature)
    return [signed, approved(exchange, world)] if chain.signed(signature).complete else [signed]


def approved(exchange: Exchange, world: World) -> e.ExchangeApproved | e.RefundApproved:
    """It counts from when it is recorded: what arrived before that came too early (EXC-1)."""
    if exchange.remedy is Remedy.REFUND and exchange.refund is not None:
        return e.RefundApproved(amount=exchange.refund, approved_at=world.now)
    return e.ExchangeApproved(approved_at=world.now, late=late(exchange.approval_due, world))


def revoke(exchange: Exchange, reason: str, world: World) -> e.ExchangeSignatureRevoked:
    """Before the next step: the goods come in, or the money goes back (SEG-5)."""
    mandate = authorised(world, c.APPROVERS)
    signature = approvals.revoke(exchange.open_chain, mandate)
    if next_step_taken(exchange):
        raise NextStepTaken
    return e.ExchangeSignatureRevoked(remedy=exchange.remedy, signature=signature, reason=reason)


def next_step_taken(exchange: Exchange) -> bool:
    let_in = exchange.stage not in (ExchangeStage.APPLIED, ExchangeStage.APPROVED)
    if exchange.remedy is Remedy.EXCHANGE:
        return let_in
    by_this = not exchange.chain.complete
    return exchange.stage not in BEFORE_THE_END or (let_in and by_this)


def decline(exchange: Exchange, reason: str, world: World) -> e.ExchangeDeclined | e.RefundDeclined:
    refuse_unless_waiting(exchange)
    refuse_preparers_and_managers(exchange, world)
    by = names(world)
    if exchange.remedy is Remedy.REFUND:
        return e.RefundDeclined(reason=reason, declined_by=by)
    return e.ExchangeDeclined(reason=reason, declined_by=by)


def request_refund(exchange: Exchange, command: c.RequestRefund, world: World) -> e.RefundRequested:
    """Towards a dealer's next order, so there must be a dealer (EXC-5)."""
    only_at(exchange, *BEFORE_THE_END)
    if exchange.remedy is Remedy.REFUND:
        raise ExchangeNotPossibleNow("A refund is asked for already.")
    if exchange.dealer_id is None:
        raise NobodyToCredit
    matrix = policies.in_force(world, ApprovalMatrix)
    return e.RefundRequested(
        amount=command.amount,
        invoice=command.invoice,
        reason=command.reason,
        ground=ground(Remedy.REFUND, exchange, command.like_model_available, world),
        signed_by=matrix.signed_by(Approved.REFUND, command.amount),
        requested_by=names(world),
    )
