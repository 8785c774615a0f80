"""Stretches of the log, as connections ask for them: straight from it, so never behind."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from api.connections import Edge, EventPage
from api.context import as_stored
from api.fields import Given
from application.log import EventLog
from application.recorded import Position, Recorded
from projections.selection import LONGEST_PAGE, InvalidCursor, InvalidPage, bounded

PAGING: Final[dict[str, Any]] = {
    "first": int | None,
    "after": str | None,
    "last": int | None,
    "before": str | None,
}
LONGEST_POSITION: Final = 18  # digits


@dataclass(frozen=True)
class Ends:
    """How many, from which end, and beyond which cursor."""

    size: int
    backwards: bool
    cursor: str | None

    @classmethod
    def of(cls, given: Given) -> Self:
        """Raises InvalidPage."""
        backwards = "last" in given
        if ("first" in given and backwards) or ("before" if not backwards else "after") in given:
            raise InvalidPage
        size = bounded(given["last"] if backwards else given.get("first", LONGEST_PAGE))
        return cls(size, backwards, given.get("before" if backwards else "after"))


@dataclass(frozen=True)
class Stretch:
    """Which events, and how many of them. One more than asked for tells that there are more."""

    ends: Ends
    beyond: Position | None
    upto: Position | None
    types: frozenset[str]
    since: datetime | None
    until: datetime | None
    correlation: UUID | None

    @classmethod
    def of(cls, given: Given, upto: Position | None = None) -> Self:
        """Raises InvalidPage or InvalidCursor."""
        ends = Ends.of(given)
        return cls(
            ends=ends,
            beyond=place_of(ends.cursor) if ends.cursor else None,
            upto=upto,
            types=frozenset(kind.value for kind in given.get("types", ())),
            since=given.get("since"),
            until=given.get("until"),
            correlation=given.get("correlation"),
        )

    def read(self, log: EventLog, stream_id: UUID | None) -> list[Recorded]:
        """From the whole log, or one stream."""
        backwards = self.ends.backwards
        return log.select(
            stream_id=stream_id,
            types=self.types,
            since=self.since,
            until=self.until,
            correlation=self.correlation,
            upto=self.upto,
            after=None if backwards else self.beyond,
            before=self.beyond if backwards else None,
            limit=self.ends.size + 1,
            backwards=backwards,
        )

    def among(self, records: Iterable[Recorded]) -> list[Recorded]:
        """The same of events that were read already."""
        found = [record for record in records if self.covers(record)]
        if self.ends.backwards:
            found.reverse()
        return found[: self.ends.size + 1]

    def covers(self, record: Recorded) -> bool:
        return (
            (self.upto is None or record.position <= self.upto)
            and (not self.types or as_stored(record.event)[0] in self.types)
            and (self.since is None or self.since <= record.recorded_at)
            and (self.until is None or record.recorded_at < self.until)
            and (self.beyond is None or self.further(record.position, self.beyond))
        )

    def further(self, position: Position, place: Position) -> bool:
        return position < place if self.ends.backwards else position > place

    def page(self, found: Iterable[Recorded]) -> EventPage:
        edges = [Edge(cursor_of(recorded), recorded) for recorded in found]
        came = self.beyond is not None
        return EventPage.of(edges, self.ends.size, self.ends.backwards, came=came)


def cursor_of(recorded: Recorded) -> str:
    return b64encode(str(recorded.position).encode()).decode()


def place_of(cursor: str) -> Position:
    try:
        text = b64decode(cursor, validate=True).decode()
    except ValueError:
        raise InvalidCursor from None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_POSITION):
        raise InvalidCursor
    return Position(int(text))
