"""JSON that PostgreSQL puts together as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import dumps
from typing import TypeAlias

from psycopg.sql import SQL, Composable, Literal

Text: TypeAlias = Sequence[str | Composable]
"""Pieces of JSON: text as it stands, and SQL that gives text and never NULL."""


def literal(value: str | None) -> Text:
    return [dumps(value)]


def quoted(text: Composable) -> Text:
    """Text in which nothing needs an escape."""
    return ['"', text, '"']


def or_null(text: Composable) -> Text:
    """Text that is NULL where there is nothing."""
    return [SQL("coalesce({}, 'null')").format(text)]


def text_object(fields: Mapping[str, Text]) -> Text:
    """An object with its fields in order."""
    pieces: list[str | Composable] = []
    for name, value in fields.items():
        pieces += [f"{',' if pieces else '{'}{dumps(name)}:", *value]
    return [*pieces, "}"] if pieces else ["{}"]


def text_list(
    element: Text, *, order: Composable | None = None, only: Composable | None = None
) -> Text:
    """An aggregate: the elements of all rows, or of `only` those for which it is so."""
    sorted_by = SQL(" ORDER BY {}").format(order) if order else SQL("")
    found = SQL("string_agg({}, ','{})").format(written(element), sorted_by)
    if only:
        found += SQL(" FILTER (WHERE {})").format(only)
    return ["[", SQL("coalesce({}, '')").format(found), "]"]


def written(text: Text) -> Composable:
    """The pieces as one expression."""
    found: list[Composable] = []
    plain = ""
    for piece in text:
        if isinstance(piece, str):
            plain += piece
        else:
            found += [Literal(plain), piece] if plain else [piece]
            plain = ""
    return joined([*found, Literal(plain)] if plain else found)


def joined(pieces: Sequence[Composable]) -> Composable:
    """Halves of halves, so that a long text is copied few times until it is whole."""
    if len(pieces) == 1:
        return pieces[0]
    half = len(pieces) // 2
    return SQL("({} || {})").format(joined(pieces[:half]), joined(pieces[half:]))
