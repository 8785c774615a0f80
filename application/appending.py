"""Appends carried out together: one call of the database's function append().

See migrations/0013_append_together.sql for what it promises, and 0018 for what it is now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

import psycopg
from anyio.to_thread import run_sync
from psycopg.errors import CheckViolation, UniqueViolation
from psycopg_pool import PoolTimeout

from application.appends import Appended, Outcome, StoredReceipt
from application.arrays import Wire, as_integer, as_moment, as_uuids, uuids
from application.connections import Connections, Prepared, Row
from application.recorded import BEGINNING, Position
from application.rows import Encoded, RowTypes, arguments

RESENDS: Final = 3  # of appends whose connection was lost, before giving up

Answer = Appended | Exception  # an exception: what is wrong with this one


def is_appended(answer: Answer) -> bool:
    return isinstance(answer, Appended) and answer.outcome is Outcome.APPENDED


APPEND: Final = Prepared(
    b"append",
    b"""
    SELECT first_position, moment
    FROM append($1, $2, $3, $4, $5)
    """,
)
IN_THE_WAY: Final = Prepared(
    b"in_the_way",
    b"""
    SELECT number, outcome, first_position, last_position, moment, receipt_digest, receipt_streams,
           stream
    FROM standing_in_the_way($1, $2, $3, $4)
    """,
)
WHAT_MAY_BE_IN_THE_WAY: Final = slice(4)  # of append()'s arguments
ROW_TYPES: Final[LiteralString] = """
    SELECT 'given_command'::regtype::oid, 'loaded_stream'::regtype::oid, 'given_event'::regtype::oid
    """
FIND_RECEIPTS: Final[LiteralString] = """
    SELECT command_id, first_position, last_position, recorded_at, digest, streams
    FROM receipts WHERE command_id = ANY (%b::uuid[])
    """


class Appender:
    """Sends appends to a database."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self._row_types: RowTypes | None = None  # asked for with the first append

    def carried_out(self, appends: Sequence[Encoded]) -> Sequence[Answer]:
        """What came of each, in order: whatever comes of one does not depend on the others.

        Those that stand in the way are answered, and the others sent again without them. If the
        connection is lost, receipts are looked up on a new one, and what has none is sent again: it
        is known by its command id, so even an append that arrives late after all cannot double it.
        Without a command id nothing is sent again. Raises psycopg.OperationalError if nothing
        answers.
        """
        sent = self._sent(appends)
        return all_appended(appends, sent) or self._seen_to(appends, sent)

    async def carried_out_soon(self, appends: Sequence[Encoded]) -> Sequence[Answer]:
        """As carried_out(), while other tasks go on. What does not go smoothly, and what goes first
        of all, is seen to in a thread."""
        sent = await self._sent_soon(appends)
        if sent is None:
            return await run_sync(self.carried_out, appends)
        if appended := all_appended(appends, sent):
            return appended
        return await run_sync(self._seen_to, appends, sent)

    def _seen_to(self, appends: Sequence[Encoded], sent: Sent) -> list[Answer]:
        """What came of each, though it did not go smoothly."""
        answers: dict[int, Answer] = {}
        left = dict(enumerate(appends))
        losses = 0
        while left:
            numbers, batch = list(left), list(left.values())
            try:
                found = understood(self.connections, batch, sent)
            except PoolTimeout:
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                losses += 1
                found = given_up(batch, error, all_of_them=losses > RESENDS)
                found = {**found, **looked_up(self.connections, batch)}
            except Exception as error:
                found = {0: error} if len(batch) == 1 else self._one_by_one(batch)
            answers |= {numbers[place]: answer for place, answer in found.items()}
            left = {number: each for number, each in left.items() if number not in answers}
            if left:
                sent = self._sent(list(left.values()))
        return [answers[number] for number in range(len(appends))]

    def _sent(self, appends: Sequence[Encoded]) -> Sent:
        self._row_types = self._row_types or row_types(self.connections)
        given = arguments(self._row_types, appends)
        try:
            return Sent(given, self.connections.call(APPEND, given))
        except Exception as error:
            return Sent(given, error)

    async def _sent_soon(self, appends: Sequence[Encoded]) -> Sent | None:
        """None if it was not sent."""
        if self._row_types is None:
            return None
        given = arguments(self._row_types, appends)
        try:
            return Sent(given, await self.connections.call_soon(APPEND, given))
        except Exception as error:
            return Sent(given, error)

    def _one_by_one(self, appends: Sequence[Encoded]) -> dict[int, Answer]:
        """Something is wrong with the data of one of them: it shows whose."""
        return dict(enumerate(self.carried_out([each])[0] for each in appends))


