"""People of the organisation: their roles, their level, their station, and who stands in for them.

A role may be delegated to a named person for a period; what the delegate then does shows both
names (SEG-6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from domain import messages
from domain.approvals import Mandate, names
from domain.messages import (
    About,
    Forbidden,
    Moment,
    NotFound,
    PersonalText,
    Refusal,
    RefusalCode,
    Role,
    Stream,
    Text,
    World,
)
from domain.vocabulary import EngineerLevel

OF_NO_PERSON = frozenset({Role.SYSTEM})
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

STAFF = frozenset(Role) - {Role.SYSTEM, Role.AUDITOR, Role.CUSTOMER, Role.DEALER}

# ── commands ────────────────────────────────────────────────────────────────


class PersonCommand(messages.Command):
    person_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(Person.kind, self.person_id)


class RegisterPerson(PersonCommand):
    """Enter somebody with their roles."""

    roles = frozenset({Role.ADMIN})
    name: Text
    held: frozenset[Role]
    station_id: UUID | None = None
    level: EngineerLevel | None = None


class AssignRoles(PersonCommand):
    """Say which roles somebody has from now on."""

    roles = frozenset({Role.ADMIN})
    held: frozenset[Role]


class CertifyEngineer(PersonCommand):
    """Record the level that an engineer has reached."""

    roles = frozenset({Role.ADMIN, Role.SERVICE_DIRECTOR})
    level: EngineerLevel


class MovePerson(PersonCommand):
    """Say to which station somebody belongs from now on."""

    roles = frozenset({Role.ADMIN})
    station_id: UUID | None


class DelegateRole(PersonCommand):
    """Have a named person stand in for you in one role for a period."""

    roles = STAFF
    role: Role
    to: UUID
    since: Moment
    until: Moment


class RevokeDelegation(PersonCommand):
    """End a delegation before its time."""

    roles = STAFF
    role: Role
    to: UUID


Command: TypeAlias = (
    RegisterPerson | AssignRoles | CertifyEngineer | MovePerson | DelegateRole | RevokeDelegation
)

# ── events ──────────────────────────────────────────────────────────────────


class PersonRegistered(messages.Event):
    """Somebody belongs to the organisation, in certain roles."""

    context = "registry"
    person_id: UUID
    name: Annotated[PersonalText, About("person_id")]
    held: frozenset[Role]
    station_id: UUID | None
    level: EngineerLevel | None


class RolesAssigned(messages.Event):
    """Somebody has exactly these roles from now on."""

    context = "registry"
    held: frozenset[Role]


class EngineerCertified(messages.Event):
    """An engineer has reached a level."""

    context = "registry"
    level: EngineerLevel


class PersonMoved(messages.Event):
    """Somebody belongs to another station, or to none."""

    context = "registry"
    station_id: UUID | None


class RoleDelegated(messages.Event):
    """Somebody stands in for another in one role, from a moment until before another."""

    context = "registry"
    role: Role
    to: UUID
    since: Moment
    until: Moment


class DelegationRevoked(messages.Event):
    """Somebody no longer stands in for another in one role."""

    context = "registry"
    role: Role
    to: UUID


Event: TypeAlias = (
    PersonRegistered
    | RolesAssigned
    | EngineerCertified
    | PersonMoved
    | RoleDelegated
    | DelegationRevoked
)

# ── refusals ────────────────────────────────────────────────────────────────


class PersonNotFound(NotFound):
    """There is no such person."""


class PersonExists(Refusal):
    """This person is registered already."""

    code = RefusalCode.CONFLICT


class RoleOfNoPerson(Refusal):
    """The role `system` is that of the program itself; no person has it."""

    code = RefusalCode.INVALID


class RoleNotHeld(Refusal):
    """Only a role that the person has can be delegated."""

    rule = "SEG-6"


class DelegationNotYours(Refusal):
    """Only the person themselves, or an administrator, delegates their roles or ends it."""

    code = RefusalCode.FORBIDDEN
    rule = "SEG-6"


class DelegationToOneself(Refusal):
    """Nobody stands in for themselves."""

    code = RefusalCode.INVALID
    rule = "SEG-6"


class PeriodEmpty(Refusal):
    """A delegation ends after it begins, and not in the past."""

    code = RefusalCode.INVALID
    rule = "SEG-6"


class NoSuchDelegation(Refusal):
    """This role is not delegated to that person."""

    code = RefusalCode.NOT_FOUND
    rule = "SEG-6"


class ManagesTheStation(Refusal):
    """Whoever manages a station neither approves nor edits its finance and stock records."""

    code = RefusalCode.FORBIDDEN
    rule = "SEG-2"


# ── state ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Person:
    """What decisions need to remember of somebody."""

    kind: ClassVar[str] = "registry.Person"
    held: frozenset[Role]
    station_id: UUID | None
    level: EngineerLevel | None
    delegations: Mapping[tuple[Role, UUID], RoleDelegated] = field(default_factory=dict)

    def delegated(self, to: UUID, world: World) -> frozenset[Role]:
        """The roles in which somebody may act for this person now."""
        return frozenset(
            given.role
            for given in self.delegations.values()
            if given.to == to and given.since <= world.now < given.until
        )


State = Person


def evolve(person: Person | None, event: Event) -> Person:
    if isinstance(event, PersonRegistered):
        return Person(event.held, event.station_id, event.level)
    assert person is not None, "a person is registered first"
    match event:
        case RolesAssigned(held=held):
            return replace(person, held=held)
        case EngineerCertified(level=level):
            return replace(person, level=level)
        case PersonMoved(station_id=station_id):
            return replace(person, station_id=station_id)
        case RoleDelegated(role=role, to=to):
            return replace(person, delegations={**person.delegations, (role, to): event})
        case DelegationRevoked(role=role, to=to):
            rest = {key: d for key, d in person.delegations.items() if key != (role, to)}
            return replace(person, delegations=rest)
        case never:
            assert_never(never)


# ── decisions ───────────────────────────────────────────────────────────────


def decide(person: Person | None, command: Command, world: World) -> list[Event]:
    if isinstance(command, RegisterPerson):
        return [register(person, command)]
    if person is None:
        raise PersonNotFound
    match command:
        case AssignRoles(held=held):
            refuse_system(held)
            return changed(held, person.held, RolesAssigned(held=held))
        case CertifyEngineer(level=level):
            return changed(level, person.level, EngineerCertified(level=level))
        case MovePerson(station_id=station_id):
            return changed(station_id, person.station_id, PersonMoved(station_id=station_id))
        case DelegateRole():
            return [delegate(person, command, world)]
        case RevokeDelegation(role=role, to=to):
            refuse_others(command, world)
            return [end(person, role, to)]
        case never:
            assert_never(never)


def changed(new: object, old: object, event: Event) -> list[Event]:
    """The event, unless what it says is so already."""
    return [event] if new != old else []


def register(person: Person | None, command: RegisterPerson) -> PersonRegistered:
    if person:
        raise PersonExists
    refuse_system(command.held)
    return PersonRegistered(**dict(command))


def refuse_system(held: frozenset[Role]) -> None:
    if held & OF_NO_PERSON:
        raise RoleOfNoPerson(fields=("held",))


def delegate(person: Person, command: DelegateRole, world: World) -> RoleDelegated:
    refuse_others(command, world)
    if command.role not in person.held:
        raise RoleNotHeld(fields=("role",))
    if command.to == command.person_id:
        raise DelegationToOneself(fields=("to",))
    if command.until <= max(command.since, world.now):
        raise PeriodEmpty(fields=("since", "until"))
    return RoleDelegated(role=command.role, to=command.to, since=command.since, until=command.until)


def end(person: Person, role: Role, to: UUID) -> DelegationRevoked:
    if (role, to) not in person.delegations:
        raise NoSuchDelegation
    return DelegationRevoked(role=role, to=to)


def refuse_others(command: DelegateRole | RevokeDelegation, world: World) -> None:
    """A delegate cannot delegate further, nor end what was given to them (SEG-6)."""
    actor = world.actor
    oneself = actor.id == command.person_id or Role.ADMIN in actor.roles
    if not oneself or actor.on_behalf_of is not None:
        raise DelegationNotYours


# ── who may give a command ──────────────────────────────────────────────────


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
    person = world.of(Person, principal)
    return person.delegated(world.actor.id, world) & person.held if person else frozenset()


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
