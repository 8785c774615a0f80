"""What a credit note does to a claim, and closing a claim that is settled.

A match is decided about by the credit note; that it may touch the claim is decided here.
"""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain.claims.answering import in_currency_of
from domain.claims.commands import CloseClaim, Closing, ReopenClaim
from domain.claims.events import (
    ClaimClosed,
    ClaimCredited,
    ClaimCreditReversed,
    ClaimDifferenceSettled,
    ClaimOverpaid,
    ClaimReopened,
    Event,
)
from domain.claims.refusals import BalanceOpen, MoreThanOpen, NoSuchCredit, NothingOpen
from domain.claims.state import Claim, Difference, Status
from domain.claims.states_allowed import existing, no_write_off_pending, only_in
from domain.money import Money, total
from domain.vocabulary import Outcome


def credited(
    claim: Claim | None, note_id: UUID, amount: Money, allocation_id: UUID
) -> ClaimCredited:
    """A credit note pays an amount: never more than is open (CRN-4)."""
    claim = existing(claim)
    only_in(claim, Status.ACCEPTED)
    in_currency_of(claim, amount)
    if claim.open < amount:
        raise MoreThanOpen(
            f"Claim {claim.number} has {claim.open.amount} {amount.currency} open, "
            f"not {amount.amount}."
        )
    return ClaimCredited(note_id=note_id, allocation_id=allocation_id, amount=amount)


def credit_reversed(claim: Claim | None, allocation_id: UUID, reason: str) -> ClaimCreditReversed:
    """A credit does not stand after all (CRN-6)."""
    claim = existing(claim)
    only_in(claim, Status.ACCEPTED)
    paid = [c[allocation_id] for c in (claim.credits, claim.overpayments) if allocation_id in c]
    if not paid:
        raise NoSuchCredit
    return ClaimCreditReversed(
        note_id=paid[0].note_id,
        allocation_id=allocation_id,
        amount=total((credit.amount for credit in paid), claim.total.currency),
        reason=reason,
    )


def overpaid(
    claim: Claim | None, note_id: UUID, amount: Money, allocation_id: UUID, reason: str
) -> list[ClaimCredited | ClaimOverpaid]:
    """A credit note pays what is open and more, as finance decided (CRN-4)."""
    claim = existing(claim)
    only_in(claim, Status.ACCEPTED)
    in_currency_of(claim, amount)
    owed = claim.open if claim.open < amount else amount
    over = ClaimOverpaid(
        note_id=note_id, allocation_id=allocation_id, amount=amount - owed, reason=reason
    )
    paid = [credited(claim, note_id, owed, allocation_id)] if owed.amount else []
    return [*paid, *([over] if over.amount.amount else [])]


def difference_settled(
    claim: Claim,
    allocation_id: UUID,
    outcome: Outcome,
    reason: str,
    *,
    within_tolerance: bool = False,
) -> ClaimDifferenceSettled:
    """What becomes of what a credit left open, or of what was decided about it before (CRN-5)."""
    only_in(claim, Status.ACCEPTED)
    no_write_off_pending(claim)
    if allocation_id not in claim.credits:
        raise NoSuchCredit
    before = claim.differences.get(allocation_id)
    amount = before.amount if before and moves_money(before) else claim.open
    if not amount.amount:
        raise NothingOpen(f"Nothing of claim {claim.number} is open.")
    return ClaimDifferenceSettled(
        note_id=claim.credits[allocation_id].note_id,
        allocation_id=allocation_id,
        amount=amount,
        outcome=outcome,
        within_tolerance=within_tolerance,
        reason=reason,
    )


def moves_money(difference: Difference) -> bool:
    """Whether its amount is not open any more because of its outcome."""
    decided = difference.outcome in (Outcome.ACCEPTED, Outcome.DISPUTED)
    return decided or difference.within_tolerance


def decide(claim: Claim, command: Closing) -> list[Event]:
    match command:
        case CloseClaim():
            return close(claim)
        case ReopenClaim(reason=reason):
            only_in(claim, Status.CLOSED)
            return [ClaimReopened(reason=reason)]
        case never:
            assert_never(never)


def close(claim: Claim) -> list[Event]:
    """Closing again changes nothing."""
    if claim.status == Status.CLOSED:
        return []
    only_in(claim, Status.ACCEPTED, Status.ABANDONED, Status.NOT_CLAIMABLE)
    no_write_off_pending(claim)
    if left := (claim.open + claim.disputed).amount:
        raise BalanceOpen(f"{left} {claim.open.currency} of the claim are open.")
    return [ClaimClosed()]
