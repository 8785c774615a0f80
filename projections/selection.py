"""What a reader asks for: which rows, and what of each. No GraphQL, no SQL.

Values come late: a selection is kept with the document, the values come with each request.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import loads
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from domain.messages import Refusal, RefusalCode
from projections.columns import Shape, shapes
from projections.statements import NamedStatement
from projections.view import Filter, Order, View

Value: TypeAlias = Callable[[Mapping[str, Any]], Any]
LONGEST_PAGE = 100


@dataclass(frozen=True)
class Fixed:
    """A value that is the same with each request."""

    value: Any

    def __call__(self, values: Mapping[str, Any]) -> Any:
        return self.value


class InvalidPage(Refusal):
    """Ask for between 1 and 100 rows, either the first or the last."""

    code = RefusalCode.INVALID


class InvalidCursor(Refusal):
    """The cursor is not one that this list gave out for this order."""

    code = RefusalCode.INVALID


class InvalidArgument(Refusal):
    """A text that is looked for must be Unicode without U+0000: nothing else was ever stored."""

    code = RefusalCode.INVALID


@dataclass(frozen=True)
class Page:
    """A stretch of a list. `beyond` is the cursor it starts from, in reading direction."""

    where: tuple[tuple[Filter, Value], ...]
    order: Order
    size: Value
    backwards: bool
    beyond: Value | None

    @property
    def descending(self) -> bool:
        """The direction in which the rows are read, which `last` turns round."""
        return self.order.descending != self.backwards


@dataclass(frozen=True)
class Leaf:
    """A column, or a field of a part. Personal data comes as it is kept, sealed."""

    column: str


@dataclass(frozen=True)
class Constant:
    """What is known without looking, such as `__typename` or a masked value."""

    text: str | None


@dataclass(frozen=True)
class NodeId:
    """The row's name among all things, which only this program can read."""


@dataclass(frozen=True)
class Stale:
    """Whether the row stands still, parked by an event that its view could not apply."""


@dataclass(frozen=True)
class Inside:
    """What is asked of a part of a row, or of each of its parts, kept with it as JSON.

    Behind a part of what a named statement finds there may be a list.
    """

    column: str
    fields: Mapping[str, Leaf | Constant | Inside | Connection]


@dataclass(frozen=True)
class Object:
    """One row of a view, or none: found by `via`, a column of the row it hangs on, or by `key`."""

    view: View[Any, Any]
    fields: Mapping[str, Field]
    via: str | None = None
    key: Value | None = None
    as_of: Value | None = None


@dataclass(frozen=True)
class Connection:
    """A page of rows of a view, as Relay wants it; `via` is their column with our row's key."""

    view: View[Any, Any]
    page: Page
    parts: Mapping[str, Part]
    via: str | None = None
    as_of: Value | None = None


@dataclass(frozen=True)
class AsOfPosition:
    """The position that a root and everything in it is as of."""


@dataclass(frozen=True)
class Figures:
    """What a named statement finds: its rows, or its one row."""

    named: NamedStatement[Any]
    arguments: Mapping[str, Value]
    fields: Mapping[str, Leaf | Constant | Inside | AsOfPosition]
    as_of: Value | None = None


Field: TypeAlias = Leaf | Constant | NodeId | Stale | Inside | Object | Connection
Root: TypeAlias = Constant | Object | Connection | Figures


@dataclass(frozen=True)
class Edges:
    fields: Mapping[str, Node | Cursor | Constant]


@dataclass(frozen=True)
class Node:
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Cursor:
    pass


@dataclass(frozen=True)
class PageInfo:
    fields: Mapping[str, str | Constant]


@dataclass(frozen=True)
class TotalCount:
    pass


Part: TypeAlias = Edges | PageInfo | TotalCount | Constant


def page_of(view: View[Any, Any], given: Mapping[str, Value], order: str | None) -> Page:
    """The page that a list's arguments ask for. `given` holds those that are not null."""
    backwards = "last" in given
    if ("first" in given and backwards) or ("before" if not backwards else "after") in given:
        raise InvalidPage
    size = given.get("last") or given.get("first") or constant(LONGEST_PAGE)
    cursor = given.get("before") or given.get("after")
    by = view.order_by[order] if order else next(iter(view.order_by.values()))
    return Page(
        where=tuple((f, given[f.argument]) for f in view.filters if f.argument in given),
        order=by,
        size=checked(size),
        backwards=backwards,
        beyond=cursor and (lambda values: place(cursor(values), columns_of(view, by))),
    )


def columns_of(view: View[Any, Any], order: Order) -> dict[str, Shape]:
    """What a cursor holds: the ordering column and the key, or the key alone."""
    names = dict.fromkeys([order.column, view.key_column])
    return {name: shapes(view.row)[name] for name in names}


def checked(size: Value) -> Value:
    if isinstance(size, Fixed) and 1 <= size.value <= LONGEST_PAGE:
        return size
    return lambda values: bounded(size(values))


def bounded(size: int) -> int:
    if not 1 <= size <= LONGEST_PAGE:
        raise InvalidPage
    return size


def place(cursor: str, columns: Mapping[str, Shape]) -> list[Any]:
    """The opaque cursor, opened."""
    try:
        values = loads(b64decode(cursor, validate=True))
        return [
            TypeAdapter(shape.type).validate_python(value)
            for shape, value in zip(columns.values(), values, strict=True)
        ]
    except (ValueError, TypeError, ValidationError, RecursionError) as error:
        raise InvalidCursor from error


def storable(value: Any) -> Any:
    """A value that PostgreSQL can be asked for."""
    if isinstance(value, str):
        try:
            broken = b"\x00" in value.encode()
        except UnicodeEncodeError:
            broken = True
        if broken:
            raise InvalidArgument
    return value


def constant(value: Any) -> Value:
    return Fixed(value)
