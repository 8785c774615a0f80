"""Submitting a claim to the manufacturer, once and again."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain import calendar, policies, uniqueness
from domain.approvals import names
from domain.claims.commands import (
    RecordManufacturerNumber,
    ResubmitClaim,
    RuleOutResubmission,
    SubmitClaim,
    Submitting,
)
from domain.claims.events import (
    ClaimResubmitted,
    ClaimSubmitted,
    Event,
    ManufacturerNumberRecorded,
    ResubmissionRuledOut,
)
from domain.claims.refusals import (
    AlreadySubmitted,
    CannotBeResubmitted,
    ManufacturerNumberTaken,
    NeverSubmitted,
    PapersMissing,
)
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import no_write_off_pending, only_in
from domain.messages import On, World
from domain.policy_content import PapersRequired

MANUFACTURER_NUMBER = "claims.ManufacturerNumber"
ANSWER_CLOCK = "claim_answer"


def decide(claim: Claim, command: Submitting, world: World) -> list[Event | On]:
    if isinstance(command, RuleOutResubmission):
        return rule_out(claim, command.reason, world)
    number = named(claim, command.claim_id, command.manufacturer_number, world)
    match command:
        case SubmitClaim():
            return [submit(claim, command, world), *number]
        case ResubmitClaim():
            return [resubmit(claim, command, world), *number]
        case RecordManufacturerNumber():
            return [*record(claim, command), *number]
        case never:
            assert_never(never)


def named(claim: Claim, claim_id: UUID, number: str | None, world: World) -> list[On]:
    """The manufacturer's number is unique among its claims (CLM-8)."""
    if number is None:
        return []
    whose = str(claim.manufacturer_id)
    taken = ManufacturerNumberTaken
    return uniqueness.take(world, claim_id, MANUFACTURER_NUMBER, whose, number, taken=taken)


def submit(claim: Claim, command: SubmitClaim, world: World) -> ClaimSubmitted:
    """A late claim is accepted and flagged, never refused (CLM-1)."""
    if claim.submissions:
        raise AlreadySubmitted
    only_in(claim, Status.APPROVED)
    refuse_missing_papers(claim, world)
    submit_by = calendar.add_days(claim.report.completed_on, claim.submission_days)
    today = calendar.local_day(world.effective_at, policies.zone(world))
    return ClaimSubmitted(
        manufacturer_id=claim.manufacturer_id,
        manufacturer_number=command.manufacturer_number,
        total=claim.total,
        submit_by=submit_by,
        submitted_on=today,
        late=today > submit_by,
        submitted_by=names(world),
        clock=policies.clock(world, ANSWER_CLOCK),
    )


def refuse_missing_papers(claim: Claim, world: World) -> None:
    filed = frozenset(paper.paper for paper in claim.papers)
    missing = policies.in_force(world, PapersRequired).missing(claim.claim, filed)
    if missing:
        raise PapersMissing(f"Papers are missing: {', '.join(missing)}.", reasons=missing)


def resubmit(claim: Claim, command: ResubmitClaim, world: World) -> ClaimResubmitted:
    """Again as it was, or amended and approved anew (CLM-7)."""
    if not claim.submissions:
        raise NeverSubmitted
    only_in(claim, Status.REJECTED, Status.APPROVED)
    no_write_off_pending(claim)
    if claim.ruled_out:
        raise CannotBeResubmitted
    refuse_missing_papers(claim, world)
    return ClaimResubmitted(
        submission=claim.submissions + 1,
        different=command.different,
        manufacturer_id=claim.manufacturer_id,
        manufacturer_number=command.manufacturer_number,
        total=claim.total,
        submitted_by=names(world),
        clock=policies.clock(world, ANSWER_CLOCK),
    )


def rule_out(claim: Claim, reason: str, world: World) -> list[Event | On]:
    """Amended and approved anew, it can be submitted again (CLM-7)."""
    only_in(claim, Status.REJECTED)
    if claim.ruled_out:
        return []
    return [ResubmissionRuledOut(reason=reason, ruled_out_by=names(world))]


def record(claim: Claim, command: RecordManufacturerNumber) -> list[Event]:
    """Its latest number; it stays known by earlier ones."""
    if not claim.submissions:
        raise NeverSubmitted("The manufacturer numbers a claim that was submitted to it.")
    if command.manufacturer_number == claim.manufacturer_number:
        return []
    only_in(claim, *(status for status in Status if status != Status.CLOSED))
    recorded = ManufacturerNumberRecorded(
        manufacturer_id=claim.manufacturer_id, manufacturer_number=command.manufacturer_number
    )
    return [recorded]
