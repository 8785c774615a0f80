"""What can be wished of a credit note (rulebook 7.4)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.credits.document import CreditNoteDocument
from domain.credits.en16931.findings import Finding
from domain.messages import Message, Role, Sha256, Stream, Text
from domain.money import PositiveMoney
from domain.policy_content import Word
from domain.vocabulary import Outcome

CREDIT_NOTE = "credits.CreditNote"
PERIOD = "credits.ReconciliationPeriod"


class SourceFile(Message):
    """The file that a credit note came as; it is kept under its hash (CRN-1)."""

    sha256: Sha256
    name: Text
    part: Text | None = None  # which note of the file, if it may have several


class AllocationWish(Message):
    """An amount of the note for one claim, with the reason if it differs from what is open.

    If it is less, the outcome says what becomes of the rest; without one it is carried over.
    """

    claim_id: UUID
    amount: PositiveMoney
    reason: Word | None = None
    outcome: Outcome | None = None
    overpay: bool = Field(False, description="Pay more than is open, as finance decides (CRN-4).")


class CreditNoteCommand(messages.Command):
    note_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(CREDIT_NOTE, self.note_id)


class BookCreditNote(CreditNoteCommand):
    """Book a credit note that came as a file: once, and whole or not at all."""

    roles = frozenset({Role.FINANCE, Role.CLAIMS_SPECIALIST, Role.SYSTEM})
    source: SourceFile
    document: CreditNoteDocument
    findings: tuple[Finding, ...] | None = Field(
        None, description="What the file breaks of EN 16931; null in no syntax of that standard."
    )


class BookCreditNoteByHand(CreditNoteCommand):
    """Book a credit note that came on paper or in a message, as finance reads it: no file."""

    roles = frozenset({Role.FINANCE})
    document: CreditNoteDocument


class AssignIssuer(CreditNoteCommand):
    """Say which manufacturer issued a note whose issuer was not known."""

    roles = frozenset({Role.FINANCE})
    manufacturer_id: UUID


class MatchByReference(CreditNoteCommand):
    """Match the note to the claims it names, where that is exact and unique (CRN-3, CRN-10)."""

    roles = frozenset({Role.FINANCE, Role.SYSTEM})


class MatchCreditNote(CreditNoteCommand):
    """Match the note by hand: so much of it for each of these claims."""

    roles = frozenset({Role.FINANCE})
    allocations: Annotated[tuple[AllocationWish, ...], Field(min_length=1)]


class ConfirmProposal(CreditNoteCommand):
    """Match the note to a claim that was proposed for it, with the amount proposed (CRN-3)."""

    roles = frozenset({Role.FINANCE})
    claim_id: UUID
    reason: Word | None = Field(None, description="Why the claim stays partly open, if it does.")
    outcome: Outcome | None = Field(None, description="What becomes of what stays open (CRN-5).")


class DeclineProposal(CreditNoteCommand):
    """Say that the note does not pay a claim that was proposed for it (CRN-3)."""

    roles = frozenset({Role.FINANCE})
    claim_id: UUID
    reason: Text


class DecideDifference(CreditNoteCommand):
    """Decide, or decide anew, what becomes of what an allocation left open of its claim (CRN-5)."""

    roles = frozenset({Role.FINANCE})
    allocation_id: UUID
    outcome: Outcome
    reason: Word


class SettleRemainder(CreditNoteCommand):
    """Decide what becomes of an amount that is left of the note: accepted, disputed with the
    manufacturer, or carried over to a later claim (CRN-5)."""

    roles = frozenset({Role.FINANCE})
    amount: PositiveMoney
    outcome: Outcome
    reason: Word


class ReopenRemainder(CreditNoteCommand):
    """Take back what was decided about an amount that is left of the note (CRN-5)."""

    roles = frozenset({Role.FINANCE})
    remainder_id: UUID
    reason: Text


class UndoMatch(CreditNoteCommand):
    """Take back one allocation of the note, or all of them (CRN-6)."""

    roles = frozenset({Role.FINANCE})
    allocation_id: UUID | None = None
    reason: Text
    in_next_period: bool = Field(
        False, description="Also what belongs to a closed period: it corrects that in the next."
    )
