"""Into which period it goes what happens to a note: never into a closed one (CRN-7, CRN-13)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from domain.claims.events import ClaimDifferenceSettled
from domain.credits.events import (
    AllocationDisplaced,
    AllocationReversed,
    CreditAllocated,
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
    """An effect on a note's money."""

    note_id: UUID
    effect: Effect
    of: UUID
    amount: Money


def periods_of(world: World, note: CreditNote) -> ReconciliationPeriod:
    """The months of the note's issuer and currency."""
    if note.manufacturer_id is None:
        return ReconciliationPeriod()
    id = stream_of(note.manufacturer_id, note.payable.currency).id
    return world.of(ReconciliationPeriod, id) or ReconciliationPeriod()


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


def adjustments(world: World, note_id: UUID, events: Sequence[Event | On]) -> Iterator[On]:
    """What goes with the events for those of them whose own month is closed (CRN-13)."""
    for event in events:
        on = event if isinstance(event, On) else On(Stream(CreditNote.kind, note_id), event)
        for posting in postings(on):
            note = world.the(CreditNote, posting.note_id)
            periods = periods_of(world, note)
            own = period_of(note, posting.of, periods)
            if periods.is_closed(own):
                yield adjusted(note, posting, own, periods)


def adjusted(note: CreditNote, posting: Posting, own: date, periods: ReconciliationPeriod) -> On:
    assert note.manufacturer_id is not None, "nothing is posted before the issuer is known"
    event = PriorPeriodAdjusted(
        manufacturer_id=note.manufacturer_id,
        currency=note.payable.currency,
        month=periods.open_from(own),
        corrects=own,
        note_id=posting.note_id,
        effect=posting.effect,
        of=posting.of,
        amount=posting.amount,
    )
    return On(stream_of(note.manufacturer_id, note.payable.currency), event)


def postings(on: On) -> Iterator[Posting]:
    """What moves money. What a credit does to its claim is posted with the note."""
    match on.event:
        case CreditAllocated(allocation_id=of, amount=amount):
            yield Posting(on.stream.id, Effect.ALLOCATED, of, amount)
        case AllocationReversed(allocation_id=of, amount=amount):
            yield Posting(on.stream.id, Effect.TAKEN_BACK, of, amount)
        case AllocationDisplaced(allocation_id=of, amount=amount):
            yield Posting(on.stream.id, Effect.TAKEN_BACK, of, amount)
        case ClaimDifferenceSettled(note_id=note_id, allocation_id=of, amount=amount):
            yield Posting(note_id, Effect.DIFFERENCE_SETTLED, of, amount)
        case RemainderSettled(remainder_id=of, amount=amount):
            yield Posting(on.stream.id, Effect.REMAINDER_SETTLED, of, amount)
        case RemainderReopened(remainder_id=of, amount=amount):
            yield Posting(on.stream.id, Effect.REMAINDER_REOPENED, of, amount)
        case _:
            pass
