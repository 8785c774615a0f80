"""Tables that have outgrown what PostgreSQL knows of them.

PostgreSQL plans a statement for a table as it was at its last ANALYZE, and a connection keeps the
plan until the next. One that was made for a view of a few rows reads all of it for each row that
it looks for. By itself PostgreSQL analyzes once in a minute at most, while a view can grow a
thousandfold.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from psycopg import Cursor

TIMES: Final = 10  # as large as it was
FEWEST: Final = 10  # pages; what is no larger than so many times these is quickly read whole

OUTGROWN: Final = b"""
    SELECT name
    FROM unnest(%s::text[]) AS name JOIN pg_class ON oid = to_regclass(quote_ident(name))
    WHERE pg_relation_size(oid)
          > %s::bigint * greatest(relpages, %s) * current_setting('block_size')::bigint
    """


def outgrown(cursor: Cursor[Any], tables: Iterable[str]) -> list[str]:
    """Those that have become ten times as large as PostgreSQL last found them."""
    return [name for [name] in cursor.execute(OUTGROWN, (list(tables), TIMES, FEWEST))]
