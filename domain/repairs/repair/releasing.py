"""Being paid, letting the item go, and what comes after (REP-2, REP-7, REP-8, REP-11, REP-12)."""

from __future__ import annotations

from collections import Counter
from typing import assert_never

from domain import approvals, calendar, policies
from domain.approvals import names
from domain.messages import On, World
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    NotPaid,
    OutboundNotSigned,
    PartsNotIssued,
    ReleaseTestMissing,
    RepairNotPossibleNow,
)
from domain.repairs.repair.sending import carried
from domain.repairs.repair.stages_allowed import LEAVING, only_at, terms_of
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.repairs.service_report import CLAIM_CLOCK
from domain.sla.starting import late, started
from domain.vocabulary import Interruption
from domain.warranty import OutOfUse


def decide(order: RepairOrder, command: c.Releasing, world: World) -> list[e.Event | On]:
    match command:
        case c.InspectOutbound():
            return [inspect(order, command, world)]
        case c.ReleaseItem():
            return [release(order, world)]
        case c.ReturnItem():
            return return_item(order, command, world)
        case c.FileRepairReport():
            return [file_report(order, command, world)]
        case c.InformCustomer() | c.CloseRepair() | c.RecordRepairCallback():
            return [conclude(order, command, world)]
        case never:
            assert_never(never)


# ── letting it go ───────────────────────────────────────────────────────────


def inspect(order: RepairOrder, command: c.InspectOutbound, world: World) -> e.OutboundInspected:
    """Signed by us, and by the other side where the channel says so (REP-8)."""
    only_at(order, *LEAVING, RepairStage.RELEASED)
    terms = terms_of(order, world)
    if terms and terms.outbound_countersigned and command.signed_by is None:
        raise OutboundNotSigned(fields=("signed_by",))
    return e.OutboundInspected(
        findings=command.findings,
        subject_id=order.subject_id,
        signed_by=command.signed_by,
        signature=command.signature,
        inspected_by=names(world),
    )


def release(order: RepairOrder, world: World) -> e.ItemReleased:
    only_at(order, *LEAVING)
    terms = terms_of(order, world)
    untested = not (order.tested_with_engineer and order.tested_with_owner)
    if order.stage is RepairStage.READY and terms and terms.test_runs and untested:
        raise ReleaseTestMissing
    return e.ItemReleased(release=may_leave(order, world), released_by=names(world))


def may_leave(order: RepairOrder, world: World) -> e.ReleaseGround:
    """Paid in full, free, or permitted before, by somebody else (REP-7, SEG-1)."""
    left = order.left_to_pay
    if left is None:
        return e.ReleaseGround.PAID if order.owed and order.owed.amount else e.ReleaseGround.FREE
    if order.permitted_at is None:
        raise NotPaid(f"{left.amount} {left.currency} are left to pay.")
    if order.permitted_at > world.effective_at:
        raise NotPaid("Headquarters permitted it only after the item had left.")
    if names(world).both & order.permitted_by:
        raise approvals.ApproverPrepared
    return e.ReleaseGround.PERMITTED


def return_item(order: RepairOrder, command: c.ReturnItem, world: World) -> list[e.Event | On]:
    """Out of use until the day on which it is back (REG-5)."""
    only_at(order, RepairStage.RELEASED)
    if not order.outbound_inspected:
        raise OutboundNotSigned
    returned = e.ItemReturned(
        subject_id=order.subject_id,
        taken_by=command.taken_by,
        equipment_id=order.equipment_id,
        repaired=order.repaired,
        out_of_use=out_of_use(order, world),
        late=late(order.return_due, world),
        returned_by=names(world),
    )
    return [returned, *carried(command.repair_order_id, order, command.freight, world)]


def out_of_use(order: RepairOrder, world: World) -> tuple[OutOfUse, ...]:
    """In repair from receipt to return, and the waiting for parts in it (REG-5, REP-11)."""
    zone, stretches = policies.zone(world), []
    if order.received_at is not None:
        stretches.append((Interruption.IN_REPAIR, order.received_at, world.effective_at))
    waited = ((w.since, w.until) for w in order.waited)
    stretches += [(Interruption.WAITING_FOR_PARTS, *between) for between in waited]
    return tuple(
        OutOfUse(
            because=because,
            since=calendar.local_day(since, zone),
            until=calendar.local_day(until, zone),
        )
        for because, since, until in stretches
    )


# ── afterwards ──────────────────────────────────────────────────────────────


def file_report(
    order: RepairOrder, command: c.FileRepairReport, world: World
) -> e.RepairReportFiled:
    """Of finished work, once; the parts in it were issued for it (REP-11, CLM-1)."""
    if not order.finished or order.report_filed:
        raise RepairNotPossibleNow("One report is filed, of work that is finished.")
    refuse_unissued(order, command)
    under_warranty = bool(order.covered)
    return e.RepairReportFiled(
        report=command.report,
        under_warranty=under_warranty,
        number=order.number,
        manufacturer_id=order.manufacturer_id,
        equipment_id=order.equipment_id,
        station_id=order.station_id,
        dealer_id=order.dealer_id,
        customer_id=order.customer_id,
        worked_by=tuple(sorted(order.repaired_by)),
        filed_by=names(world),
        claim_due=started(world, CLAIM_CLOCK, world.effective_at) if under_warranty else None,
    )


def refuse_unissued(order: RepairOrder, command: c.FileRepairReport) -> None:
    """Raises PartsNotIssued, naming every part of which more was used than issued (REP-11)."""
    used: Counter[str] = Counter()
    for part in command.report.parts:
        used[part.number] += part.quantity
    over = tuple(number for number in used if used[number] > order.issued.get(number, 0))
    if over:
        raise PartsNotIssued(f"Not issued: {', '.join(over)}.", fields=("report",), reasons=over)


def conclude(
    order: RepairOrder,
    command: c.InformCustomer | c.CloseRepair | c.RecordRepairCallback,
    world: World,
) -> e.Event:
    match command:
        case c.InformCustomer(about=about, message=message):
            return e.CustomerInformed(about=about, message=message, informed_by=names(world))
        case c.CloseRepair():
            only_at(order, RepairStage.RETURNED)
            if order.left_to_pay:
                raise NotPaid("An order is closed when it is paid.")
            return e.RepairClosed(closed_by=names(world))
        case c.RecordRepairCallback(satisfied=satisfied, remark=remark):
            only_at(order, RepairStage.CLOSED)
            by = names(world)
            return e.RepairCallbackMade(satisfied=satisfied, remark=remark, made_by=by)
        case never:
            assert_never(never)
