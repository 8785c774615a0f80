"""Events into views, within a transaction; and if one cannot be taken in, which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final, TypeAlias

from psycopg import Connection, DataError, Error, IntegrityError
from psycopg.errors import ProgramLimitExceeded

from application.log import EventLog
from projections import dead_letters
from projections.copying import Copies
from projections.dead_letters import Parked, Place
from projections.folding import Fault, Folding, Touch, label
from projections.reference import Along
from projections.tables import Tables
from projections.touching import Touching, touched

REFUSED: Final = (DataError, IntegrityError, ProgramLimitExceeded)
"""What PostgreSQL raises if what it is given is to blame, and not its own state."""

AT_ONCE: Final = 200  # events; the rows they make past are then on their way
NONE: Final[Set[Place]] = frozenset()
NOTHING: Final[Mapping[str, Set[Place]]] = {}

Touches: TypeAlias = Mapping[Tables, Sequence[Touch]]


def to_blame(error: Exception) -> bool:
    """Whether an event may be to blame for an error; if not, the database is not well."""
    return not isinstance(error, Error) or isinstance(error, REFUSED)


class Feeding:
    """Takes events into views, on a connection that has a transaction open.

    `parked` is what stands still already, by the name of the tables; it grows with every fault.
    `skipped` is what rows do without, by the name of the view; nobody can have decided that yet of
    an event that is new. `meanwhile` is what else can be done, a bit at a time, before PostgreSQL
    is waited for.
    """

    def __init__(
        self,
        connection: Connection[Any],
        log: EventLog,
        parked: Mapping[str, Parked],
        skipped: Mapping[str, Set[Place]] = NOTHING,
        meanwhile: Iterable[object] = (),
    ) -> None:
        self.meanwhile = meanwhile
        self.connection = connection
        self.cursor = connection.cursor(binary=True)
        self.copies = Copies(connection)
        self.log = log
        self.parked = parked
        self.skipped = skipped
        self.faults = 0
        self.folded: list[Folding[Any, Any]] = []

    def touches(self, fed: Iterable[Tables], along: Along) -> Touches:
        """What a page touches in each of these views, in its order."""
        touchings = {t: self.touching(t) for t in fed}
        return touched(touchings, along)

    def touching(self, tables: Tables) -> Touching:
        streams = self.parked[tables.name].streams
        return Touching(self.log, tables.view, streams, self.skipped.get(tables.view.name, NONE))

    def take(self, touches: Touches) -> None:
        """All of it at once. Raises whatever an event that cannot be taken in makes it raise.

        All rows are loaded first: from then on PostgreSQL takes in what was folded while more is.
        The view with most to fold comes last, so that it has little to do before and much after.
        """
        with self.copies:
            foldings = [
                (tables, of_view, self.folding(tables, of_view))
                for tables, of_view in sorted(touches.items(), key=lambda item: len(item[1]))
            ]
            for tables, of_view, folding in foldings:
                self.fold(tables, of_view, folding)
                self.put_on_record(tables, folding.faults)
            for _ in self.meanwhile:
                if not self.copies.go_on():
                    break

    def take_carefully(self, touches: Touches) -> None:
        """Each view by itself. What cannot be taken in is halved down to the culprit."""
        for tables, of_view in touches.items():
            self.apply(tables, of_view)

    def apply(self, tables: Tables, touches: Sequence[Touch]) -> None:
        try:
            with self.connection.transaction(), self.copies:
                folding = self.folding(tables, touches)
                self.fold(tables, touches, folding)
        except Exception as error:
            if not to_blame(error):
                raise
            self.halve(tables, touches, error)
        else:
            self.put_on_record(tables, folding.faults)

    def halve(self, tables: Tables, touches: Sequence[Touch], error: Exception) -> None:
        if len(touches) == 1:
            [(recorded, key, _, _)] = touches
            fault = Fault(label(key), recorded.position, repr(error))
            self.put_on_record(tables, [fault])
        else:
            middle = len(touches) // 2
            self.apply(tables, touches[:middle])
            self.apply(tables, touches[middle:])

    def folding(self, tables: Tables, touches: Sequence[Touch]) -> Folding[Any, Any]:
        """With the rows that are touched, which are in no table until it is folded."""
        parked = self.parked[tables.name].keys
        moving = {
            id(key): key  # an id's own hash takes long; the same object is mostly seen again
            for _, key, _, fault in touches
            if not (fault or (parked and label(key) in parked))
        }
        rows = tables.take(self.cursor, moving.values()) if moving else {}
        folding = Folding(tables.view, rows, parked)
        self.folded.append(folding)
        return folding

    def fold(self, tables: Tables, touches: Sequence[Touch], folding: Folding[Any, Any]) -> None:
        """What the rows become, and what they were, is on its way into the tables then."""
        filling = tables.filling(self.copies)
        for start in range(0, len(touches), AT_ONCE):
            filling.past(folding.take(touches[start : start + AT_ONCE]))
        filling.current(folding.versions)

    def put_on_record(self, tables: Tables, faults: Sequence[Fault]) -> None:
        if faults:
            self.copies.finish()
            dead_letters.record(self.cursor, tables.name, faults)
            self.parked[tables.name].add(faults)
            self.faults += len(faults)


def nothing_parked() -> Mapping[str, Parked]:
    return defaultdict(Parked)
