"""An item that is not as it was announced: raised with the dealer the same day, settled (REP-3)."""

from __future__ import annotations

from typing import assert_never

from domain import policies
from domain.approvals import names
from domain.messages import World
from domain.registry.person import authorised
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import NoDiscrepancy, SupervisorSettles
from domain.repairs.repair.stages_allowed import BEFORE_WORK, only_at, refuse_open_discrepancy
from domain.repairs.repair.state import DiscrepancyStage, RepairOrder

DISCREPANCY_CLOCK = "repair_discrepancy"


def decide(order: RepairOrder, command: c.Differing, world: World) -> list[e.Event]:
    match command:
        case c.FindDiscrepancy():
            return [find(order, command, world)]
        case c.RaiseDiscrepancy(told=told):
            discrepancy_at(order, DiscrepancyStage.FOUND)
            return [e.DiscrepancyRaised(told=told, raised_by=names(world))]
        case c.DisputeDiscrepancy(dispute=dispute):
            discrepancy_at(order, DiscrepancyStage.RAISED)
            return [e.DiscrepancyDisputed(dispute=dispute)]
        case c.SettleDiscrepancy(agreed=agreed):
            discrepancy_at(order, DiscrepancyStage.RAISED, DiscrepancyStage.DISPUTED)
            refuse_settling_a_dispute(order, world)
            return [e.DiscrepancySettled(agreed=agreed, settled_by=names(world))]
        case never:
            assert_never(never)


def find(order: RepairOrder, command: c.FindDiscrepancy, world: World) -> e.DiscrepancyFound:
    only_at(order, *BEFORE_WORK)
    refuse_open_discrepancy(order)
    return e.DiscrepancyFound(
        discrepancy=command.discrepancy,
        explanation=command.explanation,
        found_by=names(world),
        clock=policies.clock(world, DISCREPANCY_CLOCK),
    )


def discrepancy_at(order: RepairOrder, *stages: DiscrepancyStage) -> None:
    if order.discrepancy not in stages:
        raise NoDiscrepancy(f"No discrepancy of this order is {' or '.join(stages)}.")


def refuse_settling_a_dispute(order: RepairOrder, world: World) -> None:
    """Raises SupervisorSettles (REP-3)."""
    held = authorised(world, c.SettleDiscrepancy.roles).roles
    if order.discrepancy is DiscrepancyStage.DISPUTED and not held & c.SUPERVISORS:
        raise SupervisorSettles
