"""Rows on their way into the tables of a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, Final, Self

import psycopg
from psycopg import Connection, Copy
from psycopg.abc import Buffer
from psycopg.copy import Writer
from psycopg.generators import copy_to
from psycopg.sql import SQL

from application.connections import is_there, result_of
from projections.columns import Shape

BIGINT: Final = SQL("bigint")
AS_IT_IS: Final = SQL("bytea")
HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # of COPY's binary form
TAIL: Final = b"\xff\xff"
AT_ONCE: Final = 2**20  # bytes
MOST: Final = 2**26  # bytes that may wait for PostgreSQL


class Copies:
    """What goes into tables by COPY, one after the other.

    PostgreSQL takes one in while more is written; nobody waits for it before all are left behind,
    or too much has piled up. What comes for a table that waits joins what is there. What PostgreSQL
    refuses is raised by whatever is done next. Until all is there nothing else can be asked on the
    connection.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._waiting: dict[bytes, bytearray] = {}  # rows by commands
        self._under_way = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.finish()
        else:
            self._waiting.clear()
            with suppress(psycopg.Error):  # the first error says more
                self.finish()

    def give(self, command: bytes, rows: Buffer) -> None:
        """These, as they are in COPY's binary form, by this command."""
        waiting = self._waiting.setdefault(command, bytearray())
        waiting += rows
        if len(waiting) > MOST:
            self.finish()
        self.go_on()

    def go_on(self) -> bool:
        """Send what PostgreSQL can take now; whether there is more for it to do."""
        self.connection.pgconn.flush()
        while is_there(self.connection) if self._under_way else self._waiting:
            self._next()
        return self._under_way

    def finish(self) -> None:
        """Wait until all is there."""
        while self._under_way or self._waiting:
            self._next()

    def _next(self) -> None:
        if self._under_way:
            self._under_way = False
            result_of(self.connection)
        if self._waiting:
            most = max(self._waiting, key=lambda command: len(self._waiting[command]))
            self._begin(most, HEAD + self._waiting.pop(most) + TAIL)

    def _begin(self, command: bytes, rows: bytes) -> None:
        server = self.connection.pgconn
        server.send_query(command)
        result_of(self.connection)
        self._under_way = True
        for start in range(0, len(rows), AT_ONCE):
            self.connection.wait(copy_to(server, rows[start : start + AT_ONCE], flush=False))
        server.put_copy_end()


class Written:
    """Rows in COPY's binary form. What is kept as JSON is remembered with what it looks like."""

    def __init__(self, connection: Connection[Any], columns: Mapping[str, Shape]) -> None:
        self.connection = connection
        kinds = connection.adapters.types
        self.types = [
            kinds.get_oid((s.sql if s.plain else AS_IT_IS).as_string()) for s in columns.values()
        ]
        self.position = kinds.get_oid(BIGINT.as_string())
        self.fields: Any = plucked(tuple(columns))
        self.encoders = [
            (place, shape.remembering())
            for place, shape in enumerate(columns.values())
            if not shape.plain
        ]
        self.values = self._encoded if self.encoders else self.fields

    def rows(self, versions: Sequence[tuple[Any, ...]]) -> bytearray:
        """Each is its positions and its row; without what COPY's form begins and ends with. Raises
        Unsealed for personal data in the open."""
        held = Held()
        copy = Copy(self.connection.cursor(binary=True), binary=True, writer=held)
        copy.set_types([*[self.position] * (len(versions[0]) - 1), *self.types])
        values, write_row = self.values, copy.write_row
        for version in versions:
            write_row((*version[:-1], *values(version[-1].__dict__)))
        copy.finish(None)
        return held.content[len(HEAD) : -len(TAIL)]

    def _encoded(self, fields: Mapping[str, Any]) -> list[Any]:
        values = list(self.fields(fields))
        for place, encode in self.encoders:
            if (value := values[place]) is not None:
                values[place] = encode(value)
        return values


class Held(Writer):
    """Holds what is written, to be sent later."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, data: Buffer) -> None:
        self.content += data


def plucked(names: tuple[str, ...]) -> Any:
    """What takes these fields out of a row's."""
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


class Filling:
    """Rows into the two tables of a view: as they are now, and as they were."""

    def __init__(
        self, copies: Copies, written: Written, into_current: bytes, into_past: bytes
    ) -> None:
        self.copies = copies
        self.written = written
        self.into_current = into_current
        self.into_past = into_past

    def current(self, versions: Sequence[tuple[Any, ...]]) -> None:
        """Each with the position since which it has been so."""
        if versions:
            self.copies.give(self.into_current, self.written.rows(versions))

    def past(self, versions: Sequence[tuple[Any, ...]]) -> None:
        """Each with the positions from and to which it was so."""
        if versions:
            self.copies.give(self.into_past, self.written.rows(versions))
