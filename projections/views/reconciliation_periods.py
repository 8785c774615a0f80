"""Months of reconciliation: which are closed, and what was posted late into which (CRN-7)."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never
from uuid import UUID, uuid5

from pydantic import Field

from application.recorded import Position, Recorded
from domain.approvals import Names
from domain.credits import reconciliation_period as e
from projections.view import EVERYONE, Embedded, One, Row, View, before, equal, since


class PriorPeriodAdjustment(Embedded):
    """What belongs to an earlier, closed month and took effect in this one (CRN-13)."""

    corrects: date = Field(description="The closed month, by its first day.")
    note_id: UUID | None = Field(description="Whose money it is; null if of a claim alone.")
    claim_id: UUID | None = Field(None, description="The claim, if it concerns that alone.")
    effect: e.Effect
    of: UUID = Field(description="The allocation or remainder; else the note or the claim.")
    amount: Decimal
    at: datetime = Field(description="When it was posted.")


class ReconciliationPeriod(Row):
    """A month of one manufacturer and currency that is closed, or was adjusted.

    What its closing showed is `reconciliation` of its days as of the position `closed_as_of`.
    """

    period_id: UUID
    manufacturer_id: UUID
    currency: str
    month: date = Field(description="By its first day.")
    closed: bool = False
    closed_at: datetime | None = None
    closed_by: Names | None = None
    closed_as_of: Position | None = None
    due_on: date | None = Field(None, description="By when it was to be closed.")
    late: bool = False
    adjustments: tuple[PriorPeriodAdjustment, ...] = ()


def period_id(recorded: Recorded[e.Event]) -> tuple[Hashable, ...]:
    return (uuid5(recorded.stream_id, f"{recorded.event.month}"),)


def fold(
    row: ReconciliationPeriod | None, recorded: Recorded[e.Event], reference: Any
) -> ReconciliationPeriod:
    event = recorded.event
    period = row or ReconciliationPeriod(
        period_id=uuid5(recorded.stream_id, f"{event.month}"),
        manufacturer_id=event.manufacturer_id,
        currency=event.currency,
        month=event.month,
    )
    match event:
        case e.PeriodClosed():
            return closed(period, event, recorded)
        case e.PriorPeriodAdjusted():
            made = adjustment(event, recorded.recorded_at)
            return period.but(adjustments=(*period.adjustments, made))
        case never:
            assert_never(never)


def closed(
    period: ReconciliationPeriod, event: e.PeriodClosed, recorded: Recorded[e.Event]
) -> ReconciliationPeriod:
    return period.but(
        closed=True,
        closed_at=recorded.effective_at,
        closed_by=event.closed_by,
        closed_as_of=recorded.position,
        due_on=event.due_on,
        late=event.late,
    )


def adjustment(event: e.PriorPeriodAdjusted, at: datetime) -> PriorPeriodAdjustment:
    return PriorPeriodAdjustment(
        corrects=event.corrects,
        note_id=event.note_id,
        claim_id=event.claim_id,
        effect=event.effect,
        of=event.of,
        amount=event.amount.amount,
        at=at,
    )


RECONCILIATION_PERIODS = View(
    name="reconciliation_periods",
    row=ReconciliationPeriod,
    events=e.Event,
    version=2,
    keys=period_id,
    fold=fold,
    owners=EVERYONE,
    scope="credits:read",
    filters=(
        equal("manufacturer_id"),
        equal("currency", indexed=False),
        equal("closed", indexed=False),
        since("month"),
        before("month"),
    ),
    orders=("month",),
    relations={"manufacturer": One("manufacturers", via="manufacturer_id")},
)
