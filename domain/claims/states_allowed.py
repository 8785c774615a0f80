"""Which states allow a wish."""

from __future__ import annotations

from domain.claims.refusals import ClaimNotFound, NotPossibleNow, WriteOffPending
from domain.claims.state import Claim, Status


def existing(claim: Claim | None) -> Claim:
    """The claim. Raises ClaimNotFound if nobody opened it."""
    if claim is None:
        raise ClaimNotFound
    return claim


def only_in(claim: Claim, *statuses: Status) -> None:
    """Raises NotPossibleNow in any other state than these."""
    if claim.status not in statuses:
        raise NotPossibleNow(
            f"The claim is {claim.status}; this is possible while it is {' or '.join(statuses)}."
        )


def no_write_off_pending(claim: Claim) -> None:
    """Raises WriteOffPending."""
    if claim.write_off:
        raise WriteOffPending
