"""Which rows of a view an event concerns, also where that cannot be known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from application.aggregates import AGGREGATES, EVENT_TYPES, members
from application.log import EventLog
from application.recorded import Recorded, UnknownEvent
from projections.catalogue import AnyView
from projections.columns import shapes
from projections.dead_letters import Place
from projections.folding import Fault, Touch, label
from projections.reference import Along, Reference
from projections.view import stream_id

EVENTS_OF = {aggregate.State.kind: frozenset(members(aggregate.Event)) for aggregate in AGGREGATES}


class NoKey(TypeError):
    """The keys of a view must be of the type that its first column has."""


class Touching:
    """The rows that events concern, one event after the other, in the order of the log.

    If an event's type is unknown, or the view's `keys` fail, nobody can say which rows it
    concerns. Then every row that its stream has touched before stands still, and so does every
    row that the stream touches later. A stream that has touched no row yet parks the row under
    its own id, so that nothing is passed over in silence.

    `skipped` is what rows do without, since somebody decided so.
    """

    def __init__(
        self,
        log: EventLog,
        view: AnyView,
        parked: Set[UUID] = frozenset(),
        skipped: Set[Place] = frozenset(),
    ) -> None:
        self.log = log
        self.view = view
        self.parked = set(parked)
        self.skipped = skipped
        self.key_type = shapes(view.row)[view.key_column].type
        self.by_stream = view.keys is stream_id and self.key_type is UUID

    def along(self, page: Along) -> list[Touch]:
        """All that is touched by events the view looks at, in their order."""
        touches: list[Touch] = []
        parked, by_stream, event_types = self.parked, self.by_stream, self.view.event_types
        for recorded, reference in page:
            id = recorded.stream_id
            if by_stream and type(recorded.event) in event_types and not (parked and id in parked):
                touches.append((recorded, id, reference, None))  # as it nearly always is
            else:
                touches += self.touches(recorded, reference)
        return [touch for touch in touches if not self.skips(touch)] if self.skipped else touches

    def skips(self, touch: Touch) -> bool:
        recorded, key, _, _ = touch
        return (label(key), recorded.position) in self.skipped

    def touches(self, recorded: Recorded[Any], reference: Any) -> Iterator[Touch]:
        if isinstance(recorded.event, UnknownEvent):
            if concerns(recorded, recorded.event, self.view):
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
            yield recorded, key, reference, fault

    def keys(self, recorded: Recorded[Any]) -> tuple[Hashable, ...]:
        keys = self.view.touched_by(recorded)
        for key in keys:
            if type(key) is not self.key_type:
                raise NoKey(f"{self.view.name} has no row under {key!r}.")
        return keys

    def lost(self, recorded: Recorded[Any], error: str) -> Iterator[Touch]:
        """Park the stream, unless all rows that would stand still are to do without the event."""
        for key in self.touched_before(recorded) or {recorded.stream_id: None}:
            fault = Fault(label(key), recorded.position, error, recorded.stream_id)
            touch = (recorded, key, None, fault)
            if not self.skips(touch):
                self.parked.add(recorded.stream_id)
                yield touch

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


def concerns(recorded: Recorded[Any], event: UnknownEvent, view: AnyView) -> bool:
    """Whether a view might show something of an event that cannot be read.

    If only its version is unknown, or its content is spoiled, it is of those views that look at
    its type. If its type is unknown, it is of all that look at streams of its kind.
    """
    if meant := EVENT_TYPES.get(event.stored_type):
        return meant in view.event_types
    kind = recorded.envelope.stream.kind
    return kind not in EVENTS_OF or bool(view.event_types & EVENTS_OF[kind])


# ── several views ───────────────────────────────────────────────────────────

K = TypeVar("K")


def touched(touchings: Mapping[K, Touching], page: Along) -> dict[K, list[Touch]]:
    """What a page touches in each view. Every event is shown to those alone that look at it."""
    looking = routes(tuple(touching.view for touching in touchings.values()))
    shown: list[list[tuple[Recorded[Any], Reference]]] = [[] for _ in touchings]
    for pair in page:
        for place in looking.get(type(pair[0].event), ()):
            shown[place].append(pair)
    found = zip(touchings.items(), shown, strict=True)
    return {key: touching.along(pairs) for (key, touching), pairs in found if pairs}


@lru_cache(maxsize=64)
def routes(views: tuple[AnyView, ...]) -> Mapping[type, Sequence[int]]:
    """Which of the views, by their places, look at each type of event."""
    looking: dict[type, list[int]] = defaultdict(list)
    for place, view in enumerate(views):
        for event_type in view.event_types | {UnknownEvent}:
            looking[event_type].append(place)
    return dict(looking)
