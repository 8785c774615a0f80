"""Feeding views: pages folded in memory against a transaction an event, which is how the library's
runner does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from uuid import UUID, uuid4

import psycopg

from application.database import Database, DatabaseRole
from application.instruction import Instruction, Recording
from application.log import EventLog
from application.recorded import Channel
from benchmarks.comparing import Comparison, Measure, compare
from domain.messages import On, Stream
from domain.registry.station import RegisterStation, Station, StationRegistered, StationRenamed
from projections.catalogue import VIEWS, Views
from projections.engine import Engine
from projections.rebuilding import prepare, rebuild
from tests.scenario import ADAM

EVENTS, PAGE, APPEND = 12_000, 5_000, 1_000
ONE_BY_ONE = 600  # events, enough to tell the speed of the slow way
ONE_VIEW: Views = {"stations": VIEWS["stations"]}


def comparisons(database: Database) -> list[Comparison]:
    with EventLog(database) as log:
        fill(log)
        one_by_one = feeding(database, log, ONE_VIEW, limit=1, events=ONE_BY_ONE)
        name = "a transaction an event"
        return [
            compare(
                f"feeding one view, pages of {PAGE:,}",
                "events/s",
                feeding(database, log, ONE_VIEW, limit=PAGE, events=EVENTS),
                name,
                one_by_one,
            ),
            compare(
                f"feeding all {len(VIEWS)} views, pages of {PAGE:,}",
                "events/s",
                feeding(database, log, VIEWS, limit=PAGE, events=EVENTS),
                name,
                one_by_one,
            ),
            compare("rebuilding one view", "events/s", rebuilding(database, log), name, one_by_one),
        ]


def fresh(database: Database, log: EventLog, views: Views) -> Engine:
    """An engine at the beginning of the log."""
    conninfo = database.conninfo(DatabaseRole.WRITER)
    engine = Engine(log, views, partial(psycopg.connect, conninfo, autocommit=True))
    engine.connection.execute("DROP TABLE IF EXISTS checkpoint, views, dead_letters")
    prepare(engine)
    return engine


def feeding(database: Database, log: EventLog, views: Views, *, limit: int, events: int) -> Measure:
    def measure() -> float:
        engine, taken = fresh(database, log, views), 0
        start = perf_counter()
        while taken < events:
            taken += engine.step(limit)
        elapsed = perf_counter() - start
        engine.close()
        return taken / elapsed

    return measure


def rebuilding(database: Database, log: EventLog) -> Measure:
    def measure() -> float:
        engine = fresh(database, log, ONE_VIEW)
        while engine.step():
            pass
        start = perf_counter()
        rebuild(engine, ONE_VIEW)
        elapsed = perf_counter() - start
        engine.close()
        return EVENTS / elapsed

    return measure


# ── stations, each named and renamed twice ──────────────────────────────────


def fill(log: EventLog) -> None:
    told = list(story())
    for start in range(0, EVENTS, APPEND):
        append(log, told[start : start + APPEND])


def story() -> Iterable[On]:
    for number in range(EVENTS // 3):
        stream = Stream(Station.kind, UUID(int=number + 1))
        yield On(stream, StationRegistered(name=f"Station {number}"))
        yield On(stream, StationRenamed(name=f"Quay {number}"))
        yield On(stream, StationRenamed(name=f"Harbour {number}"))


def append(log: EventLog, events: list[On]) -> None:
    command = RegisterStation(station_id=events[0].stream.id, name="any")
    asked = Instruction(
        command=command, id=uuid4(), actor=ADAM, now=datetime.now(UTC), channel=Channel.IMPORT
    )
    histories = log.histories({on.stream for on in events})
    log.append(Recording(asked, ADAM.roles, {}), events, histories)
