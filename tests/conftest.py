from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.log import EventLog
from application.personal import Vault
from tests import databases as postgres
from tests.clock import Clock
from tests.databases import Databases

MASTER_KEY = bytes(range(32))
pytest_plugins = ["tests.rules", "tests.produced", "tests.figures"]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The server of this test run, shared by all its processes."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    with postgres.server(run) as databases:
        yield databases


@pytest.fixture
def data_directory() -> Iterator[Path]:
    """Where a server of the test's own may keep its data."""
    with postgres.data_directory() as directory:
        yield directory


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated database of its own, for a test that writes."""
    with databases.new() as database:
        yield database


@pytest.fixture(scope="session")
def empty_database(databases: Databases) -> Iterator[Database]:
    """A migrated database shared by tests that only read."""
    with databases.new() as database:
        yield database


@pytest.fixture
def clock() -> Clock:
    """What the log records as the time; it stands at NOON until moved."""
    return Clock()


@pytest.fixture
def connections(database: Database) -> Iterator[Connections]:
    """Connections in the role that serves."""
    connections = Connections(database.conninfo(DatabaseRole.WRITER), size=4)
    yield connections
    connections.close()


@pytest.fixture
def vault(connections: Connections) -> Vault:
    """The keys of personal data, under a master key for tests."""
    return Vault(connections, MASTER_KEY)


@pytest.fixture
def log(database: Database, vault: Vault, clock: Clock) -> Iterator[EventLog]:
    with EventLog(database, vault, clock) as log:
        yield log
