from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from application.database import Database
from recourse import embedded
from tests.databases import FAST, Databases, data_directory
from tests.recourse.program import InProcesses, Installed


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """One of its own on which the program has started before."""
    with databases.new(with_views=True) as database:
        yield database


@pytest.fixture
def installed(databases: Databases, tmp_path: Path) -> Iterator[Installed]:
    """The program with an empty database on the server that tests run on."""
    with databases.new(with_views=True) as database:
        yield Installed(tmp_path / "data", database.url)


@pytest.fixture
def another(databases: Databases, tmp_path: Path) -> Iterator[Installed]:
    """A second one, as on another machine."""
    with databases.new() as database:
        yield Installed(tmp_path / "elsewhere", database.url)


@pytest.fixture(scope="session")
def demonstration(databases: Databases) -> Iterator[Installed]:
    """The program with the demonstration loaded, for tests that only read."""
    with data_directory() as place:
        if "TEST_DATABASE_URL" in os.environ:
            with databases.new() as database:
                yield loaded(Installed(place, database.url))
        else:
            with embedded.running(place, FAST):  # so that it need not start for each command
                yield loaded(Installed(place))


def loaded(installed: Installed) -> Installed:
    assert "Loaded the demonstration" in installed.run("demo").succeeded().stdout
    return installed


@pytest.fixture
def of_its_own() -> Iterator[Installed]:
    """With an embedded database that nobody else holds up, and a process for each command."""
    with data_directory() as place:
        yield InProcesses(place)


@pytest.fixture
def executed(installed: Installed) -> Callable[[LiteralString], None]:
    """Does to the database what nobody should."""

    def execute(statement: LiteralString) -> None:
        with psycopg.connect(str(installed.database_url)) as connection:
            connection.execute(statement)

    return execute
