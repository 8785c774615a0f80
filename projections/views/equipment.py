"""Equipment: what was sold to whom, and what of it is under warranty until when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.policy_content import PublicHolidays
from domain.registry import equipment as e
from domain.registry import registration, transfer
from domain.registry.out_of_use import OutOfUseRecorded, interruptions
from domain.vocabulary import EquipmentKind, RegistrationDocument
from domain.warranty import (
    Coverage,
    Days,
    Exclusion,
    OutOfUse,
    PartTerm,
    PartWarranty,
    terms_of,
    warranties,
)
from projections.view import (
    Embedded,
    Many,
    OnDay,
    One,
    Owner,
    Row,
    View,
    before,
    equal,
    known,
    since,
)


class OrderOutOfUse(Embedded):
    """For how long a repair or field order kept it out of use, and whether it repaired it."""

    order_id: UUID
    repaired: bool | None
    out_of_use: tuple[OutOfUse, ...]


class Equipment(Row):
    """A machine or a phone, with its registration and its warranty."""

    equipment_id: UUID
    serial_number: str
    model: str
    kind: EquipmentKind
    manufacturer_id: UUID
    factory_date: date
    delivered_on: date
    owner: registration.Owner
    customer_id: UUID | None = Field(description="Its owner, if that is a customer.")
    dealer_id: UUID | None = Field(description="The dealer that looks after it.")
    station_id: UUID | None = Field(description="The station that registered it, or that owns it.")
    documents: tuple[registration.FiledDocument, ...]
    missing: tuple[RegistrationDocument, ...] = Field(description="Documents that are missing.")
    complete: bool = Field(description="Whether no document is missing (REG-2).")
    on_hold: bool = Field(False, description="Whether the manufacturer was asked about its dates.")
    query: str | None = Field(None, description="What the manufacturer was asked (REG-3).")
    answer: str | None = Field(None, description="What the manufacturer answered.")
    warranty_variant: str
    coverage: tuple[Coverage, ...] = Field(description="The term of each part (REG-4).")
    exclusions: tuple[Exclusion, ...] = Field((), description="What is not covered (REG-6).")
    orders: tuple[OrderOutOfUse, ...] = Field(
        (), description="Repair and field orders that kept it out of use (REG-5, REG-5a)."
    )
    terms: tuple[PartTerm, ...] = Field(
        (), description="The terms with days in repair added, past holidays as then known (REG-5)."
    )
    registered_at: datetime


def fold(row: Equipment | None, recorded: Recorded[e.Event], reference: Any) -> Equipment | None:
    after = changed(row, recorded)
    holidays = reference.published("public_holidays", recorded.effective_at)
    if holidays is None or not isinstance(holidays.content, PublicHolidays):
        return after  # when its warranty ends, nobody can say
    return after.but(terms=terms_of(after.coverage, holidays.content, out_of_use(after)))


def out_of_use(row: Equipment) -> list[Days]:
    return interruptions(stretch for order in row.orders for stretch in order.out_of_use)


def warranty_on(
    row: Equipment, on: date, reference: Any, now: datetime
) -> tuple[PartWarranty, ...]:
    """Of each part, past holidays as they are known now. Nothing, if nobody can say (REG-5)."""
    holidays = reference.published("public_holidays", now)
    if holidays is None or not isinstance(holidays.content, PublicHolidays):
        return ()
    return warranties(row.coverage, row.exclusions, on, holidays.content, out_of_use(row))


def changed(row: Equipment | None, recorded: Recorded[e.Event]) -> Equipment:
    event = recorded.event
    if isinstance(event, transfer.Event | OutOfUseRecorded):
        return used(known(row), event)
    match event:
        case registration.EquipmentRegistered():
            return registered(recorded.stream_id, event, recorded.effective_at)
        case registration.RegistrationHeld(query=query):
            return known(row).but(on_hold=True, query=query)
        case registration.RegistrationReleased():
            return released(known(row), event)
        case registration.RegistrationDocumentFiled(filed=filed, missing=missing):
            documents = (*known(row).documents, filed)
            return known(row).but(documents=documents, missing=missing, complete=not missing)
        case e.ExclusionRecorded(exclusion=exclusion):
            return known(row).but(exclusions=(*known(row).exclusions, exclusion))
        case registration.DealerNamed(dealer_id=dealer_id):
            return known(row).but(dealer_id=dealer_id)
        case never:
            assert_never(never)


def registered(id: UUID, event: registration.EquipmentRegistered, at: datetime) -> Equipment:
    return Equipment(
        equipment_id=id,
        serial_number=event.serial_number,
        model=event.model,
        kind=event.equipment,
        manufacturer_id=event.manufacturer_id,
        factory_date=event.factory_date,
        delivered_on=event.delivered_on,
        owner=event.owner,
        customer_id=owner_if(event.owner, registration.OwnerKind.CUSTOMER),
        dealer_id=owner_if(event.owner, registration.OwnerKind.DEALER),
        station_id=owner_if(event.owner, registration.OwnerKind.STATION) or event.station_id,
        documents=event.documents,
        missing=event.missing,
        complete=not event.missing,
        warranty_variant=event.warranty_variant,
        coverage=event.coverage,
        registered_at=at,
    )


def owner_if(owner: registration.Owner, kind: registration.OwnerKind) -> UUID | None:
    return owner.id if owner.kind == kind else None


def released(row: Equipment, event: registration.RegistrationReleased) -> Equipment:
    return row.but(
        on_hold=False,
        answer=event.answer,
        factory_date=event.factory_date,
        delivered_on=event.delivered_on,
        coverage=event.coverage,
    )


def used(row: Equipment, event: transfer.Event | OutOfUseRecorded) -> Equipment:
    """What is owed for a transfer is shown with the transfer."""
    if isinstance(event, transfer.EncroachmentFeeSettled):
        return row
    if isinstance(event, OutOfUseRecorded):
        others = tuple(each for each in row.orders if each.order_id != event.order_id)
        return row.but(orders=(*others, OrderOutOfUse(**dict(event))))
    owner = e.of_dealer(event.to_dealer_id) if event.was_stock else row.owner
    return row.but(dealer_id=event.to_dealer_id, owner=owner)


EQUIPMENT = View(
    name="equipment",
    row=Equipment,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.DEALER: "dealer_id",
        Owner.CUSTOMER: "customer_id",
    },
    scope="equipment:read",
    version=4,
    filters=(
        equal("serial_number"),
        equal("model"),
        equal("kind", indexed=False),
        equal("manufacturer_id"),
        equal("customer_id"),
        equal("dealer_id"),
        equal("station_id"),
        equal("on_hold", indexed=False),
        equal("complete", indexed=False),
        since("delivered_on"),
        before("delivered_on"),
    ),
    orders=("delivered_on", "serial_number", "registered_at"),
    relations={
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "customer": One("customers", via="customer_id"),
        "dealer": One("dealers", via="dealer_id"),
        "station": One("stations", via="station_id"),
        "claims": Many("claims", via="equipment_id"),
        "transfers": Many("transfers", via="equipment_id"),
        "exchanges": Many("exchanges", via="equipment_id"),
        "repair_orders": Many("repair_orders", via="equipment_id"),
        "field_orders": Many("field_orders", via="equipment_id"),
        "contacts": Many("contacts", via="equipment_id"),
    },
    on_day={"warranty": OnDay(PartWarranty, warranty_on)},
)
