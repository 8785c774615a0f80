"""Roles, levels, and standing in for one another (SEG-6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Actor, Forbidden, Role, Stream, World
from domain.registry.authority import authorised
from domain.registry.equipment import RecordExclusion
from domain.registry.person import (
    AssignRoles,
    CertifyEngineer,
    DelegateRole,
    DelegationNotYours,
    DelegationRevoked,
    DelegationToOneself,
    EngineerCertified,
    HasLeft,
    LevelWithdrawn,
    MovePerson,
    NoLevelToWithdraw,
    NoSuchDelegation,
    PeriodEmpty,
    Person,
    PersonExists,
    PersonLeft,
    PersonMoved,
    PersonNotFound,
    PersonRegistered,
    RecordDeparture,
    RegisterPerson,
    RevokeDelegation,
    RoleDelegated,
    RoleNotHeld,
    RoleOfNoPerson,
    RolesAssigned,
    WatchesTheStations,
    WithdrawLevel,
)
from domain.registry.station import Station, StationNotFound, StationRegistered
from domain.vocabulary import EngineerLevel, ExclusionGround
from tests.rules import part_of, rule
from tests.scenario import ADAM, DORA, FINN, GINA, MAX, MIA, NOON, given, on, standing_in, state_of
from tests.stories import DELIVERED, MACHINE, OTHER_STATION, STATION, file_of, setting

DAY = timedelta(days=1)
MAXS = Stream(Person.kind, MAX.id)
REGISTERED = PersonRegistered(
    person_id=MAX.id,
    name="Max",
    held=frozenset({Role.CLAIMS_MANAGER, Role.SERVICE_DIRECTOR}),
    station_id=None,
    level=None,
)
DELEGATED = RoleDelegated(role=Role.CLAIMS_MANAGER, to=MIA.id, since=NOON - DAY, until=NOON + DAY)
REVOKED = DelegationRevoked(role=Role.CLAIMS_MANAGER, to=MIA.id)


HARBOUR = Stream(Station.kind, STATION)


def max_is(*events):
    return given(on(MAXS, REGISTERED, *events), on(HARBOUR, StationRegistered(name="Harbour")))


def delegate(**changes):
    fields = {
        "person_id": MAX.id,
        "role": Role.CLAIMS_MANAGER,
        "to": MIA.id,
        "since": NOON - DAY,
        "until": NOON + DAY,
    }
    return DelegateRole(**fields | changes)


REVOKE = RevokeDelegation(person_id=MAX.id, role=Role.CLAIMS_MANAGER, to=MIA.id)

# ── the register ────────────────────────────────────────────────────────────


def register(held=REGISTERED.held):
    return RegisterPerson(person_id=MAX.id, name="Max", held=held)


def test_somebody_is_registered_with_their_roles_once():
    given().when(register(), actor=ADAM).then(REGISTERED)
    max_is().when(register(), actor=ADAM).then_refused(PersonExists)


@pytest.mark.parametrize(
    "command", [register({Role.SYSTEM}), AssignRoles(person_id=MAX.id, held={Role.SYSTEM})]
)
def test_nobody_is_the_system(command):
    scenario = max_is() if isinstance(command, AssignRoles) else given()
    scenario.when(command, actor=ADAM).then_refused(RoleOfNoPerson)


CHANGES = [
    (AssignRoles(person_id=MAX.id, held={Role.FINANCE}), RolesAssigned(held={Role.FINANCE})),
    (
        CertifyEngineer(person_id=MAX.id, level=EngineerLevel.TCL3),
        EngineerCertified(level=EngineerLevel.TCL3),
    ),
    (MovePerson(person_id=MAX.id, station_id=STATION), PersonMoved(station_id=STATION)),
]


@pytest.mark.parametrize(("command", "event"), CHANGES)
def test_a_change_is_recorded_once(command, event):
    max_is().when(command, actor=ADAM).then(event)
    max_is(event).when(command, actor=ADAM).then_nothing()


@pytest.mark.parametrize("command", [change for change, _ in CHANGES])
def test_who_is_not_registered_cannot_change(command):
    given().when(command, actor=ADAM).then_refused(PersonNotFound)


def test_nobody_belongs_to_a_station_that_does_not_exist():
    nowhere = MovePerson(person_id=MAX.id, station_id=OTHER_STATION)
    max_is().when(nowhere, actor=ADAM).then_refused(StationNotFound)
    there = register().model_copy(update={"station_id": OTHER_STATION})
    given().when(there, actor=ADAM).then_refused(StationNotFound)


@rule("SEG-2")
@pytest.mark.parametrize("role", [Role.FINANCE, Role.PARTS_ADMIN])
def test_who_watches_the_stations_belongs_to_none(role):
    watching = register({role, Role.CLAIMS_MANAGER})
    assert max_is().when(watching.model_copy(update={"person_id": MIA.id}), actor=ADAM).outcome()
    there = watching.model_copy(update={"person_id": MIA.id, "station_id": STATION})
    max_is().when(there, actor=ADAM).then_refused(WatchesTheStations)
    assigned = AssignRoles(person_id=MAX.id, held={role})
    max_is(PersonMoved(station_id=STATION)).when(assigned, actor=ADAM).then_refused(
        WatchesTheStations
    )
    moved = MovePerson(person_id=MAX.id, station_id=STATION)
    max_is(RolesAssigned(held={role})).when(moved, actor=ADAM).then_refused(WatchesTheStations)
    away = MovePerson(person_id=MAX.id, station_id=None)
    imported = max_is(PersonMoved(station_id=STATION), RolesAssigned(held={role}))
    imported.when(away, actor=ADAM).then(PersonMoved(station_id=None))


def test_a_level_is_withdrawn_with_its_reason():
    withdraw = WithdrawLevel(person_id=MAX.id, reason="the certificate ran out")
    reached = EngineerCertified(level=EngineerLevel.TCL3)
    withdrawn = LevelWithdrawn(level=EngineerLevel.TCL3, reason="the certificate ran out")
    max_is(reached).when(withdraw, actor=DORA).then(withdrawn)
    max_is(reached, withdrawn).when(withdraw, actor=DORA).then_refused(NoLevelToWithdraw)


# ── leaving ─────────────────────────────────────────────────────────────────

LEAVE = RecordDeparture(person_id=MAX.id, reason="retired")
LEFT = PersonLeft(reason="retired")


@rule("SEG-6")
def test_who_leaves_has_no_role_no_station_and_no_deputies_any_more():
    moved = PersonMoved(station_id=STATION)
    max_is(moved, DELEGATED).when(LEAVE, actor=ADAM).then(LEFT)
    max_is().when(LEAVE, actor=MAX).then_refused(Forbidden)
    state = state_of(MAXS, (REGISTERED, moved, DELEGATED, LEFT))
    assert (state.held, state.station_id, state.delegations) == (frozenset(), None, {})


@rule("SEG-6")
def test_nothing_more_is_said_of_who_left_until_they_are_back():
    for change in (*(change for change, _ in CHANGES), LEAVE):
        max_is(LEFT).when(change, actor=ADAM).then_refused(HasLeft)
    max_is(LEFT).when(delegate(), actor=MAX).then_refused(HasLeft)
    max_is(LEFT).when(register(), actor=ADAM).then(REGISTERED)


@rule("SEG-6")
def test_nobody_delegates_to_who_left_and_who_left_stands_in_for_nobody():
    gone = on(
        Stream(Person.kind, MIA.id), REGISTERED.model_copy(update={"person_id": MIA.id}), LEFT
    )
    given(max_is().histories, gone).when(delegate(), actor=MAX).then_refused(HasLeft)
    further = delegate(to=DORA.id, since=NOON, until=NOON + DAY)
    still_runs = given(max_is(DELEGATED).histories, gone)
    still_runs.when(further, actor=standing_in(MIA, MAX)).then_refused(Forbidden, "delegated")


def test_no_level_is_below_the_first_and_none_above_the_fourth():
    needed, level = EngineerLevel.TCL2, list(EngineerLevel)
    assert [one.suffices_for(needed) for one in level] == [False, True, True, True]


# ── delegating ──────────────────────────────────────────────────────────────


@rule("SEG-6")
@pytest.mark.parametrize("actor", [MAX, ADAM], ids=["oneself", "an administrator"])
def test_a_role_is_delegated_to_a_named_person_for_a_period(actor):
    max_is().when(delegate(), actor=actor).then(DELEGATED)
    max_is(DELEGATED).when(REVOKE, actor=actor).then(REVOKED)


@rule("SEG-6")
@pytest.mark.parametrize("command", [delegate(), REVOKE])
@pytest.mark.parametrize("actor", [MIA, DORA], ids=["the delegate", "somebody else"])
def test_nobody_else_delegates_or_ends_it(command, actor):
    max_is(DELEGATED).when(command, actor=actor).then_refused(DelegationNotYours)


@rule("SEG-6")
def test_a_delegate_does_not_delegate_further():
    further = delegate(to=DORA.id)
    stands_in = standing_in(MIA, MAX)
    max_is(DELEGATED).when(further, actor=stands_in).then_refused(DelegationNotYours)


INSTANT = timedelta.resolution


@rule("SEG-6")
@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (NOON - DAY - INSTANT, False),
        (NOON - DAY, True),
        (NOON + DAY - INSTANT, True),
        (NOON + DAY, False),
    ],
)
def test_what_a_delegate_decides_counts_from_the_first_instant_of_the_period_to_its_last(
    now, holds
):
    story = setting().tell(delegate(), ADAM)
    excluded = RecordExclusion(
        equipment_id=MACHINE,
        ground=ExclusionGround.OPENED_SEAL,
        since=DELIVERED,
        evidence=(file_of("seal"),),
    )
    scenario = given(story.histories)
    scenario.when(excluded, actor=GINA, now=now).then_refused(Forbidden)
    to_gina = given(story.tell(delegate(to=GINA.id), ADAM).histories)
    wished = to_gina.when(excluded, actor=standing_in(GINA, MAX), now=now)
    if holds:
        assert wished.outcome()
    else:
        wished.then_refused(Forbidden, "delegated")


@rule("SEG-6")
def test_nor_does_an_administrator_who_is_one():
    admin = standing_in(ADAM, MAX)
    delegated = max_is(DELEGATED.model_copy(update={"to": ADAM.id}))
    further = delegate(to=DORA.id)
    delegated.when(further, actor=admin).then_refused(DelegationNotYours)
    assert delegated.when(further, actor=ADAM).outcome()


@rule("SEG-6")
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (delegate(role=Role.FINANCE), RoleNotHeld),
        (delegate(to=MAX.id), DelegationToOneself),
        (delegate(since=NOON + DAY, until=NOON + DAY), PeriodEmpty),
        (delegate(since=NOON - 2 * DAY, until=NOON), PeriodEmpty),
        (REVOKE, NoSuchDelegation),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(command, refusal):
    max_is().when(command, actor=MAX).then_refused(refusal)


@rule("SEG-6")
def test_what_was_revoked_is_not_revoked_again():
    max_is(DELEGATED, REVOKED).when(REVOKE, actor=MAX).then_refused(NoSuchDelegation)


# ── who may give a command ──────────────────────────────────────────────────

MANAGERS = frozenset({Role.CLAIMS_MANAGER})


def asked_by(actor: Actor, *events, now=NOON) -> World:
    others = {Stream(Person.kind, other.id): None for other in (MIA, DORA, FINN)}
    return World(now, actor, now, {**others, MAXS: state_of(MAXS, (REGISTERED, *events))})


def test_a_command_is_given_in_the_roles_that_the_actor_has_of_its():
    mandate = authorised(asked_by(MAX), MANAGERS | {Role.SERVICE_DIRECTOR})
    assert mandate.roles == MANAGERS
    assert (mandate.names.person, mandate.names.on_behalf_of) == (MAX.id, None)


def test_without_one_of_the_roles_a_command_is_forbidden():
    with pytest.raises(Forbidden, match="one of the roles claims_manager"):
        authorised(asked_by(MIA), MANAGERS)
    max_is().when(delegate(), actor=Actor(MAX.id, frozenset())).then_refused(Forbidden)


@part_of("SEG-6")
def test_a_delegate_acts_in_the_delegators_role_under_both_names():
    mandate = authorised(asked_by(standing_in(MIA, MAX), DELEGATED), MANAGERS)
    assert mandate.roles == MANAGERS
    assert (mandate.names.person, mandate.names.on_behalf_of) == (MIA.id, MAX.id)


@part_of("SEG-6")
@pytest.mark.parametrize(
    ("actor", "events", "now"),
    [
        pytest.param(MIA, (), NOON, id="never delegated"),
        pytest.param(MIA, (DELEGATED, REVOKED), NOON, id="revoked"),
        pytest.param(MIA, (DELEGATED,), NOON - DAY - timedelta(seconds=1), id="not yet"),
        pytest.param(MIA, (DELEGATED,), NOON + DAY, id="no longer"),
        pytest.param(DORA, (DELEGATED,), NOON, id="to somebody else"),
        pytest.param(MIA, (DELEGATED, RolesAssigned(held={Role.FINANCE})), NOON, id="lost role"),
        pytest.param(MAX, (DELEGATED,), NOON, id="own role on behalf of oneself"),
    ],
)
def test_a_delegation_counts_only_while_it_runs_to_whom_it_names(actor, events, now):
    with pytest.raises(Forbidden, match="Nobody delegated"):
        authorised(asked_by(standing_in(actor, MAX), *events, now=now), MANAGERS)


@part_of("SEG-6")
def test_a_delegate_brings_none_of_their_own_roles_along():
    with pytest.raises(Forbidden):
        authorised(asked_by(standing_in(FINN, MAX), DELEGATED), frozenset({Role.FINANCE}))


@part_of("SEG-6")
def test_the_delegators_history_is_always_looked_at():
    absent = standing_in(MIA, GINA)
    with pytest.raises(Exception, match="registry.Person") as missing:
        authorised(asked_by(absent), MANAGERS)
    assert missing.value.streams == {Stream(Person.kind, GINA.id)}
