"""Appends as they go to the database: side by side, a column an argument of append().

Each is encoded by the thread that waits for it, while another commits; whoever commits next only
joins the pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import accumulate
from typing import Final, NamedTuple
from uuid import UUID

from application.appends import Append, EnvelopedEvent, as_uuid
from application.arrays import (
    Type,
    array,
    bigint,
    blob,
    instant,
    integer,
    joined,
    moment,
    text,
    uuid,
    word,
)

OF_COMMANDS: Final = (Type.UUID, Type.BYTEA, Type.UUID)
OF_EVENTS: Final = (
    *(Type.UUID, Type.TEXT, Type.BIGINT, Type.TEXT, Type.INTEGER, Type.UUID, Type.TIMESTAMPTZ),
    *(Type.UUID, Type.UUID, Type.UUID, Type.UUID, Type.UUID, Type.TEXT, Type.BYTEA),
)


class Encoded(NamedTuple):
    """An append, and what it puts into each column."""

    append: Append
    size: int  # in bytes, about
    touched: tuple[UUID, ...]  # the streams that it changes, each once
    settles: Set[int]  # of which something else is known afterwards: streams, the command
    rests_on: Set[int]  # all that must be settled before it is known what comes of it
    command: tuple[bytes, ...]
    events: tuple[bytes, ...]
    loaded: tuple[tuple[UUID, int], ...]  # with their versions, but those that it begins


def encoded(append: Append) -> Encoded:
    touched = tuple({as_uuid(event.originator_id): None for event in append.events})
    settles = {stream.int for stream in touched}
    if append.command_id:
        settles.add(append.command_id.int)
    return Encoded(
        append=append,
        size=append.size,
        touched=touched,
        settles=settles,
        rests_on=settles.union(id.int for id in append.loaded) if append.loaded else settles,
        command=(uuid(append.command_id), blob(append.digest), uuid(append.told_by)),
        events=of_events(append.events),
        loaded=tuple(
            (stream, version)
            for stream, version in append.loaded.items()
            if version > 0 or stream not in touched  # what begins shows in its insert
        )
        if append.loaded
        else (),
    )


def of_events(events: Sequence[EnvelopedEvent]) -> tuple[bytes, ...]:
    if len(events) == 1:
        return of_event(events[0])
    return tuple(map(b"".join, zip(*map(of_event, events), strict=True))) or (b"",) * len(OF_EVENTS)


def of_event(event: EnvelopedEvent) -> tuple[bytes, ...]:
    return (
        uuid(as_uuid(event.originator_id)),
        word(event.stream_kind),
        bigint(event.originator_version),
        word(event.topic),
        integer(event.schema_version),
        uuid(event.event_id),
        moment(event.effective_at),
        uuid(event.actor),
        uuid(event.on_behalf_of),
        uuid(event.command_id),
        uuid(event.correlation_id),
        uuid(event.causation_id),
        text(event.metadata),
        blob(event.state),
    )


# ── the arguments ───────────────────────────────────────────────────────────


def parameters(batch: Sequence[Encoded]) -> tuple[bytes | None, ...]:
    """In the order of append()'s arguments. They agree in their time of recording."""
    events = list(accumulate([len(each.append.events) for each in batch]))
    touched = [stream for each in batch for stream in each.touched]
    shredded = [subject for each in batch for subject in each.append.shredded]
    return (
        instant(batch[0].append.recorded_at),
        *side_by_side(OF_COMMANDS, len(batch), [each.command for each in batch]),
        array(Type.INTEGER, map(integer, events)),
        array(Type.INTEGER, map(integer, accumulate([len(each.touched) for each in batch]))),
        array(Type.UUID, map(uuid, touched)),
        *loaded(batch),
        *side_by_side(OF_EVENTS, events[-1], [each.events for each in batch]),
        array(Type.UUID, map(uuid, shredded)),
    )


def side_by_side(
    types: Sequence[Type], length: int, pieces: Sequence[tuple[bytes, ...]]
) -> Iterator[bytes]:
    """A column of each type, of what each append puts into it."""
    for type, column in zip(types, zip(*pieces, strict=True), strict=True):
        yield joined(type, length, column)


def loaded(batch: Iterable[Encoded]) -> tuple[bytes, bytes, bytes]:
    """The streams that were loaded, by whom, and their versions then."""
    seen = [
        (number, *stream) for number, each in enumerate(batch, start=1) for stream in each.loaded
    ]
    return (
        array(Type.INTEGER, [integer(number) for number, _, _ in seen]),
        array(Type.UUID, [uuid(stream) for _, stream, _ in seen]),
        array(Type.BIGINT, [bigint(version) for _, _, version in seen]),
    )
