"""What has to be so before an engine follows the log."""

from __future__ import annotations

from projections.engine import Engine
from projections.rebuilding import Report, build_missing, silent
from projections.requeueing import requeue


def prepare(engine: Engine, report: Report = silent) -> list[str]:
    """Make the tables; return the names of the views that were built, or built anew.

    What an earlier release could not take in is tried again: this one may know better.
    """
    built = build_missing(engine, report)
    requeue(engine)
    return built
