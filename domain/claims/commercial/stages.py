"""Which stages of a commercial claim allow a wish."""

from __future__ import annotations

from domain.claims.commercial.refusals import CommercialClaimNotFound, OutOfOrder
from domain.claims.commercial.state import CommercialClaim, Stage


def existing(claim: CommercialClaim | None) -> CommercialClaim:
    """The claim. Raises CommercialClaimNotFound if nobody opened it."""
    if claim is None:
        raise CommercialClaimNotFound
    return claim


def only_at(claim: CommercialClaim, *stages: Stage) -> None:
    """Raises OutOfOrder at any other stage than these."""
    if claim.stage not in stages:
        raise OutOfOrder(
            f"The commercial claim is {claim.stage}; this is possible while it is "
            f"{' or '.join(stages)}."
        )
