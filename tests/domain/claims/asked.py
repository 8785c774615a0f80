"""Wishes that several tests about claims ask for."""

from __future__ import annotations

from domain.claims import commands as c
from domain.messages import Actor
from tests.scenario import DORA, FINN, Story
from tests.stories import claim_id, yuan


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
