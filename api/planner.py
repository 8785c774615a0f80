"""A GraphQL operation becomes a plan: one SQL statement whose JSON is the answer.

A plan is kept for the document and what else shapes the statement, so that a request it has seen
before costs one look-up and one statement. What it does not cover is left to the executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, NamedTuple

from anyio.to_thread import run_sync
from graphql import GraphQLSchema, OperationType, Undefined
from graphql.execution.values import VariableValues, get_variable_values
from graphql.utilities.coerce_input_value import coerce_input_value

from api.asked import Asked, NotPlanned, Selections
from api.documents import Document, Documents, Unanswerable, Variable
from api.principal import Principal, Scope
from api.unsealing import OpenMany, Places, places, unsealed
from api.views import list_name, lookup_name
from projections import json_statement
from projections.access import REACH
from projections.catalogue import AnyView, Views
from projections.columns import Shape, shapes
from projections.figures.catalogue import STATEMENTS
from projections.names import named
from projections.nearby import Nearby, nearby
from projections.reading import Reader
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
    Page,
    PageInfo,
    Part,
    Root,
    Stale,
    TotalCount,
    Value,
    page_of,
)
from projections.statement import Ready, Statement
from projections.statements import NamedStatement, Path
from projections.view import Many, One

GIVEN: Final = object()
DOCUMENTS: Final = 300  # that are kept, parsed
PLANS: Final = 1_000
NOBODY: Final = "null"
NONE: Final = frozenset[str]()


class Reading(NamedTuple):
    """What of a reader shapes the statement; whose rows they see comes with the values."""

    restricted: bool
    in_the_clear: bool  # personal data
    scopes: frozenset[str]  # they decide what may be read by its id


class Question(NamedTuple):
    """What a plan is kept for."""

    text: str
    operation_name: str | None
    shape: tuple[tuple[str, Any], ...]
    reading: Reading


@dataclass(frozen=True)
class Plan:
    statement: Ready
    nearby: Nearby | None
    moments: Mapping[str, Value]  # as of when, for each root that says so
    waits: tuple[Value, ...]  # the positions that must be visible first
    sealed: Places  # where the answer holds personal data to open

    async def answer(
        self,
        reader: Reader,
        open_many: OpenMany,
        principal: Principal,
        variables: Mapping[str, Any],
    ) -> bytes:
        for position in self.waits:
            await reader.wait_for(position(variables))
        settled = {name: await reader.settled(m(variables)) for name, m in self.moments.items()}
        values = {**variables, **settled, REACH: principal.reach}
        text = await self.nearby.answer(reader, values, monotonic()) if self.nearby else None
        if text is None:
            [[text]] = await reader.rows(*self.statement.asked(values))
        if not self.sealed:
            return str(text).encode()
        return await run_sync(unsealed, text, self.sealed, open_many)


class Planner:
    def __init__(self, schema: GraphQLSchema, views: Views) -> None:
        self.schema = schema
        self.views = views
        self.document = lru_cache(DOCUMENTS)(Documents(schema, views).read)
        self.planned = lru_cache(PLANS)(self.compile)

    def plan(
        self,
        text: str,
        operation_name: str | None,
        variables: Mapping[str, Any],
        principal: Principal,
    ) -> Plan | None:
        """The plan for a document whose variables were read; None if the executor must answer."""
        document = self.document(text, operation_name)
        if document.operation.operation is not OperationType.QUERY:
            return None
        shape = self.shape(document, variables)
        return self.planned(Question(text, operation_name, shape, reading(principal, document)))

    def variables(self, document: Document, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The variables as the operation declares them. Raises Unanswerable."""
        simply = as_they_are(document.variables, given)
        if simply is not None:
            return simply
        definitions = document.operation.variable_definitions or ()
        values = get_variable_values(self.schema, definitions, dict(given))
        if not isinstance(values, VariableValues):
            errors = [error.formatted for error in values]
            raise Unanswerable(HTTPStatus.UNPROCESSABLE_ENTITY, *errors)
        return values.coerced

    def shape(
        self, document: Document, variables: Mapping[str, Any]
    ) -> tuple[tuple[str, Any], ...]:
        """Booleans, enums and kinds of ids shape the statement; of other variables only whether
        they are given."""
        ids = {declared.name for declared in document.variables if declared.is_id}
        return tuple(
            (name, self.kind_of(value) if name in ids and value is not None else shaping(value))
            for name, value in sorted(variables.items())
        )

    def kind_of(self, id: Any) -> str:
        found = named(self.views, str(id))
        return found[0].name if found else NOBODY

    def compile(self, question: Question) -> Plan | None:
        document = self.document(question.text, question.operation_name)
        try:
            return Compilation(self, document, question).plan()
        except NotPlanned:
            return None


