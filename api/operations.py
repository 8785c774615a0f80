"""What the views could not take in, for those who look after the program."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import strawberry
from strawberry.types.field import StrawberryField

from api.connections import Edge, EventPage, PageInfo
from api.fields import Given, Info, field, list_of
from api.principal import Scope
from api.stretches import PAGING, Ends
from api.types import Types
from application.recorded import Position
from projections.dead_letters import DeadLetter
from projections.selection import InvalidCursor

LETTER: Final[Mapping[str, Any]] = {
    "view": str,
    "key": str,
    "position": Position,
    "error": str | None,
    "stream_id": UUID | None,
    "attempts": int,
    "recorded_at": datetime,
}
PLACE: Final = ("position", "view", "key")


def dead_letters(types: Types) -> StrawberryField:
    types.new("DeadLetter", DeadLetter)
    letter = strawberry.type(
        type("DeadLetter", (), {"__annotations__": LETTER}),
        description="An event that a view could not take in, or that waits behind one that it "
        "could not: then there is no error.",
    )
    edge = types.make("DeadLetterEdge", [field("node", letter), field("cursor", str)])
    page = [field("edges", list_of(edge)), field("page_info", PageInfo)]
    connection = types.make("DeadLetterConnection", page)
    doc = f"What the views could not take in, in the order of the log. Needs {Scope.OPERATIONS}."
    return field("dead_letters", connection, doc, PAGING, letters)


async def letters(_: Any, info: Info, given: Given) -> EventPage:
    ends = Ends.of(given)
    beyond = place_of(ends.cursor) if ends.cursor else None
    found = await info.context.reader.letters(beyond, ends.size + 1, backwards=ends.backwards)
    edges = [Edge(cursor_of(letter), letter) for letter in found]
    return EventPage.of(edges, ends.size, ends.backwards, came=beyond is not None)


def cursor_of(letter: DeadLetter) -> str:
    return b64encode(orjson.dumps([getattr(letter, name) for name in PLACE])).decode()


def place_of(cursor: str) -> Mapping[str, Any]:
    try:
        position, view, key = orjson.loads(b64decode(cursor, validate=True))
        return {"position": Position(int(position)), "view": str(view), "key": str(key)}
    except (ValueError, TypeError):
        raise InvalidCursor from None
