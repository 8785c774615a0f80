"""Assigning a repair, doing the work, and the parts for it (REP-1, REP-9, REP-11, REP-12)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import names
from domain.messages import World
from domain.registry.authority import refuse_manager_of
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    NothingCancelledAfterStart,
    NotWaitingForParts,
    StillWaitingForParts,
)
from domain.repairs.repair.stages_allowed import (
    BEFORE_WORK,
    WORKABLE,
    only_at,
    ready_for_work,
    refuse_open_discrepancy,
    refuse_unagreed,
)
from domain.repairs.repair.state import RepairOrder, RepairStage

AT_WORK = (RepairStage.IN_WORK, RepairStage.AT_VENDOR, RepairStage.REWORK)


def decide(order: RepairOrder, command: c.Working, world: World) -> list[e.Event]:
    match command:
        case c.AssignRepair():
            return [assign(order, command, world)]
        case c.StartRepair(difficulty=difficulty):
            only_at(order, RepairStage.ASSIGNED, RepairStage.REWORK)
            ready_for_work(order, world)
            return [e.RepairStarted(difficulty=difficulty, started_by=names(world))]
        case c.ExchangeComponent():
            return [exchange(order, command, world)]
        case c.FileComponentTest(component=component, report=report):
            only_at(order, RepairStage.IN_WORK, RepairStage.AT_VENDOR, RepairStage.FINISHED)
            filed = e.ComponentTestFiled(component=component, report=report, filed_by=names(world))
            return [filed]
        case c.FinishRepair():
            return [finish(order, command, world)]
        case c.CancelRepair(reason=reason):
            return [cancel(order, reason, world)]
        case c.IssueRepairParts() | c.AwaitRepairParts() | c.RecordPartsArrival():
            return supply(order, command, world)
        case never:
            assert_never(never)


def assign(order: RepairOrder, command: c.AssignRepair, world: World) -> e.RepairAssigned:
    """Once it is agreed what is to be done (REP-1)."""
    only_at(
        order, RepairStage.WARRANTY_DETERMINED, RepairStage.QUOTE_ACCEPTED, RepairStage.ASSIGNED
    )
    refuse_open_discrepancy(order)
    refuse_unagreed(order)
    return e.RepairAssigned(
        team=command.team,
        engineers=command.engineers,
        fault=command.fault,
        parts=command.parts,
        days=command.days,
        assigned_by=names(world),
    )


def exchange(order: RepairOrder, command: c.ExchangeComponent, world: World) -> e.Event:
    """The label names order, engineer, symptom and fault code (REP-9)."""
    only_at(order, RepairStage.IN_WORK)
    return e.ComponentExchanged(
        order_number=order.number,
        engineer=names(world),
        component=command.component,
        symptom=command.symptom,
        fault_code=command.fault_code,
        old_serial=command.old_serial,
        new_serial=command.new_serial,
    )


def finish(order: RepairOrder, command: c.FinishRepair, world: World) -> e.RepairFinished:
    only_at(order, RepairStage.IN_WORK)
    if order.waiting_since:
        raise StillWaitingForParts
    return e.RepairFinished(
        work_done=command.work_done,
        difficulty=command.difficulty,
        components=command.components,
        finished_by=names(world),
    )


def cancel(order: RepairOrder, reason: str, world: World) -> e.RepairCancelled:
    """Until work starts; sending it away to be repaired is a start of work (section 3.1)."""
    if order.work_started:
        raise NothingCancelledAfterStart
    only_at(order, *BEFORE_WORK, RepairStage.DECLINED)
    return e.RepairCancelled(reason=reason, cancelled_by=names(world))


# ── parts ───────────────────────────────────────────────────────────────────


def supply(
    order: RepairOrder,
    command: c.IssueRepairParts | c.AwaitRepairParts | c.RecordPartsArrival,
    world: World,
) -> list[e.Event]:
    """Parts are issued against the order, and the time of waiting for them is kept (REP-11)."""
    match command:
        case c.IssueRepairParts(parts=parts):
            only_at(order, *WORKABLE, *AT_WORK)
            refuse_unagreed(order)
            if order.station_id:
                refuse_manager_of(order.station_id, world)
            return [e.RepairPartsIssued(parts=parts, issued_by=names(world))]
        case c.AwaitRepairParts(parts=parts):
            only_at(order, *BEFORE_WORK, *AT_WORK)
            waiting = order.waiting_since is not None
            since = world.effective_at
            return [] if waiting else [e.RepairPartsAwaited(parts=parts, since=since)]
        case c.RecordPartsArrival():
            if order.waiting_since is None:
                raise NotWaitingForParts
            until = max(order.waiting_since, world.effective_at)
            return [e.RepairPartsArrived(since=order.waiting_since, until=until)]
        case never:
            assert_never(never)
