"""Dead letters: what a view could not take in, and what waits behind it, until it is requeued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from psycopg import Cursor

from application.recorded import Position
from projections.folding import Fault

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS dead_letters (
    view        text        COLLATE "C" NOT NULL,
    key         text        COLLATE "C" NOT NULL,  -- of the row that stands still
    position    bigint      NOT NULL,              -- of the event it could not take in
    error       text,                              -- null: the event waits behind another
    stream_id   uuid,                              -- set if everything of that stream waits
    attempts    integer     NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, key, position)
);
CREATE TABLE IF NOT EXISTS skipped_letters (
    view        text        COLLATE "C" NOT NULL,
    key         text        COLLATE "C" NOT NULL,  -- of the row that goes on without the event
    position    bigint      NOT NULL,
    error       text        NOT NULL,
    reason      text        NOT NULL,              -- why it is left out, as a person gave it
    skipped_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, key, position)
);
"""


class DeadLetter(NamedTuple):
    """An event that a row could not take in, or that waits behind one: then without an error."""

    view: str
    key: str
    position: Position
    error: str | None
    stream_id: UUID | None
    attempts: int
    recorded_at: datetime


class SkippedLetter(NamedTuple):
    """An event that somebody decided a row shall do without, today and whenever it is rebuilt."""

    view: str
    key: str
    position: Position
    error: str
    reason: str
    skipped_at: datetime


Place: TypeAlias = tuple[str, Position]
"""A row, by its key, and an event, by its position."""


@dataclass
class Parked:
    """The rows of a view that stand still, and the streams from which nothing is taken in."""

    keys: set[str] = field(default_factory=set)
    streams: set[UUID] = field(default_factory=set)

    def add(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.keys.add(fault.key)
            if fault.stream:
                self.streams.add(fault.stream)


def parked(cursor: Cursor[Any]) -> Mapping[str, Parked]:
    """What stands still, by view."""
    views: dict[str, Parked] = defaultdict(Parked)
    for view, key, stream in cursor.execute("SELECT view, key, stream_id FROM dead_letters"):
        views[view].add([Fault(key, Position(0), stream=stream)])
    return views


def parked_rows(cursor: Cursor[Any], views: list[str]) -> int:
    """How many rows of these views stand still."""
    query = "SELECT count(DISTINCT (view, key)) FROM dead_letters WHERE view = ANY (%s)"
    [rows] = cursor.execute(query, [views]).fetchone() or [0]
    return int(rows)


def letters(cursor: Cursor[Any], view: str | None = None) -> list[DeadLetter]:
    """All that is on record, or all of one view, in the order of the log."""
    cursor.execute(
        "SELECT view, key, position, error, stream_id, attempts, recorded_at FROM dead_letters"
        " WHERE view = coalesce(%s, view) ORDER BY position, view, key",
        [view],
    )
    return [DeadLetter(*values) for values in cursor]


def page_query(*, beyond: bool, backwards: bool) -> bytes:
    """A stretch of what is on record, in the order of the log, from a place on if there is one."""
    direction, further = ("DESC", "<") if backwards else ("ASC", ">")
    place = f"WHERE (position, view, key) {further} (%(position)s, %(view)s, %(key)s)"
    return f"""
        SELECT view, key, position, error, stream_id, attempts, recorded_at FROM dead_letters
        {place if beyond else ""}
        ORDER BY position {direction}, view {direction}, key {direction} LIMIT %(limit)s
        """.encode()


def record(cursor: Cursor[Any], view: str, faults: Iterable[Fault]) -> None:
    insert = """
        INSERT INTO dead_letters (view, key, position, error, stream_id, attempts)
        VALUES (%s, %s, %s, %s, %s, 1) ON CONFLICT (view, key, position) DO NOTHING"""
    cursor.executemany(insert, [(view, *fault) for fault in faults])


def skip(cursor: Cursor[Any], view: str, position: Position, reason: str) -> int:
    """Let the rows that could not take in an event do without it; return how many those are."""
    move = """
        WITH found AS (DELETE FROM dead_letters WHERE view = %s AND position = %s
                       AND error IS NOT NULL RETURNING view, key, position, error)
        INSERT INTO skipped_letters SELECT view, key, position, error, %s FROM found"""
    return cursor.execute(move, [view, position, reason]).rowcount


def skipped(cursor: Cursor[Any]) -> list[SkippedLetter]:
    """All that rows do without, in the order of the log."""
    cursor.execute(
        "SELECT view, key, position, error, reason, skipped_at FROM skipped_letters"
        " ORDER BY position, view, key"
    )
    return [SkippedLetter(*values) for values in cursor]


def skipped_places(cursor: Cursor[Any], view: str) -> frozenset[Place]:
    """What the rows of a view do without."""
    return frozenset((s.key, s.position) for s in skipped(cursor) if s.view == view)


def forget(cursor: Cursor[Any], view: str) -> bool:
    """Whether there was anything."""
    return cursor.execute("DELETE FROM dead_letters WHERE view = %s", [view]).rowcount > 0


def hand_over(cursor: Cursor[Any], view: str, to: str) -> bool:
    """What was put on record under one name stands under the other from now on, in the place of
    what stood there. Whether there was anything of either."""
    forgotten = forget(cursor, to)
    update = "UPDATE dead_letters SET view = %s WHERE view = %s"
    return cursor.execute(update, [to, view]).rowcount > 0 or forgotten


def tried_again(cursor: Cursor[Any], before: Iterable[DeadLetter]) -> None:
    """Those that failed before, and have failed again, count one attempt more."""
    update = """
        UPDATE dead_letters SET attempts = %s + 1
        WHERE view = %s AND key = %s AND position = %s AND error IS NOT NULL"""
    failed = [letter for letter in before if letter.error is not None]
    cursor.executemany(update, [(f.attempts, f.view, f.key, f.position) for f in failed])
