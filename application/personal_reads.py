"""Who read whose personal data, and when: on record before they have it (AUD-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from application.recorded import Channel


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom personal data is opened, through which channel, and in answer to which request."""

    reader: UUID
    channel: Channel
    correlation_id: str


class PersonalRead(NamedTuple):
    """An answer or a file that held personal data: who had it, when, and about whom it was."""

    number: int
    read_at: datetime
    reader: UUID
    channel: Channel
    correlation_id: str
    subjects: list[UUID]


KEYS_FOR_READER: Final[LiteralString] = """
    WITH found AS (SELECT subject, wrapped FROM personal_keys WHERE subject = ANY (%s)),
    noted AS (
        INSERT INTO personal_reads (reader, channel, correlation_id, subjects)
        SELECT %s, %s, %s, array_agg(subject ORDER BY subject) FROM found WHERE wrapped IS NOT NULL
        HAVING count(*) > 0
    )
    SELECT subject, wrapped FROM found
    """
"""The keys of these people. That they were read is on record with it; a destroyed key opens
nothing, so it is left out."""


def page_query(*, beyond: bool, backwards: bool) -> bytes:
    """A stretch of what was read, in its order, narrowed by whatever is not null."""
    direction, further = ("DESC", "<") if backwards else ("ASC", ">")
    return f"""
        SELECT number, read_at, reader, channel, correlation_id, subjects FROM personal_reads
        WHERE (%(reader)s::uuid IS NULL OR reader = %(reader)s)
          AND (%(subject)s::uuid IS NULL OR subjects @> ARRAY[%(subject)s::uuid])
          AND (%(since)s::timestamptz IS NULL OR read_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR read_at < %(until)s)
          {f"AND number {further} %(number)s" if beyond else ""}
        ORDER BY number {direction} LIMIT %(limit)s
        """.encode()
