"""The library's own test cases, against our recorder."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import eventsourcing.cryptography
import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
)

from application.database import Database, DatabaseRole
from application.recorder import (
    Connections,
    Factory,
    PostgresAggregateRecorder,
    PostgresApplicationRecorder,
)

# The library has the same cipher over two packages, and its tests import the one we do not have.
sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)
from eventsourcing.tests.persistence import (  # noqa: E402
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)


class Connected:
    """Gives each of the library's tests a database of its own."""

    connections: Connections

    @pytest.fixture(autouse=True)
    def connect(self, database: Database) -> Iterator[None]:
        self.connections = Connections(database.conninfo(DatabaseRole.WRITER))
        yield
        self.connections.close()


class TestAggregateRecorder(Connected, AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return PostgresAggregateRecorder(self.connections)


class TestApplicationRecorder(Connected, ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return PostgresApplicationRecorder(self.connections)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(Connected, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return PostgresApplicationRecorder(self.connections)


# Its case for factories asks for tracking and process recorders, which we do not make (the views'
# engine has one checkpoint for all), and for snapshots, which we do not take. What remains of it:


@pytest.fixture
def factory(database: Database) -> Iterator[Factory]:
    env = {
        "PERSISTENCE_MODULE": "application.recorder",
        Factory.CONNINFO: database.conninfo(DatabaseRole.WRITER),
    }
    built = InfrastructureFactory.construct(env)
    assert isinstance(built, Factory)
    with built:
        yield built
    built.close()


def test_the_library_finds_our_recorders_by_the_module(factory: Factory) -> None:
    assert type(factory.application_recorder()) is PostgresApplicationRecorder
    assert type(factory.aggregate_recorder()) is PostgresAggregateRecorder
    assert factory.mapper().cipher is None


class Counting(PostgresApplicationRecorder):
    pass


def test_the_application_recorder_can_be_chosen(factory: Factory) -> None:
    factory.env["APPLICATION_RECORDER_TOPIC"] = f"{__name__}:Counting"
    assert type(factory.application_recorder()) is Counting


@pytest.mark.parametrize("purpose", ["tracking_recorder", "process_recorder"])
def test_what_is_not_made_is_refused_with_its_reason(factory: Factory, purpose: str) -> None:
    with pytest.raises(InfrastructureFactoryError, match="checkpoint"):
        getattr(factory, purpose)()


def test_without_an_address_the_factory_says_what_is_missing() -> None:
    with pytest.raises(OSError, match="LOG_CONNINFO"):
        InfrastructureFactory.construct({"PERSISTENCE_MODULE": "application.recorder"})
