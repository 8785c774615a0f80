"""kill -9 of the server, and of its database, under a stream of commands from several clients."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from recourse import embedded
from tests.recourse.giving import Sent, assert_each_once, stream
from tests.recourse.program import Installed, Serving

CLIENTS = 4
ROUNDS = 6 if "RECOURSE_SOAK" in os.environ else 2
COMMANDS = 60  # acknowledged in a round before the kill


def kill(serving: Serving, *, database_too: bool) -> None:
    """No goodbye: neither process gets to finish anything."""
    os.kill(serving.process.pid, signal.SIGKILL)
    if database_too:
        data = embedded.Server(serving.installed.data_dir).data
        os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def disturbed(installed: Installed, sent: Sent, *, database_too: bool) -> None:
    wanted = len(sent.receipts) + COMMANDS
    sent.enough.clear()
    with installed.serving() as serving, ThreadPoolExecutor(CLIENTS) as clients:
        streams = [clients.submit(stream, serving, sent, wanted) for _ in range(CLIENTS)]
        assert sent.enough.wait(120)
        kill(serving, database_too=database_too)
        for each in streams:
            each.result()


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="it kills the database server")
def test_no_acknowledged_command_is_lost_and_none_is_doubled(of_its_own):
    sent = Sent()
    for number in range(ROUNDS):
        disturbed(of_its_own, sent, database_too=bool(number % 2))
    with of_its_own.serving() as serving:
        assert_each_once(serving, sent)
    assert of_its_own.json("replay")["differences"] == []
