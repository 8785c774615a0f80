"""Transfers of equipment between dealers, and the fees that are owed for them (REG-7)."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names
from domain.registry.transfer import EncroachmentFeeSettled, EquipmentTransferred
from projections.view import One, Owner, Row, View, before, equal, known, since

Event: TypeAlias = EquipmentTransferred | EncroachmentFeeSettled


class Transfer(Row):
    """Equipment moved from one dealer to another."""

    transfer_id: UUID
    equipment_id: UUID
    serial_number: str
    model: str
    from_dealer_id: UUID = Field(description="The dealer that gave it away.")
    to_dealer_id: UUID = Field(description="The dealer that looks after it now.")
    moved_on: date
    under_warranty: bool
    was_stock: bool = Field(description="Whether it belonged to the dealer that gave it away.")
    operating_hours: int | None
    on_lease: bool | None
    joint_warranty_form: str | None = Field(description="The file that holds it.")
    fee: Decimal | None = Field(description="What the dealer that gave it away owes, or owed.")
    currency: str | None
    because: str | None = Field(description="Why the fee is owed, or why not.")
    fee_owed: bool = Field(description="Whether the fee is still to be paid.")
    reference: str | None = Field(None, description="Of the payment.")
    settled_at: datetime | None = None
    transferred_by: Names
    recorded_at: datetime


def transfer_of(recorded: Recorded[Event]) -> tuple[Hashable, ...]:
    return (recorded.event.transfer_id,)


def fold(row: Transfer | None, recorded: Recorded[Event], reference: Any) -> Transfer:
    event, at = recorded.event, recorded.effective_at
    match event:
        case EquipmentTransferred():
            return transferred(recorded.stream_id, event, at)
        case EncroachmentFeeSettled(reference=reference):
            return known(row).but(fee_owed=False, reference=reference, settled_at=at)
        case never:
            assert_never(never)


def transferred(equipment_id: UUID, event: EquipmentTransferred, at: datetime) -> Transfer:
    return Transfer(
        transfer_id=event.transfer_id,
        equipment_id=equipment_id,
        serial_number=event.serial_number,
        model=event.model,
        from_dealer_id=event.from_dealer_id,
        to_dealer_id=event.to_dealer_id,
        moved_on=event.moved_on,
        under_warranty=event.under_warranty,
        was_stock=event.was_stock,
        operating_hours=event.operating_hours,
        on_lease=event.on_lease,
        joint_warranty_form=event.joint_warranty_form,
        fee=event.fee.amount if event.fee else None,
        currency=event.fee.currency if event.fee else None,
        because=event.because,
        fee_owed=event.fee is not None,
        transferred_by=event.transferred_by,
        recorded_at=at,
    )


TRANSFERS = View(
    name="transfers",
    row=Transfer,
    events=Event,
    fold=fold,
    keys=transfer_of,
    owners={Owner.DEALER: "from_dealer_id"},
    scope="equipment:read",
    filters=(
        equal("equipment_id"),
        equal("from_dealer_id"),
        equal("to_dealer_id"),
        equal("serial_number"),
        equal("under_warranty", indexed=False),
        equal("fee_owed", indexed=False),
        since("moved_on"),
        before("moved_on"),
    ),
    orders=("moved_on", "recorded_at"),
    relations={
        "equipment": One("equipment", via="equipment_id"),
        "from_dealer": One("dealers", via="from_dealer_id"),
        "to_dealer": One("dealers", via="to_dealer_id"),
    },
)
