"""The log only grows: by privilege for those who serve and audit, by trigger for its owner too."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from application.appending import WHAT_MAY_BE_IN_THE_WAY
from application.appends import Append
from application.connections import know_wire
from application.database import Database, DatabaseRole
from application.log import EventLog
from application.recorded import BEGINNING
from tests.application.told import append, on_the_wire, taken

CHANGES = [
    "UPDATE events SET payload = ''",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE receipts SET last_position = 7",
    "DELETE FROM receipts",
    "TRUNCATE receipts",
    "UPDATE personal_reads SET subjects = '{}'",
    "DELETE FROM personal_reads",
    "TRUNCATE personal_reads",
]


@pytest.mark.parametrize("role", [*DatabaseRole, None], ids=str)
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_recorded_stays(
    log: EventLog, database: Database, role: DatabaseRole | None, change: str
) -> None:
    append(log, 1, (1, taken()))
    before = log.after(BEGINNING, 10)
    with (
        psycopg.connect(database.conninfo(role), autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(change)
    assert log.after(BEGINNING, 10) == before
    assert append(log, 1).position == 1


@pytest.mark.parametrize("role", [DatabaseRole.WRITER, DatabaseRole.READER])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO events SELECT * FROM events",
        "INSERT INTO receipts SELECT * FROM receipts",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "CREATE TABLE {schema}.mine (a int)",
        "DROP FUNCTION append",
        "UPDATE migrations SET sha256 = ''",
    ],
)
def test_who_serves_and_who_audits_own_nothing_of_the_log(
    database: Database, role: DatabaseRole, statement: str
) -> None:
    with (
        psycopg.connect(database.conninfo(role), autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(schema=database.schema).encode())


def test_only_the_writer_appends(log: EventLog, database: Database) -> None:
    arguments = on_the_wire(database, Append())
    with psycopg.connect(database.conninfo(DatabaseRole.READER), autocommit=True) as reader:
        know_wire(reader)
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(f"SELECT append({', '.join(['%b'] * len(arguments))})", arguments)
    assert log.last() == BEGINNING


def test_the_writer_makes_the_tables_of_views_which_the_reader_reads(database: Database) -> None:
    with psycopg.connect(database.conninfo(DatabaseRole.WRITER)) as writer:
        writer.execute("CREATE TABLE claims (number text)")
        writer.execute("INSERT INTO claims VALUES ('A-1')")
    with psycopg.connect(database.conninfo(DatabaseRole.READER), autocommit=True) as reader:
        assert reader.execute("SELECT * FROM claims").fetchall() == [("A-1",)]
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute("DELETE FROM claims")


def test_what_the_writer_creates_is_not_found_by_what_runs_with_the_owner_s_rights(
    log: EventLog, database: Database
) -> None:
    append(log, 1, (1, taken()))
    with psycopg.connect(database.conninfo(DatabaseRole.WRITER), autocommit=True) as writer:
        writer.execute("CREATE TEMP TABLE receipts (LIKE receipts)")
        writer.execute("CREATE TEMP TABLE events (LIKE events)")
        for signature, result in (
            ("cardinality(uuid[])", "integer"),
            ("to_jsonb(text)", "jsonb"),
            ("shred_keys(uuid[])", "void"),
        ):
            writer.execute(
                f"CREATE FUNCTION {database.views_schema}.{signature} RETURNS {result} "
                "LANGUAGE plpgsql AS $$ BEGIN RAISE 'I run as %', current_user; END $$".encode()
            )
        know_wire(writer)
        asked = on_the_wire(database, Append(shredded=[UUID(int=7)], command_id=UUID(int=8)))
        query = f"SELECT first_position FROM append({', '.join(['%b'] * len(asked))})"
        assert writer.execute(query, asked).fetchone() == (2,)
        with pytest.raises(errors.UniqueViolation):
            writer.execute(query, asked)
        asked = asked[WHAT_MAY_BE_IN_THE_WAY]
        query = f"SELECT outcome FROM standing_in_the_way({', '.join(['%b'] * len(asked))})"
        assert writer.execute(query, asked).fetchone() == ("repeated",)
        assert writer.execute("SELECT position_at(now())").fetchone() == (1,)
        assert writer.execute("SELECT as_json('not json')").fetchone() == ("bm90IGpzb24=",)
    with psycopg.connect(database.conninfo(DatabaseRole.READER)) as reader:
        [kept] = reader.execute("SELECT count(*) FROM receipts").fetchone() or [None]
    assert kept == 2


def test_auditors_read_the_log_as_json(log: EventLog, database: Database) -> None:
    append(log, 1, (1, taken(5)), reason="as agreed")
    with psycopg.connect(database.conninfo(DatabaseRole.READER)) as reader:
        rows = reader.execute(
            "SELECT event_type, facts, channel, roles, reason, policies FROM readable_events"
        ).fetchall()
    facts = {"of": "claims.Number", "bearer": "00000000-0000-0000-0000-000000000005"}
    roles = ["claims_specialist"]
    assert rows == [
        ("uniqueness.NameTaken", facts, "cli", roles, "as agreed", {"tolerance": 2}),
    ]
