"""Questions made at random from what the views declare, with every way GraphQL has to ask."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, get_args
from uuid import UUID

from graphql import get_nullable_type
from hypothesis import strategies as st
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from api.types import name_of
from projections.columns import shapes
from projections.figures.catalogue import STATEMENTS
from projections.view import Many

MISSING = UUID(int=0xBAD)
DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(0, 250, 5)]


def camel(name: str) -> str:
    return to_camel_case(name)


def type_name(kind: type) -> str:
    return name_of(kind)


@dataclass(frozen=True)
class Given:
    """An argument: how it is written, and what it comes to."""

    text: str
    value: Any


@dataclass(frozen=True)
class Fragment:
    """A spread: inline, or under a name."""

    below: tuple[Ask | Fragment, ...]
    on: str | None = None
    directive: str = ""
    hidden: bool = False
    name: str = ""

    def text(self) -> str:
        if self.name:
            return f"...{self.name}{self.directive}"
        on = f" on {self.on}" if self.on else ""
        return f"...{on}{self.directive} {{ {inside(self.below)} }}"


@dataclass(frozen=True)
class Ask:
    """A field that is asked for; at the root also of which view, and by which key."""

    name: str
    alias: str = ""
    arguments: Mapping[str, Given] = field(default_factory=dict)
    below: tuple[Ask | Fragment, ...] = ()
    directive: str = ""
    hidden: bool = False
    kind: str = ""
    view: Any = None
    key_value: Any = None
    named: Any = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return self.alias or self.name

    @property
    def attribute(self) -> str:
        return to_snake_case(self.name)

    def value(self, argument: str) -> Any:
        given = self.arguments.get(argument)
        return given.value if given else None

    def text(self) -> str:
        alias = f"{self.alias}: " if self.alias else ""
        given = ", ".join(f"{name}: {given.text}" for name, given in self.arguments.items())
        arguments = f"({given})" if given else ""
        below = f" {{ {inside(self.below)} }}" if self.below else ""
        return f"{alias}{self.name}{arguments}{self.directive}{below}"


def inside(below: tuple[Ask | Fragment, ...]) -> str:
    return " ".join(each.text() for each in below)


def literal(value: Any) -> str:
    match value:
        case None:
            return "null"
        case Enum():
            return value.name
        case bool() | int():
            return str(value).lower()
        case _:
            return json.dumps(as_json(value), ensure_ascii=False)


def as_json(value: Any) -> Any:
    match value:
        case Enum():
            return value.name
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case _:
            return value


@dataclass(frozen=True)
class Question:
    """A document with its variables, and what it asks in words an oracle understands."""

    text: str
    variables: Mapping[str, Any]
    roots: tuple[Ask, ...]


class Asker:
    """Makes questions about views that a reader may read."""

    def __init__(self, schema: Any, views: Mapping[str, Any], rows: Mapping[str, Any]) -> None:
        self.schema = schema
        self.all = views
        self.views = views
        self.statements = [*STATEMENTS.values()]
        self.rows = rows  # to pick values from that are found

    def limited(self, scopes: frozenset[str]) -> Asker:
        asker = Asker(self.schema, self.all, self.rows)
        asker.views = {
            name: view
            for name, view in self.all.items()
            if {view.scope, *view.field_scopes.values()} <= scopes  # any of its fields may be asked
        }
        asker.statements = [
            named
            for named in STATEMENTS.values()
            if {named.scope, *(self.all[view].scope for view in named.lists.values())} <= scopes
        ]
        return asker

    # ── whole documents ─────────────────────────────────────────────────────

    def questions(self) -> st.SearchStrategy[Question]:
        return st.composite(lambda draw: self.question(Drawing(draw)))()

    def question(self, drawing: Drawing) -> Question:
        roots = tuple(
            self.hide(drawing, self.root(drawing, f"r{number}"))
            for number in range(drawing.number(1, 3))
        )
        used = "u: __typename @include(if: $yes) @skip(if: $no)"
        declared = ", ".join(["$yes: Boolean = true", "$no: Boolean!", *drawing.declared])
        fragments = " ".join(drawing.fragments)
        text = f"query ({declared}) {{ {inside(roots)} {used} }} {fragments}"
        shown = Ask("__typename", alias="u", kind="typename")
        return Question(text, {"no": False, **drawing.variables}, (*roots, shown))

    def root(self, drawing: Drawing, alias: str) -> Ask:
        if self.statements and drawing.chance(4):
            return self.figures(drawing, alias)
        view = drawing.pick([*self.views.values()])
        kind = drawing.pick(["list", "list", "lookup", "node"])
        if kind == "list":
            field = list_field(view)
            ask = Ask(field, alias, kind=kind, view=view)
            arguments = self.list_arguments(drawing, view, field) | self.when(drawing, field)
            below = self.connection(drawing, view, 2)
            return replace(ask, arguments=arguments, below=below)
        key = drawing.pick([*self.rows[view.name], missing(view)])
        ask = Ask("node", alias, kind=kind, view=view, key_value=key)
        below = self.row(drawing, view, 2)
        if kind == "node":
            id = b64encode(f"{view.row.__name__}:{key}".encode()).decode()
            arguments = {"id": self.given(drawing, "node", "id", id)} | self.when(drawing, "node")
            here = Fragment(below, on=view.row.__name__)
            elsewhere = Fragment((Ask("stale"),), on=drawing.pick(self.row_names()))
            common = (Ask("__typename", "t"), Ask("id", "i"))
            return replace(ask, arguments=arguments, below=(*common, here, elsewhere))
        name = lookup_field(view)
        arguments = {camel(view.key_column): self.given(drawing, name, camel(view.key_column), key)}
        return replace(ask, name=name, arguments=arguments | self.when(drawing, name), below=below)

    def row_names(self) -> list[str]:
        return [view.row.__name__ for view in self.views.values()]

    def figures(self, drawing: Drawing, alias: str) -> Ask:
        named = drawing.pick(self.statements)
        field, values = camel(named.name), self.values(drawing, named)
        arguments = {
            camel(name): self.given(drawing, field, camel(name), value)
            for name, value in values.items()
        } | self.when(drawing, field)
        below = self.fields(drawing, named.row, ("position",) * named.single, named.lists)
        return Ask(field, alias, arguments, tuple(below), kind="figures", named=named)

    def values(self, drawing: Drawing, named: Any) -> dict[str, Any]:
        """What is asked of a named statement; what must be given always is."""
        given = {
            name: drawing.pick(self.among(name, next(iter(get_args(kind)), kind)))
            for name, kind in named.arguments.items()
            if not get_args(kind) or drawing.chance(3)
        }
        if "since" in given:
            given["since"], given["before"] = sorted(drawing.two_of(DAYS))
        return given

    def among(self, argument: str, kind: type) -> list[Any]:
        if kind is date:
            return DAYS
        if argument == "period":
            return ["week", "month", "year"]
        found = {getattr(claim, argument) for claim in self.rows["claims"].values()}
        return [*sorted(found), *sorted(found), MISSING if kind is UUID else "EUR"]

    # ── selections ──────────────────────────────────────────────────────────

    def row(self, drawing: Drawing, view: Any, depth: int) -> tuple[Ask | Fragment, ...]:
        asks = self.fields(drawing, view.row, ("id", "stale"))
        for name, relation in view.relations.items():
            if depth and relation.view in self.views and drawing.chance(3):
                asks.append(self.relation(drawing, view, name, relation, depth - 1))
        return self.spread(drawing, asks, view.row.__name__)

    def relation(self, drawing: Drawing, view: Any, name: str, relation: Any, depth: int) -> Ask:
        other = self.views[relation.view]
        if isinstance(relation, Many):
            arguments = self.list_arguments(drawing, other, camel(name), view.row.__name__)
            below = self.connection(drawing, other, depth)
            return Ask(camel(name), drawing.fresh("c"), arguments, below)
        return Ask(camel(name), below=self.row(drawing, other, depth))

    def fields(
        self,
        drawing: Drawing,
        model: type,
        more: tuple[str, ...] = (),
        lists: Mapping[type, str] = MappingProxyType({}),
    ) -> list[Any]:
        """Some fields of a model, some of them twice, renamed or left out; and its list."""
        names = [*shapes(model), *more, "__typename"]
        asks: list[Any] = []
        for name in drawing.some(names, 6):
            alias = f"{drawing.pick(['', 'a_'])}" + camel(name).replace("__", "t_")
            alias = alias if alias.startswith("a_") else ""
            shape = shapes(model).get(name)
            parts = shape is not None and shape.model
            below = tuple(self.fields(drawing, shape.type, lists=lists)) if parts else ()
            asks.append(self.hide(drawing, Ask(camel_field(name), alias, below=below)))
        if model in lists and drawing.chance(2):
            asks.append(self.behind(drawing, type_name(model), self.all[lists[model]]))
        return asks or [Ask("__typename")]

    def behind(self, drawing: Drawing, parent: str, view: Any) -> Ask:
        """The list behind a figure."""
        field = camel(view.name)
        arguments = self.paging(drawing, view, field, parent)
        below = self.connection(drawing, view, 1)
        return Ask(field, drawing.fresh("c"), arguments, below)

    def spread(self, drawing: Drawing, asks: list[Any], type: str) -> tuple[Ask | Fragment, ...]:
        """Some of the fields in a fragment."""
        if not drawing.chance(3):
            return tuple(asks)
        split = drawing.number(0, len(asks) - 1)
        inner = tuple(asks[split:])
        on = (
            drawing.pick([type, None, "Node"])
            if self.only_id(inner)
            else drawing.pick([type, None])
        )
        fragment = Fragment(inner, on=on)
        if on == type and drawing.chance(2):
            name = drawing.fresh("F")
            drawing.fragments.append(f"fragment {name} on {type} {{ {inside(inner)} }}")
            fragment = replace(fragment, name=name)
        return (*asks[:split], self.hide(drawing, fragment))

    def only_id(self, asks: tuple[Any, ...]) -> bool:
        return all(isinstance(ask, Ask) and ask.name in ("id", "__typename") for ask in asks)

    def hide(self, drawing: Drawing, ask: Any) -> Any:
        directive, hidden = drawing.pick(
            [("", False)] * 6
            + [
                (" @skip(if: $no)", False),
                (" @include(if: $yes)", False),
                (" @skip(if: true)", True),
                (" @include(if: $no)", True),
            ]
        )
        return replace(ask, directive=directive, hidden=hidden)

    def connection(self, drawing: Drawing, view: Any, depth: int) -> tuple[Any, ...]:
        parts: list[Any] = []
        if drawing.chance(1, of=5, unless=True):
            node = Ask("node", below=self.row(drawing, view, depth))
            edge = [node, *([Ask("cursor")] if drawing.chance(2) else [])]
            parts.append(Ask("edges", below=(*edge, Ask("__typename"))))
        parts += [Ask(n) for n in drawing.some(["totalCount", "__typename"], 2)]
        if drawing.chance(2):
            parts.append(Ask("pageInfo", below=tuple(map(Ask, PAGE_INFO))))
        return tuple(parts) or (Ask("totalCount"),)

    # ── arguments ───────────────────────────────────────────────────────────

    def list_arguments(
        self, drawing: Drawing, view: Any, field: str, parent: str = "Query"
    ) -> dict[str, Given]:
        arguments: dict[str, Given] = {}
        for filter in drawing.some([*view.filters], 2):
            rows = [getattr(row, filter.column) for row in self.rows[view.name].values()]
            values = [value for value in rows if value is not None]
            value = drawing.pick([*values, None]) if values else None
            name = camel(filter.argument)
            arguments[name] = self.given(drawing, field, name, value, parent)
        return arguments | self.paging(drawing, view, field, parent)

    def paging(self, drawing: Drawing, view: Any, field: str, parent: str) -> dict[str, Given]:
        arguments: dict[str, Given] = {}
        if drawing.chance(2):
            order = drawing.pick([*view.order_by])
            given = self.given(drawing, field, "orderBy", Order(order), parent)
            arguments["orderBy"] = replace(given, value=order)
        if drawing.chance(2):
            end = drawing.pick(["first", "last"])
            size = drawing.number(1, 9)
            arguments[end] = self.given(drawing, field, end, size, parent)
        return arguments

    def when(self, drawing: Drawing, field: str) -> dict[str, Given]:
        arguments = {}
        if drawing.chance(2):
            moment = drawing.pick(drawing.moments)
            text = str(moment) if isinstance(moment, int) else moment.isoformat()
            given = self.given(drawing, field, "asOf", text)
            arguments["asOf"] = replace(given, value=moment)
        if drawing.chance(4):
            arguments["minPosition"] = Given('"3"', 3)
        return arguments

    def given(
        self, drawing: Drawing, field: str, argument: str, value: Any, parent: str = "Query"
    ) -> Given:
        """Written out, or in a variable."""
        if drawing.chance(2):
            return Given(literal(value), value)
        declared = self.schema.get_type(parent).fields[field].args[argument].type
        name = drawing.fresh("v")
        kind = declared if value is not None else get_nullable_type(declared)
        drawing.declared.append(f"${name}: {kind}")
        drawing.variables[name] = as_json(value)
        return Given(f"${name}", value)


PAGE_INFO = ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename")


class Order:
    """The name of an order, as an enum of the schema has it."""

    def __new__(cls, name: str) -> Any:
        return Enum("Order", {name: name})[name]


class Drawing:
    """Choices, and what they have added to the document."""

    moments: list[Any] = [None]

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.declared: list[str] = []
        self.variables: dict[str, Any] = {}
        self.fragments: list[str] = []
        self.names = 0
        self.moments = type(self).moments

    def fresh(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def pick(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def chance(self, one_in: int, of: int = 0, unless: bool = False) -> bool:
        return (self.number(1, of or one_in) == 1) is not unless

    def two_of(self, choices: list[Any]) -> list[Any]:
        return self.draw(st.lists(st.sampled_from(choices), min_size=2, max_size=2, unique=True))

    def some(self, choices: list[Any], most: int) -> list[Any]:
        if not choices:
            return []
        return self.draw(st.lists(st.sampled_from(choices), max_size=most, unique_by=id_of))


def id_of(choice: Any) -> Any:
    return getattr(choice, "argument", choice)


def camel_field(name: str) -> str:
    return name if name == "__typename" else camel(name)


def list_field(view: Any) -> str:
    return camel(f"{view.name}_list" if view.name == lookup_field(view).lower() else view.name)


def lookup_field(view: Any) -> str:
    return view.row.__name__[0].lower() + view.row.__name__[1:]


def missing(view: Any) -> Any:
    return MISSING if shapes(view.row)[view.key_column].type is UUID else "nothing"


def every_key(rows: Mapping[str, Any]) -> Iterator[Any]:
    for of_view in rows.values():
        yield from of_view
