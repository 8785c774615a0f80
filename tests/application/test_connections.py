"""A pool outlives what happens to its connections, and never runs dry."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, create_task
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import DivisionByZero, UndefinedTable
from psycopg_pool import PoolTimeout

from application.connections import Connections, Prepared
from application.database import Database, DatabaseRole
from tests.databases import Databases
from tests.projections.test_running import until

SIZE = 2
MORE = range(2 * SIZE + 1)  # than there are connections
DIVIDES = Prepared(b"divides", b"SELECT 7 / $1::int4")
SLEEPS = Prepared(b"sleeps", b"SELECT pg_sleep($1::int4)")
ASLEEP = "query LIKE '%pg_sleep%' AND state = 'active'"
ZERO, ONE, MINUTE = (number.to_bytes(4) for number in (0, 1, 60))
SEVEN = [((7).to_bytes(4),)]


@pytest.fixture
def pool(database: Database) -> Iterator[Connections]:
    """Whoever finds it dry is told so soon."""
    conninfo = database.conninfo(DatabaseRole.WRITER)
    with closing(Connections(conninfo, size=SIZE, patience=0.0)) as pool:
        yield pool


@dataclass(frozen=True)
class Server:
    """The one of the tests, seen from outside a database on it."""

    databases: Databases
    database: str

    def leave(self) -> None:
        """As while it restarts: it takes no connection, and has cut those there were."""
        self.databases.run("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.database)
        self.cut()

    def come_back(self) -> None:
        self.databases.run("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.database)

    def cut(self, condition: str = "true") -> None:
        self._asked("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity", condition)

    def count(self, condition: str) -> int:
        """How many connections there are to the database of which this holds."""
        return self._asked("SELECT count(*) FROM pg_stat_activity", condition)

    def _asked(self, query: str, condition: str) -> int:
        where = f"WHERE datname = '{self.database}' AND backend_type = 'client backend'"
        with psycopg.connect(self.databases.url, autocommit=True) as connection:
            rows = connection.execute(f"{query} {where} AND {condition}").fetchall()  # type: ignore[call-overload]
        return int(rows[0][0]) if rows else 0


@pytest.fixture
def server(databases: Databases, database: Database) -> Iterator[Server]:
    server = Server(databases, str(conninfo_to_dict(database.url)["dbname"]))
    yield server
    server.come_back()


# ── a server that is away ───────────────────────────────────────────────────


def failed(connections: Connections) -> int:
    """How often a connection was waited for in vain."""
    return connections.stats().get("requests_errors", 0)


def test_whoever_waits_for_a_connection_gets_it_when_the_server_is_back(
    connections: Connections, server: Server
) -> None:
    assert connections.read("SELECT 1") == [(1,)]
    server.leave()
    with ThreadPoolExecutor() as waiting:
        by_threads = [waiting.submit(connections.read, "SELECT 7") for _ in MORE]
        by_task = waiting.submit(lambda: asyncio.run(connections.call_soon(DIVIDES, [ONE])))
        until(lambda: failed(connections) >= len(MORE))
        server.come_back()
        assert [each.result() for each in by_threads] == [[(7,)]] * len(MORE)
        assert by_task.result() == SEVEN


def test_nobody_waits_for_a_server_for_ever(pool: Connections, server: Server) -> None:
    server.leave()
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            pool.write("SELECT 1")
    server.come_back()
    until(lambda: answers(pool))


def answers(pool: Connections) -> bool:
    try:
        return pool.read("SELECT 7") == [(7,)]
    except PoolTimeout:
        return False


# ── connections that are cut ────────────────────────────────────────────────


@pytest.mark.parametrize("cut", [[0], [1], [0, 1]])
def test_a_transaction_begins_on_a_connection_that_lives(
    pool: Connections, server: Server, cut: list[int]
) -> None:
    """It is sent once, so it must not find out that it does not."""
    for number in MORE:
        backends = opened(pool)
        for place in cut:
            server.cut(f"pid = {backends[place]}")
        with pool.transaction() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
            cursor.execute("INSERT INTO kept VALUES (%s)", [number])
    assert pool.read("SELECT number FROM kept ORDER BY 1") == [(number,) for number in MORE]


def opened(pool: Connections) -> list[int]:
    """All the connections it may have, one after the other, by PostgreSQL's ids."""
    backends = list[int]()
    with ExitStack() as stack:
        for _ in range(SIZE):
            cursor = stack.enter_context(pool.transaction())
            backends.append(cursor.connection.info.backend_pid)
    return backends


def test_of_a_transaction_that_is_cut_nothing_is_kept(pool: Connections, server: Server) -> None:
    for _ in MORE:
        with pytest.raises(psycopg.OperationalError), pool.transaction() as cursor:
            cursor.execute("CREATE TABLE kept ()")
            server.cut()
            cursor.execute("SELECT 1")
    with pytest.raises(UndefinedTable):
        pool.read("SELECT FROM kept")


# ── connections come back ───────────────────────────────────────────────────


def test_a_connection_whose_statement_failed_is_used_again(pool: Connections) -> None:
    for _ in MORE:
        with pytest.raises(DivisionByZero):
            pool.write("SELECT 1 / 0")
        with pytest.raises(DivisionByZero):
            pool.call(DIVIDES, [ZERO])
        with pytest.raises(DivisionByZero), pool.transaction() as cursor:
            cursor.execute("SELECT 1 / 0")
    assert pool.call(DIVIDES, [ONE]) == SEVEN


def test_a_connection_whose_statement_failed_in_a_task_is_used_again(pool: Connections) -> None:
    async def asked() -> None:
        for _ in MORE:
            with pytest.raises(DivisionByZero):
                await pool.call_soon(DIVIDES, [ZERO])
        assert await pool.call_soon(DIVIDES, [ONE]) == SEVEN

    asyncio.run(asked())


def test_a_task_that_is_interrupted_leaves_its_answer_to_nobody(
    connections: Connections, server: Server
) -> None:
    """Its connection, in the middle of a statement, is replaced by another."""
    allowed = connections.stats()["pool_max"]

    async def asked() -> None:
        for number in range(allowed + 1):
            sleeping = create_task(connections.call_soon(SLEEPS, [MINUTE]))
            while not sleeping.done() and server.count(ASLEEP) <= number:
                await asyncio.sleep(0.01)
            sleeping.cancel()
            with pytest.raises(CancelledError):
                await sleeping
            assert await connections.call_soon(DIVIDES, [ONE]) == SEVEN

    asyncio.run(asked())
