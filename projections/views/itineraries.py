"""Where engineers go on which day, and whether that was known in time (FLD-11)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names
from domain.messages import PersonalText
from domain.repairs.field import itinerary as e
from projections.view import Embedded, One, Owner, Row, View, before, equal, since


class ItineraryStop(Embedded):
    """Where an engineer goes, for what, and whom they meet there."""

    field_order_id: UUID | None
    work: str
    customer_id: UUID | None
    place: PersonalText | None
    contact: PersonalText | None


class Itinerary(Row):
    """The stops of an engineer on a day. Filed again, it keeps its first time."""

    itinerary_id: UUID
    engineer_id: UUID
    station_id: UUID | None
    day: date
    stops: tuple[ItineraryStop, ...] = Field(description="As filed last.")
    times: int = Field(description="How often it was filed.")
    due_at: datetime | None
    late: bool | None
    filed_at: datetime
    filed_by: Names


def fold(row: Itinerary | None, recorded: Recorded[e.Event], reference: Any) -> Itinerary:
    event = recorded.event
    stops = tuple(map(stop, event.stops))
    if row:
        return row.but(stops=stops, times=row.times + 1)
    return Itinerary(
        itinerary_id=recorded.stream_id,
        engineer_id=event.engineer_id,
        station_id=event.station_id,
        day=event.day,
        stops=stops,
        times=1,
        due_at=event.due_at,
        late=event.late,
        filed_at=recorded.effective_at,
        filed_by=event.filed_by,
    )


def stop(filed: e.SealedStop) -> ItineraryStop:
    return ItineraryStop(
        field_order_id=filed.field_order_id,
        work=filed.work,
        customer_id=filed.customer_id,
        place=filed.place,
        contact=filed.contact,
    )


ITINERARIES = View(
    name="itineraries",
    row=Itinerary,
    events=e.Event,
    fold=fold,
    owners={Owner.STATION: "station_id"},
    scope="repairs:read",
    filters=(
        equal("engineer_id"),
        equal("station_id"),
        equal("late", indexed=False),
        since("day"),
        before("day"),
    ),
    orders=("day",),
    relations={
        "engineer": One("people", via="engineer_id"),
        "station": One("stations", via="station_id"),
    },
)
