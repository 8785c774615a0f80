"""What happens to a credit note (rulebook 7.4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from domain import messages
from domain.credits.commands import SourceFile
from domain.credits.document import CreditNoteDocument
from domain.money import Money
from domain.policies import Pin


class MatchedBy(StrEnum):
    """How a match came about (CRN-10)."""

    REFERENCE = "reference"
    HAND = "hand"


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


Event: TypeAlias = CreditNoteBooked | IssuerAssigned | CreditAllocated | AllocationReversed
