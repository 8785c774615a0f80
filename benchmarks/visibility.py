"""From the acknowledgement of an event until it can be seen in a view, alone and under load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter, sleep

import psycopg
from psycopg_pool import AsyncConnectionPool

from application.database import Database, DatabaseRole
from application.log import EventLog
from benchmarks.business import append, stations
from benchmarks.comparing import Comparison, comparison
from benchmarks.library_runner import Library
from projections.catalogue import VIEWS
from projections.engine import Engine
from projections.progress import Progress
from projections.reading import Reader
from projections.rebuilding import prepare
from projections.running import Runner

SAMPLES = 200
LOAD = 200  # events a second that others record meanwhile
LIBRARY = "the library's runner and its wait()"

Sample = Callable[[], float]  # milliseconds


def comparisons(fresh: Callable[[str], Database]) -> list[Comparison]:
    with ours(fresh("visibility")) as (sample, log), theirs(fresh("library_wait")) as reference:
        alone = [*rows("alone", sample, reference)]
        with loaded(log):
            return [*alone, *rows(f"with {LOAD} events/s beside it", sample, reference)]


def rows(when: str, sample: Sample, reference: Sample) -> Iterator[Comparison]:
    times = [(sample(), reference()) for _ in range(SAMPLES)]
    mine, theirs = ([t[side] for t in times] for side in (0, 1))
    for name, place in (("p50", 49), ("p99", 98)):
        yield comparison(
            f"append to visible, {when}, {name}",
            "ms",
            quantiles(mine, n=100)[place],
            LIBRARY,
            quantiles(theirs, n=100)[place],
            less=True,
        )


@contextmanager
def ours(database: Database) -> Iterator[tuple[Sample, EventLog]]:
    """A reader waits for the position of its receipt, as `minPosition` does, in the process that
    also feeds all views."""
    conninfo, progress = database.conninfo(DatabaseRole.WRITER), Progress()
    pool = AsyncConnectionPool(conninfo, open=False, kwargs={"autocommit": True})
    with EventLog(database) as log, asyncio.Runner() as loop:
        engine = Engine(log, VIEWS, partial(psycopg.connect, conninfo, autocommit=True), progress)
        prepare(engine)
        reader, told = Reader(VIEWS, pool, log, progress), stations()
        loop.run(reader.open())

        def sample() -> float:
            position = append(log, [next(told)])
            start = perf_counter()
            loop.run(reader.wait_for(position))
            return (perf_counter() - start) * 1e3

        with following(Runner(engine)):
            yield sample, log
        loop.run(reader.close())


@contextmanager
def following(runner: Runner) -> Iterator[None]:
    stopping = Event()
    thread = Thread(target=runner.run, args=[stopping])
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@contextmanager
def loaded(log: EventLog) -> Iterator[None]:
    """Somebody else records something all the time."""
    stopping = Event()

    def record() -> None:
        told = stations(first=1_000_000)
        while not stopping.is_set():
            append(log, [next(told)])
            sleep(1 / LOAD)

    thread = Thread(target=record)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@contextmanager
def theirs(database: Database) -> Iterator[Sample]:
    """The library's application, its runner, and its own way to wait for a position."""
    with Library(database).runner() as running:

        def sample() -> float:
            notified = running.app.enter(1)
            start = perf_counter()
            running.wait(notified, timeout=5)
            return (perf_counter() - start) * 1e3

        yield sample
