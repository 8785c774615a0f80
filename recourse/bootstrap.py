"""The composition root: everything is built here, once, and nothing when a module is imported."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from socket import gethostname
from threading import Event, Thread
from typing import Any, Final
from uuid import uuid5

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from application import shipped
from application.connections import Connections
from application.database import Database, DatabaseRole
from application.files import FileStore
from application.handling_together import handle_all
from application.instruction import Instruction
from application.log import EventLog
from application.migrating import migrate, pending
from application.personal import Vault
from application.recorded import Channel
from domain.messages import Command, Refusal
from processes.catalogue import REACTIONS
from processes.following import Follower
from processes.reactions import ITSELF, Reactions
from projections.catalogue import VIEWS
from projections.engine import Engine, Overtaken
from projections.progress import Progress
from projections.reading import Reader
from projections.rebuilding import prepare
from projections.reference import References
from projections.running import Runner
from recourse import embedded
from recourse.keys import kept
from recourse.observing import Observations
from recourse.settings import MASTER_KEY_BYTES, Settings

Clock = Callable[[], datetime]
READERS: Final = 8  # connections for questions
PATIENCE: Final = 3.0  # seconds that a question waits for a connection
LONGEST_NAME: Final = 24  # characters of a machine's name: PostgreSQL shows 63 of the whole


class Part(StrEnum):
    """What goes on by itself. Of all processes on a database one at a time plays each part."""

    VIEWS = "views"
    REACTIONS = "reactions"


class NotMigrated(Exception):
    """The database is behind this release. The message says what to do."""


def utc_now() -> datetime:
    return datetime.now(UTC)


# ── the database ────────────────────────────────────────────────────────────


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """The database the settings name, or the embedded one, running as long as it is needed."""
    if settings.database_url:
        yield Database(settings.database_url)
    else:
        with embedded.running(settings.data_dir) as server:
            yield embedded.ensure_database(server)


@contextmanager
def owners_database(settings: Settings) -> Iterator[Database]:
    """The same, for those who migrate, back up and restore."""
    if settings.owner_database_url:
        yield Database(settings.owner_database_url)
    else:
        with database(settings) as same:
            yield same


@contextmanager
def ready_database(settings: Settings) -> Iterator[Database]:
    """A database in the state this release needs. The embedded one is brought there: nobody else
    looks after it. Raises NotMigrated for one of your own that is behind."""
    with database(settings) as found:
        if settings.embedded:
            migrate(found)
        elif missing := pending(found):
            raise NotMigrated(
                f"The database lacks {', '.join(missing)}. Run `recourse migrate` "
                "with OWNER_DATABASE_URL set to a login that may work as recourse_owner."
            )
        yield found


# ── all that works on it ────────────────────────────────────────────────────


@dataclass(frozen=True)
class Program:
    """Everything that runs, built once."""

    settings: Settings
    database: Database
    vault: Vault
    keys: Connections
    files: FileStore
    log: EventLog
    engine: Engine
    views: Runner
    reactions: Reactions
    follower: Follower
    reader: Reader
    clock: Clock
    observations: Observations
    parts: frozenset[Part] = frozenset()  # that this process plays, or stands by for

    @property
    def states(self) -> Mapping[str, str]:
        """How its parts fare."""
        states = {
            Part.VIEWS: self.views.is_now.state.value,
            Part.REACTIONS: self.follower.health.state.value,
        }
        return {part.value: states[part] for part in Part if part in self.parts}

    @property
    def pools(self) -> Mapping[str, Mapping[str, int]]:
        """The figures of its connections, under psycopg's names."""
        log = self.log.recorder.connections
        return {
            "log": log.stats(),
            "keys": self.keys.stats(),
            "readers": self.reader.stats(),
        }


@contextmanager
def built(
    settings: Settings,
    clock: Clock | None = None,
    *,
    called: str = "command",
    parts: Collection[Part] = (),
) -> Iterator[Program]:
    """Everything in its place, with the views' tables; nothing moves yet.

    `called` is what PostgreSQL shows of this process, and `parts` are those it is going to play.
    `clock` is for demonstrations and tests: then it says when things are recorded, and not the
    database. Raises NotMigrated, EmbeddedServerFailed, SettingsInvalid, or what PostgreSQL raises.
    """
    with ExitStack() as closing_later:
        observations = Observations(os.environ)
        closing_later.callback(observations.close)
        database = named(closing_later.enter_context(ready_database(settings)), called)
        keys = Connections(database.conninfo(DatabaseRole.WRITER), size=4)
        closing_later.callback(keys.close)
        vault = Vault(keys, master_key(settings))
        log = closing_later.enter_context(EventLog(database, vault, clock, observations))
        program = replace(
            assembled(settings, log, vault, keys, clock or utc_now, observations),
            parts=frozenset(parts),
        )
        closing_later.callback(program.engine.close)
        closing_later.callback(program.reactions.record.close)
        yield program


