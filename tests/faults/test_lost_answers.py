"""The answer to an append may be lost on its way, and so may the append itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, StoredEvent

from application.appending import APPEND, RESENDS
from application.connections import Connections, Prepared, Row
from application.database import Database, DatabaseRole
from application.log import EventLog
from application.log_refusals import Unavailable
from application.recorder import PostgresApplicationRecorder
from tests.application.told import append, stream, taken


class Unreliable(Connections):
    """Loses appends before they arrive, and answers after they were carried out."""

    lost_requests = 0
    lost_answers = 0
    sent = 0

    def call(self, statement: Prepared, params: Sequence[bytes | None]) -> list[Row]:
        if statement != APPEND:
            return super().call(statement, params)
        if self.lost_requests:
            self.lost_requests -= 1
            raise psycopg.OperationalError("connection lost before the request arrived")
        self.sent += 1
        rows = super().call(statement, params)
        if self.lost_answers:
            self.lost_answers -= 1
            raise psycopg.OperationalError("connection lost before the answer arrived")
        return rows


@pytest.fixture
def connections(database: Database) -> Iterator[Unreliable]:
    connections = Unreliable(database.conninfo(DatabaseRole.WRITER), size=2)
    yield connections
    connections.close()


@pytest.fixture
def log(database: Database, connections: Unreliable) -> Iterator[EventLog]:
    with EventLog(database) as log:
        log.recorder = PostgresApplicationRecorder(connections)
        yield log


def test_an_answer_that_was_lost_is_looked_up_not_asked_for_again(
    log: EventLog, connections: Unreliable
) -> None:
    connections.lost_answers = 1
    receipt = append(log, 1, (1, taken()))
    assert receipt.position == log.last() == 1
    assert connections.sent == 1


def test_an_append_that_never_arrived_is_sent_again(log: EventLog, connections: Unreliable) -> None:
    connections.lost_requests = 2
    receipt = append(log, 1, (1, taken()))
    assert receipt.position == log.last() == 1


def test_a_lost_answer_is_not_told_as_a_conflict(log: EventLog, connections: Unreliable) -> None:
    seen = log.histories({stream(1)})
    connections.lost_requests = connections.lost_answers = 1
    assert append(log, 1, (1, taken()), seen=seen).position == 1


def test_where_there_is_no_answer_the_command_can_be_repeated(
    log: EventLog, connections: Unreliable
) -> None:
    connections.lost_requests = RESENDS + 1
    with pytest.raises(Unavailable):
        append(log, 1, (1, taken()))
    assert log.last() == 0
    assert append(log, 1, (1, taken())).position == 1


def test_an_answer_that_was_lost_at_the_last_attempt_is_looked_up_too(
    log: EventLog, connections: Unreliable
) -> None:
    connections.lost_requests, connections.lost_answers = RESENDS, 1
    assert append(log, 1, (1, taken())).position == log.last() == 1


def test_without_a_command_id_nothing_is_sent_twice(connections: Unreliable) -> None:
    recorder = PostgresApplicationRecorder(connections)
    plain = StoredEvent(stream(1).id, 1, "topic", b"{}")
    connections.lost_requests = 1
    with pytest.raises(OperationalError):
        recorder.insert_events([plain])
    assert recorder.max_notification_id() is None
