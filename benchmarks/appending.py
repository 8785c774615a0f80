"""Durable appends: our recorder, with envelope, three indexes, receipts and checks, against the
library's own, and against a plain COPY into the same table without any of that.

One writer is a thread, as a command line or a reaction is. Several are tasks of one event loop, of
the kind that the server has, as requests are there; the library knows only threads, and has one for
each. A row says what ours would be in threads. The library's table gets one more index, so that it
has three, as ours: by topic and another id, as ours by type and correlation. Receipts have no
counterpart there. Single appends are made, on both sides, before the clock starts.
"""

from __future__ import annotations

import asyncio
import gc
from asyncio import gather
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder as LibraryRecorder
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Json
from uvicorn.loops.auto import auto_loop_factory

from application.appending import is_appended
from application.appends import NOBODY, Append, EnvelopedEvent
from application.connections import Connections, Prepared, Row
from application.database import Database, DatabaseRole
from application.recorder import PostgresApplicationRecorder
from benchmarks.comparing import Comparison, Measure, Shares, compare

T = TypeVar("T")

LIBRARY_APPENDS: Final = 480  # a round
BULK: Final = 1_000  # events
BULKS: Final = 5  # a round
BATCHES: Final = 200
SUMMARIES: Final = """
    CREATE INDEX IF NOT EXISTS summaries ON stock_events USING brin (
        originator_id uuid_bloom_ops (n_distinct_per_range = 300),
        topic text_bloom_ops (n_distinct_per_range = 60)
    ) WITH (pages_per_range = 16)
    """
PAYLOAD = b'{"number": "C-1", "amount": {"amount": "1200.00", "currency": "CNY"}}' * 4
METADATA = '{"channel":"import","roles":["claims_specialist"],"reason":null,"policies":{}}'


def comparisons(database: Database) -> list[Comparison | Shares]:
    with recorder(database) as ours:
        rows = [
            in_threads(database, ours, "1 writer", 1),
            in_tasks(database, ours, "8 writers", 8),
            in_tasks(database, ours, "32 writers", 32),
            in_threads(database, ours, "32 writers in threads", 32),
        ]
        bulks = against_copy(database, ours)
        return [*rows, *bulks, *(whereabouts(database, appends) for appends in (1, 32))]


@contextmanager
def recorder(
    database: Database, connect: type[Connections] = Connections
) -> Iterator[PostgresApplicationRecorder]:
    connections = connect(database.conninfo(DatabaseRole.WRITER))
    try:
        yield PostgresApplicationRecorder(connections)
    finally:
        connections.close()


def in_threads(
    database: Database, ours: PostgresApplicationRecorder, name: str, writers: int
) -> Comparison:
    total = LIBRARY_APPENDS * writers
    appending = prepared_speed(ours.append, lambda: command(1), writers, total)
    return against(f"durable appends, {name}", database, appending, writers)


def in_tasks(
    database: Database, ours: PostgresApplicationRecorder, name: str, writers: int
) -> Comparison:
    return against(f"durable appends, {name}", database, tasks_speed(ours, writers), writers)


def against(name: str, database: Database, ours: Measure, writers: int) -> Comparison:
    theirs = library(database, writers)
    insert = prepared_speed(
        lambda event: theirs.insert_events([event]), plain, writers, LIBRARY_APPENDS
    )
    try:
        return compare(name, "appends/s", ours, "the library's recorder", insert)
    finally:
        theirs.datastore.close()


def library(database: Database, writers: int) -> LibraryRecorder:
    where = conninfo_to_dict(database.url)
    datastore = PostgresDatastore(
        dbname=str(where["dbname"]),
        host=str(where["host"]),
        port=str(where["port"]),
        user=str(where["user"]),
        password=str(where.get("password", "")),
        pool_size=writers,
    )
    recorder = LibraryRecorder(datastore, events_table_name="stock_events")
    recorder.create_table()
    with datastore.transaction(commit=True) as cursor:
        cursor.execute(SUMMARIES)
    return recorder


def plain() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "claims.ClaimOpened", PAYLOAD)


def command(events: int) -> Append:
    """A command with a receipt, that begins so many streams."""
    command_id = uuid4()
    return Append(
        events=[
            EnvelopedEvent(
                originator_id=uuid4(),
                originator_version=1,
                topic="claims.ClaimOpened",
                state=PAYLOAD,
                stream_kind="claims.Claim",
                schema_version=1,
                event_id=uuid4(),
                effective_at=None,
                actor=NOBODY,
                on_behalf_of=None,
                command_id=command_id,
                correlation_id=command_id,
                causation_id=None,
                metadata=METADATA,
            )
            for _ in range(events)
        ],
        command_id=command_id,
        digest=command_id.bytes * 2,
    )


def prepared_speed(
    give: Callable[[T], object], make: Callable[[], T], writers: int, total: int
) -> Measure:
    """As speed(), of what is made before the clock starts."""

    def measure() -> float:
        made = prepared(make, total)
        return speed(lambda: give(next(made)), writers, total)()

    return measure


