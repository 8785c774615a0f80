"""A view is built anew in parts, beside the one that serves, and nothing else follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.connections import listen
from application.recorded import Position
from projections import rebuilding
from projections.engine import Engine
from projections.folding import Slot
from projections.rebuilding import rebuild
from projections.refolding import BUCKETS, bucket, footprint
from projections.view import View
from tests.projections.names import NAMES, VIEWS, Bearer, Bench, catch_up, record, released, taken

STORY = [
    *(taken(number, number % 5) for number in range(300)),
    *(released(number) for number in range(0, 300, 3)),
    *(taken(number, 2, of="once") for number in range(0, 300, 9)),
]


def told(bench: Bench, engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    record(bench.log, STORY)
    catch_up(engine, 50)
    return bench.contents()


@pytest.mark.parametrize("memory", [1, 20_000, 2**28])
def test_whatever_memory_it_may_take_the_rows_are_the_same(
    bench: Bench, engine: Engine, memory: int
) -> None:
    live = told(bench, engine)
    rebuilt = rebuild(engine, VIEWS, memory=memory)
    assert bench.contents() == live
    assert [done.differs for done in rebuilt] == [False, False]
    assert rebuilt[0].now.versions == len(live["names"]) + len(live["names_past"])


def test_rows_that_do_not_fit_into_memory_are_folded_in_several_passes(
    bench: Bench, engine: Engine
) -> None:
    live = told(bench, engine)
    whole = footprint([Slot(*version) for _, version in catch_up_rows(engine)])
    passes: list[int] = []
    rebuild(engine, ["names"], lambda reached, goal: passes.append(reached), memory=whole // 3)
    assert len(passes) == 4 and passes == sorted(passes), "four parts, of a page each"
    assert bench.contents() == live


def catch_up_rows(engine: Engine) -> list[tuple[Any, Any]]:
    tables = engine.tables["names"]
    [ids] = zip(*engine.cursor.execute("SELECT name_id FROM names").fetchall(), strict=True)
    with engine.connection.transaction(force_rollback=True):
        return list(tables.take(engine.cursor, ids).items())


def test_keys_fall_into_the_same_bucket_in_every_process() -> None:
    assert bucket(UUID("00000000-0000-0000-0000-0000000000ff")) == 255
    assert bucket("Käse") == 243
    assert {bucket(uuid4()) for _ in range(5_000)} == set(range(BUCKETS))


def test_a_view_that_did_not_hold_what_the_log_says_is_told_of(
    bench: Bench, engine: Engine
) -> None:
    live = told(bench, engine)
    engine.connection.execute("UPDATE names SET times = times + 1 WHERE from_position = 2")
    [names] = rebuild(engine, ["names"])
    assert names.differs and names.before and names.before.versions == names.now.versions
    assert bench.contents() == live
    engine.connection.execute("DELETE FROM names_past WHERE to_position = 301")
    [names] = rebuild(engine, ["names"])
    assert names.before and names.before.versions == names.now.versions - 1
    assert bench.contents() == live


def test_what_is_compared_is_what_both_hold_at_one_position(bench: Bench, engine: Engine) -> None:
    record(bench.log, STORY)
    catch_up(engine)

    def meanwhile(reached: Position, goal: Position) -> None:
        record(bench.log, [released(1), taken(1, 3), taken(1_000)])
        other = Engine(bench.log, VIEWS, bench.connect)
        catch_up(other)
        other.close()

    assert [done.differs for done in rebuild(engine, VIEWS, meanwhile)] == [False, False]
    assert engine.position() == bench.log.last() == len(STORY) + 6


class Stopped(Exception):
    """The rebuild goes no further."""


def test_an_interrupted_rebuild_does_not_do_again_what_it_has_done(
    bench: Bench, engine: Engine
) -> None:
    live = told(bench, engine)

    def stop_later(reached: Position, goal: Position) -> None:
        if reached > goal // 2:
            raise Stopped

    memory = footprint([Slot(*version) for _, version in catch_up_rows(engine)]) // 3
    with pytest.raises(Stopped):
        rebuild(engine, ["names"], stop_later, memory=memory)
    assert bench.contents() == live
    assert bench.rows("SELECT folded > 0 AND folded < 256 FROM builds") == [(True,)]
    positions: list[int] = []
    rebuild(engine, ["names"], lambda reached, goal: positions.append(reached), memory=memory)
    assert min(positions) > bench.log.last() // 2
    assert bench.contents() == live


def test_a_rebuild_from_the_start_forgets_what_an_interrupted_one_did(
    bench: Bench, engine: Engine
) -> None:
    live = told(bench, engine)
    engine.connection.execute("CREATE TABLE names_next (LIKE names)")
    engine.connection.execute("CREATE TABLE names_past_next (LIKE names_past)")
    engine.connection.execute("INSERT INTO names_next SELECT * FROM names LIMIT 7")
    engine.cursor.execute(
        "INSERT INTO builds SELECT name, definition, 5, 256 FROM views WHERE name = 'names'"
    )
    engine.cursor.execute(
        "INSERT INTO dead_letters (view, key, position, attempts) VALUES ('names_next', 'x', 3, 1)"
    )
    rebuild(engine, ["names"], afresh=True)
    assert (bench.contents(), bench.letters()) == (live, [])


def test_a_build_of_a_view_that_looked_otherwise_is_not_gone_on_with(
    bench: Bench, engine: Engine
) -> None:
    live = told(bench, engine)
    engine.connection.execute("CREATE TABLE names_next (name_id uuid)")
    engine.connection.execute("INSERT INTO builds VALUES ('names', 'older', 5, 256, true)")
    rebuild(engine, ["names"])
    assert bench.contents() == live


def test_whoever_still_reads_the_old_rows_delays_the_switch_and_nobody_else(
    bench: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = told(bench, engine)
    with bench.connect() as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old = reader.execute("SELECT count(*) FROM names").fetchone()

        def let_go(seconds: float) -> None:
            assert reader.execute("SELECT count(*) FROM names").fetchone() == old
            assert bench.rows("SELECT count(*) FROM names") == [old], "others read on"
            reader.execute("COMMIT")

        monkeypatch.setattr(rebuilding, "sleep", let_go)
        monkeypatch.setattr(rebuilding, "IMPATIENCE", "SET LOCAL lock_timeout = '50ms'")
        rebuild(engine, ["names"])
        assert reader.info.transaction_status.name == "IDLE", "the rebuild had to wait for it"
    assert bench.contents() == live


def test_nothing_follows_from_a_rebuild_but_tables(bench: Bench, engine: Engine) -> None:
    """No event, no receipt, no notification, no reaction: it reads the log, and writes views."""
    told(bench, engine)
    everything = (
        "SELECT (SELECT max(position) FROM events), (SELECT count(*) FROM receipts),"
        " (SELECT position FROM reaction_checkpoint), (SELECT count(*) FROM reaction_refusals),"
        " (SELECT position FROM checkpoint)"
    )
    before = bench.rows(everything)
    with bench.connect() as hearing:
        listen(hearing)
        rebuild(engine, VIEWS, memory=1_000)
        assert list(hearing.notifies(timeout=0.05)) == []
    assert bench.rows(everything) == before


def fold_of_unstorable(view: View[Any, Any], position: int) -> Any:
    def fold(row: Any, recorded: Any, reference: Any) -> Any:
        folded = view.fold(row, recorded, reference)
        return folded.but(of="\x00") if folded and recorded.position == position else folded

    return fold


@pytest.mark.parametrize("memory", [20_000, 2**28])
def test_an_event_postgresql_refuses_is_parked_by_a_rebuild_in_parts_as_by_the_engine(
    bench: Bench, memory: int
) -> None:
    broken = {**VIEWS, "names": replace(NAMES, fold=fold_of_unstorable(NAMES, 8))}
    engine = bench.engine(broken)
    live = told(bench, engine)
    letters = bench.letters()
    assert len(letters) == 1
    assert [done.differs for done in rebuild(engine, VIEWS, memory=memory)] == [False, False]
    assert (bench.contents(), bench.letters()) == (live, letters)
    engine.close()


def test_rows_weigh_what_is_in_them() -> None:
    one = Bearer(bearer=UUID(int=1), names=1, first="x")
    more = one.but(first="x" * 10_000)
    assert footprint([]) == 0
    slots = [Slot(Position(1), row) for row in (one, more)]
    assert footprint(slots[1:]) - footprint(slots[:1]) == 9_999
