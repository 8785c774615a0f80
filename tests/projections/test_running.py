"""The engine at work survives what happens around it, and says how it fares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import sleep

import pytest
from psycopg import connect

from application.recorded import Position
from projections import running as running_module
from projections.engine import Engine
from projections.progress import Progress
from projections.rebuilding import prepare, rebuild
from projections.running import EngineState, Runner
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

PATIENCE = 400  # looks, until a test gives up


def until(holds: Callable[[], bool], looks: int = PATIENCE) -> None:
    """Wait for something that must come about."""
    for _ in range(looks):
        if holds():
            return
        sleep(0.025)
    pytest.fail("It never came about.")


@contextmanager
def running(engine: Engine) -> Iterator[Runner]:
    runner, stopping = Runner(engine), Event()
    thread = Thread(target=runner.run, args=[stopping])
    thread.start()
    try:
        yield runner
    finally:
        stopping.set()
        thread.join()


def kill_backends(bench: Bench) -> int:
    """End the engine's connection from outside, as an administrator or a restart would."""
    with connect(bench.database.conninfo(), autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'engine' AND datname = current_database()"
        )
        return found.rowcount


def test_what_is_recorded_becomes_visible(bench: Bench) -> None:
    progress = Progress()
    with running(bench.engine(progress=progress)) as runner:
        record(bench.log, [taken(1), released(1)])
        until(lambda: progress.position == 2)
        health = runner.health()
        assert (health.state, health.position, health.lag) == (EngineState.FOLLOWING, 2, 0)
    assert runner.health().state == EngineState.STOPPED
    assert bench.rows("SELECT from_position FROM names") == [(2,)]


def test_an_engine_whose_connection_is_killed_under_load_loses_and_doubles_nothing(
    bench: Bench,
) -> None:
    killed = 0
    with running(bench.engine()) as runner:
        for number in range(60):
            record(bench.log, [taken(number % 7, number % 3), taken(99)])
            if number % 6 == 0:
                killed += kill_backends(bench)
        until(lambda: runner.engine.progress.position == bench.log.last())
        until(lambda: runner.health().state == EngineState.FOLLOWING)
    assert killed > 0
    live = bench.contents()
    engine = bench.engine()
    engine.connection.execute("UPDATE views SET definition = ''")
    assert sorted(prepare(engine)) == ["bearers", "names"]
    assert bench.contents() == live
    assert sum(row[0] for row in bench.rows("SELECT times FROM names")) == 120
    engine.close()


def test_a_listener_that_is_cut_off_still_hears_soon_of_what_is_recorded(bench: Bench) -> None:
    """By the poll, and by listening again on a new connection."""
    with running(bench.engine()) as runner:
        until(lambda: runner.health().state == EngineState.FOLLOWING)
        for number in range(5):
            until(lambda: kill_backends(bench) > 0)
            record(bench.log, [taken(number)])
            until(lambda: runner.engine.progress.position == bench.log.last())
        until(lambda: bool(bench.rows(LISTENING)))
        assert runner.health().last_error is not None and runner.health().failures == 0
    assert bench.rows("SELECT count(*) FROM names") == [(5,)]


LISTENING = """
    SELECT pid FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE application_name = 'engine' AND locktype = 'advisory' AND granted
    """


def test_without_any_notification_the_poll_finds_what_was_recorded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "listen", lambda connection: None)
    with running(bench.engine()) as runner:
        until(lambda: runner.health().state == EngineState.FOLLOWING)
        record(bench.log, [taken(1)])
        until(lambda: runner.engine.progress.position == 1)
    assert bench.rows("SELECT count(*) FROM names") == [(1,)]


def test_pages_grow_under_load_and_shrink_when_it_is_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "FEWEST", 2)
    monkeypatch.setattr(running_module, "PAGE", 6)
    record(bench.log, [taken(number) for number in range(13)])
    engine, limits = bench.engine(), []

    def step(limit: int) -> int:
        limits.append(limit)
        return Engine.step(engine, limit)

    monkeypatch.setattr(engine, "step", step)
    with running(engine):
        until(lambda: engine.progress.position == 13)
        until(lambda: len(limits) >= 5)
    assert limits[:5] == [2, 4, 6, 6, 2]


