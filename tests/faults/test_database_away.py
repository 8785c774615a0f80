"""The database dies under a server: that says so, lives on, starts it again, and goes on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from uuid import uuid4

import httpx2
import pytest

from application.database import Database
from application.log import EventLog
from projections.catalogue import VIEWS
from projections.reading import Reader, TakesTooLong
from recourse import embedded
from recourse.bootstrap import readers
from tests.databases import data_directory
from tests.recourse.giving import REGISTER, give
from tests.recourse.program import Installed, Serving, ask

STATIONS = "{ stations { totalCount } }"
GRAPHQL = {"Accept": "application/graphql-response+json"}


@pytest.fixture
def serving() -> Iterator[Serving]:
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the server of TEST_DATABASE_URL is not ours to stop")
    with data_directory() as place, Installed(place).serving() as serving:
        yield serving


@contextmanager
def away(serving: Serving) -> Iterator[None]:
    """The database is killed, and nobody can start it again before the end."""
    server = embedded.Server(serving.installed.data_dir)
    with embedded.alone(server):
        process = embedded.process(server)
        assert process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        yield


def test_it_says_that_the_database_is_away_starts_it_again_and_goes_on(serving: Serving) -> None:
    with serving.client("admin") as client:
        first = give(client, uuid4(), uuid4())
        wish = {"station": str(uuid4()), "name": "North", "id": str(uuid4())}
        with away(serving):
            assert_said_so(client)
            outcome = again(client, wish)
            assert (outcome["__typename"], outcome["code"]) == ("Problem", "UNAVAILABLE")
        while (receipt := again(client, wish))["__typename"] != "Receipt":
            sleep(0.1)
        assert receipt["position"] == str(int(str(first["position"])) + 1)
        assert again(client, wish) == receipt
        while client.get("/readyz").status_code != 200:
            sleep(0.1)
        while ask(client, STATIONS)["stations"]["totalCount"] != 2:
            sleep(0.1)
        assert set(client.get("/readyz").json()["workers"].values()) == {"following"}
    assert serving.process.poll() is None


def assert_said_so(client: httpx2.Client) -> None:
    answer = client.post("/graphql", json={"query": STATIONS}, headers=GRAPHQL)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert client.get("/healthz").status_code == 200
    readiness = client.get("/readyz")
    assert readiness.status_code == 503
    assert readiness.json()["because"] == ["The database does not answer."]
    assert "\nrecourse_database_up 0.0\n" in client.get("/metrics").text


def again(client: httpx2.Client, wish: dict[str, str]) -> dict[str, object]:
    outcome: dict[str, object] = ask(client, REGISTER, **wish)["registerStation"]
    return outcome


def test_a_question_that_takes_too_long_is_given_up_and_its_connection_goes_on(
    database: Database, log: EventLog
) -> None:
    async def asked() -> None:
        pool = readers(database, seconds=0.05)
        async with Reader(VIEWS, pool, log) as reader:
            for _ in range(3):
                with pytest.raises(TakesTooLong):
                    await reader.rows(b"SELECT pg_sleep(60)", {})
                assert await reader.rows(b"SELECT 1", {}) == [(1,)]
            assert pool.get_stats().get("connections_lost", 0) == 0

    asyncio.run(asked())
