"""Who may give a command: in which roles, and for which station (SEG-2, SEG-6)."""

from __future__ import annotations

from uuid import UUID

from domain.approvals import Mandate, names
from domain.messages import Forbidden, Refusal, RefusalCode, Role, World
from domain.registry.person import Person, gone

STATION_ROLES = frozenset(
    {
        Role.SERVICE_AGENT,
        Role.SERVICE_SUPERVISOR,
        Role.STATION_MANAGER,
        Role.ENGINEER,
        Role.WORKSHOP_LEAD,
        Role.QUALITY_INSPECTOR,
        Role.STOREKEEPER,
    }
)
"""Who has no other role, and a station, deals with what is of that station alone."""


class ManagesTheStation(Refusal):
    """Whoever manages a station neither approves nor edits its finance and stock records."""

    code = RefusalCode.FORBIDDEN
    rule = "SEG-2"


def authorised(world: World, roles: frozenset[Role]) -> Mandate:
    """In which of the roles the command is given, by whom (SEG-6). Raises Forbidden.

    A delegate acts in roles that the delegator has and has delegated; the delegator's history is
    looked at, so that it cannot change between this and the append.
    """
    principal = world.actor.on_behalf_of
    held = world.actor.roles if principal is None else delegated(world, principal)
    if given := roles & held:
        return Mandate(names(world), given)
    needed = ", ".join(sorted(roles))
    whose = "You need" if principal is None else "Nobody delegated to you, for now,"
    raise Forbidden(f"{whose} one of the roles {needed}.")


def delegated(world: World, principal: UUID) -> frozenset[Role]:
    """None to who has left, although the delegation of who has not still runs."""
    person = world.of(Person, principal)
    given = person.delegated(world.actor.id, world) & person.held if person else frozenset()
    return frozenset() if given and gone(world.actor.id, world) else given


def confined_to(world: World) -> UUID | None:
    """The station outside which the command may touch nothing; None for headquarters.

    A delegate is confined as the delegator is.
    """
    station, roles = world.actor.station, world.actor.roles
    if world.actor.on_behalf_of is not None:
        principal = world.of(Person, world.actor.on_behalf_of)
        station, roles = (principal.station_id, principal.held) if principal else (None, roles)
    return station if roles <= STATION_ROLES else None


def refuse_manager_of(station_id: UUID, world: World) -> None:
    """Raises ManagesTheStation, also for who stands in for its manager or its manager for them."""
    if Role.STATION_MANAGER in world.actor.roles and world.actor.station == station_id:
        raise ManagesTheStation
    if world.actor.on_behalf_of is None:
        return
    principal = world.of(Person, world.actor.on_behalf_of)
    if principal and Role.STATION_MANAGER in principal.held and principal.station_id == station_id:
        raise ManagesTheStation
