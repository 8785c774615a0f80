"""Withdrawing a claim whose papers are false (CLM-9).

A liability case is to be opened for it: the event says which papers, and what the tariff charges
(LIA-1), so that whoever opens the case need not ask again.
"""

from __future__ import annotations

from domain import policies
from domain.approvals import names
from domain.claims.commands import WithdrawClaim
from domain.claims.events import ClaimWithdrawn
from domain.claims.refusals import AlreadyPaid, PaperNotFiled
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import no_write_off_pending, only_in
from domain.messages import World
from domain.policy_content import Charged, LiabilityTariff

OVER = (Status.CLOSED, Status.WITHDRAWN)


def withdraw(claim: Claim, command: WithdrawClaim, world: World) -> ClaimWithdrawn:
    """What was written off stays so; what was credited is to be undone first (CRN-6)."""
    only_in(claim, *(status for status in Status if status not in OVER))
    no_write_off_pending(claim)
    if claim.credits or claim.overpayments:
        raise AlreadyPaid
    refuse_papers_not_filed(claim, command)
    return ClaimWithdrawn(
        false_papers=command.false_papers,
        explanation=command.explanation,
        evidence=command.evidence,
        amount=claim.total - claim.written_off - claim.abandoned,
        liability=policies.in_force(world, LiabilityTariff).of(Charged.FALSE_CLAIM_PAPERS),
        tariff=policies.pin(world, LiabilityTariff),
        withdrawn_by=names(world),
    )


def refuse_papers_not_filed(claim: Claim, command: WithdrawClaim) -> None:
    filed = {paper.paper for paper in claim.papers}
    if strange := [paper for paper in command.false_papers if paper not in filed]:
        raise PaperNotFiled(
            f"Not filed with the claim: {', '.join(strange)}.", fields=("false_papers",)
        )
