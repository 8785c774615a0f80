"""From a command to its events, through the real log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.database import Database
from application.handling import BackdatedWithoutReason, EffectiveInTheFuture, handle
from application.instruction import Instruction
from application.log import EventLog, Receipt
from application.log_refusals import CommandIdReused, Conflict, IdOfAnotherKind
from application.recorded import BEGINNING, Channel
from domain.corrections import (
    CorrectionOfCorrection,
    CorrectTime,
    EffectiveAfterRecorded,
    EffectiveBeforeBeginning,
    EventNotFound,
    TimeCorrected,
)
from domain.messages import Actor, Command, Forbidden, NotFound, Role
from domain.registry.manufacturer import (
    Identity,
    IdentityKind,
    RegisterManufacturer,
    RemoveManufacturerIdentity,
)
from domain.registry.person import DelegateRole, RegisterPerson, RevokeDelegation
from domain.registry.station import RegisterStation, RenameStation, StationExists
from tests.clock import NOON, Clock

STATION, OTHER = UUID(int=0x51), UUID(int=0x52)
BOSS, DEPUTY = UUID(int=0xB0), UUID(int=0xDE)
ADMIN = Actor(UUID(int=0xAD), frozenset({Role.ADMIN}))
FINANCE = Actor(UUID(int=0xF1), frozenset({Role.FINANCE}))
DIRECTOR = Actor(BOSS, frozenset({Role.SERVICE_DIRECTOR}))
STAND_IN = Actor(DEPUTY, frozenset(), on_behalf_of=BOSS)
REGISTER = RegisterStation(station_id=STATION, name="North")


class Desk:
    """Gives commands, each under the next id."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self.log, self.clock, self.given = log, clock, 0

    def asks(self, command: Command, **changes: Any) -> Instruction:
        self.given += 1
        asked: dict[str, Any] = {
            "command": command,
            "id": UUID(int=0xC0DE_0000 + self.given),
            "actor": ADMIN,
            "now": self.clock(),
            "channel": Channel.CLI,
        }
        return Instruction(**asked | changes)

    def gives(self, command: Command, **changes: Any) -> Receipt:
        return handle(self.log, self.asks(command, **changes))


@pytest.fixture
def desk(log: EventLog, clock: Clock) -> Desk:
    return Desk(log, clock)


def rename(name: str) -> RenameStation:
    return RenameStation(station_id=STATION, name=name)


def test_a_command_is_recorded_with_who_gave_it_and_how(desk: Desk) -> None:
    receipt = desk.gives(REGISTER)
    [found] = desk.log.history(STATION)
    assert found.envelope.command_id == receipt.command_id
    assert found.envelope.roles == {Role.ADMIN}
    assert receipt.position == found.position == 1


def test_a_retry_gets_the_first_receipt_and_changes_nothing(desk: Desk, clock: Clock) -> None:
    asked = desk.asks(REGISTER)
    first = handle(desk.log, asked)
    clock.forward(hours=1)
    assert handle(desk.log, asked) == first
    assert desk.log.last() == 1


def test_a_command_without_effect_leaves_a_receipt_a_refusal_does_not(desk: Desk) -> None:
    desk.gives(REGISTER)
    same = desk.asks(rename("North"))
    assert handle(desk.log, same).position == BEGINNING
    assert desk.log.receipt(same) is not None
    refused = desk.asks(REGISTER)
    with pytest.raises(StationExists):
        handle(desk.log, refused)
    assert desk.log.receipt(refused) is None
    assert desk.log.last() == 1


def test_a_command_id_is_not_used_twice(desk: Desk) -> None:
    first = desk.asks(REGISTER)
    handle(desk.log, first)
    with pytest.raises(CommandIdReused):
        desk.gives(rename("South"), id=first.id)
    assert desk.log.last() == 1


