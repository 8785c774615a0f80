"""An item that is not as it was announced: raised with the dealer the same day, settled (REP-3)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import names
from domain.intervals import Interval
from domain.messages import World
from domain.registry.authority import authorised
from domain.repairs.discrepancies import DiscrepancyStage, later
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import NoDiscrepancy, SupervisorSettles
from domain.repairs.repair.stages_allowed import BEFORE_WORK, only_at, refuse_open_discrepancy
from domain.repairs.repair.state import RepairOrder
from domain.sla.starting import late, started

DISCREPANCY_CLOCK = "repair_discrepancy"


def decide(order: RepairOrder, command: c.Differing, world: World) -> list[e.Event]:
    match command:
        case c.FindDiscrepancy():
            return [find(order, command, world)]
        case c.RaiseDiscrepancy(told=told):
            discrepancy_at(order, DiscrepancyStage.FOUND)
            return [raise_(order, told, world)]
        case c.DisputeDiscrepancy(dispute=dispute):
            discrepancy_at(order, DiscrepancyStage.RAISED)
            return [e.DiscrepancyDisputed(dispute=dispute)]
        case c.SettleDiscrepancy(agreed=agreed):
            discrepancy_at(order, DiscrepancyStage.RAISED, DiscrepancyStage.DISPUTED)
            refuse_settling_a_dispute(order, world)
            return [settle(order, agreed, world)]
        case never:
            assert_never(never)


def find(order: RepairOrder, command: c.FindDiscrepancy, world: World) -> e.DiscrepancyFound:
    only_at(order, *BEFORE_WORK)
    refuse_open_discrepancy(order)
    return e.DiscrepancyFound(
        discrepancy=command.discrepancy,
        explanation=command.explanation,
        found_by=names(world),
        raising_due=started(world, DISCREPANCY_CLOCK, world.effective_at),
    )


def raise_(order: RepairOrder, told: str, world: World) -> e.DiscrepancyRaised:
    return e.DiscrepancyRaised(
        told=told,
        raised_at=world.effective_at,
        late=late(order.raising_due, world),
        raised_by=names(world),
    )


def settle(order: RepairOrder, agreed: str, world: World) -> e.DiscrepancySettled:
    """What is due waited from when it was raised until now (SLA-1a)."""
    raised = order.raised_at or world.effective_at
    waited = (*order.disputes, Interval(raised, max(raised, world.effective_at)))
    return e.DiscrepancySettled(
        agreed=agreed,
        settled_at=world.effective_at,
        to_factory_due=later(order.to_factory_due, waited, world),
        return_due=later(order.return_due, waited, world),
        settled_by=names(world),
    )


def discrepancy_at(order: RepairOrder, *stages: DiscrepancyStage) -> None:
    if order.discrepancy not in stages:
        raise NoDiscrepancy(f"No discrepancy of this order is {' or '.join(stages)}.")


def refuse_settling_a_dispute(order: RepairOrder, world: World) -> None:
    """Raises SupervisorSettles (REP-3)."""
    held = authorised(world, c.SettleDiscrepancy.roles).roles
    if order.discrepancy is DiscrepancyStage.DISPUTED and not held & c.SUPERVISORS:
        raise SupervisorSettles
