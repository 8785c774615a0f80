"""The service report, its review, travel cost, and the end: FLD-5, FLD-7, FLD-10."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import assert_never
from uuid import UUID

from domain import calendar, policies
from domain.approvals import ApproverPrepared, names
from domain.messages import World
from domain.money import Money
from domain.policy_content import FieldService, PublicHolidays
from domain.registry.authority import authorised
from domain.registry.equipment import Equipment
from domain.repairs.field import commands as c
from domain.repairs.field import events as e
from domain.repairs.field.refusals import (
    FieldOrderNotReady,
    FindingsMissing,
    NothingToExcuse,
    PaperReportHere,
    SerialUnknown,
    TravelCostClaimedBefore,
    TravelCostNotReimbursable,
)
from domain.repairs.field.standing import late, only_at, told_of
from domain.repairs.field.state import FieldOrder, FieldStage
from domain.repairs.service_report import CLAIM_CLOCK, ServiceReport, WorkReport
from domain.sla.starting import started
from domain.vocabulary import FieldNode, FieldServiceKind, Interruption
from domain.warranty import OutOfUse, WarrantyAnswer

UNKNOWN = "unknown"
WITHOUT_CLAIM = frozenset({FieldServiceKind.HANDOVER})
"""What the manufacturer is not asked to pay, under warranty or not (ours)."""

NOT_IN_A_FILE_NAME = re.compile(r'[\s\\/:*?"<>|]+')


def decide(order: FieldOrder, command: c.Filing, world: World) -> list[e.Event]:
    match command:
        case c.FileFieldReport():
            filed = file_report(order, command, world)
            return [filed, *work_reported(order, filed, filed, world)]
        case c.FileFieldPaperReport():
            return [file_on_paper(order, world)]
        case c.ReviewFieldReport(accepted=accepted, findings=findings):
            return [review(order, accepted, findings, world)]
        case c.ExcuseMissingSignature(reason=reason):
            return [excuse(order, reason, world)]
        case c.ClaimTravelCost(amount=amount):
            return [claim_travel(order, amount, world)]
        case c.CloseFieldOrder():
            return [close(order, world)]
        case c.CallBackCustomer():
            return [call_back(order, command, world)]
        case never:
            assert_never(never)


# ── the report ──────────────────────────────────────────────────────────────


def file_report(order: FieldOrder, command: c.FileFieldReport, world: World) -> e.FieldReportFiled:
    only_at(order, FieldStage.REPAIRED, FieldStage.UNREPAIRED)
    report = command.report
    return e.FieldReportFiled(
        order_number=order.number,
        repaired=order.repaired,
        equipment_id=order.equipment_id,
        serial_number=order.serial_number,
        report=report,
        photos=named(command.photos, order.number, order.serial_number, report),
        warranty=warranty(report, order.equipment_id, world),
        customer_signed=command.customer_signed,
        stamped=command.stamped,
        late=late(order.report_due, world.effective_at),
        notified=told_of(FieldNode.REPORT_FILED, order, world),
        filed_by=names(world),
    )


def work_reported(
    order: FieldOrder,
    filed: e.FieldReportFiled,
    known: e.FieldReportFiled | e.MachineIdentified,
    world: World,
) -> list[e.FieldWorkReported]:
    """Once the work is done, reported, and its machine known: whichever comes last (CLM-1)."""
    if not filed.repaired or filed.report is None or known.serial_number is None:
        return []
    answer = known.warranty
    due = order.service not in WITHOUT_CLAIM and (answer is None or answer.covered)
    reported = e.FieldWorkReported(
        number=filed.order_number,
        service=order.service,
        report=ServiceReport(**dict(filed.report), serial_number=known.serial_number),
        photos=known.photos,
        equipment_id=known.equipment_id,
        equipment_before=order.equipment_reported,
        station_id=order.station_id,
        customer_id=order.customer_id,
        out_of_use=out_of_use(order, world),
        warranty=answer,
        claim_due=started(world, CLAIM_CLOCK, world.effective_at) if due else None,
        worked_by=tuple(sorted(order.worked_by)),
        reported_by=filed.filed_by,
    )
    return [reported]


def is_repair(service: FieldServiceKind | None) -> bool:
    """Whether something is put right that failed (REG-5, REG-5a): what is not known to be another
    service."""
    return service in (None, FieldServiceKind.FAULT)


def out_of_use(order: FieldOrder, world: World) -> tuple[OutOfUse, ...]:
    """In repair from the first visit until it was left repaired, waiting for parts included; in
    no other service (REG-5)."""
    if order.arrived_at is None or order.repaired_at is None or not is_repair(order.service):
        return ()
    zone = policies.zone(world)
    stretch = OutOfUse(
        because=Interruption.IN_REPAIR,
        since=calendar.local_day(order.arrived_at, zone),
        until=calendar.local_day(order.repaired_at, zone),
    )
    return (stretch,)


def named(
    photos: Iterable[c.Photo | e.NamedPhoto],
    number: str | None,
    serial: str | None,
    report: WorkReport,
) -> tuple[e.NamedPhoto, ...]:
    """Photos under order, model, serial, hours, service and date; of the same day they are
    numbered (FLD-7).
    """
    return tuple(numbered(photos, (number, report.model, serial), report))


def numbered(
    photos: Iterable[c.Photo | e.NamedPhoto],
    machine: tuple[str | None, ...],
    report: WorkReport,
) -> Iterator[e.NamedPhoto]:
    of_name: Counter[str] = Counter()
    for photo in photos:
        about = (*machine, report.operating_hours, report.service_type, photo.taken_on)
        name = "-".join(word(part) for part in about)
        of_name[name] += 1
        count = "" if of_name[name] == 1 else f"-{of_name[name]}"
        yield e.NamedPhoto(name=f"{name}{count}", sha256=photo.sha256, taken_on=photo.taken_on)


def word(part: object | None) -> str:
    """A part of a file's name, which may hold neither a space nor what paths are made of."""
    return UNKNOWN if part is None else NOT_IN_A_FILE_NAME.sub("_", str(part))


