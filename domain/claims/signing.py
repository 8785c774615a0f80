"""One way to sign what is approved in claims, and to take a signature back.

Whose turn it is, the chain says. Nobody signs what they prepared (SEG-1), what is of the station
that they manage (SEG-2), or a second time (SEG-4), in their own name or another's.
"""

from __future__ import annotations

from uuid import UUID

from domain import approvals
from domain.approvals import NextStepTaken, Signature, SigningChain
from domain.claims.commands import SIGNERS
from domain.messages import World
from domain.registry.authority import authorised, refuse_manager_of


def sign(
    chain: SigningChain, prepared_by: frozenset[UUID], station_id: UUID, world: World
) -> tuple[Signature, bool]:
    """The signature for the next step, and whether it completes the chain."""
    refuse_manager_of(station_id, world)
    signature = approvals.sign(chain, authorised(world, SIGNERS), prepared_by)
    return signature, chain.signed(signature).complete


def take_back(chain: SigningChain, world: World, *, next_step_taken: bool = False) -> Signature:
    """The last signature of the chain, which its giver takes back (SEG-5)."""
    signature = approvals.revoke(chain, authorised(world, SIGNERS))
    if next_step_taken:
        raise NextStepTaken
    return signature
