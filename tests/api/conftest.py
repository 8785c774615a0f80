from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.database import Database
from tests.api import asking
from tests.api.asking import Asking
from tests.clock import Clock


@pytest.fixture
def api(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Asking]:
    """The whole service, running, asked by an administrator."""
    with (
        asking.program(database, tmp_path, clock) as program,
        asking.following(program),
        asking.asking(program) as api,
    ):
        yield api


@pytest.fixture(scope="module")
def still(databases: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """A service over an empty log, for questions that change nothing."""
    directory = tmp_path_factory.mktemp("still")
    with (
        databases.new() as database,
        asking.program(database, directory, Clock()) as program,
        asking.asking(program) as api,
    ):
        yield api
