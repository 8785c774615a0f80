"""Many commands at a time: fewer round trips, and nothing else is different."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from application.database import Database
from application.handling import handle
from application.handling_together import handle_all
from application.instruction import Instruction
from application.log import EventLog, Receipt
from application.observing import Step, Watched
from application.personal import SubjectErased, Vault
from application.recorded import BEGINNING, Channel
from domain.corrections import EffectiveBeforeBeginning
from domain.messages import Actor, Command, Forbidden, Refusal, Role
from domain.registry.customer import RegisterCustomer
from domain.registry.manufacturer import Identity, IdentityKind, RegisterManufacturer
from domain.registry.station import RegisterStation, RenameStation, StationExists
from tests.clock import NOON

ADMIN = Actor(UUID(int=0xAD), frozenset({Role.ADMIN, Role.SERVICE_AGENT, Role.CLAIMS_MANAGER}))
NOBODY = Actor(UUID(int=0x0B), frozenset())


class Steps:
    """Remembers which steps were taken."""

    def __init__(self) -> None:
        self.taken: list[Step] = []

    def watch(self, step: Step, kind: str = "") -> AbstractContextManager[Watched]:
        return self.watched(step)

    @contextmanager
    def watched(self, step: Step) -> Iterator[Watched]:
        self.taken.append(step)
        yield Watched()


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def log(database: Database, vault: Vault, steps: Steps) -> Iterator[EventLog]:
    with EventLog(database, vault, observer=steps) as log:
        yield log


def asks(number: int, command: Command, actor: Actor = ADMIN, **changes: object) -> Instruction:
    asked = {"now": NOON, "channel": Channel.IMPORT} | changes
    return Instruction(command=command, id=UUID(int=0xA11 + number), actor=actor, **asked)  # type: ignore[arg-type]


def station(number: int) -> RegisterStation:
    return RegisterStation(station_id=UUID(int=0x57 + number), name=f"Station {number}")


def made_by(name: str, number: int) -> RegisterManufacturer:
    identity = Identity(kind=IdentityKind.TAX_ID, value="DE136695976")
    return RegisterManufacturer(manufacturer_id=UUID(int=number), name=name, identities=(identity,))


def outcomes(answers: list[Receipt | Refusal]) -> list[object]:
    return [a.position if isinstance(a, Receipt) else type(a) for a in answers]


def test_many_commands_take_one_commit_and_keep_their_order(log: EventLog, steps: Steps) -> None:
    asked = [asks(number, station(number)) for number in range(30)]
    answers = handle_all(log, asked)
    assert outcomes(answers) == list(range(1, 31))
    assert steps.taken.count(Step.COMMIT) == 1
    assert steps.taken.count(Step.LOAD) <= 3
    kept = log.after(BEGINNING, 100)
    assert [record.envelope.command_id for record in kept] == [each.id for each in asked]


def test_nothing_at_all_is_nothing(log: EventLog) -> None:
    assert handle_all(log, []) == []
    assert log.last() == BEGINNING


def test_what_rests_on_another_of_them_is_decided_after_it(log: EventLog) -> None:
    renamed = RenameStation(station_id=station(1).station_id, name="Quay")
    answers = handle_all(log, [asks(1, station(1)), asks(2, renamed), asks(3, station(3))])
    assert outcomes(answers) == [1, 3, 2]
    assert len(log.history(station(1).station_id)) == 2


def test_of_two_who_want_the_same_name_the_first_gets_it(log: EventLog) -> None:
    answers = handle_all(log, [asks(1, made_by("Ahr", 1)), asks(2, made_by("Bode", 2))])
    assert isinstance(answers[0], Receipt) and isinstance(answers[1], Refusal)
    assert {r.envelope.command_id for r in log.after(BEGINNING, 10)} == {asks(1, station(1)).id}


def test_a_refusal_is_the_answer_to_its_own_command_alone(log: EventLog) -> None:
    handle(log, asks(0, station(0)))
    answers = handle_all(
        log,
        [
            asks(1, station(1)),
            asks(2, station(0)),
            asks(3, station(3), NOBODY),
            asks(4, station(4)),
        ],
    )
    assert outcomes(answers) == [2, StationExists, Forbidden, 3]


def test_what_was_carried_out_before_gets_its_receipt_again(log: EventLog) -> None:
    asked = [asks(number, station(number)) for number in range(3)]
    first = handle_all(log, asked[:2])
    assert handle_all(log, asked)[:2] == first
    assert log.last() == 3


def test_a_time_before_the_beginning_is_refused_as_ever(log: EventLog) -> None:
    handle(log, asks(0, station(0)))
    renamed = RenameStation(station_id=station(0).station_id, name="Quay")
    early = {"effective_at": NOON - timedelta(days=900), "reason": "found late"}
    answers = handle_all(log, [asks(1, renamed, **early), asks(2, station(2))])
    assert outcomes(answers) == [EffectiveBeforeBeginning, 2]


def test_one_who_cannot_be_recorded_does_not_stop_the_others(
    log: EventLog, database: Database
) -> None:
    """That a key is destroyed shows only when the event is sealed."""
    registered = RegisterCustomer(customer_id=UUID(int=7), name="Li Wei")
    with psycopg.connect(database.conninfo()) as owner:
        owner.execute("SELECT shred_keys(ARRAY[%s])", (UUID(int=7),))
    answers = handle_all(log, [asks(1, registered), asks(2, station(2))])
    assert outcomes(answers) == [SubjectErased, 1]
    assert log.history(UUID(int=7)) == []
