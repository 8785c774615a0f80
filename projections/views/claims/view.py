"""Standard warranty claims as people look at them, from opening to the last cent (rulebook 7.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

from application.recorded import Recorded
from domain.claims import events as e
from projections.view import Many, One, Owner, View, above, before, equal, known, since
from projections.views.claims.answering import (
    Answering,
    Submitting,
    Turning,
    answered,
    submitted,
    turned,
)
from projections.views.claims.preparing import Preparing, Signing, approved, opened, prepared
from projections.views.claims.row import Claim, balanced
from projections.views.claims.settling import Settling, WritingOff, settled, written_off


def fold(row: Claim | None, recorded: Recorded[e.Event], reference: Any) -> Claim | None:
    event = recorded.event
    if isinstance(event, e.ClaimOpened):
        return balanced(opened(recorded.stream_id, event, recorded.effective_at))
    return balanced(changed(known(row), event, recorded.effective_at))


Later: TypeAlias = Preparing | Signing | Submitting | Turning | Answering | WritingOff | Settling


def changed(claim: Claim, event: Later, at: datetime) -> Claim:
    if isinstance(event, Preparing):
        return prepared(claim, event, at)
    if isinstance(event, Signing):
        return approved(claim, event, at)
    if isinstance(event, Submitting):
        return submitted(claim, event, at)
    if isinstance(event, Turning):
        return turned(claim, event, at)
    if isinstance(event, Answering):
        return answered(claim, event)
    if isinstance(event, Settling):
        return settled(claim, event, at)
    return written_off(claim, event, at)


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
    version=2,
    filters=(
        equal("status"),
        equal("kind", indexed=False),
        equal("manufacturer_id"),
        equal("station_id"),
        equal("dealer_id"),
        equal("customer_id"),
        equal("equipment_id"),
        equal("serial_number"),
        equal("number"),
        equal("manufacturer_number"),
        equal("late", indexed=False),
        equal("ruled_out", indexed=False),
        equal("currency", indexed=False),
        since("opened_at"),
        before("opened_at"),
        since("submit_by"),
        before("submit_by"),
        since("open"),
        since("submitted_on"),
        before("submitted_on"),
        *(above(column) for column in PARTS),
    ),
    orders=("opened_at", "submit_by", "number", "claimed", "open", "credited"),
    relations={
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "station": One("stations", via="station_id"),
        "equipment": One("equipment", via="equipment_id"),
        "customer": One("customers", via="customer_id"),
        "allocations": Many("allocations", via="claim_id"),
        "part_orders": Many("part_orders", via="claim_id"),
    },
)
