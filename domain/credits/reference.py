"""A reference that notes and claims go by; by it, notes that came too early are found again."""

from __future__ import annotations

from domain.credits import posting, settling
from domain.credits.naming import Command as Command
from domain.credits.naming import Event as Event
from domain.credits.naming import Naming
from domain.credits.naming import evolve as evolve
from domain.messages import On, World

State = Naming


def decide(_: Naming | None, command: Command, world: World) -> list[Event | On]:
    """Decided on a stream of the claim's own, on which nothing is recorded."""
    events = settling.match_claim(command.claim_id, world)
    return [*events, *posting.adjustments(world, command.claim_id, events)]
