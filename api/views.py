"""GraphQL types, lists and lookups for every view, made from its declaration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

import strawberry
from pydantic import BaseModel
from strawberry.types.field import StrawberryField

from api.connections import Connection, Edge, PageInfo
from api.events import EventTypes, root_of
from api.fields import Given, Info, Resolve, field, list_of, nullable
from api.scalars import AsOf
from api.stretches import PAGING
from api.types import Types, documented
from application.recorded import Position
from domain.calendar import local_day
from projections.catalogue import AnyView, Views
from projections.columns import shapes
from projections.effective import in_fact
from projections.names import name_of, named
from projections.reading import Moment, Seen
from projections.selection import constant, page_of
from projections.view import Many, OnDay, One, Relation

WHEN: Final[dict[str, Any]] = {"as_of": AsOf | None, "min_position": Position | None}
OBJECT_WHEN: Final[dict[str, Any]] = {**WHEN, "effective_at": datetime | None}


def lookup_name(view: AnyView) -> str:
    return view.row.__name__[0].lower() + view.row.__name__[1:]


def list_name(view: AnyView) -> str:
    """What has no plural of its own is asked for as a list."""
    return f"{view.name}_list" if view.name == lookup_name(view) else view.name


class ViewTypes:
    """The types of all views, and the fields at the root that lead to them."""

    def __init__(self, types: Types, views: Views, events: EventTypes) -> None:
        self.types = types
        self.views = views
        self.events = events
        self.node = node_interface(types)
        for view in views.values():
            self.declare(view)

    def declare(self, view: AnyView) -> None:
        name = view.row.__name__
        names = {order: order for order in view.order_by}
        order: Any = Enum(f"{name}Order", names)  # type: ignore[misc]
        self.types.enum(order, f"The orders in which {view.name} come.")
        row = self.types.make(
            name,
            [*self.row_fields(view)],
            documented(view.row),
            meaning=view.row,
            interface=self.node,
        )
        edge = self.types.make(f"{name}Edge", [field("node", row), field("cursor", str)])
        page = [
            field("edges", list_of(edge)),
            field("page_info", PageInfo),
            field("total_count", int, "How many there are in all. Counted only if asked."),
        ]
        self.types.make(f"{name}Connection", page)

    # ── fields of a row ─────────────────────────────────────────────────────

    def row_fields(self, view: AnyView) -> list[StrawberryField]:
        relations = [self.relation(view, n, relation) for n, relation in view.relations.items()]
        return [
            node_id(view),
            *self.types.facts(view.row),
            field("stale", bool, STALE),
            *relations,
            *(self.told_on(name, told) for name, told in view.on_day.items()),
            self.events.history(view),
        ]

    def relation(self, view: AnyView, name: str, relation: Relation) -> StrawberryField:
        other = self.views[relation.view]
        if isinstance(relation, One):
            returns = self.types.later(other.row.__name__) | None
            return field(name, returns, documented(other.row), resolve=one(other, relation))
        return self.list_field(name, other, many(view, other, relation))

    def told_on(self, name: str, told: OnDay) -> StrawberryField:
        async def resolve(seen: Seen, info: Info, given: Given) -> Sequence[BaseModel]:
            context = info.context
            now = context.sources.clock()
            known = await context.known(context.as_of[root_of(info)])
            day = given.get("on") or local_day(now, known.zone(now))
            return told.tell(seen.row, day, known, now)

        returns = list_of(self.types.model(told.shows))
        doc = f"{documented(told.shows)} Today, if no day is named."
        return field(name, returns, doc, {"on": date | None}, resolve)

    def list_field(
        self, name: str, view: AnyView, resolve: Resolve, when: dict[str, Any] | None = None
    ) -> StrawberryField:
        row = view.row.__name__
        filters = {f.argument: self.filtered(view, f.column) for f in view.filters}
        order_by = {"order_by": self.types.later(f"{row}Order") | None}
        returns = self.types.later(f"{row}Connection")
        arguments = filters | order_by | PAGING | (when or {})
        return field(name, returns, documented(view.row), arguments, resolve)

    def filtered(self, view: AnyView, column: str) -> Any:
        return nullable(self.types.leaf(shapes(view.row)[column].type))

    # ── fields at the root ──────────────────────────────────────────────────

    def roots(self) -> list[StrawberryField]:
        lists_and_lookups = [
            f for view in self.views.values() for f in (self.list_root(view), self.lookup(view))
        ]
        return [self.node_root(), *lists_and_lookups]

    def list_root(self, view: AnyView) -> StrawberryField:
        async def resolve(_: Any, info: Info, given: Given) -> Connection:
            return await connection(info, view, given, await at(info, given))

        return self.list_field(list_name(view), view, resolve, WHEN)

    def lookup(self, view: AnyView) -> StrawberryField:
        async def resolve(_: Any, info: Info, given: Given) -> Seen | None:
            return await found(info, view, given[view.key_column], given)

        key = {view.key_column: self.types.leaf(shapes(view.row)[view.key_column].type)}
        returns = self.types.later(view.row.__name__) | None
        arguments = key | OBJECT_WHEN
        return field(lookup_name(view), returns, documented(view.row), arguments, resolve)

    def node_root(self) -> StrawberryField:
        async def resolve(_: Any, info: Info, given: Given) -> Seen | None:
            known = named(self.views, given["id"])
            if known is None or not info.context.may(known[0].scope):
                return None
            view, key = known
            return await found(info, view, key, given)

        arguments = {"id": strawberry.ID, **OBJECT_WHEN}
        return field("node", self.node | None, "Any row, by its id.", arguments, resolve)


STALE = "Whether it stands still, behind an event that could not be taken in."


def node_interface(types: Types) -> Any:
    types.new("Node", Seen)
    body = {"__annotations__": {"id": strawberry.ID}, "resolve_type": staticmethod(type_of_row)}
    return strawberry.interface(type("Node", (), body), description="A row of any view.")


def type_of_row(value: Seen, info: Any, interface: Any) -> str:
    return type(value.row).__name__


def node_id(view: AnyView) -> StrawberryField:
    async def resolve(seen: Seen, info: Info, given: Given) -> str:
        return name_of(view, getattr(seen.row, view.key_column))

    return field("id", strawberry.ID, resolve=resolve)


# ── resolving, where no plan does it in one statement ───────────────────────


async def at(info: Info, given: Given) -> Position | None:
    """Settle as of when this root and all that hangs on it is read."""
    reader = info.context.reader
    if position := given.get("min_position"):
        await reader.wait_for(position)
    moment: Moment | None = given.get("as_of")
    as_of = None if moment is None else await reader.settled(moment)
    info.context.as_of[root_of(info)] = as_of
    return as_of


async def found(info: Info, view: AnyView, key: Any, given: Given) -> Seen | None:
    """One row, as it is, as of a moment recorded, or as it was in fact."""
    as_of = await at(info, given)
    reach = info.context.principal.reach
    if "effective_at" in given:
        return await told(info, view, key, given["effective_at"], as_of)
    return await info.context.reader.one(view, key, as_of=as_of, reach=reach)


async def told(
    info: Info, view: AnyView, key: Any, at: datetime, as_of: Position | None
) -> Seen | None:
    """One row as it was in fact at a time, if it was the reader's to see then."""
    reader, reach = info.context.reader, info.context.principal.reach
    row = await in_fact(reader, view, key, at, as_of)
    if row is None or not reach.sees(view.owners, row):
        return None
    known = await reader.one(view, key, as_of=as_of)
    return Seen(row, stale=known is not None and known.stale)


