"""Notes and claims find each other whenever something happens that may bring them together.

What is not certain is proposed to a person, and never matched by itself (CRN-3, CRN-10). A note
that came before its claim was numbered or accepted waits, and is matched then: the order of arrival
decides nothing (CRN-13).
"""

from __future__ import annotations

from typing import Final, TypeAlias

from application.recorded import Channel, Recorded
from domain.claims import events as c
from domain.credits.commands import MatchByReference
from domain.credits.events import CreditNoteBooked, IssuerAssigned
from domain.credits.naming import MatchNotesNaming
from processes.reactions import Reaction

Opening: TypeAlias = (
    c.ClaimAccepted
    | c.ClaimAcceptedInPart
    | c.ManufacturerNumberRecorded
    | c.ClaimCredited
    | c.ClaimCreditReversed
    | c.ClaimDifferenceSettled
    | c.ClaimWrittenOff
    | c.WriteOffDeclined
    | c.ClaimReopened
)
"""What makes a claim payable, names it, or changes what is open of it."""

Ending: TypeAlias = c.AcceptanceRevoked | c.ClaimWithdrawn | c.ClaimClosed
"""What makes a claim one that cannot be paid, so that it is proposed no more."""


def match(recorded: Recorded[CreditNoteBooked | IssuerAssigned]) -> MatchByReference:
    """The note that came, and all that names the same claims."""
    return MatchByReference(note_id=recorded.stream_id)


def match_claim(recorded: Recorded[Opening | Ending]) -> MatchNotesNaming | None:
    """The notes that it may concern. What matching itself did needs no matching again."""
    if recorded.envelope.channel is Channel.REACTION:
        return None
    return MatchNotesNaming(claim_id=recorded.stream_id)


MATCH_BOOKED: Final = Reaction("match a booked credit note", CreditNoteBooked, match)
MATCH_ASSIGNED: Final = Reaction("match an assigned credit note", IssuerAssigned, match)
MATCH_CLAIM: Final = (
    Reaction("match an accepted claim", c.ClaimAccepted, match_claim),
    Reaction("match a claim accepted in part", c.ClaimAcceptedInPart, match_claim),
    Reaction("match a numbered claim", c.ManufacturerNumberRecorded, match_claim),
    Reaction("match what a credit leaves open", c.ClaimCredited, match_claim),
    Reaction("match what a reversal opens", c.ClaimCreditReversed, match_claim),
    Reaction("match what an outcome leaves open", c.ClaimDifferenceSettled, match_claim),
    Reaction("match what a write-off leaves open", c.ClaimWrittenOff, match_claim),
    Reaction("match what a declined write-off leaves open", c.WriteOffDeclined, match_claim),
    Reaction("match a reopened claim", c.ClaimReopened, match_claim),
    Reaction("propose a claim no more that is unaccepted", c.AcceptanceRevoked, match_claim),
    Reaction("propose a claim no more that is withdrawn", c.ClaimWithdrawn, match_claim),
    Reaction("propose a claim no more that is closed", c.ClaimClosed, match_claim),
)
