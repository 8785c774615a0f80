"""What has to be looked at together: notes that name the same claims, as far as that leads.

Found from streams alone, so that whoever decides sees all that bears on the decision, whichever
of them came last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.claims.claim import Claim
from domain.credits import naming
from domain.credits.matching import named_by
from domain.credits.state import CreditNote
from domain.messages import Stream, World

LARGEST: Final = 200
"""More notes than these are not disentangled by the program; a person matches them."""


@dataclass(frozen=True, slots=True)
class Entangled:
    """Notes with the claims they name by number or were matched to; and these claims."""

    notes: Mapping[UUID, CreditNote]
    claims: Mapping[UUID, Claim]
    by_number: Mapping[UUID, frozenset[UUID]]
    matched: Mapping[UUID, frozenset[UUID]]


def numbers_of(claim: Claim) -> tuple[str, ...]:
    """All that a note may call the claim by, and no other."""
    return tuple(dict.fromkeys((*sorted(claim.known_as), claim.number)))


def entangled(world: World, notes: Iterable[UUID], claims: Iterable[UUID]) -> Entangled | None:
    """Everything that these lead to; None if that is too much."""
    found = Entangled({}, {}, {}, {})
    new_notes, new_claims = {*notes}, {*claims}
    while new_notes or new_claims:
        found = joined(found, look(world, new_notes, new_claims))
        if len(found.notes) > LARGEST:
            return None
        new_notes = notes_of(world, found, new_claims) - found.notes.keys()
        reached = [found.by_number, found.matched]
        new_claims = {c for ids in reached for cs in ids.values() for c in cs} - found.claims.keys()
    return found


def joined(one: Entangled, other: Entangled) -> Entangled:
    return Entangled(
        {**one.notes, **other.notes},
        {**one.claims, **other.claims},
        {**one.by_number, **other.by_number},
        {**one.matched, **other.matched},
    )


def look(world: World, notes: set[UUID], claims: set[UUID]) -> Entangled:
    """These notes, with what they name, and these claims."""
    streams = [*(Stream(CreditNote.kind, id) for id in notes)]
    world.gather([*streams, *(Stream(Claim.kind, id) for id in claims)])
    known = {id: world.the(CreditNote, id) for id in notes}
    return Entangled(
        known,
        {id: claim for id in claims if (claim := world.of(Claim, id))},
        {id: frozenset(claims_by_number(note, world)) for id, note in known.items()},
        {
            id: frozenset(a.claim_id for a in note.allocations.values())
            for id, note in known.items()
        },
    )


def claims_by_number(note: CreditNote, world: World) -> set[UUID]:
    if note.manufacturer_id is None:
        return set()
    return named_by(note, note.document.all_references(), world)


def notes_of(world: World, found: Entangled, claims: set[UUID]) -> set[UUID]:
    """The notes that name these claims by number, or were matched to them."""
    known = [found.claims[id] for id in claims if id in found.claims]
    names = [(claim.manufacturer_id, name) for claim in known for name in numbers_of(claim)]
    paying = {credit.note_id for claim in known for credit in claim.credits.values()}
    return paying | naming.notes_naming(world, names)
