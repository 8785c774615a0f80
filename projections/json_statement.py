"""A whole selection becomes one statement, and PostgreSQL writes the JSON.

Rows are built by json_build_object. What lies around them, lists and the answer itself, is put
together as text: JSON within JSON would be copied once more at every level.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import islice
from json import dumps
from typing import Any, assert_never

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projections.columns import Shape
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
    COMMA,
    Found,
    FoundFigures,
    PageOfRows,
    Rows,
    Statement,
    in_base64,
)

Fields = Mapping[str, Any]
WIDEST = 50  # pairs in one json_build_object, which takes a hundred arguments
NULL = SQL("NULL")


def write(statement: Statement, roots: Mapping[str, Root]) -> str:
    answers = {}
    for name, root in roots.items():
        statement.look(getattr(root, "as_of", None))
        answers[name] = top(statement, root)
    return SQL("SELECT {}").format(text_object(answers)).as_string()


def text_object(fields: Mapping[str, Composable]) -> Composable:
    """An object as text, of fields that are JSON as text and never NULL."""
    if not fields:
        return Literal("{}")
    pairs = [
        SQL("{} || {}").format(Literal(f"{dumps(name)}:"), value) for name, value in fields.items()
    ]
    return SQL("('{{' || {} || '}}')").format(SQL(" || ',' || ").join(pairs))


def text_of(constant: Constant) -> Composable:
    return Literal(dumps(constant.text))


def json_object(fields: Mapping[str, Composable]) -> Composable:
    """An object with its fields in order. A wide one is built in stretches, joined as text."""
    if len(fields) <= WIDEST:
        return built(fields)
    pairs = iter(fields.items())
    stretches = list(iter(lambda: dict(islice(pairs, WIDEST)), {}))
    first, *others = (built(stretch) for stretch in stretches)
    text = SQL("left({}::text, -1)").format(first)
    for other in others:
        text = SQL("{} || ', ' || substr(left({}::text, -1), 2)").format(text, other)
    return SQL("({} || '}}')::json").format(text)


def built(fields: Mapping[str, Composable]) -> Composed:
    pairs = [SQL("{}, {}").format(Literal(name), value) for name, value in fields.items()]
    return SQL("json_build_object({})").format(COMMA.join(pairs))


def top(statement: Statement, root: Root) -> Composable:
    match root:
        case Constant():
            return text_of(root)
        case Connection():
            return connection(PageOfRows(statement, root.view, root.page), root.parts)
        case Object(key=key) if key:
            rows = Rows(statement, root.view)
            found = one(rows, rows.bind(root.view.key_column, key), root.fields)
            return SQL("coalesce({}::text, 'null')").format(found)
        case Figures():
            return figures(FoundFigures(statement, root), root)
        case _:
            raise TypeError(f"{root} hangs on nothing.")


def one(rows: Rows, key: Composable, fields: Fields) -> Composed:
    found = rows.where(rows.equals(rows.view.key_column, key))
    return SQL("(SELECT {} {})").format(row(rows, fields), found)


def row(rows: Rows, fields: Fields) -> Composable:
    return json_object({name: value(rows, field) for name, field in fields.items()})


def value(rows: Rows, field: Field) -> Composable:
    match field:
        case Leaf(column):
            return leaf(rows, column)
        case Constant(text):
            return Literal(text)
        case NodeId():
            return node_id(rows)
        case Stale():
            return rows.stale()
        case Inside(column, fields):
            return inside(rows.statement, rows.columns[column], rows.column(column), fields)
        case Object() | Connection():
            return related(rows, field)
        case never:
            assert_never(never)


def related(rows: Rows, field: Object | Connection) -> Composable:
    match field:
        case Object(view, fields, via):
            return one(Rows(rows.statement, view), rows.column(str(via)), fields)
        case Connection(view, page, parts, via):
            join = {str(via): rows.key}
            answer = connection(PageOfRows(rows.statement, view, page, join), parts)
            return SQL("{}::json").format(answer)
        case never:
            assert_never(never)


def leaf(rows: Found, name: str) -> Composable:
    """A column as GraphQL writes it: enums by name, decimals as text."""
    shape, column = rows.columns[name], rows.column(name)
    if shape.many:
        return each(rows.statement, shape, column)
    if shape.enum:
        return by_name(shape, column)
    return column + SQL("::text") if shape.type is Decimal else column


def node_id(rows: Rows) -> Composable:
    named = SQL("{} || {}::text").format(Literal(f"{rows.view.row.__name__}:"), rows.key)
    return in_base64(named)


def by_name(shape: Shape, text: Composable) -> Composed:
    names = [SQL("WHEN {} THEN {}").format(Literal(m.value), Literal(m.name)) for m in shape.type]
    return SQL("CASE {} {} END").format(text, SQL(" ").join(names))


# ── parts of a row, kept as JSON ────────────────────────────────────────────


def inside(statement: Statement, shape: Shape, json: Composable, fields: Fields) -> Composable:
    """What is asked of a part, or of each part, or NULL where there is none."""
    if shape.many:
        return every(statement, json, lambda part: within(statement, shape, part, fields))
    return SQL("CASE WHEN {} IS NOT NULL THEN {} END").format(
        json, within(statement, shape, json, fields)
    )


def within(statement: Statement, shape: Shape, part: Composable, fields: Fields) -> Composable:
    return json_object(
        {name: part_value(statement, shape, part, field) for name, field in fields.items()}
    )


def part_value(
    statement: Statement,
    shape: Shape,
    part: Composable,
    field: Leaf | Constant | Inside | Connection,
) -> Composable:
    match field:
        case Constant(text):
            return Literal(text)
        case Leaf(name):
            return part_leaf(statement, shape.fields[name], kept(part, name))
        case Inside(name, fields):
            return inside(statement, shape.fields[name], kept(part, name), fields)
        case Connection(view, page, parts):
            answer = connection(PageOfRows(statement, view, page), parts)
            return SQL("{}::json").format(answer)
        case never:
            assert_never(never)


def kept(part: Composable, name: str) -> Composed:
    """What a part keeps under a name; NULL, not JSON's null, if nothing."""
    return SQL("nullif({} -> {}, 'null'::jsonb)").format(part, Literal(name))


