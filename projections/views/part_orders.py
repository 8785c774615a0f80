"""Orders of parts for failure claims, and by their day the list of claim parts (CLM-5, CRN-8)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names, Signature
from domain.claims import part_order as e
from domain.claims.amounts import PartUsed
from domain.messages import Role
from projections.view import Embedded, One, Owner, Row, View, before, equal, known, since


class PartOrderSignature(Embedded):
    """A signature under a step of the order's approval (SEG-4)."""

    role: Role
    person: UUID
    on_behalf_of: UUID | None
    at: datetime


class PartOrder(Row):
    """Parts for work that is, or will be, claimed as a failure."""

    part_order_id: UUID
    number: str = Field(description="Our own number of the order.")
    stage: e.PartOrderStage
    station_id: UUID
    order_reference: str = Field(description="The repair or field order that needs the parts.")
    parts: tuple[PartUsed, ...]
    total: Decimal
    currency: str
    signed_by: tuple[Role, ...] = Field(description="The roles that approve it, in this order.")
    signatures: tuple[PartOrderSignature, ...] = ()
    declined_because: str | None = None
    claim_id: UUID | None = Field(None, description="The claim for them (CLM-6a).")
    matched: bool = False
    requested_at: datetime
    requested_by: Names
    placed_at: datetime | None = None


def fold(row: PartOrder | None, recorded: Recorded[e.Event], reference: Any) -> PartOrder:
    event, at = recorded.event, recorded.effective_at
    if isinstance(event, e.PartOrderRequested):
        return requested(recorded.stream_id, event, at)
    order = known(row)
    match event:
        case e.PartOrderSigned(signature=signature):
            return order.but(signatures=(*order.signatures, given(signature, at)))
        case e.PartOrderApproved():
            return order.but(stage=e.PartOrderStage.APPROVED)
        case e.PartOrderSignatureRevoked():
            stage = e.PartOrderStage.REQUESTED
            return order.but(stage=stage, signatures=order.signatures[:-1])
        case e.PartOrderDeclined(reason=reason):
            return order.but(stage=e.PartOrderStage.DECLINED, declined_because=reason)
        case e.PartOrderPlaced():
            return order.but(stage=e.PartOrderStage.PLACED, placed_at=at)
        case e.PartOrderMatched(claim_id=claim_id):
            return order.but(claim_id=claim_id, matched=True)
        case never:
            assert_never(never)


def given(signature: Signature, at: datetime) -> PartOrderSignature:
    return PartOrderSignature(
        role=signature.role,
        person=signature.person,
        on_behalf_of=signature.on_behalf_of,
        at=at,
    )


def requested(id: UUID, event: e.PartOrderRequested, at: datetime) -> PartOrder:
    return PartOrder(
        part_order_id=id,
        number=event.number,
        stage=e.PartOrderStage.REQUESTED,
        station_id=event.station_id,
        order_reference=event.order_reference,
        parts=event.parts,
        total=event.total.amount,
        currency=event.total.currency,
        signed_by=event.signed_by,
        requested_at=at,
        requested_by=event.requested_by,
    )


PART_ORDERS = View(
    name="part_orders",
    row=PartOrder,
    events=e.Event,
    fold=fold,
    owners={Owner.STATION: "station_id"},
    scope="claims:internal",
    filters=(
        equal("stage"),
        equal("station_id"),
        equal("number"),
        equal("order_reference"),
        equal("claim_id"),
        equal("matched", indexed=False),
        since("requested_at"),
        before("requested_at"),
        since("placed_at"),
        before("placed_at"),
    ),
    orders=("requested_at", "number", "total"),
    relations={
        "station": One("stations", via="station_id"),
        "claim": One("claims", via="claim_id"),
    },
)
