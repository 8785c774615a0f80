"""A part that one process at a time plays, such as feeding the views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import Connection

TAKE: Final[LiteralString] = """
    SELECT pg_try_advisory_lock(hashtextextended(%s || ' ' || current_schema(), 0))
    """
HOLDER: Final[LiteralString] = """
    SELECT pid FROM pg_locks, hashtextextended(%s || ' ' || current_schema(), 0) AS lock (key)
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = ((lock.key >> 32) & 4294967295)::oid AND objid = (lock.key & 4294967295)::oid
    """
GIVE_UP_SOON: Final[LiteralString] = """
    SELECT set_config('tcp_keepalives_idle', '3', false),
           set_config('tcp_keepalives_interval', '1', false),
           set_config('tcp_keepalives_count', '3', false),
           set_config('tcp_user_timeout', '6000', false)
    """


@dataclass(frozen=True)
class Lease:
    """An advisory lock on the very connection that does the work.

    It ends with the connection: when the process dies, at once; when its machine or the network
    does, within seconds. PostgreSQL is told to look whether it is still there, and not to wait long
    for the arrival of what is on its way there, such as word of an append: meanwhile it would not
    look. Whoever loses the lease can therefore write nothing more, unless on another connection;
    whoever does that must be stopped otherwise, as the views' engine is by the compare-and-set of
    its checkpoint.
    """

    part: str

    def taken(self, connection: Connection[Any]) -> bool:
        """Whether the part is ours from now on. If not, somebody else plays it: ask again."""
        [mine] = connection.execute(TAKE, [self.part]).fetchone() or [False]
        if mine:
            connection.execute(GIVE_UP_SOON)
        return bool(mine)

    def holder(self, connection: Connection[Any]) -> int | None:
        """The process id, in PostgreSQL, of whoever plays the part; None if nobody does."""
        found = connection.execute(HOLDER, [self.part]).fetchone()
        return found[0] if found else None
