"""What decisions need to remember of a credit note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple, assert_never
from uuid import UUID, uuid5

from domain.credits.commands import CREDIT_NOTE
from domain.credits.document import CreditNoteDocument
from domain.credits.events import (
    AllocationReversed,
    CreditAllocated,
    CreditNoteBooked,
    Event,
    IssuerAssigned,
)
from domain.money import Money, total


class Allocation(NamedTuple):
    claim_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class CreditNote:
    """payable = allocations + unapplied (CRN-13)."""

    kind: ClassVar[str] = CREDIT_NOTE
    document: CreditNoteDocument
    number: str
    payable: Money
    manufacturer_id: UUID | None
    allocations: Mapping[UUID, Allocation] = field(default_factory=dict)
    allocated_ever: int = 0  # so that no allocation's id comes twice

    @property
    def applied(self) -> Money:
        amounts = (allocation.amount for allocation in self.allocations.values())
        return total(amounts, self.payable.currency)

    @property
    def unapplied(self) -> Money:
        return self.payable - self.applied


def allocation_id(note_id: UUID, number: int) -> UUID:
    """The id of the so-many-eth allocation that a note ever had."""
    return uuid5(note_id, f"allocation {number}")


def evolve(note: CreditNote | None, event: Event) -> CreditNote:
    if isinstance(event, CreditNoteBooked):
        return CreditNote(event.document, event.number, event.payable, event.manufacturer_id)
    assert note is not None, "a credit note is booked first"
    match event:
        case IssuerAssigned(manufacturer_id=manufacturer_id):
            return replace(note, manufacturer_id=manufacturer_id)
        case CreditAllocated(allocation_id=id, claim_id=claim_id, amount=amount):
            allocations = {**note.allocations, id: Allocation(claim_id, amount)}
            ever = note.allocated_ever + 1
            return replace(note, allocations=allocations, allocated_ever=ever)
        case AllocationReversed(allocation_id=id):
            rest = {key: kept for key, kept in note.allocations.items() if key != id}
            return replace(note, allocations=rest)
        case never:
            assert_never(never)
