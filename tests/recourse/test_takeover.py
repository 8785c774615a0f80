"""Several server processes on one database: one is active, and the others take over."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import sleep
from uuid import uuid4

import httpx2
import psycopg

from recourse.exits import Exit
from tests.recourse.giving import Sent, assert_each_once, give, stream
from tests.recourse.program import Installed, Serving

COMMANDS = 400 if "RECOURSE_SOAK" in os.environ else 40  # acknowledged between two disturbances
HOLD_APPENDS = """
SELECT pg_advisory_lock((1380270927::bigint << 32) | 'recourse.events'::regclass::oid::bigint)
"""
WAIT = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def how(serving: Serving) -> dict[str, object]:
    answer: dict[str, object] = httpx2.get(f"{serving.address}/readyz", timeout=60).json()
    return answer


def active(servers: list[Serving], part: str) -> Serving:
    """Wait until one of them is active for the part, and all are ready; never two are."""
    while True:
        seen = [how(serving) for serving in servers]
        states = [each["workers"][part] for each in seen]  # type: ignore[index]
        assert states.count("following") <= 1
        if "following" in states and all(each["status"] == "ready" for each in seen):
            return servers[states.index("following")]
        sleep(0.1)


def caught_up(servers: list[Serving]) -> None:
    """Wait until everything that follows the log has seen all of it."""
    while True:
        told = how(servers[0])
        if told["views"]["lag"] == told["reactions"]["lag"] == 0:  # type: ignore[index]
            return
        sleep(0.1)


def test_the_others_take_over_and_nothing_is_lost_or_doubled(installed: Installed) -> None:
    installed.run("migrate").succeeded()
    sent = Sent()
    with ExitStack() as stack:
        servers = [stack.enter_context(installed.serving()) for _ in range(3)]
        clients = stack.enter_context(ThreadPoolExecutor(len(servers)))
        wanted = COMMANDS
        streams = [clients.submit(stream, each, sent, 3 * COMMANDS) for each in servers]
        for sign in (signal.SIGKILL, signal.SIGTERM):
            while len(sent.receipts) < wanted:
                sleep(0.01)
            leaving = active(servers, "views")
            os.kill(leaving.process.pid, sign)
            servers.remove(leaving)
            assert active(servers, "views") is not leaving
            assert active(servers, "reactions") is not leaving
            assert leaving.process.wait(120) == (-sign if sign == signal.SIGKILL else Exit.DONE)
            wanted = len(sent.receipts) + COMMANDS
        while len(sent.receipts) < wanted:
            sleep(0.01)
        [last] = servers
        sent.over.set()
        for each in streams:
            each.result()
        assert_each_once(last, sent)
        caught_up(servers)
        doctor = installed.json("doctor")
        assert doctor["faults"] == []
        [process] = doctor["processes"]
        assert process["process"].endswith(f":{last.process.pid}")
        assert process["active for"] == ["views", "reactions"]
    assert installed.json("replay")["differences"] == []


def test_told_to_stop_it_answers_what_is_under_way(installed: Installed) -> None:
    installed.run("migrate").succeeded()
    with (
        installed.serving() as serving,
        serving.client("admin") as client,
        psycopg.connect(str(installed.database_url), autocommit=True) as holding,
        ThreadPoolExecutor(1) as clients,
    ):
        holding.execute(HOLD_APPENDS)
        id, station = uuid4(), uuid4()
        answer = clients.submit(give, client, id, station)
        while holding.execute(WAIT).fetchone() == (0,):
            sleep(0.01)
        serving.process.send_signal(signal.SIGTERM)
        while listens(serving):
            sleep(0.01)
        holding.execute("SELECT pg_advisory_unlock_all()")
        assert answer.result()["commandId"] == str(id)
        assert serving.process.wait(120) == Exit.DONE


def listens(serving: Serving) -> bool:
    try:
        httpx2.get(f"{serving.address}/healthz", timeout=60)
    except httpx2.ConnectError:
        return False
    return True


def test_the_parts_run_apart_from_those_who_serve(installed: Installed) -> None:
    installed.run("migrate").succeeded()
    with (
        installed.serving("--without", "views", "--without", "reactions") as serving,
        installed.serving(command="work") as working,
        serving.client("admin") as client,
    ):
        assert how(serving)["workers"] == {}
        give(client, uuid4(), uuid4())
        assert active([working], "views") is active([working], "reactions")
        caught_up([serving])
        assert httpx2.post(f"{working.address}/graphql", timeout=60).status_code == 404
