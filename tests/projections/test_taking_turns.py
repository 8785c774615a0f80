"""Whoever writes to the views waits for whoever is in the middle of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest

from application.recorded import Position, Recorded
from projections import rebuilding
from projections.catalogue import Views
from projections.engine import Engine
from projections.rebuilding import alone, rebuild
from projections.requeueing import requeue, skip
from projections.running import EngineState
from tests.projections.names import (
    NAMES,
    VIEWS,
    Bench,
    catch_up,
    record,
    released,
    taken,
    with_broken_fold,
)
from tests.projections.test_running import running, until

STORY = [taken(1), released(1), taken(1, 2), taken(2), taken(1, 3)]


def is_release(recorded: Recorded[Any]) -> bool:
    return type(recorded.event).__name__ == "NameReleased"


@contextmanager
def stuck(bench: Bench, after: Position) -> Iterator[Event]:
    """An engine in the middle of the page after a position, until it is told to go on."""
    began, going_on = Event(), Event()

    def fold(row: Any, recorded: Recorded[Any], reference: Any) -> Any:
        if recorded.position > after:
            began.set()
            assert going_on.wait(60)
        return NAMES.fold(row, recorded, reference)

    engine = bench.engine({**VIEWS, "names": replace(NAMES, fold=fold)})
    step = Thread(target=engine.step)
    step.start()
    try:
        assert began.wait(60)
        yield going_on
    finally:
        going_on.set()
        step.join()
        engine.close()


def waits(bench: Bench) -> bool:
    """Whether one of the engines waits for another."""
    [[waiting]] = bench.rows(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE application_name = 'engine' AND datname = current_database() AND NOT granted"
    )
    return bool(waiting)


WORK: dict[str, Callable[[Engine], object]] = {
    "rebuild": lambda engine: rebuild(engine, ["names"]),
    "requeue": requeue,
    "skip": lambda engine: skip(engine, "names", Position(2), "nobody will ever know"),
}


@pytest.mark.parametrize("work", WORK)
def test_a_page_that_is_under_way_is_in_the_views_after_whatever_is_done_meanwhile(
    bench: Bench, work: str
) -> None:
    record(bench.log, STORY)
    views: Views = with_broken_fold(NAMES, is_release)
    catch_up(bench.engine(views)).close()
    engine = bench.engine()
    record(bench.log, [taken(1, 4), taken(2, 4), taken(3, 4)])
    with stuck(bench, Position(5)) as going_on:
        doing = Thread(target=WORK[work], args=[engine])
        doing.start()
        until(lambda: waits(bench))
        going_on.set()
        doing.join()
    assert (bench.letters(), engine.position()) == ([], 8)
    live = bench.contents()
    assert [done.differs for done in rebuild(engine, VIEWS)] == [False, False]
    assert bench.contents() == live
    engine.close()


def test_two_who_build_take_turns(bench: Bench, engine: Engine) -> None:
    record(bench.log, STORY)
    catch_up(engine)
    live = bench.contents()
    other = bench.engine()
    building = Thread(target=rebuild, args=[other, VIEWS])
    with alone(engine.cursor):
        building.start()
        until(lambda: waits(bench))
        assert bench.rows("SELECT count(*) FROM builds") == [(0,)]
    building.join()
    assert bench.contents() == live
    other.close()


def test_what_a_rebuild_takes_in_after_all_stands_still_for_no_engine(bench: Bench) -> None:
    healthy, broken = bench.engine(), bench.engine(with_broken_fold(NAMES, is_release))
    record(bench.log, STORY[:2])
    catch_up(broken)
    catch_up(healthy)
    assert healthy.parked_rows() == 1
    fixed = bench.engine()
    rebuild(fixed, ["names"])
    record(bench.log, STORY[2:])
    catch_up(healthy)
    assert (bench.letters(), healthy.parked_rows()) == ([], 0)
    live = bench.contents()
    rebuild(healthy, VIEWS)
    assert bench.contents() == live
    for engine in (healthy, broken, fixed):
        engine.close()


def test_what_was_skipped_during_a_rebuild_is_left_out_by_it_too(bench: Bench) -> None:
    engine = bench.engine(with_broken_fold(NAMES, is_release))
    other = bench.engine(with_broken_fold(NAMES, is_release))
    record(bench.log, [taken(1)])
    catch_up(engine)

    def meanwhile(reached: Position, goal: Position) -> None:
        record(bench.log, [released(1), taken(1, 2)])
        catch_up(other)
        assert skip(other, "names", Position(2), "nobody will ever know") == 1

    [names] = rebuild(engine, ["names"], meanwhile)
    assert not names.differs
    assert bench.letters() == []
    assert bench.rows("SELECT from_position, times FROM names") == [(3, 2)]
    engine.close()
    other.close()


def test_an_engine_that_fails_leaves_its_turn_to_another(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = bench.engine()

    def step(limit: int) -> int:
        raise MemoryError("of this process")

    monkeypatch.setattr(failing, "step", step)
    monkeypatch.setattr("projections.running.STANDBY", 0.01)
    with running(failing) as first:
        until(lambda: first.health().failures > 0)
        with running(bench.engine()) as second:
            record(bench.log, [taken(1)])
            until(lambda: second.health().state == EngineState.FOLLOWING)
            until(lambda: bench.rows("SELECT count(*) FROM names") == [(1,)])
            assert first.health().state != EngineState.FOLLOWING


# ── interrupted between its parts ───────────────────────────────────────────


def test_a_rebuild_that_found_no_moment_to_switch_is_gone_on_with(
    bench: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither folded nor indexed again, and nothing that was caught up with is taken in twice."""
    monkeypatch.setattr(rebuilding, "PAGE", 2)
    monkeypatch.setattr(rebuilding, "TRIES", 1)
    monkeypatch.setattr(rebuilding, "IMPATIENCE", "SET LOCAL lock_timeout = '50ms'")
    record(bench.log, STORY)
    catch_up(engine)

    def meanwhile(reached: Position, goal: Position) -> None:
        record(bench.log, [released(2), *(taken(2, bearer) for bearer in range(6))])
        other = Engine(bench.log, VIEWS, bench.connect)
        catch_up(other)
        other.close()

    with bench.connect() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM names")
        with pytest.raises(rebuilding.LockNotAvailable):
            rebuild(engine, ["names"], meanwhile)
    assert bench.rows("SELECT folded, indexed, reached > 5 FROM builds") == [(256, True, True)]
    live, reported = bench.contents(), list[Position]()
    [names] = rebuild(engine, ["names"], lambda reached, goal: reported.append(reached))
    assert (names.differs, reported) == (False, [])
    assert bench.contents() == live
    assert bench.rows("SELECT count(*) FROM builds") == [(0,)]


def test_old_rows_that_an_earlier_rebuild_had_to_leave_are_dropped_by_the_next(
    bench: Bench, engine: Engine
) -> None:
    record(bench.log, STORY)
    catch_up(engine)
    live = bench.contents()
    engine.connection.execute("CREATE TABLE names_old (); CREATE TABLE names_past_old ()")
    rebuild(engine, ["names"])
    left = "SELECT to_regclass('names_old'), to_regclass('names_past_old')"
    assert (bench.contents(), bench.rows(left)) == (live, [(None, None)])
