"""Whether a log that has grown is slower: the same as on a log that has only begun."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import psycopg

from application.database import Database
from application.log import EventLog
from benchmarks.appending import BULK, command, tasks_speed
from benchmarks.comparing import Comparison, compare
from benchmarks.handling import Desk

SIZES: Final = (10_000, 100_000, 1_000_000)
BEGUN: Final = 1_000  # events
WRITERS: Final = 8


def comparisons(fresh: Callable[[str], Database]) -> list[Comparison]:
    with ExitStack() as open_logs:
        begun = open_logs.enter_context(EventLog(grown(fresh, BEGUN)))
        rows: list[Comparison] = []
        for size in SIZES:
            log = open_logs.enter_context(EventLog(grown(fresh, size)))
            name, unit = (
                f"{WRITERS} writers, {size:,} events in the log",
                f"{BEGUN:,} events in the log",
            )
            rows += [
                compare(
                    f"durable appends, {name}",
                    "appends/s",
                    tasks_speed(log.recorder, WRITERS),
                    unit,
                    tasks_speed(begun.recorder, WRITERS),
                ),
                compare(
                    f"whole commands, {name}",
                    "commands/s",
                    Desk(log).in_tasks(WRITERS),
                    unit,
                    Desk(begun).in_tasks(WRITERS),
                ),
            ]
        return rows


def grown(fresh: Callable[[str], Database], size: int) -> Database:
    """As if it had grown over months: the server has done its chores, which it would otherwise do
    while it is measured."""
    database = fresh(f"grown_{size}")
    with EventLog(database) as log:
        for _ in range(0, size, BULK):
            log.recorder.append(command(BULK))
    with psycopg.connect(database.url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")
    return database
