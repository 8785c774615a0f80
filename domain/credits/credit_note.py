"""A credit note: booked once, matched to the claims it pays, to the cent (rulebook 7.4)."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from domain.credits import booking, differences, matching, posting, settling
from domain.credits.commands import (
    AssignIssuer,
    BookCreditNote,
    BookCreditNoteByHand,
    ConfirmProposal,
    DecideDifference,
    DeclineProposal,
    MatchByReference,
    MatchCreditNote,
    ReopenRemainder,
    SettleRemainder,
    UndoMatch,
)
from domain.credits.events import Event as Event
from domain.credits.refusals import CreditNoteNotFound
from domain.credits.state import CreditNote as CreditNote
from domain.credits.state import evolve as evolve
from domain.messages import On, World

State = CreditNote
Later: TypeAlias = (
    AssignIssuer
    | MatchByReference
    | MatchCreditNote
    | ConfirmProposal
    | DeclineProposal
    | UndoMatch
    | DecideDifference
    | SettleRemainder
    | ReopenRemainder
)
Command: TypeAlias = BookCreditNote | BookCreditNoteByHand | Later


def decide(note: CreditNote | None, command: Command, world: World) -> list[Event | On]:
    events = decided(note, command, world)
    return [*events, *posting.adjustments(world, command.note_id, events)]


def decided(note: CreditNote | None, command: Command, world: World) -> list[Event | On]:
    if isinstance(command, BookCreditNote | BookCreditNoteByHand):
        return booking.book(note, command, world)
    if note is None:
        raise CreditNoteNotFound
    match command:
        case AssignIssuer():
            return booking.assign(note, command, world)
        case MatchByReference(note_id=note_id):
            return settling.match_note(note, note_id, world)
        case MatchCreditNote() | ConfirmProposal() | DeclineProposal() | UndoMatch():
            return matching.decide(note, command, world)
        case DecideDifference() | SettleRemainder() | ReopenRemainder():
            return differences.decide(note, command, world)
        case never:
            assert_never(never)
