"""Rebuilding views: new tables fill beside the old while the old serve, then one switch.

It is also how a view is made in the first place: there is no second way. A rebuild may be
interrupted at any point, by `kill -9` too; the next one goes on from the last part it finished.
Nothing follows from it but tables: whatever acts by itself follows the log, to which nothing here
writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from time import sleep
from typing import Any, Final, LiteralString, NamedTuple, TypeAlias

from psycopg import Cursor
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL

from application.recorded import Position
from projections import dead_letters
from projections.engine import SCHEMA, Engine
from projections.feeding import Feeding, to_blame
from projections.refolding import BUCKETS, Part, TooMuch
from projections.tables import Content, Tables

PAGE: Final = 5_000
MEMORY: Final = 256 * 2**20  # bytes that the rows in memory may take
NEXT, OLD = "_next", "_old"
LOCK: Final = "SELECT pg_advisory_lock(hashtextextended('rebuild ' || current_schema(), 0))"
UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended('rebuild ' || current_schema(), 0))"
IMPATIENCE: Final = "SET LOCAL lock_timeout = '1s'"  # whoever waits for a table blocks its readers
TRIES: Final = 20  # to get at the tables
PAUSE: Final = 0.5  # seconds between them, for the readers

BUILDS: Final = """
CREATE TABLE IF NOT EXISTS builds (
    view       text COLLATE "C" PRIMARY KEY,
    definition text    NOT NULL,
    reached    bigint  NOT NULL,                -- what is folded is folded up to this position
    folded     integer NOT NULL DEFAULT 0,      -- how many of the buckets
    indexed    boolean NOT NULL DEFAULT false
);
"""

Report: TypeAlias = Callable[[Position, Position], None]
"""Is told how far a rebuild is, and how far it has to go."""


def silent(reached: Position, goal: Position) -> None:
    """For those who do not want to know."""


class Rebuilt(NamedTuple):
    """What a rebuild found. `before` is what the view held, at the same position as `now`; None if
    there was no such view, or one that looked otherwise."""

    view: str
    now: Content
    before: Content | None

    @property
    def differs(self) -> bool:
        """Whether the view did not hold what the log says."""
        return self.before is not None and self.before != self.now


def prepare(engine: Engine, report: Report = silent) -> list[str]:
    """Make the tables; build the views that are new, or meant something else before.

    To be done before an engine follows the log. Returns the names of those that were built.
    """
    with alone(engine.cursor):
        for schema in (SCHEMA, dead_letters.SCHEMA, BUILDS):
            engine.connection.execute(schema)
        missing = [t for t in engine.tables.values() if not is_built(engine.cursor, t)]
        for tables in missing:
            Build(engine, tables, MEMORY, report).run()
    return [tables.view.name for tables in missing]


def rebuild(
    engine: Engine,
    views: Collection[str],
    report: Report = silent,
    *,
    memory: int = MEMORY,
    afresh: bool = False,
) -> list[Rebuilt]:
    """Build views anew from the log, one after the other, while the old ones serve.

    What an interrupted rebuild has finished is not done again, unless `afresh`. Raises
    LockNotAvailable if readers leave no moment in which to switch; then it can be gone on with.
    """
    with alone(engine.cursor):
        if afresh:
            engine.cursor.execute("DELETE FROM builds WHERE view = ANY (%s)", [list(views)])
        return [Build(engine, engine.tables[name], memory, report).run() for name in views]


@contextmanager
def alone(cursor: Cursor[Any]) -> Iterator[None]:
    """Two programs that build views take turns."""
    cursor.execute(LOCK)
    try:
        yield
    finally:
        if not cursor.connection.closed:
            cursor.execute(UNLOCK)


def is_built(cursor: Cursor[Any], tables: Tables) -> bool:
    """Whether the tables are there, and mean what the declaration says today."""
    query = "SELECT FROM views WHERE name = %s AND definition = %s"
    return cursor.execute(query, (tables.view.name, definition(tables))).rowcount == 1


def definition(tables: Tables) -> str:
    """Everything on which the content of the tables depends: if it changes, they are rebuilt."""
    parts = (*tables.definition, tables.by_key, *tables.indexes)
    looks = [part.as_string() for part in parts]
    events = sorted(f"{e.type_name()} {e.schema_version}" for e in tables.view.event_types)
    return "\n".join([*looks, *events, f"version {tables.view.version}"])


class Progress(NamedTuple):
    """How far a build is."""

    reached: Position
    folded: int
    indexed: bool


class Build:
    """One view in the making. Each step is a transaction, and keeps how far the build is."""

    def __init__(self, engine: Engine, tables: Tables, memory: int, report: Report) -> None:
        self.engine = engine
        self.tables = tables
        self.fresh = Tables(tables.view, NEXT)
        self.old = Tables(tables.view, OLD)
        self.memory = memory
        self.report = report
        self.is_known = is_built(engine.cursor, tables)

    @property
    def cursor(self) -> Cursor[Any]:
        return self.engine.cursor

    def run(self) -> Rebuilt:
        progress = self.found() or self.begun()
        width = BUCKETS
        while progress.folded < BUCKETS:
            progress, width = self.fold_part(progress, width)
        if not progress.indexed:
            self.index()
        reached = self.follow(progress.reached)
        rebuilt = self.compared(reached)
        self.switch(reached)
        self.drop_old()
        return rebuilt

    # ── filling the new tables ──────────────────────────────────────────────

    def found(self) -> Progress | None:
        """How far an earlier build of the same view has come that was interrupted."""
        query = "SELECT reached, folded, indexed FROM builds WHERE view = %s AND definition = %s"
        found = self.cursor.execute(query, self.named()).fetchone()
        return Progress(*found) if found else None

    def begun(self) -> Progress:
        with self.engine.connection.transaction():
            dead_letters.forget(self.cursor, self.fresh.name)
            self.fresh.drop(self.cursor)
            self.fresh.create(self.cursor)
            self.cursor.execute("DELETE FROM builds WHERE view = %s", [self.tables.name])
            goal = self.engine.position()
            insert = "INSERT INTO builds (view, definition, reached) VALUES (%s, %s, %s)"
            self.cursor.execute(insert, (*self.named(), goal))
        return Progress(goal, 0, False)

    def named(self) -> tuple[str, str]:
        return self.tables.name, definition(self.tables)

    def fold_part(self, progress: Progress, width: int) -> tuple[Progress, int]:
        """Fold as many of the buckets that are left as fit into memory, at most `width`."""
        while True:
            buckets = range(progress.folded, min(progress.folded + width, BUCKETS))
            try:
                return self.folded(progress, buckets, carefully=False), width
            except TooMuch:
                width = len(buckets) // 2
            except Exception as error:
                if not to_blame(error):
                    raise
                return self.folded(progress, buckets, carefully=True), width

    def folded(self, progress: Progress, buckets: range, *, carefully: bool) -> Progress:
        part = Part(self.engine, self.fresh, buckets, progress.reached)

        def report(position: Position) -> None:
            done = buckets.start * progress.reached + len(buckets) * position
            self.report(Position(done // BUCKETS), progress.reached)

        with self.engine.connection.transaction():
            if first := buckets.start == 0:
                self.fresh.truncate(self.cursor)
            if carefully:
                self.fresh.add_key(self.cursor)
                part.fold_carefully(report)
            elif progress.reached:
                part.fold(self.memory, freeze=first, report=report)
            self.keep("folded = %s", buckets.stop)
        return progress._replace(folded=buckets.stop)

    def index(self) -> None:
        """Indexes are made when the rows are there, and PostgreSQL learns what is in them."""
        with self.engine.connection.transaction():
            self.fresh.add_key(self.cursor)
            for index in self.fresh.indexes:
                self.cursor.execute(index)
            self.fresh.analyze(self.cursor)
            self.keep("indexed = %s", True)

    def keep(self, what: LiteralString, value: object) -> None:
        query = SQL("UPDATE builds SET {} WHERE view = %s").format(SQL(what))
        self.cursor.execute(query, (value, self.tables.name))

    # ── catching up ─────────────────────────────────────────────────────────

    def follow(self, reached: Position) -> Position:
        """Take in what was recorded meanwhile, until little is left for the time of the switch."""
        while (now := self.engine.position()) - reached > PAGE:
            reached = self.catch_up(reached, min(now, Position(reached + PAGE)))
        return reached

    def catch_up(self, reached: Position, goal: Position) -> Position:
        with self.engine.connection.transaction():
            parked = dead_letters.parked(self.cursor)
            skipped = {self.tables.name: dead_letters.skipped_places(self.cursor, self.tables.name)}
            feeding = Feeding(self.engine.connection, self.engine.log, parked, skipped)
            for page in self.engine.log.pages(reached, goal, PAGE):
                along = self.engine.references.along(page)
                feeding.take_carefully(feeding.touches([self.fresh], along))
            self.keep("reached = %s", goal)
        return goal

    def compared(self, reached: Position) -> Rebuilt:
        """What the view holds, and what it held, as of the same position."""
        before = self.tables.content(self.cursor, reached) if self.is_known else None
        return Rebuilt(self.tables.name, self.fresh.content(self.cursor, reached), before)

    # ── the switch ──────────────────────────────────────────────────────────

    def switch(self, reached: Position) -> None:
        """In one transaction that waits for the engine's page, and for readers a moment only."""

        def switched() -> None:
            position = self.engine.checkpoint(lock=True).position
            self.catch_up(reached, position)
            self.old.drop(self.cursor)
            self.tables.rename(self.cursor, self.old)
            self.fresh.rename(self.cursor, self.tables)
            if dead_letters.hand_over(self.cursor, self.fresh.name, self.tables.name):
                self.engine.announce()
            upsert = """INSERT INTO views VALUES (%(name)s, %(definition)s)
                        ON CONFLICT (name) DO UPDATE SET definition = %(definition)s"""
            name, defined = self.named()
            self.cursor.execute(upsert, {"name": name, "definition": defined})
            self.cursor.execute("DELETE FROM builds WHERE view = %s", [name])

        self.patiently(switched)

    def drop_old(self) -> None:
        """Later, since whoever still reads the old rows may do so in peace; if they do so for
        long, they leave it to the next rebuild of the view."""
        with suppress(LockNotAvailable):
            self.patiently(lambda: self.old.drop(self.cursor))

    def patiently(self, work: Callable[[], None]) -> None:
        """Do what needs tables that others read. Readers are let through between two tries."""
        for tries_left in reversed(range(TRIES)):
            try:
                with self.engine.connection.transaction():
                    self.cursor.execute(IMPATIENCE)
                    work()
                break
            except LockNotAvailable:
                if not tries_left:
                    raise
                sleep(PAUSE)
