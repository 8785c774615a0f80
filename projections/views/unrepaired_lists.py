"""What was unrepaired at a station on a day, why, and whether it was listed in time (FLD-8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names
from domain.repairs.field import unrepaired_list as e
from projections.view import One, Owner, Row, View, before, equal, since


class UnrepairedList(Row):
    """A day's unrepaired orders of a station. Listed again, it keeps its first time."""

    unrepaired_list_id: UUID
    station_id: UUID
    day: date
    orders: tuple[e.UnrepairedOrder, ...] = Field(description="As listed last.")
    times: int = Field(description="How often it was listed.")
    due_at: datetime | None
    late: bool | None
    listed_at: datetime
    listed_by: Names


def fold(row: UnrepairedList | None, recorded: Recorded[e.Event], reference: Any) -> UnrepairedList:
    event = recorded.event
    if row:
        return row.but(orders=event.orders, times=row.times + 1)
    return UnrepairedList(
        unrepaired_list_id=recorded.stream_id,
        station_id=event.station_id,
        day=event.day,
        orders=event.orders,
        times=1,
        due_at=event.due_at,
        late=event.late,
        listed_at=recorded.effective_at,
        listed_by=event.listed_by,
    )


UNREPAIRED_LISTS = View(
    name="unrepaired_lists",
    row=UnrepairedList,
    events=e.Event,
    fold=fold,
    owners={Owner.STATION: "station_id"},
    scope="repairs:read",
    filters=(
        equal("station_id"),
        equal("late", indexed=False),
        since("day"),
        before("day"),
    ),
    orders=("day",),
    relations={"station": One("stations", via="station_id")},
)
