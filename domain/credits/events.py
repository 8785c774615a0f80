"""What happens to a credit note (rulebook 7.4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.credits.commands import SourceFile
from domain.credits.document import CreditNoteDocument
from domain.messages import Message
from domain.money import Money
from domain.policies import Pin
from domain.vocabulary import Outcome


class MatchedBy(StrEnum):
    """How a match came about (CRN-10)."""

    REFERENCE = "reference"  # it names the claims and pays them exactly
    TOLERANCE = "tolerance"  # it names the claims and pays them but for what is tolerated
    MANY_NOTES = "many_notes"  # with others that name the claim it pays it exactly
    OTHER_REFERENCE = "other_reference"  # of earlier releases: by its order or product
    PROPOSAL = "proposal"  # a person confirmed what was proposed (CRN-3)
    HAND = "hand"


class NamedBy(StrEnum):
    """How a note leads to a claim (CRN-10)."""

    CLAIM_NUMBER = "claim_number"
    OTHER_REFERENCE = "other_reference"  # as its order or the product's serial number
    AMOUNT = "amount"  # nothing is named, but amount and date agree (CRN-3)
    FREE_TEXT = "free_text"


class Agreement(StrEnum):
    """What of a note agrees with a claim that it does not name by number (CRN-3, CRN-10)."""

    SERIAL = "serial"
    ORDER = "order"
    AMOUNT = "amount"  # exactly what is open
    DATE = "date"  # issued soon enough after the claim was submitted


class Fit(StrEnum):
    """How what a note pays compares with what is open of a claim."""

    EXACT = "exact"
    SHORT = "short"
    OVER = "over"
    NOTHING_OPEN = "nothing_open"  # not accepted yet, or settled


class Candidate(Message):
    """A claim that a note may pay, and how much of it."""

    claim_id: UUID
    named_by: NamedBy
    fit: Fit
    amount: Money
    agrees: tuple[Agreement, ...] = ()
    line: str | None = Field(None, description="The line that may pay it; None if all the note.")


class CreditNoteEvent(messages.Event):
    context = "credits"


class CreditNoteBooked(CreditNoteEvent):
    """A credit note came and is booked; its issuer is known, or is to be assigned (CRN-1)."""

    schema_version = 2
    number: str
    issued_on: date
    issuer_name: str
    manufacturer_id: UUID | None
    payable: Money
    source: SourceFile | None  # None if it was booked by hand
    document: CreditNoteDocument
    warnings: tuple[str, ...]
    clock: Pin


class IssuerAssigned(CreditNoteEvent):
    """Finance said which manufacturer issued the note."""

    manufacturer_id: UUID


class CreditAllocated(CreditNoteEvent):
    """So much of the note pays a claim (CRN-4)."""

    schema_version = 2
    allocation_id: UUID
    claim_id: UUID
    amount: Money
    matched_by: MatchedBy
    reason: str | None


class AllocationReversed(CreditNoteEvent):
    """That part of the note does not pay the claim after all (CRN-6)."""

    allocation_id: UUID
    claim_id: UUID
    amount: Money
    reason: str


class AllocationDisplaced(CreditNoteEvent):
    """The program took back its own match, because a paper that came later comes first (CRN-13)."""

    allocation_id: UUID
    claim_id: UUID
    amount: Money
    reason: str


class MatchProposed(CreditNoteEvent):
    """The note does not match by itself; these are the claims that a person may choose (CRN-10)."""

    schema_version = 2
    candidates: tuple[Candidate, ...]


class ProposalDeclined(CreditNoteEvent):
    """The note does not pay that claim, a person says; it is not proposed again (CRN-3)."""

    claim_id: UUID
    reason: str


class RemainderSettled(CreditNoteEvent):
    """What is left of the note has an outcome, for a reason (CRN-5)."""

    remainder_id: UUID
    amount: Money
    outcome: Outcome
    within_tolerance: bool  # then it belongs to the allocation of the same id (CRN-10)
    reason: str


class RemainderReopened(CreditNoteEvent):
    """What had an outcome is left of the note again (CRN-5)."""

    remainder_id: UUID
    amount: Money
    reason: str


Event: TypeAlias = (
    CreditNoteBooked
    | IssuerAssigned
    | CreditAllocated
    | AllocationReversed
    | AllocationDisplaced
    | MatchProposed
    | ProposalDeclined
    | RemainderSettled
    | RemainderReopened
)


def still_proposed(proposal: tuple[Candidate, ...], made: CreditAllocated) -> tuple[Candidate, ...]:
    """What stays proposed after a match: other claims for other lines, if a line was confirmed."""
    if made.matched_by != MatchedBy.PROPOSAL:
        return ()
    lines = {candidate.line for candidate in proposal if candidate.claim_id == made.claim_id}
    if None in lines:
        return ()
    return tuple(c for c in proposal if c.line not in lines and c.claim_id != made.claim_id)
