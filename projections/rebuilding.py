"""Rebuilding views: new tables fill beside the old while the old serve, then one switch.

It is also how a view is made in the first place: there is no second way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from psycopg import Cursor
from psycopg.sql import SQL, Identifier

from application.recorded import BEGINNING, Position, Recorded
from projections import dead_letters
from projections.engine import SCHEMA, Engine
from projections.feeding import REFUSED, Feeding
from projections.folding import Folding
from projections.tables import Tables
from projections.touching import Touching

PAGE: Final = 5_000
NEXT: Final = "_next"
LOCK: Final = "SELECT pg_advisory_lock(hashtextextended('rebuild ' || current_schema(), 0))"
UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended('rebuild ' || current_schema(), 0))"

Report: TypeAlias = Callable[[Position, Position], None]
"""Is told how far a rebuild is, and how far it has to go."""


def silent(reached: Position, goal: Position) -> None:
    """For those who do not want to know."""


def prepare(engine: Engine, report: Report = silent) -> list[str]:
    """Make the tables; build the views that are new, or meant something else before.

    To be done before an engine follows the log. Returns the names of those that were built.
    """
    with alone(engine.cursor):
        engine.connection.execute(SCHEMA)
        engine.connection.execute(dead_letters.SCHEMA)
        missing = [t for t in engine.tables.values() if not is_built(engine.cursor, t)]
        build(engine, missing, report)
    return [tables.view.name for tables in missing]


def rebuild(engine: Engine, views: Collection[str], report: Report = silent) -> None:
    """Build views anew from the log, all in one pass over it, while the old ones serve."""
    with alone(engine.cursor):
        build(engine, [engine.tables[name] for name in views], report)


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


def build(engine: Engine, wanted: Sequence[Tables], report: Report) -> None:
    """The long part needs no lock; the switch waits for the engine's page, no longer."""
    if not wanted:
        return
    fresh = [Tables(tables.view, NEXT) for tables in wanted]
    goal = engine.position()
    try:
        fill(engine, fresh, goal, report)
    except REFUSED:
        fill_slowly(engine, fresh, goal, report)
    for tables in fresh:
        finish(engine.cursor, tables)
    reached = follow(engine, fresh, goal)
    with engine.connection.transaction():
        catch_up(engine, fresh, reached, engine.checkpoint(lock=True).position)
        for old, new in zip(wanted, fresh, strict=True):
            switch(engine.cursor, old, new)
        engine.announce()


def fill(engine: Engine, fresh: Sequence[Tables], goal: Position, report: Report) -> None:
    """Fold the log in memory; rows that are past are written as they become so."""
    builders = [Builder(engine, tables) for tables in fresh]
    for page in engine.log.pages(BEGINNING, goal, PAGE):
        along = engine.references.along(page)
        for builder in builders:
            builder.take(along)
        report(page[-1].position, goal)
    for builder in builders:
        builder.finish()


class Builder:
    """One view in the making."""

    def __init__(self, engine: Engine, fresh: Tables) -> None:
        self.cursor, self.fresh = engine.cursor, fresh
        self.touching = Touching(engine.log, fresh.view, set())
        self.folding: Folding[Any, Any] = Folding(fresh.view)
        create(self.cursor, fresh)

    def take(self, along: Sequence[tuple[Any, Any]]) -> None:
        for touch in self.touching.along(along):
            self.folding.take(touch)
        self.fresh.copy(self.cursor, (), self.folding.past)
        self.folding.past.clear()

    def finish(self) -> None:
        self.fresh.copy(self.cursor, list(self.folding.rows.values()), ())
        self.cursor.execute(self.fresh.by_key)
        dead_letters.record(self.cursor, self.fresh.name, self.folding.faults)


def fill_slowly(engine: Engine, fresh: Sequence[Tables], goal: Position, report: Report) -> None:
    """PostgreSQL refused a row: go page by page as the engine does, which finds the culprit."""
    for tables in fresh:
        create(engine.cursor, tables)
        engine.cursor.execute(tables.by_key)
    for page in engine.log.pages(BEGINNING, goal, PAGE):
        with engine.connection.transaction():
            take(engine, fresh, page)
        report(page[-1].position, goal)


def follow(engine: Engine, fresh: Sequence[Tables], reached: Position) -> Position:
    """Take in what was recorded meanwhile, until little is left for the time of the switch."""
    while (now := engine.position()) - reached > PAGE:
        with engine.connection.transaction():
            catch_up(engine, fresh, reached, now)
        reached = now
    return reached


def catch_up(engine: Engine, fresh: Sequence[Tables], reached: Position, goal: Position) -> None:
    for page in engine.log.pages(reached, goal, PAGE):
        take(engine, fresh, page)


def take(engine: Engine, fresh: Sequence[Tables], page: Sequence[Recorded[Any]]) -> None:
    feeding = Feeding(engine.connection, engine.log, dead_letters.parked(engine.cursor))
    feeding.take_carefully(feeding.touches(fresh, engine.references.along(page)))


def create(cursor: Cursor[Any], fresh: Tables) -> None:
    dead_letters.forget(cursor, fresh.name)
    for name, table in zip(fresh.names, fresh.definition, strict=True):
        cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(name)))
        cursor.execute(table)


def finish(cursor: Cursor[Any], fresh: Tables) -> None:
    """Indexes are made when the rows are there, and PostgreSQL learns what is in them."""
    for index in fresh.indexes:
        cursor.execute(index)
    for name in fresh.names:
        cursor.execute(SQL("ANALYZE {}").format(Identifier(name)))


def switch(cursor: Cursor[Any], old: Tables, fresh: Tables) -> None:
    """Readers lock the current rows before the past ones; so does this, or they would meet."""
    for name, new_name in zip(old.names, fresh.names, strict=True):
        cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(name)))
        rename = SQL("ALTER TABLE {} RENAME TO {}").format(Identifier(new_name), Identifier(name))
        cursor.execute(rename)
    dead_letters.hand_over(cursor, fresh.name, old.name)
    cursor.execute(
        "INSERT INTO views VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET definition = %s",
        (old.view.name, definition(old), definition(old)),
    )
