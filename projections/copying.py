"""Rows on their way into a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, Final, Self

import psycopg
from psycopg import Cursor
from psycopg.copy import LibpqWriter
from psycopg.sql import SQL, Identifier

from application.connections import result_of
from projections.columns import Shape

BIGINT: Final = SQL("bigint")
COPY: Final = SQL("COPY {} FROM STDIN (FORMAT BINARY)")
COPY_FROZEN: Final = SQL("COPY {} FROM STDIN (FORMAT BINARY, FREEZE)")
REMEMBERED: Final = 20_000  # parts of rows as they are written


def nothing() -> None:
    """For those who have nothing to do meanwhile."""


class Copying:
    """Rows go into a table by COPY, some at a time.

    What is written is taken in by PostgreSQL while other things are done here, and is all there
    when the context is left; `meanwhile` is called before that is waited for. Until then nothing
    else can be asked on the connection.
    """

    def __init__(
        self,
        cursor: Cursor[Any],
        table: Identifier,
        columns: Mapping[str, Shape],
        *,
        freeze: bool = False,
        meanwhile: Callable[[], None] = nothing,
    ) -> None:
        """`freeze` rows that need never be looked at again, in a table new to the transaction."""
        self.cursor = cursor
        self.command = (COPY_FROZEN if freeze else COPY).format(table)
        self.types = [shape.sql for shape in columns.values()]
        self.meanwhile = meanwhile
        self.encoded = Encoded(columns)
        self._under_way = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.meanwhile()
            self._finish()
        else:
            with suppress(psycopg.Error):  # the first error says more
                self._finish()

    def write(self, versions: Sequence[tuple[Any, ...]]) -> None:
        """Each is its positions and its row. Raises Unsealed for personal data in the open, and
        what PostgreSQL found wrong with what was written before."""
        if not versions:
            return
        self._finish()
        positions = [BIGINT] * (len(versions[0]) - 1)
        writer = Unfinished(self.cursor)
        with self.cursor.copy(self.command, writer=writer) as copy:
            copy.set_types([kind.as_string() for kind in (*positions, *self.types)])
            values, write_row = self.encoded.values, copy.write_row
            for version in versions:
                write_row((*version[:-1], *values(version[-1].__dict__)))
        self._under_way = writer.unfinished

    def _finish(self) -> None:
        if self._under_way:
            self._under_way = False
            result_of(self.cursor.connection)


class Unfinished(LibpqWriter):
    """Says that there is no more, and leaves it to others to wait until it is all there."""

    unfinished = False

    def finish(self, exc: BaseException | None = None) -> None:
        self.unfinished = exc is None and self.connection.pgconn.put_copy_end() > 0
        if not self.unfinished:
            super().finish(exc)


class Encoded:
    """What is saved of rows.

    Most parts of a row are the very same from one version to the next: what they look like is
    remembered for a while, and they with it, since another might come to lie in their place.
    """

    def __init__(self, columns: Mapping[str, Shape]) -> None:
        self.fields: Any = plucked(tuple(columns))
        self.encoders = [
            (place, shape.encode)
            for place, shape in enumerate(columns.values())
            if shape.encode is not None
        ]
        self.values = self._encoded if self.encoders else self.fields
        self.remembered: dict[tuple[int, int], tuple[Any, bytes]] = {}

    def _encoded(self, fields: Mapping[str, Any]) -> list[Any]:
        values = list(self.fields(fields))
        for place, encode in self.encoders:
            if (value := values[place]) is not None:
                known = place, id(value)
                if known not in self.remembered:
                    if len(self.remembered) > REMEMBERED:
                        self.remembered.clear()
                    self.remembered[known] = value, encode(value)
                values[place] = self.remembered[known][1]
        return values


def plucked(names: tuple[str, ...]) -> Any:
    """What takes these fields out of a row's."""
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
