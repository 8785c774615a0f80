"""The machine that feeds the views loses its network: it is given up within seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from application.log import EventLog
from application.migrating import migrate
from projections.rebuilding import rebuild
from recourse import embedded
from tests.databases import FAST, data_directory
from tests.faults.network import CannotBeMade, Network, network
from tests.faults.test_killed_projector import holder, killed, load, shown, started
from tests.projections.names import VIEWS, Bench
from tests.projections.test_running import until

LOOKS = 2_400  # a minute: several of PostgreSQL's time limits for a peer that is silent

pytestmark = [
    pytest.mark.skipif(
        "RECOURSE_SOAK" not in os.environ, reason="it waits for time limits: `make soak` does"
    ),
    pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="it needs a server of its own"),
]


@pytest.fixture
def joined() -> Iterator[Network]:
    with ExitStack() as stack:
        try:
            joined = stack.enter_context(network())
        except CannotBeMade as error:
            pytest.skip(str(error))
        yield joined


@pytest.fixture
def reached(joined: Network) -> Iterator[Bench]:
    """A database that is reached from this machine, and over the network."""
    listening = {**FAST, "listen_addresses": joined.here}
    with data_directory() as place, embedded.running(place, listening) as server:
        with (server.data / "pg_hba.conf").open("a") as allowed:
            allowed.write(f"host all all {joined.there}/32 trust\n")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        database = embedded.ensure_database(server)
        migrate(database)
        with EventLog(database) as log:
            yield Bench(database, log)


def over(joined: Network, bench: Bench) -> Bench:
    """The same, as it is reached from the other end of the network."""
    url = make_conninfo(bench.database.url, host=joined.here)
    return replace(bench, database=replace(bench.database, url=url))


def test_another_takes_over_from_a_machine_without_a_network(
    joined: Network, reached: Bench
) -> None:
    """Also while word of appends is on its way there, so that PostgreSQL does not look whether it
    is there; and when the network is back, the first stands by and writes nothing twice."""

    def fed() -> int | None:
        """Who feeds the views, after more was fed to them."""
        load(reached, 20)
        until(lambda: shown(reached) == reached.log.last(), LOOKS)
        return holder(reached)

    reached.engine().close()
    with ExitStack() as stack:
        first = started(over(joined, reached), "feed", *joined.within)
        stack.callback(first.kill)
        until(lambda: holder(reached) is not None, LOOKS)
        second = started(reached, "feed")
        stack.callback(second.kill)
        began = fed()
        joined.cut()
        taken_over = fed()
        assert taken_over not in (None, began)
        joined.join()
        assert fed() == taken_over
        killed(second)
        assert fed() not in (None, began, taken_over)
        killed(first)
    engine = reached.engine()
    assert [done.differs for done in rebuild(engine, VIEWS)] == [False, False]
    engine.close()
