"""What is asked of the application: a command, and how it came to be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.recorded import Channel
from domain.messages import Actor, Command, Role


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """A command, with who gives it, when, how, and from what."""

    command: Command
    id: UUID  # chosen by the client, so that a retry is known for what it is
    actor: Actor
    now: datetime
    channel: Channel
    effective_at: datetime | None = None  # when it took effect, if that was earlier
    reason: str | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


@dataclass(frozen=True)
class Recording:
    """What an append keeps with the events, beside the events: from which instruction they
    came, in which roles it was given, and the versions of the policies consulted."""

    instruction: Instruction
    roles: frozenset[Role]
    policies: Mapping[str, int]
