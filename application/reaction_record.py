"""What is kept of the reactions: how far they have followed the log, and what they were refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

from psycopg import Connection

from application.connections import listen
from application.lease import Lease
from application.recorded import BEGINNING, Position

Connect: TypeAlias = Callable[[], Connection[Any]]

RECORD: Final[LiteralString] = """
    INSERT INTO reaction_refusals (event_id, reaction, position, code, rule, message)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (event_id, reaction) DO NOTHING
    """
SHOWN: Final[LiteralString] = """
    SELECT event_id, position, reaction, code, rule, message, refused_at FROM reaction_refusals
    """
REFUSED: Final[LiteralString] = f"{SHOWN} ORDER BY position, reaction"
FORGET: Final[LiteralString] = """
    DELETE FROM reaction_refusals WHERE position = %s AND reaction = %s
    """
ADVANCE: Final[LiteralString] = """
    UPDATE reaction_checkpoint SET position = greatest(position, %s)
    """
LEASE: Final = Lease("react")


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that an event called for and that was refused. `code` is the refusal's.

    `refused_at` is known of what is on record.
    """

    event_id: UUID
    position: Position
    reaction: str
    code: str
    rule: str
    message: str
    refused_at: datetime | None = None


def page_query(*, beyond: bool, backwards: bool) -> bytes:
    """A stretch of what was refused, in the order of the log, from a place on if there is one."""
    direction, further = ("DESC", "<") if backwards else ("ASC", ">")
    place = f"WHERE (position, reaction) {further} (%(position)s, %(reaction)s)"
    return f"""
        {SHOWN} {place if beyond else ""}
        ORDER BY position {direction}, reaction {direction} LIMIT %(limit)s
        """.encode()


class ReactionRecord:
    """On a connection of its own, opened when first needed, and again after it was lost.

    `connect` opens one in autocommit. Every method may raise what psycopg raises.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._open: Connection[Any] | None = None

    @property
    def _connection(self) -> Connection[Any]:
        if self._open is None or self._open.closed:
            self._open = self._connect()
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()

    def position(self) -> Position:
        """The last event that every reaction has seen."""
        query = "SELECT position FROM reaction_checkpoint"
        return Position((self._connection.execute(query).fetchone() or [BEGINNING])[0])

    def refused(self) -> list[Refused]:
        """What was refused, with the reasons, in the order of the log."""
        return [Refused(*row) for row in self._connection.execute(REFUSED).fetchall()]

    def save(
        self, position: Position, refusals: Iterable[Refused], instead_of: str | None = None
    ) -> None:
        """Everything up to a position was reacted to, but for these.

        The checkpoint only rises: if another process came further, it did the same. `instead_of`
        names the reaction to the event there that was given another try.
        """
        rows = [(r.event_id, r.reaction, r.position, r.code, r.rule, r.message) for r in refusals]
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(FORGET, (position, instead_of))
            cursor.executemany(RECORD, rows)
            cursor.execute(ADVANCE, (position,))

    # ── one process at a time ───────────────────────────────────────────────

    def elected(self) -> bool:
        """Whether ours is the active process now; it is until the connection ends."""
        return LEASE.taken(self._connection)

    def listen(self) -> None:
        """Be told of appends from now on."""
        listen(self._connection)

    def wait(self, seconds: float) -> None:
        """Until something was appended, but no longer. It is only a hint."""
        for _ in self._connection.notifies(timeout=seconds, stop_after=1):
            pass
