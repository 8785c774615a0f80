"""Days in repair are told to the registry, which adds them to the end of the warranty (REG-5)."""

from __future__ import annotations

from typing import Final

from application.recorded import Recorded
from domain.registry.out_of_use import RecordOutOfUse
from domain.repairs.field.events import FieldWorkReported, NodeCorrectionApproved
from domain.repairs.field.filing import is_repair
from domain.repairs.repair.events import ItemReturned
from processes.reactions import Reaction


def extend_after_repair(recorded: Recorded[ItemReturned]) -> RecordOutOfUse | None:
    """Repaired or not, it was not with its owner."""
    returned = recorded.event
    if returned.equipment_id is None:
        return None
    return RecordOutOfUse(
        equipment_id=returned.equipment_id,
        order_id=recorded.stream_id,
        repaired=returned.repaired,
        out_of_use=returned.out_of_use,
    )


def extend_after_field_work(
    recorded: Recorded[FieldWorkReported | NodeCorrectionApproved],
) -> RecordOutOfUse | None:
    """By the times that its nodes had when it was reported, or have since one was corrected."""
    work = recorded.event
    if work.equipment_id is None:
        return None
    return RecordOutOfUse(
        equipment_id=work.equipment_id,
        order_id=recorded.stream_id,
        repaired=is_repair(work.service),
        out_of_use=work.out_of_use,
    )


def take_back(recorded: Recorded[FieldWorkReported]) -> RecordOutOfUse | None:
    """From the machine that an order was thought to be for."""
    before = recorded.event.equipment_before
    if before in (None, recorded.event.equipment_id):
        return None
    return RecordOutOfUse(equipment_id=before, order_id=recorded.stream_id, repaired=False)


EXTEND: Final = (
    Reaction("extend a warranty after a repair", ItemReturned, extend_after_repair),
    Reaction("extend a warranty after field work", FieldWorkReported, extend_after_field_work),
    Reaction(
        "extend a warranty after a correction", NodeCorrectionApproved, extend_after_field_work
    ),
    Reaction("extend the warranty of another machine no more", FieldWorkReported, take_back),
)
