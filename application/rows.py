"""Appends as they go to the database: the arguments of append(), which are arrays of rows.

Each event is encoded by whoever waits for its append, while another commits; whoever commits next
only joins the pieces. See migrations/0018_append_rows.sql for what the rows are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from application.appends import Append, AppendTooLarge, EnvelopedEvent, as_uuid
from application.arrays import (
    UUID_BYTES,
    Nullable,
    RowType,
    Type,
    array,
    bigint,
    blob,
    instant,
    integer,
    moment,
    text,
    uuid,
    uuids,
    word,
)

COMMAND: Final = RowType(
    *(Nullable(Type.UUID), Type.BYTEA, Type.UUID, Type.UUIDS, Type.INTEGER, Type.INTEGER)
)
LOADED: Final = RowType(Type.INTEGER, Type.UUID, Type.BIGINT)
EVENT: Final = RowType(
    *(Type.UUID, Type.TEXT, Type.BIGINT, Type.TEXT, Type.INTEGER, Type.UUID),
    *(Nullable(Type.TIMESTAMPTZ), Type.UUID, Nullable(Type.UUID), Type.UUID, Type.UUID),
    *(Nullable(Type.UUID), Type.JSON, Type.BYTEA),
)
APPEND_BYTES: Final = 250  # what an append needs in a message beside its events
LARGEST_EVENT: Final = 8 * 2**20  # bytes
LARGEST_APPEND: Final = 64 * 2**20  # bytes


class RowTypes(NamedTuple):
    """A database's own numbers of these types."""

    command: int
    loaded: int
    event: int


class Encoded(NamedTuple):
    """An append, and its events as rows."""

    append: Append
    size: int  # in bytes, about
    touched: tuple[UUID, ...]  # the streams that it changes, each once
    settles: Sequence[int]  # of what something else is known afterwards: streams, the command
    looked_at: Sequence[int]  # what else must be settled before it is known what comes of it
    events: bytes
    loaded: Sequence[tuple[UUID, int]]  # with their versions, but those that it begins


def encoded(append: Append) -> Encoded:
    streams = [as_uuid(event.originator_id) for event in append.events]
    touched = tuple(dict.fromkeys(streams) if len(streams) > 1 else streams)
    settles = [stream.int for stream in touched]
    if append.command_id:
        settles.append(append.command_id.int)
    looked_at = [stream.int for stream in append.loaded]
    events = b"".join([event_row(event) for event in append.events])
    loaded = [
        (stream, version)
        for stream, version in append.loaded.items()
        if version > 0 or stream not in touched  # what begins shows in its insert
    ]
    size = APPEND_BYTES + len(events)
    return Encoded(append, size, touched, settles, looked_at, events, loaded)


def too_large(encoded: Encoded) -> AppendTooLarge | None:
    """Why it cannot be recorded at once; None if it can."""
    if encoded.size <= LARGEST_EVENT:  # then none of its events is larger
        return None
    events = encoded.append.events
    for event in events:
        if (size := len(event_row(event))) > LARGEST_EVENT:
            return AppendTooLarge(
                f"A {event.topic} of {size:,} bytes is larger than the {LARGEST_EVENT:,} that an "
                "event may have. Keep its content as a file."
            )
    if encoded.size > LARGEST_APPEND:
        return AppendTooLarge(
            f"{len(events):,} events of {encoded.size:,} bytes are more than the "
            f"{LARGEST_APPEND:,} that are recorded at once. Give them in parts."
        )
    return None


def event_row(event: EnvelopedEvent) -> bytes:
    """Ids are written here and not by a function: calls were a fifth of the time this takes."""
    return EVENT.row(
        as_uuid(event.originator_id).int.to_bytes(UUID_BYTES),
        word(event.stream_kind),
        bigint(event.originator_version),
        word(event.topic),
        integer(event.schema_version),
        event.event_id.int.to_bytes(UUID_BYTES),
        moment(event.effective_at),
        event.actor.int.to_bytes(UUID_BYTES),
        uuid(event.on_behalf_of),
        event.command_id.int.to_bytes(UUID_BYTES),
        event.correlation_id.int.to_bytes(UUID_BYTES),
        uuid(event.causation_id),
        text(event.metadata),
        blob(event.state),
    )


# ── the arguments ───────────────────────────────────────────────────────────


def arguments(types: RowTypes, batch: Sequence[Encoded]) -> tuple[bytes | None, ...]:
    """Of append(). The appends agree in their time of recording."""
    shredded = [subject for each in batch for subject in each.append.shredded]
    happened = sum([len(each.append.events) for each in batch])
    return (
        instant(batch[0].append.recorded_at),
        array(types.command, command_rows(batch)),
        array(types.loaded, loaded_rows(batch)),
        array(types.event, [each.events for each in batch], happened),
        uuids(shredded),
    )


def command_rows(batch: Iterable[Encoded]) -> Iterator[bytes]:
    last = 0
    for each in batch:
        append, first = each.append, last + 1
        last += len(append.events)
        yield COMMAND.row(
            uuid(append.command_id),
            blob(append.digest),
            append.told_by.int.to_bytes(UUID_BYTES),
            blob(uuids(each.touched)),
            integer(first),
            integer(last),
        )


def loaded_rows(batch: Iterable[Encoded]) -> Iterator[bytes]:
    """The streams that were loaded, by whom, and their versions then."""
    for number, each in enumerate(batch, start=1):
        for stream, version in each.loaded:
            yield LOADED.row(integer(number), stream.int.to_bytes(UUID_BYTES), bigint(version))
