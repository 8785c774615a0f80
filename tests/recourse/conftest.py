from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from recourse import embedded
from tests.databases import Databases
from tests.recourse.program import Installed


@pytest.fixture
def installed(databases: Databases, tmp_path: Path) -> Iterator[Installed]:
    """The program with an empty database: its own, or one on the server that tests run on."""
    if "TEST_DATABASE_URL" in os.environ:
        with databases.new() as database:
            yield Installed(tmp_path / "data", database.url)
    else:
        with embedded.running(tmp_path / "data"):  # so that it need not start for each command
            yield Installed(tmp_path / "data")


@pytest.fixture
def another(databases: Databases, tmp_path: Path) -> Iterator[Installed]:
    """A second one, as on another machine."""
    if "TEST_DATABASE_URL" in os.environ:
        with databases.new() as database:
            yield Installed(tmp_path / "elsewhere", database.url)
    else:
        with embedded.running(tmp_path / "elsewhere"):
            yield Installed(tmp_path / "elsewhere")


@pytest.fixture(scope="session")
def demonstration(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The program with the demonstration loaded, for tests that only read."""
    place = tmp_path_factory.mktemp("demonstration") / "data"
    if "TEST_DATABASE_URL" in os.environ:
        with databases.new() as database:
            yield loaded(Installed(place, database.url))
    else:
        with embedded.running(place):
            yield loaded(Installed(place))


def loaded(installed: Installed) -> Installed:
    assert "Loaded the demonstration" in installed.run("demo").succeeded().stdout
    return installed


@pytest.fixture
def executed(installed: Installed) -> Callable[[LiteralString], None]:
    """Does to the database what nobody should."""
    url = installed.database_url or embedded.Server(installed.data_dir).url("recourse")

    def execute(statement: LiteralString) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(statement)

    return execute
