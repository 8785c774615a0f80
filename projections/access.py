"""Whose rows a reader may see: all of them, or those of certain owners (design §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

REACH: Final = "whose rows"
"""Under this name the reach comes with the values of a request. No variable can be called that."""


@dataclass(frozen=True)
class Reach:
    """`owners` holds pairs of a kind of owner and an id; None stands for everything.

    A row is seen if one of its owner columns names one of these owners. Of a view that has no
    column for any of these kinds nothing is seen; rows of EVERYONE are seen by all.
    """

    owners: frozenset[tuple[str, UUID]] | None = None

    @property
    def restricted(self) -> bool:
        return self.owners is not None

    def sees(self, owners: Mapping[str, str], row: object) -> bool:
        """Whether a row that was not read from a view's tables is within reach."""
        if self.owners is None or not owners:
            return True
        return any((kind, getattr(row, column)) in self.owners for kind, column in owners.items())

    def of(self, kind: str) -> list[UUID]:
        """The owners of one kind."""
        return sorted(id for owner, id in self.owners or () if owner == kind)


EVERYTHING: Final = Reach()


def reach_in(values: Mapping[str, Any]) -> Reach:
    """The reach that came with a request; one that came without sees nothing."""
    reach: Reach = values.get(REACH, Reach(frozenset()))
    return reach
