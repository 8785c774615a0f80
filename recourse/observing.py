"""One way of observing: every step is measured, and where the environment asks for it, traced."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from types import TracebackType
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, get_current_span

from application.observing import DONE, FAILED, Step, Watched
from domain.messages import NotLoaded, Refusal
from recourse.metrics import Metrics
from recourse.tracing import tracing

LOOKED_FURTHER: Final = "looked_further"  # a decision that asked for another stream


class Observations:
    """Watches every step of the program, for those who look after it.

    Nothing of what people wrote is kept: a step tells its kind, its outcome, and numbers.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        """Raises SettingsInvalid if the environment asks for spans in a way we do not know."""
        self.metrics = Metrics()
        self.tracing = tracing(env)

    def watch(self, step: Step, kind: str = "") -> Watch:
        return Watch(self.metrics, self.tracing.tracer if self.tracing else None, step, kind)

    def close(self) -> None:
        """Send what was not sent yet."""
        if self.tracing:
            self.tracing.close()


class Watch(AbstractContextManager[Watched]):
    """One step, while it is taken."""

    __slots__ = ("began", "metrics", "span", "step", "tracer", "watched")

    def __init__(self, metrics: Metrics, tracer: Tracer | None, step: Step, kind: str) -> None:
        self.metrics = metrics
        self.tracer = tracer
        self.step = step
        self.watched = Watched(kind)
        self.span: AbstractContextManager[Span] | None = None

    def __enter__(self) -> Watched:
        if self.tracer:
            # Exceptions may repeat what people wrote, so their messages are left out.
            # A commit is of many commands at once, so it is part of none of their traces.
            self.span = self.tracer.start_as_current_span(
                self.step,
                kind=SpanKind.SERVER if self.step is Step.REQUEST else SpanKind.INTERNAL,
                context=Context() if self.step is Step.COMMIT else None,
                record_exception=False,
                set_status_on_exception=False,
            )
            self.span.__enter__()
        self.began = perf_counter()
        return self.watched

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        took = perf_counter() - self.began if self.watched.took is None else self.watched.took
        if error is not None and self.watched.outcome == DONE:
            self.watched.outcome = outcome_of(error)
        self.metrics.took(self.step, self.watched, took)
        if self.span:
            describe(self.step, self.watched)
            self.span.__exit__(kind, error, traceback)


def outcome_of(error: BaseException) -> str:
    match error:
        case Refusal():
            return error.code
        case NotLoaded():
            return LOOKED_FURTHER
        case _:
            return FAILED


def describe(step: Step, watched: Watched) -> None:
    """Say on the current span what came of its step."""
    span = get_current_span()
    if watched.kind:
        span.update_name(watched.kind if step is Step.REQUEST else f"{step} {watched.kind}")
        span.set_attribute("recourse.kind", watched.kind)
    if step is Step.REQUEST and watched.outcome.isdecimal():
        method, _, route = watched.kind.partition(" ")
        span.set_attribute("http.request.method", method)
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", int(watched.outcome))
    span.set_attribute("recourse.outcome", watched.outcome)
    if watched.size:
        span.set_attribute("recourse.size", watched.size)
    if watched.took is not None:
        span.set_attribute("recourse.seconds", watched.took)
    if watched.conflicts:
        span.set_attribute("recourse.conflicts", watched.conflicts)
    if watched.outcome == FAILED or watched.outcome.startswith("5"):
        span.set_status(StatusCode.ERROR)
