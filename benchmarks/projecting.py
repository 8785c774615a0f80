"""Feeding views and building them anew: against the library's projection runner, and against what
PostgreSQL itself can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import perf_counter
from typing import NamedTuple

import psycopg
from psycopg import Connection
from psycopg.sql import SQL

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.log import EventLog
from application.personal import Vault
from benchmarks.business import business, fill, stations
from benchmarks.comparing import ROUNDS, Comparison, compare, comparison
from benchmarks.library_runner import Library
from domain.messages import On
from projections.catalogue import VIEWS, Views
from projections.engine import Engine
from projections.rebuilding import prepare, rebuild
from projections.tables import Tables

EVENTS, PAGE = 10_000, 5_000
BY_LIBRARY = 600  # events, enough to tell the speed of the slow way
GROWN = 10  # times as long a log
ALL = EVENTS * GROWN
READ = """
    SELECT position, stream_id, recorded_at, effective_at, event_type, schema_version, payload,
           stream_kind, version, uuid_send(event_id), uuid_send(actor), uuid_send(on_behalf_of),
           uuid_send(command_id), uuid_send(correlation_id), uuid_send(causation_id), metadata::text
    FROM events WHERE position > %s ORDER BY position LIMIT %s
    """  # in the form in which psycopg is quickest with them
LIBRARY = "the library's ProjectionRunner"
ONE_VIEW: Views = {"stations": VIEWS["stations"]}


class Log(NamedTuple):
    """A log in a database of its own."""

    database: Database
    log: EventLog

    def engine(self, views: Views) -> Engine:
        """At the beginning of the log."""
        conninfo = self.database.conninfo(DatabaseRole.WRITER)
        engine = Engine(self.log, views, partial(psycopg.connect, conninfo, autocommit=True))
        engine.connection.execute("DROP TABLE IF EXISTS checkpoint, views, dead_letters, builds")
        prepare(engine)
        engine.connection.execute("UPDATE checkpoint SET position = 0")
        return engine

    def fed(self, views: Views, events: int, before: int = PAGE) -> float:
        """Events a second, taken in by pages; `before` of them untimed: the library's time begins
        when it is under way, too."""
        engine = self.engine(views)
        try:
            advance(engine, before)
            start = perf_counter()
            advance(engine, events)
            return events / (perf_counter() - start)
        finally:
            engine.close()


def advance(engine: Engine, events: int) -> None:
    while events > 0:
        events -= engine.step(min(PAGE, events))


@contextmanager
def logged(database: Database, told: Iterator[On], events: int) -> Iterator[Log]:
    keys = Connections(database.conninfo(DatabaseRole.WRITER), size=2)
    with EventLog(database, Vault(keys, bytes(32))) as log:
        fill(log, told, events)
        yield Log(database, log)
    keys.close()


def comparisons(fresh: Callable[[str], Database]) -> list[Comparison]:
    """`fresh` makes an empty database of a name."""
    library = Library(fresh("library"))
    library.enter(BY_LIBRARY // 3)
    one_by_one = partial(library.feeding, BY_LIBRARY)
    with logged(fresh("stations"), stations(), ALL) as log:
        before = ALL - EVENTS
        found = [
            compare(
                f"feeding one view, pages of {PAGE:,}",
                "events/s",
                lambda: log.fed(ONE_VIEW, EVENTS),
                LIBRARY,
                one_by_one,
            ),
            compare(
                f"feeding one view after {before:,} events",
                "events/s",
                lambda: log.fed(ONE_VIEW, EVENTS, before=before),
                "the same at the beginning of the log",
                lambda: log.fed(ONE_VIEW, EVENTS),
            ),
            rebuilding(log),
        ]
    with logged(fresh("business"), business(), PAGE + EVENTS) as log:
        return [
            *found,
            compare(
                f"feeding all {len(VIEWS)} views, of all that happens",
                "events/s",
                lambda: log.fed(VIEWS, EVENTS),
                LIBRARY,
                one_by_one,
            ),
            added_view(log),
        ]


def added_view(log: Log) -> Comparison:
    """What each view adds to taking in an event, which one view has to read in any case."""

    def microseconds(views: Views) -> float:
        return 1e6 / log.fed(views, EVENTS)

    rounds = [(microseconds(ONE_VIEW), microseconds(VIEWS)) for _ in range(ROUNDS)]
    one = median(alone for alone, _ in rounds)
    added = median((every - alone) / (len(VIEWS) - 1) for alone, every in rounds)
    return comparison(
        "each further view, of all that happens", "µs/event", added, "the first", one, less=True
    )


# ── building anew ───────────────────────────────────────────────────────────


def rebuilding(log: Log) -> Comparison:
    engine, copied = log.engine(ONE_VIEW), Copied(log)
    advance(engine, ALL)

    def measure() -> float:
        start = perf_counter()
        rebuild(engine, ONE_VIEW)
        return ALL / (perf_counter() - start)

    try:
        return compare(
            f"rebuilding one view of {ALL:,} events",
            "events/s",
            measure,
            "COPY of its rows, and reading the events",
            copied.measure,
        )
    finally:
        engine.close()


class Copied:
    """What a rebuild cannot do without: the events are read, and the rows are written, by COPY and
    into the same indexes. Here the rows are there already, in PostgreSQL's own form."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.tables = Tables(VIEWS["stations"], "_copied")
        self.rows: Sequence[bytes] = ()

    def measure(self) -> float:
        conninfo = self.log.database.conninfo(DatabaseRole.WRITER)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            if not self.rows:
                self.rows = [
                    copied_out(connection, name) for name in Tables(self.tables.view).names
                ]
            connection.execute("SET synchronous_commit TO off")
            self.tables.drop(connection.cursor())
            start = perf_counter()
            self.read(connection)
            self.write(connection)
            return ALL / (perf_counter() - start)

    def read(self, connection: Connection) -> None:
        for position in range(0, ALL, PAGE):
            found = connection.cursor(binary=True).execute(READ, (position, PAGE))
            assert len(found.fetchall()) == PAGE

    def write(self, connection: Connection) -> None:
        cursor = connection.cursor()
        with connection.transaction():
            self.tables.create(cursor)
            names = (self.tables.current, self.tables.past)
            for name, rows in zip(names, self.rows, strict=True):
                command = SQL("COPY {} FROM STDIN (FORMAT BINARY, FREEZE)").format(name)
                with cursor.copy(command) as copy:
                    copy.write(rows)
        for statement in (self.tables.by_key, *self.tables.indexes):
            cursor.execute(statement)


def copied_out(connection: Connection, name: str) -> bytes:
    with connection.cursor().copy(f"COPY {name} TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(copy)
