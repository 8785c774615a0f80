"""One connection is kept at hand, and is nobody's for longer than it is used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from tests.projections.test_running import until

PROGRAM = "one of a few"
WHO = "SELECT pg_backend_pid()"


@pytest.fixture
def shared(database: Database) -> Iterator[Connections]:
    """A single connection for all."""
    with closing(connecting(database, size=1)) as connections:
        yield connections


def connecting(database: Database, size: int) -> Connections:
    named = Database(database.url, roles_log_in=database.roles_log_in, program=PROGRAM)
    return Connections(named.conninfo(DatabaseRole.WRITER), size=size)


def are_open(database: Database) -> int:
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        [found] = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            [PROGRAM],
        ).fetchone() or [0]
        return int(found)


def test_one_after_the_other_they_use_the_same(database: Database) -> None:
    with closing(connecting(database, size=8)) as connections:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: connections.read("SELECT pg_sleep(0.05)"), range(4)))
        assert are_open(database) > 1
        assert len({connections.read(WHO)[0] for _ in range(10)}) == 1


def test_whoever_waits_for_the_only_one_gets_it(shared: Connections) -> None:
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(shared.read, WHO) for _ in range(200)]
        assert len({answer.result(timeout=60)[0] for answer in asked}) == 1


def test_the_one_at_hand_is_closed_at_the_end(database: Database) -> None:
    connections = connecting(database, size=8)
    connections.read(WHO)
    assert are_open(database)
    connections.close()
    until(lambda: are_open(database) == 0)


def test_one_that_was_left_in_the_middle_is_not_used_again(shared: Connections) -> None:
    [before] = shared.read(WHO)
    with pytest.raises(psycopg.errors.DivisionByZero), shared.transaction() as cursor:
        cursor.execute("SELECT 1/0")
    with pytest.raises(RuntimeError), shared._connection() as connection:
        connection.pgconn.send_query(b"SELECT pg_sleep(60)")
        raise RuntimeError
    [after] = shared.read(WHO)
    assert after != before
