"""Folding events into rows, in memory. Nothing here knows that there is a database."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeAlias
from uuid import UUID

from application.recorded import BEGINNING, Position, Recorded
from projections.view import E, R, View


class Fault(NamedTuple):
    """An event that a row could not take in; without an error, one that waits behind such a one.

    `stream` is given if the whole stream is parked: nobody knows which rows the event concerns.
    """

    key: str
    position: Position
    error: str | None = None
    stream: UUID | None = None


Touch: TypeAlias = tuple[Recorded[Any], Hashable, Any, Fault | None]
"""An event, one of the rows it concerns by its key, and what else could be known; with a fault, if
the row cannot take it in."""


class Version(NamedTuple):
    """A row and the position since which it has been so."""

    since: Position
    row: Any


Past: TypeAlias = tuple[Position, Position, Any]
"""A row that was so from one position up to, but not at, another."""


def label(key: Hashable) -> str:
    """A key as it stands in dead letters: like PostgreSQL's text of it, and always storable."""
    return str(key).replace("\x00", "\\0").encode(errors="backslashreplace").decode()


class Slot:
    """What is under a key now: a row or none, and the position since which that is so."""

    __slots__ = ("row", "since")

    def __init__(self, since: Position = BEGINNING, row: Any = None) -> None:
        self.since = since
        self.row = row


class Folding(Generic[R, E]):
    """The rows of one view while events are folded into them."""

    def __init__(
        self,
        view: View[R, E],
        rows: Mapping[Hashable, Version] | None = None,
        parked: Collection[str] = (),
    ) -> None:
        self.view = view
        self.slots: dict[Hashable, Slot] = {
            key: Slot(version.since, version.row) for key, version in (rows or {}).items()
        }
        self.faults: list[Fault] = []
        self.parked = parked
        self.newly_parked: set[str] = set()

    @property
    def rows(self) -> dict[Hashable, Version]:
        """All that there are now, by their keys."""
        slots = self.slots.items()
        return {key: Version(s.since, s.row) for key, s in slots if s.row is not None}

    @property
    def versions(self) -> list[Version]:
        """All that there are now."""
        return [Version(s.since, s.row) for s in self.slots.values() if s.row is not None]

    def take(self, touches: Iterable[Touch]) -> list[Past]:
        """Take in events, and give the rows that they make past. A fault parks the row it is about
        and leaves the others alone. The very row that was there changes nothing."""
        past: list[Past] = []
        fold, slots = self.view.fold, self.slots
        for recorded, key, reference, fault in touches:
            if fault or (
                (self.parked or self.newly_parked) and (fault := self.waits(key, recorded.position))
            ):
                self.park(fault)
                continue
            if (slot := slots.get(key)) is None:
                slot = slots[key] = Slot()
            try:
                row = fold(slot.row, recorded, reference)
            except Exception as error:  # whatever a fold may raise, the other rows must go on
                self.park(Fault(label(key), recorded.position, repr(error)))
                continue
            if row is not slot.row:
                if slot.row is not None:
                    past.append((slot.since, recorded.position, slot.row))
                slot.row, slot.since = row, recorded.position
        return past

    def waits(self, key: Hashable, position: Position) -> Fault | None:
        """The fault of an event whose row stands still already."""
        known = label(key)
        still = known in self.parked or known in self.newly_parked
        return Fault(known, position) if still else None

    def park(self, fault: Fault) -> None:
        self.newly_parked.add(fault.key)
        self.faults.append(fault)
