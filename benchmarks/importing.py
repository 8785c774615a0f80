"""Importing a log of 65,000 events, from its file until all is recorded, against a plain COPY of
the rows that came of it, ready in PostgreSQL's own binary form, into a table with the same indexes.

The log is made up, of the shape of a repair shop's. COPY reads no XML, knows no map, and would
write the same rows twice.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import psycopg

from application.database import Database, DatabaseRole
from application.importing.recording import import_history
from application.importing.xes import check, traces
from application.log import EventLog
from application.recorded import Position
from benchmarks.comparing import Comparison, compare
from domain.messages import Actor, Role
from tests.clock import NOON
from tests.importing.logs import Said, phone_repair, repairs, written

EVENTS: Final = 65_000
CASES: Final = 7_000  # more than have so many events
IMPORTER: Final = Actor(UUID(int=1), frozenset({Role.ADMIN}))
ROWS: Final = "SELECT * FROM events WHERE position BETWEEN %s AND %s ORDER BY position"


def comparisons(database: Database) -> list[Comparison]:
    with (
        TemporaryDirectory() as directory,
        EventLog(database) as log,
        psycopg.connect(database.conninfo(DatabaseRole.OWNER), autocommit=True) as connection,
    ):
        file, events = made_up(Path(directory))
        connection.execute("CREATE TABLE copied_history (LIKE events INCLUDING ALL)")
        rounds = Rounds(log, file, events, connection)
        return [
            compare(
                f"import of a log of {events:,} events",
                "events/s",
                rounds.imported,
                "plain COPY of the same rows, ready in binary",
                rounds.copied,
            )
        ]


def made_up(directory: Path) -> tuple[Path, int]:
    """A log, and how many events it has."""
    told: dict[str, list[Said]] = {}
    events = 0
    for name, said in repairs(CASES).items():
        if events < EVENTS:
            told[name] = said
            events += len(said)
    return written(told, directory), events


class Rounds:
    """Each imports the log under another name, so that all of it is new, and copies what came."""

    def __init__(
        self, log: EventLog, file: Path, events: int, connection: psycopg.Connection[Any]
    ) -> None:
        self.log = log
        self.file = file
        self.events = events
        self.connection = connection
        self.number = 0
        self.before = Position(0)

    def imported(self) -> float:
        self.number += 1
        self.before = self.log.last()
        log_map = phone_repair().model_copy(update={"source": f"round {self.number}"})
        start = perf_counter()
        check(self.file)
        report = import_history(
            self.log, traces(self.file, lambda _: None), log_map, IMPORTER, NOON
        )
        took = perf_counter() - start
        assert report.recorded == self.events
        return self.events / took

    def copied(self) -> float:
        rows = b"".join(self.rows())
        start = perf_counter()
        into = "COPY copied_history FROM STDIN (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write(rows)
        return self.events / (perf_counter() - start)

    def rows(self) -> list[bytes]:
        last = self.before + self.events
        out = f"COPY ({ROWS % (self.before + 1, last)}) TO STDOUT (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(out.encode()) as copy:
            return [bytes(piece) for piece in copy]
