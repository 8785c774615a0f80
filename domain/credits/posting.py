"""Into which period it goes what moves money: never into a closed one (CRN-7, CRN-13).

What becomes of a note belongs to the month in which it was issued; what only concerns a claim, to
the month in which it took effect. If that month is closed, the effect is posted into the first
open one, as an adjustment that says which it corrects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from domain import calendar, policies
from domain.claims import events as c
from domain.claims.claim import Claim
from domain.credits.events import (
    AllocationDisplaced,
    AllocationReversed,
    CreditAllocated,
    CreditNoteBooked,
    IssuerAssigned,
    RemainderReopened,
    RemainderSettled,
)
from domain.credits.reconciliation_period import (
    Effect,
    PeriodIsClosed,
    PriorPeriodAdjusted,
    ReconciliationPeriod,
    month_of,
    stream_of,
)
from domain.credits.state import CreditNote
from domain.messages import Event, On, Stream, World
from domain.money import Money


class Posting(NamedTuple):
    """An effect on the money of a note, or of a claim alone."""

    effect: Effect
    of: UUID
    amount: Money
    note_id: UUID | None = None
    claim_id: UUID | None = None


def periods_with(world: World, manufacturer_id: UUID, currency: str) -> ReconciliationPeriod:
    id = stream_of(manufacturer_id, currency).id
    return world.of(ReconciliationPeriod, id) or ReconciliationPeriod()


def periods_of(world: World, note: CreditNote) -> ReconciliationPeriod:
    """The months of the note's issuer and currency."""
    if note.manufacturer_id is None:
        return ReconciliationPeriod()
    return periods_with(world, note.manufacturer_id, note.payable.currency)


def period_of(note: CreditNote, of: UUID, periods: ReconciliationPeriod) -> date:
    """The month that an allocation or remainder was posted into."""
    return periods.posted.get(of, month_of(note.issued_on))


def frozen(world: World, note: CreditNote, ids: Iterable[UUID]) -> bool:
    """Whether one of these allocations belongs to a closed month."""
    periods = periods_of(world, note)
    return any(periods.is_closed(period_of(note, id, periods)) for id in ids)


def refuse_frozen(world: World, note: CreditNote, ids: Collection[UUID]) -> None:
    """A match is taken back while its period is open (CRN-6)."""
    if frozen(world, note, ids):
        raise PeriodIsClosed(fields=("in_next_period",))


# ── what becomes of notes ───────────────────────────────────────────────────


def adjustments(world: World, note_id: UUID, events: Sequence[Event | On]) -> Iterator[On]:
    """What goes with the events, for those that move money of a closed month (CRN-13)."""
    for event in events:
        on = event if isinstance(event, On) else On(Stream(CreditNote.kind, note_id), event)
        if isinstance(on.event, CreditNoteBooked | IssuerAssigned):
            yield from booked_late(world, on.stream.id, on.event)
        for posting in postings(on):
            assert posting.note_id is not None, "what is posted here is of a note"
            yield from adjusted(world, world.the(CreditNote, posting.note_id), posting)


def booked_late(world: World, note_id: UUID, event: CreditNoteBooked | IssuerAssigned) -> list[On]:
    """A note that comes, or is known to be the manufacturer's, after its month was closed."""
    if event.manufacturer_id is None:
        return []
    note = event if isinstance(event, CreditNoteBooked) else world.the(CreditNote, note_id)
    periods = periods_with(world, event.manufacturer_id, note.payable.currency)
    month = month_of(note.issued_on)
    posting = Posting(Effect.BOOKED, note_id, note.payable, note_id=note_id)
    closed = periods.is_closed(month)
    return [adjustment(event.manufacturer_id, posting, month, periods)] if closed else []


def adjusted(world: World, note: CreditNote, posting: Posting) -> Iterator[On]:
    """What a closed month's note did in an open one is corrected there, and says so again."""
    periods = periods_of(world, note)
    months = (period_of(note, posting.of, periods), month_of(note.issued_on))
    closed = [month for month in months if periods.is_closed(month)]
    if closed:
        assert note.manufacturer_id is not None, "nothing is posted before the issuer is known"
        yield adjustment(note.manufacturer_id, posting, closed[0], periods)


