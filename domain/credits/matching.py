"""Matching: which claims a credit note pays, and how much of each (CRN-3 to CRN-6, CRN-10).

The note decides; what it does to a claim is decided by the claim's own rules, and recorded in the
same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias, TypeGuard, assert_never
from uuid import UUID

from domain import uniqueness
from domain.claims import claim as claims
from domain.claims.answering import refuse_unknown_reasons
from domain.claims.claim import Claim
from domain.credits import differences, posting
from domain.credits.commands import (
    AllocationWish,
    ConfirmProposal,
    DeclineProposal,
    MatchCreditNote,
    UndoMatch,
)
from domain.credits.document import Line, Reference
from domain.credits.events import (
    AllocationReversed,
    Candidate,
    CreditAllocated,
    Event,
    MatchedBy,
    ProposalDeclined,
)
from domain.credits.refusals import (
    ClaimOfAnother,
    IssuerUnknown,
    MoreThanUnapplied,
    NoSuchAllocation,
    NoteCurrencyDiffers,
    NothingOpen,
    NotProposed,
    OverpaymentWithoutReason,
    SameClaimTwice,
    ShortWithoutReason,
)
from domain.credits.state import CreditNote, allocation_id
from domain.messages import On, Stream, World
from domain.money import Money, minor_units, total

HUNDRED = Decimal(100)


# ── what a note names ───────────────────────────────────────────────────────


def named_by(note: CreditNote, references: Iterable[Reference], world: World) -> set[UUID]:
    """The claims that the references name, by the manufacturer's number or by ours."""
    numbers = {reference.id for reference in references}
    whose = str(note.manufacturer_id)
    names: list[tuple[str, tuple[str, ...]]] = [
        *((claims.MANUFACTURER_NUMBER, (whose, number)) for number in numbers),
        *((claims.OWN_NUMBER, (number,)) for number in numbers),
    ]
    kind = uniqueness.Bearer.kind
    world.gather(Stream(kind, uniqueness.name_id(of, *parts)) for of, parts in names)
    bearers = {uniqueness.bearer(world, of, *parts) for of, parts in names}
    return {claim_id for claim_id in bearers if claim_id is not None}


def by_line(note: CreditNote, lines: Iterable[Line], world: World) -> Mapping[UUID, Money]:
    """The gross of the lines of each claim, if every line names one claim and all add up."""
    amounts: dict[UUID, Money] = {}
    for line in lines:
        of_line = named_by(note, line.references, world)
        if len(of_line) != 1 or line.net is None:
            return {}
        claim_id = of_line.pop()
        before = amounts.get(claim_id, note.payable.but(Decimal(0)))
        amounts[claim_id] = before + gross(line, note.payable.currency)
    return amounts if total(amounts.values(), note.payable.currency) == note.payable else {}


def said(
    note: CreditNote, named: Collection[UUID], known: Mapping[UUID, Claim], world: World
) -> Mapping[UUID, Money]:
    """What the note pays to each claim that it names by number, if it says so clearly (CRN-3).

    What a person declined it does not say.
    """
    sayable = named and not note.declined.intersection(named)
    if not sayable or not all(to_issuer(known.get(claim_id), note) for claim_id in named):
        return {}
    if len(named) == 1:
        return {next(iter(named)): note.payable}
    return by_line(note, note.document.lines, world)


def to_issuer(claim: Claim | None, note: CreditNote) -> TypeGuard[Claim]:
    """Whether the claim was made to who issued the note, in its currency (CRN-4)."""
    return (
        claim is not None
        and claim.manufacturer_id == note.manufacturer_id
        and claim.total.currency == note.payable.currency
    )


def gross(line: Line, currency: str) -> Money:
    """The line with its tax, to the minor unit."""
    assert line.net is not None, "a line without an amount is not matched by itself"
    exact = line.net * (1 + (line.tax_rate or Decimal(0)) / HUNDRED)
    unit = Decimal(1).scaleb(-minor_units(currency))
    return Money(amount=exact.quantize(unit, ROUND_HALF_UP), currency=currency)


# ── by hand ─────────────────────────────────────────────────────────────────


ByPeople: TypeAlias = MatchCreditNote | ConfirmProposal | DeclineProposal | UndoMatch


def decide(note: CreditNote, command: ByPeople, world: World) -> list[Event | On]:
    match command:
        case MatchCreditNote():
            return by_hand(note, command, world)
        case ConfirmProposal():
            return confirm(note, command, world)
        case DeclineProposal():
            return decline(note, command)
        case UndoMatch():
            return undo(note, command, world)
        case never:
            assert_never(never)


def by_hand(note: CreditNote, command: MatchCreditNote, world: World) -> list[Event | On]:
    """As finance says; what stays open of a claim, or is paid over, needs the reason (CRN-5)."""
    if note.manufacturer_id is None:
        raise IssuerUnknown
    wishes = command.allocations
    if len({wish.claim_id for wish in wishes}) < len(wishes):
        raise SameClaimTwice(fields=("allocations",))
    for wish in wishes:
        refuse_unexplained(note, wish, world)
    return allocate(note, command.note_id, wishes, MatchedBy.HAND, world)


