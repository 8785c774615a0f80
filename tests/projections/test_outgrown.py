"""What was planned when a view had just begun is planned anew once it has grown."""

from __future__ import annotations

from typing import Any

from psycopg import RawCursor

from projections import json_statement
from projections.access import EVERYTHING, REACH
from projections.engine import Engine
from projections.outgrown import outgrown
from projections.selection import Connection, Edges, Leaf, Node, page_of
from projections.statement import Ready, Statement
from tests.projections.names import BEARERS, NAMES, VIEWS, Bench, catch_up, record, taken

OFTEN = 12  # sent five times, a statement is prepared; after five more its plan is kept
GROWN = 4_000

HELD = Connection(
    NAMES,
    page_of(NAMES, {}, None),
    {"edges": Edges({"node": Node({"of": Leaf("of")})})},
    via="bearer",
)
WHO_HOLDS_WHAT = json_statement.write(
    Statement(VIEWS, restricted=False),
    {
        "bearers": Connection(
            BEARERS, page_of(BEARERS, {}, None), {"edges": Edges({"node": Node({"held": HELD})})}
        )
    },
)


def grow(bench: Bench, numbers: range) -> None:
    """Names, each of a bearer of its own."""
    record(bench.log, [taken(number, bearer=number) for number in numbers])


def read(connection: Any, ready: Ready) -> int:
    """How often names were read whole for the answer."""
    before = whole_reads(connection)
    RawCursor(connection).execute(*ready.asked({REACH: EVERYTHING}))
    return whole_reads(connection) - before


def whole_reads(connection: Any) -> int:
    [found] = connection.execute(
        "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'names'"
    ).fetchone()
    return int(found)


def test_a_view_that_has_grown_is_not_read_by_plans_from_when_it_had_begun(
    bench: Bench, engine: Engine
) -> None:
    grow(bench, range(3))
    catch_up(engine)
    with bench.connect() as connection:
        with connection.transaction():
            assert [read(connection, WHO_HOLDS_WHAT) for _ in range(OFTEN)] == [3] * OFTEN
        grow(bench, range(3, GROWN))
        catch_up(engine)
        with connection.transaction():
            assert read(connection, WHO_HOLDS_WHAT) == 0


def test_tables_are_outgrown_once_they_are_ten_times_as_large(bench: Bench, engine: Engine) -> None:
    def found() -> list[str]:
        return outgrown(engine.cursor, ["names", "names_past", "bearers", "bearers_past"])

    grow(bench, range(3))
    catch_up(engine)
    assert found() == []
    grow(bench, range(3, GROWN))
    engine.step()
    assert found() == ["names"]
    engine.step()
    assert found() == []
    grow(bench, range(GROWN, 2 * GROWN))
    engine.step()
    assert found() == []
