"""What is to be appended to the log, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from eventsourcing.persistence import StoredEvent

from application.recorded import Position

NOBODY: Final = UUID(int=0)  # the actor of events that came without an envelope
EMPTY_METADATA: Final = "{}"


# ── what is kept ────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class EnvelopedEvent(StoredEvent):
    """The library's stored event, with our envelope. `topic` is the event's type name."""

    stream_kind: str
    schema_version: int
    event_id: UUID
    effective_at: datetime | None  # None: the moment of recording
    actor: UUID
    on_behalf_of: UUID | None
    command_id: UUID
    correlation_id: UUID
    causation_id: UUID | None
    metadata: str  # JSON: channel, roles used, reason, policies


def with_defaults(stored: StoredEvent) -> EnvelopedEvent:
    """The event with its envelope, or if it is a plain one of the library, with defaults."""
    if isinstance(stored, EnvelopedEvent):
        return stored
    stream_id = as_uuid(stored.originator_id)
    event_id = uuid5(stream_id, str(stored.originator_version))
    return EnvelopedEvent(
        originator_id=stream_id,
        originator_version=stored.originator_version,
        topic=stored.topic,
        state=stored.state,
        stream_kind="",
        schema_version=1,
        event_id=event_id,
        effective_at=None,
        actor=NOBODY,
        on_behalf_of=None,
        command_id=event_id,
        correlation_id=event_id,
        causation_id=None,
        metadata=EMPTY_METADATA,
    )


def as_uuid(id: UUID | str) -> UUID:
    """Our streams are named by UUIDs; the library also knows text."""
    if isinstance(id, UUID):
        return id
    try:
        return UUID(id)
    except ValueError:
        return uuid5(NAMESPACE_OID, id)


# ── what is asked ───────────────────────────────────────────────────────────


class AppendTooLarge(ValueError):
    """More than one append, or one event, may have. Nothing of it was recorded."""


@dataclass(frozen=True, kw_only=True)
class Append:
    """What is to be appended, all or nothing."""

    events: Sequence[EnvelopedEvent] = ()
    command_id: UUID | None = None  # without one there is no receipt
    digest: bytes = b""
    told_by: UUID = NOBODY
    loaded: dict[UUID, int] = field(default_factory=dict)  # the versions of streams as seen
    recorded_at: datetime | None = None  # None: the database's clock
    shredded: Sequence[UUID] = ()  # subjects whose personal keys are destroyed with it


# ── what is answered ────────────────────────────────────────────────────────


class Outcome(StrEnum):
    """What came of an append; see the migration."""

    APPENDED = "appended"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


class StoredReceipt(NamedTuple):
    """A command that was carried out, as the database knows it."""

    first_position: Position  # 0 if nothing had to happen
    last_position: Position
    recorded_at: datetime
    digest: bytes
    streams: tuple[UUID, ...]


class Appended(NamedTuple):
    outcome: Outcome
    receipt: StoredReceipt | None  # of what was appended, now or before
    moved: UUID | None = None  # a stream that is not as it was when it was loaded
