"""What the program shows to those who watch over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.tokens import DevelopmentIssuer
from application.database import Database
from application.handling_together import handle_all
from domain.messages import Role
from recourse.bootstrap import Part, Program, caught_up
from recourse.web import looked_after, web
from tests.api import asking
from tests.api.asking import Asking, identity
from tests.clock import Clock
from tests.faults.giving import instruction

LOOPBACK = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)
TRACE = "0af7651916cd43dd8448eb211c80319c"
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
STATION = "{ stations { totalCount } }"


@pytest.fixture
def program(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Program]:
    with asking.program(database, tmp_path, clock) as program:
        yield program


@pytest.fixture
def issuer(program: Program) -> DevelopmentIssuer:
    settings = program.settings
    return DevelopmentIssuer.on(settings.data_dir, LOOPBACK[0], program.clock, None)


@pytest.fixture
def here(program: Program, issuer: DevelopmentIssuer) -> Iterator[Asking]:
    """Somebody on the same machine."""
    with TestClient(web(program, issuer.verifier()), client=LOOPBACK) as client:
        yield Asking(program, client, issuer, identity(Role.ADMIN))


def samples(text: str) -> dict[tuple[str, str], float]:
    """What was measured, by name and labels."""
    return {(name, labels): float(value) for name, labels, value in SAMPLE.findall(text)}


def measured(here: Asking) -> dict[tuple[str, str], float]:
    answer = here.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return samples(answer.text)


def register(here: Asking, name: str = "North", **given: object) -> dict[str, object]:
    given = {"stationId": str(uuid4()), "name": name} | given
    outcome: dict[str, object] = here.do("registerStation", given)
    return outcome


# ── /healthz and /readyz ────────────────────────────────────────────────────


def test_alive_is_said_without_asking_the_database(here: Asking, stopped: None) -> None:
    answer = here.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.fixture
def stopped(here: Asking) -> Iterator[None]:
    """The database lets nobody in."""
    database = here.program.database
    [name] = re.findall(r"dbname=(\w+)", database.conninfo())
    with psycopg.connect(database.url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # type: ignore[arg-type]
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")  # type: ignore[arg-type]


def test_ready_says_how_far_everything_is(here: Asking) -> None:
    register(here)
    caught_up(here.program)
    answer = here.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "workers": {},
        "position": "1",
        "views": {"position": 1, "lag": 0, "seconds": 0.0},
        "reactions": {"position": 0, "lag": 1, "seconds": answer.json()["reactions"]["seconds"]},
        "dead_letters": 0,
        "parked_rows": 0,
        "refused_reactions": 0,
    }


def test_without_its_database_nothing_is_ready_and_it_recovers_by_itself(
    here: Asking, request: pytest.FixtureRequest
) -> None:
    assert here.client.get("/readyz").status_code == 200
    request.getfixturevalue("stopped")
    answer = here.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["because"] == ["The database does not answer."]


def test_views_that_are_far_behind_are_not_ready_and_say_so(here: Asking) -> None:
    register(here)  # at noon of a day long past, and nothing takes it into the views
    answer = here.client.get("/readyz")
    assert answer.status_code == 503
    [because] = answer.json()["because"]
    assert because.startswith("The views have not seen the last 1 events; ")
    assert because.endswith(" s, and 30 s are allowed.")
    caught_up(here.program)
    assert here.client.get("/readyz").status_code == 200


def test_a_database_that_lacks_a_migration_is_not_ready(here: Asking) -> None:
    with psycopg.connect(here.program.database.conninfo(), autocommit=True) as connection:
        connection.execute("DELETE FROM migrations WHERE name = '0012_reactions.sql'")
    answer = here.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["because"] == [
        "The database lacks 0012_reactions.sql. Run `recourse migrate`."
    ]


def test_dead_letters_are_shown_and_do_not_make_it_unready(here: Asking) -> None:
    with psycopg.connect(here.program.database.conninfo(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO dead_letters (view, key, position, attempts) "
            "VALUES ('claims', 'a', 1, 1), ('claims', 'a', 2, 1), ('claims', 'b', 3, 1)"
        )
    answer = here.client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["dead_letters"], answer.json()["parked_rows"]) == (3, 2)
    found = measured(here)
    assert found["recourse_view_dead_letters", 'view="claims"'] == 3
    assert found["recourse_view_parked_rows", 'view="claims"'] == 2
    assert found["recourse_view_parked_rows", 'view="stations"'] == 0


# ── /metrics ────────────────────────────────────────────────────────────────


def test_commands_are_measured_by_what_came_of_them(here: Asking) -> None:
    station, id = str(uuid4()), str(uuid4())
    for _ in range(2):
        here.do("registerStation", {"stationId": station, "name": "North"}, commandId=id)
    here.as_(Role.AUDITOR).do("registerStation", {"stationId": str(uuid4()), "name": "South"})
    found = measured(here)
    for outcome in ("done", "repeated", "forbidden"):
        labels = f'command="RegisterStation",outcome="{outcome}"'
        assert found["recourse_commands_total", labels] == 1
        assert found["recourse_command_duration_seconds_count", f'outcome="{outcome}"'] == 1
    assert found["recourse_append_duration_seconds_count", 'outcome="appended"'] == 1
    assert found["recourse_append_events_sum", ""] == 1
    assert found["recourse_graphql_requests_total", 'operation="mutation",outcome="ok"'] == 3
    assert found["recourse_http_requests_total", 'outcome="200",route="POST /graphql"'] == 3


def test_commands_that_are_carried_out_together_are_measured_as_any_others(here: Asking) -> None:
    asked = [instruction(number) for number in (1, 2, 1)]
    handle_all(here.program.log, [replace(each, id=uuid4()) for each in asked])
    found = measured(here)
    for outcome, times in (("done", 2), ("conflict", 1)):
        labels = f'command="RegisterStation",outcome="{outcome}"'
        assert found["recourse_commands_total", labels] == times
        assert found["recourse_command_duration_seconds_count", f'outcome="{outcome}"'] == times
    waited = found["recourse_command_duration_seconds_sum", 'outcome="done"']
    assert waited > 2 * found["recourse_commit_duration_seconds_sum", 'outcome="done"'] > 0


def test_questions_are_measured_by_what_came_of_them(here: Asking) -> None:
    here.as_(Role.AUDITOR).ask(STATION)
    here.as_(Role.CUSTOMER).post(STATION)
    here.post("{ nonsense }")
    found = measured(here)
    for operation, outcome in (
        ("query", "ok"),
        ("query", "forbidden"),
        ("", "unprocessable_entity"),
    ):
        labels = f'operation="{operation}",outcome="{outcome}"'
        assert found["recourse_graphql_requests_total", labels] == 1
    assert found["recourse_read_duration_seconds_count", 'outcome="done"'] == 1


def test_a_head_that_moves_while_a_checkpoint_does_not_is_seen(here: Asking) -> None:
    register(here)
    caught_up(here.program)
    register(here, "South")
    found = measured(here)
    assert found["recourse_log_position", ""] == 2
    assert found["recourse_views_position", ""] == 1
    assert found["recourse_views_lag_events", ""] == 1
    assert found["recourse_views_lag_seconds", ""] > 0
    assert found["recourse_reactions_lag_events", ""] == 2
    assert found["recourse_page_events_sum", ""] == 1


def test_without_its_database_the_metrics_say_so(here: Asking, stopped: None) -> None:
    found = measured(here)
    assert found["recourse_database_up", ""] == 0
    assert ("recourse_log_position", "") not in found


def test_what_leads_nowhere_is_measured_under_one_name(here: Asking) -> None:
    for path in ("/one", "/two", "/files/secret-name"):
        here.client.get(path)
    routes = {labels for name, labels in measured(here) if name == "recourse_http_requests_total"}
    assert routes == {
        'outcome="404",route="GET other"',
        'outcome="401",route="GET /files/{sha256}"',
    }


def test_metrics_are_for_who_may_look_after_the_program(
    program: Program, issuer: DevelopmentIssuer
) -> None:
    with TestClient(web(program, issuer.verifier()), client=ELSEWHERE) as client:
        assert client.get("/metrics").status_code == 401
        for role, status in ((Role.ADMIN, 200), (Role.FINANCE, 401)):
            token = issuer.issue(identity(role))
            headers = {"Authorization": f"Bearer {token}"}
            assert client.get("/metrics", headers=headers).status_code == status


def test_metrics_are_for_this_machine_but_not_for_whom_it_asks_for(here: Asking) -> None:
    assert here.client.get("/metrics").status_code == 200
    for header in ("Forwarded", "X-Forwarded-For"):
        assert here.client.get("/metrics", headers={header: "for=1.2.3.4"}).status_code == 401


def test_two_programs_in_one_process_measure_apart(
    database: Database, tmp_path: Path, clock: Clock, here: Asking
) -> None:
    with asking.program(database, tmp_path, clock) as other:
        register(here)
        names = {name for name, _ in measured(here)}
        assert "recourse_commands_total" in names
        registry = other.observations.metrics.registry
        assert registry.get_sample_value("recourse_append_events_count") == 0


# ── what belongs together ───────────────────────────────────────────────────


def test_events_belong_to_the_trace_that_the_client_named(here: Asking) -> None:
    here.client.headers["traceparent"] = f"00-{TRACE}-b7ad6b7169203331-01"
    register(here)
    [record] = here.program.log.after(here.program.log.last() - 1, 1)  # type: ignore[arg-type]
    assert record.envelope.correlation_id.hex == TRACE


def test_commands_of_one_request_belong_together_also_without_a_trace(here: Asking) -> None:
    for name in ("North", "South"):
        register(here, name)
    first, second = here.program.log.after(0, 2)  # type: ignore[arg-type]
    assert first.envelope.correlation_id != second.envelope.correlation_id


def test_a_process_that_serves_nothing_shows_how_it_fares(
    program: Program, issuer: DevelopmentIssuer
) -> None:
    with TestClient(looked_after(program, issuer.verifier()), client=LOOPBACK) as client:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert client.get(path).status_code == 200
        assert client.post("/graphql").status_code == 404


def test_the_states_of_the_parts_it_plays_are_shown(
    program: Program, issuer: DevelopmentIssuer
) -> None:
    program = replace(program, parts=frozenset({Part.VIEWS}))
    with TestClient(web(program, issuer.verifier()), client=LOOPBACK) as client:
        assert client.get("/readyz").json()["workers"] == {"views": "starting"}
        labels = 'state="starting",worker="views"'
        assert samples(client.get("/metrics").text)["recourse_worker_state", labels] == 1
