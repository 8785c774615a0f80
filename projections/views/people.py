"""People of the organisation, with their roles and who stands in for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.messages import PersonalText, Role
from domain.registry import person
from domain.vocabulary import EngineerLevel
from projections.view import Embedded, Many, One, Owner, Row, View, equal, known


class Delegation(Embedded):
    """Somebody stands in for another in one role, for a period (SEG-6)."""

    role: Role
    to: UUID
    since: datetime
    until: datetime


class Person(Row):
    """Somebody who belongs to the organisation."""

    person_id: UUID
    name: PersonalText
    roles: tuple[Role, ...]
    station_id: UUID | None = Field(None, description="None for those at headquarters.")
    level: EngineerLevel | None = Field(None, description="How far an engineer is qualified.")
    delegations: tuple[Delegation, ...] = Field(
        (), description="Given and not revoked, whether or not their period is over."
    )
    registered_at: datetime


def fold(row: Person | None, recorded: Recorded[person.Event], reference: Any) -> Person | None:
    match recorded.event:
        case person.PersonRegistered() as registered:
            return entered(recorded.stream_id, registered, recorded.effective_at)
        case person.RolesAssigned(held=held):
            return known(row).but(roles=in_order(held))
        case person.EngineerCertified(level=level):
            return known(row).but(level=level)
        case person.PersonMoved(station_id=station_id):
            return known(row).but(station_id=station_id)
        case person.RoleDelegated(role=role, to=to, since=since, until=until):
            given = Delegation(role=role, to=to, since=since, until=until)
            return known(row).but(delegations=(*others(known(row), role, to), given))
        case person.DelegationRevoked(role=role, to=to):
            return known(row).but(delegations=others(known(row), role, to))
        case never:
            assert_never(never)


def entered(id: UUID, registered: person.PersonRegistered, at: datetime) -> Person:
    return Person(
        person_id=id,
        name=registered.name,
        roles=in_order(registered.held),
        station_id=registered.station_id,
        level=registered.level,
        registered_at=at,
    )


def in_order(held: frozenset[Role]) -> tuple[Role, ...]:
    """A set has no order of its own, and a row must always come out the same."""
    return tuple(role for role in Role if role in held)


def others(row: Person, role: Role, to: UUID) -> tuple[Delegation, ...]:
    return tuple(d for d in row.delegations if (d.role, d.to) != (role, to))


PEOPLE = View(
    name="people",
    row=Person,
    events=person.Event,
    fold=fold,
    owners={Owner.STATION: "station_id"},
    scope="people:read",
    filters=(equal("station_id"), equal("level", indexed=False)),
    orders=("registered_at",),
    relations={
        "station": One("stations", via="station_id"),
        "field_orders": Many("field_orders", via="engineer_id"),
        "itineraries": Many("itineraries", via="engineer_id"),
    },
)
