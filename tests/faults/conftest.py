from __future__ import annotations

import pytest

from application.database import Database
from application.log import EventLog
from tests.projections.names import Bench


@pytest.fixture
def bench(database: Database, log: EventLog) -> Bench:
    """A log, and whatever engines a test puts over it."""
    return Bench(database, log)
