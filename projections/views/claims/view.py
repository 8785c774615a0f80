"""Standard warranty claims as people look at them, from opening to the last cent (rulebook 7.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from application.recorded import Recorded
from domain.claims import events as e
from projections.view import Many, One, Owner, View, above, before, equal, known, since
from projections.views.claims.answering import answered, submitted, withdrawn
from projections.views.claims.preparing import judged, opened, prepared
from projections.views.claims.row import Claim, balanced
from projections.views.claims.settling import settled, written_off


def fold(row: Claim | None, recorded: Recorded[e.Event], reference: Any) -> Claim | None:
    event = recorded.event
    if isinstance(event, e.ClaimOpened):
        return balanced(opened(recorded.stream_id, event, recorded.effective_at))
    return balanced(changed(known(row), event, recorded.effective_at))


def changed(claim: Claim, event: e.Later, at: datetime) -> Claim:
    if isinstance(event, e.Preparing):
        return prepared(claim, event, at)
    if isinstance(event, e.Judging):
        return judged(claim, event, at)
    if isinstance(event, e.Submitting):
        return submitted(claim, event, at)
    if isinstance(event, e.Answering):
        return answered(claim, event, at)
    if isinstance(event, e.Withdrawing):
        return withdrawn(claim, event, at)
    if isinstance(event, e.WritingOff):
        return written_off(claim, event, at)
    return settled(claim, event, at)


PARTS: Final = (
    "credited",
    "open",
    "disputed",
    "written_off",
    "refused",
    "abandoned",
    "withdrawn",
    "unanswered",
    "overpaid",
)
"""The amounts into which what was claimed falls apart; each has the list of claims behind it."""


CLAIMS = View(
    name="claims",
    row=Claim,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.DEALER: "dealer_id",
        Owner.CUSTOMER: "customer_id",
    },
    scope="claims:read",
    version=5,
    filters=(
        equal("status"),
        equal("kind", indexed=False),
        equal("manufacturer_id"),
        equal("station_id"),
        equal("dealer_id"),
        equal("customer_id"),
        equal("equipment_id"),
        equal("serial_number"),
        equal("repair_order_id"),
        equal("field_order_id"),
        equal("number"),
        equal("manufacturer_number"),
        equal("late", indexed=False),
        equal("ruled_out", indexed=False),
        equal("liability_due", indexed=False),
        equal("currency", indexed=False),
        since("opened_at"),
        before("opened_at"),
        since("submit_by"),
        before("submit_by"),
        since("open"),
        since("submitted_on"),
        before("submitted_on"),
        *(above(column) for column in PARTS),
        above("write_off_asked"),
    ),
    orders=("opened_at", "submit_by", "number", "claimed", "open", "credited"),
    relations={
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "station": One("stations", via="station_id"),
        "equipment": One("equipment", via="equipment_id"),
        "customer": One("customers", via="customer_id"),
        "dealer": One("dealers", via="dealer_id"),
        "repair_order": One("repair_orders", via="repair_order_id"),
        "field_order": One("field_orders", via="field_order_id"),
        "allocations": Many("allocations", via="claim_id"),
        "part_orders": Many("part_orders", via="claim_id"),
    },
)
