"""A claim at the manufacturer: submitted, asked about, answered, or withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Final, assert_never

from domain.claims import events as e
from domain.claims.state import Status
from projections.views.claims.row import ZERO, Claim, Question, Submission, Withdrawal

MISSING: Final = "information_missing"
"""The word for papers or facts that were wanting, of the policy `reason_words` (CRN-12)."""


def submitted(claim: Claim, event: e.Submitting, at: datetime) -> Claim:
    match event:
        case e.ClaimSubmitted(late=late, submitted_on=day):
            return sent(claim, event, 1, at).but(late=late, submitted_on=day)
        case e.ClaimResubmitted(submission=submission):
            return sent(claim, event, submission, at)
        case e.ManufacturerNumberRecorded(manufacturer_number=number):
            return claim.but(manufacturer_number=number)
        case e.ResubmissionRuledOut(reason=reason):
            return claim.but(ruled_out=True, ruled_out_because=reason)
        case never:
            assert_never(never)


def sent(
    claim: Claim, event: e.ClaimSubmitted | e.ClaimResubmitted, number: int, at: datetime
) -> Claim:
    return claim.but(
        status=Status.SUBMITTED,
        manufacturer_number=event.manufacturer_number or claim.manufacturer_number,
        submissions=(*claim.submissions, sending(event, number, at)),
    )


def sending(event: e.ClaimSubmitted | e.ClaimResubmitted, number: int, at: datetime) -> Submission:
    return Submission(
        number=number,
        at=at,
        amount=event.total.amount,
        different=event.different if isinstance(event, e.ClaimResubmitted) else None,
        submitted_by=event.submitted_by,
    )


def answered(claim: Claim, event: e.Answering, at: datetime) -> Claim:
    match event:
        case e.ClaimAccepted(accepted=accepted):
            return claim.but(status=Status.ACCEPTED, accepted=accepted.amount, reasons=())
        case e.ClaimAcceptedInPart(accepted=accepted, reasons=reasons):
            status = Status.ACCEPTED
            return refused(claim, reasons).but(status=status, accepted=accepted.amount)
        case e.AcceptanceRevoked():
            return claim.but(status=Status.SUBMITTED, accepted=ZERO, reasons=())
        case e.ClaimRejected(reasons=reasons, explanation=explanation):
            return refused(claim, reasons).but(status=Status.REJECTED, explanation=explanation)
        case e.InformationAsked() | e.InformationGiven():
            return asked_and_told(claim, event, at)
        case never:
            assert_never(never)


def refused(claim: Claim, reasons: tuple[str, ...]) -> Claim:
    """In full or in part, for these reasons, of which one counts for completeness (CLM-10)."""
    lacking = claim.found_incomplete or MISSING in reasons
    return claim.but(reasons=reasons, found_incomplete=lacking)


def asked_and_told(
    claim: Claim, event: e.InformationAsked | e.InformationGiven, at: datetime
) -> Claim:
    match event:
        case e.InformationAsked(question=question, answer_by=answer_by):
            asked = Question(asked=question, asked_at=at, answer_by=answer_by)
            return claim.but(
                status=Status.INFORMATION_ASKED,
                questions=(*claim.questions, asked),
                found_incomplete=True,
            )
        case e.InformationGiven(answer=answer):
            *before, last = claim.questions
            told = last.model_copy(update={"told": answer, "told_at": at})
            return claim.but(status=Status.SUBMITTED, questions=(*before, told))
        case never:
            assert_never(never)


def withdrawn(claim: Claim, event: e.Withdrawing, at: datetime) -> Claim:
    return claim.but(
        status=Status.WITHDRAWN,
        accepted=claim.written_off,
        withdrawn=event.amount.amount,
        withdrawal=withdrawal(event, at),
        liability_due=True,
        opinions=(),
    )


def withdrawal(event: e.ClaimWithdrawn, at: datetime) -> Withdrawal:
    return Withdrawal(
        false_papers=event.false_papers,
        explanation=event.explanation,
        evidence=event.evidence,
        liability=event.liability,
        at=at,
        withdrawn_by=event.withdrawn_by,
    )
