"""What notes and claims are called by each other: the index from a name to who goes by it.

A note that came before its claim is found again by what it names, and a claim by its order, serial
number or amount. Such a name is no identity: many may share it, so it is not one of `uniqueness`.
Whether they agree in it is looked up again by who is led there.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, TypeAlias, assert_never
from uuid import UUID, uuid5

from domain import messages
from domain.messages import On, Role, Stream, World
from domain.money import Money

NAMINGS: Final = UUID("8c0f2f6e-19e5-5b44-8d7a-4c8c5f0d9b31")
MANY: Final = 100
"""What more notes, or more claims, go by tells none of them apart: no more are noted down."""


class NoteNamed(messages.Event):
    """A credit note names something so, or credits this amount (CRN-3, CRN-10)."""

    context = "credits"
    note_id: UUID


class ClaimNamed(messages.Event):
    """An accepted claim goes by this order, serial number or amount (CRN-3, CRN-10)."""

    context = "credits"
    claim_id: UUID


class MatchNotesNaming(messages.Command):
    """Match the notes that name a claim, or propose it anew, now that it changed (CRN-10)."""

    roles = frozenset({Role.FINANCE, Role.SYSTEM})
    claim_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(Naming.kind, uuid5(NAMINGS, str(self.claim_id)))


Event: TypeAlias = NoteNamed | ClaimNamed
Command: TypeAlias = MatchNotesNaming


@dataclass(frozen=True, slots=True)
class Naming:
    """The notes that name one reference, and the claims that go by it."""

    kind: ClassVar[str] = "credits.Naming"
    notes: frozenset[UUID] = frozenset()
    claims: frozenset[UUID] = frozenset()


State = Naming
NOBODY: Final = Naming()


def evolve(naming: Naming | None, event: Event) -> Naming:
    naming = naming or NOBODY
    match event:
        case NoteNamed(note_id=note_id):
            return replace(naming, notes=naming.notes | {note_id})
        case ClaimNamed(claim_id=claim_id):
            return replace(naming, claims=naming.claims | {claim_id})
        case never:
            assert_never(never)


def stream_of(manufacturer_id: UUID, reference: str) -> Stream:
    """Of a reference in the dealings with one manufacturer, however it is spelled."""
    return Stream(Naming.kind, uuid5(NAMINGS, json.dumps([str(manufacturer_id), word(reference)])))


def word(reference: str) -> str:
    return unicodedata.normalize("NFC", reference).strip().casefold()


def by_amount(amount: Money) -> str:
    """What notes and claims of this amount go by."""
    return f"{amount.currency} {amount.amount.normalize():f}"


def going_by(world: World, manufacturer_id: UUID, references: Iterable[str]) -> dict[str, Naming]:
    """Who goes by each of these references. Loads what it needs in one round."""
    streams = {reference: stream_of(manufacturer_id, reference) for reference in references}
    world.gather(streams.values())
    return {name: world.of(Naming, s.id) or NOBODY for name, s in streams.items()}


def notes_naming(world: World, names: Iterable[tuple[UUID, str]]) -> set[UUID]:
    """The notes that go by any of these names, in the dealings with a manufacturer each."""
    streams = {stream_of(*name) for name in names}
    world.gather(streams)
    namings = [world.of(Naming, stream.id) or NOBODY for stream in streams]
    return set[UUID]().union(*(each.notes for each in namings))


def note_named(
    world: World, note_id: UUID, manufacturer_id: UUID, references: Iterable[str]
) -> list[On]:
    """That the note names these; nothing for those it was noted down for before."""
    known = by_stream(manufacturer_id, going_by(world, manufacturer_id, references))
    return [
        On(stream, NoteNamed(note_id=note_id))
        for stream, naming in known.items()
        if note_id not in naming.notes and len(naming.notes) < MANY
    ]


def claim_named(
    world: World, claim_id: UUID, manufacturer_id: UUID, references: Iterable[str]
) -> list[On]:
    """That the claim goes by these; nothing for those it was noted down for before."""
    known = by_stream(manufacturer_id, going_by(world, manufacturer_id, references))
    return [
        On(stream, ClaimNamed(claim_id=claim_id))
        for stream, naming in known.items()
        if claim_id not in naming.claims and len(naming.claims) < MANY
    ]


def by_stream(manufacturer_id: UUID, known: Mapping[str, Naming]) -> dict[Stream, Naming]:
    """The same reference spelled in two ways is one."""
    return {stream_of(manufacturer_id, reference): naming for reference, naming in known.items()}
