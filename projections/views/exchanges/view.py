"""Exchanges: work lists by stage, station, dealer and whose signature is next, each with its whole
life (rulebook 3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from application.recorded import Recorded
from domain.repairs.exchange import events as e
from projections.view import One, Owner, View, before, equal, since
from projections.views.exchanges.approving import asked, refund_asked
from projections.views.exchanges.row import Exchange
from projections.views.exchanges.settling import arrived, carried, charged, differing, ended


def fold(row: Exchange | None, recorded: Recorded[e.Event], reference: Any) -> Exchange:
    """Imported history may begin with anything."""
    at = recorded.effective_at
    begun = row or Exchange(
        exchange_id=recorded.stream_id, applied_at=at, imported=recorded.imported
    )
    return changed(begun, recorded.event, at)


def changed(row: Exchange, event: e.Event, at: datetime) -> Exchange:
    if isinstance(event, e.Applying | e.Approving):
        return asked(row, event, at)
    if isinstance(event, e.RefundAsked):
        return refund_asked(row, event, at)
    if isinstance(event, e.Arriving):
        return arrived(row, event, at)
    if isinstance(event, e.Differing):
        return differing(row, event, at)
    if isinstance(event, e.Charging):
        return charged(row, event)
    if isinstance(event, e.Freighting):
        return carried(row, event, at)
    return ended(row, event, at)


EXCHANGES = View(
    name="exchanges",
    row=Exchange,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.DEALER: "dealer_id",
        Owner.CUSTOMER: "customer_id",
    },
    scope="repairs:read",
    filters=(
        equal("stage"),
        equal("remedy", indexed=False),
        equal("waits_for"),
        equal("station_id"),
        equal("dealer_id"),
        equal("customer_id"),
        equal("manufacturer_id"),
        equal("equipment_id"),
        equal("repair_order_id"),
        equal("applied_by"),
        equal("number"),
        equal("serial_number"),
        equal("replacement_serial"),
        equal("sales_return_number"),
        equal("discrepancy", indexed=False),
        equal("freight_unsettled", indexed=False),
        equal("imported", indexed=False),
        equal("approved_late", indexed=False),
        equal("shipped_late", indexed=False),
        since("applied_at"),
        before("applied_at"),
        before("approval_due_at"),
        before("replacement_due_at"),
    ),
    orders=("applied_at",),
    relations={
        "station": One("stations", via="station_id"),
        "dealer": One("dealers", via="dealer_id"),
        "customer": One("customers", via="customer_id"),
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "equipment": One("equipment", via="equipment_id"),
        "repair_order": One("repair_orders", via="repair_order_id"),
    },
)
