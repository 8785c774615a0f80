"""Allocations: the money of a credit note on a claim, also when it was taken back."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.credits import events as e
from projections.view import EVERYONE, One, Row, View, before, equal, known, since


class Allocation(Row):
    """An amount of a credit note that pays a claim (CRN-4)."""

    allocation_id: UUID
    note_id: UUID
    claim_id: UUID
    amount: Decimal
    currency: str
    matched_by: e.MatchedBy
    reason: str | None = Field(None, description="Why the claim stays partly open, if it does.")
    made_at: datetime
    reversed: bool = False
    reversed_at: datetime | None = None
    reversed_because: str | None = None


def allocation_id(recorded: Recorded[e.Event]) -> tuple[Hashable, ...]:
    match recorded.event:
        case (
            e.CreditAllocated(allocation_id=id)
            | e.AllocationReversed(allocation_id=id)
            | e.AllocationDisplaced(allocation_id=id)
        ):
            return (id,)
        case _:
            return ()


def fold(row: Allocation | None, recorded: Recorded[e.Event], reference: Any) -> Allocation | None:
    match recorded.event:
        case e.CreditAllocated() as allocated:
            return made(recorded.stream_id, allocated, recorded.effective_at)
        case e.AllocationReversed(reason=reason) | e.AllocationDisplaced(reason=reason):
            return known(row).but(
                reversed=True, reversed_at=recorded.effective_at, reversed_because=reason
            )
        case _:
            return row  # of no allocation


def made(note_id: UUID, event: e.CreditAllocated, at: datetime) -> Allocation:
    return Allocation(
        allocation_id=event.allocation_id,
        note_id=note_id,
        claim_id=event.claim_id,
        amount=event.amount.amount,
        currency=event.amount.currency,
        matched_by=event.matched_by,
        reason=event.reason,
        made_at=at,
    )


ALLOCATIONS = View(
    name="allocations",
    row=Allocation,
    events=e.Event,
    keys=allocation_id,
    fold=fold,
    owners=EVERYONE,
    scope="credits:read",
    version=2,
    filters=(
        equal("note_id"),
        equal("claim_id"),
        equal("reversed", indexed=False),
        equal("currency", indexed=False),
        equal("matched_by", indexed=False),
        since("made_at"),
        before("made_at"),
    ),
    orders=("made_at", "amount"),
    relations={
        "claim": One("claims", via="claim_id"),
        "credit_note": One("credit_notes", via="note_id"),
    },
)
