"""A claim at the manufacturer: submitted, asked about, answered, or withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from domain.claims import events as e
from domain.claims.state import Status
from projections.views.claims.row import ZERO, Claim, Question, Submission, Withdrawal

Submitting: TypeAlias = e.ClaimSubmitted | e.ClaimResubmitted | e.ManufacturerNumberRecorded
Turning: TypeAlias = (
    e.InformationAsked | e.InformationGiven | e.ResubmissionRuledOut | e.ClaimWithdrawn
)
Answering: TypeAlias = (
    e.ClaimAccepted | e.ClaimAcceptedInPart | e.AcceptanceRevoked | e.ClaimRejected
)


def submitted(claim: Claim, event: Submitting, at: datetime) -> Claim:
    number = event.manufacturer_number or claim.manufacturer_number
    match event:
        case e.ClaimSubmitted(late=late, submitted_on=day):
            sent = sending(event, 1, at)
            return claim.but(
                status=Status.SUBMITTED,
                manufacturer_number=number,
                submissions=(*claim.submissions, sent),
                late=late,
                submitted_on=day,
            )
        case e.ClaimResubmitted(submission=submission):
            sent = sending(event, submission, at)
            return claim.but(
                status=Status.SUBMITTED,
                manufacturer_number=number,
                submissions=(*claim.submissions, sent),
            )
        case e.ManufacturerNumberRecorded():
            return claim.but(manufacturer_number=number)
        case never:
            assert_never(never)


def sending(event: e.ClaimSubmitted | e.ClaimResubmitted, number: int, at: datetime) -> Submission:
    return Submission(
        number=number,
        at=at,
        amount=event.total.amount,
        different=event.different if isinstance(event, e.ClaimResubmitted) else None,
        submitted_by=event.submitted_by,
    )


def turned(claim: Claim, event: Turning, at: datetime) -> Claim:
    match event:
        case e.InformationAsked(question=question, answer_by=answer_by):
            asked = Question(asked=question, asked_at=at, answer_by=answer_by)
            return claim.but(status=Status.INFORMATION_ASKED, questions=(*claim.questions, asked))
        case e.InformationGiven(answer=answer):
            *before, last = claim.questions
            told = last.model_copy(update={"told": answer, "told_at": at})
            return claim.but(status=Status.SUBMITTED, questions=(*before, told))
        case e.ResubmissionRuledOut(reason=reason):
            return claim.but(ruled_out=True, ruled_out_because=reason)
        case e.ClaimWithdrawn(amount=amount):
            return claim.but(
                status=Status.WITHDRAWN,
                accepted=claim.written_off,
                withdrawn=amount.amount,
                withdrawal=withdrawal(event, at),
            )
        case never:
            assert_never(never)


def withdrawal(event: e.ClaimWithdrawn, at: datetime) -> Withdrawal:
    return Withdrawal(
        false_papers=event.false_papers,
        explanation=event.explanation,
        evidence=event.evidence,
        liability=event.liability,
        at=at,
        withdrawn_by=event.withdrawn_by,
    )


def answered(claim: Claim, event: Answering) -> Claim:
    match event:
        case e.ClaimAccepted(accepted=accepted):
            return claim.but(status=Status.ACCEPTED, accepted=accepted.amount, reasons=())
        case e.ClaimAcceptedInPart(accepted=accepted, reasons=reasons):
            return claim.but(status=Status.ACCEPTED, accepted=accepted.amount, reasons=reasons)
        case e.AcceptanceRevoked():
            return claim.but(status=Status.SUBMITTED, accepted=ZERO, reasons=())
        case e.ClaimRejected(reasons=reasons, explanation=explanation):
            return claim.but(status=Status.REJECTED, reasons=reasons, explanation=explanation)
        case never:
            assert_never(never)
