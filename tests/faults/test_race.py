"""A match and the revocation it depends on: of the two, one wins, however often they race."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier
from uuid import UUID

import pytest

from application.database import Database
from application.finishing import Appending
from application.handling import handle
from application.instruction import Instruction, Recording
from application.log import Decision, EventLog, Receipt
from application.log_refusals import Conflict
from application.personal import Vault
from application.recorded import Channel
from domain.claims.commands import RecordAcceptance, RevokeAcceptance
from domain.claims.events import AcceptanceRevoked, ClaimCredited
from domain.credits.commands import UndoMatch
from domain.credits.events import CreditAllocated
from domain.messages import Actor, Command, Forbidden, On, Refusal, Role
from domain.registry.person import DelegateRole, RegisterPerson, RevokeDelegation
from domain.registry.station import RegisterStation
from tests.clock import NOON
from tests.faults.giving import LONGER
from tests.scenario import ADAM, FINN, MIA, SYSTEM, Story
from tests.stories import book, claim_id, claim_story, match, note_id

ROUNDS, CLAIMS = 100 * LONGER, 20
IDS = count(1)


def asked(command: Command, actor: Actor) -> Instruction:
    id = UUID(int=0x4ACE_0000 + next(IDS))
    return Instruction(command=command, id=id, actor=actor, now=NOON, channel=Channel.IMPORT)


class StartingLine(EventLog):
    """A log before which two racers wait for each other, each having decided."""

    line: Barrier
    racers: set[UUID]

    def appending(self, decision: Decision) -> Appending[Receipt]:
        if decision.recording.instruction.id in self.racers:
            self.racers.remove(decision.recording.instruction.id)
            self.line.wait(timeout=60)
        return super().appending(decision)


@pytest.fixture
def log(database: Database, vault: Vault) -> Iterator[StartingLine]:
    """Claims that were accepted, each with a note that can pay it."""
    story: Story | None = None
    for number in range(CLAIMS):
        story = claim_story("accepted", number, story=story)
        story.tell(book(number, names=()), FINN)
    assert story
    with StartingLine(database, vault) as log:
        log.line, log.racers = Barrier(2), set()
        events = [On(stream, each) for stream, events in story.histories.items() for each in events]
        seen = log.histories(set(story.histories))
        log.append(Recording(asked(match(0, (0, "1.00")), SYSTEM), SYSTEM.roles, {}), events, seen)
        yield log


def outcome(log: EventLog, instruction: Instruction) -> Receipt | Refusal:
    try:
        return handle(log, instruction)
    except Refusal as refusal:
        return refusal


def assert_one_wins(log: StartingLine, number: int) -> Receipt | Refusal:
    """Let both race for one claim, see that one won; what came of the match."""
    pay = asked(match(number, (number, "1000.00")), FINN)
    revoke = asked(RevokeAcceptance(claim_id=claim_id(number), reason="misread"), MIA)
    before = log.last()
    log.racers = {pay.id, revoke.id}
    with ThreadPoolExecutor(2) as threads:
        paid, revoked = threads.map(outcome, [log, log], [pay, revoke])
    assert not log.racers, "both had decided before either was appended"
    happened = {type(record.event) for record in log.after(before, 10)}
    if isinstance(paid, Receipt):
        assert isinstance(revoked, Refusal) and not isinstance(revoked, Conflict)
        assert happened == {CreditAllocated, ClaimCredited}
    else:
        assert isinstance(revoked, Receipt) and not isinstance(paid, Conflict)
        assert happened == {AcceptanceRevoked}
    return paid


def taken_back(number: int, paid: Receipt | Refusal) -> Instruction:
    """What makes both possible again."""
    if isinstance(paid, Receipt):
        return asked(UndoMatch(note_id=note_id(number), reason="once more"), FINN)
    return asked(RecordAcceptance(claim_id=claim_id(number)), MIA)


def test_of_a_match_and_the_revocation_it_depends_on_one_wins(log: StartingLine) -> None:
    for number in (round % CLAIMS for round in range(ROUNDS)):
        paid = assert_one_wins(log, number)
        handle(log, taken_back(number, paid))


# ── a signature and the delegation it rests on ──────────────────────────────

NEXT_WEEK = NOON + timedelta(days=7)
BOSS, DEPUTY = UUID(int=0xB055), UUID(int=0xDE9)
DIRECTOR = Actor(BOSS, frozenset({Role.SERVICE_DIRECTOR}))
STAND_IN = Actor(DEPUTY, frozenset(), on_behalf_of=BOSS)
DELEGATION = {"person_id": BOSS, "role": Role.SERVICE_DIRECTOR, "to": DEPUTY}


def test_nothing_is_done_in_another_s_place_after_the_delegation_ended(
    log: StartingLine,
) -> None:
    """The stand-in's append touches no stream of the revocation: it only looked at one (SEG-6)."""
    held = frozenset({Role.SERVICE_DIRECTOR})
    handle(log, asked(RegisterPerson(person_id=BOSS, name="Li", held=held), ADAM))
    for number in range(20 * LONGER):
        handle(log, asked(DelegateRole(**DELEGATION, since=NOON, until=NEXT_WEEK), DIRECTOR))
        station = RegisterStation(station_id=UUID(int=0x57A + number), name="North")
        act, revoke = asked(station, STAND_IN), asked(RevokeDelegation(**DELEGATION), DIRECTOR)
        log.racers = {act.id, revoke.id}
        with ThreadPoolExecutor(2) as threads:
            acted, revoked = threads.map(outcome, [log, log], [act, revoke])
        assert not log.racers
        assert isinstance(revoked, Receipt)
        if isinstance(acted, Receipt):
            assert acted.position < revoked.position
        else:
            assert isinstance(acted, Forbidden)
            assert log.history(station.station_id) == []
