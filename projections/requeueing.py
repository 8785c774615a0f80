"""Requeueing: what could not be taken in, or had to wait, is taken in after all, in its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from application.recorded import Position, Recorded
from projections import dead_letters
from projections.dead_letters import DeadLetter
from projections.engine import Engine
from projections.feeding import Feeding, nothing_parked
from projections.folding import Touch, label
from projections.rebuilding import rebuild
from projections.tables import Tables
from projections.touching import Touching

PAGE = 500


class Beyond(Exception):
    """An event concerns rows that did not wait for it, and have moved on without it."""


def requeue(engine: Engine, view: str | None = None) -> list[DeadLetter]:
    """Take in what is on record, of one view or of all; return the letters that remain.

    The events are folded at their own positions, in one transaction a view, so that the rows and
    what they were are afterwards the same as if nothing had failed. Where that is impossible,
    since an event turns out to concern rows that went on, the view is rebuilt.
    """
    known = {letter.view for letter in dead_letters.letters(engine.cursor, view)}
    for name in sorted(known & engine.tables.keys()):
        go_on(engine, engine.tables[name])
    return dead_letters.letters(engine.cursor, view)


def skip(engine: Engine, view: str, position: Position, reason: str) -> int:
    """Let the rows that could not take in an event go on without it, for the reason given.

    It is kept on record, and a rebuild leaves the same event out of the same rows. Returns how
    many rows that are; 0 if none failed at this event, and then nothing has happened.
    """
    tables = engine.tables[view]
    with engine.connection.transaction():
        engine.checkpoint(lock=True)
        rows = dead_letters.skip(engine.cursor, view, position, reason)
        engine.announce()
    if rows:
        go_on(engine, tables)
    return rows


def go_on(engine: Engine, tables: Tables) -> None:
    try:
        with engine.connection.transaction():
            engine.checkpoint(lock=True)
            take_in(engine, tables)
            engine.announce()
    except Beyond:
        before = dead_letters.letters(engine.cursor, tables.name)
        rebuild(engine, [tables.name])
        dead_letters.tried_again(engine.cursor, before)


def take_in(engine: Engine, tables: Tables) -> None:
    """Fold what waits as the engine would have: the rows have stood still since."""
    waiting = dead_letters.letters(engine.cursor, tables.name)
    touches = withheld(engine, tables, waiting)
    dead_letters.forget(engine.cursor, tables.name)
    feeding = Feeding(engine.connection, engine.log, nothing_parked())
    feeding.take_carefully({tables: touches})
    dead_letters.tried_again(engine.cursor, waiting)


def withheld(engine: Engine, tables: Tables, waiting: Collection[DeadLetter]) -> list[Touch]:
    """The events on record with the rows they concern, as far as that is known today."""
    expected = {(letter.key, letter.position) for letter in waiting}
    positions = sorted({letter.position for letter in waiting})
    skipped = dead_letters.skipped_places(engine.cursor, tables.name)
    touching = Touching(engine.log, tables.view, skipped=skipped)
    touches: list[Touch] = []
    for page in pages(engine, positions):
        touches += touching.along(engine.references.along(page))
    going = [(label(key), recorded.position) for recorded, key, _, fault in touches if not fault]
    if not expected.issuperset(going):
        raise Beyond
    return touches


def pages(engine: Engine, positions: Sequence[Position]) -> Iterator[list[Recorded[Any]]]:
    """The events at these positions, in order."""
    wanted = set(positions)
    while wanted:
        page = engine.log.after(Position(min(wanted) - 1), PAGE)
        yield [recorded for recorded in page if recorded.position in wanted]
        wanted -= {recorded.position for recorded in page}
