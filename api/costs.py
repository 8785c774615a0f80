"""How many rows an operation may come to: known before anything is read, for every page size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from api.limits import TooMuch
from projections.selection import LONGEST_PAGE

ROWS: Final = 50_000
SIZES: Final = ("first", "last")

Pages: TypeAlias = tuple[int | str, ...]
"""The sizes of lists within lists, the outermost first; a name is that of a variable."""


def check(lists: tuple[Pages, ...], variables: Mapping[str, Any]) -> None:
    """Raises TooMuch if all the lists together may come to more than ROWS."""
    rows = sum(prod(size_of(page, variables) for page in pages) for pages in lists)
    if rows > ROWS:
        raise TooMuch(
            f"This may come to {rows} rows; {ROWS} are allowed. Ask for fewer by first or last."
        )


def size_of(page: int | str, variables: Mapping[str, Any]) -> int:
    """What is not given, or makes no sense, counts as a full page."""
    size = variables.get(page) if isinstance(page, str) else page
    return size if isinstance(size, int) and 0 < size <= LONGEST_PAGE else LONGEST_PAGE


class Lists:
    """Finds the lists of an operation that is valid, and was found to unfold to little."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self.schema = schema
        self.fragments = fragments

    def of(self, operation: OperationDefinitionNode) -> tuple[Pages, ...]:
        root = self.schema.get_root_type(operation.operation)
        return tuple(self.within(operation.selection_set, root, ()))

    def within(
        self, selections: SelectionSetNode | None, parent: Any, around: Pages
    ) -> Iterator[Pages]:
        for node in selections.selections if selections else ():
            match node:
                case FieldNode():
                    yield from self.field(node, parent, around)
                case InlineFragmentNode(type_condition=condition):
                    kind = self.schema.get_type(condition.name.value) if condition else parent
                    yield from self.within(node.selection_set, kind, around)
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    kind = self.schema.get_type(fragment.type_condition.name.value)
                    yield from self.within(fragment.selection_set, kind, around)

    def field(self, node: FieldNode, parent: Any, around: Pages) -> Iterator[Pages]:
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None:
            return  # introspection
        kind = get_named_type(definition.type)
        if kind.name.endswith("Connection"):
            around = (*around, page_size(node))
            yield around
        yield from self.within(node.selection_set, kind, around)


def page_size(node: FieldNode) -> int | str:
    for argument in node.arguments or ():
        match argument.name.value, argument.value:
            case name, VariableNode(name=variable) if name in SIZES:
                return variable.value
            case name, IntValueNode(value=value) if name in SIZES:
                return int(value)
    return LONGEST_PAGE
