from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from application.database import Database
from application.log import EventLog, Receipt
from application.recorded import BEGINNING, Recorded
from tests.databases import Databases
from tests.faults.giving import FIRST, LONGER, assert_each_once, given

WRITERS = 8


@pytest.fixture
def live(database: Database) -> Iterator[EventLog]:
    """A log with the database's own clock."""
    with EventLog(database) as log:
        yield log


@contextmanager
def meanwhile(work: Callable[[Event], None]) -> Iterator[None]:
    """Something that goes on in a thread of its own until the block ends."""
    done = Event()
    thread = Thread(target=work, args=(done,))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_who_follows_the_log_sees_each_event_once_in_order(
    database: Database, live: EventLog
) -> None:
    each = 60 * LONGER
    seen: list[Recorded] = []

    def follow(done: Event) -> None:
        while not done.is_set() or live.last() > len(seen):
            seen.extend(live.after(seen[-1].position if seen else BEGINNING, 50))

    def write(writer: int) -> None:
        with EventLog(database) as log:
            for number in range(writer * each, (writer + 1) * each):
                given(log, number)

    with meanwhile(follow), ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, range(WRITERS)))
    assert [record.position for record in seen] == list(range(1, WRITERS * each + 1))
    assert sorted(r.stream_id.int - FIRST for r in seen) == list(range(WRITERS * each))
    assert [(r.position, r.event) for r in seen] == [
        (r.position, r.event) for r in live.after(BEGINNING, WRITERS * each)
    ]


CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND backend_type = 'client backend'
    """


def test_connections_cut_again_and_again_lose_and_double_nothing(
    databases: Databases, database: Database, live: EventLog
) -> None:
    """After every tenth answer all connections are cut, in the middle of whatever they carry."""
    count = 300 * LONGER
    answered: list[Receipt] = []
    name = conninfo_to_dict(database.url)["dbname"]

    def cut(done: Event) -> None:
        cuts = 0
        with psycopg.connect(databases.url, autocommit=True) as server:
            while not done.wait(0.001):
                if len(answered) >= 10 * (cuts + 1):
                    server.execute(CUT, (name,))
                    cuts += 1

    def give(number: int) -> None:
        answered.append(given(live, number))

    with meanwhile(cut), ThreadPoolExecutor(4) as clients:
        list(clients.map(give, range(count)))
    assert len({receipt.position for receipt in answered}) == count
    assert_each_once(live, range(count))
