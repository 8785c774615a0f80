from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from application.database import Database
from application.log import EventLog, Unavailable
from application.migrating import migrate
from projections.engine import Engine
from projections.progress import Progress
from projections.replaying import differences, replay
from recourse import embedded
from tests.faults.giving import LONGER, assert_each_once, given, numbers_in
from tests.projections.names import VIEWS, Bench, record, released, taken
from tests.projections.test_running import running


def stream_of_commands(database: Database, count: int) -> subprocess.Popen[str]:
    """A process that gives so many commands, and says which are acknowledged."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.faults.giving"),
            *(database.url, database.schema, str(database.roles_log_in), str(count)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged_before_kill(process: subprocess.Popen[str], after: int) -> set[int]:
    """Kill the process once it has acknowledged so many commands; all that it acknowledged."""
    with process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(after)]
        process.kill()
        told += process.stdout.read().splitlines()
    assert process.returncode == -signal.SIGKILL
    return {int(line) for line in told if line.strip()}


def test_a_killed_process_loses_no_acknowledged_command_and_doubles_none(
    database: Database,
) -> None:
    count, acknowledged = 1000, set()
    with EventLog(database) as log:
        for kill in range(1, 3 + LONGER):
            process = stream_of_commands(database, count)  # the same ids, from the first
            acknowledged |= acknowledged_before_kill(process, after=kill * 60)
            assert acknowledged <= set(numbers_in(log))
        assert len(numbers_in(log)) < count
        last = stream_of_commands(database, count)
        last.communicate()
        assert last.returncode == 0
        assert_each_once(log, range(count))


@pytest.fixture
def own_server(data_directory: Path) -> Iterator[embedded.Server]:
    """A server that keeps its promises, to be killed."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the server of TEST_DATABASE_URL is not ours to kill")
    with embedded.running(data_directory) as server:
        yield server


def kill(server: embedded.Server) -> None:
    os.kill(int((server.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def test_a_killed_database_loses_no_acknowledged_command_and_doubles_none(
    own_server: embedded.Server,
) -> None:
    count = 200 * LONGER
    database = embedded.ensure_database(own_server)
    migrate(database)
    with EventLog(database) as log, ThreadPoolExecutor(4) as clients:
        answers = [clients.submit(given, log, number) for number in range(count)]
        for part in (4, 2):
            answers[count // part].result()
            kill(own_server)
            sleep(0.05)
            with embedded.alone(own_server):
                embedded.start(own_server)
        receipts = [answer.result() for answer in answers]
        assert len({receipt.position for receipt in receipts}) == count
        assert_each_once(log, range(count))


def test_views_of_a_database_that_was_killed_hold_what_the_log_says(
    own_server: embedded.Server,
) -> None:
    """Their pages are not waited for until they are on the disk: what is lost is folded again."""
    database = embedded.ensure_database(own_server)
    migrate(database)
    done = Event()

    def write(bench: Bench) -> None:
        for number in cycle(range(7)):
            if done.is_set():
                break
            with suppress(Unavailable):
                record(bench.log, [taken(number, number % 3), released(number)])

    with EventLog(database) as log, ThreadPoolExecutor(1) as writers:
        bench = Bench(database, log)
        progress = Progress()
        with running(bench.engine(progress=progress)):
            writing = writers.submit(write, bench)
            for _ in range(LONGER):
                wanted = progress.position + 50
                while progress.position < wanted:
                    sleep(0.01)
                kill(own_server)
                with embedded.alone(own_server):
                    embedded.start(own_server)
            done.set()
            writing.result()
            while progress.position != log.last():
                sleep(0.01)
        engine = Engine(log, VIEWS, bench.connect)
        assert list(differences(engine, replay(engine, log.last()), log.last())) == []
        assert bench.letters() == []
        engine.close()