def named(database: Database, called: str) -> Database:
    """The same, where PostgreSQL shows which of our processes is connected."""
    machine = gethostname()[:LONGEST_NAME]
    return replace(database, program=f"recourse {called} {machine}:{os.getpid()}")


def assembled(
    settings: Settings,
    log: EventLog,
    vault: Vault,
    keys: Connections,
    clock: Clock,
    observations: Observations,
) -> Program:
    database, progress = log.database, Progress()
    connect = partial(psycopg.connect, database.conninfo(DatabaseRole.WRITER), autocommit=True)
    engine = Engine(log, VIEWS, connect, progress)
    prepare(engine)
    reactions = Reactions(log, REACTIONS, connect, clock)
    return Program(
        settings=settings,
        database=database,
        vault=vault,
        keys=keys,
        files=FileStore(keys, vault),
        log=log,
        engine=engine,
        views=Runner(engine),
        reactions=reactions,
        follower=Follower(reactions),
        reader=Reader(VIEWS, readers(database, settings.statement_timeout), log, progress),
        clock=clock,
        observations=observations,
    )


def readers(database: Database, seconds: float) -> AsyncConnectionPool:
    """Connections for questions, each of which is given up after so many seconds.

    Whoever serves them opens the pool, in the loop that asks. While the database is away, a
    question waits for it as long as the pool tries to connect; the next one has it try anew.
    """

    async def limit(connection: AsyncConnection[Any]) -> None:
        await connection.execute(
            "SELECT set_config('statement_timeout', %s, false)", [f"{seconds}s"]
        )

    return AsyncConnectionPool(
        database.conninfo(DatabaseRole.WRITER),
        min_size=1,
        max_size=READERS,
        timeout=PATIENCE,
        reconnect_timeout=PATIENCE,
        configure=limit,
        kwargs={"autocommit": True},
        open=False,
    )


def caught_up(program: Program) -> Program:
    """Bring the views up to date, unless an engine of another process is about it already."""
    with suppress(Overtaken):
        while program.engine.step():
            pass
    return program


def adopt_policies(program: Program) -> int:
    """Put into force what ships with the program and nobody has published; return how many."""
    references = References(program.log)
    last = program.log.last()
    references.read_up_to(last)
    known = references.at(last).policies
    missing = [each for each in shipped.adoptions() if each.stream.id not in known]
    for answer in handle_all(program.log, [by_itself(program, each) for each in missing]):
        if isinstance(answer, Refusal):
            raise answer
    return len(missing)


def by_itself(program: Program, command: Command) -> Instruction:
    """The program gives a command once, whichever of its processes does."""
    return Instruction(
        command=command,
        id=uuid5(command.stream.id, type(command).__name__),
        actor=ITSELF,
        now=program.clock(),
        channel=Channel.REACTION,
    )


def settle(program: Program) -> None:
    """Let everything happen that follows from what was recorded."""
    while program.reactions.step():
        pass
    caught_up(program)


def workers_of(program: Program) -> dict[Part, Callable[[Event], None]]:
    """What goes on by itself, each in a thread, until it is told to stop."""
    return {Part.VIEWS: program.views.run, Part.REACTIONS: program.follower.run}


@contextmanager
def running(
    settings: Settings,
    clock: Clock | None = None,
    *,
    called: str = "serve",
    parts: Collection[Part] = frozenset(Part),
) -> Iterator[Program]:
    """The same, with the views following the log and the reactions following both, or those of
    these parts that are named."""
    with built(settings, clock, called=called, parts=parts) as program:
        stopping = Event()
        workers = [
            Thread(target=work, args=[stopping], name=part)
            for part, work in workers_of(program).items()
            if part in program.parts
        ]
        if settings.embedded:
            server = embedded.Server(settings.data_dir.absolute())
            workers.append(Thread(target=embedded.keep_up, args=[server, stopping], name="server"))
        for worker in workers:
            worker.start()
        try:
            yield program
        finally:
            stopping.set()
            for worker in workers:
                worker.join()


def master_key(settings: Settings) -> bytes:
    if settings.master_key:
        return settings.master_key.get_secret_value()
    return kept(settings.data_dir / "master.key", MASTER_KEY_BYTES)
