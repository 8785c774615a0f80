"""The SQL for the rows that a reader asks for: one row by key, or a page of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder

from projections.access import reach_in
from projections.catalogue import Views
from projections.columns import Shape, shape_of, shapes
from projections.copying import BIGINT
from projections.selection import Figures, Fixed, Page, Value, columns_of, storable
from projections.tables import Tables, tables_of
from projections.view import View

COMMA, AND, OR, UNION = SQL(", "), SQL(" AND "), SQL(" OR "), SQL(" UNION ALL ")
TRUE = SQL("true")
PARAMETER = re.compile(rb"%\((p\d+)\)s")


class Statement:
    """One statement in the making: its aliases, its parameters, and as of when it looks.

    A restricted one shows only rows within the reach that comes with the values of a request. One
    that looks near is told where the edges of its lists as of before are, and gives NULL unless
    each of them is a full page by then.
    """

    def __init__(self, views: Views, *, restricted: bool, near: bool = False) -> None:
        self.views = views
        self.restricted = restricted
        self.near = near
        self.edges: dict[str, Composed] = {}  # what finds those it is told
        self.parameters: dict[str, Value] = {}
        self.positions: dict[str, Value] = {}
        self.looks_back: Value | None = None
        self.as_of: Composable | None = None
        self.owners: dict[str, Composable] = {}
        self.numbers = count()

    def bind(self, value: Value, sql_type: Composable) -> Composed:
        name = f"p{next(self.numbers)}"
        self.parameters[name] = lambda values: storable(value(values))
        return SQL("{}::{}").format(Placeholder(name), sql_type)

    def look(self, as_of: Value | None) -> None:
        """Until the next look, rows are read as of that position, or as they are.

        PostgreSQL keeps one plan for all positions: of what stands in a query of its own it knows
        nothing when it plans, and so it does not plan anew for each.
        """
        self.looks_back = as_of
        self.as_of = SQL("(SELECT {})").format(self.bind(as_of, BIGINT)) if as_of else None

    @property
    def as_of_written(self) -> Composable | None:
        """The position it looks as of, for PostgreSQL to know when it plans."""
        if self.looks_back is None:
            return None
        name = f"position{next(self.numbers)}"
        self.positions[name] = self.looks_back
        return SQL("{}::{}").format(Placeholder(name), BIGINT)

    def position(self) -> Composable:
        """What it looks as of. Rows as they are, are as of the position the views have reached."""
        return self.as_of or SQL("(SELECT position FROM checkpoint)")

    def told(self, edge: Composed, kinds: Sequence[Composable]) -> Composed:
        """A place that comes with the values: where `edge` found it."""
        name = f"edge {len(self.edges)}"  # no variable can be called that
        self.edges[name] = edge
        place = [self.bind(nth(itemgetter(name), at), kind) for at, kind in enumerate(kinds)]
        return SQL("(SELECT {})").format(COMMA.join(place))

    def versions(
        self, tables: Tables, as_of: Composable | None
    ) -> list[tuple[Identifier, Composable]]:
        """Where to look, and for what: what is and, as of a position, also what was.

        Every row that a statement reads, it reads through here.
        """
        reach = self.within_reach(tables)
        if as_of is None:
            return [(tables.current, reach)]
        since = SQL("from_position <= {}").format(as_of)
        until = SQL("to_position > {}").format(as_of)
        return [
            (tables.current, AND.join([since, reach])),
            (tables.past, AND.join([since, until, reach])),
        ]

    def within_reach(self, tables: Tables) -> Composable:
        """Whether a row is the reader's to see, made from the view's owner columns."""
        owners = tables.view.owners
        if not self.restricted or not owners:
            return TRUE
        theirs = [
            SQL("{} = ANY({})").format(Identifier(column), self.owners_of(kind))
            for kind, column in owners.items()
        ]
        return SQL("({})").format(OR.join(theirs))

    def owners_of(self, kind: str) -> Composable:
        if kind not in self.owners:
            self.owners[kind] = self.bind(lambda values: reach_in(values).of(kind), SQL("uuid[]"))
        return self.owners[kind]

    def source(self, tables: Tables) -> Composed:
        """The rows of a view, to find a few of them by a key."""
        return self.united(tables, self.as_of)

    def whole_source(self, tables: Tables) -> Composed:
        """The rows of a view, to go through all of them, for which the position is written into the
        statement: how that is best done depends on how far back it looks."""
        return self.united(tables, self.as_of_written)

    def united(self, tables: Tables, as_of: Composable | None) -> Composed:
        selects = [
            SQL("SELECT {} FROM {} WHERE {}").format(tables.column_list, table, condition)
            for table, condition in self.versions(tables, as_of)
        ]
        return SQL("({})").format(UNION.join(selects))

    def ready(self, text: Composable) -> Ready:
        numbers: dict[str, int] = {}

        def number(found: re.Match[bytes]) -> bytes:
            return b"$%d" % numbers.setdefault(found[1].decode(), len(numbers) + 1)

        numbered = PARAMETER.sub(number, text.as_bytes())
        return Ready(numbered, [self.parameters[name] for name in numbers], self.positions)


@dataclass(frozen=True)
class Ready:
    """A statement to be asked often: with its parameters as PostgreSQL numbers them, so that nobody
    needs to look for them in a long text each time."""

    text: bytes
    parameters: Sequence[Value]
    positions: Mapping[str, Value]  # to be written into it

    def asked(self, values: Mapping[str, Any]) -> tuple[bytes, list[Any]]:
        """What PostgreSQL is asked with the values of one request, and its parameters."""
        text = self.text
        for name, position in self.positions.items():
            text = text.replace(b"%%(%s)s" % name.encode(), b"%d" % position(values))
        return text, [value(values) for value in self.parameters]


class Found:
    """Rows of something under an alias."""

    def __init__(self, statement: Statement, columns: Mapping[str, Shape]) -> None:
        self.statement = statement
        self.columns = columns
        self.alias = Identifier(f"t{next(statement.numbers)}")
        self.mentioned: set[str] = set()  # columns, so far

    def column(self, name: str) -> Composed:
        self.mentioned.add(name)
        return SQL("{}.{}").format(self.alias, Identifier(name))


class FoundFigures(Found):
    """The rows of a named statement."""

    def __init__(self, statement: Statement, asked: Figures) -> None:
        super().__init__(statement, shapes(asked.named.row))
        self.asked = asked

    def source(self) -> Composed:
        """The text of the statement, with views as far as they are the reader's to see."""
        named, statement = self.asked.named, self.statement
        views = {
            name: statement.whole_source(tables_of(statement.views[name])) for name in named.views
        }
        arguments = {
            name: statement.bind(given(self.asked, name), shape_of(kind).sql)
            for name, kind in named.arguments.items()
        }
        text = SQL(named.text).format(**views, **arguments)
        return SQL("({}) {}").format(text, self.alias)