def test_who_may_not_give_a_command_changes_nothing(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.gives(REGISTER, actor=Actor(UUID(int=5), frozenset({Role.AUDITOR})))
    assert desk.log.last() == BEGINNING


def test_a_fact_is_not_told_before_it_takes_effect(desk: Desk) -> None:
    with pytest.raises(EffectiveInTheFuture):
        desk.gives(REGISTER, effective_at=NOON + timedelta(seconds=1), reason="soon")
    with pytest.raises(BackdatedWithoutReason):
        desk.gives(REGISTER, effective_at=NOON - timedelta(days=1))
    assert desk.log.last() == BEGINNING
    desk.gives(REGISTER, effective_at=NOON - timedelta(days=1), reason="opened yesterday")
    assert desk.log.history(STATION)[0].effective_at == NOON - timedelta(days=1)


def test_nothing_takes_effect_for_a_thing_before_it_began(desk: Desk) -> None:
    desk.gives(REGISTER, effective_at=NOON - timedelta(days=1), reason="opened yesterday")
    before = desk.log.last()
    with pytest.raises(EffectiveBeforeBeginning):
        desk.gives(
            rename("Quay"), effective_at=NOON - timedelta(days=1, seconds=1), reason="as before"
        )
    assert desk.log.last() == before
    desk.gives(rename("Quay"), effective_at=NOON - timedelta(days=1), reason="from the start")
    assert desk.log.last() == before + 1


def test_a_name_is_given_back_by_whoever_never_looked_at_it(desk: Desk) -> None:
    tax_id = Identity(kind=IdentityKind.TAX_ID, value="CN 1")
    named = {"name": "Crane Works", "identities": (tax_id,)}
    desk.gives(RegisterManufacturer(manufacturer_id=UUID(int=1), **named), actor=FINANCE)
    given_back = RemoveManufacturerIdentity(
        manufacturer_id=UUID(int=1), identity=tax_id, reason="typed wrong"
    )
    desk.gives(given_back, actor=FINANCE)
    other = {"name": "Other Works", "identities": (tax_id,)}
    receipt = desk.gives(RegisterManufacturer(manufacturer_id=UUID(int=2), **other), actor=FINANCE)
    assert len(receipt.streams) == 3  # its own, and its two names'


# ── races ───────────────────────────────────────────────────────────────────


class Interrupted(EventLog):
    """A log on which somebody else is faster, as often as the test says."""

    meanwhile: list[Callable[[], object]]

    def histories(self, streams: Any) -> Any:
        found = super().histories(streams)
        if self.meanwhile and streams:
            self.meanwhile.pop()()
        return found


@pytest.fixture
def interrupted(desk: Desk, database: Database, clock: Clock):
    with Interrupted(database, desk.log.vault, clock) as log:
        log.meanwhile = []
        yield log


def test_who_loses_a_race_decides_again(desk: Desk, interrupted: Interrupted) -> None:
    desk.gives(REGISTER)
    interrupted.meanwhile = [lambda: desk.gives(rename(f"{desk.given}")) for _ in range(3)]
    asked = desk.asks(rename("Last"))
    assert handle(interrupted, asked).position == 5
    assert [e.event.name for e in desk.log.history(STATION)][-1] == "Last"


def test_who_loses_every_race_is_told_of_the_conflict(desk: Desk, interrupted: Interrupted) -> None:
    desk.gives(REGISTER)
    interrupted.meanwhile = [lambda: desk.gives(rename(f"{desk.given}")) for _ in range(4)]
    asked = desk.asks(rename("Last"))
    with pytest.raises(Conflict):
        handle(interrupted, asked)
    assert desk.log.receipt(asked) is None
    assert desk.log.last() == 5


def test_a_race_between_two_that_want_the_same_ends_in_the_refusal_of_one(
    desk: Desk, interrupted: Interrupted
) -> None:
    interrupted.meanwhile = [lambda: desk.gives(REGISTER)]
    with pytest.raises(StationExists):
        handle(interrupted, desk.asks(REGISTER))
    assert desk.log.last() == 1


def test_a_delegation_revoked_meanwhile_does_not_count(
    desk: Desk, interrupted: Interrupted
) -> None:
    delegate(desk)
    revoke = RevokeDelegation(person_id=BOSS, role=Role.SERVICE_DIRECTOR, to=DEPUTY)
    interrupted.meanwhile = [lambda: desk.gives(revoke), lambda: None]
    with pytest.raises(Forbidden):
        handle(interrupted, desk.asks(REGISTER, actor=STAND_IN))
    assert desk.log.history(STATION) == []


def test_a_refusal_counts_only_if_its_grounds_were_so_at_one_moment(
    desk: Desk, interrupted: Interrupted
) -> None:
    """The delegation comes just after the director's history was read, before the refusal."""
    desk.gives(REGISTER)
    desk.gives(RegisterPerson(person_id=BOSS, name="Li", held=frozenset({Role.SERVICE_DIRECTOR})))
    interrupted.meanwhile = [lambda: delegate(desk, register=False), lambda: None]
    handle(interrupted, desk.asks(rename("South"), actor=STAND_IN))
    assert desk.log.history(STATION)[-1].envelope.on_behalf_of == BOSS


def delegate(desk: Desk, *, register: bool = True) -> None:
    if register:
        held = frozenset({Role.SERVICE_DIRECTOR})
        desk.gives(RegisterPerson(person_id=BOSS, name="Li", held=held))
    period = {"since": NOON, "until": NOON + timedelta(days=7)}
    role = Role.SERVICE_DIRECTOR
    desk.gives(DelegateRole(person_id=BOSS, role=role, to=DEPUTY, **period), actor=DIRECTOR)


# ── corrections of times ────────────────────────────────────────────────────


def correct(event_id: UUID, to: Any, /, **changes: Any) -> CorrectTime:
    given = {
        "kind": "registry.Station",
        "thing_id": STATION,
        "event_id": event_id,
        "effective_at": to,
        "reason": "misread",
    }
    return CorrectTime(**given | changes)


YESTERDAY = NOON - timedelta(days=1)
MANAGER = Actor(UUID(int=0xCA), frozenset({Role.CLAIMS_MANAGER}))


@pytest.fixture
def event_id(desk: Desk) -> UUID:
    desk.gives(REGISTER)
    return desk.log.history(STATION)[0].envelope.event_id


def test_the_time_of_an_event_is_corrected_in_its_own_history(desk: Desk, event_id: UUID) -> None:
    desk.gives(correct(event_id, YESTERDAY), actor=MANAGER)
    registered, corrected = desk.log.history(STATION)
    assert registered.effective_at == NOON
    assert corrected.event == TimeCorrected(
        event_id=event_id, effective_at=YESTERDAY, reason="misread"
    )
    desk.gives(rename("South"))  # what its context decides goes on as before
    assert desk.log.last() == 3


def test_a_correction_that_changes_nothing_records_nothing(desk: Desk, event_id: UUID) -> None:
    desk.gives(correct(event_id, YESTERDAY), actor=MANAGER)
    receipt = desk.gives(correct(event_id, YESTERDAY), actor=MANAGER)
    assert receipt.position == BEGINNING
    assert desk.log.last() == 2


def test_a_time_can_be_corrected_again(desk: Desk, event_id: UUID) -> None:
    desk.gives(correct(event_id, YESTERDAY), actor=MANAGER)
    desk.gives(correct(event_id, NOON), actor=MANAGER)
    assert desk.log.last() == 3


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"event_id": UUID(int=404)}, EventNotFound),
        ({"thing_id": UUID(int=404)}, EventNotFound),
        ({"kind": "nothing.AtAll", "thing_id": UUID(int=404)}, NotFound),
        ({"kind": "registry.Person"}, IdOfAnotherKind),
        ({"effective_at": NOON + timedelta(seconds=1)}, EffectiveAfterRecorded),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    desk: Desk, event_id: UUID, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        desk.gives(correct(event_id, YESTERDAY, **changes), actor=MANAGER)
    assert desk.log.last() == 1


def test_a_correction_is_not_itself_corrected(desk: Desk, event_id: UUID) -> None:
    desk.gives(correct(event_id, YESTERDAY), actor=MANAGER)
    correction = desk.log.history(STATION)[1].envelope.event_id
    with pytest.raises(CorrectionOfCorrection):
        desk.gives(correct(correction, YESTERDAY), actor=MANAGER)
    assert desk.log.last() == 2


def test_who_may_not_correct_times_does_not(desk: Desk, event_id: UUID) -> None:
    with pytest.raises(Forbidden):
        desk.gives(correct(event_id, YESTERDAY))
    assert desk.log.last() == 1
