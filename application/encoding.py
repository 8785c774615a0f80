"""Events to rows and back: the one module that knows how they look in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from itertools import repeat
from typing import Any, Final, LiteralString, NamedTuple, TypeAlias, cast
from uuid import UUID, uuid5

import orjson
from eventsourcing.persistence import Mapper, StoredEvent
from psycopg.pq.abc import PGresult
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from application.aggregates import EVENT_TYPES
from application.appends import EnvelopedEvent
from application.arrays import as_integer, as_integers, as_moment, as_uuid
from application.instruction import Instruction, Recording
from application.recorded import Channel, Envelope, Position, Recorded, UnknownEvent
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
    return decoder(type_name, schema_version)(payload)


def decoder(type_name: str, schema_version: int) -> Callable[[bytes], Event]:
    """What makes an event of a payload of this type, as decoded()."""
    event_type = EVENT_TYPES.get(type_name)
    if event_type is not None and event_type.schema_version == schema_version:
        parse = reader(event_type)
    else:
        parse = partial(brought_up, type_name, schema_version)

    def decode(payload: bytes) -> Event:
        try:
            return parse(payload)
        except (LookupError, ValidationError, orjson.JSONDecodeError):
            return UnknownEvent(
                stored_type=type_name, stored_version=schema_version, payload=payload
            )

    return decode


def brought_up(type_name: str, schema_version: int, payload: bytes) -> Event:
    """An event of an earlier form. Raises LookupError if none leads from it to today's."""
    today, facts = upcast(type_name, schema_version, orjson.loads(payload))
    return reader(EVENT_TYPES[today])(orjson.dumps(facts))


@cache
def reader(event_type: type[Event]) -> Callable[[bytes], Event]:
    """As model_validate_json, which looks at its options each time, and takes twice as long."""
    return TypeAdapter(event_type).validator.validate_json


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
    position, stream_id, event_type, schema_version, payload, recorded_at, effective_at,
    stream_kind, version, event_id, actor, on_behalf_of, command_id, correlation_id, causation_id,
    metadata
    """


def read(result: PGresult) -> list[Recorded]:
    """The events in what PostgreSQL answered, which are these columns in its binary form."""
    value, rows = cast(Value, result.get_value), range(result.ntuples)
    positions = as_integers([value(row, 0) for row in rows])
    streams = shared([value(row, 1) for row in rows])
    forms = [(value(row, 2), value(row, 3)) for row in rows]
    decode = {form: decoder(form[0].decode(), as_integer(form[1])) for form in set(forms)}
    events = [decode[form](value(row, 4)) for form, row in zip(forms, rows, strict=True)]
    return [*map(Read, positions, streams, events, repeat(result), rows)]


def shared(ids: Sequence[bytes]) -> Iterator[UUID]:
    """Streams: one that has many events is put together once, and soon known to be the same."""
    streams = {id: as_uuid(id) for id in set(ids)}
    return map(streams.__getitem__, ids)


Value: TypeAlias = Callable[[int, int], bytes]
"""The value in a row and a column, where there always is one."""


class Read(Recorded[Event]):
    """An event as it was read. Few who look at one look at its envelope: it stays closed."""

    __slots__ = ("_opened", "_result", "_row")

    def __init__(
        self, position: Position, stream_id: UUID, event: Event, result: PGresult, row: int
    ) -> None:
        self.position = position
        self.stream_id = stream_id
        self.event = event
        self._result = result
        self._row = row
        self._opened: Envelope | None = None

    @property
    def envelope(self) -> Envelope:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    @property
    def recorded_at(self) -> datetime:
        return as_moment(self._value(5))

    @property
    def effective_at(self) -> datetime:
        return as_moment(self._value(6))

    def _open(self) -> Envelope:
        channel, roles, reason, policies = circumstances(self._value(15).decode())
        return Envelope(
            stream=Stream(self._value(7).decode(), self.stream_id),
            version=as_integer(self._value(8)),
            event_id=as_uuid(self._value(9)),
            recorded_at=self.recorded_at,
            effective_at=self.effective_at,
            actor=as_uuid(self._value(10)),
            on_behalf_of=self._id(11),
            roles=roles,
            channel=channel,
            command_id=as_uuid(self._value(12)),
            correlation_id=as_uuid(self._value(13)),
            causation_id=self._id(14),
            reason=reason,
            policies=policies,
            position=self.position,
        )

    def _value(self, column: int) -> bytes:
        """Of a column that always has one."""
        return cast(Value, self._result.get_value)(self._row, column)

    def _id(self, column: int) -> UUID | None:
        id = self._result.get_value(self._row, column)
        return None if id is None else as_uuid(id)


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
