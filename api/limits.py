"""How much one document may ask for. Everything here takes time linear in the document.

A fragment is measured once, however often it is spread, so that nesting fragments in fragments
costs the reader of the document nothing but is counted for what it would unfold to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from domain.messages import Refusal, RefusalCode

TOKENS: Final = 4_000
DEPTH: Final = 24
FIELDS: Final = 2_000  # after every fragment is spread
ALIASES: Final = 200
MUTATIONS: Final = 20


class TooMuch(Refusal):
    """The document asks for too much. Split it into several."""

    code = RefusalCode.INVALID


@dataclass(frozen=True)
class Size:
    """How deep a selection goes, how many fields it has, and how many of them are renamed."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def beside(self, other: Size) -> Size:
        return Size(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
        )

    def under(self, field: FieldNode) -> Size:
        return Size(self.depth + 1, self.fields + 1, self.aliases + (field.alias is not None))


def check(document: DocumentNode) -> None:
    """Raises TooMuch for a document that unfolds beyond the limits."""
    measuring = Measuring(document)
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = measuring.size(operation.selection_set)
            refuse("levels deep", size.depth, DEPTH)
            refuse("fields", size.fields, FIELDS)
            refuse("aliases", size.aliases, ALIASES)
            if operation.operation is OperationType.MUTATION:
                refuse("mutations", measuring.across(operation.selection_set), MUTATIONS)


def refuse(what: str, found: int, most: int) -> None:
    if found > most:
        raise TooMuch(f"The document has {found} {what}; {most} are allowed. Split it.")


class Measuring:
    """The sizes of a document's fragments, each worked out once."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.sizes: dict[str, Size] = {}
        self.widths: dict[str, int] = {}

    def size(self, selections: SelectionSetNode | None) -> Size:
        whole = Size()
        for node in selections.selections if selections else ():
            match node:
                case FieldNode():
                    whole = whole.beside(self.size(node.selection_set).under(node))
                case FragmentSpreadNode():
                    whole = whole.beside(self.fragment(node.name.value))
                case inline:
                    whole = whole.beside(self.size(inline.selection_set))  # type: ignore[attr-defined]
        return whole

    def fragment(self, name: str) -> Size:
        """A fragment within itself counts as nothing here: validation refuses it."""
        if name not in self.sizes:
            self.sizes[name] = Size()
            self.sizes[name] = self.size(self.body(name))
        return self.sizes[name]

    def across(self, selections: SelectionSetNode | None) -> int:
        """How many fields there are at the top."""
        return sum(self.width(node) for node in nodes(selections))

    def width(self, node: object) -> int:
        match node:
            case FieldNode():
                return 1
            case FragmentSpreadNode(name=name):
                return self.fragment_width(name.value)
            case inline:
                return self.across(inline.selection_set)  # type: ignore[attr-defined]

    def fragment_width(self, name: str) -> int:
        if name not in self.widths:
            self.widths[name] = 0
            self.widths[name] = self.across(self.body(name))
        return self.widths[name]

    def body(self, name: str) -> SelectionSetNode | None:
        return self.fragments[name].selection_set if name in self.fragments else None


def nodes(selections: SelectionSetNode | None) -> Iterable[object]:
    return selections.selections if selections else ()
