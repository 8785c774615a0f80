from __future__ import annotations

import asyncio
import os
from asyncio import gather
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import count
from threading import Event, Thread
from time import monotonic, sleep
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from application.database import Database, DatabaseRole
from application.following import Follower
from application.log import EventLog, Receipt
from application.recorded import BEGINNING, Position, Recorded
from tests.databases import Databases
from tests.faults.giving import FIRST, LONGER, assert_each_once, given, given_soon, numbers_in

WRITERS, LOGS = 16, 4
SECONDS = 60 if os.environ.get("RECOURSE_SOAK") else 2


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


LAST = 10**9  # the number of the command that is given when all others are answered
END = UUID(int=FIRST + LAST)  # its stream


def paged(log: EventLog, size: int) -> list[Position]:
    """Positions as they are read page by page, up to the end."""
    seen: list[Recorded] = []
    while not seen or seen[-1].stream_id != END:
        seen += log.after(seen[-1].position if seen else BEGINNING, size)
    return [record.position for record in seen]


def notified(log: EventLog) -> list[Position]:
    """Positions as the library's subscription gives them, up to the end."""
    seen: list[Position] = []
    with log.recorder.subscribe(gt=0) as subscription:
        for notification in subscription:
            seen.append(Position(notification.id))
            if notification.originator_id == END:
                break
    return seen


def read_ahead(database: Database) -> list[Position]:
    """Positions as the views' engine reads them, up to the end."""
    connect = partial(psycopg.connect, database.conninfo(DatabaseRole.WRITER), autocommit=True)
    seen: list[Recorded] = []
    with closing(Follower(connect)) as follower:
        while not seen or seen[-1].stream_id != END:
            seen += follower.page(seen[-1].position if seen else BEGINNING, 20)
    return [record.position for record in seen]


def test_who_follows_the_log_sees_each_event_once_in_order(
    database: Database, live: EventLog
) -> None:
    """Several logs write at once, as several processes do, by threads and by tasks, and readers of
    every kind follow."""
    numbers, end = count(), monotonic() + SECONDS

    def write(log: EventLog) -> None:
        while monotonic() < end:
            given(log, next(numbers))

    async def write_soon(log: EventLog) -> None:
        while monotonic() < end:
            await given_soon(log, next(numbers))

    async def all_write(logs: list[EventLog]) -> None:
        await gather(*map(write_soon, logs))

    with ExitStack() as open_logs, ThreadPoolExecutor(4) as followers:
        logs = [open_logs.enter_context(EventLog(database)) for _ in range(LOGS)]
        half = logs * (WRITERS // LOGS // 2)
        following = [
            followers.submit(paged, live, 50),
            followers.submit(paged, live, 1000),
            followers.submit(notified, live),
            followers.submit(read_ahead, database),
        ]
        try:
            with ThreadPoolExecutor(WRITERS) as writers:
                tasks = writers.submit(asyncio.run, all_write(half))
                list(writers.map(write, half))
                tasks.result()
        finally:
            given(live, LAST)  # nobody follows for ever
        total = next(numbers)
        for each in following:
            assert each.result() == list(range(1, total + 2))
    assert sorted(numbers_in(live)) == [*range(total), LAST]


MAINTENANCE = [
    "VACUUM (ANALYZE) events, receipts",
    "VACUUM (FREEZE) events, receipts",
    "ANALYZE",
    "CREATE INDEX CONCURRENTLY by_actor ON events (actor)",
    "REINDEX INDEX CONCURRENTLY by_actor",
    "DROP INDEX CONCURRENTLY by_actor",
]


def test_maintenance_of_the_tables_stops_no_append(
    database: Database, live: EventLog, record_property: Callable[[str, object], None]
) -> None:
    """The longest that a command took meanwhile stands at the end of the run."""
    longest = [0.0] * 4
    numbers = count()

    def write(done: Event, writer: int) -> None:
        while not done.is_set():
            start = monotonic()
            given(live, next(numbers))
            longest[writer] = max(longest[writer], monotonic() - start)

    with psycopg.connect(database.conninfo(), autocommit=True) as owner, ExitStack() as load:
        for writer in range(4):
            load.enter_context(meanwhile(partial(write, writer=writer)))
        for statement in MAINTENANCE * LONGER:
            before = live.last()
            owner.execute(statement.encode())
            while live.last() == before:
                sleep(0.001)
    total = next(numbers)
    longest_of_all = f"the longest of {total:,} commands took {max(longest) * 1000:.0f} ms"
    record_property("During VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY", longest_of_all)
    assert_each_once(live, range(total))


def test_an_append_does_not_wait_for_the_lock_of_maintenance(
    database: Database, live: EventLog
) -> None:
    """VACUUM, ANALYZE and whatever is done CONCURRENTLY hold this lock from beginning to end."""
    with psycopg.connect(database.conninfo()) as owner:
        owner.execute("LOCK TABLE events, receipts IN SHARE UPDATE EXCLUSIVE MODE")
        given(live, 1)
        assert live.last() == 1


def test_a_subscription_whose_listener_is_killed_goes_on(
    databases: Databases, live: EventLog, database: Database
) -> None:
    name = conninfo_to_dict(database.url)["dbname"]
    with (
        psycopg.connect(databases.url, autocommit=True) as server,
        live.recorder.subscribe(gt=0) as subscription,
    ):
        for number in range(1, 4):
            while not server.execute(LISTENING, (name,)).rowcount:
                sleep(0.001)
            server.execute(f"SELECT pg_terminate_backend(pid, 10000) FROM ({LISTENING}) l", (name,))
            given(live, number)
            assert next(subscription).id == number


LISTENING = """
    SELECT pid FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN %%'
    """
CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND backend_type = 'client backend'
    """


def test_connections_cut_again_and_again_lose_and_double_nothing(
    databases: Databases, database: Database, live: EventLog
) -> None:
    """After every tenth answer all connections are cut, in the middle of whatever they carry."""
    total = 300 * LONGER
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
        list(clients.map(give, range(total)))
    assert len({receipt.position for receipt in answered}) == total
    assert_each_once(live, range(total))
