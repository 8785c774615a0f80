"""A quality fault together with customer damage: charged, paid, inspected again (EXC-7, REP-7)."""

from __future__ import annotations

from typing import assert_never

from domain import calendar, policies, tariff
from domain.approvals import names
from domain.messages import World
from domain.registry.authority import refuse_manager_of
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.refusals import (
    DamageNotCharged,
    DamagePaidTooMuch,
    ExchangeNotPossibleNow,
    InspectedBefore,
    NothingDamaged,
)
from domain.repairs.exchange.stages_allowed import (
    only_at,
    refuse_excluded,
    refuse_open_discrepancy,
)
from domain.repairs.exchange.state import Exchange, ExchangeStage

UNPAID_ENDS = (ExchangeStage.SHIPPED, ExchangeStage.DELIVERED, ExchangeStage.REFUNDED)


def decide(exchange: Exchange, command: c.Charging, world: World) -> list[e.Event]:
    match command:
        case c.ChargeDamage():
            return [charge(exchange, command, world)]
        case c.RecordDamagePayment():
            return [pay(exchange, command, world)]
        case c.PermitUnpaidReplacement(reason=reason):
            return [permit(exchange, reason, world)]
        case c.ConfirmFault():
            return [confirm(exchange, command, world)]
        case never:
            assert_never(never)


def charge(exchange: Exchange, command: c.ChargeDamage, world: World) -> e.DamageCharged:
    """By the price list of the day, once, and once it is settled with the dealer (EXC-7)."""
    only_at(exchange, ExchangeStage.INSPECTED)
    refuse_open_discrepancy(exchange)
    refuse_excluded(exchange)
    if not exchange.damaged:
        raise NothingDamaged
    if exchange.charged is not None:
        raise ExchangeNotPossibleNow("The damage is charged already.")
    prices, pin = tariff.in_force(world, command.price_list)
    on = calendar.local_day(world.effective_at, policies.zone(world))
    priced = tariff.priced(prices, pin, command.lines, on)
    return e.DamageCharged(priced=priced, total=priced.total, charged_by=names(world))


def pay(
    exchange: Exchange, command: c.RecordDamagePayment, world: World
) -> e.DamagePaymentReceived:
    """Finance records what came in, but not of the station that one manages (REP-7, SEG-2)."""
    only_at(exchange, ExchangeStage.INSPECTED, *UNPAID_ENDS)
    if exchange.station_id:
        refuse_manager_of(exchange.station_id, world)
    if exchange.charged is None:
        raise DamageNotCharged
    paid = exchange.paid or exchange.charged.but(exchange.charged.amount * 0)
    left = exchange.charged - paid
    if command.amount.currency != left.currency or not command.amount <= left:
        raise DamagePaidTooMuch(f"{left.amount} {left.currency} are left.", fields=("amount",))
    return e.DamagePaymentReceived(
        amount=command.amount,
        paid=paid + command.amount,
        reference=command.reference,
        recorded_by=names(world),
    )


def permit(exchange: Exchange, reason: str, world: World) -> e.UnpaidReplacementPermitted:
    """Before the act: it counts from when it is recorded, whatever its time of effect (REP-7)."""
    only_at(exchange, ExchangeStage.INSPECTED)
    if exchange.station_id:
        refuse_manager_of(exchange.station_id, world)
    if exchange.left_to_pay is None:
        raise DamageNotCharged
    by = names(world)
    return e.UnpaidReplacementPermitted(reason=reason, permitted_at=world.now, permitted_by=by)


def confirm(exchange: Exchange, command: c.ConfirmFault, world: World) -> e.FaultConfirmed:
    """By another engineer than who inspected the goods on arrival (EXC-7)."""
    only_at(exchange, ExchangeStage.INSPECTED)
    refuse_open_discrepancy(exchange)
    if not exchange.damaged:
        raise NothingDamaged
    if names(world).both & exchange.inspected_by:
        raise InspectedBefore
    return e.FaultConfirmed(
        confirmed=command.confirmed, findings=command.findings, inspected_by=names(world)
    )
