"""What a person is shown where the program is not certain: the claims a note may pay (CRN-10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.claims.claim import Claim
from domain.credits.document import CreditNoteDocument, Reference, ReferenceKind
from domain.credits.entangled import Entangled
from domain.credits.events import Candidate, Fit, MatchProposed, NamedBy
from domain.credits.matching import named_by
from domain.credits.planning import Owing, Paper, Plan
from domain.credits.state import CreditNote
from domain.messages import On, Stream, World
from domain.money import Money

WORD: Final = re.compile(r"(?=[\w./-]*\d)\w[\w./-]{2,59}")
WORDS_READ: Final = 50
CANDIDATES: Final = 20


def proposals(world: World, found: Entangled, plan: Plan) -> Iterator[On]:
    """For each note that waits, unless the same was proposed for it last."""
    for id in plan.waiting:
        paper, note = plan.papers[id], found.notes[id]
        candidates = tuple(candidates_of(world, found, paper, plan.owing, id))[:CANDIDATES]
        if candidates != note.proposal:
            proposed = MatchProposed(candidates=candidates)
            yield On(Stream(CreditNote.kind, id), proposed)


def candidates_of(
    world: World, found: Entangled, paper: Paper, owing: Mapping[UUID, Owing], id: UUID
) -> Iterator[Candidate]:
    """By claim number, else by other references, else by words of the text that are numbers."""
    note = paper.note
    ways: Iterator[tuple[NamedBy, Iterable[UUID]]] = iter(
        (
            (NamedBy.CLAIM_NUMBER, sorted(found.by_number[id])),
            (NamedBy.OTHER_REFERENCE, sorted(paper.otherwise)),
        )
    )
    for named, claim_ids in ways:
        if candidates := [*fitting(found.claims, paper, owing, claim_ids, named)]:
            yield from candidates
            return
    in_text = named_in_text(note, world)
    known = {each: world.the(Claim, each) for each in sorted(in_text)}
    yield from fitting(known, paper, owing, known, NamedBy.FREE_TEXT)


def fitting(
    known: Mapping[UUID, Claim],
    paper: Paper,
    owing: Mapping[UUID, Owing],
    ids: Iterable[UUID],
    named: NamedBy,
) -> Iterator[Candidate]:
    for id in ids:
        claim = known.get(id)
        if claim is None or claim.manufacturer_id != paper.note.manufacturer_id:
            continue
        if claim.total.currency != paper.amount.currency:
            continue
        open = owing[id].open if id in owing else claim.open
        yield candidate(id, named, paper.says.get(id, paper.amount), open)


def candidate(id: UUID, named: NamedBy, pays: Money, open: Money) -> Candidate:
    fit = Fit.EXACT
    if open.amount <= 0:
        fit = Fit.NOTHING_OPEN
    elif pays != open:
        fit = Fit.SHORT if pays < open else Fit.OVER
    amount = min(pays.amount, open.amount, key=Decimal)
    return Candidate(claim_id=id, named_by=named, fit=fit, amount=pays.but(max(amount, Decimal(0))))


def named_in_text(note: CreditNote, world: World) -> set[UUID]:
    """Claims whose number stands somewhere in the text: a suggestion, never a match."""
    words = [*dict.fromkeys(words_of(note.document))][:WORDS_READ]
    references = (Reference(kind=ReferenceKind.ADDITIONAL, id=word) for word in words)
    return named_by(note, references, world)


def words_of(document: CreditNoteDocument) -> Iterator[str]:
    texts = (*document.notes, *(line.description or "" for line in document.lines))
    for text in texts:
        yield from (word.rstrip(".-/") for word in WORD.findall(text[:2000]))
