"""A row as it was in fact at a time, as far as was known at a position (AUD-2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from anyio.to_thread import run_sync
from psycopg.sql import SQL

from application.histories import in_effect
from application.log import EventLog
from application.recorded import Position, Recorded
from domain.messages import Refusal, RefusalCode
from projections.catalogue import AnyView
from projections.columns import shapes
from projections.reading import Reader
from projections.reference import References
from projections.tables import tables_of
from projections.view import Row


class NotTellable(Refusal):
    """In the order in which they took effect, the events do not fit together up to then."""

    code = RefusalCode.UNAVAILABLE


def has_history(view: AnyView) -> bool:
    """Whether a row of the view stands for one stream, whose id is its key."""
    return shapes(view.row)[view.key_column].type is UUID


async def in_fact(
    reader: Reader, view: AnyView, key: UUID, at: datetime, upto: Position | None
) -> Row | None:
    """The row, told anew from the histories that it was ever made from. Raises NotTellable."""
    positions = await changes(reader, view, key)
    return await run_sync(effective_row, reader.log, view, key, positions, at, upto)


async def changes(reader: Reader, view: AnyView, key: UUID) -> list[Position]:
    """Where in the log the row changed."""
    tables = tables_of(view)
    query = SQL(
        "SELECT from_position FROM {} WHERE {key} = %(key)s"
        " UNION SELECT from_position FROM {} WHERE {key} = %(key)s"
    ).format(tables.current, tables.past, key=tables.key)
    return [Position(at) for (at,) in await reader.rows(query.as_bytes(), {"key": key})]


def effective_row(
    log: EventLog,
    view: AnyView,
    key: UUID,
    positions: Collection[Position],
    at: datetime,
    upto: Position | None,
) -> Row | None:
    touching = [log.after(Position(position - 1), 1)[0].stream_id for position in positions]
    records = [record for stream in {key, *touching} for record in log.history(stream)]
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
