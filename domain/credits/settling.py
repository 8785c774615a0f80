"""Matching by the program: the plan for all that is entangled, and the steps that lead there.

The plan does not depend on what came first (CRN-13). So a match of the program stands only as
long as no paper turns up that comes before it: then it is displaced, and the papers are matched
anew. What people matched, took back or decided, and what was closed, stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final
from uuid import UUID

from domain import policies
from domain.claims import claim as claims
from domain.claims.claim import Claim, Status
from domain.claims.events import Event as ClaimEvent
from domain.credits import naming, proposing, tolerance
from domain.credits.entangled import Entangled, entangled, other_names, references
from domain.credits.events import (
    AllocationDisplaced,
    CreditAllocated,
    Event,
    MatchedBy,
    RemainderSettled,
)
from domain.credits.matching import by_line
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
    named = naming.note_named(world, note_id, note.manufacturer_id, references(note))
    return [*named, *settled(world, entangled(world, [note_id], []), note_id)]


def match_claim(claim_id: UUID, world: World) -> list[On]:
    """Match the notes that name a claim, as soon as it can be paid (CRN-13)."""
    claim = world.of(Claim, claim_id)
    if claim is None or claim.status != Status.ACCEPTED:
        return []
    named = naming.claim_named(world, claim_id, claim.manufacturer_id, other_names(claim))
    return [*named, *settled(world, entangled(world, [], [claim_id]), None)]


def settled(world: World, found: Entangled | None, asked: UUID | None) -> list[On]:
    if found is None:
        return []
    desk = Desk(dict(found.notes), dict(found.claims))
    ours = {id for id, note in found.notes.items() if free(note, found, id == asked)}
    papers, owing = laid_out(world, found, ours)
    plan = planned(papers, owing)
    changed = [id for id in sorted(ours) if differs(found.notes[id], plan.matches.get(id))]
    for id in changed:
        desk.displace(id)
    for id in changed:
        if match := plan.matches.get(id):
            desk.match(id, match)
    return [*desk.events, *proposing.proposals(world, found, plan)]


# ── what is the program's to match ──────────────────────────────────────────


def free(note: CreditNote, found: Entangled, asked: bool) -> bool:
    """Whether no person has a hand in it, and none of its claims is closed."""
    paid = [found.claims.get(allocation.claim_id) for allocation in note.allocations.values()]
    return (
        note.manufacturer_id is not None
        and not note.in_peoples_hands
        and (asked or not note.left_to_people)
        and all(claim is not None and claim.status == Status.ACCEPTED for claim in paid)
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
    named = {c for c in found.by_number[id] if to_issuer(note, found.claims.get(c))}
    otherwise = {c for c in found.otherwise[id] if to_issuer(note, found.claims.get(c))}
    says: Mapping[UUID, Money] = {}
    if len(named) == 1 == len(found.by_number[id]):
        says = {named.pop(): note.payable}
    elif named == found.by_number[id]:
        says = by_line(note, note.document.lines, world)
    return Paper(note, says, frozenset(otherwise - found.by_number[id]))


def to_issuer(note: CreditNote, claim: Claim | None) -> bool:
    return (
        claim is not None
        and claim.manufacturer_id == note.manufacturer_id
        and claim.total.currency == note.payable.currency
    )


def owed(tolerated: Tolerance, claim: Claim, ours: set[UUID]) -> Owing:
    """What is open without our own matches. What was tolerated once is tolerated still."""
    made = [id for id, credit in claim.credits.items() if credit.note_id in ours]
    before = reduce(uncredited, made, claim)
    once = [claim.differences[id].amount for id in made if id in claim.differences]
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
