"""Two small views over events that need no business: who bears which name, and how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, assert_never
from uuid import UUID, uuid4

from psycopg import connect

from application.database import Database, DatabaseRole
from application.instruction import Instruction, Recording
from application.log import EventLog, Receipt
from application.recorded import Channel, Recorded
from domain.messages import Actor, Command, Event, On, PersonalText, Role, Stream
from domain.uniqueness import NameReleased, NameTaken, UniquenessEvent
from projections.catalogue import Views, catalogue
from projections.engine import Engine
from projections.progress import Progress
from projections.rebuilding import prepare
from projections.view import (
    EVERYONE,
    Embedded,
    Many,
    One,
    Owner,
    Row,
    View,
    before,
    equal,
    known,
    since,
)
from tests.clock import NOON

OFFICE = UUID(int=99)


class Standing(StrEnum):
    TAKEN = "taken"
    FREE = "free"


class Taking(Embedded):
    """One time that a name was given."""

    bearer: UUID
    at: datetime
    on: date
    worth: Decimal
    standing: Standing
    nothing: str | None = None


class Name(Row):
    """A name, and who bears it."""

    name_id: UUID
    of: str
    standing: Standing
    bearer: UUID | None
    times: int
    taken_at: datetime
    taken_on: date
    worth: Decimal
    proper: bool
    latest: Taking | None
    takings: tuple[Taking, ...]
    standings: tuple[Standing, ...]
    secret: PersonalText | None = None


class Bearer(Row):
    """Who bears names."""

    bearer: UUID
    names: int
    first: str


def name_fold(
    name: Name | None, recorded: Recorded[UniquenessEvent], reference: Any
) -> Name | None:
    match recorded.event:
        case NameTaken() as taken:
            times = name.times + 1 if name else 1
            latest = Taking(
                bearer=taken.bearer,
                at=recorded.effective_at,
                on=recorded.effective_at.date(),
                worth=Decimal(times) / 8,
                standing=Standing.TAKEN,
            )
            return Name(
                name_id=recorded.stream_id,
                of=taken.of,
                standing=Standing.TAKEN,
                bearer=taken.bearer,
                times=times,
                taken_at=recorded.effective_at,
                taken_on=recorded.effective_at.date(),
                worth=latest.worth,
                proper=taken.of.istitle(),
                latest=latest,
                takings=(*(name.takings if name else ()), latest),
                standings=(*(name.standings if name else ()), Standing.TAKEN),
            )
        case NameReleased():
            held = known(name)
            if held.of == "once":
                return None
            return held.but(
                standing=Standing.FREE,
                bearer=None,
                latest=None,
                standings=(*held.standings, Standing.FREE),
            )
        case never:
            assert_never(never)


def bearers_of(recorded: Recorded[UniquenessEvent]) -> tuple[UUID, ...]:
    match recorded.event:
        case NameTaken(bearer=bearer):
            return (bearer,)
        case NameReleased():
            return ()
        case never:
            assert_never(never)


def bearer_fold(
    bearer: Bearer | None, recorded: Recorded[UniquenessEvent], reference: Any
) -> Bearer | None:
    match recorded.event:
        case NameTaken(bearer=id, of=of):
            held = bearer or Bearer(bearer=id, names=0, first=of)
            return held.but(names=held.names + 1)
        case NameReleased():
            return bearer
        case never:
            assert_never(never)


NAMES: View[Name, UniquenessEvent] = View(
    name="names",
    row=Name,
    events=UniquenessEvent,
    fold=name_fold,
    owners={Owner.STATION: "bearer"},
    scope="names:read",
    filters=(equal("of"), equal("bearer"), equal("standing"), since("taken_on"), before("worth")),
    orders=("times", "worth", "taken_at", "of", "proper"),
    relations={"holder": One("bearers", via="bearer")},
)
BEARERS: View[Bearer, UniquenessEvent] = View(
    name="bearers",
    row=Bearer,
    events=UniquenessEvent,
    keys=bearers_of,
    fold=bearer_fold,
    owners=EVERYONE,
    scope="names:read",
    orders=("names",),
    relations={"held": Many("names", via="bearer")},
)
VIEWS = catalogue(NAMES, BEARERS)


class Trouble(Exception):
    """What a broken fold raises in tests."""


def with_broken_fold(view: View[Any, Any], breaks: Any) -> Views:
    """The views, one of which cannot take in the events that `breaks` picks."""

    def fold(row: Any, recorded: Recorded[Any], reference: Any) -> Any:
        if breaks(recorded):
            raise Trouble(f"{type(recorded.event).__name__} is beyond me.")
        return view.fold(row, recorded, reference)

    return {**VIEWS, view.name: replace(view, fold=fold)}


# ── recording without deciding ──────────────────────────────────────────────


class Note(Command):
    """Record whatever a test wants."""

    roles: ClassVar[frozenset[Role]] = frozenset(Role)

    @property
    def stream(self) -> Stream:
        return Stream("uniqueness.Name", OFFICE)


def record(log: EventLog, events: Iterable[On]) -> Receipt:
    """Append to the log, in one transaction."""
    events = list(events)
    actor = Actor(OFFICE, frozenset({Role.ADMIN}))
    instruction = Instruction(
        command=Note(), id=uuid4(), actor=actor, now=NOON, channel=Channel.CLI
    )
    histories = log.histories({on.stream for on in events})
    return log.append(Recording(instruction, actor.roles, {}), events, histories)


def name(number: int) -> Stream:
    return Stream("uniqueness.Name", UUID(int=1000 + number))


def taken(number: int, bearer: int = 1, of: str = "Ship") -> On:
    return On(name(number), NameTaken(of=of, bearer=UUID(int=bearer)))


def released(number: int, of: str = "Ship") -> On:
    return On(name(number), NameReleased(of=of))


class NameHaunted(Event):
    """An event that no release knows, until a test says so."""

    context = "uniqueness"
    of: str


def haunted(number: int) -> On:
    return On(name(number), NameHaunted(of="Ship"))


# ── engines and what they made ──────────────────────────────────────────────


@dataclass(frozen=True)
class Bench:
    """A database with a log, and engines over it."""

    database: Database
    log: EventLog

    def connect(self) -> Any:
        return connect(self.database.conninfo(DatabaseRole.WRITER), autocommit=True)

    def connect_engine(self) -> Any:
        conninfo = self.database.conninfo(DatabaseRole.WRITER)
        return connect(conninfo, autocommit=True, application_name="engine")

    def engine(self, views: Views = VIEWS, progress: Progress | None = None) -> Engine:
        engine = Engine(self.log, views, self.connect_engine, progress)
        prepare(engine)
        return engine

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
            return found

    def contents(self, views: Views = VIEWS) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, current and past, in an order of its own."""
        return {
            table: self.rows(f'SELECT * FROM {table} t ORDER BY t::text COLLATE "C"')
            for view in views
            for table in (view, f"{view}_past")
        }

    def letters(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT view, key, position, error IS NOT NULL FROM dead_letters ORDER BY 1, 3, 2"
        )


def catch_up(engine: Engine, limit: int = 5_000) -> Engine:
    while engine.step(limit):
        pass
    return engine
