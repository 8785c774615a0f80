"""A row as it was in fact at a time, as far as was known at a position (AUD-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from anyio.to_thread import run_sync
from psycopg.sql import SQL

from application.histories import in_effect
from application.log import EventLog
from application.recorded import Position, Recorded
from domain.messages import Refusal, RefusalCode
from projections.catalogue import AnyView
from projections.reading import Reader
from projections.reference import References
from projections.tables import tables_of
from projections.touching import EVENTS_OF
from projections.view import Row


class NotTellable(Refusal):
    """In the order in which they took effect, the events do not fit together up to then."""

    code = RefusalCode.UNAVAILABLE


async def in_fact(
    reader: Reader, view: AnyView, key: Any, at: datetime, upto: Position | None
) -> Row | None:
    """The row, told anew from the histories that it was ever made from. Raises NotTellable."""
    positions = await changes(reader, view, key)
    return await run_sync(effective_row, reader.log, view, key, positions, at, upto)


def told_whole(view: AnyView) -> frozenset[str]:
    """The kinds of streams of which the view takes in everything that happens: whoever sees such
    a row may see its whole history, and of all others only what changed the row."""
    return frozenset(kind for kind, events in EVENTS_OF.items() if events <= view.event_types)


async def happened(reader: Reader, view: AnyView, key: Any) -> list[Recorded]:
    """The events that changed the row, in the order of the log."""
    positions = await changes(reader, view, key)
    return await run_sync(found, reader.log, positions)


def found(log: EventLog, positions: Iterable[Position]) -> list[Recorded]:
    return [log.after(Position(position - 1), 1)[0] for position in positions]


async def changes(reader: Reader, view: AnyView, key: Any) -> list[Position]:
    """Where in the log the row changed, first to last."""
    tables = tables_of(view)
    query = SQL(
        "SELECT from_position FROM {} WHERE {key} = %(key)s"
        " UNION SELECT from_position FROM {} WHERE {key} = %(key)s ORDER BY 1"
    ).format(tables.current, tables.past, key=tables.key)
    return [Position(at) for (at,) in await reader.rows(query.as_bytes(), {"key": key})]


def effective_row(
    log: EventLog,
    view: AnyView,
    key: Any,
    positions: Iterable[Position],
    at: datetime,
    upto: Position | None,
) -> Row | None:
    streams = {record.stream_id for record in found(log, positions)}
    if isinstance(key, UUID):
        streams.add(key)
    records = [record for stream in streams for record in log.history(stream)]
    facts = [record for record in in_effect(records, at, upto) if key in view.touched_by(record)]
    return folded(view, facts, References(log)) if facts else None


def folded(view: AnyView, facts: Sequence[Recorded], references: References) -> Row | None:
    references.read_up_to(max(fact.position for fact in facts))
    row: Row | None = None
    for fact in facts:
        try:
            row = view.fold(row, fact, references.at(fact.position))
        except (LookupError, ValueError) as error:
            raise NotTellable from error
    return row
