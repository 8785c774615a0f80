"""Repair orders: work lists by station, person and stage, and each with its whole life (3.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from application.recorded import Recorded
from domain.repairs.repair import events as e
from projections.view import Many, One, Owner, View, before, equal, since
from projections.views.repair_orders.arriving import agreed, differing, inspected, received
from projections.views.repair_orders.doing import checked, sent, worked
from projections.views.repair_orders.leaving import left, paid
from projections.views.repair_orders.row import RepairOrder


def fold(row: RepairOrder | None, recorded: Recorded[e.Event], reference: Any) -> RepairOrder:
    """Imported history may begin with anything."""
    at = recorded.effective_at
    begun = row or RepairOrder(
        repair_order_id=recorded.stream_id, received_at=at, imported=recorded.imported
    )
    return changed(begun, recorded.event, at)


def changed(row: RepairOrder, event: e.Event, at: datetime) -> RepairOrder:
    if isinstance(event, e.ItemReceived | e.Receiving | e.Differing):
        return arrived(row, event, at)
    if isinstance(event, e.Agreeing):
        return agreed(row, event, at)
    if isinstance(event, e.Working):
        return worked(row, event, at)
    if isinstance(event, e.Sending):
        return sent(row, event, at)
    if isinstance(event, e.Checking):
        return checked(row, event, at)
    if isinstance(event, e.Paying):
        return paid(row, event)
    return left(row, event, at)


def arrived(
    row: RepairOrder, event: e.ItemReceived | e.Receiving | e.Differing, at: datetime
) -> RepairOrder:
    if isinstance(event, e.ItemReceived):
        return received(row, event, at)
    if isinstance(event, e.Differing):
        return differing(row, event, at)
    return inspected(row, event, at)


REPAIR_ORDERS = View(
    name="repair_orders",
    row=RepairOrder,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.DEALER: "dealer_id",
        Owner.CUSTOMER: "customer_id",
    },
    scope="repairs:read",
    version=2,
    filters=(
        equal("stage"),
        equal("channel", indexed=False),
        equal("station_id"),
        equal("dealer_id"),
        equal("customer_id"),
        equal("manufacturer_id"),
        equal("equipment_id"),
        equal("contact_id"),
        equal("engineer_id"),
        equal("serial_number"),
        equal("number"),
        equal("covered", indexed=False),
        equal("imported", indexed=False),
        equal("discrepancy", indexed=False),
        equal("waiting_for_parts", indexed=False),
        since("received_at"),
        before("received_at"),
        equal("returned_late", indexed=False),
        equal("processed_late", indexed=False),
        before("to_factory_due_at"),
        before("return_due_at"),
        before("processing_due_at"),
        since("returned_at"),
        before("returned_at"),
    ),
    orders=("received_at",),
    relations={
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "station": One("stations", via="station_id"),
        "equipment": One("equipment", via="equipment_id"),
        "customer": One("customers", via="customer_id"),
        "dealer": One("dealers", via="dealer_id"),
        "exchanges": Many("exchanges", via="repair_order_id"),
        "contact": One("contacts", via="contact_id"),
        "engineer": One("people", via="engineer_id"),
        "claims": Many("claims", via="repair_order_id"),
    },
)
