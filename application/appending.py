"""Appends carried out together: one call of the database's function append().

See migrations/0013_append_together.sql for what it promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg_pool import PoolTimeout

from application.appends import Append, Appended, Outcome, StoredReceipt, as_uuid
from application.arrays import Wire, bigints, blobs, instant, integers, moments, texts, uuids
from application.connections import Connections, Prepared
from application.recorded import BEGINNING, Position

RESENDS: Final = 3  # of appends whose connection was lost, before giving up

Answer = Appended | Exception  # an exception: what is wrong with this one

T = TypeVar("T")

APPEND: Final = Prepared(
    b"append",
    b"""
    SELECT number, outcome, first_position, last_position, moment, receipt_digest, receipt_streams,
           stream
    FROM append(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
        $21, $22, $23, $24, $25)
    """,
)
FIND_RECEIPTS: Final[LiteralString] = """
    SELECT command_id, first_position, last_position, recorded_at, digest, streams
    FROM receipts WHERE command_id = ANY (%b::uuid[])
    """


def carried_out(connections: Connections, appends: Sequence[Append]) -> list[Answer]:
    """What came of each, in order: whatever comes of one does not depend on the others.

    Those that stand in the way are answered, and the others sent again without them. If the
    connection is lost, receipts are looked up on a new one, and what has none is sent again: it is
    known by its command id, so even an append that arrives late after all cannot double it.
    Without a command id nothing is sent again. Raises psycopg.OperationalError if nothing answers.
    """
    answers: dict[int, Answer] = {}
    left = dict(enumerate(appends))
    losses = 0
    while left:
        numbers, batch = list(left), list(left.values())
        try:
            found = sent(connections, batch)
        except PoolTimeout:
            raise
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            losses += 1
            found = given_up(batch, error, all_of_them=losses > RESENDS)
            found |= looked_up(connections, batch)
        except Exception as error:
            found = {0: error} if len(batch) == 1 else one_by_one(connections, batch)
        answers |= {numbers[place]: answer for place, answer in found.items()}
        left = {number: each for number, each in left.items() if number not in answers}
    return [answers[number] for number in range(len(appends))]


def one_by_one(connections: Connections, appends: Sequence[Append]) -> dict[int, Answer]:
    """Something is wrong with the data of one of them: it shows whose."""
    return dict(enumerate(carried_out(connections, [each])[0] for each in appends))


def given_up(
    appends: Sequence[Append], error: psycopg.Error, *, all_of_them: bool
) -> dict[int, Answer]:
    """By its place, each that is not sent again if it turns out that it did not arrive."""
    return {
        place: error for place, each in enumerate(appends) if all_of_them or each.command_id is None
    }


def looked_up(connections: Connections, appends: Sequence[Append]) -> dict[int, Answer]:
    """By its place, each that was carried out already."""
    known = receipts(connections, [each.command_id for each in appends if each.command_id])
    return {
        place: Appended(Outcome.REPEATED, known[each.command_id])
        for place, each in enumerate(appends)
        if each.command_id in known
    }


def receipts(
    connections: Connections, command_ids: Sequence[UUID]
) -> dict[UUID | None, StoredReceipt]:
    """Those of the commands that were carried out."""
    return {
        command_id: StoredReceipt(first, last, moment, digest, tuple(streams))
        for command_id, first, last, moment, digest, streams in connections.read(
            FIND_RECEIPTS, (uuids(command_ids),)
        )
    }


# ── the call ────────────────────────────────────────────────────────────────


def sent(connections: Connections, appends: Sequence[Append]) -> dict[int, Answer]:
    """Send them once: the answers to all of them, or to those that stand in the way.

    Raises what psycopg raises; then nothing is known of any of them.
    """
    rows = connections.call(APPEND, parameters(appends))
    number, _, first, _, moment, *_ = rows[0]
    if number == 0:
        return dict(enumerate(all_appended(appends, first, moment)))
    return {row[0] - 1: answered(*row[1:]) for row in rows}


def all_appended(
    appends: Sequence[Append], first: Position, moment: datetime
) -> Iterator[Appended]:
    """Their events follow one another from the first position."""
    for each in appends:
        last = Position(first + len(each.events) - 1)
        ends = (first, last) if each.events else (BEGINNING, BEGINNING)
        receipt = StoredReceipt(*ends, moment, each.digest, tuple(each.touched))
        yield Appended(Outcome.APPENDED, receipt)
        first = Position(last + 1)


def answered(
    outcome: str,
    first: Position,
    last: Position,
    moment: datetime,
    digest: bytes | None,
    streams: list[UUID] | None,
    moved: UUID | None,
) -> Appended:
    if digest is None or streams is None:
        return Appended(Outcome(outcome), None, moved)
    return Appended(Outcome(outcome), StoredReceipt(first, last, moment, digest, tuple(streams)))


def parameters(appends: Sequence[Append]) -> tuple[Wire | None, ...]:
    """In the order of append()'s arguments. They agree in their time of recording."""
    return (
        instant(appends[0].recorded_at),
        *of_commands(appends),
        *of_events(appends),
        shredded(appends),
    )


def of_commands(appends: Sequence[Append]) -> tuple[Wire, ...]:
    touched = [each.touched for each in appends]
    loaded = [
        (number, stream, version)
        for number, each in enumerate(appends, start=1)
        for stream, version in each.loaded.items()
        if version > 0 or stream not in touched[number - 1]  # what begins shows in its insert
    ]
    return (
        uuids(each.command_id for each in appends),
        blobs(each.digest for each in appends),
        uuids(each.told_by for each in appends),
        integers(accumulate(len(each.events) for each in appends)),
        integers(accumulate(map(len, touched))),
        uuids(stream for streams in touched for stream in streams),
        integers(number for number, _, _ in loaded),
        uuids(stream for _, stream, _ in loaded),
        bigints(version for _, _, version in loaded),
    )


def of_events(appends: Sequence[Append]) -> tuple[Wire, ...]:
    """A column that has nothing but nulls stays empty: unnest() fills it up."""
    events = [event for each in appends for event in each.events]
    return (
        uuids(as_uuid(event.originator_id) for event in events),
        texts(event.stream_kind for event in events),
        bigints(event.originator_version for event in events),
        texts(event.topic for event in events),
        integers(event.schema_version for event in events),
        uuids(event.event_id for event in events),
        moments(unless_empty(event.effective_at for event in events)),
        uuids(event.actor for event in events),
        uuids(unless_empty(event.on_behalf_of for event in events)),
        uuids(event.command_id for event in events),
        uuids(event.correlation_id for event in events),
        uuids(unless_empty(event.causation_id for event in events)),
        texts(event.metadata for event in events),
        blobs(event.state for event in events),
    )


def unless_empty(values: Iterable[T | None]) -> Sequence[T | None]:
    found = list(values)
    return found if any(each is not None for each in found) else ()


def shredded(appends: Sequence[Append]) -> Wire:
    return uuids(subject for each in appends for subject in each.shredded)
