"""After an erasure nothing of the person is left, and everything else goes on (AUD-5)."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from application.connections import Connections
from application.database import DatabaseRole
from application.files import FileErased, FileStore
from application.handling import handle
from application.instruction import Instruction
from application.log import EventLog
from application.migrating import migrate
from application.personal import SubjectErased, Vault
from application.recorded import Channel, Position
from domain.messages import Actor, Command, Erased, Refusal, Role, Sealed
from domain.registry.customer import (
    CorrectContactData,
    CustomerRegistered,
    EraseCustomer,
    PersonalDataErased,
    RegisterCustomer,
)
from domain.registry.station import RegisterStation
from projections.catalogue import VIEWS
from projections.engine import Engine
from projections.reading import Reader
from projections.rebuilding import prepare, rebuild
from projections.replaying import differences, replay
from projections.selection import page_of
from projections.views.customers import Customer
from recourse import embedded
from tests.conftest import MASTER_KEY
from tests.faults.searching import found_in, found_in_files, found_in_tables
from tests.reading import READING

AGENT = Actor(UUID(int=0xA6), frozenset({Role.SERVICE_AGENT}))
ADMIN = Actor(UUID(int=0xAD), frozenset({Role.ADMIN}))
GONE, STAYS = UUID(int=0x60E), UUID(int=0x57A)

NAME, PHONE, ADDRESS = "Zerubbabel Quixwortham 泽鲁巴别", "+86 139 5551 0077", "7 Vöglerweg, Xyzzy"
LATER_NAME, LATER_PHONE = "Zerubbabel Quixwortham-Plugh", "+86 139 5552 0088"
LETTER = b"Dear Zerubbabel Quixwortham, your pump is ready at Xyzzy. " * 50
PLAINTEXT = (NAME, PHONE, ADDRESS, LATER_NAME, LATER_PHONE, "Quixwortham", "Xyzzy")
STATION = "Station Vulpecula"  # nobody's personal data: what is stored in clear is found


@pytest.mark.parametrize(
    "content",
    [
        NAME.encode(),
        NAME.encode("utf-16"),
        b"\\x" + NAME.encode().hex().encode(),
        b64encode(b"x" + NAME.encode() + b"y"),
        b64encode(b"xy" + NAME.encode()),
        b'{"name": "' + NAME.encode("unicode_escape") + b'"}',
    ],
)
def test_the_search_finds_what_is_there(content: bytes) -> None:
    assert NAME in found_in(b"before " + content + b" after", PLAINTEXT)
    assert not found_in(b"before " + content + b" after", (STATION,))


# ── the erasure ─────────────────────────────────────────────────────────────


class Office:
    """A log, its views and its files, in an embedded database."""

    def __init__(self, server: embedded.Server, log: EventLog, connections: Connections) -> None:
        self.server = server
        self.log = log
        self.vault = Vault(connections, MASTER_KEY)
        self.files = FileStore(connections, self.vault)
        conninfo = log.database.conninfo(DatabaseRole.WRITER)
        self.engine = Engine(log, VIEWS, lambda: psycopg.connect(conninfo, autocommit=True))
        self.numbers = iter(range(1, 1000))

    def give(self, actor: Actor, command: Command) -> Position:
        with psycopg.connect(self.log.database.conninfo()) as connection:
            [[now]] = connection.execute("SELECT clock_timestamp()").fetchall()
        id = UUID(int=0xC0_0000 + next(self.numbers))
        asked = Instruction(command=command, id=id, actor=actor, now=now, channel=Channel.CLI)
        return handle(self.log, asked).position

    def show(self) -> None:
        while self.engine.step():
            pass

    def tidy(self) -> None:
        """Write every page, and every table anew without what was deleted."""
        with psycopg.connect(self.log.database.conninfo(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            connection.execute("VACUUM FULL")
            connection.execute("CHECKPOINT")

    def reader(self) -> Reader:
        conninfo = self.log.database.conninfo(DatabaseRole.WRITER)
        only = {"min_size": 1, "max_size": 1}
        pool = AsyncConnectionPool(conninfo, **only, kwargs={"autocommit": True}, open=False)
        return Reader(VIEWS, pool, self.log)

    def customer(self, id: UUID, as_of: Position | None = None) -> Customer:
        return asyncio.run(self._customer(id, as_of))

    async def _customer(self, id: UUID, as_of: Position | None) -> Customer:
        async with self.reader() as reader:
            seen = await reader.one(VIEWS["customers"], id, as_of=as_of)
            listed = await reader.page(VIEWS["customers"], page_of(VIEWS["customers"], {}, None))
        assert seen and isinstance(seen.row, Customer) and not seen.stale
        assert {each.row.customer_id for each in listed} == {GONE, STAYS}  # type: ignore[attr-defined]
        return seen.row

    def opened(self, row: Customer) -> list[str | Erased]:
        values = [row.name, row.phone, row.address]
        return self.vault.open_many(
            READING, [value for value in values if isinstance(value, Sealed)]
        )


@pytest.fixture
def office(data_directory: Path) -> Iterator[Office]:
    """With two customers, of whom one was refused a second registration, and a file about her."""
    with embedded.running(data_directory) as server:
        database = embedded.ensure_database(server)
        migrate(database)
        connections = Connections(database.conninfo(DatabaseRole.WRITER), size=2)
        with EventLog(database, Vault(connections, MASTER_KEY)) as log:
            office = Office(server, log, connections)
            prepare(office.engine)
            furnish(office)
            yield office
            office.engine.close()
        connections.close()


def furnish(office: Office) -> None:
    office.give(ADMIN, RegisterStation(station_id=UUID(int=1), name=STATION))
    register = RegisterCustomer(customer_id=GONE, name=NAME, phone=PHONE, address=ADDRESS)
    office.give(AGENT, register)
    office.give(AGENT, register.model_copy(update={"customer_id": STAYS, "name": "Ada Lovelace"}))
    with pytest.raises(Refusal):
        office.give(AGENT, register)
    correct = CorrectContactData(customer_id=GONE, name=LATER_NAME, phone=LATER_PHONE)
    office.give(AGENT, correct)
    office.show()
    office.files.put([LETTER], "text/plain", GONE)


def erased(office: Office) -> Position:
    """The customer is erased, and the database tidied up; the last position before it."""
    before = office.log.last()
    office.give(ADMIN, EraseCustomer(customer_id=GONE, legal_basis="asked in writing"))
    office.show()
    office.tidy()
    return before


def test_nothing_of_the_person_is_stored_in_clear_at_any_time(office: Office) -> None:
    for when in ("before", "after"):
        if when == "after":
            erased(office)
        assert found_in_tables(office.log.database, PLAINTEXT) == {}
        assert found_in_files(office.server.directory, PLAINTEXT) == {}
    stored = found_in_tables(office.log.database, (STATION,))
    assert {"recourse.events", "recourse_views.stations"} <= stored.keys()
    assert found_in_files(office.server.directory, (STATION,))


def test_the_key_is_destroyed_and_leaves_the_tables(office: Office) -> None:
    [[key]] = wrapped_key(office)
    assert key and key_files(office, key)
    erased(office)
    assert wrapped_key(office) == [(None,)]
    assert key_files(office, key) == []


def test_everybody_else_and_everything_else_is_read_as_before(office: Office) -> None:
    before = erased(office)
    gone, stays = office.customer(GONE), office.customer(STAYS)
    assert (gone.erased, stays.erased) == (True, False)
    assert office.opened(gone) == [Erased(), Erased()]
    assert office.opened(stays) == ["Ada Lovelace", PHONE, ADDRESS]

    then = office.customer(GONE, as_of=before)
    assert not then.erased
    assert office.opened(then) == [Erased(), Erased()]
    with pytest.raises(FileErased):
        office.files.get(sha256(LETTER).hexdigest(), READING)

    [first, *_, last] = [recorded.event for recorded in office.log.history(GONE)]
    assert isinstance(first, CustomerRegistered) and isinstance(first.name, Sealed)
    assert isinstance(last, PersonalDataErased) and last.subject == GONE


def test_everything_replays_and_rebuilds_as_before(office: Office) -> None:
    erased(office)
    last, shown = office.log.last(), rows(office)
    assert list(differences(office.engine, replay(office.engine, last), last)) == []
    rebuild(office.engine, list(VIEWS))
    assert rows(office) == shown
    assert list(differences(office.engine, replay(office.engine, last), last)) == []


def test_the_person_cannot_come_back(office: Office) -> None:
    erased(office)
    last = office.log.last()
    register = RegisterCustomer(customer_id=GONE, name=NAME, phone=PHONE, address=ADDRESS)
    for again in (register, CorrectContactData(customer_id=GONE, name=NAME)):
        with pytest.raises(Refusal):
            office.give(AGENT, again)
    with pytest.raises(SubjectErased):
        office.files.put([LETTER], "text/plain", GONE)
    assert office.log.last() == last
    assert office.give(ADMIN, EraseCustomer(customer_id=GONE, legal_basis="asked again")) == 0
    assert found_in_files(office.server.directory, PLAINTEXT) == {}


def wrapped_key(office: Office) -> list[tuple[bytes | None]]:
    with psycopg.connect(office.log.database.conninfo()) as connection:
        query = "SELECT wrapped FROM personal_keys WHERE subject = %s"
        return connection.execute(query, (GONE,)).fetchall()


def key_files(office: Office, key: bytes) -> list[str]:
    """The files of tables that contain the wrapped key."""
    office.tidy()
    files = (office.server.data / "base").rglob("*")
    return [str(file) for file in files if file.is_file() and key in file.read_bytes()]


def rows(office: Office) -> dict[str, list[str]]:
    """Every row of every view, current and past, as text."""
    with psycopg.connect(office.log.database.conninfo()) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'recourse_views'"
        tables = [table for (table,) in connection.execute(query)]
        return {
            table: [
                text
                for (text,) in connection.execute(
                    sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(
                        sql.Identifier("recourse_views", table)
                    )
                )
            ]
            for table in tables
        }
