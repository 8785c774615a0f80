"""Judging a claim and approving it: who judges did not do the work, who signs did not prepare."""

from __future__ import annotations

from typing import assert_never

from domain import approvals, policies
from domain.approvals import NextStepTaken, names
from domain.claims.commands import (
    SIGNERS,
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
    SignatureRevoked,
)
from domain.claims.refusals import JudgedOwnWork, NotPossibleNow, VettingFailed
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import only_in
from domain.claims.vetting import findings
from domain.messages import World
from domain.policy_content import ApprovalMatrix, Approved
from domain.registry.person import authorised

UNDECIDED = (Status.OPENED, Status.NOT_CLAIMABLE, Status.CLAIMABLE)


def decide(claim: Claim, command: Judging, world: World) -> list[Event]:
    match command:
        case VetClaim():
            only_in(claim, *UNDECIDED)
            return [ClaimVetted(findings=findings(claim, world))]
        case JudgeClaim():
            return [judge(claim, command, world)]
        case ApproveClaim():
            return approve(claim, world)
        case RevokeSignature(reason=reason):
            return [revoke(claim, reason, world)]
        case never:
            assert_never(never)


def judge(claim: Claim, command: JudgeClaim, world: World) -> ClaimJudged:
    """A claim that fails vetting cannot be judged claimable (CLM-3)."""
    only_in(claim, *UNDECIDED)
    if claim.chain.signatures:
        raise NotPossibleNow("The claim is already being signed. Revoke the signatures first.")
    if claim.report.engineer_id in names(world).both:
        raise JudgedOwnWork
    found = findings(claim, world)
    failed = tuple(f"{f.check}: {f.explanation}" for f in found if not f.passed)
    if command.claimable and failed:
        raise VettingFailed(reasons=failed)
    matrix = policies.in_force(world, ApprovalMatrix)
    steps = matrix.signed_by(Approved.STANDARD_CLAIM, claim.total) if command.claimable else ()
    return ClaimJudged(
        claimable=command.claimable,
        reason=command.reason,
        findings=found,
        signed_by=steps,
        judged_by=names(world),
    )


def approve(claim: Claim, world: World) -> list[Event]:
    """The last signature approves the claim (SEG-1, SEG-4)."""
    only_in(claim, Status.CLAIMABLE)
    repairer = {claim.report.engineer_id}
    mandate = authorised(world, SIGNERS)
    signature = approvals.sign(claim.chain, mandate, claim.prepared_by | repairer)
    signed: list[Event] = [ClaimSigned(signature=signature)]
    complete = claim.chain.signed(signature).complete
    return [*signed, ClaimApproved(total=claim.total)] if complete else signed


def revoke(claim: Claim, reason: str, world: World) -> SignatureRevoked:
    """Submission is the step after the last signature (SEG-5)."""
    signature = approvals.revoke(claim.chain, names(world))
    if claim.status not in (Status.CLAIMABLE, Status.APPROVED):
        raise NextStepTaken
    return SignatureRevoked(signature=signature, reason=reason)
