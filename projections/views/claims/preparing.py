"""A claim until it is approved: its papers, its vetting, its judgement, its signatures."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain.claims import events as e
from domain.claims.commands import Report
from domain.claims.state import Status
from projections.views.claims.row import ZERO, Claim, Opinion, Paper, signed


def opened(id: UUID, event: e.ClaimOpened, at: datetime) -> Claim:
    return Claim(
        claim_id=id,
        number=event.number,
        kind=event.claim,
        status=Status.OPENED,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        order_reference=event.order_reference,
        repair_order_id=event.repair_order_id,
        field_order_id=event.field_order_id,
        serial_number=event.report.serial_number,
        model=event.report.model,
        filed_under=file_name(event.report, event.number),
        report=event.report,
        amounts=event.amounts,
        currency=event.total.currency,
        claimed=event.total.amount,
        unanswered=event.total.amount,
        submit_by=event.submit_by,
        opened_at=at,
        opened_by=event.opened_by,
    )


def prepared(claim: Claim, event: e.Preparing, at: datetime) -> Claim:
    match event:
        case e.PaperAttached():
            return claim.but(papers=(*claim.papers, attached(event, at)))
        case e.ClaimAmended():
            return amended(claim, event)
        case e.ClaimSubjectCorrected():
            return subject_corrected(claim, event)
        case never:
            assert_never(never)


def judged(claim: Claim, event: e.Judging, at: datetime) -> Claim:
    match event:
        case e.ClaimVetted(findings=findings):
            return claim.but(findings=findings)
        case e.OpinionGiven(seat=seat):
            others = tuple(opinion for opinion in claim.opinions if opinion.seat != seat)
            return claim.but(opinions=(*others, opinion_of(event, at)))
        case e.ClaimJudged():
            return judgement(claim, event)
        case e.ClaimSigned(signature=signature):
            return claim.but(signatures=(*claim.signatures, signed(signature, at)))
        case e.ClaimApproved():
            return claim.but(status=Status.APPROVED)
        case e.SignatureRevoked():
            return claim.but(status=Status.CLAIMABLE, signatures=claim.signatures[:-1])
        case never:
            assert_never(never)


def judgement(claim: Claim, event: e.ClaimJudged) -> Claim:
    return claim.but(
        opinions=(),
        status=Status.CLAIMABLE if event.claimable else Status.NOT_CLAIMABLE,
        judgement=event.reason,
        findings=event.findings,
        signed_by=event.signed_by,
        signatures=(),
    )


def opinion_of(event: e.OpinionGiven, at: datetime) -> Opinion:
    return Opinion(
        seat=event.seat,
        claimable=event.claimable,
        reason=event.reason,
        given_at=at,
        given_by=event.given_by,
    )


def file_name(report: Report, number: str) -> str:
    """What the papers of a claim are filed under (CLM-2)."""
    return f"{report.model}-{report.serial_number}-{number}"


def attached(event: e.PaperAttached, at: datetime) -> Paper:
    return Paper(
        paper=event.paper,
        sha256=event.sha256,
        dated=event.dated,
        attached_at=at,
        attached_by=event.attached_by,
    )


def subject_corrected(claim: Claim, event: e.ClaimSubjectCorrected) -> Claim:
    return unjudged(claim).but(
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        submit_by=event.submit_by,
    )


def unjudged(claim: Claim) -> Claim:
    """As if nobody had looked at it yet."""
    return claim.but(
        status=Status.OPENED,
        findings=(),
        opinions=(),
        judgement=None,
        signed_by=(),
        signatures=(),
    )


def amended(claim: Claim, event: e.ClaimAmended) -> Claim:
    """Corrected, it is judged anew; what was answered before does not count."""
    return unjudged(claim).but(
        report=event.report,
        serial_number=event.report.serial_number,
        model=event.report.model,
        filed_under=file_name(event.report, claim.number),
        amounts=event.amounts,
        currency=event.total.currency,
        claimed=event.total.amount,
        accepted=ZERO,
        written_off=ZERO,
        abandoned=ZERO,
        submit_by=event.submit_by,
        reasons=(),
        explanation=None,
        ruled_out=False,
        ruled_out_because=None,
    )
