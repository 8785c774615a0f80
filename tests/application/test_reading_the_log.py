from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from application.connections import listen
from application.database import Database, DatabaseRole
from application.log import EventLog, History
from application.log_refusals import (
    TooNewToDecide,
)
from application.recorded import BEGINNING, Position, UnknownEvent
from domain.messages import Event
from domain.uniqueness import NameTaken
from tests.application.told import (
    RELEASED,
    append,
    decision,
    stream,
    taken,
)
from tests.clock import NOON, Clock


@pytest.fixture
def told(log: EventLog, clock: Clock) -> Iterator[EventLog]:
    """Eight events on streams 1 and 2, a minute apart, those on 2 of one correlation."""
    correlation = UUID(int=0xC0)
    for number in range(4):
        append(log, number * 2, (1, taken() if number % 2 == 0 else RELEASED))
        clock.forward(minutes=1)
        append(log, number * 2 + 1, (2, taken()), correlation_id=correlation)
        clock.forward(minutes=1)
    yield log


def minutes(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"backwards": True}, [8, 7, 6, 5, 4, 3, 2, 1]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "backwards": True}, [8, 7]),
        ({"after": Position(3), "before": Position(6)}, [4, 5]),
        ({"after": Position(3), "before": Position(6), "backwards": True}, [5, 4]),
        ({"before": Position(1)}, []),
        ({"upto": Position(3)}, [1, 2, 3]),
        ({"upto": BEGINNING}, []),
        ({"stream_id": UUID(int=1)}, [1, 3, 5, 7]),
        ({"stream_id": UUID(int=1), "backwards": True, "limit": 1}, [7]),
        ({"types": ["uniqueness.NameReleased"]}, [3, 7]),
        ({"types": ["uniqueness.NameReleased", "uniqueness.NameTaken"], "limit": 3}, [1, 2, 3]),
        ({"correlation": UUID(int=0xC0)}, [2, 4, 6, 8]),
        ({"since": minutes(3)}, [4, 5, 6, 7, 8]),
        ({"until": minutes(3)}, [1, 2, 3]),
        ({"since": minutes(1), "until": minutes(4), "stream_id": UUID(int=2)}, [2, 4]),
        ({"since": minutes(3), "after": Position(6)}, [7, 8]),
    ],
)
def test_events_are_selected(told: EventLog, asked: dict[str, object], found: list[int]) -> None:
    selected = told.select(**{"limit": 100} | asked)  # type: ignore[arg-type]
    assert [record.position for record in selected] == found


def append_many(log: EventLog, start: int) -> None:
    """Three thousand events, the last of another type."""
    log.append_all(
        [
            decision(
                *(log, number, (number, taken() if number % 3_000 < 2_999 else RELEASED)),
                seen={stream(number): History(0, [])},
                correlation_id=UUID(int=0xC0 + number % 700),
            )
            for number in range(start, start + 3_000)
        ]
    )


@pytest.fixture
def partly_vacuumed(log: EventLog, database: Database) -> EventLog:
    append_many(log, 0)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"VACUUM ANALYZE {database.schema}.events".encode())
    append_many(log, 3_000)
    return log


def test_what_belongs_together_is_found_in_pages_that_were_vacuumed_and_in_others(
    partly_vacuumed: EventLog,
) -> None:
    found = partly_vacuumed.select(correlation=UUID(int=0xC0 + 5), limit=100)
    assert [record.position for record in found] == list(range(6, 6_001, 700))


def test_a_rare_type_is_found_in_both_without_reading_every_event(
    partly_vacuumed: EventLog, database: Database
) -> None:
    found = partly_vacuumed.select(types=["uniqueness.NameReleased"], limit=100)
    assert [record.position for record in found] == [3_000, 6_000]
    with psycopg.connect(database.conninfo(DatabaseRole.READER)) as reader:
        plan = reader.execute(
            "EXPLAIN SELECT * FROM events WHERE position > 0"
            " AND event_type = ANY (%s) ORDER BY position LIMIT 100",
            [["uniqueness.NameReleased"]],
        ).fetchall()
    assert "Bitmap Index Scan on events_by_correlation_and_type" in str(plan)


def test_the_log_is_read_page_by_page(told: EventLog) -> None:
    pages = list(told.pages(Position(1), Position(7), limit=4))
    assert [[record.position for record in page] for page in pages] == [[2, 3, 4, 5], [6, 7]]


def test_many_histories_are_read_at_once(told: EventLog) -> None:
    found = told.histories({stream(1), stream(2), stream(3)})
    assert found[stream(1)] == History(4, [taken(), RELEASED, taken(), RELEASED])
    assert found[stream(2)].version == 4
    assert found[stream(3)] == History(0, [])


def test_whoever_listens_is_told_of_appends(log: EventLog, database: Database) -> None:
    with psycopg.connect(database.conninfo(DatabaseRole.READER), autocommit=True) as hints:
        listen(hints)
        append(log, 1, seen={})
        append(log, 2, (1, taken()), (1, RELEASED))
        [hint] = hints.notifies(timeout=10, stop_after=1)
    assert hint.payload == "2"


# ── what this release does not understand ───────────────────────────────────


class ThingRepainted(Event):
    """Of a newer release."""

    context = "future"
    colour: str


class NewerNameTaken(NameTaken):
    schema_version = 99

    @classmethod
    def type_name(cls) -> str:
        return NameTaken.type_name()


@pytest.mark.parametrize(
    "event",
    [ThingRepainted(colour="blue"), NewerNameTaken(of="x", bearer=UUID(int=1))],
    ids=["type", "version"],
)
def test_an_event_of_a_newer_release_is_read_as_unknown(log: EventLog, event: Event) -> None:
    append(log, 1, (1, event), (2, taken()))
    unknown, known = log.after(BEGINNING, 10)
    assert isinstance(unknown.event, UnknownEvent)
    assert unknown.event.stored_type == event.type_name()
    assert unknown.event.stored_version == event.schema_version
    assert unknown.event.payload == event.model_dump_json().encode()
    assert known.event == taken()


def test_nothing_is_decided_on_what_is_not_understood(log: EventLog) -> None:
    append(log, 1, (1, ThingRepainted(colour="blue")))
    with pytest.raises(TooNewToDecide):
        log.histories({stream(1), stream(2)})
    assert log.histories({stream(2)})[stream(2)].version == 0


def test_an_event_that_was_spoilt_is_read_as_unknown(log: EventLog) -> None:
    spoilt = NameTaken.model_construct(of=None, bearer=UUID(int=1))
    append(log, 1, (1, spoilt))
    [found] = log.after(BEGINNING, 10)
    assert isinstance(found.event, UnknownEvent)
