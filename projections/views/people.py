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


class Assignment(Embedded):
    """What somebody was, where, and how far qualified, from a moment until another."""

    roles: tuple[Role, ...]
    station_id: UUID | None
    level: EngineerLevel | None
    since: datetime
    until: datetime | None = None


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
    assignments: tuple[Assignment, ...] = Field(
        (), description="Roles, stations and levels over time; the last is that of now."
    )
    left_at: datetime | None = None
    left: bool = Field(False, description="Whether they left; who came back did not.")
    registered_at: datetime


def fold(row: Person | None, recorded: Recorded[person.Event], reference: Any) -> Person | None:
    event, at = recorded.event, recorded.effective_at
    if isinstance(event, person.PersonRegistered):
        return entered(recorded.stream_id, event, at, row)
    match event:
        case person.RolesAssigned(held=held):
            return assigned(known(row).but(roles=in_order(held)), at)
        case person.EngineerCertified(level=level):
            return assigned(known(row).but(level=level), at)
        case person.LevelWithdrawn():
            return assigned(known(row).but(level=None), at)
        case person.PersonMoved(station_id=station_id):
            return assigned(known(row).but(station_id=station_id), at)
        case person.PersonLeft():
            return gone(known(row), at)
        case person.RoleDelegated() | person.DelegationRevoked():
            return known(row).but(delegations=delegations(known(row), event))
        case never:
            assert_never(never)


def delegations(
    row: Person, event: person.RoleDelegated | person.DelegationRevoked
) -> tuple[Delegation, ...]:
    rest = others(row, event.role, event.to)
    if isinstance(event, person.DelegationRevoked):
        return rest
    given = Delegation(role=event.role, to=event.to, since=event.since, until=event.until)
    return (*rest, given)


def entered(
    id: UUID, registered: person.PersonRegistered, at: datetime, before: Person | None
) -> Person:
    """Who comes back keeps what they were before."""
    new = Person(
        person_id=id,
        name=registered.name,
        roles=in_order(registered.held),
        station_id=registered.station_id,
        level=registered.level,
        assignments=before.assignments if before else (),
        registered_at=at,
    )
    return assigned(new, at)


def assigned(row: Person, at: datetime) -> Person:
    """What they are from now on, after what they were until now."""
    now = Assignment(roles=row.roles, station_id=row.station_id, level=row.level, since=at)
    return row.but(assignments=(*until(row, at), now))


def until(row: Person, at: datetime) -> tuple[Assignment, ...]:
    """What they were, the last of it until a moment."""
    if not row.assignments or row.assignments[-1].until is not None:
        return row.assignments
    *earlier, last = row.assignments
    return (*earlier, last.model_copy(update={"until": at}))


def gone(row: Person, at: datetime) -> Person:
    return row.but(
        roles=(),
        station_id=None,
        delegations=(),
        assignments=until(row, at),
        left=True,
        left_at=at,
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
    version=2,
    filters=(
        equal("station_id"),
        equal("level", indexed=False),
        equal("left", indexed=False),
    ),
    orders=("registered_at",),
    relations={
        "station": One("stations", via="station_id"),
        "field_orders": Many("field_orders", via="engineer_id"),
        "contacts": Many("contacts", via="person_in_charge_id"),
        "work_requests": Many("work_requests", via="person_id"),
        "itineraries": Many("itineraries", via="engineer_id"),
    },
)
