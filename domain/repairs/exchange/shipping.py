"""The replacement: it leaves in time, with its carrier, and arrives (EXC-3)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import names
from domain.entitlements import Remedy
from domain.messages import World
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.freighting import freight_of, refuse_unsettled
from domain.repairs.exchange.refusals import (
    DamageNotPaid,
    ExchangeNotPossibleNow,
    SameItemBack,
)
from domain.repairs.exchange.stages_allowed import only_at, refuse_unfit
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.repairs.freight import FreightLeg
from domain.sla.starting import late

SETTLED = (ExchangeStage.DELIVERED, ExchangeStage.REFUNDED, ExchangeStage.SENT_BACK)


def decide(exchange: Exchange, command: c.Shipping, world: World) -> list[e.Event]:
    match command:
        case c.ShipReplacement():
            return ship(exchange, command, world)
        case c.ConfirmReplacementReceipt(taken_by=name):
            only_at(exchange, ExchangeStage.SHIPPED)
            return [e.ReplacementReceived(subject_id=exchange.subject_id, taken_by=name)]
        case c.CloseExchange():
            return [close(exchange, world)]
        case never:
            assert_never(never)


def ship(exchange: Exchange, command: c.ShipReplacement, world: World) -> list[e.Event]:
    """Another item, once nothing stands against it; late is flagged (EXC-3)."""
    refuse_unfit(exchange, world)
    if exchange.remedy is Remedy.REFUND:
        raise ExchangeNotPossibleNow("A refund is asked for instead.")
    if command.replacement_serial == exchange.serial_number:
        raise SameItemBack(fields=("replacement_serial",))
    shipped = e.ReplacementShipped(
        replacement_serial=command.replacement_serial,
        carrier=command.carrier,
        tracking_number=command.tracking_number,
        late=late(exchange.replacement_due, world),
        shipped_by=names(world),
    )
    return [shipped, *freight_of(exchange, FreightLeg.BACK, command, world)]


def close(exchange: Exchange, world: World) -> e.ExchangeClosed:
    """Everything is where it belongs, paid, and its freight signed for (EXC-4, REP-7)."""
    only_at(exchange, *SETTLED)
    refuse_unsettled(exchange)
    if exchange.stage is not ExchangeStage.SENT_BACK and exchange.left_to_pay:
        raise DamageNotPaid("An exchange is closed when the damage is paid.")
    return e.ExchangeClosed(closed_by=names(world))