def given(asked: Figures, name: str) -> Value:
    """An argument's value, null if it was left out. All of them are checked before any is used."""

    def value(values: Mapping[str, Any]) -> Any:
        everything = {argument: of(values) for argument, of in asked.arguments.items()}
        asked.named.check(everything)
        return everything.get(name)

    return value


class Rows(Found):
    """The rows of one view; `where` says which."""

    def __init__(self, statement: Statement, view: View[Any, Any]) -> None:
        self.view = view
        self.tables = tables_of(view)
        super().__init__(statement, self.tables.columns)

    @property
    def key(self) -> Composed:
        return self.column(self.view.key_column)

    def equals(self, column: str, value: Composable) -> Composed:
        return SQL("{} = {}").format(self.column(column), value)

    def bind(self, column: str, value: Value) -> Composed:
        return self.statement.bind(value, self.columns[column].sql)

    def where(self, condition: Composable) -> Composed:
        source = self.statement.source(self.tables)
        return SQL("FROM {} {} WHERE {}").format(source, self.alias, condition)

    def stale(self) -> Composed:
        """Whether the row stood still at that position, behind an event it could not take."""
        by_then: Composable = SQL("")
        if self.statement.as_of is not None:
            by_then = SQL(" AND position <= {}").format(self.statement.as_of)
        return SQL(
            "EXISTS (SELECT FROM dead_letters d WHERE d.view = {} AND d.key = {}::text{})"
        ).format(Literal(self.view.name), self.key, by_then)


