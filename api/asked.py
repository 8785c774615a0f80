"""What an operation asks for: fields merged, fragments spread, directives obeyed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    VariableNode,
    get_directive_values,
    get_named_type,
)
from graphql.execution.values import VariableValues
from graphql.utilities.coerce_input_value import coerce_input_literal

from api.documents import python_name
from projections.selection import Constant, Value, constant

T = TypeVar("T")


class NotPlanned(Exception):
    """The executor must answer this."""


@dataclass(frozen=True)
class Asked:
    """One field of a selection: its key in the answer, its declared name, what is below it.

    `type` is the object type that the selections below are read for.
    """

    key: str
    name: str
    type: Any
    arguments: Mapping[str, Value]
    below: list[SelectionSetNode]


class Selections:
    """The selections of one operation, read with variables of one shape."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: dict[str, Any],
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.variables = variables

    def fields(self, asked: Asked, read: Callable[[Asked], T]) -> dict[str, T | Constant]:
        """The fields below, in order; the same key twice is one field with both selections."""
        nodes: dict[str, list[FieldNode]] = {}
        for selection_set in asked.below:
            for node in self.flat(selection_set, asked.type):
                nodes.setdefault((node.alias or node.name).value, []).append(node)
        return {key: self.read(asked, key, same, read) for key, same in nodes.items()}

    def flat(self, selection_set: SelectionSetNode, parent: Any) -> Iterator[FieldNode]:
        """The fields of a selection, fragments spread, and left out what is skipped or is for
        another type."""
        for node in selection_set.selections:
            if self.skips(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode(type_condition=condition):
                    if condition is None or self.applies(condition, parent):
                        yield from self.flat(node.selection_set, parent)
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    if self.applies(fragment.type_condition, parent):
                        yield from self.flat(fragment.selection_set, parent)

    def applies(self, condition: NamedTypeNode, parent: Any) -> bool:
        kind: Any = self.schema.get_type(condition.name.value)
        return kind is parent or self.schema.is_sub_type(kind, parent)

    def skips(self, node: Any) -> bool:
        if not node.directives:
            return False
        variables = VariableValues({}, self.variables)
        skip = get_directive_values(GraphQLSkipDirective, node, variables) or {"if": False}
        include = get_directive_values(GraphQLIncludeDirective, node, variables) or {"if": True}
        return bool(skip["if"] or not include["if"])

    def read(
        self, parent: Asked, key: str, nodes: list[FieldNode], read: Callable[[Asked], T]
    ) -> T | Constant:
        name = nodes[0].name.value
        if name == "__typename":
            return Constant(parent.type.name)
        if name not in parent.type.fields:
            raise NotPlanned  # introspection
        definition = parent.type.fields[name]
        below = [node.selection_set for node in nodes if node.selection_set]
        arguments = dict(self.arguments(definition, nodes[0]))
        kind = get_named_type(definition.type)
        return read(Asked(key, python_name(definition), kind, arguments, below))

    def arguments(self, definition: GraphQLField, node: FieldNode) -> Iterator[tuple[str, Value]]:
        """The arguments that are not null. Their values come with each request."""
        for argument in node.arguments or ():
            declared = definition.args[argument.name.value]
            if isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                if self.variables.get(name) is not None:
                    yield python_name(declared), variable(name)
            else:
                literal = coerce_input_literal(argument.value, declared.type)
                if literal is not None:
                    yield python_name(declared), constant(literal)


def variable(name: str) -> Value:
    return lambda values: values[name]
