"""Matching by the program: the plan for all that is entangled, and the steps that lead there.

The plan does not depend on what came first (CRN-13). So a match of the program stands only as
long as no paper turns up that comes before it: then it is displaced, and the papers are matched
anew. What people matched, took back or decided, and what was closed, stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Final
from uuid import UUID

from domain import policies
from domain.claims import claim as claims
from domain.claims.claim import Claim, Status
from domain.claims.events import Event as ClaimEvent
from domain.credits import naming, posting, proposing, tolerance
from domain.credits.entangled import Entangled, entangled
from domain.credits.events import (
    AllocationDisplaced,
    CreditAllocated,
    Event,
    MatchedBy,
    RemainderSettled,
)
from domain.credits.matching import said
from domain.credits.planning import Match, Owing, Paper, planned
from domain.credits.state import CreditNote, allocation_id, evolve
from domain.messages import On, Stream, World
from domain.money import Money
from domain.policy_content import Tolerance
from domain.vocabulary import Outcome

DISPLACED: Final = "A paper that was issued earlier names this claim, or it does not fit any more."


def match_note(note: CreditNote, note_id: UUID, world: World) -> list[Event | On]:
    """Match a note and all that is entangled with it; what is not certain is proposed (CRN-10)."""
    if note.manufacturer_id is None or note.payable.amount <= 0:
        return []
    names = proposing.names_in(note)
    named = naming.note_named(world, note_id, note.manufacturer_id, names)
    return [*named, *settled(world, entangled(world, [note_id], []), note_id)]


def match_claim(claim_id: UUID, world: World) -> list[On]:
    """Match the notes that name a claim, as soon as it can be paid (CRN-13)."""
    claim = world.of(Claim, claim_id)
    if claim is None:
        return []
    if claim.status != Status.ACCEPTED:
        return [*proposing.renewed(world, {}, {claim_id: claim}, (), {claim_id})]
    names = proposing.names_of(claim)
    named = naming.claim_named(world, claim_id, claim.manufacturer_id, names)
    return [*named, *settled(world, entangled(world, [], [claim_id]), claim_id)]


def settled(world: World, found: Entangled | None, asked: UUID) -> list[On]:
    """`asked` is the note or the claim that is to be matched."""
    if found is None:
        return []
    desk = Desk(dict(found.notes), dict(found.claims))
    ours = {id for id, note in found.notes.items() if free(world, note, found, id == asked)}
    papers, owing = laid_out(world, found, ours)
    plan = planned(papers, owing)
    changed = [id for id in sorted(ours) if differs(found.notes[id], plan.matches.get(id))]
    for id in changed:
        desk.displace(id)
    for id in changed:
        if match := plan.matches.get(id):
            desk.match(id, match)
    touched = {on.stream.id for on in desk.events} | {asked}
    proposed = proposing.renewed(world, desk.notes, desk.claims, plan.waiting, touched)
    return [*desk.events, *proposed]


# ── what is the program's to match ──────────────────────────────────────────


def free(world: World, note: CreditNote, found: Entangled, asked: bool) -> bool:
    """Whether no person has a hand in it, and neither a claim nor a period of it is closed."""
    paid = [found.claims.get(allocation.claim_id) for allocation in note.allocations.values()]
    return (
        note.manufacturer_id is not None
        and not note.in_peoples_hands
        and (asked or not note.left_to_people)
        and all(claim is not None and claim.status == Status.ACCEPTED for claim in paid)
        and not posting.frozen(world, note, note.allocations)
    )


def laid_out(
    world: World, found: Entangled, ours: set[UUID]
) -> tuple[dict[UUID, Paper], dict[UUID, Owing]]:
    """The papers as if none were matched, and what is owed then."""
    tolerated = policies.in_force(world, Tolerance)
    papers = {id: paper(world, found, id) for id in ours}
    owing = {
        id: owed(tolerated, claim, ours)
        for id, claim in found.claims.items()
        if claim.status == Status.ACCEPTED
    }
    return papers, owing


def paper(world: World, found: Entangled, id: UUID) -> Paper:
    note = found.notes[id]
    return Paper(note, said(note, found.by_number[id], found.claims, world))


def owed(tolerated: Tolerance, claim: Claim, ours: set[UUID]) -> Owing:
    """What is open without our own matches. What was tolerated once is tolerated still.

    Nothing is while a write-off waits for signatures: it may be the same money.
    """
    made = [id for id, credit in claim.credits.items() if credit.note_id in ours]
    before = reduce(uncredited, made, claim)
    once = [claim.differences[id].amount for id in made if id in claim.differences]
    if claim.write_off:
        return Owing(before.open, before.open.but(Decimal(0)))
    limits = [tolerance.limit(tolerated, before.accepted), *once]
    return Owing(before.open, max(limits, key=lambda money: money.amount))


def uncredited(claim: Claim, allocation: UUID) -> Claim:
    return claims.evolve(claim, claims.credit_reversed(claim, allocation, DISPLACED))


def differs(note: CreditNote, match: Match | None) -> bool:
    """Whether the note is spent in another way than planned."""
    spent = {a.claim_id: a.amount for a in note.allocations.values()}
    return spent != ({share.claim_id: share.amount for share in match.shares} if match else {})


# ── what leads there ────────────────────────────────────────────────────────


@dataclass
class Desk:
    """Notes and claims as they come to be, while the events are made."""

    notes: dict[UUID, CreditNote]
    claims: dict[UUID, Claim]

    def __post_init__(self) -> None:
        self.events: list[On] = []

    def on_note(self, id: UUID, event: Event) -> None:
        self.notes[id] = evolve(self.notes[id], event)
        self.events.append(On(Stream(CreditNote.kind, id), event))

    def on_claim(self, id: UUID, event: ClaimEvent) -> None:
        self.claims[id] = claims.evolve(self.claims[id], event)
        self.events.append(On(Stream(Claim.kind, id), event))

    def displace(self, note_id: UUID) -> None:
        for id, (claim_id, amount, _) in self.notes[note_id].allocations.items():
            displaced = AllocationDisplaced(
                allocation_id=id, claim_id=claim_id, amount=amount, reason=DISPLACED
            )
            self.on_note(note_id, displaced)
            self.on_claim(claim_id, claims.credit_reversed(self.claims[claim_id], id, DISPLACED))

    def match(self, note_id: UUID, match: Match) -> None:
        for share in match.shares:
            id = allocation_id(note_id, self.notes[note_id].allocated_ever + 1)
            self.allocate(note_id, id, share.claim_id, share.amount, match.by)
            claim = self.claims[share.claim_id]
            if share.residue.amount:
                self.on_claim(share.claim_id, tolerated(claim, id))
            if match.over.amount:
                self.on_note(note_id, left_over(id, match.over))

    def allocate(
        self, note_id: UUID, id: UUID, claim_id: UUID, amount: Money, by: MatchedBy
    ) -> None:
        reason = tolerance.REASON if by == MatchedBy.TOLERANCE else None
        made = CreditAllocated(
            allocation_id=id, claim_id=claim_id, amount=amount, matched_by=by, reason=reason
        )
        self.on_note(note_id, made)
        self.on_claim(claim_id, claims.credited(self.claims[claim_id], note_id, amount, id))


def tolerated(claim: Claim, allocation: UUID) -> ClaimEvent:
    """What is left of the claim is written off, with the reason, and never just dropped."""
    return claims.difference_settled(
        claim, allocation, Outcome.WRITTEN_OFF, tolerance.REASON, within_tolerance=True
    )


def left_over(allocation: UUID, over: Money) -> RemainderSettled:
    return RemainderSettled(
        remainder_id=allocation,
        amount=over,
        outcome=Outcome.WRITTEN_OFF,
        within_tolerance=True,
        reason=tolerance.REASON,
    )
