"""What becomes of a difference: of what a credit left open, and of what is left of a note (CRN-5).

There is one outcome at a time, with a reason. It moves money only as far as it says: what is
carried over stays where it is, and what is written off waits for its approval.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, assert_never
from uuid import UUID

from domain.claims import claim as claims
from domain.claims.answering import refuse_unknown_reasons
from domain.claims.claim import Claim
from domain.claims.commands import RequestWriteOff
from domain.credits.commands import DecideDifference, ReopenRemainder, SettleRemainder
from domain.credits.events import Event, RemainderReopened, RemainderSettled
from domain.credits.refusals import (
    IssuerUnknown,
    MoreThanUnapplied,
    NoSuchAllocation,
    NoSuchRemainder,
    NoteCurrencyDiffers,
    OutcomeNotPossible,
)
from domain.credits.state import CreditNote, remainder_id
from domain.messages import On, Stream, World
from domain.vocabulary import Outcome

Deciding: TypeAlias = DecideDifference | SettleRemainder | ReopenRemainder


def decide(note: CreditNote, command: Deciding, world: World) -> list[Event | On]:
    match command:
        case DecideDifference():
            return decide_difference(note, command, world)
        case SettleRemainder():
            return settle_remainder(note, command, world)
        case ReopenRemainder():
            return reopen_remainder(note, command)
        case never:
            assert_never(never)


def decide_difference(
    note: CreditNote, command: DecideDifference, world: World
) -> list[Event | On]:
    """What was decided before is replaced, as far as it is not approved for good (CRN-5)."""
    if command.allocation_id not in note.allocations:
        raise NoSuchAllocation(fields=("allocation_id",))
    claim_id = note.allocations[command.allocation_id].claim_id
    claim = world.the(Claim, claim_id)
    refuse_unknown_reasons([command.reason], claim.manufacturer_id, world)
    of = command.allocation_id
    return [*decided(claim, claim_id, of, command.outcome, command.reason, world)]


def decided(
    claim: Claim, claim_id: UUID, of: UUID, outcome: Outcome, reason: str, world: World
) -> Iterator[On]:
    """To write it off is asked for at once, and done when it is approved."""
    stream = Stream(Claim.kind, claim_id)
    settled = claims.difference_settled(claim, of, outcome, reason)
    yield On(stream, settled)
    if outcome == Outcome.WRITTEN_OFF:
        wish = RequestWriteOff(claim_id=claim_id, amount=settled.amount, reason=reason)
        yield On(stream, claims.write_off_requested(claims.evolve(claim, settled), wish, world))


def settle_remainder(note: CreditNote, command: SettleRemainder, world: World) -> list[Event | On]:
    """What is left of a note is not ours to write off: that would be keeping it (CRN-5)."""
    if note.manufacturer_id is None:
        raise IssuerUnknown
    if command.outcome == Outcome.WRITTEN_OFF:
        raise OutcomeNotPossible(fields=("outcome",))
    if command.amount.currency != note.payable.currency:
        raise NoteCurrencyDiffers(fields=("amount",))
    left = note.unapplied - note.carried_over
    if left < command.amount:
        raise MoreThanUnapplied(f"Only {left.amount} {left.currency} of the note are undecided.")
    refuse_unknown_reasons([command.reason], note.manufacturer_id, world)
    settled = RemainderSettled(
        remainder_id=remainder_id(command.note_id, note.settled_ever + 1),
        amount=command.amount,
        outcome=command.outcome,
        within_tolerance=False,
        reason=command.reason,
    )
    return [settled]


def reopen_remainder(note: CreditNote, command: ReopenRemainder) -> list[Event | On]:
    """What an allocation left within the tolerance is reopened only with the allocation."""
    id = command.remainder_id
    if id not in note.remainders or id in note.allocations:
        raise NoSuchRemainder(fields=("remainder_id",))
    amount = note.remainders[id].amount
    return [RemainderReopened(remainder_id=id, amount=amount, reason=command.reason)]
