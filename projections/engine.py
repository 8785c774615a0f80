"""One engine feeds all views: a page of the log, folded in memory, saved in one transaction.

There is one checkpoint, so all views show the same moment and a relation never shows two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from psycopg import Connection, Cursor, DataError, Error, IntegrityError
from psycopg.errors import ProgramLimitExceeded

from application.log import EventLog
from application.observing import Step
from application.recorded import BEGINNING, Position, Recorded
from projections import dead_letters
from projections.catalogue import Views
from projections.dead_letters import Parked
from projections.folding import Fault, Folding, Touch, label
from projections.progress import Progress
from projections.reference import References
from projections.tables import Tables, take_json_as_bytes
from projections.touching import Touching

PAGE: Final = 5_000

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS checkpoint (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL
);
INSERT INTO checkpoint (position) VALUES (0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS views (
    name       text COLLATE "C" PRIMARY KEY,
    definition text NOT NULL
);
"""

Connect: TypeAlias = Callable[[], Connection[Any]]
REFUSED: Final = (DataError, IntegrityError, ProgramLimitExceeded)


class Overtaken(Exception):
    """Another engine moved the checkpoint; this one must not write."""


class Engine:
    """Brings the views forward when told to. It may be used by one thread at a time.

    `connect` opens a connection in autocommit, as the role that may make tables; it is opened
    when first needed, and again after it was lost.
    """

    def __init__(
        self, log: EventLog, views: Views, connect: Connect, progress: Progress | None = None
    ) -> None:
        self.log = log
        self.views = views
        self.connect = connect
        self.progress = progress or Progress()
        self.tables = {name: Tables(view) for name, view in views.items()}
        self.references = References(log)
        self.parked: Mapping[str, Parked] = {}
        self._connection: Connection[Any] | None = None

    # ── its connection ──────────────────────────────────────────────────────

    @property
    def connection(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
            take_json_as_bytes(self._connection)
        return self._connection

    @property
    def cursor(self) -> Cursor[Any]:
        return self.connection.cursor(binary=True)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    # ── going forward ───────────────────────────────────────────────────────

    def position(self, *, lock: bool = False) -> Position:
        """How far the views are. With `lock`, no engine moves them before the transaction ends."""
        query = b"SELECT position FROM checkpoint" + (b" FOR UPDATE" if lock else b"")
        [position] = self.cursor.execute(query).fetchone() or [BEGINNING]
        return Position(position)

    def step(self, limit: int = PAGE) -> int:
        """Bring every view forward by one page, all or none; return how many events it held.

        Raises Overtaken if another engine took the step, and whatever PostgreSQL raises when it
        cannot be reached; then nothing has happened.
        """
        position = self.position()
        page = self.log.after(position, limit)
        if page:
            with self.log.observer.watch(Step.PAGE) as watched, self.connection.transaction():
                watched.size = len(page)
                self.move(position, page[-1].position)
                self.take(self.tables.values(), page)
            self.progress.reached(page[-1].position)
        else:
            self.progress.reached(position)
        return len(page)

    def parked_rows(self) -> int:
        """How many rows stand still."""
        return dead_letters.parked_rows(self.cursor, list(self.tables))

    def move(self, position: Position, to: Position) -> None:
        """Compare and set: of two engines only one can take this step."""
        query = b"UPDATE checkpoint SET position = %s WHERE position = %s"
        if self.cursor.execute(query, (to, position)).rowcount != 1:
            raise Overtaken

    def take(self, fed: Iterable[Tables], page: Sequence[Recorded[Any]]) -> None:
        """Take a page into views, within a transaction that holds the checkpoint."""
        along = self.references.along(page)
        self.parked = dead_letters.parked(self.cursor)
        for tables in fed:
            touching = Touching(self.log, tables.view, self.parked[tables.name].streams)
            if touches := touching.along(along):
                self.apply(tables, touches)

    def apply(self, tables: Tables, touches: Sequence[Touch]) -> None:
        """Take events into one view. If PostgreSQL refuses them, halve them down to the culprit."""
        try:
            with self.connection.transaction():
                faults = self.save(tables, touches)
        except Exception as error:
            if isinstance(error, Error) and not isinstance(error, REFUSED):
                raise  # the database is not well: no event is to blame
            self.halve(tables, touches, error)
        else:
            self.parked[tables.name].add(faults)

    def halve(self, tables: Tables, touches: Sequence[Touch], error: Exception) -> None:
        if len(touches) == 1:
            [touch] = touches
            fault = Fault(label(touch.key), touch.recorded.position, repr(error))
            dead_letters.record(self.cursor, tables.name, [fault])
            self.parked[tables.name].add([fault])
        else:
            middle = len(touches) // 2
            self.apply(tables, touches[:middle])
            self.apply(tables, touches[middle:])

    def save(self, tables: Tables, touches: Sequence[Touch]) -> list[Fault]:
        parked, cursor = self.parked[tables.name].keys, self.cursor
        moving = {t.key for t in touches if not (t.fault or (parked and label(t.key) in parked))}
        rows = tables.load(cursor, moving) if moving else {}
        folding = Folding(tables.view, rows, parked)
        for touch in touches:
            folding.take(touch)
        tables.save(cursor, folding)
        dead_letters.record(cursor, tables.name, folding.faults)
        return folding.faults