def prepared(make: Callable[[], T], total: int) -> Iterator[T]:
    """So many, which the collector of garbage then leaves alone: nobody else has thousands of
    commands ready."""
    made = iter([make() for _ in range(total)])
    gc.collect()
    gc.freeze()
    return made


def tasks_speed(ours: PostgresApplicationRecorder, writers: int) -> Measure:
    """How often a second, by so many tasks at once, of what is made before the clock starts."""
    total = LIBRARY_APPENDS * writers

    async def writer(made: Iterator[Append]) -> None:
        for _ in range(total // writers):
            answer = await ours.append_soon(next(made))
            assert is_appended(answer)

    async def all_of_them() -> float:
        made = prepared(lambda: command(1), total)
        start = perf_counter()
        await gather(*(writer(made) for _ in range(writers)))
        return total / (perf_counter() - start)

    return in_loop(all_of_them)


def in_loop(measured: Callable[[], Coroutine[Any, Any, float]]) -> Measure:
    """In an event loop of the kind that the server has."""

    def measure() -> float:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            return runner.run(measured())

    return measure


def speed(one: Callable[[], object], writers: int, total: int) -> Measure:
    """How often a second, by so many threads at once."""

    def work() -> None:
        for _ in range(total // writers):
            one()

    def measure() -> float:
        threads = [Thread(target=work) for _ in range(writers)]
        start = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return total / (perf_counter() - start)

    return measure


# ── many events at a time ───────────────────────────────────────────────────


def against_copy(database: Database, ours: PostgresApplicationRecorder) -> Iterator[Comparison]:
    """COPY knows neither order nor receipts nor conflicts; it is what the hardware can do."""
    with psycopg.connect(database.conninfo(DatabaseRole.OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE copied (LIKE events INCLUDING ALL)")
        copy = PlainCopy(connection)
        yield compare(
            f"bulk of {BULK:,} events of one command",
            "events/s",
            bulks(lambda: ours.append(command(BULK))),
            "plain COPY, same columns and indexes",
            bulks(lambda: copy.append(command(BULK))),
        )
        yield compare(
            f"bulk of {BULK:,} commands with an event and a receipt each",
            "events/s",
            bulks(lambda: ours.append_all([command(1) for _ in range(BULK)])),
            "plain COPY, same columns and indexes",
            bulks(lambda: copy.append(command(BULK))),
        )


def bulks(one: Callable[[], object]) -> Measure:
    def measure() -> float:
        start = perf_counter()
        for _ in range(BULKS):
            one()
        return BULKS * BULK / (perf_counter() - start)

    return measure


# ── where the time goes ─────────────────────────────────────────────────────


class Timed(Connections):
    """Knows how long calls of the server took, in seconds."""

    took = 0.0

    def call(self, statement: Prepared, params: Sequence[bytes | None]) -> list[Row]:
        start = perf_counter()
        try:
            return super().call(statement, params)
        finally:
            self.took += perf_counter() - start


def whereabouts(database: Database, appends: int) -> Shares:
    """What a batch of so many spends on this side and on that; the call is the least a group commit
    can take."""
    with recorder(database, Timed) as ours:
        assert isinstance(ours.connections, Timed)
        ours.append_all([command(1)])  # now the statement is prepared
        batches = [[command(1) for _ in range(appends)] for _ in range(BATCHES)]
        ours.connections.took, start = 0.0, perf_counter()
        for batch in batches:
            ours.append_all(batch)
        whole, called = perf_counter() - start, ours.connections.took
    title = "an append alone" if appends == 1 else f"a batch of {appends} appends"
    shares = {"the server's call, until it is durable": called, "this side": whole - called}
    return Shares(f"Where {title} spends its time", milliseconds(shares, BATCHES))


def milliseconds(shares: Mapping[str, float], times: int) -> Mapping[str, float]:
    return {what: 1_000 * seconds / times for what, seconds in shares.items()}


class PlainCopy:
    """Events straight into a table, numbered on this side."""

    TYPES: Final = (
        *("int8", "uuid", "text", "int8", "text", "int4", "uuid", "timestamptz", "timestamptz"),
        *("uuid", "uuid", "uuid", "uuid", "uuid", "json", "bytea"),
    )

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.position = 0

    def append(self, append: Append) -> None:
        now = datetime.now(UTC)
        with (
            self.connection.cursor() as cursor,
            cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(self.TYPES)
            for event in append.events:
                self.position += 1
                copy.write_row(self.row(event, now))

    def row(self, event: EnvelopedEvent, now: datetime) -> tuple[object, ...]:
        return (
            *(self.position, event.originator_id, event.stream_kind, event.originator_version),
            *(event.topic, event.schema_version, event.event_id, now, now, event.actor),
            *(event.on_behalf_of, event.command_id, event.correlation_id, event.causation_id),
            *(Json({"channel": "import"}), event.state),
        )
