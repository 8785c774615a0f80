"""Service stations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from application.recorded import Recorded
from domain.registry import station
from projections.view import EVERYONE, Many, Row, View, equal, known


class Station(Row):
    """A service station."""

    station_id: UUID
    name: str
    registered_at: datetime


def fold(row: Station | None, recorded: Recorded[station.Event], reference: Any) -> Station | None:
    match recorded.event:
        case station.StationRegistered(name=name):
            return Station(
                station_id=recorded.stream_id, name=name, registered_at=recorded.effective_at
            )
        case station.StationRenamed(name=name):
            return known(row).but(name=name)
        case never:
            assert_never(never)


STATIONS = View(
    name="stations",
    row=Station,
    events=station.Event,
    fold=fold,
    owners=EVERYONE,
    scope="registry:read",
    filters=(equal("name"),),
    orders=("name", "registered_at"),
    relations={
        "people": Many("people", via="station_id"),
        "equipment": Many("equipment", via="station_id"),
        "claims": Many("claims", via="station_id"),
        "field_orders": Many("field_orders", via="station_id"),
        "contacts": Many("contacts", via="station_id"),
        "unrepaired_lists": Many("unrepaired_lists", via="station_id"),
    },
)
