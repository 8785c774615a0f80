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
    ClaimReopened,
    Event,
)
from domain.claims.refusals import BalanceOpen, MoreThanOpen, NoSuchCredit
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import existing, no_write_off_pending, only_in
from domain.money import Money


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
    if allocation_id not in claim.credits:
        raise NoSuchCredit
    credit = claim.credits[allocation_id]
    return ClaimCreditReversed(
        note_id=credit.note_id, allocation_id=allocation_id, amount=credit.amount, reason=reason
    )


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
    if claim.open.amount:
        raise BalanceOpen(f"{claim.open.amount} {claim.open.currency} of the claim are open.")
    return [ClaimClosed()]