def given_up(
    appends: Sequence[Encoded], error: psycopg.Error, *, all_of_them: bool
) -> dict[int, Answer]:
    """By its place, each that is not sent again if it turns out that it did not arrive."""
    return {
        place: error
        for place, each in enumerate(appends)
        if all_of_them or each.append.command_id is None
    }


def looked_up(connections: Connections, appends: Sequence[Encoded]) -> dict[int, Answer]:
    """By its place, each that was carried out already."""
    ids = [each.append.command_id for each in appends]
    known = receipts(connections, [command_id for command_id in ids if command_id])
    return {
        place: Appended(Outcome.REPEATED, known[command_id])
        for place, command_id in enumerate(ids)
        if command_id in known
    }


def receipts(
    connections: Connections, command_ids: Sequence[UUID]
) -> dict[UUID | None, StoredReceipt]:
    """Those of the commands that were carried out."""
    return {
        command_id: StoredReceipt(first, last, moment, digest, tuple(streams))
        for command_id, first, last, moment, digest, streams in connections.read(
            FIND_RECEIPTS, (Wire(uuids(command_ids)),)
        )
    }


# ── the call ────────────────────────────────────────────────────────────────


class Sent(NamedTuple):
    """What append() was called with, and what it answered: rows, or an error, after which nothing
    is known of what was to be appended."""

    arguments: Sequence[bytes | None]
    answer: Sequence[Row] | Exception


def row_types(connections: Connections) -> RowTypes:
    return RowTypes(*connections.read(ROW_TYPES)[0])


def understood(
    connections: Connections, appends: Sequence[Encoded], sent: Sent
) -> Mapping[int, Answer]:
    """By its place, the answer to all of them, or to those that stand in the way. Raises what
    psycopg raised."""
    if appended := all_appended(appends, sent):
        return dict(enumerate(appended))
    refused = isinstance(sent.answer, UniqueViolation | CheckViolation)
    if isinstance(sent.answer, Exception) and not refused:
        raise sent.answer
    found = in_the_way(connections, sent.arguments[WHAT_MAY_BE_IN_THE_WAY])
    if isinstance(sent.answer, Exception) and not found:
        raise sent.answer
    return found


def all_appended(appends: Sequence[Encoded], sent: Sent) -> list[Appended] | None:
    """Their events follow one another from the first position. None if nothing was appended."""
    if isinstance(sent.answer, Exception):
        return None
    [[first, moment]] = sent.answer
    if first is None or moment is None:
        return None
    return list(following(appends, Position(as_integer(first)), as_moment(moment)))


def following(appends: Sequence[Encoded], first: Position, moment: datetime) -> Iterator[Appended]:
    for each in appends:
        append = each.append
        last = Position(first + len(append.events) - 1)
        ends = (first, last) if append.events else (BEGINNING, BEGINNING)
        receipt = StoredReceipt(*ends, moment, append.digest, each.touched)
        yield Appended(Outcome.APPENDED, receipt)
        first = Position(last + 1)


def in_the_way(connections: Connections, arguments: Sequence[bytes | None]) -> dict[int, Answer]:
    """By its place, each that cannot be carried out. None if it was only a moment too early."""
    return {
        as_integer(number) - 1: answered(*told)
        for number, *told in connections.call(IN_THE_WAY, arguments)
        if number
    }


def answered(
    outcome: bytes | None,
    first: bytes | None,
    last: bytes | None,
    moment: bytes | None,
    digest: bytes | None,
    streams: bytes | None,
    moved: bytes | None,
) -> Appended:
    assert outcome and first and last and moment
    receipt = None
    if digest is not None and streams is not None:
        ends = Position(as_integer(first)), Position(as_integer(last))
        receipt = StoredReceipt(*ends, as_moment(moment), digest, as_uuids(streams))
    return Appended(Outcome(outcome.decode()), receipt, UUID(bytes=moved) if moved else None)
