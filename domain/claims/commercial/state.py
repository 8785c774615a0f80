"""What decisions need to remember of a commercial claim.

inspected ──▶ not claimable ──▶ applied for ──▶ amount fixed ──▶ approved ──▶ filed
                          └───────────┴──────────────┴──▶ declined                └▶ parts ordered
                                                      called back ◀── work done ◀──────┘
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from domain.approvals import SigningChain
from domain.claims.commercial import events as e
from domain.claims.commercial.commands import COMMERCIAL_CLAIM
from domain.money import Money


class Stage(StrEnum):
    """How far a commercial claim has come (CLM-6)."""

    INSPECTED = "inspected"
    NOT_CLAIMABLE = "not_claimable"
    APPLIED_FOR = "applied_for"
    AMOUNT_FIXED = "amount_fixed"
    APPROVED = "approved"
    FILED = "filed"
    PARTS_ORDERED = "parts_ordered"
    WORK_DONE = "work_done"
    CALLED_BACK = "called_back"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class CommercialClaim:
    """`chain` is that of the stage; who prepared it gives none of the joint signatures."""

    kind: ClassVar[str] = COMMERCIAL_CLAIM
    number: str
    station_id: UUID
    prepared_by: frozenset[UUID]
    stage: Stage = Stage.INSPECTED
    chain: SigningChain = SigningChain(())
    amount: Money | None = None
    filed_on: date | None = None


Signing: TypeAlias = (
    e.CommercialClaimApplied
    | e.CommercialAmountSigned
    | e.CommercialClaimSigned
    | e.CommercialSignatureRevoked
)
Granting: TypeAlias = (
    e.FoundNotClaimable
    | e.CommercialApplicationCompleted
    | e.CommercialAmountFixed
    | e.CommercialClaimApproved
    | e.CommercialClaimDeclined
)
Doing: TypeAlias = (
    e.CommercialClaimFiled
    | e.CommercialPartsOrdered
    | e.CommercialWorkDone
    | e.CommercialCallbackMade
)


def evolve(claim: CommercialClaim | None, event: e.Event) -> CommercialClaim:
    if isinstance(event, e.InspectedOnSite):
        by = event.opened_by.both | {event.inspected_by}
        return CommercialClaim(event.number, event.station_id, by)
    assert claim is not None, "it is inspected first"
    if isinstance(event, Signing):
        return signed(claim, event)
    if isinstance(event, Granting):
        return granted(claim, event)
    return done(claim, event)


def signed(claim: CommercialClaim, event: Signing) -> CommercialClaim:
    match event:
        case e.CommercialClaimApplied(signature=signature):
            return replace(
                claim,
                chain=claim.chain.signed(signature),
                prepared_by=claim.prepared_by | signature.both,
            )
        case e.CommercialAmountSigned(amount=amount, signature=signature):
            return replace(
                claim,
                amount=amount,
                chain=claim.chain.signed(signature),
                prepared_by=claim.prepared_by | signature.both,
            )
        case e.CommercialClaimSigned(signature=signature):
            return replace(claim, chain=claim.chain.signed(signature))
        case e.CommercialSignatureRevoked():
            return replace(claim, stage=before(claim), chain=claim.chain.without_last())
        case never:
            assert_never(never)


def before(claim: CommercialClaim) -> Stage:
    """Without the last of the joint signatures it is not approved any more."""
    return Stage.AMOUNT_FIXED if claim.stage == Stage.APPROVED else claim.stage


def granted(claim: CommercialClaim, event: Granting) -> CommercialClaim:
    match event:
        case e.FoundNotClaimable(applied_for_by=steps, found_by=by):
            return replace(
                claim,
                stage=Stage.NOT_CLAIMABLE,
                chain=SigningChain(steps),
                prepared_by=claim.prepared_by | by.both,
            )
        case e.CommercialApplicationCompleted(fixed_by=steps):
            return replace(claim, stage=Stage.APPLIED_FOR, chain=SigningChain(steps))
        case e.CommercialAmountFixed(signed_by=steps):
            return replace(claim, stage=Stage.AMOUNT_FIXED, chain=SigningChain(steps))
        case e.CommercialClaimApproved():
            return replace(claim, stage=Stage.APPROVED)
        case e.CommercialClaimDeclined():
            return replace(claim, stage=Stage.DECLINED)
        case never:
            assert_never(never)


def done(claim: CommercialClaim, event: Doing) -> CommercialClaim:
    match event:
        case e.CommercialClaimFiled(filed_on=day):
            return replace(claim, stage=Stage.FILED, filed_on=day)
        case e.CommercialPartsOrdered():
            return replace(claim, stage=Stage.PARTS_ORDERED)
        case e.CommercialWorkDone():
            return replace(claim, stage=Stage.WORK_DONE)
        case e.CommercialCallbackMade():
            return replace(claim, stage=Stage.CALLED_BACK)
        case never:
            assert_never(never)
