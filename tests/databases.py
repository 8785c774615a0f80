"""Real databases for tests: one server for all test processes, a database of its own for each test
that writes, cloned from a template that was migrated once."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from application.database import Database, DatabaseRole
from application.log import EventLog
from application.migrating import migrate, shipped
from projections.catalogue import VIEWS
from projections.engine import Engine
from projections.rebuilding import definition, prepare
from projections.tables import Tables
from recourse import embedded

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
}


@dataclass(frozen=True)
class Databases:
    """A server on which tests make and drop databases."""

    url: str
    roles_log_in: bool
    templates: set[str] = field(default_factory=set)

    def database(self, name: str) -> Database:
        return Database(make_conninfo(self.url, dbname=name), roles_log_in=self.roles_log_in)

    def run(self, statement: str, *names: str) -> None:
        """Run a statement on the server, with names in its places."""
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def template(self, *, with_views: bool = False) -> str:
        """The name of a database that has every migration, the views' tables if so asked, and
        nothing else."""
        hashes = [migration.sha256 for migration in shipped()]
        hashes += [definition(Tables(view)) for view in VIEWS.values()] if with_views else []
        name = f"template_{hashlib.sha256(''.join(hashes).encode()).hexdigest()[:16]}"
        if name not in self.templates:
            self.make_template(name, with_views=with_views)
            self.templates.add(name)
        return name

    def make_template(self, name: str, *, with_views: bool) -> None:
        """Once for all test processes: the others wait for the first."""
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute("SELECT pg_advisory_lock(54377)")
            found = server.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
            if found.rowcount == 0:
                self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", f"{name}_unfinished")
                self.run("CREATE DATABASE {}", f"{name}_unfinished")
                migrate(self.database(f"{name}_unfinished"))
                if with_views:
                    make_views(self.database(f"{name}_unfinished"))
                self.run("ALTER DATABASE {} RENAME TO {}", f"{name}_unfinished", name)

    @contextmanager
    def new(self, *, with_views: bool = False) -> Iterator[Database]:
        """A database for one test, or for a module of tests that fills it once and only reads.

        With the views' tables it is as the program leaves one that it starts on first.
        """
        name = f"test_{uuid4().hex}"
        self.run("CREATE DATABASE {} TEMPLATE {}", name, self.template(with_views=with_views))
        try:
            yield self.database(name)
        finally:
            self.run("DROP DATABASE {} WITH (FORCE)", name)


def make_views(database: Database) -> None:
    """As the program does when it starts."""
    connect = partial(psycopg.connect, database.conninfo(DatabaseRole.WRITER), autocommit=True)
    with EventLog(database) as log, closing(Engine(log, VIEWS, connect)) as engine:
        prepare(engine)


@contextmanager
def server(run: Path) -> Iterator[Databases]:
    """The server named by TEST_DATABASE_URL, or an embedded one for all processes of a test run.

    `run` is the directory by which pytest knows the run.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield Databases(url, roles_log_in=False)
        return
    name = hashlib.sha256(os.fsencode(run)).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"recourse-tests-{os.geteuid()}-{name}"
    try:
        with embedded.running(directory, FAST) as postgres:
            yield Databases(postgres.url(), roles_log_in=True)
    finally:
        if not embedded.process(embedded.Server(directory)):  # we were the last
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def data_directory() -> Iterator[Path]:
    """A directory for a server of a test's own.

    Not below pytest's own, which every run of pytest closes to other accounts, so that the one
    that a server of root's runs as could not enter it any more.
    """
    directory = Path(tempfile.mkdtemp(prefix="recourse-test-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
