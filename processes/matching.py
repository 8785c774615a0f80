"""A credit note that was booked, or whose issuer was found, is matched to the claims it names."""

from __future__ import annotations

from typing import Final

from application.recorded import Recorded
from domain.credits.commands import MatchByReference
from domain.credits.events import CreditNoteBooked, IssuerAssigned
from processes.reactions import Reaction


def match(recorded: Recorded[CreditNoteBooked | IssuerAssigned]) -> MatchByReference:
    """What is not exact and unique is left for a person to match (CRN-3, CRN-10)."""
    return MatchByReference(note_id=recorded.stream_id)


MATCH_BOOKED: Final = Reaction("match a booked credit note", CreditNoteBooked, match)
MATCH_ASSIGNED: Final = Reaction("match an assigned credit note", IssuerAssigned, match)
