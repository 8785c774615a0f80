"""Credit notes: what a manufacturer credits, and how much of it is explained by claims."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.credits import events as e
from domain.credits.commands import SourceFile
from domain.credits.document import CreditNoteDocument, Line, Party, Reference, Root
from domain.money import in_minor_units
from domain.vocabulary import Outcome
from projections.view import (
    EVERYONE,
    Embedded,
    Many,
    One,
    Row,
    View,
    before,
    equal,
    known,
    other_than,
    since,
)

ZERO: Final = Decimal(0)


class CreditNoteStatus(StrEnum):
    """How far a note is explained."""

    UNASSIGNED = "unassigned"  # its issuer is not known yet
    UNAPPLIED = "unapplied"
    PARTLY_APPLIED = "partly_applied"
    APPLIED = "applied"


class Allocated(Embedded):
    """So much of the note pays a claim (CRN-4)."""

    allocation_id: UUID
    claim_id: UUID
    amount: Decimal
    matched_by: e.MatchedBy
    reason: str | None
    at: datetime


class Remainder(Embedded):
    """An amount that is left of the note, and what becomes of it (CRN-5)."""

    remainder_id: UUID
    amount: Decimal
    outcome: Outcome
    within_tolerance: bool
    reason: str
    at: datetime


class CreditNote(Row):
    """A credit note. All amounts are in its currency, and
    payable = applied + kept + disputed + written_off + carried_over + unapplied.
    """

    note_id: UUID
    number: str
    status: CreditNoteStatus
    manufacturer_id: UUID | None = Field(description="None until its issuer is assigned.")
    unassigned: bool
    issuer_name: str = Field(description="As the paper has it.")
    issuer: Party
    receiver: Party
    root: Root
    self_billed: bool
    issued_on: date
    currency: str
    payable: Decimal
    applied: Decimal
    kept: Decimal = Field(ZERO, description="Left of it, and accepted as ours without a claim.")
    disputed: Decimal = Field(ZERO, description="Left of it, and disputed with the issuer.")
    written_off: Decimal = Field(ZERO, description="Left of it within the tolerance.")
    carried_over: Decimal = Field(ZERO, description="Left of it for a later claim.")
    unapplied: Decimal = Field(description="Left of it, and nothing is decided.")
    lines: tuple[Line, ...]
    references: tuple[Reference, ...] = Field(description="Of the note, then of its lines.")
    allocations_made: tuple[Allocated, ...] = Field((), description="Those that stand.")
    remainders: tuple[Remainder, ...] = Field((), description="What is left, with its outcome.")
    proposal: tuple[e.Candidate, ...] = Field((), description="Claims it may pay (CRN-3).")
    proposed: bool = Field(False, description="Whether a person may confirm a claim for it.")
    source: SourceFile | None = Field(description="None if it was booked by hand.")
    warnings: tuple[str, ...] = Field(description="What is odd about the paper, with its place.")
    booked_at: datetime


def fold(row: CreditNote | None, recorded: Recorded[e.Event], reference: Any) -> CreditNote | None:
    match recorded.event:
        case e.CreditNoteBooked() as booked:
            return balanced(entered(recorded.stream_id, booked, recorded.effective_at))
        case e.IssuerAssigned(manufacturer_id=manufacturer_id):
            return balanced(known(row).but(manufacturer_id=manufacturer_id))
        case e.CreditAllocated() as allocated:
            return balanced(with_allocation(known(row), allocated, recorded.effective_at))
        case (
            e.AllocationReversed(allocation_id=id)
            | e.AllocationDisplaced(allocation_id=id)
            | e.RemainderReopened(remainder_id=id)
        ):
            return balanced(without(known(row), id))
        case e.MatchProposed() | e.ProposalDeclined() as change:
            return with_proposal(known(row), change)
        case e.RemainderSettled() as settled:
            return balanced(with_remainder(known(row), settled, recorded.effective_at))
        case never:
            assert_never(never)


def with_allocation(note: CreditNote, event: e.CreditAllocated, at: datetime) -> CreditNote:
    rest = e.still_proposed(note.proposal, event)
    made = (*note.allocations_made, allocation(event, at))
    return note.but(allocations_made=made, proposal=rest, proposed=bool(rest))


def with_proposal(note: CreditNote, event: e.MatchProposed | e.ProposalDeclined) -> CreditNote:
    if isinstance(event, e.MatchProposed):
        return note.but(proposal=event.candidates, proposed=bool(event.candidates))
    rest = tuple(c for c in note.proposal if c.claim_id != event.claim_id)
    return note.but(proposal=rest, proposed=bool(rest))


def without(note: CreditNote, id: UUID) -> CreditNote:
    """Without that allocation, and what was left by it; or without that remainder."""
    return note.but(
        allocations_made=tuple(a for a in note.allocations_made if a.allocation_id != id),
        remainders=tuple(r for r in note.remainders if r.remainder_id != id),
    )


def with_remainder(note: CreditNote, event: e.RemainderSettled, at: datetime) -> CreditNote:
    settled = Remainder(
        remainder_id=event.remainder_id,
        amount=event.amount.amount,
        outcome=event.outcome,
        within_tolerance=event.within_tolerance,
        reason=event.reason,
        at=at,
    )
    return note.but(remainders=(*note.remainders, settled))


def entered(id: UUID, booked: e.CreditNoteBooked, at: datetime) -> CreditNote:
    document: CreditNoteDocument = booked.document
    return CreditNote(
        note_id=id,
        number=booked.number,
        status=CreditNoteStatus.UNASSIGNED,
        manufacturer_id=booked.manufacturer_id,
        unassigned=True,
        issuer_name=booked.issuer_name,
        issuer=document.issuer,
        receiver=document.receiver,
        root=document.root,
        self_billed=document.self_billed,
        issued_on=booked.issued_on,
        currency=booked.payable.currency,
        payable=booked.payable.amount,
        applied=ZERO,
        unapplied=booked.payable.amount,
        lines=document.lines,
        references=tuple(document.all_references()),
        source=booked.source,
        warnings=booked.warnings,
        booked_at=at,
    )


def allocation(event: e.CreditAllocated, at: datetime) -> Allocated:
    return Allocated(
        allocation_id=event.allocation_id,
        claim_id=event.claim_id,
        amount=event.amount.amount,
        matched_by=event.matched_by,
        reason=event.reason,
        at=at,
    )


def balanced(note: CreditNote) -> CreditNote:
    """What follows from the allocations that stand (CRN-13)."""
    nothing = in_minor_units(ZERO, note.currency)
    applied = sum((a.amount for a in note.allocations_made), nothing)
    kept, disputed, written_off, carried = (with_outcome(note, outcome) for outcome in OUTCOMES)
    left = note.payable - applied - kept - disputed - written_off
    return note.but(
        applied=applied,
        kept=kept,
        disputed=disputed,
        written_off=written_off,
        carried_over=min(carried, left),
        unapplied=left - min(carried, left),
        unassigned=note.manufacturer_id is None,
        status=status(note.manufacturer_id, applied, note.payable),
    )


OUTCOMES: Final = (
    Outcome.ACCEPTED,
    Outcome.DISPUTED,
    Outcome.WRITTEN_OFF,
    Outcome.CARRIED_OVER,
)


def with_outcome(note: CreditNote, outcome: Outcome) -> Decimal:
    amounts = (r.amount for r in note.remainders if r.outcome == outcome)
    return sum(amounts, in_minor_units(ZERO, note.currency))


def status(manufacturer_id: UUID | None, applied: Decimal, payable: Decimal) -> CreditNoteStatus:
    if manufacturer_id is None:
        return CreditNoteStatus.UNASSIGNED
    if not applied:
        return CreditNoteStatus.UNAPPLIED
    return CreditNoteStatus.APPLIED if applied == payable else CreditNoteStatus.PARTLY_APPLIED


PARTS: Final = ("applied", "kept", "disputed", "written_off", "carried_over", "unapplied")
"""The amounts into which a note falls apart; each has the list of notes behind it."""


CREDIT_NOTES = View(
    name="credit_notes",
    row=CreditNote,
    events=e.Event,
    fold=fold,
    owners=EVERYONE,
    scope="credits:read",
    filters=(
        equal("status"),
        equal("manufacturer_id"),
        equal("unassigned"),
        equal("proposed"),
        equal("number"),
        equal("currency", indexed=False),
        since("issued_on"),
        before("issued_on"),
        since("unapplied"),
        *(other_than(column) for column in PARTS),
        since("booked_at"),
        before("booked_at"),
    ),
    version=3,
    orders=("issued_on", "booked_at", "number", "payable", "unapplied"),
    relations={
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "allocations": Many("allocations", via="note_id"),
    },
)
