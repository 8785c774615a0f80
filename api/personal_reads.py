"""Who read whose personal data, for auditors (AUD-4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField

from api.connections import EventPage
from api.fields import Given, Info, list_of
from api.operations import Parsed, page_of, paged, place_of
from api.principal import Scope
from api.stretches import Ends
from api.types import Types, documented
from application.personal_reads import PersonalRead, page_query
from application.recorded import Channel

NARROWED_BY: Final[Mapping[str, Any]] = {
    "reader": UUID | None,
    "subject": UUID | None,
    "since": datetime | None,
    "until": datetime | None,
}
PLACE: Final[Parsed] = {"number": int}


def personal_reads(types: Types) -> StrawberryField:
    shown = {
        "number": int,
        "read_at": datetime,
        "reader": UUID,
        "channel": types.enum(Channel, documented(Channel)),
        "correlation_id": str,
        "subjects": list_of(UUID),
    }
    types.new("PersonalRead", PersonalRead)
    node = strawberry.type(
        type("PersonalRead", (), {"__annotations__": shown}), description=documented(PersonalRead)
    )
    doc = f"""Who read whose personal data, oldest first; `subject` is about whom it was. Needs
        {Scope.EVENTS}."""
    return paged(types, "personal_reads", node, doc, reads, NARROWED_BY)


async def reads(_: Any, info: Info, given: Given) -> EventPage:
    ends = Ends.of(given)
    beyond = place_of(ends.cursor, PLACE) if ends.cursor else None
    query = page_query(beyond=beyond is not None, backwards=ends.backwards)
    wanted = {name: given.get(name) for name in NARROWED_BY} | {"limit": ends.size + 1}
    rows = await info.context.reader.rows(query, wanted | dict(beyond or {}))
    found = [PersonalRead(*row)._replace(channel=Channel(row[3])) for row in rows]
    return page_of(found, ends, PLACE)
