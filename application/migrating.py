"""Brings a tenant's schema to the state this release needs, by numbered SQL files, in order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from psycopg import Connection, Cursor, connect, sql

from application.database import Database, DatabaseRole

LOCK: Final = 1380270928  # of migrations, in PostgreSQL's space of advisory locks
FILE_NAME: Final = re.compile(r"\d{4}_\w+\.sql")

CREATE_RECORD: Final = """
CREATE TABLE IF NOT EXISTS migrations (
    name       text        NOT NULL PRIMARY KEY,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON migrations TO recourse_writer, recourse_reader;
"""


class MigrationRefused(Exception):
    """The schema is not what this release can build upon. The message says why and what to do."""


@dataclass(frozen=True)
class Migration:
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped() -> tuple[Migration, ...]:
    """The migrations of this release, in order."""
    found = files("application").joinpath("migrations").iterdir()
    return tuple(
        Migration(file.name, file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
        if FILE_NAME.fullmatch(file.name)
    )


def migrate(database: Database, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; return the names applied.

    The login must be allowed to create roles and schemas the first time, and be a member of
    recourse_owner later. Several programs may do this at once: they take turns. Raises
    MigrationRefused if a file that was applied has changed since, or is unknown to this release.
    """
    wanted = shipped() if migrations is None else tuple(migrations)
    with connect(database.conninfo(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        find_only(connection, database.schema)
        applied = recorded(connection)
        check(applied, wanted)
        missing = [migration for migration in wanted if migration.name not in applied]
        for migration in missing:
            with connection.transaction(), connection.cursor() as cursor:
                apply(cursor, migration, first=migration == wanted[0])
        if database.roles_log_in:
            let_roles_log_in(connection)
        return [migration.name for migration in missing]


def find_only(connection: Connection, schema: str) -> None:
    """Have functions made that find nothing where others than the owner may create."""
    name = sql.Identifier(schema)
    connection.execute(sql.SQL("SET search_path TO {}, pg_temp").format(name))


def pending(database: Database) -> list[str]:
    """The names of the migrations that are still to be applied; changes nothing."""
    with connect(database.conninfo(), autocommit=True) as connection:
        applied = recorded(connection)
        check(applied, shipped())
        return [migration.name for migration in shipped() if migration.name not in applied]


def recorded(connection: Connection) -> dict[str, str]:
    """What was applied: names and hashes."""
    [table] = connection.execute("SELECT to_regclass('migrations')").fetchone() or [None]
    if table is None:
        return {}
    return dict(connection.execute("SELECT name, sha256 FROM migrations").fetchall())


def check(applied: dict[str, str], wanted: Sequence[Migration]) -> None:
    known = {migration.name: migration.sha256 for migration in wanted}
    for name, sha256 in applied.items():
        if name not in known:
            raise MigrationRefused(
                f"The database has {name}, which this release does not know: it was migrated by a "
                "newer release. Run that one, or restore a backup."
            )
        if known[name] != sha256:
            raise MigrationRefused(
                f"{name} was changed after it had been applied. Put it back as it was, and write "
                "a further migration for the change."
            )
    latest = max(applied, default="")
    for migration in wanted:
        if migration.name < latest and migration.name not in applied:
            raise MigrationRefused(
                f"{migration.name} comes before {latest}, which is already applied. "
                "Give it the next free number."
            )


def apply(cursor: Cursor, migration: Migration, *, first: bool) -> None:
    """Run a file; all but the first, which makes the roles, as the owner of the tables."""
    if not first:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(DatabaseRole.OWNER)))
    cursor.execute(migration.text.encode())
    if first:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(DatabaseRole.OWNER)))
        cursor.execute(CREATE_RECORD)
    cursor.execute(
        "INSERT INTO migrations (name, sha256) VALUES (%s, %s)",
        (migration.name, migration.sha256),
    )


def let_roles_log_in(connection: Connection) -> None:
    """In a server of our own, whose socket is private, the roles need no password."""
    for role in DatabaseRole:
        found = connection.execute(
            "SELECT FROM pg_roles WHERE rolname = %s AND NOT rolcanlogin", (role,)
        )
        if found.rowcount:
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))
