"""CRN-13 with several workers: what notes applied is what claims were credited, on PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.database import Database
from application.handling import handle
from application.instruction import Instruction, Recording
from application.log import EventLog
from application.log_refusals import Conflict
from application.personal import Vault
from application.recorded import BEGINNING, Channel
from domain.claims import events as c
from domain.claims.claim import Claim
from domain.claims.commands import (
    ApproveWriteOff,
    DeclineWriteOff,
    RecordAcceptance,
    RequestWriteOff,
)
from domain.credits import events as n
from domain.credits.commands import (
    AllocationWish,
    ConfirmProposal,
    DecideDifference,
    DeclineProposal,
    MatchByReference,
    MatchCreditNote,
    SettleRemainder,
    UndoMatch,
)
from domain.credits.naming import MatchNotesNaming
from domain.credits.state import CreditNote, allocation_id
from domain.messages import Actor, Command, On, Refusal, Stream
from domain.money import Money
from domain.vocabulary import Outcome
from tests.clock import NOON
from tests.databases import Databases
from tests.faults.giving import LONGER
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, SYSTEM, state_of
from tests.stories import (
    book,
    claim_id,
    claim_in,
    claim_story,
    maker_number,
    note_id,
    setting,
)

CLAIMS, NOTES, WORKERS = range(1, 7), range(1, 17), 4
IN_EUROS = range(7, 10)
CARRIED = Outcome.CARRIED_OVER
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
            assert told[1] in (FINN, MAX), "only what people wish may be refused"
        return


def begun(log: EventLog) -> None:
    """Claims that wait for their answer, and some in euros that are accepted."""
    story = setting()
    for number in CLAIMS:
        claim_story("submitted", number, story=story)
    for number in IN_EUROS:
        claim_in("EUR", number, "1000.00", maker_number(number), story)
    events = [On(stream, each) for stream, events in story.histories.items() for each in events]
    seen = log.histories(set(story.histories))
    first = asked(RecordAcceptance(claim_id=claim_id()), SYSTEM)
    log.append(Recording(first, SYSTEM.roles, {}), events, seen)


def arrivals(random: Random) -> list[list[Told]]:
    """Notes and acceptances, each with what the program does about it, in any order."""
    notes: list[list[Told]] = []
    for number in NOTES:
        payable = random.choice(["1000.00", "1000.00", "400.00", "600.00", "999.50"])
        currency, named = random.choice([("CNY", CLAIMS), ("CNY", CLAIMS), ("EUR", IN_EUROS)])
        name = maker_number(random.choice(named))
        names = random.choice([(name,), (name,), ()])
        booking = book(number, payable=payable, names=names, currency=currency)
        looked: Told = (MatchByReference(note_id=note_id(number)), SYSTEM)
        notes.append([(booking, FINN), looked])
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
    """What people wish who do not wait for each other: matches, over-payments, outcomes, what is
    proposed confirmed or declined, write-offs, reversals."""
    return [[random.choice(wishes_of(random))] for _ in range(40)]


def wishes_of(random: Random) -> list[Told]:
    note, claim = random.choice(NOTES), random.choice([*CLAIMS, *IN_EUROS])
    currency = "EUR" if claim in IN_EUROS else "CNY"
    money = Money(amount=Decimal(random.choice(["100.00", "400.00", "1000.00"])), currency=currency)
    on, about = {"note_id": note_id(note)}, {"claim_id": claim_id(claim)}
    settling = {"reason": "part_payment", "outcome": random.choice(list(Outcome))}
    by_hand = AllocationWish(**about, amount=money, **settling)
    over = AllocationWish(**about, amount=money, reason="part_payment", overpay=True)
    allocation = allocation_id(note_id(note), random.choice([1, 2]))
    return [
        (MatchCreditNote(**on, allocations=(by_hand,)), FINN),
        (MatchCreditNote(**on, allocations=(over,)), FINN),
        (UndoMatch(**on, reason="wrong claim"), FINN),
        (ConfirmProposal(**on, **about, **settling), FINN),
        (DeclineProposal(**on, **about, reason="another machine"), FINN),
        (DecideDifference(**on, allocation_id=allocation, **settling), FINN),
        (SettleRemainder(**on, amount=money, **settling), FINN),
        (RequestWriteOff(**about, amount=money, reason="too small"), FINN),
        (ApproveWriteOff(**about), MAX),
        (DeclineWriteOff(**about, reason="dispute it"), MAX),
    ]


def done(log: EventLog, work: list[list[Told]], workers: int) -> None:
    def all_of(steps: list[Told]) -> None:
        for told in steps:
            given(log, told)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(all_of, work))


Applied = dict[tuple[UUID, str], Decimal]


def applied_and_credited(log: EventLog) -> tuple[Applied, Applied]:
    """By allocation and currency, as the notes tell it and as the claims do."""
    notes = defaultdict[tuple[UUID, str], Decimal](Decimal)
    claims = defaultdict[tuple[UUID, str], Decimal](Decimal)
    for page in log.pages(BEGINNING, log.last(), 500):
        for recorded in page:
            match recorded.event:
                case n.CreditAllocated(allocation_id=id, amount=amount):
                    notes[id, amount.currency] += amount.amount
                case n.AllocationReversed() | n.AllocationDisplaced() as taken:
                    notes[taken.allocation_id, taken.amount.currency] -= taken.amount.amount
                case c.ClaimCredited() | c.ClaimOverpaid() as paid:
                    claims[paid.allocation_id, paid.amount.currency] += paid.amount.amount
                case c.ClaimCreditReversed(allocation_id=id, amount=amount):
                    claims[id, amount.currency] -= amount.amount
    return dict(notes), dict(claims)


def nothing_is_lost(log: EventLog) -> None:
    """Each note and claim is the sum of what became of it, and nothing is below zero."""
    for number in NOTES:
        if note := state(log, CreditNote, note_id(number)):
            rest = [r.amount.amount for r in note.remainders.values() if r.outcome != CARRIED]
            spent = note.applied.amount + note.unapplied.amount + sum(rest)
            assert (note.payable.amount, note.unapplied.amount >= 0) == (spent, True)
    for number in (*CLAIMS, *IN_EUROS):
        claim = state(log, Claim, claim_id(number))
        parts = (claim.credited, claim.written_off, claim.disputed, claim.open)
        assert claim.accepted.amount == sum(part.amount for part in parts)
        assert min(part.amount for part in (*parts, claim.refused)) >= 0


def state(log: EventLog, kind: Any, id: UUID) -> Any:
    stream = Stream(kind.kind, id)
    return state_of(stream, log.histories({stream})[stream].events)


def spent(log: EventLog) -> dict[int, tuple[list[tuple[UUID, Decimal]], tuple[n.Candidate, ...]]]:
    """How each note is spent, and what is proposed for it."""
    streams = {number: Stream(CreditNote.kind, note_id(number)) for number in NOTES}
    histories = log.histories(set(streams.values()))
    notes = {n: state_of(stream, histories[stream].events) for n, stream in streams.items()}
    return {
        number: (
            sorted((a.claim_id, a.amount.amount) for a in note.allocations.values()),
            note.proposal,
        )
        for number, note in notes.items()
    }


@rule("CRN-13")
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
    assert any(allocated for allocated, _ in outcomes[0].values())
    assert any(proposed for _, proposed in outcomes[0].values())


@rule("CRN-13")
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
        nothing_is_lost(log)
        for number in NOTES:
            given(log, (UndoMatch(note_id=note_id(number), reason="all back"), FINN))
        nothing_is_lost(log)
        notes, claims = applied_and_credited(log)
        assert {*notes.values(), *claims.values()} == {Decimal(0)}
