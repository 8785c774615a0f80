"""Checking the quality of a repair, and testing an overhaul before release (REP-8, REP-12)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import names
from domain.messages import World
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    ComponentTestMissing,
    NotTheirRepair,
    OneTesterAlone,
    ReleaseTestMissing,
    RepairerChecked,
)
from domain.repairs.repair.stages_allowed import only_at
from domain.repairs.repair.state import RepairOrder, RepairStage


def decide(order: RepairOrder, command: c.Checking, world: World) -> list[e.Event]:
    match command:
        case c.BeginQualityCheck():
            only_at(order, RepairStage.FINISHED)
            refuse_repairer(order, world)
            return [e.QualityCheckBegun(begun_by=names(world))]
        case c.CheckQuality():
            return check(order, command, world)
        case c.RecordReleaseTest():
            return [tested(order, command, world)]
        case never:
            assert_never(never)


def refuse_repairer(order: RepairOrder, world: World) -> None:
    """Raises RepairerChecked, also for who stands in for a repairer (REP-8)."""
    if names(world).both & order.repaired_by:
        raise RepairerChecked


def check(order: RepairOrder, command: c.CheckQuality, world: World) -> list[e.Event]:
    """A failed check means rework at once, and reworks are counted (REP-8)."""
    only_at(order, RepairStage.FINISHED)
    refuse_repairer(order, world)
    if not command.passed:
        failed = e.QualityCheckFailed(findings=command.findings, checked_by=names(world))
        return [failed, e.ReworkOrdered(rework=order.reworks + 1)]
    if missing := tuple(sorted(order.components - order.component_tests)):
        raise ComponentTestMissing(
            f"Test reports are missing: {', '.join(missing)}.", reasons=missing
        )
    return [e.QualityCheckPassed(findings=command.findings, checked_by=names(world))]


def tested(order: RepairOrder, command: c.RecordReleaseTest, world: World) -> e.ReleaseTested:
    """With an engineer who worked on it, and then again with the owner (REP-12)."""
    only_at(order, RepairStage.READY)
    if command.engineer_id not in order.repaired_by:
        raise NotTheirRepair(fields=("engineer_id",))
    if command.engineer_id in names(world).both:
        raise OneTesterAlone(fields=("engineer_id",))
    if command.with_owner and not order.tested_with_engineer:
        raise ReleaseTestMissing
    return e.ReleaseTested(
        engineer_id=command.engineer_id,
        with_owner=command.with_owner,
        findings=command.findings,
        tested_by=names(world),
    )
