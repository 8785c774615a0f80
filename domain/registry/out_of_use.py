"""How long orders kept equipment out of use, which is added to the end of its warranty (REG-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias
from uuid import UUID

from domain import messages
from domain.intervals import Interval
from domain.messages import Role, Stream
from domain.registry.transfer import EQUIPMENT
from domain.warranty import Days, OutOfUse


class RecordOutOfUse(messages.Command):
    """Record for how long a repair or field order kept equipment out of use (REG-5).

    What was recorded of the order before is replaced.
    """

    roles = frozenset({Role.SYSTEM})
    equipment_id: UUID
    order_id: UUID
    repaired: bool | None = None
    out_of_use: tuple[OutOfUse, ...] = ()

    @property
    def stream(self) -> Stream:
        return Stream(EQUIPMENT, self.equipment_id)


class OutOfUseRecorded(messages.Event):
    """An order kept the equipment out of use so long, and left it repaired or not (REG-5, REG-5a).

    This replaces what was recorded of the order before.
    """

    context = "registry"
    order_id: UUID
    repaired: bool | None
    out_of_use: tuple[OutOfUse, ...]


Orders: TypeAlias = Mapping[UUID, OutOfUseRecorded]
"""What was recorded last of each order."""


def record(orders: Orders, command: RecordOutOfUse) -> list[OutOfUseRecorded]:
    recorded = OutOfUseRecorded(
        order_id=command.order_id, repaired=command.repaired, out_of_use=command.out_of_use
    )
    return [] if orders.get(command.order_id) == recorded else [recorded]


def interruptions(stretches: Iterable[OutOfUse]) -> list[Days]:
    """The times in which equipment was out of use; they are counted as a union (REG-5)."""
    return [Interval(each.since, each.until) for each in stretches]