class PageOfRows(Rows):
    """A stretch of a list, found by keyset: the cost does not grow with the depth."""

    def __init__(
        self,
        statement: Statement,
        view: View[Any, Any],
        page: Page,
        join: Mapping[str, Composable] | None = None,
    ) -> None:
        super().__init__(statement, view)
        self.page = page
        self.size = self.how_many(page.size)
        self.joined = bool(join)
        self.wanted = AND.join([TRUE, *self.joins(join or {}), *self.filters()])

    def how_many(self, size: Value) -> Composable:
        """A size that is known now is written out, so that PostgreSQL knows how few rows are
        wanted when it makes a plan that it keeps."""
        if isinstance(size, Fixed):
            return SQL("{}::bigint").format(Literal(size.value))
        return self.statement.bind(size, BIGINT)

    def joins(self, join: Mapping[str, Composable]) -> list[Composed]:
        return [self.equals(column, value) for column, value in join.items()]

    def filters(self) -> list[Composed]:
        return [
            SQL("{} {} {}").format(
                self.column(f.column), SQL(f.operator), self.bind(f.column, value)
            )
            for f, value in self.page.where
        ]

    def total(self) -> Composed:
        source = self.statement.whole_source(self.tables)
        return SQL("(SELECT count(*) FROM {} {} WHERE {})").format(source, self.alias, self.wanted)

    def answer(self, text: Composable, *, counted: bool) -> Composed:
        """Text that aggregates the rows of the page, in order, or of the `counted` page.

        To be written after all that is asked of the page. HAVING makes it one row, even if nothing
        that is asked for aggregates.
        """
        limit = self.one_more if counted else self.size
        rows = self.rows(self.stretch(limit), counted)
        if self.has_edge and self.statement.near:
            text = SQL("CASE WHEN count(*) = {} THEN {} END").format(limit, text)
        return SQL("(SELECT {} FROM {} HAVING true)").format(text, rows)

    @property
    def one_more(self) -> Composable:
        return SQL("({} + 1)").format(self.size)

    def counted(self) -> Composed:
        """The page, each row with its number `n`, and one row more that tells of a next page.

        To be written after all that is asked of the page."""
        return self.rows(self.stretch(self.one_more), counted=True)

    def rows(self, stretch: Composable, counted: bool) -> Composed:
        numbered = SQL("SELECT {row}.*, row_number() OVER () AS n FROM ({}) {row}")
        rows = numbered.format(stretch, row=self.alias) if counted else stretch
        return SQL("({}) {}").format(rows, self.alias)

    @property
    def has_edge(self) -> bool:
        return self.statement.as_of is not None and not self.joined

    def stretch(self, limit: Composable) -> Composed:
        """The first rows of the list.

        In the order of a list as of before, what is goes on for long without a row that was so
        then, if nearly everything has changed since, and what was without one that was still so, if
        hardly anything has. Whatever PostgreSQL planned, one of the two would be read from end to
        end for some positions. So neither is read further than to an edge, if that fills the page:
        PostgreSQL carries out the parts of UNION ALL one after the other, and not at all what is
        beyond a LIMIT.
        """
        if not self.has_edge:
            return self.first(limit, TRUE)
        place = COMMA.join(map(self.column, self.place))
        near, far = (">=", "<") if self.page.descending else ("<=", ">")
        if self.statement.near:
            kinds = [self.columns[name].sql for name in self.place]
            told = self.statement.told(self.edge(place, limit), kinds)
            return self.first(limit, SQL("({}) {} {}").format(place, SQL(near), told))
        edge = Identifier(f"edge{next(self.statement.numbers)}")
        there = SQL("(({}) {} (SELECT * FROM {}))")
        return SQL(
            "WITH {} AS MATERIALIZED ({}) SELECT * FROM (({}) UNION ALL ({})) {} LIMIT {}"
        ).format(
            edge,
            self.edge(place, limit),
            self.first(limit, there.format(place, SQL(near), edge)),
            self.first(limit, there.format(place, SQL(far), edge) + SQL(" IS NOT FALSE")),
            self.alias,
            limit,
        )

    def edge(self, place: Composable, limit: Composable) -> Composed:
        """Where the list as it is has gone on for a page and a half; nowhere if it is shorter. Any
        place would do."""
        [(table, reach)] = self.statement.versions(self.tables, None)
        wanted = AND.join([reach, self.wanted, self.beyond])
        return SQL("SELECT {} FROM {} {} WHERE {} ORDER BY {} OFFSET 3 * {} / 2 LIMIT 1").format(
            place, table, self.alias, wanted, self.order(), limit
        )

    def first(self, limit: Composable, within: Composable) -> Composed:
        """The first rows of a part of the list."""
        order = SQL("ORDER BY {} LIMIT {}").format(self.order(), limit)
        candidates = UNION.join(self.candidates(order, within))
        return SQL("SELECT * FROM ({}) {} {}").format(candidates, self.alias, order)

    def candidates(self, order: Composable, within: Composable) -> list[Composed]:
        """The first rows of what is and of what was, each by its index: PostgreSQL does not
        take a LIMIT into a UNION by itself, and would read both tables whole. Of many columns only
        those that were asked for: to plan for all of them takes longer than to find the rows."""
        needed = {self.view.key_column, *self.place, *self.mentioned}
        columns = COMMA.join(self.column(name) for name in self.columns if name in needed)
        wanted = AND.join([self.wanted, self.beyond, within])
        return [
            SQL("(SELECT {} FROM {} {} WHERE {} AND {} {})").format(
                columns, table, self.alias, condition, wanted, order
            )
            for table, condition in self.statement.versions(self.tables, self.statement.as_of)
        ]

    @property
    def place(self) -> list[str]:
        return list(columns_of(self.view, self.page.order))

    def order(self) -> Composed:
        direction = SQL(" DESC" if self.page.descending else "")
        return COMMA.join(self.column(name) + direction for name in self.place)

    @cached_property
    def beyond(self) -> Composable:
        if self.page.beyond is None:
            return TRUE
        values = [
            self.bind(name, nth(self.page.beyond, index)) for index, name in enumerate(self.place)
        ]
        return SQL("({}) {} ({})").format(
            COMMA.join(map(self.column, self.place)),
            SQL("<" if self.page.descending else ">"),
            COMMA.join(values),
        )

    def cursor(self) -> Composed:
        """Where a row stands in this order: what a reader hands back to go on from there."""
        place = COMMA.join(self.exactly(name) for name in self.place)
        return in_base64(SQL("json_build_array({})::text").format(place))

    def exactly(self, name: str) -> Composed:
        """A decimal goes as text: JSON readers make floats of it."""
        numeric = self.columns[name].sql == SQL("numeric")
        return self.column(name) + SQL("::text" if numeric else "")


def in_base64(text: Composable) -> Composed:
    return SQL("translate(encode(convert_to({}, 'UTF8'), 'base64'), E'\\n', '')").format(text)


def nth(place: Value, index: int) -> Value:
    return lambda values: place(values)[index]
