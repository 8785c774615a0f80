from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest

from application.database import Database
from application.log import EventLog
from application.recorded import BEGINNING, Recorded
from tests.faults.giving import FIRST, LONGER, assert_each_once, given

WRITERS = 8


@pytest.fixture
def live(database: Database) -> Iterator[EventLog]:
    """A log with the database's own clock."""
    with EventLog(database) as log:
        yield log


@contextmanager
def meanwhile(work) -> Iterator[None]:
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


def test_connections_cut_again_and_again_lose_and_double_nothing(
    databases, database: Database, live: EventLog
) -> None:
    count, cuts = 300 * LONGER, []

    def cut(done: Event) -> None:
        with psycopg.connect(databases.url, autocommit=True) as server:
            while not done.wait(0.04):
                cuts.extend(
                    server.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                        (psycopg.conninfo.conninfo_to_dict(database.url)["dbname"],),
                    ).fetchall()
                )

    with meanwhile(cut), ThreadPoolExecutor(4) as clients:
        receipts = list(clients.map(lambda number: given(live, number), range(count)))
    assert len({receipt.position for receipt in receipts}) == count
    assert_each_once(live, range(count))
    assert len(cuts) > 3
