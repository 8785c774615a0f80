"""A view is a row type, keys and a pure fold. Everything else is the engine's."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from application.aggregates import members
from application.recorded import Recorded
from domain.messages import Event


class Row(BaseModel):
    """What a view shows of one thing. The first field is its key.

    A field may be a UUID, text, enum, whole number, boolean, date, moment, decimal or personal
    text, each perhaps None, or a frozen model or tuple of models of such fields (kept as JSON).
    """

    model_config = ConfigDict(frozen=True)

    def but(self, **changes: Any) -> Self:
        """The same row with some fields changed."""
        known = self.__dict__
        values = {**known, **changes}
        if len(values) > len(known):
            unknown = changes.keys() - known.keys()
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}.")
        return made(type(self), values)


M = TypeVar("M", bound=Row)


def made(kind: type[M], values: dict[str, Any]) -> M:
    """A row of these values, all of them, which were checked when they were first put into one.

    As pydantic's model_construct, which takes twenty times as long, since it looks for defaults and
    aliases. The engine does little else.
    """
    row = new(kind)
    put_values(row, values)
    put_fields_set(row, values.keys())
    put_extra(row, None)
    put_private(row, None)
    return row


new: Final = object.__new__
put_values, put_fields_set, put_extra, put_private = (
    BaseModel.__dict__[slot].__set__
    for slot in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)


class Embedded(BaseModel):
    """A part of a row with fields of its own, kept with the row as JSON."""

    model_config = ConfigDict(frozen=True)


R = TypeVar("R", bound=Row)
E = TypeVar("E", bound=Event)


def known(row: R | None) -> R:
    """The row that an earlier event must have made."""
    if row is None:
        raise LookupError("The event is about something the view has never heard of.")
    return row


def stream_id(recorded: Recorded) -> tuple[Hashable, ...]:
    """By default an event concerns the row of its own stream."""
    return (recorded.stream_id,)


# ── how it may be asked ─────────────────────────────────────────────────────


@dataclass(frozen=True)
class Filter:
    """An optional argument that narrows a list.

    Without an index it costs nothing to keep, and is for what most rows are alike in.
    """

    argument: str
    column: str
    operator: Literal["=", "<", ">=", ">", "<>"]
    indexed: bool = True


def equal(column: str, *, indexed: bool = True) -> Filter:
    return Filter(column, column, "=", indexed)


def before(column: str) -> Filter:
    return Filter(f"{column}_before", column, "<")


def since(column: str) -> Filter:
    return Filter(f"{column}_since", column, ">=")


def above(column: str) -> Filter:
    """More than so much. Not indexed: it narrows what other filters find."""
    return Filter(f"{column}_above", column, ">", indexed=False)


def other_than(column: str) -> Filter:
    """Anything but this. Not indexed: it narrows what other filters find."""
    return Filter(f"{column}_not", column, "<>", indexed=False)


@dataclass(frozen=True)
class Order:
    """A column and then the key, both in the same direction, so that every order is total."""

    column: str
    descending: bool = False

    @property
    def name(self) -> str:
        return f"{self.column}_{'desc' if self.descending else 'asc'}".upper()


# ── how it is related: by name, so that views need not know each other ──────


@dataclass(frozen=True)
class One:
    """This row's `via` is the key of a row of the other view."""

    view: str
    via: str


@dataclass(frozen=True)
class Many:
    """The other view's rows whose `via` is this row's key."""

    view: str
    via: str


Relation = One | Many

# ── what it comes to on a day ───────────────────────────────────────────────


@dataclass(frozen=True)
class OnDay:
    """What a row comes to on a day: time alone changes it, so that no event could.

    `tell` is pure: the row, the day, the policies as they were known, and the moment of asking.
    """

    shows: type[BaseModel]
    tell: Callable[[Any, date, Any, datetime], Sequence[BaseModel]]


# ── whose it is ─────────────────────────────────────────────────────────────


class Owner:
    """Kinds of owner by which rows are kept apart (design §9)."""

    STATION: Final = "station"
    DEALER: Final = "dealer"
    CUSTOMER: Final = "customer"


EVERYONE: Final[Mapping[str, str]] = {}
"""Rows that whoever holds the view's scope may see, whatever station or dealer they are of."""


@dataclass(frozen=True, eq=False, kw_only=True)
class View(Generic[R, E]):
    """`owners` maps a kind of owner to the column that names them, or is EVERYONE.

    Raise `version` when the meaning of `fold` changes: the view is then built anew.
    """

    name: str  # in the plural, as the list is called
    row: type[R]
    events: Any  # the union that `fold` is written over
    fold: Callable[[R | None, Recorded[E], Any], R | None]
    owners: Mapping[str, str]
    scope: str
    keys: Callable[[Recorded[E]], tuple[Hashable, ...]] = stream_id
    filters: tuple[Filter, ...] = ()
    orders: tuple[str, ...] = ()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    on_day: Mapping[str, OnDay] = field(default_factory=dict)
    field_scopes: Mapping[str, str] = field(default_factory=dict)
    first_order: str | None = None  # of those above; by default lists are ordered by key
    version: int = 1

    @cached_property
    def key_column(self) -> str:
        return next(iter(self.row.model_fields))

    @cached_property
    def event_types(self) -> frozenset[type[Event]]:
        return frozenset(members(self.events))

    @cached_property
    def order_by(self) -> dict[str, Order]:
        """Every order by its name; the first is the default, by key unless declared otherwise."""
        columns = dict.fromkeys(
            (self.first_order or self.key_column, self.key_column, *self.orders)
        )
        orders = (Order(column, down) for column in columns for down in (False, True))
        return {order.name: order for order in orders}

    def touched_by(self, recorded: Recorded[Any]) -> tuple[Hashable, ...]:
        """The keys of the rows that an event may change, each once."""
        if type(recorded.event) not in self.event_types:
            return ()
        return tuple(dict.fromkeys(self.keys(recorded)))
