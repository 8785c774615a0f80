"""Booking a credit note once, and saying who issued it (CRN-1, CRN-2)."""

from __future__ import annotations

from uuid import UUID

from domain import policies, uniqueness
from domain.credits.checking import errors, warnings
from domain.credits.commands import AssignIssuer, BookCreditNote
from domain.credits.document import CreditNoteDocument, Party
from domain.credits.events import CreditNoteBooked, Event, IssuerAssigned
from domain.credits.refusals import (
    DuplicateCreditNote,
    InvalidCreditNote,
    IssuerAlreadyAssigned,
)
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


def book(note: CreditNote | None, command: BookCreditNote, world: World) -> list[Event | On]:
    """Refused whole with every reason, or booked; a duplicate is refused with the first's id."""
    if note:
        raise DuplicateCreditNote(
            f"This file is booked already, as {command.note_id}.", bearer=command.note_id
        )
    document = command.document
    if faults := errors(document):
        raise InvalidCreditNote(reasons=faults)
    issuer = issuer_identity(document.issuer)
    manufacturer_id = known_by(world, issuer)
    names = [
        *taken(world, command.note_id, SOURCE_FILE, command.source.sha256),
        *numbered(world, command.note_id, (issuer.kind, issuer.key), str(document.number)),
        *by_manufacturer(world, command.note_id, manufacturer_id, str(document.number)),
    ]
    return [booked(command, document, manufacturer_id, world), *names]


def issuer_identity(party: Party) -> Identity:
    """By what the issuer is known: tax id, else registration id, else name."""
    assert party.identity is not None, "a note without an issuer is refused"
    kind, value = party.identity
    return Identity(kind=IdentityKind(kind), value=value)


def booked(
    command: BookCreditNote, document: CreditNoteDocument, issuer: UUID | None, world: World
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
        source=command.source,
        document=document,
        warnings=warnings(document),
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
