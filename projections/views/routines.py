"""What the claims staff did for which day or month: reviews, lists, checks (CLM-6a, CRN-8)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names
from domain.claims import routine as e
from domain.messages import Event
from projections.view import EVERYONE, Row, View, before, equal, since


class RoutineKind(StrEnum):
    """What is done every working day or month."""

    OPEN_CLAIMS_REVIEW = "open_claims_review"
    CLAIM_PARTS_MATCHING = "claim_parts_matching"
    COMMERCIAL_LEDGER = "commercial_ledger"
    UNRESUBMITTABLE_LIST = "unresubmittable_list"
    CLAIM_MEASURES = "claim_measures"
    CLAIM_PART_LIST = "claim_part_list"
    COMMERCIAL_PARTS = "commercial_parts"


KIND: Final[dict[type[Event], RoutineKind]] = {
    e.OpenClaimsReviewed: RoutineKind.OPEN_CLAIMS_REVIEW,
    e.ClaimPartsMatched: RoutineKind.CLAIM_PARTS_MATCHING,
    e.CommercialLedgerSent: RoutineKind.COMMERCIAL_LEDGER,
    e.UnresubmittableListed: RoutineKind.UNRESUBMITTABLE_LIST,
    e.ClaimsMeasured: RoutineKind.CLAIM_MEASURES,
    e.ClaimPartListChecked: RoutineKind.CLAIM_PART_LIST,
    e.CommercialPartsReconciled: RoutineKind.COMMERCIAL_PARTS,
}


class Routine(Row):
    """One review, list or check, of one day or month. Done again, it keeps its first time."""

    routine_id: UUID
    kind: RoutineKind
    first_day: date = Field(description="Of the day or month that it is about.")
    due_on: date
    late: bool
    findings: tuple[str, ...] = Field(description="What was found, each time.")
    times: int
    done_at: datetime
    done_by: Names


def fold(row: Routine | None, recorded: Recorded[e.Event], reference: Any) -> Routine:
    event = recorded.event
    if row:
        return row.but(times=row.times + 1, findings=(*row.findings, *event.findings))
    return Routine(
        routine_id=recorded.stream_id,
        kind=KIND[type(event)],
        first_day=event.first_day,
        due_on=event.due_on,
        late=event.late,
        findings=event.findings,
        times=1,
        done_at=recorded.effective_at,
        done_by=event.done_by,
    )


ROUTINES = View(
    name="routines",
    row=Routine,
    events=e.Event,
    fold=fold,
    owners=EVERYONE,
    scope="claims:internal",
    filters=(
        equal("kind"),
        equal("late", indexed=False),
        since("first_day"),
        before("first_day"),
    ),
    orders=("first_day", "done_at"),
)
