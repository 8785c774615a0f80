"""What the program is at the moment it is asked: positions, lags, workers, connections."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from projections.catalogue import VIEWS
from recourse.bootstrap import Program
from recourse.standing import Follows, Parked, Standing

NOTHING: Final = Parked(0, 0)
POOL: Final = {
    "pool_size": ("open", "Connections that are open"),
    "pool_available": ("idle", "Connections that nobody uses"),
    "pool_max": ("allowed", "Connections that may be open at most"),
    "requests_waiting": ("waited_for", "Who waits for a connection now"),
}


class Gauges(Collector):
    """Collected once, for one answer. `standing` is None if the database does not answer."""

    def __init__(self, program: Program, standing: Standing | None) -> None:
        self.program = program
        self.standing = standing

    def collect(self) -> Iterator[Metric]:
        yield self.build()
        yield gauge("database_up", "Whether the database answers", float(bool(self.standing)))
        if self.standing:
            yield gauge("log_position", "Position of the last event", self.standing.last)
            yield from follows("views", self.standing.views)
            yield from follows("reactions", self.standing.reactions)
            yield gauge("reactions_refused", "Reactions that were refused", self.standing.refused)
            yield from parked(self.standing)
        yield self.workers()
        yield from pools(self.program.pools)

    def build(self) -> Metric:
        metric = GaugeMetricFamily(
            "recourse_build_info", "Which release this is", labels=["version", "python"]
        )
        metric.add_metric([version("recourse"), platform.python_version()], 1)
        return metric

    def workers(self) -> Metric:
        metric = GaugeMetricFamily(
            "recourse_worker_state",
            "What each worker of this process does: 1 for the state it is in",
            labels=["worker", "state"],
        )
        for worker, state in self.program.states.items():
            metric.add_metric([worker, state], 1)
        return metric


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"recourse_{name}", about, value)


def follows(name: str, it: Follows) -> Iterator[Metric]:
    """Head and checkpoint apart, so that one that stands still beside one that moves is seen."""
    yield gauge(f"{name}_position", f"Position that the {name} have reached", it.position)
    yield gauge(f"{name}_lag_events", f"Events that the {name} have not seen yet", it.lag)
    about = f"For how long the oldest event has waited that the {name} have not seen"
    yield gauge(f"{name}_lag_seconds", about, it.seconds)


def parked(standing: Standing) -> Iterator[Metric]:
    rows = GaugeMetricFamily(
        "recourse_view_parked_rows", "Rows of a view that stand still", labels=["view"]
    )
    letters = GaugeMetricFamily(
        "recourse_view_dead_letters",
        "Events that a view could not take in, and those that wait behind them",
        labels=["view"],
    )
    for view in VIEWS:
        found = standing.parked.get(view, NOTHING)
        rows.add_metric([view], found.rows)
        letters.add_metric([view], found.letters)
    yield from (rows, letters)


def pools(stats: Mapping[str, Mapping[str, int]]) -> Iterator[Metric]:
    for figure, (name, about) in POOL.items():
        metric = GaugeMetricFamily(f"recourse_connections_{name}", about, labels=["pool"])
        for pool, figures in stats.items():
            metric.add_metric([pool], figures.get(figure, 0))
        yield metric
