from __future__ import annotations

from collections.abc import Iterator

import pytest

from application.database import Database
from application.log import EventLog
from projections.engine import Engine
from tests.projections.names import Bench


@pytest.fixture
def bench(database: Database, log: EventLog) -> Bench:
    """A log, and whatever engines a test puts over it."""
    return Bench(database, log)


@pytest.fixture
def engine(bench: Bench) -> Iterator[Engine]:
    """An engine over the views of names, which moves only when the test says so."""
    engine = bench.engine()
    yield engine
    engine.close()
