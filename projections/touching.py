"""Which rows of a view an event concerns, also where that cannot be known."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any
from uuid import UUID

from application.aggregates import AGGREGATES, members
from application.log import EventLog
from application.recorded import Recorded, UnknownEvent
from projections.catalogue import AnyView
from projections.columns import shapes
from projections.folding import Fault, Touch, label
from projections.reference import Reference

EVENTS_OF = {aggregate.State.kind: frozenset(members(aggregate.Event)) for aggregate in AGGREGATES}


class NoKey(TypeError):
    """The keys of a view must be of the type that its first column has."""


class Touching:
    """The rows that events concern, one event after the other, in the order of the log.

    If an event's type is unknown, or the view's `keys` fail, nobody can say which rows it
    concerns. Then every row that its stream has touched before stands still, and so does every
    row that the stream touches later. A stream that has touched no row yet parks the row under
    its own id, so that nothing is passed over in silence.
    """

    def __init__(self, log: EventLog, view: AnyView, parked: set[UUID]) -> None:
        self.log = log
        self.view = view
        self.parked = set(parked)
        self.key_type = shapes(view.row)[view.key_column].type
        self.concerned = view.event_types | {UnknownEvent}

    def along(self, page: Iterable[tuple[Recorded[Any], Reference]]) -> list[Touch]:
        """All that a page touches, in its order."""
        return [
            touch
            for recorded, reference in page
            if type(recorded.event) in self.concerned
            for touch in self.touches(recorded, reference)
        ]

    def touches(self, recorded: Recorded[Any], reference: Any) -> Iterator[Touch]:
        if isinstance(recorded.event, UnknownEvent):
            if concerns(recorded.envelope.stream.kind, self.view):
                yield from self.lost(recorded, unknown(recorded.event))
            return
        try:
            keys = self.keys(recorded)
        except Exception as error:  # whatever `keys` may raise, other streams must go on
            yield from self.lost(recorded, repr(error))
            return
        waits = recorded.stream_id in self.parked
        for key in keys:
            fault = Fault(label(key), recorded.position) if waits else None
            yield Touch(recorded, key, reference, fault)

    def keys(self, recorded: Recorded[Any]) -> tuple[Hashable, ...]:
        keys = self.view.touched_by(recorded)
        for key in keys:
            if type(key) is not self.key_type:
                raise NoKey(f"{self.view.name} has no row under {key!r}.")
        return keys

    def lost(self, recorded: Recorded[Any], error: str) -> Iterator[Touch]:
        """Park the stream."""
        self.parked.add(recorded.stream_id)
        for key in self.touched_before(recorded) or {recorded.stream_id: None}:
            fault = Fault(label(key), recorded.position, error, recorded.stream_id)
            yield Touch(recorded, key, None, fault)

    def touched_before(self, recorded: Recorded[Any]) -> dict[Hashable, None]:
        found: dict[Hashable, None] = {}
        for earlier in self.log.history(recorded.stream_id):
            if earlier.position < recorded.position:
                try:
                    found |= dict.fromkeys(self.keys(earlier))
                except Exception:  # on record since it was taken in itself
                    continue
        return found


def unknown(event: UnknownEvent) -> str:
    return f"This release does not know {event.stored_type}, version {event.stored_version}."


def concerns(kind: str, view: AnyView) -> bool:
    """Whether a view shows anything of such streams. Of kinds unknown here, any view might."""
    return kind not in EVENTS_OF or bool(view.event_types & EVENTS_OF[kind])
