"""What an operator asks at three in the morning, and what the doctor answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid4

import orjson
import psycopg
import pytest

from application.database import Database, DatabaseRole
from application.log import EventLog
from application.migrating import shipped
from recourse.bootstrap import Part
from recourse.examining.machine import skew
from recourse.examining.server import AT_RISK, warn_of_risks
from recourse.examining.work import LEASES
from recourse.exits import Exit
from recourse.findings import Findings
from tests.faults.giving import given
from tests.recourse.program import Installed

SOMEBODY = "recourse serve elsewhere:1"
Executed = Callable[[LiteralString], None]


@pytest.fixture
def migrated(installed: Installed) -> Installed:
    installed.run("migrate").succeeded()
    return installed


def diagnosed(installed: Installed, code: Exit = Exit.NOT_IN_ORDER) -> Any:
    """What a program is told that asks whether all is in order."""
    ran = installed.run("doctor", "--json")
    assert ran.code == code, ran.stdout + ran.stderr
    return orjson.loads(ran.stdout)


def faults(told: Any) -> list[str]:
    """Each says what is wrong, and what to do."""
    assert all(fault["what"] and fault["do"] for fault in told["faults"] + told["warnings"])
    return [fault["what"] for fault in told["faults"]]


def test_it_finds_that_the_log_can_be_changed(migrated: Installed, executed: Executed) -> None:
    executed("ALTER TABLE recourse.events DISABLE TRIGGER only_grows")
    executed("GRANT UPDATE, DELETE ON recourse.receipts TO recourse_writer")
    executed("REVOKE EXECUTE ON FUNCTION recourse.append FROM recourse_writer")
    told = diagnosed(migrated)
    assert faults(told) == [
        "The trigger only_grows of events is missing or off: what is recorded there can be "
        "changed.",
        "recourse_writer may update, delete in receipts, past append().",
        "recourse_writer may not append: no command can be carried out.",
    ]
    assert told["append only"] is False


def test_it_finds_a_missing_migration(migrated: Installed, executed: Executed) -> None:
    executed(
        "DELETE FROM recourse.migrations WHERE name = (SELECT max(name) FROM recourse.migrations)"
    )
    told = diagnosed(migrated)
    assert faults(told) == [f"Migrations are missing: {shipped()[-1].name}."]
    assert told["faults"][0]["do"] == "recourse migrate"


def test_it_finds_what_stands_still_and_nobody_at_work(
    migrated: Installed, executed: Executed
) -> None:
    migrated.run("views", "status").succeeded()
    executed(
        "INSERT INTO recourse_views.dead_letters (view, key, position, attempts) "
        "VALUES ('claims', 'a', 1, 1), ('claims', 'a', 2, 1)"
    )
    executed(
        "INSERT INTO recourse.reaction_refusals (event_id, reaction, position, code, rule, message)"
        " VALUES (gen_random_uuid(), 'r', 1, 'failed', '', '')"
    )
    told = diagnosed(migrated)
    assert faults(told) == ["1 rows of claims stand still, with 2 dead letters."]
    assert told["parked"] == {"claims": {"rows": 1, "letters": 2}}
    assert told["processes"] == []
    assert any("1 reactions were refused" in each["what"] for each in told["warnings"])


@contextmanager
def at_work(installed: Installed, *parts: Part) -> Iterator[None]:
    """A process that is active for these parts, and does nothing."""
    database = Database(str(installed.database_url), program=SOMEBODY)
    conninfo = database.conninfo(DatabaseRole.WRITER)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        assert all(LEASES[part].taken(connection) for part in parts)
        yield


def test_it_finds_that_the_log_moves_while_views_and_reactions_do_not(
    migrated: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recourse.examining.work.MOMENT", 0.01)
    migrated.run("views", "status").succeeded()
    with EventLog(Database(str(migrated.database_url))) as log:
        given(log, 1)
    with at_work(migrated, *Part):
        told = diagnosed(migrated)
    assert [what.split(": ")[0] for what in faults(told)] == [
        f"The views stand still at 0, while {SOMEBODY} is active for them",
        f"The reactions stand still at 0, while {SOMEBODY} is active for them",
    ]
    assert told["processes"] == [{"process": SOMEBODY, "active for": ["views", "reactions"]}]
    assert (told["views"]["by"], told["views"]["moved"]) == (SOMEBODY, 0)
    with at_work(migrated, Part.REACTIONS):
        told = diagnosed(migrated)
    assert [what.split(": ")[0] for what in faults(told)] == [
        "Nobody is active for the views, although there are processes",
        f"The reactions stand still at 0, while {SOMEBODY} is active for them",
    ]
    told = diagnosed(migrated, Exit.DONE)
    assert [each["what"].split(": ")[0] for each in told["warnings"]][-2:] == [
        "Nobody is active for the views",
        "Nobody is active for the reactions",
    ]


def lost(told: Any) -> list[str]:
    """Which settings it warns of, by which what is acknowledged may be lost."""
    warned = [
        each["what"] for each in told["warnings"] if "is acknowledged may be lost" in each["what"]
    ]
    return [what.split()[0] for what in warned]


def for_this_database(what: LiteralString) -> LiteralString:
    return f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {what}', current_database()); END $$"


def test_it_warns_where_what_is_acknowledged_may_be_lost(
    migrated: Installed, executed: Executed
) -> None:
    executed(for_this_database("SET synchronous_commit TO off"))
    told = diagnosed(migrated, Exit.DONE)
    assert "synchronous_commit" in lost(told)
    assert told["survives a crash"] is False
    [do] = [each["do"] for each in told["warnings"] if each["what"].startswith("synchronous")]
    assert do == "ALTER DATABASE … RESET synchronous_commit, of the one in DATABASE_URL."
    executed(for_this_database("SET synchronous_commit TO on"))
    assert "synchronous_commit" not in lost(diagnosed(migrated, Exit.DONE))


def test_it_says_that_the_database_is_away_and_what_it_knows_without(
    installed: Installed,
) -> None:
    away = Installed(installed.data_dir, "postgresql://nobody@127.0.0.1:1/nothing")
    told = diagnosed(away, Exit.UNAVAILABLE)
    [fault] = faults(told)
    assert fault.startswith("The database cannot be reached: ")
    assert told["database"] == "nothing at 127.0.0.1:1"
    assert told["disk"].endswith("GB free")


def test_it_finds_a_key_that_is_not_the_one_of_the_database(installed: Installed) -> None:
    customer = (f"customer_id={uuid4()}", "name=Harbour Works", "--role", "hotline_agent")
    installed.run("give", "RegisterCustomer", *customer).succeeded()
    key = installed.data_dir / "master.key"
    kept = key.read_bytes()
    key.write_bytes(os.urandom(32))
    assert faults(diagnosed(installed)) == [
        "The master key is not the one of this database: no personal data can be read."
    ]
    key.unlink()
    assert faults(diagnosed(installed)) == [
        f"The database holds personal data, and there is no {key}."
    ]
    assert not key.exists(), "looking must not make a key"
    key.write_bytes(kept)
    key.chmod(0o644)
    assert faults(diagnosed(installed)) == [f"Others than its owner may read {key}."]


@pytest.mark.parametrize(
    ("theirs", "ahead"), [(-3.0, 3.0), (0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (5.0, -4.0)]
)
def test_clocks_are_compared_but_for_the_time_it_takes_to_ask(theirs: float, ahead: float) -> None:
    before = datetime(2026, 3, 6, 12, tzinfo=UTC)
    after = before + timedelta(seconds=1)
    assert skew(before, after, before + timedelta(seconds=theirs)) == ahead


EVERYTHING_OFF = {
    "synchronous_commit": "client",
    "full_page_writes": "configuration file",
    "fsync": "command line",
}


def test_each_setting_that_is_off_says_what_is_at_risk_and_where_to_put_it_on() -> None:
    found = Findings()
    warn_of_risks(EVERYTHING_OFF, found)
    assert [each.what.split()[0] for each in found.warnings] == list(AT_RISK)
    assert all("what is acknowledged may be lost" in each.what for each in found.warnings)
    assert [each.do for each in found.warnings] == [
        "Start PostgreSQL without `-c fsync=off`.",
        "As a superuser: ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf().",
        "Take synchronous_commit out of DATABASE_URL's options, and out of PGOPTIONS.",
    ]
    assert (found.facts["survives a crash"], found.faults) == (False, [])


def test_where_everything_is_on_there_is_nothing_to_warn_of() -> None:
    found = Findings()
    warn_of_risks({}, found)
    assert (found.facts["survives a crash"], found.warnings) == (True, [])
