"""Following the log: read in pieces, of which the next is on its way while one is worked on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.pq import Format
from psycopg.pq.abc import PGresult

from application.aggregates import EVENT_TYPES
from application.arrays import Type, array, as_integer, bigint, text
from application.connections import read_by_index, result_of
from application.encoding import COLUMNS, read
from application.log import answering
from application.recorded import BEGINNING, Position, Recorded

PIECE: Final = 500  # events, which PostgreSQL mostly has sent before anybody takes them
EVERY: Final = 256  # values of the last byte of a stream's id
END: Final = Position(2**63 - 1)  # no position is greater


class Only(NamedTuple):
    """A part of the log: events of these types, and of types that are unknown here, in the streams
    whose ids end in one of these bytes."""

    types: Collection[str]
    streams: range

    @property
    def condition(self) -> bytes:
        of_streams = b"get_byte(uuid_send(stream_id), 15) BETWEEN %d AND %d"
        return b" AND (event_type = ANY ($3) OR event_type <> ALL ($4))" + (
            b" AND " + of_streams % (self.streams.start, self.streams.stop - 1)
            if len(self.streams) < EVERY
            else b""
        )

    @property
    def params(self) -> tuple[bytes, ...]:
        names = (self.types, EVENT_TYPES)
        return tuple(array(Type.TEXT, map(text, sorted(of))) for of in names)


class Follower:
    """Reads on in the log, on a connection of its own, which is opened when it is first needed.

    What is read ahead of whoever follows holds for ever, since the log never changes and has no
    gaps; it is thrown away if the next page does not begin there. For one thread at a time.
    """

    def __init__(self, connect: Callable[[], Connection[Any]], only: Only | None = None) -> None:
        """`connect` opens a connection in autocommit. `only` that part of the log is read."""
        self.connect = connect
        self.params = only.params if only else ()
        condition = only.condition if only else b""
        self.statement = b"SELECT %b FROM events WHERE position > $1%b ORDER BY position LIMIT $2"
        self.statement %= (COLUMNS.encode(), condition)
        self._connection: Connection[Any] | None = None
        self._reached = BEGINNING  # whoever follows
        self._ahead: list[Recorded] = []  # what comes then
        self._asked = False  # whether what comes after that is on its way

    def page(self, after: Position, limit: int) -> list[Recorded]:
        """So many of the events after a position, or all there are. If it is full, the next page is
        begun to be read. Raises Unavailable."""
        with answering():
            try:
                return self._page(after, limit)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                return self._page(after, limit)  # on another connection

    def pages(self, upto: Position, limit: int) -> Iterator[list[Recorded]]:
        """All that is recorded up to a position. Raises Unavailable."""
        after = BEGINNING
        while after < upto and (page := self.page(after, limit)):
            after = page[-1].position
            if within := page if after <= upto else [r for r in page if r.position <= upto]:
                yield within

    def read_on(self, limit: int) -> bool:
        """Take in the next piece of the next page, if one is on its way; whether it was. What goes
        wrong with that shows when the page is asked for."""
        if not self._asked or len(self._ahead) >= limit:
            return False
        try:
            self._take_in()
        except psycopg.Error:
            self.close()
        return True

    def close(self) -> None:
        """Forget what was read ahead, and end its connection. It may be gone on with."""
        self._ahead, self._asked = [], False
        if self._connection is not None:
            self._connection.close()

    # ── pieces ──────────────────────────────────────────────────────────────

    def _page(self, after: Position, limit: int) -> list[Recorded]:
        try:
            self._go_to(after)
            while len(self._ahead) < limit and self._take_in():
                pass
            page, self._ahead = self._ahead[:limit], self._ahead[limit:]
            if page:
                self._reached = page[-1].position
            return page
        except BaseException:
            self.close()
            raise

    def _go_to(self, after: Position) -> None:
        """What was asked when there was nothing more may be out of date, and is asked anew."""
        if after == self._reached and self._asked and not self._ahead:
            self._take_in()
        if after != self._reached:
            self._drop()
            self._reached = after

    def _drop(self) -> None:
        if self._asked:
            result_of(self._connected())
        self._ahead, self._asked = [], False

    def _take_in(self) -> bool:
        """The next piece; whether it was full. Then the one after it is on its way already."""
        if not self._asked:
            self._ask(self._ahead[-1].position if self._ahead else self._reached)
        self._asked = False
        result = result_of(self._connected())
        if full := result.ntuples == PIECE:
            self._ask(last_in(result))
        self._ahead += read(result)
        return full

    def _ask(self, after: Position) -> None:
        self._connected().pgconn.send_query_prepared(
            PREPARED,
            (bigint(after), bigint(PIECE), *self.params),
            param_formats=[Format.BINARY] * (2 + len(self.params)),
            result_format=Format.BINARY,
        )
        self._asked = True

    def _connected(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
            read_by_index(self._connection)
            self._connection.pgconn.send_prepare(PREPARED, self.statement)
            result_of(self._connection)
        return self._connection


PREPARED: Final = b"follow"


def last_in(result: PGresult) -> Position:
    return Position(as_integer(result.get_value(result.ntuples - 1, 0) or b""))
