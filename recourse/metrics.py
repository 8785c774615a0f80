"""Figures in the form that Prometheus reads, in a registry of the program's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from application.observing import Step, Watched

SECONDS: Final = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True)
class Measure:
    """How a step is measured: how long it took by its outcome; how often by its kind, if its kinds
    have a label; and how much there was of what `of` names."""

    name: str
    about: str
    label: str = ""
    of: str = ""


MEASURES: Final[Mapping[Step, Measure]] = {
    Step.REQUEST: Measure("http_request", "HTTP requests, by status", label="route"),
    Step.QUESTION: Measure("graphql_request", "GraphQL requests", label="operation"),
    Step.READ: Measure("read", "Questions answered by one planned statement"),
    Step.COMMAND: Measure("command", "Commands, until their receipt or refusal", label="command"),
    Step.LOAD: Measure("load", "Loading the streams that a decision looks at", of="events"),
    Step.DECIDE: Measure("decide", "Decisions, without loading"),
    Step.APPEND: Measure("append", "Appends, until they are durable", of="events"),
    Step.COMMIT: Measure("commit", "Commits of commands that arrived together", of="commands"),
    Step.PAGE: Measure("page", "Pages of the log taken into the views", of="events"),
    Step.REACTION: Measure("reaction", "Reactions", label="reaction"),
}


class Metrics:
    """Counts what is done in this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.steps = {step: Meter(self.registry, measure) for step, measure in MEASURES.items()}
        self.conflicts = Counter(
            "recourse_command_conflicts",
            "Decisions taken again since somebody else was faster, by command",
            ["command"],
            registry=self.registry,
        )

    def took(self, step: Step, watched: Watched, seconds: float) -> None:
        """A step is over."""
        self.steps[step].took(watched, seconds)
        if watched.conflicts:
            self.conflicts.labels(watched.kind).inc(watched.conflicts)


class Meter:
    """The metrics of one step."""

    def __init__(self, registry: CollectorRegistry, measure: Measure) -> None:
        name, about = f"recourse_{measure.name}", measure.about
        self.seconds = lru_cache(1_000)(
            Histogram(
                f"{name}_duration_seconds",
                f"{about}: seconds, by outcome",
                ["outcome"],
                buckets=SECONDS,
                registry=registry,
            ).labels
        )
        self.count = self.sizes = None
        if measure.label:
            labels = [measure.label, "outcome"]
            number = Counter(f"{name}s", f"{about}: number", labels, registry=registry)
            self.count = lru_cache(10_000)(number.labels)
        if measure.of:
            about = f"{about}: {measure.of} in each"
            self.sizes = Histogram(f"{name}_{measure.of}", about, buckets=SIZES, registry=registry)

    def took(self, watched: Watched, seconds: float) -> None:
        self.seconds(watched.outcome).observe(seconds)
        if self.count:
            self.count(watched.kind, watched.outcome).inc()
        if self.sizes and watched.size:
            self.sizes.observe(watched.size)
