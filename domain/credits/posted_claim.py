"""A claim whose effects in a month that is closed are posted into the next open one (CRN-13).

The claim decides as ever, and knows nothing of periods; here its events are accompanied by what
they adjust, in the same transaction, so that no closing comes between.
"""

from __future__ import annotations

from domain.claims import claim as claims
from domain.claims.claim import Claim
from domain.claims.claim import Command as Command
from domain.claims.claim import Event as Event
from domain.claims.claim import evolve as evolve
from domain.credits import posting
from domain.messages import On, World

State = Claim


def decide(claim: Claim | None, command: Command, world: World) -> list[Event | On]:
    events = claims.decide(claim, command, world)
    return [*events, *posting.of_claim(world, claim, command.claim_id, events)]
