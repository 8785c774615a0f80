"""Events to rows and back: the one module that knows how they look in the database."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID, uuid5

import orjson
from eventsourcing.persistence import Mapper, StoredEvent
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from application.aggregates import EVENT_TYPES
from application.appends import EnvelopedEvent
from application.instruction import Instruction, Recording
from application.recorded import Channel, Envelope, Recorded, UnknownEvent
from application.upcasting import upcast
from domain.messages import Event, On, Role, Stream

# ── facts ───────────────────────────────────────────────────────────────────


def encoded(event: Event) -> bytes:
    """Readable JSON, the fields by their names."""
    return orjson.dumps(plain(event.model_dump()), option=orjson.OPT_NON_STR_KEYS)


def plain(value: Any) -> Any:
    """A value as JSON has it. A set is sorted, so that the same content has the same bytes."""
    match value:
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case set() | frozenset():
            return sorted(map(plain, value), key=orjson.dumps)
        case _:
            return to_jsonable_python(value)


def decoded(type_name: str, schema_version: int, payload: bytes) -> Event:
    """The event, brought to today's form; an UnknownEvent if this release cannot understand it."""
    event_type = EVENT_TYPES.get(type_name)
    try:
        if event_type is None or event_type.schema_version != schema_version:
            type_name, facts = upcast(type_name, schema_version, orjson.loads(payload))
            return EVENT_TYPES[type_name].model_validate_json(orjson.dumps(facts))
        return event_type.model_validate_json(payload)
    except (LookupError, ValidationError, orjson.JSONDecodeError):
        return UnknownEvent(stored_type=type_name, stored_version=schema_version, payload=payload)


class Circumstances(NamedTuple):
    """What the metadata column keeps of an instruction."""

    channel: Channel
    roles: frozenset[Role]
    reason: str | None
    policies: dict[str, int]


def metadata(of: Circumstances) -> str:
    return orjson.dumps(
        {
            "channel": of.channel,
            "roles": sorted(of.roles),
            "reason": of.reason,
            "policies": dict(sorted(of.policies.items())),
        }
    ).decode()


def metadata_of(recording: Recording) -> str:
    given = recording.instruction
    return metadata(
        Circumstances(given.channel, recording.roles, given.reason, dict(recording.policies))
    )


@lru_cache(maxsize=4096)
def circumstances(metadata: str) -> Circumstances:
    """Many events share their circumstances. Roles that a newer release knows are left out."""
    kept = orjson.loads(metadata)
    known = {role.value for role in Role}
    return Circumstances(
        Channel(kept.get("channel", Channel.IMPORT)),
        frozenset(Role(role) for role in kept.get("roles", ()) if role in known),
        kept.get("reason"),
        kept.get("policies", {}),
    )


def asked(instruction: Instruction) -> bytes:
    """Who asks and what for: what must be the same under the same command id."""
    command, effective_at = instruction.command, instruction.effective_at
    return orjson.dumps(
        {
            "actor": instruction.actor.id,
            "on_behalf_of": instruction.actor.on_behalf_of,
            "command": f"{command.stream.kind}.{type(command).__name__}",
            "content": plain(command.model_dump()),
            "effective_at": effective_at.astimezone(UTC) if effective_at else None,
            "reason": instruction.reason,
        },
        option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS,
    )


COLUMNS: Final[LiteralString] = """
    position, stream_id, recorded_at, effective_at, event_type, schema_version, payload,
    stream_kind, version, uuid_send(event_id), uuid_send(actor), uuid_send(on_behalf_of),
    uuid_send(command_id), uuid_send(correlation_id), uuid_send(causation_id), metadata::text
    """


class Read(Recorded[Event]):
    """An event as it was read. Few who look at one look at its envelope: it stays closed."""

    __slots__ = ("_of_envelope", "_opened")

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.position, self.stream_id, self.recorded_at, self.effective_at = row[:4]
        self.event = decoded(*row[4:7])
        self._of_envelope = row[7:]
        self._opened: Envelope | None = None

    @property
    def envelope(self) -> Envelope:
        if self._opened is None:
            self._opened = self._open(*self._of_envelope)
        return self._opened

    def _open(self, kind: str, version: int, *rest: Any) -> Envelope:
        event_id, actor, on_behalf_of, command_id, correlation_id, causation_id, metadata = rest
        channel, roles, reason, policies = circumstances(metadata)
        return Envelope(
            stream=Stream(kind, self.stream_id),
            version=version,
            event_id=UUID(bytes=event_id),
            recorded_at=self.recorded_at,
            effective_at=self.effective_at,
            actor=UUID(bytes=actor),
            on_behalf_of=UUID(bytes=on_behalf_of) if on_behalf_of else None,
            roles=roles,
            channel=channel,
            command_id=UUID(bytes=command_id),
            correlation_id=UUID(bytes=correlation_id),
            causation_id=UUID(bytes=causation_id) if causation_id else None,
            reason=reason,
            policies=policies,
            position=self.position,
        )


class RecordedMapper(Mapper[UUID]):
    """Lets the library's own reading (its event store, its notification log) give our events."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return decoded(stored_event.topic, 1, stored_event.state)


def enveloped(
    recording: Recording, number: int, on: On, version: int, metadata: str
) -> EnvelopedEvent:
    """An event as it is stored; its id follows from the command's, so that it is the same for
    every attempt."""
    given = recording.instruction
    return EnvelopedEvent(
        originator_id=on.stream.id,
        originator_version=version,
        topic=on.event.type_name(),
        state=encoded(on.event),
        stream_kind=on.stream.kind,
        schema_version=on.event.schema_version,
        event_id=uuid5(given.id, str(number)),
        effective_at=given.effective_at,
        actor=given.actor.id,
        on_behalf_of=given.actor.on_behalf_of,
        command_id=given.id,
        correlation_id=given.correlation_id or given.id,
        causation_id=given.causation_id,
        metadata=metadata,
    )
