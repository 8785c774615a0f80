"""Which stages of an exchange allow a wish, and what goods must be like to be exchanged."""

from __future__ import annotations

from domain import approvals
from domain.approvals import names
from domain.messages import World
from domain.repairs.exchange.refusals import (
    DamageNotCharged,
    DamageNotPaid,
    ExchangeDiscrepancyOpen,
    ExchangeNotFound,
    ExchangeNotPossibleNow,
    Excluded,
    FaultNotConfirmed,
    NoQualityFault,
)
from domain.repairs.exchange.state import Exchange, ExchangeStage


def existing(exchange: Exchange | None) -> Exchange:
    """The exchange. Raises ExchangeNotFound if nobody applied for it."""
    if exchange is None:
        raise ExchangeNotFound
    return exchange


def only_at(exchange: Exchange, *stages: ExchangeStage) -> None:
    """Raises ExchangeNotPossibleNow at any other stage than these."""
    if exchange.stage not in stages:
        raise ExchangeNotPossibleNow(
            f"The exchange is {exchange.stage}; this is possible while it is {' or '.join(stages)}."
        )


def refuse_open_discrepancy(exchange: Exchange) -> None:
    """Raises ExchangeDiscrepancyOpen: the exchange waits (EXC-2)."""
    if exchange.discrepancy_open:
        raise ExchangeDiscrepancyOpen


def refuse_excluded(exchange: Exchange) -> None:
    """Raises Excluded, NoQualityFault: no payment makes such goods exchangeable (EXC-6)."""
    if exchange.excluded:
        found = exchange.excluded
        raise Excluded(f"Found: {', '.join(found)}.", reasons=found)
    if not exchange.quality_fault or exchange.confirmed is False:
        raise NoQualityFault


def refuse_unfit(exchange: Exchange, world: World) -> None:
    """All that is settled before a replacement leaves, or money goes back (EXC-2, EXC-6, EXC-7)."""
    only_at(exchange, ExchangeStage.INSPECTED)
    refuse_open_discrepancy(exchange)
    refuse_excluded(exchange)
    if not exchange.damaged:
        return
    if exchange.charged is None:
        raise DamageNotCharged
    if exchange.confirmed is None:
        raise FaultNotConfirmed
    refuse_unpaid(exchange, world)


def refuse_unpaid(exchange: Exchange, world: World) -> None:
    """Paid in full, or permitted before, by somebody else (REP-7, SEG-1)."""
    left = exchange.left_to_pay
    if left is None:
        return
    if exchange.permitted_at is None:
        raise DamageNotPaid(f"{left.amount} {left.currency} are left to pay.")
    if exchange.permitted_at > world.effective_at:
        raise DamageNotPaid("Headquarters permitted it only after it had left.")
    if names(world).both & exchange.permitted_by:
        raise approvals.ApproverPrepared
