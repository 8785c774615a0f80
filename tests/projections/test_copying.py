"""Rows go into tables while others are written, and what is refused is told."""

from __future__ import annotations

import pytest
from psycopg.errors import UniqueViolation

from projections.columns import shapes
from projections.copying import Copies, Written
from projections.engine import Engine
from tests.projections.names import Bearer

COMMAND = b"COPY copied FROM STDIN (FORMAT BINARY)"
COLUMNS = "CREATE TEMP TABLE copied (number bigint PRIMARY KEY, note text)"


def rows(engine: Engine, *numbers: int) -> bytes:
    """Of a key and a text, in COPY's form."""
    notes = {"note": shapes(Bearer)["first"]}
    written = Written(engine.connection, notes)
    return bytes(written.rows([(number, Noted(str(number))) for number in numbers]))


class Noted:
    def __init__(self, note: str) -> None:
        self.note = note


def copied(engine: Engine) -> list[int]:
    found = engine.connection.execute("SELECT number FROM copied ORDER BY number").fetchall()
    return [number for (number,) in found]


def test_all_that_was_given_is_there_in_the_end_however_much_waited(engine: Engine) -> None:
    engine.connection.execute(COLUMNS)
    with Copies(engine.connection) as copies:
        for start in range(0, 5_000, 50):
            copies.give(COMMAND, rows(engine, *range(start, start + 50)))
    assert copied(engine) == list(range(5_000))


def test_what_postgresql_refuses_is_raised_and_the_connection_can_be_gone_on_with(
    engine: Engine,
) -> None:
    engine.connection.execute(COLUMNS)
    with pytest.raises(UniqueViolation), Copies(engine.connection) as copies:
        copies.give(COMMAND, rows(engine, 1, 2))
        copies.finish()
        copies.give(COMMAND, rows(engine, 2, 3))
        copies.finish()
    assert copied(engine) == [1, 2]


def test_what_waits_is_left_out_if_something_else_went_wrong(engine: Engine) -> None:
    engine.connection.execute(COLUMNS)
    connection = engine.connection
    with (
        pytest.raises(ZeroDivisionError),
        connection.transaction(),
        Copies(connection) as copies,
    ):
        copies.give(COMMAND, rows(engine, *range(1_000)))
        copies.give(COMMAND, rows(engine, *range(1_000, 2_000)))
        raise ZeroDivisionError
    assert copied(engine) == []
