"""How much one document may ask for. Everything here takes time linear in the document.

A fragment is measured once, however often it is spread, so that nesting fragments in fragments
costs the reader of the document nothing but is counted for what it would unfold to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from domain.messages import Refusal, RefusalCode

CHARACTERS: Final = 100_000
TOKENS: Final = 4_000
DEPTH: Final = 24
FIELDS: Final = 2_000  # after every fragment is spread
ALIASES: Final = 200
MUTATIONS: Final = 20
IN_ALL: Final = 10_000  # fields, of all operations and fragments
COMPARISONS: Final = 10_000
"""Validation compares fields of the same key in the same place, each with each."""


class TooMuch(Refusal):
    """The document asks for too much. Split it into several."""

    code = RefusalCode.INVALID


@dataclass(frozen=True)
class Size:
    """How deep a selection goes, how many fields and spreads it has, and how many aliases."""

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


SPREAD: Final = Size(fields=1)


def check(document: DocumentNode) -> None:
    """Raises TooMuch for a document that unfolds beyond the limits."""
    measuring, in_all = Measuring(document), 0
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            size = measuring.size(definition.selection_set)
            refuse("levels deep", size.depth, DEPTH)
            refuse("fields", size.fields, FIELDS)
            refuse("aliases", size.aliases, ALIASES)
            in_all += size.fields
            refuse("fields in all", in_all, IN_ALL)
            refuse("repetitions", measuring.pairs(definition.selection_set), COMPARISONS)
        if is_mutation(definition):
            mutations = sum(1 for _ in measuring.unfolded(definition.selection_set))
            refuse("mutations", mutations, MUTATIONS)


def is_mutation(definition: DefinitionNode) -> TypeGuard[OperationDefinitionNode]:
    return (
        isinstance(definition, OperationDefinitionNode)
        and definition.operation is OperationType.MUTATION
    )


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
        self.open: set[str] = set()

    def size(self, selections: SelectionSetNode | None) -> Size:
        whole = Size()
        for node in nodes(selections):
            match node:
                case FieldNode():
                    whole = whole.beside(self.size(node.selection_set).under(node))
                case FragmentSpreadNode():
                    whole = whole.beside(self.fragment(node.name.value)).beside(SPREAD)
                case InlineFragmentNode():
                    whole = whole.beside(self.size(node.selection_set)).beside(SPREAD)
        return whole

    def fragment(self, name: str) -> Size:
        """The size of a fragment. Raises TooMuch for one that never ends."""
        if name in self.open:
            raise TooMuch(f"The fragment {name} is spread within itself.")
        if name not in self.sizes:
            self.open.add(name)
            self.sizes[name] = self.size(self.body(name))
            self.open.remove(name)
        return self.sizes[name]

    def pairs(self, selections: SelectionSetNode) -> int:
        """How many pairs of fields there are with the same place in the answer.

        By now it is known that unfolding comes to an end soon.
        """
        counts: Counter[tuple[int, str]] = Counter()
        places: dict[tuple[int, str], int] = {}
        waiting = [(0, selections)]
        while waiting:
            place, within = waiting.pop()
            for field in self.unfolded(within):
                key = (place, (field.alias or field.name).value)
                counts[key] += 1
                if field.selection_set:
                    inner = places.setdefault(key, len(places) + 1)
                    waiting.append((inner, field.selection_set))
        return sum(count * count for count in counts.values())

    def unfolded(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for node in nodes(selections):
            match node:
                case FieldNode():
                    yield node
                case FragmentSpreadNode():
                    yield from self.unfolded(self.body(node.name.value))
                case InlineFragmentNode():
                    yield from self.unfolded(node.selection_set)

    def body(self, name: str) -> SelectionSetNode | None:
        return self.fragments[name].selection_set if name in self.fragments else None


def nodes(selections: SelectionSetNode | None) -> Iterable[SelectionNode]:
    return selections.selections if selections else ()