def part_leaf(statement: Statement, shape: Shape, json: Composable) -> Composable:
    if shape.many:
        return each(statement, shape, json)
    return by_name(shape, as_text(json)) if shape.enum else json


def each(statement: Statement, shape: Shape, json: Composable) -> Composable:
    """A list of plain values; those of enums by name."""
    if not shape.enum:
        return json
    return every(statement, json, lambda element: by_name(shape, as_text(element)))


def as_text(json: Composable) -> Composed:
    return SQL("({} #>> '{{}}')").format(json)


def every(statement: Statement, json: Composable, shown: Any) -> Composed:
    element = Identifier(f"e{next(statement.numbers)}")
    return SQL(
        "CASE WHEN {json} IS NOT NULL THEN (SELECT coalesce(json_agg({shown} ORDER BY {element}.n),"
        " '[]') FROM jsonb_array_elements({json}) WITH ORDINALITY {element} (part, n)) END"
    ).format(json=json, shown=shown(element + SQL(".part")), element=element)


# ── figures ─────────────────────────────────────────────────────────────────


def figures(found: FoundFigures, asked: Figures) -> Composed:
    """The rows of a named statement in its order, or its one row, as text."""
    fields = {name: figure(found, field) for name, field in asked.fields.items()}
    row = SQL("{}::text").format(json_object(fields))
    if asked.named.single:
        return SQL("(SELECT {} FROM {})").format(row, found.source())
    every = SQL("'[' || coalesce(string_agg({}, ','), '') || ']'").format(row)
    return SQL("(SELECT {} FROM {})").format(every, found.source())


def figure(found: Found, field: Leaf | Constant | Inside | AsOfPosition) -> Composable:
    match field:
        case Leaf(column):
            return leaf(found, column)
        case Constant(text):
            return Literal(text)
        case Inside(column, fields):
            return inside(found.statement, found.columns[column], found.column(column), fields)
        case AsOfPosition():
            return SQL("{}::text").format(found.statement.position())
        case never:
            assert_never(never)


# ── lists, in the shape of Relay ────────────────────────────────────────────


def connection(page: PageOfRows, parts: Fields) -> Composable:
    """A list, as text. HAVING makes it one row, even if nothing that is asked for aggregates."""
    asked = [type(part) for part in parts.values()]
    counted = page.page.backwards or PageInfo in asked
    answer = text_object({name: part(page, what, counted) for name, what in parts.items()})
    if not counted and Edges not in asked:
        return SQL("(SELECT {})").format(answer)
    rows = page.counted() if counted else page.stretch_alone()
    return SQL("(SELECT {} FROM {} HAVING true)").format(answer, rows)


def part(page: PageOfRows, asked: Any, counted: bool) -> Composable:
    match asked:
        case Edges(fields):
            return edges(page, fields, counted)
        case PageInfo(names):
            info = json_object({name: page_info(page, what) for name, what in names.items()})
            return SQL("{}::text").format(info)
        case TotalCount():
            return SQL("{}::text").format(page.total())
        case Constant():
            return text_of(asked)
        case _:
            raise TypeError(f"{asked} is no part of a connection.")


def edges(page: PageOfRows, fields: Fields, counted: bool) -> Composable:
    edge = text_object({name: edge_field(page, asked) for name, asked in fields.items()})
    order: Composable = SQL("")
    only: Composable = SQL("")
    if counted:
        order = SQL(" ORDER BY n DESC" if page.page.backwards else " ORDER BY n")
        only = SQL(" FILTER (WHERE n <= {})").format(page.size)
    return SQL("'[' || coalesce(string_agg({}, ','{}){}, '') || ']'").format(edge, order, only)


def edge_field(page: PageOfRows, asked: Any) -> Composable:
    match asked:
        case Node(fields):
            return SQL("{}::text").format(row(page, fields))
        case Cursor():
            return SQL("'\"' || {} || '\"'").format(page.cursor())
        case Constant():
            return text_of(asked)
        case _:
            raise TypeError(f"{asked} is no part of an edge.")


def page_info(page: PageOfRows, what: str | Constant) -> Composable:
    """`n` counts in reading direction, which is against the list's for `last`."""
    if isinstance(what, Constant):
        return Literal(what.text)
    nearest = SQL("max({}) FILTER (WHERE n = 1)").format(page.cursor())
    farthest = SQL("(array_agg({} ORDER BY n DESC) FILTER (WHERE n <= {}))[1]").format(
        page.cursor(), page.size
    )
    more = SQL("count(*) > {}").format(page.size)
    came = SQL("true" if page.page.beyond else "false")
    start, end, before, after = (
        (farthest, nearest, more, came) if page.page.backwards else (nearest, farthest, came, more)
    )
    return {
        "start_cursor": start,
        "end_cursor": end,
        "has_previous_page": before,
        "has_next_page": after,
    }[what]
