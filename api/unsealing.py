"""Personal data in a planned answer: found by the plan, opened in one go, put back as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import orjson

from domain.messages import Sealed
from projections.columns import Shape, shapes
from projections.selection import Connection, Edges, Field, Figures, Inside, Leaf, Node, Object

HERE: Final = object()  # instead of a place further down: this is sealed
Places: TypeAlias = Mapping[str, Any]
"""Where sealed text is in an answer, by the keys that lead to it; through lists they pass."""

OpenMany: TypeAlias = Callable[[Sequence[Sealed]], Sequence[Any]]
"""What was sealed in the clear, in the order given."""

Fields: TypeAlias = Mapping[str, Any]


def places(fields: Fields, columns: Mapping[str, Shape] | None = None) -> Places:
    """The keys below which there is personal data; empty if there is none."""
    found = {key: below(field, columns or {}) for key, field in fields.items()}
    return {key: place for key, place in found.items() if place}


def below(field: Field | Figures | Edges | Node | Any, columns: Mapping[str, Shape]) -> Any:
    match field:
        case Leaf(column):
            return HERE if columns[column].personal else None
        case Inside(column, fields):
            return places(fields, columns[column].fields)
        case Object(view, fields):
            return places(fields, shapes(view.row))
        case Figures(named, _, fields):
            return places(fields, shapes(named.row))
        case Connection(view, _, parts):
            return places(parts, shapes(view.row))
        case Edges(fields) | Node(fields):
            return places(fields, columns)
        case _:
            return None


def unsealed(text: str, places: Places, open_many: OpenMany) -> bytes:
    """The answer with what was sealed in the clear, or null where the key is destroyed."""
    answer = orjson.loads(text)
    found = list(sealed_in(answer, places))
    opened = open_many([Sealed.model_validate(holder[key]) for holder, key in found])
    for (holder, key), clear in zip(found, opened, strict=True):
        holder[key] = clear if isinstance(clear, str) else None
    return orjson.dumps(answer)


def sealed_in(answer: Any, places: Places) -> Iterator[tuple[Any, Any]]:
    """Every place that holds something sealed: what it is in, and under which key."""
    if isinstance(answer, list):
        for each in answer:
            yield from sealed_in(each, places)
    elif answer is not None:
        for key, place in places.items():
            if place is not HERE:
                yield from sealed_in(answer[key], place)
            else:
                yield from ends(answer, key)


def ends(holder: Any, key: str) -> Iterator[tuple[Any, Any]]:
    """One sealed text, or a list of them."""
    match holder[key]:
        case list(many):
            yield from ((many, index) for index, each in enumerate(many) if each)
        case None:
            pass
        case _:
            yield holder, key