def confirm(note: CreditNote, command: ConfirmProposal, world: World) -> list[Event | On]:
    """As proposed, if it is still so; never by the program (CRN-3)."""
    found = proposed(note, command.claim_id)
    if not found.amount.amount:
        raise NothingOpen(fields=("claim_id",))
    wish = AllocationWish(
        claim_id=command.claim_id,
        amount=found.amount,
        reason=command.reason,
        outcome=command.outcome,
    )
    refuse_unexplained(note, wish, world)
    return allocate(note, command.note_id, [wish], MatchedBy.PROPOSAL, world)


def decline(note: CreditNote, command: DeclineProposal) -> list[Event | On]:
    if command.claim_id in note.declined:
        return []
    proposed(note, command.claim_id)
    return [ProposalDeclined(claim_id=command.claim_id, reason=command.reason)]


def proposed(note: CreditNote, claim_id: UUID) -> Candidate:
    """What is proposed for that claim. Raises NotProposed."""
    found = [candidate for candidate in note.proposal if candidate.claim_id == claim_id]
    if not found:
        raise NotProposed(fields=("claim_id",))
    return found[0]


def refuse_unexplained(note: CreditNote, wish: AllocationWish, world: World) -> None:
    claim = world.the(Claim, wish.claim_id)
    if claim.manufacturer_id != note.manufacturer_id:
        raise ClaimOfAnother(f"Claim {claim.number} was made to another manufacturer.")
    if wish.amount.currency != note.payable.currency:
        raise NoteCurrencyDiffers(fields=("allocations",))
    if wish.reason:
        refuse_unknown_reasons([wish.reason], claim.manufacturer_id, world)
    elif wish.overpay:
        raise OverpaymentWithoutReason(fields=("allocations",))
    elif claim.total.currency == wish.amount.currency and wish.amount < claim.open:
        raise ShortWithoutReason(
            f"Claim {claim.number} stays open with {(claim.open - wish.amount).amount}: say why.",
            fields=("allocations",),
        )


def allocate(
    note: CreditNote,
    note_id: UUID,
    wishes: Iterable[AllocationWish],
    matched_by: MatchedBy,
    world: World,
) -> list[Event | On]:
    """The note's events and, for each, the claim's own (CRN-4)."""
    events: list[Event | On] = []
    left = note.unapplied
    for number, wish in enumerate(wishes, start=note.allocated_ever + 1):
        if left < wish.amount:
            raise MoreThanUnapplied(f"Only {left.amount} {left.currency} of the note are left.")
        left = left - wish.amount
        id = allocation_id(note_id, number)
        allocated = CreditAllocated(
            allocation_id=id,
            claim_id=wish.claim_id,
            amount=wish.amount,
            matched_by=matched_by,
            reason=wish.reason,
        )
        events += [allocated, *on_claim(note_id, id, wish, world)]
    return events


def on_claim(note_id: UUID, id: UUID, wish: AllocationWish, world: World) -> Iterator[On]:
    """What the allocation does to its claim, and what becomes of what it leaves open there."""
    claim = world.the(Claim, wish.claim_id)
    stream = Stream(Claim.kind, wish.claim_id)
    if wish.overpay:
        paid = claims.overpaid(claim, note_id, wish.amount, id, str(wish.reason))
        yield from (On(stream, event) for event in paid)
        return
    credited = claims.credited(claim, note_id, wish.amount, id)
    yield On(stream, credited)
    after = claims.evolve(claim, credited)
    if wish.outcome and after.open.amount:
        yield from differences.decided(
            after, wish.claim_id, id, wish.outcome, str(wish.reason), world
        )


# ── and back ────────────────────────────────────────────────────────────────


def undo(note: CreditNote, command: UndoMatch, world: World) -> list[Event | On]:
    """Every balance is as it was before the match (CRN-6)."""
    chosen = [command.allocation_id] if command.allocation_id else list(note.allocations)
    if not chosen or any(id not in note.allocations for id in chosen):
        raise NoSuchAllocation(fields=("allocation_id",))
    if not command.in_next_period:
        posting.refuse_frozen(world, note, chosen)
    undone = (reversed_(note, id, command.reason, world) for id in chosen)
    return [event for events in undone for event in events]


def reversed_(note: CreditNote, id: UUID, reason: str, world: World) -> list[Event | On]:
    claim_id, amount, _ = note.allocations[id]
    reversal = AllocationReversed(allocation_id=id, claim_id=claim_id, amount=amount, reason=reason)
    credit = claims.credit_reversed(world.of(Claim, claim_id), id, reason)
    return [reversal, On(Stream(Claim.kind, claim_id), credit)]
