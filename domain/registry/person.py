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
from domain.messages import (
    About,
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
from domain.registry.station import Station, StationNotFound
from domain.vocabulary import EngineerLevel

OF_NO_PERSON = frozenset({Role.SYSTEM})
WATCHING = frozenset({Role.FINANCE, Role.PARTS_ADMIN})
"""Who watches the stations, and so reports to none (SEG-2)."""

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


class WithdrawLevel(PersonCommand):
    """Record that an engineer no longer has the level they had reached."""

    roles = frozenset({Role.ADMIN, Role.SERVICE_DIRECTOR})
    reason: Text


class MovePerson(PersonCommand):
    """Say to which station somebody belongs from now on."""

    roles = frozenset({Role.ADMIN})
    station_id: UUID | None


class RecordDeparture(PersonCommand):
    """Record that somebody left: their roles, their station and their delegations end.

    Who comes back is registered anew.
    """

    roles = frozenset({Role.ADMIN})
    reason: Text


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


Deputising: TypeAlias = DelegateRole | RevokeDelegation
Changing: TypeAlias = AssignRoles | CertifyEngineer | WithdrawLevel | MovePerson | RecordDeparture
Command: TypeAlias = RegisterPerson | Changing | Deputising

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


class LevelWithdrawn(messages.Event):
    """An engineer no longer has the level they had reached."""

    context = "registry"
    level: EngineerLevel
    reason: str


class PersonMoved(messages.Event):
    """Somebody belongs to another station, or to none."""

    context = "registry"
    station_id: UUID | None


class PersonLeft(messages.Event):
    """Somebody left: their roles, their station and the delegations of their roles ended."""

    context = "registry"
    reason: str


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
    | LevelWithdrawn
    | PersonMoved
    | PersonLeft
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


class HasLeft(Refusal):
    """This person has left. Register them anew if they are back."""

    rule = "SEG-6"


class NoLevelToWithdraw(Refusal):
    """This person has no level as an engineer."""


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


class WatchesTheStations(Refusal):
    """Finance and parts administration watch the stations: they belong to none."""

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
    left: bool = False

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
        case LevelWithdrawn():
            return replace(person, level=None)
        case PersonMoved(station_id=station_id):
            return replace(person, station_id=station_id)
        case PersonLeft():
            return Person(frozenset(), None, person.level, left=True)
        case RoleDelegated() | DelegationRevoked():
            return replace(person, delegations=delegations(person, event))
        case never:
            assert_never(never)


def delegations(
    person: Person, event: RoleDelegated | DelegationRevoked
) -> Mapping[tuple[Role, UUID], RoleDelegated]:
    """What is delegated to whom; delegated again, the later period counts."""
    others = {key: d for key, d in person.delegations.items() if key != (event.role, event.to)}
    if isinstance(event, DelegationRevoked):
        return others
    return {**others, (event.role, event.to): event}


# ── decisions ───────────────────────────────────────────────────────────────


def decide(person: Person | None, command: Command, world: World) -> list[Event]:
    if isinstance(command, RegisterPerson):
        return [register(person, command, world)]
    if person is None:
        raise PersonNotFound
    if person.left:
        raise HasLeft
    if isinstance(command, Deputising):
        return [deputise(person, command, world)]
    return change(person, command, world)


def change(person: Person, command: Changing, world: World) -> list[Event]:
    match command:
        case AssignRoles(held=held):
            refuse_system(held)
            refuse_watching(held, person.station_id, "held")
            return changed(held, person.held, RolesAssigned(held=held))
        case CertifyEngineer(level=level):
            return changed(level, person.level, EngineerCertified(level=level))
        case WithdrawLevel(reason=reason):
            return [withdraw(person, reason)]
        case MovePerson(station_id=station_id):
            refuse_unknown(station_id, world)
            refuse_watching(person.held, station_id, "station_id")
            return changed(station_id, person.station_id, PersonMoved(station_id=station_id))
        case RecordDeparture(reason=reason):
            return [PersonLeft(reason=reason)]
        case never:
            assert_never(never)


def changed(new: object, old: object, event: Event) -> list[Event]:
    """The event, unless what it says is so already."""
    return [event] if new != old else []


def register(person: Person | None, command: RegisterPerson, world: World) -> PersonRegistered:
    if person and not person.left:
        raise PersonExists
    refuse_system(command.held)
    refuse_unknown(command.station_id, world)
    refuse_watching(command.held, command.station_id, "station_id")
    return PersonRegistered(**dict(command))


def refuse_system(held: frozenset[Role]) -> None:
    if held & OF_NO_PERSON:
        raise RoleOfNoPerson(fields=("held",))


def refuse_watching(held: frozenset[Role], station_id: UUID | None, field: str) -> None:
    """Raises WatchesTheStations (SEG-2)."""
    if station_id and held & WATCHING:
        raise WatchesTheStations(fields=(field,))


def refuse_unknown(station_id: UUID | None, world: World) -> None:
    """Raises StationNotFound."""
    if station_id and world.of(Station, station_id) is None:
        raise StationNotFound(fields=("station_id",))


def withdraw(person: Person, reason: str) -> LevelWithdrawn:
    if person.level is None:
        raise NoLevelToWithdraw
    return LevelWithdrawn(level=person.level, reason=reason)


def deputise(
    person: Person, command: Deputising, world: World
) -> RoleDelegated | DelegationRevoked:
    refuse_others(command, world)
    match command:
        case DelegateRole():
            return delegate(person, command, world)
        case RevokeDelegation(role=role, to=to):
            return end(person, role, to)
        case never:
            assert_never(never)


def delegate(person: Person, command: DelegateRole, world: World) -> RoleDelegated:
    if command.role not in person.held:
        raise RoleNotHeld(fields=("role",))
    if command.to == command.person_id:
        raise DelegationToOneself(fields=("to",))
    if command.until <= max(command.since, world.now):
        raise PeriodEmpty(fields=("since", "until"))
    if gone(command.to, world):
        raise HasLeft(fields=("to",))
    return RoleDelegated(role=command.role, to=command.to, since=command.since, until=command.until)


def end(person: Person, role: Role, to: UUID) -> DelegationRevoked:
    if (role, to) not in person.delegations:
        raise NoSuchDelegation
    return DelegationRevoked(role=role, to=to)


def refuse_others(command: Deputising, world: World) -> None:
    """A delegate cannot delegate further, nor end what was given to them (SEG-6)."""
    actor = world.actor
    oneself = actor.id == command.person_id or Role.ADMIN in actor.roles
    if not oneself or actor.on_behalf_of is not None:
        raise DelegationNotYours


def gone(person_id: UUID, world: World) -> bool:
    person = world.of(Person, person_id)
    return person is not None and person.left
