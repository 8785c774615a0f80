"""Opening a claim, filing its papers, correcting it."""

from __future__ import annotations

from datetime import date
from typing import assert_never
from uuid import UUID

from domain import calendar, policies, uniqueness
from domain.approvals import Names, names
from domain.claims import amounts
from domain.claims.commands import (
    AmendClaim,
    AttachPaper,
    CorrectClaimSubject,
    OpenClaim,
    OpenClaimOnReport,
    Preparing,
    Report,
)
from domain.claims.events import (
    ClaimAmended,
    ClaimOpened,
    ClaimSubjectCorrected,
    Event,
    PaperAttached,
)
from domain.claims.refusals import (
    ClaimExists,
    DatesDisagree,
    OwnNumberTaken,
    SubjectSubmitted,
    WorkAlreadyClaimed,
)
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import existing, no_write_off_pending, only_in
from domain.messages import On, World
from domain.money import Money
from domain.policy_content import ClaimLimits
from domain.registry.manufacturer import Manufacturer, ManufacturerNotFound
from domain.registry.station import Station, StationNotFound
from domain.vocabulary import ClaimKind

OWN_NUMBER = "claims.OwnNumber"
WORK = "claims.Work"
ORDER = "claims.Order"
SUBMISSION_CLOCK = "claim_submission"


def decide(claim: Claim | None, command: Preparing, world: World) -> list[Event | On]:
    match command:
        case OpenClaim():
            if claim:
                raise ClaimExists
            asked = amounts.sum_of(command.amounts)
            return [opening(command, asked, names(world), world), *taken_names(command, world)]
        case AttachPaper():
            return attach(existing(claim), command, world)
        case AmendClaim():
            return [amend(existing(claim), command, world)]
        case CorrectClaimSubject():
            return correct_subject(existing(claim), command, world)
        case never:
            assert_never(never)


def opening(command: OpenClaim, asked: Money, opened_by: Names, world: World) -> ClaimOpened:
    """Opened by whoever has the report; the clock of CLM-1 starts when the work is completed."""
    refuse_impossible(command.report, world)
    days = submission_days(command.manufacturer_id, world)
    if world.of(Station, command.station_id) is None:
        raise StationNotFound(fields=("station_id",))
    return ClaimOpened(
        number=command.number,
        claim=command.claim,
        manufacturer_id=command.manufacturer_id,
        equipment_id=command.equipment_id,
        station_id=command.station_id,
        dealer_id=command.dealer_id,
        customer_id=command.customer_id,
        order_reference=command.order_reference,
        repair_order_id=command.repair_order_id,
        field_order_id=command.field_order_id,
        report=command.report,
        amounts=command.amounts,
        total=asked,
        submission_days=days,
        submit_by=calendar.add_days(command.report.completed_on, days),
        clock=policies.clock(world, SUBMISSION_CLOCK),
        worked_by=tuple(sorted(command.worked_by)),
        opened_by=opened_by,
    )


def submission_days(manufacturer_id: UUID, world: World) -> int:
    """The manufacturer's own limit, else the policy's (CLM-1)."""
    manufacturer = world.of(Manufacturer, manufacturer_id)
    if manufacturer is None:
        raise ManufacturerNotFound(fields=("manufacturer_id",))
    return manufacturer.submission_days or policies.in_force(world, ClaimLimits).submission_days


def taken_names(command: OpenClaim, world: World) -> list[On]:
    """Our number is unique, and the same work is claimed once for a kind (CLM-8)."""
    by = command.claim_id
    work = work_name(command.manufacturer_id, command.order_reference, command.claim)
    orders = order_names(command)
    return [
        *uniqueness.take(world, by, OWN_NUMBER, command.number, taken=OwnNumberTaken),
        *uniqueness.take(world, by, WORK, *work, taken=WorkAlreadyClaimed),
        *(
            on
            for order in orders
            for on in uniqueness.take(world, by, ORDER, *order, taken=WorkAlreadyClaimed)
        ),
    ]


def order_names(command: OpenClaim | OpenClaimOnReport) -> list[tuple[str, str]]:
    """By which the claim is found again on the orders that it is for."""
    orders = (command.repair_order_id, command.field_order_id)
    return [(str(order), command.claim) for order in orders if order]


