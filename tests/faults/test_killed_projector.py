"""Views after their engine was killed: exactly what a rebuild makes of the log."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
from psycopg import connect

from application.log import EventLog
from application.recorded import Position
from projections.engine import Overtaken
from projections.rebuilding import rebuild
from projections.replaying import differences, replay
from projections.running import LEASE
from tests.faults.giving import LONGER
from tests.projections.names import VIEWS, Bench, record, released, taken
from tests.projections.test_running import until

NAMES = 7


def started(bench: Bench, work: str, *within: str) -> subprocess.Popen[str]:
    """`within` is a command that runs the one that follows it."""
    database = bench.database
    return subprocess.Popen(
        [
            *within,
            *(sys.executable, "-m", "tests.faults.projecting"),
            *(database.url, database.schema, str(database.roles_log_in), work),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def shown(bench: Bench) -> int:
    [[position]] = bench.rows("SELECT position FROM checkpoint")
    return int(position)


def load(bench: Bench, events: int) -> None:
    for number in range(events):
        record(bench.log, [taken(number % NAMES, number % 3), released(number % NAMES)])


def test_a_projector_killed_under_load_leaves_what_a_rebuild_makes(
    bench: Bench, log: EventLog
) -> None:
    bench.engine().close()
    for _ in range(2 + LONGER):
        load(bench, 25)
        before = shown(bench)
        process = started(bench, "feed")
        until(lambda: shown(bench) > before)  # noqa: B023
        load(bench, 25)
        killed(process)
        load(bench, 5)
    process = started(bench, "feed")
    until(lambda: shown(bench) == log.last())
    killed(process)
    live = bench.contents()
    engine = bench.engine()
    assert [done.differs for done in rebuild(engine, VIEWS)] == [False, False]
    assert bench.contents() == live and live["names_past"]
    assert list(differences(engine, replay(engine, log.last()), log.last())) == []
    engine.close()


def test_a_rebuild_that_was_killed_goes_on_where_it_was(bench: Bench, log: EventLog) -> None:
    record(log, [taken(number) for number in range(2_000)])
    load(bench, 20)
    engine = bench.engine()
    while engine.step():
        pass
    live = bench.contents()
    process = started(bench, str(2**20))  # bytes: so that it takes several parts
    until(lambda: folded(bench) > 0)
    killed(process)
    finished = folded(bench)
    assert bench.contents() == live
    positions: list[int] = []
    rebuild(engine, VIEWS, lambda reached, goal: positions.append(reached), memory=2**20)
    assert bench.contents() == live
    assert min(positions) >= finished * log.last() // 256
    assert bench.rows("SELECT count(*) FROM builds") == [(0,)]
    assert bench.rows("SELECT to_regclass('names_next'), to_regclass('names_old')") == [
        (None, None)
    ]
    engine.close()


def folded(bench: Bench) -> int:
    """How many buckets an unfinished rebuild has finished."""
    found = bench.rows("SELECT folded FROM builds WHERE view = 'names' AND NOT indexed")
    return int(found[0][0]) if found else 0


def holder(bench: Bench) -> int | None:
    """The backend of the process whose turn it is to feed the views."""
    with bench.connect() as connection:
        return LEASE.holder(connection)


def test_of_two_processes_one_feeds_and_the_other_takes_over_when_it_is_killed(
    bench: Bench, log: EventLog
) -> None:
    bench.engine().close()
    first = started(bench, "feed")
    until(lambda: holder(bench) is not None)
    began = holder(bench)
    second = started(bench, "feed")
    load(bench, 20)
    until(lambda: shown(bench) == log.last())
    assert holder(bench) == began, "the second stands by"
    killed(first)
    load(bench, 20)
    until(lambda: shown(bench) == log.last())
    assert holder(bench) not in (None, began)
    killed(second)
    engine = bench.engine()
    assert [done.differs for done in rebuild(engine, VIEWS)] == [False, False]
    engine.close()


def ended(bench: Bench, backend: int | None) -> None:
    """As an operator ends the connection of a process that hangs."""
    with connect(bench.database.conninfo(), autocommit=True) as connection:
        done = connection.execute("SELECT pg_terminate_backend(%s, 10000)", [backend]).fetchone()
    assert done == (True,)


def test_a_process_that_hangs_keeps_its_turn_until_it_is_ended_and_then_writes_nothing_twice(
    bench: Bench, log: EventLog
) -> None:
    """Wherever it was, also within a page; it goes on later without knowing of what happened."""
    bench.engine().close()
    with ExitStack() as stack:
        feeding = started(bench, "feed")
        stack.callback(feeding.kill)
        until(lambda: holder(bench) is not None)
        standing_by = started(bench, "feed")
        stack.callback(standing_by.kill)
        for _ in range(1 + LONGER):
            load(bench, 10)
            feeding.send_signal(signal.SIGSTOP)
            began, last = holder(bench), log.last()
            load(bench, 10)
            assert began and holder(bench) == began and shown(bench) <= last
            ended(bench, began)
            until(lambda: shown(bench) == log.last())
            assert holder(bench) not in (None, began)
            feeding.send_signal(signal.SIGCONT)
            load(bench, 10)
            until(lambda: shown(bench) == log.last())
            feeding, standing_by = standing_by, feeding
        killed(feeding)
        killed(standing_by)
    engine = bench.engine()
    assert [done.differs for done in rebuild(engine, VIEWS)] == [False, False]
    engine.close()


def test_a_process_that_lost_its_turn_unawares_writes_nothing_more(
    bench: Bench, log: EventLog
) -> None:
    """Fenced by the checkpoint: whoever is behind it cannot move it."""
    load(bench, 3)
    behind = bench.engine()
    page = log.after(behind.position(), 4)
    other = bench.engine()
    while other.step():
        pass
    live = bench.contents()
    with pytest.raises(Overtaken):
        behind.take_step(Position(0), page)
    assert bench.contents() == live and shown(bench) == log.last()
    behind.close()
    other.close()
