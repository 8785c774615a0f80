"""Connections to the database, of which any may break at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from select import POLLIN, poll
from time import monotonic
from typing import Any, Final, LiteralString, NamedTuple, TypeVar

import psycopg
from anyio.to_thread import run_sync
from psycopg import Connection, Cursor, sql
from psycopg.abc import PQGen
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow
from psycopg.waiting import wait_async
from psycopg_pool import ConnectionPool, PoolTimeout

from application.arrays import Wire, WireDumper

RETRY: Final = 0.5  # seconds between attempts to connect
AT_ONCE: Final = 0.0001  # seconds
POOL_SIZE: Final = 8


Row = tuple[bytes | None, ...]
T = TypeVar("T")


class Prepared(NamedTuple):
    """A statement that a connection keeps under its name. Its parameters are $1 and so on."""

    name: bytes
    text: bytes


class Connections:
    """A pool that outlives the server it is connected to.

    The database may be restarted and connections may be cut at any time. A read is then simply
    asked again, on a connection that is seen to live. A write is sent once: whether it arrived
    must be looked up.
    """

    def __init__(self, conninfo: str, *, size: int = POOL_SIZE, patience: float = 10.0) -> None:
        """`patience`: how many seconds to wait for a connection, as while the server restarts."""
        self.conninfo = conninfo
        self.patience = patience
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=size,
            reconnect_timeout=RETRY,  # then the next who asks for a connection tries anew
            kwargs={"autocommit": True, "prepare_threshold": 0},
            configure=made_ready,
            open=True,
        )
        self._at_hand: list[Connection[TupleRow]] = []  # one, or none
        self._asking: list[None] = []  # an element for each who asks for one now

    def read(self, query: LiteralString, params: Sequence[Any] = ()) -> list[TupleRow]:
        """The rows of a query that changes nothing. Raises psycopg.OperationalError."""
        return self._repeated(lambda: self.write(query, params))

    def result(self, query: LiteralString, params: Sequence[Any] = ()) -> PGresult:
        """As read(), the rows as they come, in PostgreSQL's binary form."""
        return self._repeated(lambda: self._result(query, params))

    def _repeated(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except PoolTimeout:
            raise
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._pool.check()
            return ask()

    def write(self, query: LiteralString, params: Sequence[Any] = ()) -> list[TupleRow]:
        """The rows of a query that is sent once, whatever happens to it."""
        with self._connection() as connection:
            return connection.cursor(binary=True).execute(query, params).fetchall()

    def _result(self, query: LiteralString, params: Sequence[Any]) -> PGresult:
        with self._connection() as connection:
            result = connection.cursor(binary=True).execute(query, params).pgresult
        assert result
        return result

    def call(self, statement: Prepared, params: Sequence[bytes | None]) -> list[Row]:
        """As write(), of what is sent so often that each microsecond counts: straight to libpq.

        After the wait for the disk, when the processor's caches are cold, psycopg's cursor takes
        twice as long as everything else on this side. Parameters and rows are in PostgreSQL's
        binary form.
        """
        with self._connection() as connection:
            return connection.wait(answered(connection, statement, params))

    def ask(self, statement: Prepared, params: Sequence[bytes | None]) -> list[Row]:
        """As read(), of what is asked as often."""
        return self._repeated(lambda: self.call(statement, params))

    async def call_soon(self, statement: Prepared, params: Sequence[bytes | None]) -> list[Row]:
        """As call(), while other tasks go on."""
        connection = self._free()
        if connection is None:
            connection = await run_sync(self._wait)
        try:
            asking = answered(connection, statement, params)
            return await wait_async(asking, connection.pgconn.socket, RETRY)
        finally:
            self._give_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[Cursor[TupleRow]]:
        """Several statements, all or nothing, sent once, on a connection that is seen to live."""
        alive = self._repeated(self._answering)
        with self._connection(alive) as connection, connection.transaction():
            yield connection.cursor(binary=True)

    @contextmanager
    def _connection(
        self, taken: Connection[TupleRow] | None = None
    ) -> Iterator[Connection[TupleRow]]:
        connection = taken or self._wait()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _answering(self) -> Connection[TupleRow]:
        """One that has answered just now."""
        with ExitStack() as on_failure:
            connection = self._wait()
            on_failure.callback(self._give_back, connection)
            connection.execute("SELECT 1")
            on_failure.pop_all()
        return connection

    def _wait(self) -> Connection[TupleRow]:
        """A connection. The pool tries to connect when it is asked, so it is asked repeatedly."""
        deadline = monotonic() + self.patience
        while not (connection := self._free(RETRY)):
            if monotonic() > deadline:
                raise PoolTimeout(f"no connection was free within {self.patience:g} s")
        return connection

    def _free(self, patience: float = AT_ONCE) -> Connection[TupleRow] | None:
        """A connection, if one is free so soon."""
        self._asking.append(None)
        try:
            return self._at_hand.pop() if self._at_hand else self._pool.getconn(patience)
        except (IndexError, PoolTimeout):  # the first if somebody else was quicker
            return None
        finally:
            self._asking.pop()

    def _give_back(self, connection: Connection[TupleRow]) -> None:
        """One stays at hand, unless somebody may wait for the pool's: from commit to commit, to go
        by the pool takes as long as to encode several appends. What was left in the middle is
        closed by the pool."""
        if (
            not self._at_hand
            and not self._asking
            and connection.pgconn.transaction_status == TransactionStatus.IDLE
            and not self._pool.closed
        ):
            self._at_hand.append(connection)
        else:
            self._pool.putconn(connection)

    def stats(self) -> dict[str, int]:
        """The figures of psycopg's pool, under its names."""
        stats = self._pool.get_stats()
        return stats | {"pool_available": stats["pool_available"] + len(self._at_hand)}

    def close(self) -> None:
        self._pool.close()
        while self._at_hand:
            self._pool.putconn(self._at_hand.pop())


def answered(
    connection: Connection[Any], statement: Prepared, params: Sequence[bytes | None]
) -> PQGen[list[Row]]:
    """The rows, for psycopg to wait for. The statement is prepared if it is not."""
    try:
        return (yield from sent(connection, statement, params))
    except InvalidSqlStatementName:  # nothing has happened
        connection.pgconn.send_prepare(statement.name, statement.text)
        yield from rows_of(connection)
        return (yield from sent(connection, statement, params))


def sent(
    connection: Connection[Any], statement: Prepared, params: Sequence[bytes | None]
) -> PQGen[list[Row]]:
    connection.pgconn.send_query_prepared(
        statement.name,
        params,
        param_formats=[Format.BINARY] * len(params),
        result_format=Format.BINARY,
    )
    return (yield from rows_of(connection))


def is_there(connection: Connection[Any]) -> bool:
    """Whether the answer to what was sent has come. Raises psycopg.OperationalError."""
    more = poll()
    more.register(connection.fileno(), POLLIN)
    while connection.pgconn.is_busy() and more.poll(0):
        connection.pgconn.consume_input()
    return not connection.pgconn.is_busy()


def result_of(connection: Connection[Any]) -> PGresult:
    """The answer to what was sent, once it is there."""
    return connection.wait(answer(connection))


def answer(connection: Connection[Any]) -> PQGen[PGresult]:
    """The same, for whoever waits in a way of their own."""
    result: PGresult = (yield from execute(connection.pgconn))[-1]
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.COPY_IN):
        raise error_from_result(result, connection.info.encoding)
    return result


def rows_of(connection: Connection[Any]) -> PQGen[list[Row]]:
    result = yield from answer(connection)
    columns = range(result.nfields)
    return [
        tuple(result.get_value(row, column) for column in columns) for row in range(result.ntuples)
    ]


def made_ready(connection: Connection[Any]) -> None:
    know_wire(connection)
    read_by_index(connection)


def read_by_index(connection: Connection[Any]) -> None:
    """Never read a table whole. PostgreSQL keeps the plan of a statement until the table's next
    ANALYZE: one made for a log that has only begun would read all of one that has grown."""
    connection.execute("SET enable_seqscan = off")


def know_wire(connection: Connection[Any]) -> None:
    """Let parameters be given in PostgreSQL's own binary form."""
    connection.adapters.register_dumper(Wire, WireDumper)


def listen(connection: Connection[Any]) -> None:
    """Be told of appends, on a connection that commits by itself. It is a hint only."""
    [[channel]] = connection.execute("SELECT channel_of_events()").fetchall()
    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
