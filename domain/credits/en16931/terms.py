"""What a paper states, in the terms of EN 16931, whatever syntax it is written in.

Names are those of the standard: BG-25 is a line, BT-131 its net amount. A value is kept as the
paper has it, as text, since rules ask how it is written; an empty one is not stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Final

NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
CENT: Final = Decimal("0.01")
HALF: Final = Decimal("0.5")


class NoNumber(Exception):
    """What stands there is no number. The reader of the file says so; no rule repeats it."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of terms, with its place in the file."""

    place: str
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Group, ...]] = field(default_factory=dict)

    def all(self, group: str) -> tuple[Group, ...]:
        return self.groups.get(group, ())

    def texts(self, term: str) -> tuple[str, ...]:
        return self.terms.get(term, ())

    def text(self, term: str) -> str | None:
        return next(iter(self.texts(term)), None)

    def has(self, *terms: str) -> bool:
        """Whether at least one of them is stated."""
        return any(self.texts(term) for term in terms)

    def number(self, term: str) -> Decimal | None:
        """None if it is not stated. Raises NoNumber."""
        text = self.text(term)
        if text is None:
            return None
        if not NUMBER.fullmatch(text):
            raise NoNumber
        return Decimal(text)

    def amount(self, term: str) -> Decimal:
        """Zero if it is not stated."""
        return self.number(term) or Decimal(0)

    def within(self) -> Iterator[tuple[str, Group]]:
        """Every group in it, however deep, with its name."""
        for name, groups in self.groups.items():
            for group in groups:
                yield name, group
                yield from group.within()


def to_the_cent(amount: Decimal) -> Decimal:
    """Halves go up, also below zero, as the validators of the standard have it."""
    return ((amount / CENT) + HALF).to_integral_value(ROUND_FLOOR) * CENT


def decimals(text: str) -> int:
    """How many decimals are written."""
    return len(text.partition(".")[2])
