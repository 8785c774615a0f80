"""Asking the views: at once, after a position, or as of a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple, Self, TypeAlias

from anyio.to_thread import run_sync
from psycopg import AsyncConnection, AsyncRawCursor, InterfaceError, OperationalError
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Composed
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from application.log import EventLog
from application.log_refusals import Unavailable
from application.recorded import Position
from domain.messages import Refusal, RefusalCode
from projections.access import EVERYTHING, REACH, Reach
from projections.catalogue import AnyView, Views
from projections.dead_letters import DeadLetter, page_query
from projections.progress import Progress
from projections.reference import Reference, References
from projections.selection import Figures, Page, constant
from projections.statement import (
    COMMA,
    Found,
    FoundFigures,
    PageOfRows,
    Rows,
    Statement,
)
from projections.statements import F, NamedStatement
from projections.view import Row

Moment: TypeAlias = Position | datetime
Params: TypeAlias = Mapping[str, Any] | Sequence[Any]


class ViewIsBehind(Refusal):
    """The views do not show this position yet. If it was recorded, it will come: ask again."""

    code = RefusalCode.UNAVAILABLE


class TakesTooLong(Refusal):
    """This takes longer than a question may. Ask for less of it, or when less is going on."""

    code = RefusalCode.UNAVAILABLE


class Seen(NamedTuple):
    """A row as a reader finds it. A stale one stands still behind an event it could not take."""

    row: Row
    stale: bool
    cursor: str = ""  # where it stands in its list, if it was found in one


class Reader:
    """Rows for those who ask. `restricted` readers see only what is within their reach.

    `progress` is the engine's, if it runs in this process; without it the checkpoint is polled.
    """

    PATIENCE = 2.0  # seconds to wait for a position
    POLL = 0.005  # seconds between looks at the checkpoint

    def __init__(
        self,
        views: Views,
        pool: AsyncConnectionPool,
        log: EventLog,
        progress: Progress | None = None,
    ) -> None:
        self.views = views
        self.pool = pool
        self.log = log
        self.progress = progress or Progress()
        self._references, self._referring = References(log), Lock()
        self._at_hand: AsyncConnection | None = None
        self._asking = 0  # how many wait for a connection

    async def open(self) -> None:
        """Connect, for the loop that asks."""
        await self.pool.open()

    async def close(self) -> None:
        connection, self._at_hand = self._at_hand, None
        if connection:
            await self.pool.putconn(connection)
        await self.pool.close()

    def stats(self) -> dict[str, int]:
        """The figures of psycopg's pool, under its names."""
        stats = self.pool.get_stats()
        return stats | {"pool_available": stats["pool_available"] + bool(self._at_hand)}

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def rows(self, query: bytes, params: Params) -> list[tuple[Any, ...]]:
        """The rows of a query that changes nothing; a connection that was cut is replaced.

        Its parameters are named, as psycopg has it, or numbered, as PostgreSQL has it.
        Raises Unavailable while the database does not answer, and TakesTooLong.
        """
        try:
            return await self._rows(query, params)
        except PoolTimeout as error:
            raise Unavailable from error
        except QueryCanceled as error:
            raise TakesTooLong from error
        except (OperationalError, InterfaceError):
            await self.pool.check()
        try:
            return await self._rows(query, params)
        except QueryCanceled as error:
            raise TakesTooLong from error
        except (OperationalError, InterfaceError) as error:
            raise Unavailable from error

    async def _rows(self, query: bytes, params: Params) -> list[tuple[Any, ...]]:
        connection = await self._connection()
        try:
            named = isinstance(params, Mapping)
            cursor = connection.cursor() if named else AsyncRawCursor(connection)
            return await (await cursor.execute(query, params)).fetchall()
        finally:
            await self._give_back(connection)

    async def _connection(self) -> AsyncConnection:
        if connection := self._at_hand:
            self._at_hand = None
            return connection
        self._asking += 1
        try:
            return await self.pool.getconn()
        finally:
            self._asking -= 1

    async def _give_back(self, connection: AsyncConnection) -> None:
        """One stays at hand, unless somebody waits: from question to question, to go by the pool is
        a twelfth of this side's work. What was left in the middle is closed by the pool."""
        idle = connection.pgconn.transaction_status == TransactionStatus.IDLE
        if idle and not self._asking and not self._at_hand and not self.pool.closed:
            self._at_hand = connection
        else:
            await self.pool.putconn(connection)

    async def position(self) -> Position:
        """How far the views have come."""
        [[position]] = await self.rows(b"SELECT position FROM checkpoint", {})
        return Position(position)

    async def wait_for(self, position: Position) -> None:
        """Return once the views show `position`. Raises ViewIsBehind if that takes too long."""
        deadline = monotonic() + self.PATIENCE
        while self.progress.position < position and await self.position() < position:
            if monotonic() > deadline:
                raise ViewIsBehind
            await self.progress.moved(self.POLL)

    async def settled(self, moment: Moment) -> Position:
        """The position a moment stands for, once the views have come that far."""
        position = (
            await run_sync(self.log.position_at, moment) if isinstance(moment, datetime) else moment
        )
        await self.wait_for(position)
        return position

    async def one(
        self,
        view: AnyView,
        key: Any,
        *,
        as_of: Position | None = None,
        reach: Reach = EVERYTHING,
    ) -> Seen | None:
        """The row with this key, if there is one and the reader may see it."""
        statement = self._statement(as_of, reach)
        rows = Rows(statement, view)
        found = rows.where(rows.equals(view.key_column, rows.bind(view.key_column, constant(key))))
        query = SQL("SELECT {}, {} {}").format(rows.stale(), columns(rows), found)
        answer = await self._run(statement, query, reach)
        return self._seen(rows, "", *answer[0]) if answer else None

    async def some(
        self,
        view: AnyView,
        keys: Sequence[Any],
        *,
        as_of: Position | None = None,
        reach: Reach = EVERYTHING,
    ) -> dict[Any, Seen]:
        """The rows with these keys that there are and the reader may see, by their keys."""
        statement = self._statement(as_of, reach)
        rows = Rows(statement, view)
        kind = rows.columns[view.key_column].sql
        wanted = statement.bind(constant(list(keys)), SQL("{}[]").format(kind))
        found = rows.where(SQL("{} = ANY({})").format(rows.key, wanted))
        query = SQL("SELECT {}, {} {}").format(rows.stale(), columns(rows), found)
        seen = [self._seen(rows, "", *v) for v in await self._run(statement, query, reach)]
        return {getattr(each.row, view.key_column): each for each in seen}

    async def page(
        self,
        view: AnyView,
        page: Page,
        *,
        as_of: Position | None = None,
        reach: Reach = EVERYTHING,
        join: Mapping[str, Any] | None = None,
    ) -> list[Seen]:
        """The rows of a page, in reading direction, each with its cursor; and one row more."""
        statement = self._statement(as_of, reach)
        rows = self._page(statement, view, page, join)
        query = SQL("SELECT {}, {}, {} FROM {} ORDER BY n")
        parts = rows.cursor(), rows.stale(), columns(rows), rows.counted()
        found = await self._run(statement, query.format(*parts), reach)
        return [self._seen(rows, *values) for values in found]

    async def count(
        self,
        view: AnyView,
        page: Page,
        *,
        as_of: Position | None = None,
        reach: Reach = EVERYTHING,
        join: Mapping[str, Any] | None = None,
    ) -> int:
        """How many rows the whole list has, that the reader may see."""
        statement = self._statement(as_of, reach)
        rows = self._page(statement, view, page, join)
        [[total]] = await self._run(statement, SQL("SELECT {}").format(rows.total()), reach)
        return int(total)

    async def figures(
        self,
        named: NamedStatement[F],
        given: Mapping[str, Any],
        *,
        as_of: Position | None = None,
        reach: Reach = EVERYTHING,
    ) -> list[F]:
        """What the statement finds of the rows that the reader may see."""
        statement = self._statement(as_of, reach)
        arguments = {name: constant(given[name]) for name in named.arguments if name in given}
        found = FoundFigures(statement, Figures(named, arguments, {}))
        query = SQL("SELECT {} FROM {}").format(columns(found), found.source())
        names = list(named.row.model_fields)
        rows = await self._run(statement, query, reach)
        return [named.row.model_validate(dict(zip(names, row, strict=True))) for row in rows]

    async def letters(
        self, beyond: Mapping[str, Any] | None, limit: int, *, backwards: bool
    ) -> list[DeadLetter]:
        """What the views could not take in, in the order of the log or against it."""
        query = page_query(beyond=beyond is not None, backwards=backwards)
        found = await self.rows(query, {**(beyond or {}), "limit": limit})
        return [DeadLetter(*values) for values in found]

    async def reference(self, as_of: Position | None) -> Reference:
        """The policies as they were known at a position, or are by now."""
        position = await self.position() if as_of is None else as_of
        return await run_sync(self._known_at, position)

    def _known_at(self, position: Position) -> Reference:
        with self._referring:
            self._references.read_up_to(position)
            return self._references.at(position)

    def _statement(self, as_of: Position | None, reach: Reach) -> Statement:
        statement = Statement(self.views, restricted=reach.restricted)
        statement.look(None if as_of is None else constant(as_of))
        return statement

    def _page(
        self, statement: Statement, view: AnyView, page: Page, join: Mapping[str, Any] | None
    ) -> PageOfRows:
        shapes = Rows(statement, view).columns
        bound = {n: statement.bind(constant(v), shapes[n].sql) for n, v in (join or {}).items()}
        return PageOfRows(statement, view, page, bound)

    def _seen(self, rows: Rows, cursor: str, stale: bool, *values: Any) -> Seen:
        return Seen(rows.tables.row(values), stale, cursor)

    async def _run(
        self, statement: Statement, query: Composed, reach: Reach
    ) -> list[tuple[Any, ...]]:
        return await self.rows(*statement.ready(query).asked({REACH: reach}))


def columns(rows: Found) -> Composed:
    return COMMA.join(map(rows.column, rows.columns))
