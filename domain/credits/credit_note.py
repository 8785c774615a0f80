"""A credit note: booked once, matched to the claims it pays, to the cent (rulebook 7.4)."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from domain.credits import booking, differences, matching, settling
from domain.credits.commands import (
    AssignIssuer,
    BookCreditNote,
    BookCreditNoteByHand,
    DecideDifference,
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
Command: TypeAlias = (
    BookCreditNote
    | BookCreditNoteByHand
    | AssignIssuer
    | MatchByReference
    | MatchCreditNote
    | UndoMatch
    | DecideDifference
    | SettleRemainder
    | ReopenRemainder
)


def decide(note: CreditNote | None, command: Command, world: World) -> list[Event | On]:
    if isinstance(command, BookCreditNote | BookCreditNoteByHand):
        return booking.book(note, command, world)
    if note is None:
        raise CreditNoteNotFound
    match command:
        case AssignIssuer():
            return booking.assign(note, command, world)
        case MatchByReference(note_id=note_id):
            return settling.match_note(note, note_id, world)
        case MatchCreditNote():
            return matching.by_hand(note, command, world)
        case UndoMatch():
            return matching.undo(note, command, world)
        case DecideDifference() | SettleRemainder() | ReopenRemainder():
            return differences.decide(note, command, world)
        case never:
            assert_never(never)
