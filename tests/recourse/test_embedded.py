from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from recourse import embedded
from recourse.embedded import EmbeddedServerFailed, Server
from tests.databases import FAST
from tests.databases import data_directory as new_directory

USE = """
import sys
from pathlib import Path
from recourse import embedded
with embedded.running(Path(sys.argv[1])) as server:
    print("in use", flush=True)
    sys.stdin.read()
"""


def postmaster(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def answers(server: Server) -> bool:
    with psycopg.connect(server.url()) as connection:
        return connection.execute("SELECT true").fetchone() == (True,)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Server]:
    """A server that was made once; it is stopped."""
    with new_directory() as directory:
        with embedded.running(directory, FAST) as server:
            pass
        yield server


@pytest.fixture
def another(prepared: Server) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the same server."""
    with subprocess.Popen(
        [sys.executable, "-c", USE, str(prepared.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stdout.readline() == "in use\n"
        yield process
        process.kill()


def test_it_runs_while_it_is_used(prepared: Server) -> None:
    with embedded.running(prepared.directory, FAST) as server:
        assert answers(server)
        with embedded.running(prepared.directory, FAST) as same:
            assert answers(same)
        assert answers(server)
    assert not prepared.is_running()
    assert not (prepared.data / "postmaster.pid").exists()


def test_processes_share_it_and_the_last_one_stops_it(
    prepared: Server, another: subprocess.Popen[str]
) -> None:
    with embedded.running(prepared.directory) as server:
        assert answers(server)
    assert answers(prepared)
    another.communicate("")
    assert another.returncode == 0
    assert not prepared.is_running()


def test_a_killed_process_no_longer_counts_as_using_it(
    prepared: Server, another: subprocess.Popen[str]
) -> None:
    another.kill()
    another.wait()
    assert answers(prepared)  # nobody was left to stop it
    with embedded.running(prepared.directory) as server:
        assert answers(server)
    assert not prepared.is_running()


def test_it_starts_again_after_it_was_killed(prepared: Server) -> None:
    with embedded.running(prepared.directory, FAST) as server:
        database = embedded.ensure_database(server, "survivor")
        os.kill(postmaster(server), signal.SIGKILL)
    with embedded.running(prepared.directory, FAST):
        assert embedded.ensure_database(server, "survivor") == database
        with psycopg.connect(database.url) as connection:
            assert connection.info.dbname == "survivor"


def test_a_note_that_names_another_program_s_process_is_not_believed(prepared: Server) -> None:
    (prepared.data / "postmaster.pid").write_text(f"{os.getpid()}\n{prepared.data}\n")
    with embedded.running(prepared.directory, FAST) as server:
        assert answers(server)
    assert psutil.pid_exists(os.getpid())


def test_nobody_else_may_read_its_data(prepared: Server) -> None:
    with embedded.running(prepared.directory, FAST) as server:
        everything = stat.S_IRWXG | stat.S_IRWXO
        assert not server.data.stat().st_mode & everything
        assert not (server.sockets / ".s.PGSQL.5432").stat().st_mode & everything
        listing = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
        assert not server.directory.stat().st_mode & listing


def test_an_interrupted_creation_is_begun_anew(data_directory: Path) -> None:
    unfinished = data_directory / "data" / f"postgres-{embedded.MAJOR}.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text(f"{embedded.MAJOR}\n")
    with embedded.running(data_directory / "data", FAST) as server:
        assert answers(server)
    assert not unfinished.exists()


def test_a_long_path_has_its_socket_elsewhere(data_directory: Path) -> None:
    with embedded.running(data_directory / ("long" * 30), FAST) as server:
        assert server.sockets != server.data
        assert answers(server)
    assert not server.sockets.exists()


def test_what_is_in_the_way_is_named(data_directory: Path) -> None:
    (data_directory / f"postgres-{embedded.MAJOR}.unfinished").symlink_to(data_directory)
    with (
        pytest.raises(EmbeddedServerFailed, match="in the way"),
        embedded.running(data_directory),
    ):
        pytest.fail("it must not start")


def test_a_server_that_cannot_start_says_why(prepared: Server) -> None:
    with (
        pytest.raises(EmbeddedServerFailed, match="no_such_parameter(.|\n)*DATABASE_URL"),
        embedded.running(prepared.directory, {"no_such_parameter": "1"}),
    ):
        pytest.fail("it must not start")


def test_the_directory_is_the_one_named_or_the_system_s(data_directory: Path) -> None:
    assert embedded.default_directory({"RECOURSE_DATA_DIR": str(data_directory)}) == data_directory
    assert embedded.default_directory({}).name == "recourse"
    assert embedded.default_directory({}).is_absolute()