def renamed(filed: e.FieldReportFiled, serial: str) -> tuple[e.NamedPhoto, ...]:
    """The photos of a report whose machine was identified later (FLD-5)."""
    if filed.report is None:
        return filed.photos
    return named(filed.photos, filed.order_number, serial, filed.report)


def warranty(report: WorkReport, equipment_id: UUID | None, world: World) -> WarrantyAnswer | None:
    """Whether the part was covered on the day it failed; None for unregistered equipment."""
    equipment = world.of(Equipment, equipment_id) if equipment_id else None
    if equipment is None:
        return None
    holidays = policies.in_force(world, PublicHolidays)
    return equipment.under_warranty(report.part, report.failed_on, holidays)


def file_on_paper(order: FieldOrder, world: World) -> e.FieldPaperReportFiled:
    if order.paper_due is None and order.filed is None:
        raise FieldOrderNotReady("Nobody was with the customer yet: there is nothing to report.")
    if order.on_paper:
        raise PaperReportHere
    return e.FieldPaperReportFiled(
        late=late(order.paper_due, world.effective_at), received_by=names(world)
    )


def review(
    order: FieldOrder, accepted: bool, findings: tuple[str, ...], world: World
) -> e.FieldReportReviewed | e.FieldReportReturned:
    """By somebody who neither filed the report nor did the work (SEG-1)."""
    only_at(order, FieldStage.REPORT_FILED)
    if accepted == bool(findings):
        raise FindingsMissing(fields=("findings",))
    refuse_who_prepared(order, world)
    if not accepted:
        return e.FieldReportReturned(findings=findings, returned_by=names(world))
    told = told_of(FieldNode.REPORT_REVIEWED, order, world)
    return e.FieldReportReviewed(notified=told, reviewed_by=names(world))


def refuse_who_prepared(order: FieldOrder, world: World) -> None:
    """Raises ApproverPrepared (SEG-1)."""
    if order.filed is None:
        return
    prepared = set(order.filed.filed_by.both)
    if order.filed.report:
        prepared.add(order.filed.report.engineer_id)
    if names(world).both & prepared:
        raise ApproverPrepared


# ── travel cost ─────────────────────────────────────────────────────────────


def excuse(order: FieldOrder, reason: str, world: World) -> e.MissingSignatureExcused:
    """By whom the policy names, who did not file the report (FLD-7, SEG-1)."""
    policy = policies.in_force(world, FieldService)
    authorised(world, frozenset(policy.signature_excused_by))
    if order.filed is None or order.reimbursable:
        raise NothingToExcuse
    refuse_who_prepared(order, world)
    return e.MissingSignatureExcused(reason=reason, excused_by=names(world))


def claim_travel(order: FieldOrder, amount: Money, world: World) -> e.TravelCostClaimed:
    if order.travel_claimed:
        raise TravelCostClaimedBefore
    if not order.reimbursable:
        raise TravelCostNotReimbursable
    return e.TravelCostClaimed(amount=amount, claimed_by=names(world))


# ── the end ─────────────────────────────────────────────────────────────────


def close(order: FieldOrder, world: World) -> e.FieldOrderClosed:
    only_at(order, FieldStage.REPORT_REVIEWED)
    if order.serial_number is None:
        raise SerialUnknown
    return e.FieldOrderClosed(
        notified=told_of(FieldNode.CLOSED, order, world), closed_by=names(world)
    )


def call_back(order: FieldOrder, command: c.CallBackCustomer, world: World) -> e.FieldCallbackMade:
    only_at(order, FieldStage.CLOSED)
    return e.FieldCallbackMade(
        satisfied=command.satisfied,
        remark=command.remark,
        notified=told_of(FieldNode.CALLED_BACK, order, world),
        called_by=names(world),
    )