async def connection(
    info: Info,
    view: AnyView,
    given: Given,
    as_of: Position | None,
    join: Given | None = None,
) -> Connection:
    order = given.get("order_by")
    values = {name: constant(value) for name, value in given.items()}
    page = page_of(view, values, order and order.value)
    reader, reach = info.context.reader, info.context.principal.reach
    seen = await reader.page(view, page, as_of=as_of, reach=reach, join=join)

    async def count() -> int:
        return await reader.count(view, page, as_of=as_of, reach=reach, join=join)

    edges = [Edge(each.cursor, each) for each in seen]
    ends = Connection.of(edges, page.size({}), page.backwards, came=page.beyond is not None)
    return Connection(ends.edges, ends.page_info, count)


def one(other: AnyView, relation: One) -> Resolve:
    async def resolve(seen: Seen, info: Info, given: Given) -> Seen | None:
        key, context = getattr(seen.row, relation.via), info.context
        if key is None:
            return None
        return await context.related(other, key, context.as_of[root_of(info)])

    return resolve


def many(view: AnyView, other: AnyView, relation: Many) -> Resolve:
    async def resolve(seen: Seen, info: Info, given: Given) -> Connection:
        join = {relation.via: getattr(seen.row, view.key_column)}
        return await connection(info, other, given, info.context.as_of[root_of(info)], join)

    return resolve
