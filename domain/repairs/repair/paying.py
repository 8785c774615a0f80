"""Paying for a repair, which only finance records, and headquarters' exception (REP-7)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import names
from domain.messages import World
from domain.registry.authority import refuse_manager_of
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import NothingToPay, PaidTooMuch, RepairNotPossibleNow
from domain.repairs.repair.state import RepairOrder, RepairStage


def decide(order: RepairOrder, command: c.Paying, world: World) -> list[e.Event]:
    """Neither is for whoever manages the station (SEG-2)."""
    if order.station_id:
        refuse_manager_of(order.station_id, world)
    match command:
        case c.RecordRepairPayment():
            return [pay(order, command, world)]
        case c.PermitUnpaidRelease(reason=reason):
            return [permit(order, reason, world)]
        case never:
            assert_never(never)


def pay(order: RepairOrder, command: c.RecordRepairPayment, world: World) -> e.Event:
    """Finance records what came in; in full means to the cent (REP-7)."""
    left = order.left_to_pay
    if left is None:
        raise NothingToPay
    if command.amount.currency != left.currency or not command.amount <= left:
        raise PaidTooMuch(f"{left.amount} {left.currency} are left to pay.", fields=("amount",))
    paid = order.paid or left.but(left.amount * 0)
    return e.RepairPaymentReceived(
        amount=command.amount,
        paid=paid + command.amount,
        reference=command.reference,
        recorded_by=names(world),
    )


def permit(order: RepairOrder, reason: str, world: World) -> e.UnpaidReleasePermitted:
    """Before the act: it counts from when it is recorded, whatever its time of effect (REP-7)."""
    if order.left_to_pay is None:
        raise NothingToPay
    if order.stage in (RepairStage.RELEASED, RepairStage.RETURNED, RepairStage.CLOSED):
        raise RepairNotPossibleNow("The item has been released: an exception comes before the act.")
    return e.UnpaidReleasePermitted(
        reason=reason, permitted_at=world.now, permitted_by=names(world)
    )
