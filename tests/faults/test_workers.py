"""CRN-13 with several workers: what notes applied is what claims were credited, on PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from random import Random
from uuid import UUID

import pytest

from application.database import Database
from application.handling import handle
from application.instruction import Instruction, Recording
from application.log import Conflict, EventLog
from application.personal import Vault
from application.recorded import BEGINNING, Channel
from domain.claims import events as c
from domain.claims.commands import RecordAcceptance
from domain.credits import events as n
from domain.credits.commands import MatchByReference, UndoMatch
from domain.credits.naming import MatchNotesNaming
from domain.credits.state import CreditNote
from domain.messages import Actor, Command, On, Refusal, Stream
from tests.clock import NOON
from tests.databases import Databases
from tests.faults.giving import LONGER
from tests.scenario import FINN, MIA, SYSTEM, state_of
from tests.stories import book, claim_id, claim_story, maker_number, match, note_id, setting

CLAIMS, NOTES, WORKERS = range(1, 7), range(1, 13), 4
IDS = count(1)
Told = tuple[Command, Actor]


def asked(command: Command, actor: Actor) -> Instruction:
    id = UUID(int=0x3086_0000 + next(IDS))
    return Instruction(command=command, id=id, actor=actor, now=NOON, channel=Channel.IMPORT)


def given(log: EventLog, told: Told) -> None:
    """Until it is answered; what people wish may be refused, and that is an answer."""
    instruction = asked(*told)
    while True:
        try:
            handle(log, instruction)
        except Conflict:
            continue
        except Refusal:
            assert FINN is told[1], "only what people wish may be refused"
        return


def begun(log: EventLog) -> None:
    """Claims that wait for their answer."""
    story = setting()
    for number in CLAIMS:
        claim_story("submitted", number, story=story)
    events = [On(stream, each) for stream, events in story.histories.items() for each in events]
    seen = log.histories(set(story.histories))
    first = asked(RecordAcceptance(claim_id=claim_id()), SYSTEM)
    log.append(Recording(first, SYSTEM.roles, {}), events, seen)


def arrivals(random: Random) -> list[list[Told]]:
    """Notes and acceptances, each with what the program does about it, in any order."""
    notes: list[list[Told]] = []
    for number in NOTES:
        payable = random.choice(["1000.00", "400.00", "600.00", "999.50"])
        names = (maker_number(random.choice(CLAIMS)),)
        looked: Told = (MatchByReference(note_id=note_id(number)), SYSTEM)
        notes.append([(book(number, payable=payable, names=names), FINN), looked])
    accepted: list[list[Told]] = [
        [
            (RecordAcceptance(claim_id=claim_id(number)), MIA),
            (MatchNotesNaming(claim_id=claim_id(number)), SYSTEM),
        ]
        for number in CLAIMS
    ]
    every = [*notes, *accepted]
    random.shuffle(every)
    return every


def by_people(random: Random) -> list[list[Told]]:
    """Matches by hand and reversals, by people who do not wait for each other."""
    wishes: list[list[Told]] = []
    for _ in range(20):
        note, claim = random.choice(NOTES), random.choice(CLAIMS)
        amount = random.choice(["100.00", "400.00", "1000.00"])
        by_hand: Told = (match(note, (claim, amount, "part_payment")), FINN)
        undo: Told = (UndoMatch(note_id=note_id(note), reason="wrong claim"), FINN)
        wishes.append([random.choice([by_hand, undo])])
    return wishes


def done(log: EventLog, work: list[list[Told]], workers: int) -> None:
    def all_of(steps: list[Told]) -> None:
        for told in steps:
            given(log, told)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(all_of, work))


def applied_and_credited(log: EventLog) -> tuple[dict[UUID, Decimal], dict[UUID, Decimal]]:
    """By allocation, as the notes tell it and as the claims do."""
    notes, claims = defaultdict[UUID, Decimal](Decimal), defaultdict[UUID, Decimal](Decimal)
    for page in log.pages(BEGINNING, log.last(), 500):
        for recorded in page:
            match recorded.event:
                case n.CreditAllocated() as made:
                    notes[made.allocation_id] += made.amount.amount
                case n.AllocationReversed() | n.AllocationDisplaced() as taken:
                    notes[taken.allocation_id] -= taken.amount.amount
                case c.ClaimCredited() | c.ClaimOverpaid() as paid:
                    claims[paid.allocation_id] += paid.amount.amount
                case c.ClaimCreditReversed() as back:
                    claims[back.allocation_id] -= back.amount.amount
    return dict(notes), dict(claims)


def spent(log: EventLog) -> dict[int, list[tuple[UUID, Decimal]]]:
    streams = {number: Stream(CreditNote.kind, note_id(number)) for number in NOTES}
    histories = log.histories(set(streams.values()))
    notes = {n: state_of(stream, histories[stream].events) for n, stream in streams.items()}
    return {
        number: sorted((a.claim_id, a.amount.amount) for a in note.allocations.values())
        for number, note in notes.items()
    }


@pytest.mark.rule("CRN-13")
@pytest.mark.parametrize("seed", range(3 * LONGER))
def test_the_result_does_not_depend_on_the_number_of_workers(
    seed: int, databases: Databases, vault: Vault
) -> None:
    outcomes = []
    for workers in (1, WORKERS):
        with databases.new() as database, EventLog(database, vault) as log:
            begun(log)
            done(log, arrivals(Random(seed)), workers)
            notes, claims = applied_and_credited(log)
            assert notes == claims
            outcomes.append(spent(log))
    assert outcomes[0] == outcomes[1]
    assert any(outcomes[0].values())


@pytest.mark.rule("CRN-13")
@pytest.mark.parametrize("seed", range(3 * LONGER))
def test_what_notes_applied_is_what_claims_were_credited_whoever_works_at_once(
    seed: int, database: Database, vault: Vault
) -> None:
    with EventLog(database, vault) as log:
        begun(log)
        random = Random(seed)
        work = [*arrivals(random), *by_people(random)]
        random.shuffle(work)
        done(log, work, WORKERS)
        notes, claims = applied_and_credited(log)
        assert notes == claims and notes
        for number in NOTES:
            given(log, (UndoMatch(note_id=note_id(number), reason="all back"), FINN))
        notes, claims = applied_and_credited(log)
        assert {*notes.values(), *claims.values()} == {Decimal(0)}
