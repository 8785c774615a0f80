"""Wishes and stories that several tests about claims ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.claims import commands as c
from domain.messages import Actor, Role
from domain.registry.person import DelegateRole
from tests.scenario import DORA, FINN, NOON, STAN, Story
from tests.stories import claim_id, claim_story, open_claim, setting, yuan

DAY = timedelta(days=1)
VET = c.VetClaim(claim_id=claim_id())
APPROVE = c.ApproveClaim(claim_id=claim_id())
REVOKE = c.RevokeSignature(claim_id=claim_id(), reason="signed the wrong one")


def story_of(story: Story | None = None, **changes: Any) -> Story:
    """A claim with papers, the claim's command changed."""
    return (story or setting()).tell(open_claim(**changes), STAN)


def large(stage: str, total: str = "150000.00") -> Story:
    """A claim that three people sign: service director, finance, general manager."""
    return claim_story(stage, total=total)


def delegation(principal: Actor, delegate: Actor, role: Role) -> DelegateRole:
    return DelegateRole(
        person_id=principal.id, role=role, to=delegate.id, since=NOON - DAY, until=NOON + DAY
    )


def request_write_off(amount: str, number: int = 1) -> c.RequestWriteOff:
    return c.RequestWriteOff(
        claim_id=claim_id(number), amount=yuan(amount), reason="not worth a dispute"
    )


def sign_write_off(number: int = 1) -> c.ApproveWriteOff:
    return c.ApproveWriteOff(claim_id=claim_id(number))


def written_off(story: Story, amount: str, by: Actor, *signers: Actor, number: int = 1) -> Story:
    """The write-off asked for and signed by everybody it needs."""
    story.tell(request_write_off(amount, number), by)
    for signer in signers or (DORA, FINN):
        story.tell(sign_write_off(number), signer)
    return story
