"""An event with its envelope: where it stands in history, who did it, when, why, from what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, NewType
from uuid import UUID

from typing_extensions import TypeVar

from domain.messages import Event, Role, Stream

Position = NewType("Position", int)  # of an event in the whole log, gap-free from 1
BEGINNING = Position(0)  # before the first event; also the position of what is not yet recorded


class Channel(StrEnum):
    """How a command, or a question about people, came in (AUD-1, AUD-4)."""

    GRAPHQL = "graphql"
    FILES = "files"  # one that is downloaded
    CLI = "cli"
    INTAKE = "intake"
    IMPORT = "import"
    REACTION = "reaction"
    TIMEKEEPER = "timekeeper"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything about an event but its facts (AUD-1)."""

    stream: Stream
    version: int  # in its stream, from 1
    event_id: UUID
    recorded_at: datetime
    effective_at: datetime
    actor: UUID
    on_behalf_of: UUID | None
    roles: frozenset[Role]
    channel: Channel
    command_id: UUID
    correlation_id: UUID
    causation_id: UUID | None
    reason: str | None = None
    policies: dict[str, int] = field(default_factory=dict)  # versions consulted, by policy id
    position: Position = BEGINNING


class UnknownEvent(Event):
    """An event that this release does not understand: a newer one stored it.

    Views park the rows it concerns, and decisions on its stream are refused.
    """

    context = "unknown"
    stored_type: str
    stored_version: int  # of its schema
    payload: bytes  # as stored


E_co = TypeVar("E_co", bound=Event, covariant=True, default=Event)


class Recorded(Generic[E_co]):
    """An event with its place in history. It never changes."""

    __slots__ = ("_envelope", "event", "position", "stream_id")

    event: E_co
    position: Position
    stream_id: UUID

    def __init__(self, envelope: Envelope, event: E_co) -> None:
        self._envelope = envelope
        self.event = event
        self.position = envelope.position
        self.stream_id = envelope.stream.id

    @property
    def envelope(self) -> Envelope:
        return self._envelope

    @property
    def recorded_at(self) -> datetime:
        return self.envelope.recorded_at

    @property
    def effective_at(self) -> datetime:
        return self.envelope.effective_at

    @property
    def imported(self) -> bool:
        """Whether it is history of another system: nobody decided on it here (AUD-1)."""
        return self.envelope.channel is Channel.IMPORT

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Recorded):
            return NotImplemented
        return self.envelope == other.envelope and bool(self.event == other.event)

    def __hash__(self) -> int:
        return hash(self.position)

    def __repr__(self) -> str:
        return f"Recorded({self.envelope!r}, {self.event!r})"
