"""Documents are read once: parsed, measured, validated, and searched for the scopes they need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_leaf_type,
    parse,
    type_from_ast,
    validate,
    visit,
)

from api import limits
from api.costs import Lists, Pages
from api.over_http import JsonObject
from api.principal import Scope
from api.problems import refused
from projections.catalogue import AnyView, Views
from projections.figures.catalogue import STATEMENTS

ERRORS_SHOWN = 20


class Unanswerable(Exception):
    """The document is not one that can be answered; nothing was executed."""

    def __init__(self, status: HTTPStatus, *errors: JsonObject) -> None:
        super().__init__(errors)
        self.status = status
        self.errors = errors


class Variable(NamedTuple):
    """A variable as the operation declares it."""

    name: str
    type: GraphQLInputType
    simple: bool  # one value, and none by default
    is_id: bool


@dataclass(frozen=True)
class Document:
    """One operation of a valid document, and everything that has to be known about it."""

    ast: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    scopes: frozenset[str]
    by_id: bool  # whether it asks for anything by its id
    lists: tuple[Pages, ...]  # the lists it asks for, within one another
    variables: tuple[Variable, ...]


class Documents:
    def __init__(self, schema: GraphQLSchema, views: Views) -> None:
        self.schema = schema
        self.types = dict(scopes_of_types(views))
        self.fields = dict(scopes_of_fields(views))
        self.arguments = dict(scopes_of_arguments(views))

    def read(self, text: str, operation_name: str | None) -> Document:
        """Raises Unanswerable, saying everything that is wrong."""
        ast = self.parsed(text)
        measured(ast)
        if errors := validate(self.schema, ast, max_errors=ERRORS_SHOWN):
            raise unprocessable(*(error.formatted for error in errors))
        operation = get_operation_ast(ast, operation_name)
        if operation is None:
            name = operation_name or "without a name, alone"
            raise unprocessable({"message": f"There is no operation {name} in the document."})
        fragments = [d for d in ast.definitions if isinstance(d, FragmentDefinitionNode)]
        mentioned, by_name = self.mentioned(ast), {f.name.value: f for f in fragments}
        return Document(
            ast,
            operation,
            by_name,
            frozenset(scope for scopes in mentioned.values() for scope in scopes),
            by_id=("Query", "node") in mentioned,
            lists=Lists(self.schema, by_name).of(operation),
            variables=tuple(map(self.variable, operation.variable_definitions or ())),
        )

    def variable(self, declared: VariableDefinitionNode) -> Variable:
        """Of a valid document: of a type that there is, for what is put in."""
        kind: Any = type_from_ast(self.schema, declared.type)
        return Variable(
            declared.variable.name.value,
            kind,
            simple=declared.default_value is None and is_leaf_type(get_nullable_type(kind)),
            is_id=get_named_type(kind).name == "ID",
        )

    def parsed(self, text: str) -> DocumentNode:
        if len(text) > limits.CHARACTERS:
            too_long = f"The document has {len(text)} characters; {limits.CHARACTERS} are allowed."
            raise Unanswerable(HTTPStatus.BAD_REQUEST, {"message": too_long})
        try:
            return parse(text, max_tokens=limits.TOKENS, no_location=False)
        except GraphQLError as error:
            raise Unanswerable(HTTPStatus.BAD_REQUEST, error.formatted) from None
        except RecursionError:
            message = {"message": "The document is nested too deeply to be read."}
            raise Unanswerable(HTTPStatus.BAD_REQUEST, message) from None

    # ── scopes ──────────────────────────────────────────────────────────────

    def mentioned(self, ast: DocumentNode) -> dict[tuple[str, str], set[str]]:
        """Every field that the document mentions, whether or not it is skipped, by type and name,
        with the scopes it needs."""
        types, fields = TypeInfo(self.schema), defaultdict[tuple[str, str], set[str]](set)

        class Collector(Visitor):
            def enter_field(collector, node: FieldNode, *_: Any) -> None:  # noqa: N805
                if parent := types.get_parent_type():
                    fields[parent.name, node.name.value].update(self.scopes_of(types, node))

        visit(ast, TypeInfoVisitor(types, Collector()))
        return fields

    def scopes_of(self, types: TypeInfo, node: FieldNode) -> Iterator[str]:
        parent, definition = types.get_parent_type(), types.get_field_def()
        if parent is None or definition is None:
            return
        kind = get_named_type(definition.type).name
        arguments = [argument.name.value for argument in node.arguments or ()]
        found = {
            self.types.get(parent.name),
            self.types.get(kind),
            self.fields.get((parent.name, python_name(definition))),
            *(self.argument_scope(kind, definition, name) for name in arguments),
        }
        yield from (scope for scope in found if scope)

    def argument_scope(self, kind: str, definition: Any, argument: str) -> str | None:
        return self.arguments.get((kind, python_name(definition.args[argument])))


def scopes_of_types(views: Views) -> Iterator[tuple[str, str]]:
    """Who mentions one of these types, even for its name alone, needs the scope."""
    for view in views.values():
        for suffix in ("", "Edge", "Connection"):
            yield f"{view.row.__name__}{suffix}", view.scope
    yield "DeadLetterConnection", Scope.OPERATIONS
    yield "RefusedReactionConnection", Scope.OPERATIONS
    yield "PersonalReadConnection", Scope.EVENTS
    for statement in STATEMENTS.values():
        yield statement.row.__name__, statement.scope
        for part, view_name in statement.lists.items():
            yield part.__name__, views[view_name].scope


def scopes_of_fields(views: Views) -> Iterator[tuple[tuple[str, str], str]]:
    yield ("Query", "events"), Scope.EVENTS
    yield ("Mutation", "try_reactions_again"), Scope.MENDING
    for view in views.values():
        for name, scope in view.field_scopes.items():
            yield (view.row.__name__, name), scope


def scopes_of_arguments(views: Views) -> Iterator[tuple[tuple[str, str], str]]:
    """Narrowing or ordering a list by a field tells of it as much as reading it does."""
    for view in views.values():
        connection = f"{view.row.__name__}Connection"
        for filter in view.filters:
            if filter.column in view.field_scopes:
                yield (connection, filter.argument), view.field_scopes[filter.column]
        if scope := scope_of_orders(view):
            yield (connection, "order_by"), scope


def scope_of_orders(view: AnyView) -> str | None:
    """The order may come in a variable, so the scope is asked for whichever it is."""
    scoped = {view.field_scopes[name] for name in view.orders if name in view.field_scopes}
    if len(scoped) > 1:
        raise ValueError(f"The orders of {view.name} need several scopes: declare one.")
    return next(iter(scoped), None)


def measured(ast: DocumentNode) -> None:
    try:
        limits.check(ast)
    except limits.TooMuch as refusal:
        raise unprocessable(refused(refusal)) from None
    except RecursionError:
        raise unprocessable(refused(limits.TooMuch())) from None


def unprocessable(*errors: JsonObject) -> Unanswerable:
    return Unanswerable(HTTPStatus.UNPROCESSABLE_ENTITY, *errors)


def python_name(definition: Any) -> str:
    """What a GraphQL field or argument is called in the declaration it was made from."""
    ours = definition.extensions.get("strawberry-definition")
    return str(ours.python_name) if ours else ""
