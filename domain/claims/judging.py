"""Judging a claim and approving it: who judges did not do the work, who signs did not prepare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from domain import policies
from domain.approvals import SignedTwice, names
from domain.claims import signing
from domain.claims.commands import (
    ApproveClaim,
    JudgeClaim,
    Judging,
    RevokeSignature,
    VetClaim,
)
from domain.claims.events import (
    ClaimApproved,
    ClaimJudged,
    ClaimSigned,
    ClaimVetted,
    Event,
    Finding,
    OpinionGiven,
    SignatureRevoked,
)
from domain.claims.refusals import (
    JudgedOwnWork,
    NotAJudge,
    NothingClaimed,
    NotPossibleNow,
    VettingFailed,
)
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import only_in
from domain.claims.vetting import findings
from domain.messages import Role, World
from domain.policy_content import MAY_JUDGE, ApprovalMatrix, Approved, ClaimJudges
from domain.registry.authority import authorised

UNDECIDED = (Status.OPENED, Status.NOT_CLAIMABLE, Status.CLAIMABLE)


def decide(claim: Claim, command: Judging, world: World) -> list[Event]:
    match command:
        case VetClaim():
            only_in(claim, *UNDECIDED)
            return [ClaimVetted(findings=findings(claim, world))]
        case JudgeClaim():
            return judge(claim, command, world)
        case ApproveClaim():
            return approve(claim, world)
        case RevokeSignature(reason=reason):
            return [revoke(claim, reason, world)]
        case never:
            assert_never(never)


def judge(claim: Claim, command: JudgeClaim, world: World) -> list[Event]:
    """The last of those who judge together makes it a judgement, if they agree (CLM-6a).

    A claim that fails vetting, or asks for nothing yet, cannot be judged claimable (CLM-3, CLM-4).
    """
    only_in(claim, *UNDECIDED)
    if claim.chain.signatures:
        raise NotPossibleNow("The claim is already being signed. Revoke the signatures first.")
    if claim.done_by & names(world).both:
        raise JudgedOwnWork
    found = findings(claim, world)
    failed = tuple(f"{f.check}: {f.explanation}" for f in found if not f.passed)
    if command.claimable and failed:
        raise VettingFailed(reasons=failed)
    if command.claimable and not claim.total.amount:
        raise NothingClaimed("Nobody has said yet what the claim asks for. Amend it with amounts.")
    seats = policies.in_force(world, ClaimJudges).seats
    opinion = OpinionGiven(
        seat=seat_of(claim, seats, world),
        claimable=command.claimable,
        reason=command.reason,
        given_by=names(world),
    )
    opinions = {**claim.opinions, opinion.seat: opinion}
    agreed = all(seat in opinions for seat in seats) and unanimous(opinions.values())
    return [opinion, judgement(claim, opinions, found, world)] if agreed else [opinion]


def unanimous(opinions: Iterable[OpinionGiven]) -> bool:
    return len({opinion.claimable for opinion in opinions}) == 1


def seat_of(claim: Claim, seats: tuple[Role, ...], world: World) -> Role:
    """The seat one already has, or else one of one's role; a free one first.

    Raises NotAJudge, and SignedTwice for who would have two seats, in whosever name.
    """
    mandate = authorised(world, MAY_JUDGE)
    free_first = sorted(seats, key=lambda seat: seat in claim.opinions)
    fitting = [seat for seat in free_first if seat in mandate.roles]
    if not fitting:
        raise NotAJudge(f"Claims are judged by a {' and a '.join(seats)} together.")
    for seat, opinion in claim.opinions.items():
        if opinion.given_by.both & mandate.names.both:
            if seat not in fitting:
                raise SignedTwice("Nobody has two seats among those who judge together.")
            return seat
    return fitting[0]


def judgement(
    claim: Claim,
    opinions: Mapping[Role, OpinionGiven],
    found: tuple[Finding, ...],
    world: World,
) -> ClaimJudged:
    claimable = next(iter(opinions.values())).claimable
    matrix = policies.in_force(world, ApprovalMatrix)
    reasons = dict.fromkeys(opinion.reason for opinion in opinions.values())
    return ClaimJudged(
        claimable=claimable,
        reason="; ".join(reasons),
        findings=found,
        signed_by=matrix.signed_by(Approved.STANDARD_CLAIM, claim.total) if claimable else (),
        judged_by=names(world),
    )


def approve(claim: Claim, world: World) -> list[Event]:
    """The last signature approves the claim (SEG-1, SEG-4)."""
    only_in(claim, Status.CLAIMABLE)
    if claim.opinions:
        raise NotPossibleNow("The claim is being judged anew.")
    prepared_by = claim.prepared_by | claim.done_by
    signature, complete = signing.sign(claim.chain, prepared_by, claim.station_id, world)
    signed = ClaimSigned(signature=signature)
    return [signed, ClaimApproved(total=claim.total)] if complete else [signed]


def revoke(claim: Claim, reason: str, world: World) -> SignatureRevoked:
    """Submission is the step after the last signature (SEG-5)."""
    gone_on = claim.status not in (Status.CLAIMABLE, Status.APPROVED)
    signature = signing.take_back(claim.chain, world, next_step_taken=gone_on)
    return SignatureRevoked(signature=signature, reason=reason)
