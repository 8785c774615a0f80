"""A whole selection becomes one statement, and PostgreSQL writes the JSON.

All of it is put together as text, from pieces that are JSON already: json_build_object looks up the
type of every value of every row anew, and JSON within JSON is copied once more at every level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from json import dumps
from typing import Any, assert_never
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projections.columns import Shape
from projections.json_text import Text, literal, or_null, quoted, text_list, text_object, written
from projections.selection import (
    AsOfPosition,
    Connection,
    Constant,
    Cursor,
    Edges,
    Field,
    Figures,
    Inside,
    Leaf,
    Node,
    NodeId,
    Object,
    PageInfo,
    Root,
    Stale,
    TotalCount,
)
from projections.statement import (
    Found,
    FoundFigures,
    PageOfRows,
    Ready,
    Rows,
    Statement,
    in_base64,
)

Fields = Mapping[str, Any]


def write(statement: Statement, roots: Mapping[str, Root]) -> Ready:
    answers = {}
    for name, root in roots.items():
        statement.look(getattr(root, "as_of", None))
        answers[name] = top(statement, root)
    return statement.ready(SQL("SELECT {}").format(written(text_object(answers))))


def top(statement: Statement, root: Root) -> Text:
    match root:
        case Constant(text):
            return literal(text)
        case Connection():
            return connection(PageOfRows(statement, root.view, root.page), root.parts)
        case Object(key=key) if key:
            rows = Rows(statement, root.view)
            return one(rows, rows.bind(root.view.key_column, key), root.fields)
        case Figures():
            return figures(FoundFigures(statement, root), root)
        case _:
            raise TypeError(f"{root} hangs on nothing.")


def one(rows: Rows, key: Composable, fields: Fields) -> Text:
    found = rows.where(rows.equals(rows.view.key_column, key))
    return or_null(SQL("(SELECT {} {})").format(written(row(rows, fields)), found))


def row(rows: Rows, fields: Fields) -> Text:
    return text_object({name: value(rows, field) for name, field in fields.items()})


def value(rows: Rows, field: Field) -> Text:
    match field:
        case Leaf(column):
            return leaf(rows, column)
        case Constant(text):
            return literal(text)
        case NodeId():
            return node_id(rows)
        case Stale():
            return [rows.stale() + SQL("::text")]
        case Inside(column, fields):
            return inside(rows.statement, rows.columns[column], rows.column(column), fields)
        case Object() | Connection():
            return related(rows, field)
        case never:
            assert_never(never)


def related(rows: Rows, field: Object | Connection) -> Text:
    match field:
        case Object(view, fields, via):
            return one(Rows(rows.statement, view), rows.column(str(via)), fields)
        case Connection(view, page, parts, via):
            join = {str(via): rows.key}
            return connection(PageOfRows(rows.statement, view, page, join), parts)
        case never:
            assert_never(never)


def leaf(rows: Found, name: str) -> Text:
    """A column as GraphQL writes it: enums by name, decimals as text."""
    shape, column = rows.columns[name], rows.column(name)
    if shape.many:
        return each(rows.statement, shape, column)
    if shape.enum:
        return by_name(shape, column)
    if shape.type in (UUID, Decimal):
        return or_null(written(quoted(column + SQL("::text"))))
    if shape.type in (int, bool) or not shape.plain:
        return or_null(column + SQL("::text"))
    return or_null(SQL("to_json({})::text").format(column))


def node_id(rows: Rows) -> Text:
    named = SQL("{} || {}::text").format(Literal(f"{rows.view.row.__name__}:"), rows.key)
    return quoted(in_base64(named))


def by_name(shape: Shape, text: Composable) -> Text:
    names = [
        SQL("WHEN {} THEN {}").format(Literal(member.value), Literal(dumps(member.name)))
        for member in shape.type
    ]
    return [SQL("CASE {} {} ELSE 'null' END").format(text, SQL(" ").join(names))]


# ── parts of a row, kept as JSON ────────────────────────────────────────────


def inside(statement: Statement, shape: Shape, json: Composable, fields: Fields) -> Text:
    """What is asked of a part, or of each part, or null where there is none."""
    if shape.many:
        return every(statement, json, lambda part: within(statement, shape, part, fields))
    return where_any(json, written(within(statement, shape, json, fields)))


def where_any(json: Composable, text: Composable) -> Text:
    return [SQL("CASE WHEN {} IS NOT NULL THEN {} ELSE 'null' END").format(json, text)]


def within(statement: Statement, shape: Shape, part: Composable, fields: Fields) -> Text:
    return text_object(
        {name: part_value(statement, shape, part, field) for name, field in fields.items()}
    )


def part_value(
    statement: Statement,
    shape: Shape,
    part: Composable,
    field: Leaf | Constant | Inside | Connection,
) -> Text:
    match field:
        case Constant(text):
            return literal(text)
        case Leaf(name):
            return part_leaf(statement, shape.fields[name], kept(part, name))
        case Inside(name, fields):
            return inside(statement, shape.fields[name], kept(part, name), fields)
        case Connection(view, page, parts):
            return connection(PageOfRows(statement, view, page), parts)
        case never:
            assert_never(never)


def kept(part: Composable, name: str) -> Composed:
    """What a part keeps under a name; NULL, not JSON's null, if nothing."""
    return SQL("nullif({} -> {}, 'null'::jsonb)").format(part, Literal(name))


