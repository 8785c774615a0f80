"""Whole commands: load, decide, append, receipt, against the same by the library's application.

Each writer enters a station of its own and renames it nine times, then takes the next. Writers are
threads and tasks as in appending.py.
"""

from __future__ import annotations

from asyncio import gather
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count, islice
from threading import local
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

from eventsourcing.application import Application
from psycopg.conninfo import conninfo_to_dict

from application.database import Database
from application.handling import handle, handle_soon
from application.handling_together import handle_all
from application.instruction import Instruction
from application.log import EventLog
from application.observing import Step, Watched
from application.recorded import Channel
from benchmarks.appending import in_loop, speed
from benchmarks.comparing import Comparison, Measure, Shares, compare
from benchmarks.library_runner import Station
from domain.messages import Command
from domain.registry.station import RegisterStation, RenameStation
from tests.scenario import ADAM

COMMANDS: Final = 320  # a round
PROFILED: Final = 500  # commands
TOGETHER: Final = 500
RENAMES: Final = 9
CONNECTIONS: Final = 32


def comparisons(database: Database) -> list[Comparison | Shares]:
    with EventLog(database) as log, library(database) as theirs:
        desk = Desk(log)
        rows: list[Comparison | Shares] = [
            against("1 writer", 1, desk.in_threads(1), theirs),
            against("8 writers", 8, desk.in_tasks(8), theirs),
            against("32 writers", 32, desk.in_tasks(32), theirs),
            against("32 writers in threads", 32, desk.in_threads(32), theirs),
        ]
        rows.append(
            compare(
                f"whole commands, taken in {TOGETHER} at a time",
                "commands/s",
                lambda: together(desk),
                "the library's application, 1 writer",
                speed(theirs.give, 1, COMMANDS),
            )
        )
        rows.append(profile(desk))
        return rows


def against(name: str, writers: int, ours: Measure, theirs: Renaming) -> Comparison:
    reference = speed(theirs.give, writers, COMMANDS)
    return compare(
        f"whole commands, {name}", "commands/s", ours, "the library's application", reference
    )


def together(desk: Desk) -> float:
    asked = [desk.registering() for _ in range(TOGETHER)]
    start = perf_counter()
    handle_all(desk.log, asked)
    return TOGETHER / (perf_counter() - start)


# ── ours ────────────────────────────────────────────────────────────────────


class Desk:
    """Gives commands, each thread or task to stations of its own."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.own = local()
        self.numbers = count()

    def give(self) -> None:
        if not hasattr(self.own, "instructions"):
            self.own.instructions = self.instructions()
        handle(self.log, next(self.own.instructions))

    def in_threads(self, writers: int) -> Measure:
        """How often a second, by so many threads at once."""
        return speed(self.give, writers, COMMANDS * min(writers, 4))

    def in_tasks(self, writers: int) -> Measure:
        """How often a second, by so many tasks of one event loop."""
        each = COMMANDS * 4 // writers

        async def writer() -> None:
            for instruction in islice(self.instructions(), each):
                await handle_soon(self.log, instruction)

        async def all_of_them() -> float:
            start = perf_counter()
            await gather(*(writer() for _ in range(writers)))
            return writers * each / (perf_counter() - start)

        return in_loop(all_of_them)

    def instructions(self) -> Iterator[Instruction]:
        while True:
            registering = self.registering()
            yield registering
            for _ in range(RENAMES):
                name = f"Station {next(self.numbers)}"
                yield asked(RenameStation(station_id=registering.command.stream.id, name=name))

    def registering(self) -> Instruction:
        return asked(RegisterStation(station_id=uuid4(), name="Station"))


def asked(command: Command) -> Instruction:
    now = datetime.now(UTC)
    return Instruction(command=command, id=uuid4(), actor=ADAM, now=now, channel=Channel.IMPORT)


# ── the library's ───────────────────────────────────────────────────────────


class Renaming(Application[UUID]):
    """Loads an aggregate, has it decide, saves it: as the library's manual does."""

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__(env)
        self.own = local()
        self.numbers = count()

    def give(self) -> None:
        renames = getattr(self.own, "renames", RENAMES)
        if renames == RENAMES:
            station = Station("Station")
            self.own.station, self.own.renames = station.id, 0
        else:
            station = self.repository.get(self.own.station)
            station.rename(f"Station {next(self.numbers)}")
            self.own.renames += 1
        self.save(station)


@contextmanager
def library(database: Database) -> Iterator[Renaming]:
    where = conninfo_to_dict(database.url)
    with Renaming(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(where["dbname"]),
            "POSTGRES_HOST": str(where["host"]),
            "POSTGRES_PORT": str(where["port"]),
            "POSTGRES_USER": str(where["user"]),
            "POSTGRES_PASSWORD": str(where.get("password", "")),
            "POSTGRES_POOL_SIZE": str(CONNECTIONS),
        }
    ) as application:
        yield application


# ── where the time goes ─────────────────────────────────────────────────────


class Stopwatch:
    """How long each step took, all of its kind together."""

    def __init__(self) -> None:
        self.seconds: defaultdict[Step, float] = defaultdict(float)

    def watch(self, step: Step, kind: str = "") -> AbstractContextManager[Watched]:
        return self.timed(step)

    @contextmanager
    def timed(self, step: Step) -> Iterator[Watched]:
        start = perf_counter()
        yield Watched()
        self.seconds[step] += perf_counter() - start


def profile(desk: Desk) -> Shares:
    desk.log.observer = stopwatch = Stopwatch()
    desk.log.recorder.observe(stopwatch)
    speed(desk.give, 1, PROFILED)()
    spent = {step: seconds / PROFILED * 1000 for step, seconds in stopwatch.seconds.items()}
    known = spent[Step.LOAD] + spent[Step.DECIDE] + spent[Step.APPEND]
    return Shares(
        "Where the time of a command goes, 1 writer",
        {
            "everything else": spent[Step.COMMAND] - known,
            "loading the streams it looks at": spent[Step.LOAD],
            "deciding": spent[Step.DECIDE],
            "sealing and encoding its events": spent[Step.APPEND] - spent[Step.COMMIT],
            "the commit: one call, until it is durable": spent[Step.COMMIT],
        },
    )
