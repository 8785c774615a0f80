"""Typed history: an interface for the envelope, a type for every event, connections of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import strawberry
from anyio.to_thread import run_sync
from strawberry.types.field import StrawberryField

from api.connections import EventPage, PageInfo
from api.context import ENVELOPE, ConsultedPolicy
from api.fields import Given, Info, field, list_of
from api.principal import Scope
from api.stretches import PAGING, Stretch
from api.types import Later, Types, documented
from application.aggregates import EVENT_TYPES
from application.log import EventLog
from application.recorded import Channel, Position, Recorded, UnknownEvent
from domain.messages import Event, Role
from projections.catalogue import AnyView
from projections.effective import happened, told_whole

EVENTS: Final[tuple[type[Event], ...]] = (*EVENT_TYPES.values(), UnknownEvent)
SELECTED: Final[dict[str, Any]] = {"since": datetime | None, "until": datetime | None}


class EventTypes:
    """The GraphQL types of all events."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.interface = self.envelope()
        self.made = [self.event(event) for event in EVENTS]
        events = sorted(EVENT_TYPES.values(), key=lambda event: event.__name__)
        kinds = {event.__name__: event.type_name() for event in events}
        kind: Any = Enum("EventType", kinds)  # type: ignore[misc]
        self.kinds = types.enum(kind, "The kinds of events, called like their types.")
        edge = types.make("EventEdge", [field("node", self.interface), field("cursor", str)])
        page = [field("edges", list_of(edge)), field("page_info", PageInfo)]
        self.connection = types.make("EventConnection", page)

    def envelope(self) -> Any:
        types = self.types
        types.new("DomainEvent", Recorded)
        types.new("ConsultedPolicy", ConsultedPolicy)
        policy = strawberry.type(ConsultedPolicy, description=ConsultedPolicy.__doc__)
        role, channel = types.enum(Role, documented(Role)), types.enum(Channel, documented(Channel))
        annotations = {
            "event_id": UUID,
            "event_type": str,
            "schema_version": int,
            "position": Position,
            "stream_id": UUID,
            "stream_kind": str,
            "stream_version": int,
            "recorded_at": datetime,
            "effective_at": datetime,
            "actor": UUID,
            "on_behalf_of": UUID | None,
            "roles_used": list_of(role),
            "channel": channel,
            "command_id": UUID,
            "correlation_id": UUID,
            "causation_id": UUID | None,
            "stated_reason": str | None,
            "policies": list_of(policy),
        }
        body = {"__annotations__": annotations, "resolve_type": staticmethod(type_of_event)}
        description = "Something that happened, with who did it, when, why, and from what."
        interface = type("DomainEvent", (), body)
        return strawberry.interface(interface, description=description)

    def event(self, event: type[Event]) -> Later:
        facts = unknown() if event is UnknownEvent else self.types.facts(event, taken=ENVELOPE)
        return self.types.make(
            event.__name__, facts, documented(event), meaning=event, interface=self.interface
        )

    # ── fields that answer with events ──────────────────────────────────────

    def history(self, view: AnyView) -> StrawberryField:
        """What happened to the stream that a row stands for, or what made the row as it is."""
        kinds = told_whole(view)

        async def resolve(seen: Any, info: Info, given: Given) -> EventPage:
            key, context = getattr(seen.row, view.key_column), info.context
            stretch, found = Stretch.of(given, context.as_of.get(root_of(info))), None
            if isinstance(key, UUID):
                found = await run_sync(history_of, context.log, key, kinds, stretch)
            if found is None:
                found = stretch.among(await happened(context.reader, view, key))
            return stretch.page(found)

        arguments = {"types": list_of(self.kinds) | None, **SELECTED, **PAGING}
        doc = "Everything that happened to it, oldest first."
        return field("history", self.connection, doc, arguments, resolve)

    def root(self) -> StrawberryField:
        """The whole log, for auditors."""

        async def resolve(_: Any, info: Info, given: Given) -> EventPage:
            if position := given.get("min_position"):
                await info.context.reader.wait_for(position)
            stretch = Stretch.of(given)
            return stretch.page(await run_sync(stretch.read, info.context.log, given.get("stream")))

        arguments = {
            "types": list_of(self.kinds) | None,
            "stream": UUID | None,
            "correlation": UUID | None,
            **SELECTED,
            **PAGING,
            "min_position": Position | None,
        }
        doc = f"Everything that happened, oldest first. Needs {Scope.EVENTS}."
        return field("events", self.connection, doc, arguments, resolve)


def type_of_event(value: Any, info: Any, interface: Any) -> str:
    return type(value.event).__name__


def unknown() -> list[StrawberryField]:
    async def payload(root: Recorded[UnknownEvent], info: Info, given: Given) -> str:
        return root.event.payload.decode()

    return [field("payload", str, "Its facts as stored, in JSON.", resolve=payload)]


def root_of(info: Info) -> str:
    path = info.path
    while path.prev:
        path = path.prev
    return str(path.key)


def history_of(
    log: EventLog, id: UUID, kinds: Collection[str], stretch: Stretch
) -> list[Recorded] | None:
    """What happened in the stream with this id; None if there is none of these kinds."""
    first = log.select(stream_id=id, limit=1)
    if not first or first[0].envelope.stream.kind not in kinds:
        return None
    return stretch.read(log, id)


def all_types(made: list[Later]) -> Iterator[Any]:
    """The types that no field names: they are reached through the interface only."""
    return (later.resolve_type() for later in made)