def part_leaf(statement: Statement, shape: Shape, json: Composable) -> Text:
    if shape.many:
        return each(statement, shape, json)
    return by_name(shape, as_text(json)) if shape.enum else or_null(json + SQL("::text"))


def each(statement: Statement, shape: Shape, json: Composable) -> Text:
    """A list of plain values; those of enums by name."""
    if not shape.enum:
        return or_null(json + SQL("::text"))
    return every(statement, json, lambda element: by_name(shape, as_text(element)))


def as_text(json: Composable) -> Composed:
    return SQL("({} #>> '{{}}')").format(json)


def every(statement: Statement, json: Composable, shown: Callable[[Composable], Text]) -> Text:
    element = Identifier(f"e{next(statement.numbers)}")
    elements = SQL("(SELECT {} FROM jsonb_array_elements({}) WITH ORDINALITY {} (part, n))").format(
        written(text_list(shown(element + SQL(".part")), order=element + SQL(".n"))), json, element
    )
    return where_any(json, elements)


# ── figures ─────────────────────────────────────────────────────────────────


def figures(found: FoundFigures, asked: Figures) -> Text:
    """The rows of a named statement in its order, or its one row."""
    row = text_object({name: figure(found, field) for name, field in asked.fields.items()})
    answer = row if asked.named.single else text_list(row)
    return [SQL("(SELECT {} FROM {})").format(written(answer), found.source())]


def figure(found: Found, field: Leaf | Constant | Inside | AsOfPosition) -> Text:
    match field:
        case Leaf(column):
            return leaf(found, column)
        case Constant(text):
            return literal(text)
        case Inside(column, fields):
            return inside(found.statement, found.columns[column], found.column(column), fields)
        case AsOfPosition():
            return quoted(found.statement.position() + SQL("::text"))
        case never:
            assert_never(never)


# ── lists, in the shape of Relay ────────────────────────────────────────────


def connection(page: PageOfRows, parts: Fields) -> Text:
    """A list."""
    asked = [type(part) for part in parts.values()]
    counted = page.page.backwards or PageInfo in asked
    answer = text_object({name: part(page, what, counted) for name, what in parts.items()})
    if not counted and Edges not in asked:
        return answer
    return [page.answer(written(answer), counted=counted)]


def part(page: PageOfRows, asked: Any, counted: bool) -> Text:
    match asked:
        case Edges(fields):
            return edges(page, fields, counted)
        case PageInfo(names):
            return text_object({name: page_info(page, what) for name, what in names.items()})
        case TotalCount():
            return [page.total() + SQL("::text")]
        case Constant(text):
            return literal(text)
        case _:
            raise TypeError(f"{asked} is no part of a connection.")


def edges(page: PageOfRows, fields: Fields, counted: bool) -> Text:
    edge = text_object({name: edge_field(page, asked) for name, asked in fields.items()})
    if not counted:
        return text_list(edge)
    order = SQL("n DESC" if page.page.backwards else "n")
    return text_list(edge, order=order, only=SQL("n <= {}").format(page.size))


def edge_field(page: PageOfRows, asked: Any) -> Text:
    match asked:
        case Node(fields):
            return row(page, fields)
        case Cursor():
            return quoted(page.cursor())
        case Constant(text):
            return literal(text)
        case _:
            raise TypeError(f"{asked} is no part of an edge.")


def page_info(page: PageOfRows, what: str | Constant) -> Text:
    """`n` counts in reading direction, which is against the list's for `last`."""
    if isinstance(what, Constant):
        return literal(what.text)
    nearest = SQL("max({}) FILTER (WHERE n = 1)").format(page.cursor())
    farthest = SQL("(array_agg({} ORDER BY n DESC) FILTER (WHERE n <= {}))[1]").format(
        page.cursor(), page.size
    )
    more: Text = [SQL("(count(*) > {})::text").format(page.size)]
    came: Text = ["true" if page.page.beyond else "false"]
    start, end = (farthest, nearest) if page.page.backwards else (nearest, farthest)
    before, after = (more, came) if page.page.backwards else (came, more)
    return {
        "start_cursor": or_null(written(quoted(start))),
        "end_cursor": or_null(written(quoted(end))),
        "has_previous_page": before,
        "has_next_page": after,
    }[what]
