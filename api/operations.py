"""What views could not take in and reactions were refused, for those who look after the program."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import strawberry
from anyio.to_thread import run_sync
from strawberry.types.field import StrawberryField

from api.connections import Edge, EventPage, PageInfo
from api.context import Sources
from api.fields import Given, Info, Resolve, field, list_of
from api.principal import Scope
from api.stretches import PAGING, Ends
from api.types import Types, documented
from application.reaction_record import Refused, page_query
from application.recorded import Position
from processes.reactions import Tried
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
REFUSED: Final[Mapping[str, Any]] = {
    "event_id": UUID,
    "position": Position,
    "reaction": str,
    "code": str,
    "rule": str,
    "message": str,
    "refused_at": datetime | None,
}
TRIED: Final[Mapping[str, Any]] = {"done": int, "refused_still": int}

Parsed = Mapping[str, Callable[[Any], Any]]
LETTER_PLACE: Final[Parsed] = {
    "position": lambda value: Position(int(value)),
    "view": str,
    "key": str,
}
REFUSED_PLACE: Final[Parsed] = {"position": lambda value: Position(int(value)), "reaction": str}
"""What a cursor says: the columns by which they are ordered."""


def dead_letters(types: Types) -> StrawberryField:
    types.new("DeadLetter", DeadLetter)
    letter = strawberry.type(
        type("DeadLetter", (), {"__annotations__": LETTER}),
        description="An event that a view could not take in, or that waits behind one that it "
        "could not: then there is no error.",
    )
    doc = f"What the views could not take in, in the order of the log. Needs {Scope.OPERATIONS}."
    return paged(types, "dead_letters", letter, doc, letters)


def refused_reactions(types: Types) -> StrawberryField:
    types.new("RefusedReaction", Refused)
    refused = strawberry.type(
        type("RefusedReaction", (), {"__annotations__": REFUSED}),
        description="A command that an event called for by itself, and that was refused: by which "
        "rule, and what to do about it.",
    )
    doc = f"What reactions were refused, in the order of the log. Needs {Scope.OPERATIONS}."
    return paged(types, "refused_reactions", refused, doc, refusals)


def paged(
    types: Types,
    name: str,
    node: Any,
    doc: str,
    resolve: Resolve,
    narrowed_by: Mapping[str, Any] | None = None,
) -> StrawberryField:
    kind = node.__name__
    edge = types.make(f"{kind}Edge", [field("node", node), field("cursor", str)])
    page = [field("edges", list_of(edge)), field("page_info", PageInfo)]
    connection = types.make(f"{kind}Connection", page)
    return field(name, connection, doc, {**(narrowed_by or {}), **PAGING}, resolve)


async def letters(_: Any, info: Info, given: Given) -> EventPage:
    ends = Ends.of(given)
    beyond = place_of(ends.cursor, LETTER_PLACE) if ends.cursor else None
    found = await info.context.reader.letters(beyond, ends.size + 1, backwards=ends.backwards)
    return page_of(found, ends, LETTER_PLACE)


async def refusals(_: Any, info: Info, given: Given) -> EventPage:
    ends = Ends.of(given)
    beyond = place_of(ends.cursor, REFUSED_PLACE) if ends.cursor else None
    query = page_query(beyond=beyond is not None, backwards=ends.backwards)
    rows = await info.context.reader.rows(query, {**(beyond or {}), "limit": ends.size + 1})
    return page_of([Refused(*row) for row in rows], ends, REFUSED_PLACE)


def page_of(found: Iterable[Any], ends: Ends, place: Parsed) -> EventPage:
    edges = [Edge(cursor_of(each, place), each) for each in found]
    return EventPage.of(edges, ends.size, ends.backwards, came=ends.cursor is not None)


def cursor_of(shown: Any, place: Parsed) -> str:
    return b64encode(orjson.dumps([getattr(shown, name) for name in place])).decode()


def place_of(cursor: str, place: Parsed) -> Mapping[str, Any]:
    """Raises InvalidCursor."""
    try:
        values = orjson.loads(b64decode(cursor, validate=True))
        return {name: read(v) for (name, read), v in zip(place.items(), values, strict=True)}
    except (ValueError, TypeError):
        raise InvalidCursor from None


# ── trying again ────────────────────────────────────────────────────────────


def try_reactions_again(types: Types) -> StrawberryField:
    types.new("ReactionsTried", Tried)
    tried = strawberry.type(
        type("ReactionsTried", (), {"__annotations__": TRIED}), description=documented(Tried)
    )
    doc = f"""Give once more what reactions were refused, as they would, once it is mended. What
        somebody has done by hand meanwhile is found done. Needs {Scope.MENDING}."""

    async def resolve(_: Any, info: Info, given: Given) -> Tried:
        return await run_sync(tried_again, info.context.sources)

    return field("try_reactions_again", tried, doc, resolve=resolve)


def tried_again(sources: Sources) -> Tried:
    """Beside the reactions that follow the log, which have a thread and a connection of their own:
    what both do is done once. Raises Unavailable, Conflict."""
    reactions = sources.reactions.beside()
    with closing(reactions.record):
        return reactions.again()
