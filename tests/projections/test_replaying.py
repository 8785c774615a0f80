"""Replaying finds whatever the views or the log do not say any more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.recorded import Position
from domain.corrections import TimeCorrected
from domain.messages import On
from projections.engine import Engine
from projections.replaying import Difference, differences, replay
from tests.clock import NOON
from tests.projections.names import Bench, catch_up, haunted, name, record, released, taken

STORY = [taken(1), released(1), taken(1, 2), taken(2), taken(1, 3)]
ONE = str(name(1).id)


def found(engine: Engine, upto: int | None = None) -> list[Difference]:
    at = engine.position() if upto is None else Position(upto)
    return list(differences(engine, replay(engine, at), at))


@pytest.fixture
def told(bench: Bench, engine: Engine) -> Engine:
    record(bench.log, STORY)
    return catch_up(engine)


def tamper(bench: Bench, statement: str) -> None:
    """As somebody who may do everything, past every guard."""
    with psycopg.connect(bench.database.conninfo(), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


def test_nothing_is_found_where_nothing_is_wrong(told: Engine) -> None:
    assert [found(told, upto) for upto in range(6)] == [[]] * 6


def test_a_changed_row_is_found_with_both_values(bench: Bench, told: Engine) -> None:
    tamper(bench, f"UPDATE names SET times = 9, from_position = 4 WHERE name_id = '{ONE}'")
    assert found(told) == [
        Difference("names", ONE, "since", 5, 4),
        Difference("names", ONE, "times", 3, 9),
    ]


def test_a_changed_past_is_found_as_of_then(bench: Bench, told: Engine) -> None:
    tamper(bench, "UPDATE names_past SET of = 'Boat' WHERE from_position = 2")
    assert found(told) == []
    assert found(told, 2) == [Difference("names", ONE, "of", "Ship", "Boat")]


def test_a_lost_row_and_an_invented_one_are_found(bench: Bench, told: Engine) -> None:
    tamper(bench, f"UPDATE names SET name_id = '{UUID(int=9)}' WHERE name_id = '{ONE}'")
    assert found(told) == [
        Difference("names", str(UUID(int=9)), "", None, "a row"),
        Difference("names", ONE, "", "a row", None),
    ]


def test_a_lost_event_is_found(bench: Bench, told: Engine) -> None:
    tamper(bench, "DELETE FROM events WHERE position = 2")
    first, second, *rest = found(told)
    assert (first, second) == (
        Difference("log", "3", "position", 2, 3),
        Difference("log", "3", "version", 2, 3),
    )
    assert {difference.view for difference in rest} <= {"names"}


def test_a_lost_end_is_found(bench: Bench, told: Engine) -> None:
    tamper(bench, "DELETE FROM events WHERE position = 5")
    assert Difference("log", "5", "position", 5, 4) in found(told)


def test_a_stream_that_nobody_can_decide_on_is_named(bench: Bench, told: Engine) -> None:
    record(bench.log, [haunted(2)])
    catch_up(told)
    [difference] = found(told)
    assert (difference.view, difference.key) == ("state", str(name(2).id))
    assert "does not know uniqueness.NameHaunted, version 1" in str(difference.replayed)


def test_a_corrected_time_changes_no_state(bench: Bench, told: Engine) -> None:
    correction: Any = TimeCorrected(event_id=UUID(int=1), effective_at=NOON, reason="misread")
    record(bench.log, [On(name(1), correction)])
    catch_up(told)
    assert found(told) == []