def work_name(manufacturer_id: UUID, order_reference: str, kind: ClaimKind) -> tuple[str, str, str]:
    """The name of a work: it is claimed once from a manufacturer, in a kind of claim (CLM-8)."""
    return str(manufacturer_id), order_reference, kind


def refuse_impossible(report: Report, world: World) -> None:
    today = calendar.local_day(world.now, policies.zone(world))
    faults = list(impossible(report, today))
    if faults:
        fields = tuple(f"report.{field}" for field, _ in faults)
        raise DatesDisagree(fields=fields, reasons=tuple(reason for _, reason in faults))


def impossible(report: Report, today: date) -> list[tuple[str, str]]:
    """The dates that cannot be, each with why."""
    faults = []
    if report.started_on < report.failed_on:
        faults.append(("started_on", f"Work began {report.started_on}, before the failure."))
    if report.completed_on < report.started_on:
        faults.append(("completed_on", f"Work ended {report.completed_on}, before it began."))
    if report.completed_on > today:
        faults.append(("completed_on", f"Work ends {report.completed_on}: it is not done yet."))
    return faults


def attach(claim: Claim, command: AttachPaper, world: World) -> list[Event | On]:
    only_in(claim, *(s for s in Status if s not in (Status.CLOSED, Status.WITHDRAWN)))
    filed = {(paper.paper, paper.sha256, paper.dated) for paper in claim.papers}
    if (command.paper, command.sha256, command.dated) in filed:
        return []
    attached = PaperAttached(
        paper=command.paper,
        sha256=command.sha256,
        dated=command.dated,
        attached_by=names(world),
    )
    return [attached]


def amend(claim: Claim, command: AmendClaim, world: World) -> ClaimAmended:
    """What is amended is judged and approved anew. The submission limit is as it was at first."""
    only_in(claim, Status.OPENED, Status.NOT_CLAIMABLE, Status.REJECTED)
    no_write_off_pending(claim)
    refuse_impossible(command.report, world)
    return ClaimAmended(
        report=command.report,
        amounts=command.amounts,
        total=amounts.sum_of(command.amounts),
        submit_by=calendar.add_days(command.report.completed_on, claim.submission_days),
        reason=command.reason,
        amended_by=names(world),
    )


def correct_subject(claim: Claim, command: CorrectClaimSubject, world: World) -> list[Event | On]:
    """What vetting finds wrong of whose claim it is can be put right until it went out (CLM-3).

    The limit runs anew only if it is another manufacturer's.
    """
    only_in(claim, Status.OPENED, Status.NOT_CLAIMABLE)
    if claim.submissions:
        raise SubjectSubmitted
    new = (command.manufacturer_id, command.equipment_id, command.dealer_id, command.customer_id)
    if new == (claim.manufacturer_id, claim.equipment_id, claim.dealer_id, claim.customer_id):
        return []
    same_maker = command.manufacturer_id == claim.manufacturer_id
    days = claim.submission_days if same_maker else submission_days(command.manufacturer_id, world)
    corrected = ClaimSubjectCorrected(
        manufacturer_id=command.manufacturer_id,
        equipment_id=command.equipment_id,
        dealer_id=command.dealer_id,
        customer_id=command.customer_id,
        submission_days=days,
        submit_by=calendar.add_days(claim.report.completed_on, days),
        reason=command.reason,
        corrected_by=names(world),
    )
    return [corrected, *([] if same_maker else other_work(claim, command, world))]


def other_work(claim: Claim, command: CorrectClaimSubject, world: World) -> list[On]:
    """The work is claimed from another manufacturer, and free to be claimed from the one before.

    Raises WorkAlreadyClaimed (CLM-8).
    """
    before = work_name(claim.manufacturer_id, claim.order_reference, claim.claim)
    now = work_name(command.manufacturer_id, claim.order_reference, claim.claim)
    taken = uniqueness.take(world, command.claim_id, WORK, *now, taken=WorkAlreadyClaimed)
    return [uniqueness.release(WORK, *before), *taken]