def reading(principal: Principal, document: Document) -> Reading:
    in_the_clear = Scope.PERSONAL in principal.scopes
    scopes = principal.scopes if document.by_id else NONE
    return Reading(principal.reach.restricted, in_the_clear, scopes)


def shaping(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | Enum) else GIVEN


def as_they_are(declared: Iterable[Variable], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Variables of one value each; None if there are others, or if one of them is wrong. Of most
    documents this is all, and takes a third of the time."""
    values = {}
    for name, kind, simple, _ in declared:
        value = coerce_input_value(given.get(name), kind) if simple else Undefined
        if value is Undefined:
            return None
        if name in given:
            values[name] = value
    return values


class Compilation:
    """One operation, read with variables of one shape, for readers of one kind."""

    def __init__(self, planner: Planner, document: Document, question: Question) -> None:
        self.schema = planner.schema
        self.views = planner.views
        self.operation = document.operation
        self.reading = question.reading
        self.variables = dict(question.shape)
        self.asked = Selections(planner.schema, document.fragments, self.variables)
        self.lists = {list_name(view): view for view in self.views.values()}
        self.lookups = {lookup_name(view): view for view in self.views.values()}
        self.moments: dict[str, Value] = {}
        self.waits: list[Value] = []

    def plan(self) -> Plan:
        top = Asked("", "", self.schema.query_type, {}, [self.operation.selection_set])
        fields, restricted = self.asked.fields(top, self.root), self.reading.restricted
        ready = json_statement.write(Statement(self.views, restricted=restricted), fields)
        near = nearby(self.views, fields, restricted=restricted)
        return Plan(ready, near, self.moments, tuple(self.waits), places(fields))

    # ── at the root ─────────────────────────────────────────────────────────

    def root(self, asked: Asked) -> Root:
        if "effective_at" in asked.arguments:
            raise NotPlanned
        as_of = self.moment(asked)
        if view := self.lists.get(asked.name):
            return self.connection(view, asked, as_of=as_of)
        if view := self.lookups.get(asked.name):
            key = asked.arguments[view.key_column]
            return Object(view, self.row(view, asked), key=key, as_of=as_of)
        if named := STATEMENTS.get(asked.name):
            return Figuring(self, named, asked.arguments).figures(asked, as_of)
        if asked.name == "node":
            return self.node(asked, as_of)
        raise NotPlanned

    def moment(self, asked: Asked) -> Value | None:
        """An instant is settled into a position before the statement runs."""
        if "min_position" in asked.arguments:
            self.waits.append(asked.arguments["min_position"])
        if "as_of" not in asked.arguments:
            return None
        name = f"as of {asked.key}"  # no variable can be called that
        self.moments[name] = asked.arguments["as_of"]
        return lambda values: values[name]

    def node(self, asked: Asked, as_of: Value | None) -> Root:
        """The row that an id names, read as what it is. Hidden and unknown are both null."""
        id = asked.arguments["id"]
        view = self.view_of(id)
        if view is None or view.scope not in self.reading.scopes:
            return Constant(None)
        kind = self.schema.get_type(view.row.__name__)
        concrete = Asked(asked.key, asked.name, kind, {}, asked.below)
        return Object(view, self.row(view, concrete), key=self.key_in(id), as_of=as_of)

    def view_of(self, id: Value) -> AnyView | None:
        """The shape of the variables says what an id in a variable is of."""
        told = id(self.variables)
        if told in self.views:
            return self.views[told]
        found = named(self.views, str(told))
        return found[0] if found else None

    def key_in(self, id: Value) -> Value:
        def key(values: Mapping[str, Any]) -> Any:
            found = named(self.views, id(values))
            assert found, "the plan is for ids of this kind"
            return found[1]

        return key

    # ── rows ────────────────────────────────────────────────────────────────

    def row(self, view: AnyView, asked: Asked) -> dict[str, Field]:
        return self.asked.fields(asked, lambda field: self.row_field(view, field))

    def row_field(self, view: AnyView, asked: Asked) -> Field:
        columns = shapes(view.row)
        match asked.name, view.relations.get(asked.name):
            case name, _ if name in columns:
                return self.column(columns[name], asked)
            case "id", _:
                return NodeId()
            case "stale", _:
                return Stale()
            case _, One(other, via):
                return Object(self.views[other], self.row(self.views[other], asked), via=via)
            case _, Many(other, via):
                return self.connection(self.views[other], asked, via=via)
            case _:
                raise NotPlanned

    def column(self, shape: Shape, asked: Asked) -> Leaf | Constant | Inside:
        """A column, or a field of a part. Personal data is null for those it is not for."""
        if shape.personal and not self.reading.in_the_clear:
            return Constant(None)
        if not shape.model:
            return Leaf(asked.name)
        inside = self.asked.fields(asked, lambda part: self.column(shape.fields[part.name], part))
        return Inside(asked.name, inside)

    # ── lists ───────────────────────────────────────────────────────────────

    def connection(
        self, view: AnyView, asked: Asked, via: str | None = None, as_of: Value | None = None
    ) -> Connection:
        return Connection(view, self.page(view, asked, {}), self.parts(view, asked), via, as_of)

    def page(self, view: AnyView, asked: Asked, more: Mapping[str, Value]) -> Page:
        order = asked.arguments.get("order_by")
        return page_of(view, {**more, **asked.arguments}, order and order(self.variables).value)

    def parts(self, view: AnyView, asked: Asked) -> dict[str, Part]:
        return self.asked.fields(asked, lambda part: self.part(view, part))

    def part(self, view: AnyView, asked: Asked) -> Part:
        match asked.name:
            case "edges":
                return Edges(self.asked.fields(asked, lambda field: self.edge_field(view, field)))
            case "page_info":
                return PageInfo(self.asked.fields(asked, lambda field: field.name))
            case "total_count":
                return TotalCount()
            case _:
                raise NotPlanned

    def edge_field(self, view: AnyView, asked: Asked) -> Node | Cursor:
        return Node(self.row(view, asked)) if asked.name == "node" else Cursor()


class Figuring:
    """One named statement, as it is asked for."""

    def __init__(
        self,
        compilation: Compilation,
        named: NamedStatement[Any],
        given: Mapping[str, Value],
    ) -> None:
        self.compilation = compilation
        self.named = named
        self.arguments = {name: given[name] for name in named.arguments if name in given}

    def figures(self, asked: Asked, as_of: Value | None) -> Figures:
        fields = self.compilation.asked.fields(asked, self.row_field)
        return Figures(self.named, self.arguments, fields, as_of)

    def row_field(self, asked: Asked) -> Leaf | Inside | AsOfPosition:
        columns = shapes(self.named.row)
        if asked.name not in columns:
            return AsOfPosition()
        return self.column(columns[asked.name], asked, (asked.name,))

    def column(self, shape: Shape, asked: Asked, path: Path) -> Leaf | Inside:
        if not shape.model:
            return Leaf(asked.name)
        fields = self.compilation.asked.fields(asked, lambda f: self.part_field(shape, f, path))
        return Inside(asked.name, fields)

    def part_field(self, shape: Shape, asked: Asked, path: Path) -> Leaf | Inside | Connection:
        if asked.name in shape.fields:
            return self.column(shape.fields[asked.name], asked, (*path, asked.name))
        return self.behind(shape, asked, path)

    def behind(self, shape: Shape, asked: Asked, path: Path) -> Connection:
        """The list of the rows that a figure is made of."""
        view = self.compilation.views[self.named.lists[shape.type]]
        wanted = {name: self.value(of) for name, of in self.named.behind[path].items()}
        page = self.compilation.page(view, asked, wanted)
        return Connection(view, page, self.compilation.parts(view, asked))

    def value(self, of: Callable[[Mapping[str, Any]], Any]) -> Value:
        return lambda values: of({name: v(values) for name, v in self.arguments.items()})
