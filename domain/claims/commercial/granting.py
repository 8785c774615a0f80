"""How a commercial claim is granted: applied for, its amount fixed, signed jointly (CLM-6).

Each of the three is a chain of the approval matrix, so that who and in which order is data. Who
inspected, applied or fixed the amount gives none of the joint signatures (SEG-1).
"""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never
from uuid import UUID

from domain import policies
from domain.approvals import names
from domain.claims import signing
from domain.claims.commercial import commands as c
from domain.claims.commercial import events as e
from domain.claims.commercial.refusals import AmountsDiffer
from domain.claims.commercial.stages import only_at
from domain.claims.commercial.state import CommercialClaim, Stage
from domain.messages import World
from domain.money import Money
from domain.policy_content import ApprovalMatrix, Approved

Granting: TypeAlias = (
    c.ApplyForCommercialClaim
    | c.FixCommercialAmount
    | c.SignCommercialClaim
    | c.RevokeCommercialSignature
    | c.DeclineCommercialClaim
)
NOBODY: Final[frozenset[UUID]] = frozenset()
"""Who inspected may apply, who applied may fix the amount: the joint signatures approve."""

SIGNED_AT = (Stage.NOT_CLAIMABLE, Stage.APPLIED_FOR, Stage.AMOUNT_FIXED, Stage.APPROVED)


def decide(claim: CommercialClaim, command: Granting, world: World) -> list[e.Event]:
    match command:
        case c.ApplyForCommercialClaim():
            return apply(claim, command, world)
        case c.FixCommercialAmount():
            return fix(claim, command, world)
        case c.SignCommercialClaim():
            return sign(claim, world)
        case c.RevokeCommercialSignature(reason=reason):
            gone_on = claim.stage not in SIGNED_AT
            signature = signing.take_back(claim.chain, world, next_step_taken=gone_on)
            return [e.CommercialSignatureRevoked(signature=signature, reason=reason)]
        case c.DeclineCommercialClaim(reason=reason):
            only_at(claim, *SIGNED_AT[:-1])
            return [e.CommercialClaimDeclined(reason=reason, declined_by=names(world))]
        case never:
            assert_never(never)


def apply(
    claim: CommercialClaim, command: c.ApplyForCommercialClaim, world: World
) -> list[e.Event]:
    only_at(claim, Stage.NOT_CLAIMABLE)
    signature, complete = signing.sign(claim.chain, NOBODY, claim.station_id, world)
    applied = e.CommercialClaimApplied(reason=command.reason, signature=signature)
    if not complete:
        return [applied]
    fixed_by = policies.in_force(world, ApprovalMatrix).longest(Approved.COMMERCIAL_AMOUNT)
    return [applied, e.CommercialApplicationCompleted(fixed_by=fixed_by)]


def fix(claim: CommercialClaim, command: c.FixCommercialAmount, world: World) -> list[e.Event]:
    only_at(claim, Stage.APPLIED_FOR)
    signature, complete = signing.sign(claim.chain, NOBODY, claim.station_id, world)
    refuse_another_amount(claim, command.amount)
    fixed = e.CommercialAmountSigned(amount=command.amount, signature=signature)
    if not complete:
        return [fixed]
    matrix = policies.in_force(world, ApprovalMatrix)
    signers = matrix.signed_by(Approved.COMMERCIAL_CLAIM, command.amount)
    return [fixed, e.CommercialAmountFixed(amount=command.amount, signed_by=signers)]


def refuse_another_amount(claim: CommercialClaim, amount: Money) -> None:
    if claim.chain.signatures and claim.amount and claim.amount != amount:
        raise AmountsDiffer(
            f"{claim.amount.amount} {claim.amount.currency} were named before. Name the same, or "
            "have that signature revoked.",
            fields=("amount",),
        )


def sign(claim: CommercialClaim, world: World) -> list[e.Event]:
    """The last signature grants it (SEG-1, SEG-4)."""
    only_at(claim, Stage.AMOUNT_FIXED)
    assert claim.amount is not None, "its amount is fixed first"
    signature, complete = signing.sign(claim.chain, claim.prepared_by, claim.station_id, world)
    signed = e.CommercialClaimSigned(signature=signature)
    return [signed, e.CommercialClaimApproved(amount=claim.amount)] if complete else [signed]
