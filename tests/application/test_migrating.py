from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from application.database import Database, DatabaseRole
from application.log import EventLog
from application.migrating import Migration, MigrationRefused, migrate, pending, shipped
from tests.application.told import append, taken
from tests.databases import Databases


@pytest.fixture
def bare(databases: Databases):
    """A database in which nothing was ever migrated."""
    name = f"test_{uuid4().hex}"
    databases.run("CREATE DATABASE {}", name)
    yield databases.database(name)
    databases.run("DROP DATABASE {} WITH (FORCE)", name)


def tables(database: Database) -> set[str]:
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", (database.schema,)
        )
        return {name for (name,) in rows}


def test_migrations_are_applied_once_in_order(bare: Database) -> None:
    names = [migration.name for migration in shipped()]
    assert names == sorted(names)
    assert pending(bare) == names
    assert migrate(bare) == names
    assert migrate(bare) == []
    assert pending(bare) == []
    assert {"events", "receipts", "migrations"} <= tables(bare)


def test_programs_that_migrate_at_once_take_turns(bare: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(migrate, [bare] * 4))
    assert sorted(map(len, done)) == [0, 0, 0, len(shipped())]


def test_a_migration_that_fails_leaves_nothing_behind(bare: Database) -> None:
    broken = Migration("9999_broken.sql", "CREATE TABLE half (a int); SELECT nonsense;")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        migrate(bare, [*shipped(), broken])
    assert "half" not in tables(bare)
    assert pending(bare) == []


def test_an_applied_migration_must_not_change(database: Database) -> None:
    first, *others = shipped()
    changed = replace(first, text=first.text + "-- a word more\n")
    before = tables(database)
    with pytest.raises(MigrationRefused, match=r"0001_\w+\.sql was changed"):
        migrate(database, [changed, *others, Migration("9999_more.sql", "CREATE TABLE more ()")])
    assert tables(database) == before


def test_a_database_of_a_newer_release_is_left_alone(database: Database) -> None:
    migrate(database, [*shipped(), Migration("9999_newer.sql", "CREATE TABLE newer ()")])
    with pytest.raises(MigrationRefused, match=r"9999_newer\.sql.*newer release"):
        migrate(database)


def test_a_number_is_not_given_below_one_already_applied(database: Database) -> None:
    late = Migration("0001_z_late.sql", "CREATE TABLE late ()")
    with pytest.raises(MigrationRefused, match="next free number"):
        migrate(database, sorted([*shipped(), late], key=lambda migration: migration.name))
    assert "late" not in tables(database)


def test_tenants_are_schemas_that_know_nothing_of_each_other(database: Database) -> None:
    tenant = replace(database, schema="north")
    migrate(tenant)
    with EventLog(database) as ours, EventLog(tenant) as theirs:
        append(ours, 1, (1, taken()))
        append(ours, 2, (2, taken()))
        append(theirs, 1, (1, taken(9)))
        assert (ours.last(), theirs.last()) == (2, 1)


@pytest.mark.parametrize("name", ["", "North", 'n"x', "a b", "a,b"])
def test_a_tenant_s_name_is_plain(name: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        Database("", schema=name).conninfo()


def test_the_files_can_be_pasted_into_a_session(bare: Database) -> None:
    with psycopg.connect(bare.url, autocommit=True) as session:
        session.execute("SET search_path TO south, pg_temp")
        first, *others = shipped()
        session.execute(first.text.encode())
        session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(DatabaseRole.OWNER)))
        for migration in others:
            session.execute(migration.text.encode())
    assert {"events", "receipts"} <= tables(replace(bare, schema="south"))
