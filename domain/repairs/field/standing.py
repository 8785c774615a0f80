"""What every decision about a field order asks first: how far it has come, and who is told."""

from __future__ import annotations

from datetime import datetime

from domain import policies
from domain.messages import World
from domain.policy_content import FieldService
from domain.repairs.field.events import Notified
from domain.repairs.field.refusals import FieldOrderNotReady
from domain.repairs.field.state import FieldOrder, FieldStage
from domain.sla.starting import DueBy
from domain.vocabulary import FieldNode

OVER = (FieldStage.CLOSED, FieldStage.CALLED_BACK)


def only_at(order: FieldOrder, *stages: FieldStage) -> None:
    """Raises FieldOrderNotReady."""
    if order.stage not in stages:
        raise FieldOrderNotReady(
            f"The order is {words(order.stage)}; this is possible while it is "
            f"{' or '.join(map(words, stages))}."
        )


def unrepaired_or_at(order: FieldOrder, *stages: FieldStage) -> None:
    """At these stages, or as long as it stays unrepaired (FLD-8). Raises FieldOrderNotReady."""
    if not order.unrepaired:
        only_at(order, *stages, FieldStage.UNREPAIRED)


def not_over(order: FieldOrder) -> None:
    """Raises FieldOrderNotReady."""
    if order.stage in OVER:
        raise FieldOrderNotReady("The order is closed.")


def words(stage: FieldStage | None) -> str:
    return stage.replace("_", " ") if stage else "of unknown progress"


def told_of(node: FieldNode, order: FieldOrder, world: World) -> tuple[Notified, ...]:
    """Whom the policy in force has told of a node, and what (FLD-3, FLD-4, FLD-11)."""
    policy = policies.in_force(world, FieldService)
    notices = policy.notices_of(node, order.service, order.machine_stopped)
    return tuple(Notified(party=each.to, about=each.about) for each in notices)


def late(target: DueBy | None, at: datetime) -> bool | None:
    """Whether something is late at a moment; None if it is not known by when it was due."""
    return target.due.passed_by(at) if target else None
