"""Customers: people whose data we hold, sealed, until it is erased (AUD-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.messages import PersonalText
from domain.registry import customer
from projections.view import Many, One, Owner, Row, View, equal, known, since


class Customer(Row):
    """Somebody whose data we hold."""

    customer_id: UUID
    name: PersonalText
    phone: PersonalText | None = None
    address: PersonalText | None = None
    station_id: UUID | None = Field(None, description="The station that registered them.")
    on_hold: bool = Field(False, description="Whether a reason of law forbids the erasure.")
    erased: bool = Field(False, description="Whether the personal data was destroyed for good.")
    registered_at: datetime


def fold(
    row: Customer | None, recorded: Recorded[customer.Event], reference: Any
) -> Customer | None:
    """Erasing destroys the key: what is sealed here stays as it is, and nobody can read it."""
    match recorded.event:
        case customer.CustomerRegistered() as registered:
            return Customer(
                customer_id=recorded.stream_id,
                name=registered.name,
                phone=registered.phone,
                address=registered.address,
                station_id=registered.station_id,
                registered_at=recorded.effective_at,
            )
        case customer.ContactDataCorrected(name=name, phone=phone, address=address):
            return known(row).but(name=name, phone=phone, address=address)
        case customer.LegalHoldPlaced():
            return known(row).but(on_hold=True)
        case customer.LegalHoldLifted():
            return known(row).but(on_hold=False)
        case customer.PersonalDataErased():
            return known(row).but(erased=True)
        case never:
            assert_never(never)


CUSTOMERS = View(
    name="customers",
    row=Customer,
    events=customer.Event,
    fold=fold,
    owners={Owner.CUSTOMER: "customer_id", Owner.STATION: "station_id"},
    scope="customers:read",
    filters=(
        equal("station_id"),
        equal("erased", indexed=False),
        equal("on_hold", indexed=False),
        since("registered_at"),
    ),
    orders=("registered_at",),
    relations={
        "station": One("stations", via="station_id"),
        "equipment": Many("equipment", via="customer_id"),
        "claims": Many("claims", via="customer_id"),
        "exchanges": Many("exchanges", via="customer_id"),
        "repair_orders": Many("repair_orders", via="customer_id"),
        "field_orders": Many("field_orders", via="customer_id"),
        "contacts": Many("contacts", via="customer_id"),
    },
)
