"""Typed history: an interface for the envelope, a type for every event, connections of them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import strawberry
from anyio.to_thread import run_sync
from strawberry.types.field import StrawberryField

from api.connections import Edge, EventPage, PageInfo
from api.context import ENVELOPE, PolicyVersion
from api.fields import Given, Info, field, list_of
from api.principal import Scope
from api.types import Later, Types, documented
from application.aggregates import EVENT_TYPES
from application.recorded import Channel, Position, Recorded, UnknownEvent
from domain.messages import Event, Role
from projections.selection import LONGEST_PAGE, InvalidCursor, InvalidPage, bounded

EVENTS: Final[tuple[type[Event], ...]] = (*EVENT_TYPES.values(), UnknownEvent)
SELECTED: Final[dict[str, Any]] = {"since": datetime | None, "until": datetime | None}
PAGING: Final[dict[str, Any]] = {
    "first": int | None,
    "after": str | None,
    "last": int | None,
    "before": str | None,
}


class EventTypes:
    """The GraphQL types of all events."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.interface = self.envelope()
        self.made = [self.event(event) for event in EVENTS]
        kinds = {event.__name__: event.type_name() for event in EVENT_TYPES.values()}
        kind: Any = Enum("EventType", kinds)  # type: ignore[misc]
        self.kinds = types.enum(kind, "The kinds of events, called like their types.")
        edge = types.make("EventEdge", [field("node", self.interface), field("cursor", str)])
        page = [field("edges", list_of(edge)), field("page_info", PageInfo)]
        self.connection = types.make("EventConnection", page)

    def envelope(self) -> Any:
        types = self.types
        types.new("DomainEvent", Recorded)
        types.new("PolicyVersion", PolicyVersion)
        policy = strawberry.type(PolicyVersion, description=PolicyVersion.__doc__)
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

    def history(self, key: str) -> StrawberryField:
        """What happened to one row's stream, as far as its reader looks."""

        async def resolve(seen: Any, info: Info, given: Given) -> EventPage:
            upto = info.context.as_of.get(root_of(info))
            return await events(info, given, stream_id=getattr(seen.row, key), upto=upto)

        arguments = {"types": list_of(self.kinds) | None, **SELECTED, **PAGING}
        doc = "Everything that happened to it, oldest first."
        return field("history", self.connection, doc, arguments, resolve)

    def root(self) -> StrawberryField:
        """The whole log, for auditors."""

        async def resolve(_: Any, info: Info, given: Given) -> EventPage:
            if position := given.pop("min_position", None):
                await info.context.reader.wait_for(position)
            stream = given.pop("stream", None)
            return await events(info, given, stream_id=stream, upto=None)

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


# ── a page of the log ───────────────────────────────────────────────────────


async def events(
    info: Info, given: Given, *, stream_id: UUID | None, upto: Position | None
) -> EventPage:
    """Straight from the log, so it is never behind. One event more than asked tells of more."""
    backwards, size, cursor = stretch(given)
    beyond = place_of(cursor) if cursor else None
    found = await run_sync(
        lambda: info.context.log.select(
            stream_id=stream_id,
            types=[kind.value for kind in given.get("types", ())],
            since=given.get("since"),
            until=given.get("until"),
            correlation=given.get("correlation"),
            upto=upto,
            limit=size + 1,
            backwards=backwards,
            after=None if backwards else beyond,
            before=beyond if backwards else None,
        )
    )
    edges = [Edge(cursor_of(recorded), recorded) for recorded in found]
    return EventPage.of(edges, size, backwards, came=beyond is not None)


def stretch(given: Given) -> tuple[bool, int, str | None]:
    """Which end, how many, and beyond which cursor. Raises InvalidPage."""
    backwards = "last" in given
    if ("first" in given and backwards) or ("before" if not backwards else "after") in given:
        raise InvalidPage
    cursor = given.get("before" if backwards else "after")
    size = bounded(given["last"] if backwards else given.get("first", LONGEST_PAGE))
    return backwards, size, cursor


def cursor_of(recorded: Recorded) -> str:
    return b64encode(str(recorded.position).encode()).decode()


def place_of(cursor: str) -> Position:
    try:
        text = b64decode(cursor, validate=True).decode()
    except ValueError:
        raise InvalidCursor from None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidCursor
    return Position(int(text))


def all_types(made: list[Later]) -> Iterator[Any]:
    """The types that no field names: they are reached through the interface only."""
    return (later.resolve_type() for later in made)
