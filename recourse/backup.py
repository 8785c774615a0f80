"""A backup is one file: the database's dump and a manifest. Never the master key.

Personal data and files are encrypted in it as they are in the database. Whoever restores it needs
the same master key, which is kept elsewhere; a backup that came with its key would undo every
erasure, and be worth stealing.
"""

from __future__ import annotations

import hmac
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import BaseModel, ConfigDict, ValidationError

from application.database import Database
from application.migrating import migrate
from recourse import embedded

DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"


class BackupRefused(Exception):
    """The backup cannot be made or restored. The message says why, and what to do."""


class Manifest(BaseModel):
    """What a backup is of."""

    model_config = ConfigDict(frozen=True)

    format: int = 1
    program: str
    postgresql: int  # major version of the server that was dumped
    schema_name: str
    position: int  # of the last event
    made_at: datetime
    master_key: str  # a fingerprint: it tells keys apart, and nothing about them

    def check(self, master_key: bytes) -> None:
        if self.format != 1:
            raise BackupRefused(
                f"The backup has format {self.format}, which this release does not know: "
                f"it was made by recourse {self.program}. Restore it with that release."
            )
        if self.master_key != fingerprint(master_key):
            raise BackupRefused(
                "The backup was made under another master key, without which its personal data and "
                "files stay unreadable. Set RECOURSE_MASTER_KEY to that key, or put its master.key "
                "into the data directory. Nothing was restored."
            )


def fingerprint(master_key: bytes) -> str:
    return hmac.digest(master_key, b"recourse backup", "sha256").hex()[:16]


# ── making one ──────────────────────────────────────────────────────────────


def back_up(database: Database, target: Path, *, master_key: bytes, now: datetime) -> Manifest:
    """Write everything there is into one file, which appears only when it is whole.

    Raises BackupRefused if there is no pg_dump of the server's version.
    """
    with psycopg.connect(database.conninfo()) as connection:
        manifest = Manifest(
            program=version("recourse"),
            postgresql=major(connection),
            schema_name=database.schema,
            position=last_position(connection),
            made_at=now,
            master_key=fingerprint(master_key),
        )
    with TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as place:
        dump = Path(place) / DUMP
        schemas = (f"--schema={name}" for name in (database.schema, database.views_schema))
        execute("pg_dump", manifest.postgresql, database, "--format=custom", *schemas, f"-f{dump}")
        whole = Path(place) / "backup.tar"
        pack(whole, manifest, dump)
        whole.chmod(0o600)
        whole.replace(target)
    return manifest


def pack(whole: Path, manifest: Manifest, dump: Path) -> None:
    described = dump.with_name(MANIFEST)
    described.write_text(manifest.model_dump_json(indent=2) + "\n")
    with tarfile.open(whole, "w") as tar:
        tar.add(described, MANIFEST)
        tar.add(dump, DUMP)


# ── putting one back ────────────────────────────────────────────────────────


def restore(database: Database, source: Path, *, master_key: bytes) -> Manifest:
    """Fill an empty database from a backup, all or nothing.

    Raises BackupRefused if the file is no backup, was made under another master key, or if the
    database already remembers something.
    """
    with TemporaryDirectory(prefix="recourse-restore-") as place, opened(source) as tar:
        manifest = described(tar)
        manifest.check(master_key)
        make_room(database)
        dump = Path(place) / DUMP
        with dump.open("wb") as unpacked:
            shutil.copyfileobj(member(tar, DUMP), unpacked)
        with psycopg.connect(database.conninfo()) as connection:
            server = major(connection)
        execute("pg_restore", server, database, "--exit-on-error", "--single-transaction", dump)
    return manifest


def opened(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source, "r:")
    except (tarfile.TarError, OSError) as error:
        raise BackupRefused(f"{source} cannot be read as a backup: {error}") from error


def described(tar: tarfile.TarFile) -> Manifest:
    try:
        return Manifest.model_validate_json(member(tar, MANIFEST).read())
    except ValidationError as error:
        raise BackupRefused(f"The manifest of the backup cannot be read: {error}") from error


def member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise BackupRefused(f"This is not a backup of recourse: it has no {name}.")
    return found


def make_room(database: Database) -> None:
    """Make sure of the roles, and that nothing is lost: only an empty database is filled."""
    migrate(database)
    with psycopg.connect(database.conninfo()) as connection:
        if position := last_position(connection):
            raise BackupRefused(
                f"The database already remembers {position} events. Restore into a new one: "
                "set RECOURSE_DATA_DIR or DATABASE_URL to an empty place. Nothing was restored."
            )
        for schema in (database.schema, database.views_schema):
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def last_position(connection: psycopg.Connection) -> int:
    [position] = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone() or [
        0
    ]
    return int(position)


# ── PostgreSQL's own programs ───────────────────────────────────────────────


def major(connection: psycopg.Connection) -> int:
    return connection.info.server_version // 10_000


def execute(program: str, version: int, database: Database, *arguments: str | Path) -> None:
    """Run it; a password goes through the environment, which other users cannot read."""
    connection = conninfo_to_dict(database.conninfo())
    password = connection.pop("password", None)
    secret = {"PGPASSWORD": str(password)} if password else {}
    done = subprocess.run(
        [found(program, version), f"--dbname={make_conninfo('', **connection)}", *arguments],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise BackupRefused(f"{program} failed. It said:\n{done.stderr.strip()}")


def found(program: str, version: int) -> Path:
    """The program of the server's own version: a dump of another one may not be readable there."""
    for candidate in candidates(program, version):
        if candidate.exists() and f" {version}." in f"{said_version(candidate)}.":
            return candidate
    raise BackupRefused(
        f"{program} of PostgreSQL {version} is not installed here. Install the client programs of "
        f"that version (Debian: postgresql-client-{version}) and try again."
    )


def candidates(program: str, version: int) -> Iterator[Path]:
    if version == embedded.MAJOR:
        yield embedded.binaries() / program
    yield Path(f"/usr/lib/postgresql/{version}/bin") / program
    if on_path := shutil.which(program):
        yield Path(on_path)


def said_version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout
