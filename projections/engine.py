"""One engine feeds all views: a page of the log, folded in memory, saved in one transaction.

There is one checkpoint, so all views show the same moment and a relation never shows two.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from psycopg import Connection, Cursor

from application.following import Follower
from application.log import EventLog
from application.observing import Step
from application.recorded import BEGINNING, Position, Recorded
from projections import dead_letters
from projections.catalogue import Views
from projections.dead_letters import Parked
from projections.feeding import Feeding, Touches, to_blame
from projections.outgrown import outgrown
from projections.progress import Progress
from projections.reference import References
from projections.tables import Tables, take_json_as_bytes

PAGE: Final = 5_000
LOOK: Final = 1_000  # events between two looks at how large the tables have become

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS checkpoint (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL,
    parkings bigint  NOT NULL DEFAULT 0  -- rises whenever something else stands still than did
);
DO $$ BEGIN  -- of earlier releases; asked first, since ALTER waits for whoever looks at the table
    IF NOT EXISTS (SELECT FROM pg_attribute
                   WHERE attrelid = 'checkpoint'::regclass AND attname = 'parkings') THEN
        ALTER TABLE checkpoint ADD COLUMN parkings bigint NOT NULL DEFAULT 0;
    END IF;
END $$;
INSERT INTO checkpoint (position) VALUES (0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS views (
    name       text COLLATE "C" PRIMARY KEY,
    definition text NOT NULL
);
"""

Connect: TypeAlias = Callable[[], Connection[Any]]


class Overtaken(Exception):
    """Another engine moved the checkpoint; this one must not write."""


class Checkpoint(NamedTuple):
    """How far the views are, and how often it has changed what stands still."""

    position: Position
    parkings: int


class Still(NamedTuple):
    """What stands still, after so many changes."""

    parkings: int
    parked: Mapping[str, Parked]


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
        self.follower = Follower(connect)
        self._spent: object = None
        self._taken = 0
        self._still: Still | None = None
        self._connection: Connection[Any] | None = None

    # ── its connection ──────────────────────────────────────────────────────

    @property
    def connection(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
            take_json_as_bytes(self._connection)
            # Views follow from the log: what a crash of the server takes is folded once more.
            self._connection.execute("SET synchronous_commit TO off")
        return self._connection

    @property
    def cursor(self) -> Cursor[Any]:
        return self.connection.cursor(binary=True)

    def close(self) -> None:
        self.follower.close()
        if self._connection is not None:
            self._connection.close()

    # ── how far it is ───────────────────────────────────────────────────────

    def checkpoint(self, *, lock: bool = False) -> Checkpoint:
        """Where the views are. With `lock`, nobody moves them before the transaction ends."""
        query = b"SELECT position, parkings FROM checkpoint" + (b" FOR UPDATE" if lock else b"")
        return Checkpoint(*(self.cursor.execute(query).fetchone() or (BEGINNING, 0)))

    def position(self) -> Position:
        """How far the views are."""
        return self.checkpoint().position

    def still(self, parkings: int) -> Mapping[str, Parked]:
        """What stands still, by the name of the tables; looked up if it has changed."""
        if self._still is None or self._still.parkings != parkings:
            self._still = Still(parkings, dead_letters.parked(self.cursor))
        return self._still.parked

    def parked_rows(self) -> int:
        """How many rows stood still when the engine last looked."""
        parked = self._still.parked if self._still else {}
        return sum(len(parked[name].keys) for name in self.tables if name in parked)

    # ── going forward ───────────────────────────────────────────────────────

    def step(self, limit: int = PAGE) -> int:
        """Bring every view forward by one page, all or none; return how many events it held.

        Raises Overtaken if another engine took the step, and whatever PostgreSQL raises when it
        cannot be reached; then nothing has happened.
        """
        self.analyze_outgrown()
        with uncollected():
            position, parkings = self.checkpoint()
            page = self.follower.page(position, limit)
            if page:
                with self.log.observer.watch(Step.PAGE) as watched:
                    watched.size = len(page)
                    self.take_step(position, page)
            else:
                self.still(parkings)
                self._spent = None
            self.progress.reached(page[-1].position if page else position)
            self._taken += len(page)
            return len(page)

    def analyze_outgrown(self) -> None:
        """So that nobody reads for long by plans that were made when a view had just begun."""
        if self._taken >= LOOK:
            analyses = dict(chain(*(t.analyses.items() for t in self.tables.values())))
            for name in outgrown(self.cursor, analyses):
                self.cursor.execute(analyses[name])
            self._taken = 0

    def take_step(self, position: Position, page: Sequence[Recorded[Any]]) -> None:
        """At once, as nearly always nothing is wrong; else once more, to find out what is."""
        try:
            self.advance(position, page, Feeding.take)
        except Exception as error:
            if isinstance(error, Overtaken) or not to_blame(error):
                raise
            self.advance(position, page, Feeding.take_carefully)

    def advance(
        self,
        position: Position,
        page: Sequence[Recorded[Any]],
        take: Callable[[Feeding, Touches], None],
    ) -> None:
        try:
            with self.connection.transaction():
                parkings = self.move(position, page[-1].position)
                still, meanwhile = self.still(parkings), self.reading_on(len(page))
                feeding = Feeding(self.connection, self.log, still, meanwhile=meanwhile)
                touches = feeding.touches(self.tables.values(), self.references.along(page))
                take(feeding, touches)
                if feeding.faults:
                    self._still = Still(self.announce(), feeding.parked)
            self._spent = page, touches, feeding
        except BaseException:
            self._still = None  # it may know of faults that are not on record after all
            raise

    def reading_on(self, events: int) -> Iterator[None]:
        """While PostgreSQL saves a page: let go of the one before, and take in the next."""
        self._spent = None
        while self.follower.read_on(events):
            yield

    def move(self, position: Position, to: Position) -> int:
        """Compare and set: of two engines only one can take this step."""
        query = b"UPDATE checkpoint SET position = %s WHERE position = %s RETURNING parkings"
        moved = self.cursor.execute(query, (to, position)).fetchone()
        if moved is None:
            raise Overtaken
        return int(moved[0])

    def announce(self) -> int:
        """Let all engines know that something else stands still than did."""
        query = b"UPDATE checkpoint SET parkings = parkings + 1 RETURNING parkings"
        [parkings] = self.cursor.execute(query).fetchone() or [0]
        return int(parkings)


@contextmanager
def uncollected() -> Iterator[None]:
    """A page makes many objects that soon go, none of them in a circle. Looking for circles among
    them, and among everything else in the process, would take longer than all other work.

    Nor are they looked through afterwards: what was read ahead counts as old from then on.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if gc.get_count()[0] > MANY:
                gc.freeze()
                gc.unfreeze()
            gc.enable()


MANY: Final = 5_000  # objects that are new, and still there
