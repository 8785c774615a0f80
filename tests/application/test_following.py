"""Whoever follows the log gets it whole and in order, whatever was read ahead and whatever became
of the connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from psycopg import Connection, connect

from application import following
from application.connections import is_there
from application.database import Database, DatabaseRole
from application.following import Follower, Only
from application.log import EventLog
from application.log_refusals import Unavailable
from application.recorded import BEGINNING, Position, Recorded
from tests.projections.names import haunted, record, released, taken
from tests.projections.test_running import until

PIECE = 3


@pytest.fixture
def connecting(database: Database) -> Callable[[], Connection[Any]]:
    conninfo = database.conninfo(DatabaseRole.WRITER)
    return lambda: connect(conninfo, autocommit=True, application_name="follower")


@pytest.fixture
def follower(
    connecting: Callable[[], Connection[Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Follower]:
    """Of pieces that are soon full."""
    monkeypatch.setattr(following, "PIECE", PIECE)
    with closing(Follower(connecting)) as follower:
        yield follower


def told(log: EventLog, events: int) -> list[Recorded]:
    record(log, [taken(number % 4, number) for number in range(events)])
    return log.after(BEGINNING, events)


def positions(page: list[Recorded]) -> list[int]:
    return [recorded.position for recorded in page]


def backends(database: Database, what: str = "count(*)") -> int:
    query = f"SELECT {what} FROM pg_stat_activity WHERE application_name = 'follower'"
    with connect(database.conninfo(), autocommit=True) as connection:
        [found] = connection.execute(query + " AND datname = current_database()").fetchone() or [0]
        return int(found)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 100])
@pytest.mark.parametrize("events", [0, 2, 3, 9, 10])
def test_pages_are_the_log_in_its_order_whatever_their_size(
    log: EventLog, follower: Follower, events: int, limit: int
) -> None:
    all_of_it = told(log, events) if events else []
    found: list[Recorded] = []
    reached = BEGINNING
    while page := follower.page(reached, limit):
        assert len(page) <= limit
        found, reached = found + page, page[-1].position
        follower.read_on(limit)
    assert found == all_of_it
    assert [recorded.envelope for recorded in found] == [each.envelope for each in all_of_it]


def test_what_was_read_ahead_is_thrown_away_if_the_next_page_begins_elsewhere(
    log: EventLog, follower: Follower
) -> None:
    told(log, 20)
    assert positions(follower.page(Position(0), 4)) == [1, 2, 3, 4]
    assert positions(follower.page(Position(9), 4)) == [10, 11, 12, 13]
    assert positions(follower.page(Position(4), 2)) == [5, 6]


def test_what_is_recorded_after_nothing_was_found_ahead_is_in_the_next_page(
    log: EventLog, follower: Follower
) -> None:
    told(log, PIECE)
    assert len(follower.page(BEGINNING, PIECE)) == PIECE
    until(lambda: is_there(follower._connected()))
    record(log, [released(1)])
    assert positions(follower.page(Position(PIECE), PIECE)) == [PIECE + 1]


def test_a_connection_that_is_cut_while_it_reads_ahead_is_replaced(
    log: EventLog, follower: Follower, database: Database
) -> None:
    all_of_it = told(log, 10)
    page = follower.page(BEGINNING, 4)
    assert backends(database, "count(pg_terminate_backend(pid))") == 1
    follower.read_on(4)
    page += follower.page(Position(4), 10)
    assert page == all_of_it


def test_reading_ahead_that_is_interrupted_leaves_no_connection_in_use(
    log: EventLog, follower: Follower, database: Database
) -> None:
    told(log, 10)
    assert backends(database) == 0, "it is opened when it is first needed"
    assert len(follower.page(BEGINNING, 4)) == 4
    assert backends(database) == 1
    follower.close()
    until(lambda: backends(database) == 0)
    assert positions(follower.page(Position(4), 100)) == [5, 6, 7, 8, 9, 10]


def test_without_a_database_it_says_so_and_begins_again_later(
    log: EventLog, connecting: Callable[[], Connection[Any]], database: Database
) -> None:
    told(log, 2)
    reached: list[Callable[[], Connection[Any]]] = []

    def reach() -> Connection[Any]:
        return (reached or [lambda: connect("host=/nowhere", connect_timeout=2)])[0]()

    with closing(Follower(reach)) as follower:
        with pytest.raises(Unavailable):
            follower.page(BEGINNING, 5)
        reached.append(connecting)
        assert positions(follower.page(BEGINNING, 5)) == [1, 2]


def test_of_a_part_of_the_log_everything_comes_that_is_asked_for_or_unknown(
    log: EventLog, connecting: Callable[[], Connection[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PIECE", 2)
    record(log, [taken(1), haunted(1), taken(2), released(1), taken(3), haunted(3), taken(1)])
    names = {"uniqueness.NameTaken"}

    def found(streams: range, upto: int) -> list[int]:
        with closing(Follower(connecting, Only(names, streams))) as follower:
            return [at for page in follower.pages(Position(upto), 2) for at in positions(page)]

    ends_in = {number: (1000 + number) % 256 for number in (1, 2, 3)}
    assert found(range(256), 7) == [1, 2, 3, 5, 6, 7]
    assert found(range(256), 5) == [1, 2, 3, 5]
    assert found(range(ends_in[1], ends_in[1] + 1), 7) == [1, 2, 7]
    assert found(range(ends_in[2], ends_in[3] + 1), 7) == [3, 5, 6]


def test_a_log_that_has_grown_is_not_read_whole_by_what_was_planned_while_it_was_small(
    log: EventLog, connecting: Callable[[], Connection[Any]], database: Database
) -> None:
    opened: list[Connection[Any]] = []

    def reach() -> Connection[Any]:
        opened.append(connecting())
        return opened[-1]

    def read_whole() -> int:
        log.recorder.connections.read("SELECT pg_stat_force_next_flush()")
        for each in opened:
            each.execute("SELECT pg_stat_force_next_flush()")
        return whole_reads(database)

    read_before = read_whole()
    with closing(Follower(reach)) as follower:
        for reached in range(10):
            record(log, [taken(reached % 4, reached)])
            assert positions(follower.page(Position(reached), 5)) == [reached + 1]
            assert len(log.after(Position(reached), 5)) == 1
        assert read_whole() == read_before


def whole_reads(database: Database) -> int:
    query = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'events'"
    with connect(database.conninfo(DatabaseRole.OWNER)) as connection:
        [found] = connection.execute(query).fetchone() or [0]
        return int(found)