def test_a_failing_engine_says_so_and_goes_on_when_it_can(bench: Bench) -> None:
    engine = bench.engine()
    reachable = Event()

    def connect() -> object:
        if not reachable.is_set():
            raise ConnectionError("nobody is there")
        return bench.connect()

    engine.close()
    engine.connect = connect  # type: ignore[assignment]
    with running(engine) as runner:
        until(lambda: runner.health().failures >= 2)
        health = runner.health()
        assert health.state == EngineState.FAILING and "nobody is there" in str(health.last_error)
        record(bench.log, [taken(1)])
        assert runner.health().lag == 1
        reachable.set()
        until(lambda: runner.health().state == EngineState.FOLLOWING)
        until(lambda: runner.health().lag == 0)
    assert bench.rows("SELECT count(*) FROM names") == [(1,)]


def test_a_dropped_table_parks_nothing_and_the_engine_waits(bench: Bench) -> None:
    engine = bench.engine()
    engine.connection.execute("ALTER TABLE names RENAME TO hidden")
    with running(engine) as runner:
        record(bench.log, [taken(1)])
        until(lambda: runner.health().failures >= 1)
        assert bench.letters() == [] and runner.engine.progress.position == 0
        with bench.connect() as connection:
            connection.execute("ALTER TABLE hidden RENAME TO names")
        until(lambda: runner.engine.progress.position == 1)
    assert bench.rows("SELECT count(*) FROM names") == [(1,)]


def test_of_two_engines_one_stands_by_until_the_other_is_gone(bench: Bench) -> None:
    first, second = bench.engine(), bench.engine()
    with running(second) as standby:
        until(lambda: standby.health().state == EngineState.FOLLOWING)
        with running(first) as other:
            until(lambda: other.health().state == EngineState.STANDING_BY)
            record(bench.log, [taken(1)])
            until(lambda: other.health().position == 1)
        assert other.health().state == EngineState.STOPPED
    third = bench.engine()
    with running(third) as heir:
        until(lambda: heir.health().state == EngineState.FOLLOWING)


def test_whoever_waits_for_a_position_is_woken_when_it_is_reached() -> None:
    progress = Progress()

    async def waits() -> Position:
        waiting = asyncio.create_task(progress.moved(60))
        await asyncio.sleep(0)
        Thread(target=progress.reached, args=[Position(5)]).start()
        await waiting
        return progress.position

    assert asyncio.run(waits()) == 5
    assert progress.waiting == {}


def test_the_next_start_tries_again_what_could_not_be_taken_in(bench: Bench) -> None:
    record(bench.log, [taken(1), released(1), taken(2)])
    broken = with_broken_fold(NAMES, lambda r: type(r.event).__name__ == "NameReleased")
    catch_up(bench.engine(broken)).close()
    assert len(bench.letters()) == 1
    with running(bench.engine(broken)) as runner:
        until(lambda: runner.health().parked == 1)
    with running(bench.engine()) as runner:
        until(lambda: bench.letters() == [])
        until(lambda: runner.health().state == EngineState.FOLLOWING)
        assert runner.health().parked == 0
    assert bench.rows("SELECT from_position FROM names ORDER BY name_id") == [(2,), (3,)]


def test_views_rebuilt_by_another_process_stop_neither_the_engine_nor_readers(
    bench: Bench,
) -> None:
    bench.engine().close()
    failed: list[Exception] = []
    done = Event()

    def read() -> None:
        with bench.connect() as connection:
            while not done.is_set():
                try:
                    connection.execute(
                        "SELECT (SELECT count(*) FROM names n JOIN bearers USING (bearer)),"
                        " (SELECT count(*) FROM names_past)"
                    )
                except Exception as error:
                    failed.append(error)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    with running(bench.engine()) as runner:
        other = Engine(bench.log, VIEWS, bench.connect)
        for number in range(12):
            record(bench.log, [taken(number % 3, number % 2), taken(50 + number)])
            rebuild(other, VIEWS if number % 3 else ["names"])
        other.close()
        until(lambda: runner.engine.progress.position == bench.log.last())
        assert runner.health().last_error is None
    done.set()
    for reader in readers:
        reader.join()
    assert failed == []
    live = bench.contents()
    engine = bench.engine()
    rebuild(engine, VIEWS)
    assert bench.contents() == live
    assert bench.rows("SELECT sum(times) FROM names") == [(24,)]
    engine.close()