def adjustment(
    manufacturer_id: UUID, posting: Posting, corrects: date, periods: ReconciliationPeriod
) -> On:
    event = PriorPeriodAdjusted(
        manufacturer_id=manufacturer_id,
        currency=posting.amount.currency,
        month=periods.open_from(corrects),
        corrects=corrects,
        note_id=posting.note_id,
        claim_id=posting.claim_id,
        effect=posting.effect,
        of=posting.of,
        amount=posting.amount,
    )
    return On(stream_of(manufacturer_id, posting.amount.currency), event)


def postings(on: On) -> Iterator[Posting]:
    """What moves money. What a credit does to its claim is posted with the note."""
    note = on.stream.id
    match on.event:
        case CreditAllocated(allocation_id=of, amount=amount):
            yield Posting(Effect.ALLOCATED, of, amount, note)
        case AllocationReversed(allocation_id=of, amount=amount):
            yield Posting(Effect.TAKEN_BACK, of, amount, note)
        case AllocationDisplaced(allocation_id=of, amount=amount):
            yield Posting(Effect.TAKEN_BACK, of, amount, note)
        case c.ClaimDifferenceSettled(note_id=note_id, allocation_id=of, amount=amount):
            yield Posting(Effect.DIFFERENCE_SETTLED, of, amount, note_id)
        case RemainderSettled(remainder_id=of, amount=amount):
            yield Posting(Effect.REMAINDER_SETTLED, of, amount, note)
        case RemainderReopened(remainder_id=of, amount=amount):
            yield Posting(Effect.REMAINDER_REOPENED, of, amount, note)
        case _:
            pass


# ── what becomes of claims alone ────────────────────────────────────────────


def of_claim(
    world: World, before: Claim | None, claim_id: UUID, events: Sequence[Event | On]
) -> Iterator[On]:
    """What goes with a claim's own events if they took effect in a closed month (CRN-13).

    A month is closed when it is over: so only what is said to have been earlier can be late.
    """
    zone = policies.zone(world)
    month = month_of(calendar.local_day(world.effective_at, zone))
    if before is None or month == month_of(calendar.local_day(world.now, zone)):
        return
    periods = periods_with(world, before.manufacturer_id, before.total.currency)
    if not periods.is_closed(month):
        return
    for event in (event for event in events if not isinstance(event, On)):
        amount = moved(before, event)
        if amount and amount.amount:
            posting = Posting(EFFECTS[type(event)], claim_id, amount, claim_id=claim_id)
            yield adjustment(before.manufacturer_id, posting, month, periods)


def moved(claim: Claim, event: Event) -> Money | None:
    """By how much one of the figures that a claim counts in is moved; None if none is."""
    match event:
        case c.ClaimSubmitted(total=amount) | c.ClaimResubmitted(total=amount):
            return amount
        case c.ClaimAmended(total=amount):
            return amount - claim.total if claim.submissions else None
        case c.ClaimAccepted(accepted=amount) | c.ClaimAcceptedInPart(accepted=amount):
            return amount
        case c.AcceptanceRevoked():
            return claim.accepted
        case c.ClaimRejected(refused=amount):
            return amount
        case c.ClaimWrittenOff(amount=amount) | c.ClaimWithdrawn(amount=amount):
            return amount
        case _:
            return None


EFFECTS: Final[Mapping[type[Event], Effect]] = {
    c.ClaimSubmitted: Effect.CLAIM_SUBMITTED,
    c.ClaimResubmitted: Effect.CLAIM_RESUBMITTED,
    c.ClaimAmended: Effect.CLAIM_AMENDED,
    c.ClaimAccepted: Effect.CLAIM_ACCEPTED,
    c.ClaimAcceptedInPart: Effect.CLAIM_ACCEPTED,
    c.AcceptanceRevoked: Effect.ACCEPTANCE_REVOKED,
    c.ClaimRejected: Effect.CLAIM_REJECTED,
    c.ClaimWrittenOff: Effect.CLAIM_WRITTEN_OFF,
    c.ClaimWithdrawn: Effect.CLAIM_WITHDRAWN,
}
