"""Spans: who asked for what within what, and nothing of what people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.tokens import DevelopmentIssuer
from application.database import Database
from domain.messages import Role
from recourse.observing import Observations
from recourse.settings import SettingsInvalid
from recourse.tracing import Tracing, tracing
from recourse.web import web
from tests.api import asking
from tests.api.asking import Asking, identity
from tests.clock import Clock

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
        issuer = DevelopmentIssuer.on(tmp_path, "127.0.0.1", clock, None)
        app = web(replace(program, observations=observations), issuer.verifier())
        with TestClient(app) as client:
            yield Asking(program, client, issuer, identity(Role.ADMIN))
    provider.shutdown()


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
    }
    request = found["POST /graphql"]
    assert request.parent and f"{request.parent.span_id:016x}" == PARENT
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


def test_a_planned_read_is_a_span_of_its_question(
    traced: Asking, spans: InMemorySpanExporter
) -> None:
    traced.as_(Role.AUDITOR).ask("{ stations { totalCount } }")
    found = told(spans)
    assert parent_of(found["read"], found) == "question query"


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
