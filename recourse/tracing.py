"""Spans, made only where the environment asks for them by OpenTelemetry's standard variables.

`OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) sends them there, by HTTP;
`OTEL_TRACES_EXPORTER` may say `otlp`, `console` or `none`. The samplers, headers, time limits and
names that the OpenTelemetry specification lists are read by its own library.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from opentelemetry import context as contexts
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from recourse.settings import SettingsInvalid

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

NAME: Final = "recourse"
EXPORTERS: Final = ("otlp", "console", "none")
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
PROTOCOL: Final = "http/protobuf"
LAST_SPANS: Final = 3.0  # seconds to send them in at the end: for a collector nobody waits longer
SELDOM: Final = 60.0  # seconds between two words of the same trouble
W3C: Final = TraceContextTextMapPropagator()


@dataclass(frozen=True)
class Tracing:
    """Where spans go."""

    provider: TracerProvider
    tracer: Tracer

    def close(self) -> None:
        """Send what was not sent yet, if the collector takes it soon."""
        last = Thread(target=self.provider.shutdown, name="last-spans", daemon=True)
        last.start()
        last.join(LAST_SPANS)


def tracing(env: Mapping[str, str]) -> Tracing | None:
    """What the environment asks for; None if nobody would read the spans.

    Raises SettingsInvalid for an exporter or a protocol that we do not have.
    """
    exporter = exporter_named(env)
    if exporter == "none" or env.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {} if env.get("OTEL_SERVICE_NAME") else {"service.name": NAME}
    provider = TracerProvider(
        resource=Resource.create({"service.version": version(NAME), **named}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporting(exporter)))
    return Tracing(provider, provider.get_tracer(NAME, version(NAME)))


def exporter_named(env: Mapping[str, str]) -> str:
    by_endpoint = "otlp" if any(map(env.get, ENDPOINTS)) else "none"
    exporter = env.get("OTEL_TRACES_EXPORTER") or by_endpoint
    if exporter not in EXPORTERS:
        known = ", ".join(EXPORTERS)
        raise SettingsInvalid(f"OTEL_TRACES_EXPORTER: it must be one of {known}, not {exporter}")
    for name in PROTOCOLS:
        if exporter == "otlp" and env.get(name, PROTOCOL) not in ("", PROTOCOL):
            raise SettingsInvalid(f"{name}: it must be {PROTOCOL}; others are not spoken")
    return exporter


def exporting(exporter: str) -> SpanExporter:
    if exporter == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http import trace_exporter

    logging.getLogger(trace_exporter.__name__).addFilter(NOW_AND_THEN)
    return trace_exporter.OTLPSpanExporter()


class NowAndThen(logging.Filter):
    """Lets each kind of message through now and then: a collector may be away for days."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, float] = {}  # when, by the message without what is filled in

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created < self.said.get(record.msg, 0.0) + SELDOM:
            return False
        self.said[record.msg] = record.created
        return True


NOW_AND_THEN: Final = NowAndThen()


# ── what belongs together ───────────────────────────────────────────────────


@contextmanager
def within(headers: Mapping[str, str]) -> Iterator[None]:
    """What is done within is part of the trace that these headers name, if they do (W3C)."""
    token = contexts.attach(W3C.extract(headers, contexts.Context()))
    try:
        yield
    finally:
        contexts.detach(token)


def correlation() -> UUID:
    """The id of the trace we are in; a new one if we are in none."""
    here = get_current_span().get_span_context()
    return UUID(int=here.trace_id) if here.is_valid else uuid4()
