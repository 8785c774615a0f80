"""Spans: who asked for what within what, and nothing of what people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.tokens import DevelopmentIssuer
from application.database import Database
from application.handling_together import handle_all
from application.instruction import Instruction
from application.recorded import Channel
from domain.messages import Role
from domain.registry.station import RegisterStation
from recourse.bootstrap import Program
from recourse.observing import Observations
from recourse.settings import SettingsInvalid
from recourse.tracing import NOW_AND_THEN, SELDOM, Tracing, exporting, tracing
from recourse.web import web
from tests.api import asking
from tests.api.asking import Asking, identity
from tests.clock import NOON, Clock
from tests.scenario import ADAM

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRET = "Wang Xiaoming"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(
    database: Database, tmp_path: Path, clock: Clock, spans: InMemorySpanExporter
) -> Iterator[Asking]:
    """A service whose spans are kept."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    observations = Observations({})
    observations.tracing = Tracing(provider, provider.get_tracer("tests"))
    with asking.program(database, tmp_path, clock) as program:
        program.log.observer = observations
        program.log.recorder.observe(observations)
        with asked(replace(program, observations=observations), tmp_path, clock) as asking_it:
            yield asking_it
    provider.shutdown()


@contextmanager
def asked(program: Program, place: Path, clock: Clock) -> Iterator[Asking]:
    issuer = DevelopmentIssuer.on(place, "127.0.0.1", clock, None)
    with TestClient(web(program, issuer.verifier())) as client:
        yield Asking(program, client, issuer, identity(Role.ADMIN))


