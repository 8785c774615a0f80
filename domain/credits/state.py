"""What decisions need to remember of a credit note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Final, NamedTuple, assert_never
from uuid import UUID, uuid5

from domain.credits.commands import CREDIT_NOTE
from domain.credits.document import CreditNoteDocument
from domain.credits.events import (
    AllocationDisplaced,
    AllocationReversed,
    Candidate,
    CreditAllocated,
    CreditNoteBooked,
    Event,
    IssuerAssigned,
    MatchedBy,
    MatchProposed,
    ProposalDeclined,
    RemainderReopened,
    RemainderSettled,
    still_proposed,
)
from domain.money import Money, total
from domain.vocabulary import Outcome


class Allocation(NamedTuple):
    claim_id: UUID
    amount: Money
    matched_by: MatchedBy = MatchedBy.HAND


class Remainder(NamedTuple):
    """What is left of a note, and what became of it."""

    amount: Money
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CreditNote:
    """payable = allocations + settled remainders + unapplied (CRN-13)."""

    kind: ClassVar[str] = CREDIT_NOTE
    document: CreditNoteDocument
    number: str
    payable: Money
    manufacturer_id: UUID | None
    allocations: Mapping[UUID, Allocation] = field(default_factory=dict)
    allocated_ever: int = 0  # so that no allocation's id comes twice
    issued_on: date = date.min
    remainders: Mapping[UUID, Remainder] = field(default_factory=dict)
    settled_ever: int = 0
    left_to_people: bool = False  # they took a match back: the program does not make it again
    proposal: tuple[Candidate, ...] = ()
    declined: frozenset[UUID] = frozenset()  # claims that people say it does not pay

    @property
    def applied(self) -> Money:
        amounts = (allocation.amount for allocation in self.allocations.values())
        return total(amounts, self.payable.currency)

    @property
    def unapplied(self) -> Money:
        """What is left, also if it was carried over: it can still pay claims."""
        settled = (r.amount for r in self.remainders.values() if r.outcome != Outcome.CARRIED_OVER)
        return self.payable - self.applied - total(settled, self.payable.currency)

    @property
    def carried_over(self) -> Money:
        """As much of what is left as was decided to be carried over."""
        carried = [r.amount for r in self.remainders.values() if r.outcome == Outcome.CARRIED_OVER]
        amount = total(carried, self.payable.currency)
        return amount if amount < self.unapplied else self.unapplied

    @property
    def in_peoples_hands(self) -> bool:
        """Whether people matched it, or decided about what is left of it."""
        by_hand = any(a.matched_by in BY_PEOPLE for a in self.allocations.values())
        return by_hand or any(id not in self.allocations for id in self.remainders)


BY_PEOPLE: Final = frozenset({MatchedBy.HAND, MatchedBy.PROPOSAL, MatchedBy.OTHER_REFERENCE})
"""Matches that the program does not plan anew; it made the last kind itself once."""


def allocation_id(note_id: UUID, number: int) -> UUID:
    """The id of the so-many-eth allocation that a note ever had."""
    return uuid5(note_id, f"allocation {number}")


def remainder_id(note_id: UUID, number: int) -> UUID:
    """The id of the so-many-eth remainder that was ever decided about."""
    return uuid5(note_id, f"remainder {number}")


def allocated(note: CreditNote, event: CreditAllocated) -> CreditNote:
    made = Allocation(event.claim_id, event.amount, event.matched_by)
    by_people = event.matched_by in BY_PEOPLE
    return replace(
        note,
        allocations={**note.allocations, event.allocation_id: made},
        allocated_ever=note.allocated_ever + 1,
        left_to_people=note.left_to_people and by_people,
        proposal=still_proposed(note.proposal, event),
    )


def without(note: CreditNote, allocation: UUID) -> CreditNote:
    """What it left within the tolerance is undone with the allocation."""
    return replace(
        note,
        allocations={id: kept for id, kept in note.allocations.items() if id != allocation},
        remainders={id: kept for id, kept in note.remainders.items() if id != allocation},
    )


def evolve(note: CreditNote | None, event: Event) -> CreditNote:
    if isinstance(event, CreditNoteBooked):
        return CreditNote(
            event.document,
            event.number,
            event.payable,
            event.manufacturer_id,
            issued_on=event.issued_on,
        )
    assert note is not None, "a credit note is booked first"
    match event:
        case IssuerAssigned(manufacturer_id=manufacturer_id):
            return replace(note, manufacturer_id=manufacturer_id)
        case CreditAllocated():
            return allocated(note, event)
        case AllocationReversed(allocation_id=id):
            return replace(without(note, id), left_to_people=True)
        case AllocationDisplaced(allocation_id=id):
            return without(note, id)
        case MatchProposed() | ProposalDeclined():
            return with_proposal(note, event)
        case RemainderSettled() | RemainderReopened():
            return with_remainder(note, event)
        case never:
            assert_never(never)


def with_proposal(note: CreditNote, event: MatchProposed | ProposalDeclined) -> CreditNote:
    if isinstance(event, MatchProposed):
        return replace(note, proposal=event.candidates)
    rest = tuple(c for c in note.proposal if c.claim_id != event.claim_id)
    return replace(note, proposal=rest, declined=note.declined | {event.claim_id})


def with_remainder(note: CreditNote, event: RemainderSettled | RemainderReopened) -> CreditNote:
    rest = {id: kept for id, kept in note.remainders.items() if id != event.remainder_id}
    if isinstance(event, RemainderReopened):
        return replace(note, remainders=rest)
    settled = {**rest, event.remainder_id: Remainder(event.amount, event.outcome)}
    return replace(note, remainders=settled, settled_ever=note.settled_ever + 1)
