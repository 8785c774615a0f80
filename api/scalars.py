"""Scalars of our own, and those whose text must be PostgreSQL's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from application.recorded import Position
from projections.columns import moment_text
from projections.reading import Moment

AsOf = NewType("AsOf", object)  # a Moment; a union cannot be a scalar's key
LONGEST_POSITION: Final = 18  # digits; PostgreSQL's bigint holds them
DIGITS: Final = 40  # of a decimal number, on either side of the point
YEARS: Final = range(1900, 3000)


def position(value: Any) -> Position:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_POSITION):
        raise ValueError(f"A position is a text of up to {LONGEST_POSITION} digits.")
    return Position(int(text))


def moment(value: Any) -> Moment:
    text = str(value)
    return position(text) if text.isdigit() else instant(text)


def instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError("A moment is a text like 2026-03-06T12:00:00Z.") from None
    if at.tzinfo is None:
        raise ValueError(f"{text} needs a time zone, such as Z.")
    if at.year not in YEARS:
        raise ValueError(f"A moment lies between {YEARS.start} and {YEARS.stop - 1}.")
    return at


def decimal(value: Any) -> Decimal:
    """Exact: a binary fraction is refused, for it is already another number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('Write a decimal number as a text, like "12.50".')
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value} is no decimal number.") from None
    if not number.is_finite():
        raise ValueError(f"{value} is no decimal number.")
    if len(number.as_tuple().digits) > DIGITS or not -DIGITS <= number.adjusted() <= DIGITS:
        raise ValueError(f"A decimal number has at most {DIGITS} digits.")
    return number


SCALARS: dict[object, ScalarDefinition] = {
    Position: strawberry.scalar(
        name="Position",
        description="A place in the event log, as a text of digits.",
        serialize=str,
        parse_value=position,
    ),
    AsOf: strawberry.scalar(
        name="Moment",
        description="A place in the event log, or an instant with its time zone.",
        serialize=str,
        parse_value=moment,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant (ISO 8601), in UTC.",
        serialize=moment_text,
        parse_value=instant,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, as a text.",
        serialize=lambda number: format(number, "f"),
        parse_value=decimal,
    ),
}
