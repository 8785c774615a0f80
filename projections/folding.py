"""Folding events into rows, in memory. Nothing here knows that there is a database."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any, Generic, NamedTuple
from uuid import UUID

from application.recorded import Position, Recorded
from projections.view import E, R, View


class Fault(NamedTuple):
    """An event that a row could not take in; without an error, one that waits behind such a one.

    `stream` is given if the whole stream is parked: nobody knows which rows the event concerns.
    """

    key: str
    position: Position
    error: str | None = None
    stream: UUID | None = None


class Touch(NamedTuple):
    """An event and one of the rows it concerns; with a fault, if the row cannot take it in."""

    recorded: Recorded[Any]
    key: Hashable
    reference: Any
    fault: Fault | None = None


class Version(NamedTuple):
    """A row and the position since which it has been so."""

    since: Position
    row: Any


class Past(NamedTuple):
    """A row that was so from one position up to, but not at, another."""

    since: Position
    until: Position
    row: Any


def label(key: Hashable) -> str:
    """A key as it stands in dead letters: like PostgreSQL's text of it, and always storable."""
    return str(key).replace("\x00", "\\0").encode(errors="backslashreplace").decode()


class Folding(Generic[R, E]):
    """The rows of one view while events are folded into them."""

    def __init__(
        self,
        view: View[R, E],
        rows: Mapping[Hashable, Version] | None = None,
        parked: Collection[str] = (),
    ) -> None:
        self.view = view
        self.rows: dict[Hashable, Version] = dict(rows or {})
        self.before = frozenset(self.rows)
        self.past: list[Past] = []
        self.changed: set[Hashable] = set()
        self.faults: list[Fault] = []
        self.parked = parked
        self.newly_parked: set[str] = set()

    @property
    def replaced(self) -> set[Hashable]:
        """The keys of rows that were there before and are not the same now."""
        return self.changed & self.before

    def take(self, touch: Touch) -> None:
        """Take in one event. A fault parks the row it is about and leaves the others alone."""
        recorded, key, reference, fault = touch
        if fault:
            return self.park(fault)
        if (self.parked or self.newly_parked) and self.stands_still(key):
            return self.park(Fault(label(key), recorded.position))
        was = self.rows.get(key)
        try:
            row = self.view.fold(was.row if was else None, recorded, reference)
        except Exception as error:  # whatever a fold may raise, the other rows must go on
            return self.park(Fault(label(key), recorded.position, repr(error)))
        return self.turn(key, was, row, recorded.position)

    def turn(self, key: Hashable, was: Version | None, row: R | None, at: Position) -> None:
        """From this position on the row is so; the very row that was there writes nothing."""
        if row is (was.row if was else None):
            return
        self.changed.add(key)
        if was:
            self.past.append(Past(was.since, at, was.row))
        if row is None:
            del self.rows[key]
        else:
            self.rows[key] = Version(at, row)

    def stands_still(self, key: Hashable) -> bool:
        return label(key) in self.parked or label(key) in self.newly_parked

    def park(self, fault: Fault) -> None:
        self.newly_parked.add(fault.key)
        self.faults.append(fault)
