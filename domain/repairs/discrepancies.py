"""Goods that are not as they were announced: raised the same day, and what is due waits meanwhile
(REP-3, EXC-2)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from domain.intervals import Interval, union, within
from domain.messages import World
from domain.sla.starting import DueBy, restarted
from domain.working_time import Instants


class DiscrepancyStage(StrEnum):
    """How far a discrepancy is (REP-3)."""

    FOUND = "found"
    RAISED = "raised"
    DISPUTED = "disputed"
    SETTLED = "settled"


def later(due: DueBy | None, waited: Iterable[Instants], world: World) -> DueBy | None:
    """By when it is due, counted from the same start without the time in which it waited."""
    if due is None:
        return None
    pauses = within(union(waited), Interval(due.since, world.effective_at))
    return restarted(world, due.policy, due.since, pauses)
