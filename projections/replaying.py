"""Replaying: everything derived anew from the log alone, and compared with what the views show."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.sql import SQL

from application.aggregates import EVOLVE
from application.recorded import BEGINNING, Position, Recorded, UnknownEvent
from domain.corrections import TimeCorrected
from projections.dead_letters import skipped_places
from projections.engine import Engine
from projections.folding import Folding, Version, label
from projections.rebuilding import Report, silent
from projections.tables import Tables
from projections.touching import Touching, touched, unknown

PAGE = 5_000
SINCE = "since"  # stands for the position from which a row has been so
STATE = "state"  # stands for what decisions remember of a stream
LOG = "log"  # stands for the order of events, which has no gaps


class Difference(NamedTuple):
    """Where a view does not show what the log says, or the log itself is not whole.

    None: there is no such row.
    """

    view: str
    key: str
    column: str
    replayed: object
    shown: object


@dataclass
class Replayed:
    """The views and the states of all streams, folded in memory."""

    foldings: Mapping[str, Folding[Any, Any]]
    states: dict[UUID, Any] = field(default_factory=dict)
    undecidable: dict[UUID, str] = field(default_factory=dict)  # streams, and why
    versions: dict[UUID, int] = field(default_factory=dict)  # of the last event of each stream
    last: Position = BEGINNING
    misplaced: list[Difference] = field(default_factory=list)
    events: int = 0

    def take(self, recorded: Recorded[Any]) -> None:
        """Check the event's place, and remember what decisions would."""
        self.events += 1
        self.place(recorded)
        if not isinstance(recorded.event, TimeCorrected):  # it changes no state
            self.evolve(recorded)

    def place(self, recorded: Recorded[Any]) -> None:
        """Positions and versions are counted without a gap: a missing one is lost or hidden."""
        at, stream, version = recorded.position, recorded.stream_id, recorded.envelope.version
        if at != self.last + 1:
            self.misplaced.append(Difference(LOG, str(at), "position", self.last + 1, at))
        if version != (expected := self.versions.get(stream, 0) + 1):
            self.misplaced.append(Difference(LOG, str(at), "version", expected, version))
        self.last, self.versions[stream] = at, version

    def evolve(self, recorded: Recorded[Any]) -> None:
        """The state of the event's stream, as long as it can be said what that is."""
        stream = recorded.envelope.stream
        if stream.id in self.undecidable:
            return
        try:
            if isinstance(recorded.event, UnknownEvent):
                raise TypeError(unknown(recorded.event))
            state = self.states.get(stream.id)
            self.states[stream.id] = EVOLVE[stream.kind](state, recorded.event)
        except Exception as error:  # whatever evolve may raise, the other streams go on
            self.undecidable[stream.id] = f"at position {recorded.position}: {error!r}"


def replay(engine: Engine, upto: Position, report: Report = silent) -> Replayed:
    """Fold the log up to a position, reading no view."""
    replayed = Replayed({name: Folding(tables.view) for name, tables in engine.tables.items()})
    touchings = {
        name: Touching(engine.log, t.view, skipped=skipped_places(engine.cursor, name))
        for name, t in engine.tables.items()
    }
    for page in engine.log.pages(BEGINNING, upto, PAGE):
        for recorded in page:
            replayed.take(recorded)
        along = engine.references.along(page)
        for name, touches in touched(touchings, along).items():
            replayed.foldings[name].take(touches)
        report(page[-1].position, upto)
    return replayed


def differences(engine: Engine, replayed: Replayed, upto: Position) -> Iterator[Difference]:
    """Where the log is not whole, or the views, as of the position, are not what it says."""
    yield from replayed.misplaced
    if replayed.last != upto:
        yield Difference(LOG, str(upto), "position", upto, replayed.last)
    for stream, why in replayed.undecidable.items():
        yield Difference(STATE, str(stream), STATE, why, None)
    for name, tables in engine.tables.items():
        rows = replayed.foldings[name].rows
        for key, shown in shown_rows(engine, tables, upto):
            yield from compared(name, key, rows.pop(key, None), shown)
        for key, missing in rows.items():
            yield from compared(name, key, missing, None)


def shown_rows(
    engine: Engine, tables: Tables, upto: Position
) -> Iterator[tuple[Hashable, Version]]:
    """The rows of a view as they were at a position."""
    query = SQL(
        "SELECT from_position, {0} FROM {1} WHERE from_position <= %(upto)s UNION ALL "
        "SELECT from_position, {0} FROM {2} "
        "WHERE from_position <= %(upto)s AND to_position > %(upto)s"
    ).format(tables.column_list, tables.current, tables.past)
    for since, *values in engine.cursor.execute(query, {"upto": upto}):
        row = tables.row(values)
        yield getattr(row, tables.view.key_column), Version(since, row)


def compared(
    view: str, key: Hashable, replayed: Version | None, shown: Version | None
) -> Iterator[Difference]:
    if replayed is None or shown is None:
        yield Difference(view, label(key), "", replayed and "a row", shown and "a row")
        return
    if replayed.since != shown.since:
        yield Difference(view, label(key), SINCE, replayed.since, shown.since)
    for column in type(replayed.row).model_fields:
        expected, found = getattr(replayed.row, column), getattr(shown.row, column)
        if expected != found:
            yield Difference(view, label(key), column, expected, found)
