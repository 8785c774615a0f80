"""Booking a credit note once, and saying who issued it (CRN-1, CRN-2)."""

from __future__ import annotations

from uuid import UUID

from domain import policies, uniqueness
from domain.credits.checking import Findings, errors, warnings
from domain.credits.commands import (
    AssignIssuer,
    BookCreditNote,
    BookCreditNoteByHand,
    SourceFile,
)
from domain.credits.document import CreditNoteDocument, Party
from domain.credits.events import CreditNoteBooked, Event, IssuerAssigned
from domain.credits.refusals import (
    DuplicateCreditNote,
    InvalidCreditNote,
    IssuerAlreadyAssigned,
)
from domain.credits.refused_file import booked_after_all
from domain.credits.state import CreditNote
from domain.messages import On, World
from domain.money import Money
from domain.registry.manufacturer import (
    Identity,
    IdentityKind,
    Manufacturer,
    ManufacturerNotFound,
    known_by,
)

SOURCE_FILE = "credits.SourceFile"
NOTE_NUMBER = "credits.NoteNumber"
CLOCK = "credit_notes_checked"


Booking = BookCreditNote | BookCreditNoteByHand


def book(note: CreditNote | None, command: Booking, world: World) -> list[Event | On]:
    """Refused whole with every reason, or booked; a duplicate is refused with the first's id."""
    note_id, document = command.note_id, command.document
    if note:
        raise DuplicateCreditNote(f"It is booked already, as {note_id}.", bearer=note_id)
    if faults := errors(document, findings_of(command)):
        raise InvalidCreditNote(reasons=faults)
    issuer, number = issuer_identity(document.issuer), str(document.number)
    manufacturer_id = known_by(world, issuer)
    names = [
        *of_file(world, note_id, source_of(command)),
        *numbered(world, note_id, (issuer.kind, issuer.key), number),
        *by_manufacturer(world, note_id, manufacturer_id, number),
    ]
    return [booked(command, document, manufacturer_id, world), *names]


def findings_of(command: Booking) -> Findings:
    return command.findings if isinstance(command, BookCreditNote) else None


def source_of(command: Booking) -> SourceFile | None:
    return command.source if isinstance(command, BookCreditNote) else None


def of_file(world: World, note_id: UUID, source: SourceFile | None) -> list[On]:
    """Each file is booked once, and is no longer one that is refused."""
    if source is None:
        return []
    part = (source.part,) if source.part else ()
    names = taken(world, note_id, SOURCE_FILE, source.sha256, *part)
    return [*names, *booked_after_all(world, source.sha256, note_id)]


def issuer_identity(party: Party) -> Identity:
    """By what the issuer is known: tax id, else registration id, else name."""
    assert party.identity is not None, "a note without an issuer is refused"
    kind, value = party.identity
    return Identity(kind=IdentityKind(kind), value=value)


def booked(
    command: Booking, document: CreditNoteDocument, issuer: UUID | None, world: World
) -> CreditNoteBooked:
    # `errors` refused whatever states none of these
    assert document.number and document.issue_date and document.currency
    assert document.totals.payable is not None
    return CreditNoteBooked(
        number=document.number,
        issued_on=document.issue_date,
        issuer_name=document.issuer.name or issuer_identity(document.issuer).value,
        manufacturer_id=issuer,
        payable=Money(amount=document.totals.payable, currency=document.currency),
        source=source_of(command),
        document=document,
        warnings=warnings(document, findings_of(command)),
        clock=policies.clock(world, CLOCK),
    )


def taken(world: World, note_id: UUID, of: str, *parts: str) -> list[On]:
    try:
        return uniqueness.take(world, note_id, of, *parts, taken=DuplicateCreditNote)
    except DuplicateCreditNote as duplicate:
        what = "This file" if of == SOURCE_FILE else f"A note {parts[-1]} of this issuer"
        raise DuplicateCreditNote(
            f"{what} is booked already, as {duplicate.bearer}.", bearer=duplicate.bearer
        ) from None


def numbered(world: World, note_id: UUID, issuer: tuple[str, ...], number: str) -> list[On]:
    return taken(world, note_id, NOTE_NUMBER, *issuer, number)


def by_manufacturer(
    world: World, note_id: UUID, manufacturer_id: UUID | None, number: str
) -> list[On]:
    """A manufacturer's number is booked once, by whichever of its identities a note knows it."""
    if manufacturer_id is None:
        return []
    return numbered(world, note_id, ("manufacturer", str(manufacturer_id)), number)


def assign(note: CreditNote, command: AssignIssuer, world: World) -> list[Event | On]:
    if note.manufacturer_id == command.manufacturer_id:
        return []
    if note.manufacturer_id is not None:
        raise IssuerAlreadyAssigned
    if world.of(Manufacturer, command.manufacturer_id) is None:
        raise ManufacturerNotFound(fields=("manufacturer_id",))
    names = by_manufacturer(world, command.note_id, command.manufacturer_id, note.number)
    return [IssuerAssigned(manufacturer_id=command.manufacturer_id), *names]
