"""Durable appends of one event: our recorder, with envelope, indexes and receipts, against the
library's own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder as LibraryRecorder
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from application.appends import Append, with_defaults
from application.connections import Connections
from application.database import Database, DatabaseRole
from application.recorder import PostgresApplicationRecorder
from benchmarks.comparing import Comparison, Measure, compare

APPENDS = 400  # a round
PAYLOAD = b'{"number": "C-1", "amount": {"amount": "1200.00", "currency": "CNY"}}' * 4


def comparisons(database: Database) -> list[Comparison]:
    return [against_the_library(database, writers) for writers in (1, 8)]


def against_the_library(database: Database, writers: int) -> Comparison:
    connections = Connections(database.conninfo(DatabaseRole.WRITER), size=writers)
    ours, theirs = PostgresApplicationRecorder(connections), library(database, writers)
    try:
        return compare(
            f"durable appends, {writers} writer{'s' if writers > 1 else ''}",
            "appends/s",
            speed(lambda: append(ours), writers),
            "the library's recorder",
            speed(lambda: theirs.insert_events([plain()]), writers),
        )
    finally:
        connections.close()
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
    return recorder


def plain() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "claims.ClaimOpened", PAYLOAD)


def append(recorder: PostgresApplicationRecorder) -> None:
    command_id = uuid4()
    event = replace(with_defaults(plain()), command_id=command_id)
    recorder.append(Append(events=[event], command_id=command_id, digest=command_id.bytes * 2))


def speed(one: Callable[[], object], writers: int) -> Measure:
    def measure() -> float:
        with ThreadPoolExecutor(writers) as threads:
            start = perf_counter()
            for done in [threads.submit(one) for _ in range(APPENDS)]:
                done.result()
            return APPENDS / (perf_counter() - start)

    return measure
