"""What a person is shown where the program is not certain: the claims a note may pay (CRN-3).

By the claim's number, where what is paid does not fit. Without one, by the order or serial number
that is named, or by amount and date; words of the text are only a suggestion (CRN-10). Nothing of
this is matched until a person confirms it. What is proposed follows from the papers and the claims
as they are, so that it does not depend on which came first (CRN-13).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from domain import calendar, policies
from domain.claims.claim import Claim, Status
from domain.credits import naming
from domain.credits.document import CreditNoteDocument, Line, Reference, ReferenceKind
from domain.credits.events import Agreement, Candidate, Fit, MatchProposed, NamedBy
from domain.credits.matching import gross, named_by, said, to_issuer
from domain.credits.state import CreditNote
from domain.messages import On, Stream, World
from domain.money import Money
from domain.policy_content import ProposalWindow

WORD: Final = re.compile(r"(?=[\w./-]*\d)\w[\w./-]{2,59}")
WORDS_READ: Final = 50
LINES_READ: Final = 50
CANDIDATES: Final = 20
Claims = Mapping[UUID, Claim]


# ── by what they find each other ────────────────────────────────────────────


def names_in(note: CreditNote) -> tuple[str, ...]:
    """What a note names, and the amounts that it credits, each once."""
    document = note.document
    amounts = [note.payable, *(gross(line, note.payable.currency) for line in separate(document))]
    of_amounts = (naming.by_amount(amount) for amount in amounts if amount.amount > 0)
    return tuple(dict.fromkeys((*named_in(document.lines, document.references), *of_amounts)))


def named_in(lines: Iterable[Line], references: Iterable[Reference] = ()) -> Iterator[str]:
    """The references, and what the lines refer to or call their item."""
    yield from (reference.id for reference in references)
    for line in lines:
        yield from (reference.id for reference in line.references)
        yield from line.item_ids


def names_of(claim: Claim) -> tuple[str, ...]:
    """What leads to a claim without a number of it."""
    return named(claim, {claim.accepted.amount, claim.open.amount})


def named(claim: Claim, amounts: Collection[Decimal]) -> tuple[str, ...]:
    of_amounts = (claim.total.but(amount) for amount in sorted(amounts) if amount > 0)
    names = (claim.order_reference, claim.report.serial_number, *map(naming.by_amount, of_amounts))
    return tuple(dict.fromkeys(names))


def separate(document: CreditNoteDocument) -> list[Line]:
    """The lines that can be proposed for by themselves."""
    lines = document.lines[:LINES_READ]
    return [line for line in lines if line.net is not None] if len(document.lines) > 1 else []


# ── proposals as they ought to be now ───────────────────────────────────────


def renewed(
    world: World,
    notes: Mapping[UUID, CreditNote],
    known: Claims,
    waiting: Collection[UUID],
    touched: Collection[UUID],
) -> Iterator[On]:
    """For each note that waits, and others that a claim which was touched may be proposed for.

    `notes` and `known` claims are as they are after what is decided now.
    """
    others = led_to(world, [known[id] for id in sorted(touched) if id in known])
    due = {id: note for id, note in {**others, **notes}.items() if id in waiting or id not in notes}
    for id, note in sorted(due.items()):
        candidates = tuple(candidates_of(world, note, known))[:CANDIDATES]
        if candidates != note.proposal:
            yield On(Stream(CreditNote.kind, id), MatchProposed(candidates=candidates))


def led_to(world: World, claims: Iterable[Claim]) -> dict[UUID, CreditNote]:
    """The notes that nothing is decided about, and that may or might have meant these claims."""
    names = [(c.manufacturer_id, name) for c in claims for name in named(c, c.ever_open)]
    ids = naming.notes_naming(world, names)
    world.gather(Stream(CreditNote.kind, id) for id in ids)
    notes = {id: world.the(CreditNote, id) for id in ids}
    return {id: note for id, note in notes.items() if undecided(note)}


def undecided(note: CreditNote) -> bool:
    settled = note.allocations or note.in_peoples_hands or note.left_to_people
    return note.manufacturer_id is not None and not settled


def candidates_of(world: World, note: CreditNote, known: Claims) -> Iterator[Candidate]:
    """By claim number, and by what agrees; else by words of the text that are numbers."""
    numbered = named_by(note, note.document.all_references(), world)
    found = [*by_number(world, note, numbered, known), *alike(world, note, numbered, known)]
    if not found:
        in_text = named_in_text(note, world)
        found = [*fitting(world, note, in_text, known, {}, NamedBy.FREE_TEXT)]
    yield from (candidate for candidate in found if candidate.claim_id not in note.declined)


# ── by number ───────────────────────────────────────────────────────────────


def by_number(
    world: World, note: CreditNote, numbered: set[UUID], known: Claims
) -> Iterator[Candidate]:
    says = said(note, numbered, now(world, numbered, known), world)
    return fitting(world, note, numbered, known, says, NamedBy.CLAIM_NUMBER)


def fitting(
    world: World,
    note: CreditNote,
    ids: Collection[UUID],
    known: Claims,
    says: Mapping[UUID, Money],
    named: NamedBy,
) -> Iterator[Candidate]:
    claims = now(world, ids, known)
    for id in sorted(claims):
        if to_issuer(claims[id], note):
            pays = says.get(id, note.payable)
            yield candidate(id, named, pays, claims[id])


def now(world: World, ids: Collection[UUID], known: Claims) -> dict[UUID, Claim]:
    """The claims as they are after what is decided now."""
    world.gather(Stream(Claim.kind, id) for id in ids if id not in known)
    found = {id: known.get(id) or world.of(Claim, id) for id in ids}
    return {id: claim for id, claim in found.items() if claim}


def candidate(
    id: UUID,
    named: NamedBy,
    pays: Money,
    claim: Claim,
    agrees: tuple[Agreement, ...] = (),
    line: str | None = None,
) -> Candidate:
    open = payable(claim)
    fit = Fit.EXACT
    if open.amount <= 0:
        fit = Fit.NOTHING_OPEN
    elif pays != open:
        fit = Fit.SHORT if pays < open else Fit.OVER
    amount = pays.but(max(min(pays.amount, open.amount), Decimal(0)))
    return Candidate(claim_id=id, named_by=named, fit=fit, amount=amount, agrees=agrees, line=line)


def payable(claim: Claim) -> Money:
    """What a note can pay of it."""
    return claim.open if claim.status == Status.ACCEPTED else claim.open.but(Decimal(0))


def named_in_text(note: CreditNote, world: World) -> set[UUID]:
    """Claims whose number stands somewhere in the text: a suggestion, never a match."""
    words = [*dict.fromkeys(words_of(note.document))][:WORDS_READ]
    references = (Reference(kind=ReferenceKind.ADDITIONAL, id=word) for word in words)
    return named_by(note, references, world)


def words_of(document: CreditNoteDocument) -> Iterator[str]:
    texts = (*document.notes, *(line.description or "" for line in document.lines))
    for text in texts:
        yield from (word.rstrip(".-/") for word in WORD.findall(text[:2000]))


# ── by what agrees ──────────────────────────────────────────────────────────


class Part(NamedTuple):
    """A line that names no claim by number, or the note as a whole; and what it names instead."""

    line: str | None
    amount: Money
    names: tuple[str, ...]


def alike(
    world: World, note: CreditNote, numbered: set[UUID], known: Claims
) -> Iterator[Candidate]:
    """For the note as a whole if it names no claim; else, or if no amount agrees, by line."""
    document = note.document
    whole: list[Candidate] = []
    if not numbered:
        names = tuple(named_in(document.lines, document.references))
        whole = [*agreeing(world, note, Part(None, note.payable, names), known)]
    elif named_by(note, document.references, world):
        return
    if not any(Agreement.AMOUNT in candidate.agrees for candidate in whole):
        by_line = [*of_lines(world, note, known)]
        if any(Agreement.AMOUNT in candidate.agrees for candidate in by_line):
            yield from by_line
            return
    yield from whole


def of_lines(world: World, note: CreditNote, known: Claims) -> Iterator[Candidate]:
    """Each claim for the first line that agrees with it."""
    seen: set[UUID] = set()
    for place, line in enumerate(separate(note.document), start=1):
        if named_by(note, line.references, world):
            continue
        amount = gross(line, note.payable.currency)
        part = Part(line.id or str(place), amount, tuple(named_in([line])))
        for candidate in agreeing(world, note, part, known):
            if candidate.claim_id not in seen:
                seen.add(candidate.claim_id)
                yield candidate


def agreeing(world: World, note: CreditNote, part: Part, known: Claims) -> list[Candidate]:
    """Claims whose order or serial number is named, or whose amount and date agree (CRN-3)."""
    assert note.manufacturer_id is not None, "claims are looked for with who issued the note"
    names = (*part.names, naming.by_amount(part.amount))
    namings = naming.going_by(world, note.manufacturer_id, names)
    ids = set[UUID](known).union(*(each.claims for each in namings.values()))
    window = policies.in_force(world, ProposalWindow)
    found = [
        likely(id, note, part, claim, window)
        for id, claim in now(world, ids, known).items()
        if to_issuer(claim, note) and payable(claim).amount > 0
    ]
    return sorted(filter(None, found), key=lambda c: (-len(c.agrees), c.claim_id))


def likely(
    id: UUID, note: CreditNote, part: Part, claim: Claim, window: ProposalWindow
) -> Candidate | None:
    agrees = agreement(note, part, claim, window)
    if {Agreement.SERIAL, Agreement.ORDER} & {*agrees}:
        return candidate(id, NamedBy.OTHER_REFERENCE, part.amount, claim, agrees, part.line)
    if agrees == (Agreement.AMOUNT, Agreement.DATE):
        return candidate(id, NamedBy.AMOUNT, part.amount, claim, agrees, part.line)
    return None


def agreement(
    note: CreditNote, part: Part, claim: Claim, window: ProposalWindow
) -> tuple[Agreement, ...]:
    """All that agrees, and by it why the claim is proposed."""
    names = {naming.word(name) for name in part.names}
    agrees = {
        Agreement.SERIAL: naming.word(claim.report.serial_number) in names,
        Agreement.ORDER: naming.word(claim.order_reference) in names,
        Agreement.AMOUNT: part.amount.amount > 0 and payable(claim) == part.amount,
        Agreement.DATE: in_time(note, claim, window),
    }
    return tuple(which for which, does in agrees.items() if does)


def in_time(note: CreditNote, claim: Claim, window: ProposalWindow) -> bool:
    since = claim.submitted_on
    return since is not None and since <= note.issued_on <= calendar.add_days(since, window.days)