def told(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def parent_of(span: ReadableSpan, found: dict[str, ReadableSpan]) -> str | None:
    """The name of the span within which it was."""
    for name, other in found.items():
        if other.context and span.parent and other.context.span_id == span.parent.span_id:
            return name
    return None


def test_a_command_is_traced_from_the_client_to_the_append(
    traced: Asking, spans: InMemorySpanExporter
) -> None:
    traced.client.headers["traceparent"] = f"00-{TRACE}-{PARENT}-01"
    traced.do("registerStation", {"stationId": str(uuid4()), "name": SECRET})
    found = told(spans)
    assert {name: parent_of(span, found) for name, span in found.items()} == {
        "POST /graphql": None,
        "question mutation": "POST /graphql",
        "command RegisterStation": "question mutation",
        "load": "command RegisterStation",
        "decide RegisterStation": "command RegisterStation",
        "append": "command RegisterStation",
        "commit": None,
    }
    request = found["POST /graphql"]
    assert request.parent and f"{request.parent.span_id:016x}" == PARENT
    commit = found.pop("commit")  # of whoever appends at the time, so it is in nobody's trace
    assert commit.context and f"{commit.context.trace_id:032x}" != TRACE
    assert (commit.attributes or {})["recourse.size"] == 1
    assert {f"{s.context.trace_id:032x}" for s in found.values() if s.context} == {TRACE}
    assert (request.attributes or {})["http.response.status_code"] == 200
    assert (found["append"].attributes or {})["recourse.outcome"] == "appended"
    [event] = traced.program.log.after(traced.program.log.last() - 1, 1)  # type: ignore[arg-type]
    assert event.envelope.correlation_id.hex == TRACE


def test_without_a_trace_of_the_client_the_correlation_is_that_of_ours(
    traced: Asking, spans: InMemorySpanExporter
) -> None:
    traced.do("registerStation", {"stationId": str(uuid4()), "name": SECRET})
    [event] = traced.program.log.after(traced.program.log.last() - 1, 1)  # type: ignore[arg-type]
    context = told(spans)["append"].context
    assert context and event.envelope.correlation_id.int == context.trace_id


def test_spans_tell_nothing_of_what_people_wrote(
    traced: Asking, spans: InMemorySpanExporter
) -> None:
    station = {"stationId": str(uuid4()), "name": SECRET}
    traced.do("registerStation", station, reason=SECRET)
    traced.do("registerStation", station, reason=SECRET)  # refused, in words of people
    traced.post(f"query {{ stations(first: 1) {{ nonsense }} }} # {SECRET}")
    traced.client.get(f"/files/{SECRET}")
    everything = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "rule_broken" in everything or "conflict" in everything or "invalid" in everything
    assert SECRET not in everything and SECRET.split()[0] not in everything
    assert str(station["stationId"]) not in everything


@pytest.fixture
def everyones(monkeypatch: pytest.MonkeyPatch, spans: InMemorySpanExporter) -> None:
    """Whoever asks OpenTelemetry for a provider gets one, as under its automatic set-up."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)


@pytest.mark.usefixtures("everyones")
def test_the_framework_makes_no_spans_of_its_own(
    database: Database, tmp_path: Path, clock: Clock, spans: InMemorySpanExporter
) -> None:
    with (
        asking.program(database, tmp_path, clock) as program,
        asked(program, tmp_path, clock) as asking_it,
    ):
        asking_it.client.get(f"/files/{SECRET}")
    assert not spans.get_finished_spans()


def test_a_planned_read_is_a_span_of_its_question(
    traced: Asking, spans: InMemorySpanExporter
) -> None:
    traced.as_(Role.AUDITOR).ask("{ stations { totalCount } }")
    found = told(spans)
    assert parent_of(found["read"], found) == "question query"


def test_commands_carried_out_together_tell_how_long_they_took(
    traced: Asking, spans: InMemorySpanExporter
) -> None:
    """Each is told of when all of them are over, so its span is none of that time."""
    instructions = [
        Instruction(
            command=RegisterStation(station_id=uuid4(), name=SECRET),
            id=uuid4(),
            actor=ADAM,
            now=NOON,
            channel=Channel.IMPORT,
        )
        for _ in range(2)
    ]
    handle_all(traced.program.log, instructions)
    commands = [s for s in spans.get_finished_spans() if s.name == "command RegisterStation"]
    assert len(commands) == 2
    assert all((s.attributes or {})["recourse.seconds"] > 0 for s in commands)  # type: ignore[operator]


# ── a collector ─────────────────────────────────────────────────────────────


class Collector(ThreadingHTTPServer):
    """Takes spans in as OTLP over HTTP has it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[tuple[str, bytes]] = []  # paths, and what was sent there
        self.status = HTTPStatus.OK
        self.answers = Event()
        self.answers.set()

    @property
    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for _, body in self.taken]
        resources = [each for request in requests for each in request.resource_spans]
        scopes = [scope for resource in resources for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


class Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, body))
        assert self.server.answers.wait(60)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """It says nothing."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as collector:
        serving = Thread(target=collector.serve_forever)
        serving.start()
        monkeypatch.setenv(
            "OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}"
        )
        yield collector
        collector.shutdown()
        serving.join()


def test_what_was_not_sent_yet_is_sent_at_the_end(
    collector: Collector, database: Database, tmp_path: Path, clock: Clock
) -> None:
    with (
        asking.program(database, tmp_path, clock) as program,
        asked(program, tmp_path, clock) as asking_it,
    ):
        asking_it.do("registerStation", {"stationId": str(uuid4()), "name": SECRET})
        asking_it.ask("{ stations { totalCount } }")
    names = {span.span_id: span.name for span in collector.spans}
    assert {span.name: names.get(span.parent_span_id) for span in collector.spans} == {
        "POST /graphql": None,
        "question mutation": "POST /graphql",
        "command RegisterStation": "question mutation",
        "load": "command RegisterStation",
        "decide RegisterStation": "command RegisterStation",
        "append": "command RegisterStation",
        "commit": None,
        "question query": "POST /graphql",
        "read": "question query",
    }
    assert {path for path, _ in collector.taken} == {"/v1/traces"}
    sent = b"".join(body for _, body in collector.taken)
    assert b"service.name" in sent and b"recourse" in sent
    assert SECRET.encode() not in sent


def test_nobody_waits_long_for_a_collector_that_does_not_answer(
    collector: Collector,
    database: Database,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collector.answers.clear()
    monkeypatch.setattr("recourse.tracing.LAST_SPANS", 0.01)
    with (
        asking.program(database, tmp_path, clock) as program,
        asked(program, tmp_path, clock) as asking_it,
    ):
        asking_it.do("registerStation", {"stationId": str(uuid4()), "name": SECRET})
    [sending] = [thread for thread in enumerate_threads() if thread.name == "last-spans"]
    collector.answers.set()
    sending.join()
    assert "append" in [span.name for span in collector.spans]


def test_of_a_collector_that_takes_nothing_in_little_is_said(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    collector.status = HTTPStatus.BAD_REQUEST
    monkeypatch.setattr(NOW_AND_THEN, "said", {})
    exporter = exporting("otlp")
    for _ in range(3):
        exporter.export([])
    assert len(collector.taken) == 3
    [said] = caplog.records
    assert "400" in said.getMessage()
    said.created += SELDOM - 1
    assert not NOW_AND_THEN.filter(said)
    said.created += 2
    assert NOW_AND_THEN.filter(said)


# ── what the environment asks for ───────────────────────────────────────────


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"},
    ],
)
def test_where_nobody_asks_for_spans_none_are_made(env: dict[str, str]) -> None:
    assert tracing(env) is None


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER"),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            },
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ),
    ],
)
def test_what_is_not_spoken_is_refused_with_its_name(env: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsInvalid, match=name):
        tracing(env)
