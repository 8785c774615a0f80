from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.database import Database
from recourse.bootstrap import caught_up
from tests.api import asking, world
from tests.api.asking import Asking
from tests.clock import Clock
from tests.databases import Databases


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """One of its own on which the program has started before."""
    with databases.new(with_views=True) as database:
        yield database


@pytest.fixture
def api(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Asking]:
    """The whole service, running, asked by an administrator."""
    with (
        asking.program(database, tmp_path, clock) as program,
        asking.following(program),
        asking.asking(program) as api,
    ):
        yield api


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of the world and of the empty log are kept."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def still(databases: Databases, directory: Path) -> Iterator[Asking]:
    """A service over an empty log, for questions that change nothing."""
    with (
        databases.new(with_views=True) as database,
        asking.program(database, directory, Clock()) as program,
        asking.asking(program) as api,
    ):
        yield api


@pytest.fixture(scope="session")
def filled(databases: Databases, directory: Path) -> Iterator[Database]:
    """A database with the whole world in it."""
    clock = Clock()
    with databases.new(with_views=True) as database:
        with asking.program(database, directory, clock) as program:
            world.fill(program.log, clock, world.story().happened)
            caught_up(program)
        yield database


@pytest.fixture(scope="session")
def lived(filled: Database, directory: Path) -> Iterator[Asking]:
    """The world, for questions that change nothing."""
    with (
        asking.program(filled, directory, Clock()) as program,
        asking.asking(program) as api,
    ):
        yield api
