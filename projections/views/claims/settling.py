"""What becomes of what was accepted: credited, overpaid, different, written off, closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from domain.claims import events as e
from domain.claims.state import Status
from domain.vocabulary import Outcome
from projections.views.claims.row import (
    ZERO,
    Claim,
    Difference,
    Overpayment,
    WriteOffAsked,
    WrittenOff,
    signed,
)


def written_off(claim: Claim, event: e.WritingOff, at: datetime) -> Claim:
    match event:
        case e.WriteOffRequested():
            return claim.but(write_off=asked(event))
        case e.WriteOffSigned(signature=signature):
            waiting = asked_for(claim)
            signatures = (*waiting.signatures, signed(signature, at))
            return claim.but(write_off=waiting.model_copy(update={"signatures": signatures}))
        case e.WriteOffSignatureRevoked():
            waiting = asked_for(claim)
            signatures = waiting.signatures[:-1]
            return claim.but(write_off=waiting.model_copy(update={"signatures": signatures}))
        case e.WriteOffDeclined():
            return claim.but(write_off=None)
        case e.ClaimWrittenOff():
            return given_up(claim, event, at)
        case never:
            assert_never(never)


def asked(event: e.WriteOffRequested) -> WriteOffAsked:
    return WriteOffAsked(
        amount=event.amount.amount,
        reason=event.reason,
        requested_by=event.requested_by,
        signed_by=event.signed_by,
    )


def asked_for(claim: Claim) -> WriteOffAsked:
    if claim.write_off is None:
        raise LookupError("Nobody has asked for a write-off of this claim.")
    return claim.write_off


def given_up(claim: Claim, event: e.ClaimWrittenOff, at: datetime) -> Claim:
    amount = event.amount.amount
    done = WrittenOff(
        amount=amount, reason=event.reason, after_rejection=event.after_rejection, at=at
    )
    rest = claim.but(write_off=None, write_offs=(*claim.write_offs, done))
    if event.after_rejection:
        return rest.but(status=Status.ABANDONED, abandoned=claim.abandoned + amount)
    return rest.but(written_off=claim.written_off + amount)


def settled(claim: Claim, event: e.Settling, at: datetime) -> Claim:
    match event:
        case e.ClaimCredited(amount=amount):
            return claim.but(credited=claim.credited + amount.amount)
        case e.ClaimCreditReversed():
            return uncredited(claim, event)
        case e.ClaimOverpaid():
            return overpaid(claim, event)
        case e.ClaimDifferenceSettled():
            return differing(claim, event, at)
        case e.ClaimClosed():
            return claim.but(status=Status.CLOSED, closed_at=at, closed_from=claim.status)
        case e.ClaimReopened():
            return claim.but(
                status=claim.closed_from or claim.status, closed_at=None, closed_from=None
            )
        case never:
            assert_never(never)


def uncredited(claim: Claim, event: e.ClaimCreditReversed) -> Claim:
    """With the credit goes what was paid over, and what became of the rest."""
    id = event.allocation_id
    over = sum((o.amount for o in claim.overpayments if o.allocation_id == id), ZERO)
    return without_difference(claim, id).but(
        credited=claim.credited - event.amount.amount + over,
        overpaid=claim.overpaid - over,
        overpayments=tuple(o for o in claim.overpayments if o.allocation_id != id),
    )


def overpaid(claim: Claim, event: e.ClaimOverpaid) -> Claim:
    amount = event.amount.amount
    made = Overpayment(allocation_id=event.allocation_id, amount=amount, reason=event.reason)
    return claim.but(overpaid=claim.overpaid + amount, overpayments=(*claim.overpayments, made))


def differing(claim: Claim, event: e.ClaimDifferenceSettled, at: datetime) -> Claim:
    difference = Difference(
        allocation_id=event.allocation_id,
        amount=event.amount.amount,
        outcome=event.outcome,
        within_tolerance=event.within_tolerance,
        reason=event.reason,
        at=at,
    )
    before = without_difference(claim, event.allocation_id)
    settled = before.but(differences=(*before.differences, difference))
    return shifted(settled, difference, difference.amount)


def without_difference(claim: Claim, allocation_id: UUID) -> Claim:
    for difference in claim.differences:
        if difference.allocation_id == allocation_id:
            rest = tuple(d for d in claim.differences if d is not difference)
            return shifted(claim.but(differences=rest), difference, -difference.amount)
    return claim


def shifted(claim: Claim, difference: Difference, amount: Decimal) -> Claim:
    """The balances that an outcome moves; what is carried over stays open."""
    if difference.outcome == Outcome.ACCEPTED:
        return claim.but(accepted=claim.accepted - amount)
    if difference.outcome == Outcome.DISPUTED:
        return claim.but(disputed=claim.disputed + amount)
    if difference.within_tolerance:
        return claim.but(written_off=claim.written_off + amount)
    return claim
