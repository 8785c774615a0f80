"""What is done about an item: worked on, sent away, checked."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain.approvals import Names
from domain.repairs.freight import Freight
from domain.repairs.repair import events as e
from domain.repairs.repair.commands import FactoryOutcome
from domain.repairs.repair.state import RepairStage
from projections.views.repair_orders.arriving import moment
from projections.views.repair_orders.row import (
    ComponentLabel,
    ComponentTest,
    FreightOfLeg,
    PartsWait,
    QualityCheck,
    RepairOrder,
)


def worked(row: RepairOrder, event: e.Working, at: datetime) -> RepairOrder:
    match event:
        case e.RepairAssigned(team=team, days=days):
            return row.but(stage=RepairStage.ASSIGNED, team=team, days_planned=days)
        case e.RepairStarted():
            return started(row, event, at)
        case e.ComponentExchanged():
            return row.but(exchanged=(*row.exchanged, labelled(event, at)))
        case e.ComponentTestFiled(component=component, report=report):
            filed = ComponentTest(component=component, report=report, at=at)
            return row.but(component_tests=(*row.component_tests, filed))
        case e.RepairFinished():
            return finished(row, event, at)
        case e.RepairCancelled(reason=reason):
            given_up = row.but(stage=RepairStage.CANCELLED, cancelled_because=reason)
            return waiting_no_more(given_up, at)
        case e.RepairPartsIssued() | e.RepairPartsAwaited() | e.RepairPartsArrived():
            return supplied(row, event)
        case never:
            assert_never(never)


def started(row: RepairOrder, event: e.RepairStarted, at: datetime) -> RepairOrder:
    return row.but(
        stage=RepairStage.IN_WORK,
        started_at=row.started_at or at,
        difficulty=event.difficulty or row.difficulty,
        engineer_id=person(event.started_by, row.engineer_id),
    )


def finished(row: RepairOrder, event: e.RepairFinished, at: datetime) -> RepairOrder:
    return row.but(
        stage=RepairStage.FINISHED,
        finished_at=at,
        work_done=event.work_done,
        difficulty=event.difficulty or row.difficulty,
        engineer_id=person(event.finished_by, row.engineer_id),
    )


def person(names: Names | None, otherwise: UUID | None = None) -> UUID | None:
    return names.person if names else otherwise


def labelled(event: e.ComponentExchanged, at: datetime) -> ComponentLabel:
    return ComponentLabel(
        order_number=event.order_number,
        engineer_id=event.engineer.person,
        component=event.component,
        symptom=event.symptom,
        fault_code=event.fault_code,
        old_serial=event.old_serial,
        new_serial=event.new_serial,
        at=at,
    )


def supplied(
    row: RepairOrder, event: e.RepairPartsIssued | e.RepairPartsAwaited | e.RepairPartsArrived
) -> RepairOrder:
    match event:
        case e.RepairPartsIssued(parts=parts):
            return row.but(parts_issued=(*row.parts_issued, *parts))
        case e.RepairPartsAwaited(since=since):
            waits = (*row.waits, PartsWait(since=since))
            return row.but(waiting_for_parts=True, waits=waits)
        case e.RepairPartsArrived(since=since, until=until):
            before = tuple(wait for wait in row.waits if wait.until is not None)
            waits = (*before, PartsWait(since=since, until=until))
            return row.but(waiting_for_parts=False, waits=waits)
        case never:
            assert_never(never)


def waiting_no_more(row: RepairOrder, at: datetime) -> RepairOrder:
    """What is given up, or back with its owner, waits for no parts any more (REP-11)."""
    if not row.waiting_for_parts:
        return row
    *before, last = row.waits
    ended = PartsWait(since=last.since, until=max(last.since, at))
    return row.but(waiting_for_parts=False, waits=(*before, ended))


# ── sent away ───────────────────────────────────────────────────────────────


def sent(row: RepairOrder, event: e.Sending, at: datetime) -> RepairOrder:
    match event:
        case e.ItemSentToFactory(processing_due=due):
            return row.but(
                stage=RepairStage.AT_FACTORY,
                sent_at=at,
                sent_late=event.late,
                processing_due_at=moment(due),
                processed_late=None,
                factory_outcome=None,
                processed_at=None,
                back_at=None,
            )
        case e.ItemSentToVendor(vendor=vendor):
            return row.but(stage=RepairStage.AT_VENDOR, vendor=vendor, sent_at=at, back_at=None)
        case e.FactoryProcessed(outcome=outcome):
            return row.but(factory_outcome=outcome, processed_at=at, processed_late=event.late)
        case e.ItemTakenBack():
            return row.but(stage=stage_after_return(row), back_at=at)
        case e.FreightRecorded(freight=freight):
            return row.but(freight=(*row.freight, of_leg(freight, at)))
        case never:
            assert_never(never)


def stage_after_return(row: RepairOrder) -> RepairStage:
    if row.stage is RepairStage.AT_VENDOR:
        return RepairStage.IN_WORK
    refused = row.factory_outcome is FactoryOutcome.REFUSED
    return RepairStage.DECLINED if refused else RepairStage.FINISHED


def of_leg(freight: Freight, at: datetime) -> FreightOfLeg:
    return FreightOfLeg(
        leg=freight.leg,
        payer=freight.payer,
        amount=freight.amount.amount,
        currency=freight.amount.currency,
        carrier=freight.carrier,
        tracking_number=freight.tracking_number,
        at=at,
    )


# ── checked ─────────────────────────────────────────────────────────────────


def checked(row: RepairOrder, event: e.Checking, at: datetime) -> RepairOrder:
    match event:
        case e.QualityCheckBegun():
            return row
        case e.QualityCheckPassed() | e.QualityCheckFailed():
            return judged(row, event, at)
        case e.ReworkOrdered():
            return row.but(stage=RepairStage.REWORK, reworks=row.reworks + 1)
        case e.ReleaseTested(with_owner=True):
            return row.but(tested_with_owner_at=at)
        case e.ReleaseTested():
            return row.but(tested_with_engineer_at=at)
        case never:
            assert_never(never)


def judged(
    row: RepairOrder, event: e.QualityCheckPassed | e.QualityCheckFailed, at: datetime
) -> RepairOrder:
    passed = isinstance(event, e.QualityCheckPassed)
    check = QualityCheck(
        passed=passed, findings=event.findings, checked_by=person(event.checked_by), at=at
    )
    checks = (*row.checks, check)
    if passed:
        return row.but(stage=RepairStage.READY, ready_at=at, checks=checks)
    return row.but(stage=RepairStage.REWORK, checks=checks)
