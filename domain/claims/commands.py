"""What can be wished of a standard claim (rulebook 7.1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.approvals import Names
from domain.claims.amounts import Amounts
from domain.messages import Message, Role, Sha256, Stream, Text
from domain.money import PositiveMoney
from domain.policy_content import MAY_JUDGE, Word
from domain.vocabulary import ClaimKind, PaperKind, Part

CLAIM = "claims.Claim"

PREPARERS = frozenset(
    {
        Role.ENGINEER,
        Role.SERVICE_AGENT,
        Role.SERVICE_SUPERVISOR,
        Role.STATION_MANAGER,
        Role.CLAIMS_SPECIALIST,
        Role.CLAIMS_MANAGER,
    }
)
CLAIMS_STAFF = frozenset({Role.CLAIMS_SPECIALIST, Role.CLAIMS_MANAGER})
SIGNERS = frozenset(
    {
        Role.SERVICE_SUPERVISOR,
        Role.CLAIMS_MANAGER,
        Role.SERVICE_DIRECTOR,
        Role.DIVISION_MANAGER,
        Role.SALES_DIRECTOR,
        Role.FINANCE,
        Role.GENERAL_MANAGER,
    }
)
"""Everybody whom an approval matrix may name; whose turn it is, the chain says (SEG-4)."""


class Report(Message):
    """What the finished work's report says, as vetting needs it (CLM-3)."""

    serial_number: Text
    model: Text
    part: Part = Part.MAIN_UNIT
    failed_on: date
    started_on: date
    completed_on: date
    operating_hours: Annotated[int, Field(ge=0)] | None = None
    condition: Text
    service_type: Text
    cause: Text
    work_done: Text
    engineer_id: UUID


class ClaimCommand(messages.Command):
    claim_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(CLAIM, self.claim_id)


# ── preparing ───────────────────────────────────────────────────────────────


class OpenClaim(ClaimCommand):
    """Open a claim for finished work."""

    roles = PREPARERS
    number: Text = Field(description="Our own number of the claim.")
    claim: ClaimKind
    manufacturer_id: UUID
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    order_reference: Text = Field(description="The repair or field order that was finished.")
    repair_order_id: UUID | None = Field(None, description="The repair order, if it is one.")
    field_order_id: UUID | None = Field(None, description="The field order, if it is one.")
    report: Report
    worked_by: frozenset[UUID] = Field(
        frozenset(), description="Who else did the work: none of them judges the claim (CLM-4)."
    )
    amounts: Amounts


class PartListed(Message):
    """A part that was put in, whose price is still to be claimed."""

    number: Text
    name: Text
    quantity: Annotated[int, Field(ge=1)]


class PaperListed(Message):
    """A paper that was filed with the report."""

    paper: PaperKind
    sha256: Sha256
    dated: date


class OpenClaimOnReport(ClaimCommand):
    """Open a claim on the report of an order, or bring it to what a later report says (CLM-1).

    What it asks for is to be said by whoever prepares it.
    """

    roles = frozenset({Role.SYSTEM})
    claim: ClaimKind
    repair_order_id: UUID | None = None
    field_order_id: UUID | None = None
    order_reference: Text
    equipment_id: UUID | None = None
    manufacturer_id: UUID | None = None
    station_id: UUID | None = None
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    report: Report
    parts: tuple[PartListed, ...] = ()
    papers: tuple[PaperListed, ...] = ()
    worked_by: frozenset[UUID] = Field(frozenset(), description="By what the order knows (CLM-4).")
    reported_by: Names


class AttachPaper(ClaimCommand):
    """File a paper that supports the claim (CLM-2)."""

    roles = PREPARERS
    paper: PaperKind
    sha256: Sha256
    dated: date


class AmendClaim(ClaimCommand):
    """Correct report and amounts, before the claim is judged or after it was rejected."""

    roles = PREPARERS
    report: Report
    amounts: Amounts
    reason: Text


class CorrectClaimSubject(ClaimCommand):
    """Correct whose claim it is, on which equipment, from whom, before it is submitted.

    Name all four again, those that were right as well. The work stays the same (CLM-8).
    """

    roles = PREPARERS
    manufacturer_id: UUID
    equipment_id: UUID
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    reason: Text


Reported: TypeAlias = OpenClaimOnReport
Preparing: TypeAlias = OpenClaim | AttachPaper | AmendClaim | CorrectClaimSubject

# ── judging ─────────────────────────────────────────────────────────────────


class VetClaim(ClaimCommand):
    """Have the claim checked against the registry (CLM-3)."""

    roles = CLAIMS_STAFF | {Role.SYSTEM}


class JudgeClaim(ClaimCommand):
    """Give your opinion whether the claim is claimable.

    It is judged when all who judge it together agree; if it is claimable, its approval begins.
    """

    roles = MAY_JUDGE
    claimable: bool
    reason: Text


class ApproveClaim(ClaimCommand):
    """Sign for the next step of the claim's approval (SEG-4)."""

    roles = SIGNERS


class RevokeSignature(ClaimCommand):
    """Take back your signature, before the next step is taken (SEG-5)."""

    roles = SIGNERS
    reason: Text


Judging: TypeAlias = VetClaim | JudgeClaim | ApproveClaim | RevokeSignature

# ── submitting ──────────────────────────────────────────────────────────────


class SubmitClaim(ClaimCommand):
    """Record that the claim went to the manufacturer."""

    roles = CLAIMS_STAFF
    manufacturer_number: Text | None = None


class ResubmitClaim(ClaimCommand):
    """Record that a rejected claim went to the manufacturer again (CLM-7)."""

    roles = CLAIMS_STAFF
    different: Text = Field(description="What is different this time.")
    manufacturer_number: Text | None = None


class RecordManufacturerNumber(ClaimCommand):
    """Record the number that the manufacturer gave the claim (CLM-8)."""

    roles = CLAIMS_STAFF
    manufacturer_number: Text


class RuleOutResubmission(ClaimCommand):
    """Find that a rejected claim cannot be resubmitted as it stands (CLM-7)."""

    roles = CLAIMS_STAFF
    reason: Text


Submitting: TypeAlias = SubmitClaim | ResubmitClaim | RecordManufacturerNumber | RuleOutResubmission

# ── the manufacturer's answer ───────────────────────────────────────────────


class RecordAcceptance(ClaimCommand):
    """Record that the manufacturer accepted the claim, in full or up to an amount."""

    roles = CLAIMS_STAFF
    accepted: PositiveMoney | None = Field(None, description="Leave out if in full.")
    reasons: tuple[Word, ...] = ()


class RevokeAcceptance(ClaimCommand):
    """Record that the acceptance does not stand, before anything is credited (SEG-5)."""

    roles = CLAIMS_STAFF
    reason: Text


class RecordRejection(ClaimCommand):
    """Record that the manufacturer rejected the claim, with its reasons (CLM-7)."""

    roles = CLAIMS_STAFF
    reasons: Annotated[tuple[Word, ...], Field(min_length=1)]
    explanation: Text


class RecordInformationAsked(ClaimCommand):
    """Record what the manufacturer wants to know before it answers."""

    roles = CLAIMS_STAFF
    question: Text
    answer_by: date | None = Field(None, description="The last day, if it named one.")


class GiveInformation(ClaimCommand):
    """Record what the manufacturer was told that had asked."""

    roles = CLAIMS_STAFF
    answer: Text


Answering: TypeAlias = (
    RecordAcceptance | RevokeAcceptance | RecordRejection | RecordInformationAsked | GiveInformation
)

# ── withdrawing ─────────────────────────────────────────────────────────────


class WithdrawClaim(ClaimCommand):
    """Withdraw the claim because papers of it are false (CLM-9)."""

    roles = frozenset({Role.CLAIMS_MANAGER, Role.SERVICE_DIRECTOR})
    false_papers: Annotated[
        tuple[PaperKind, ...], Field(min_length=1, description="Which papers of it are false.")
    ]
    explanation: Text
    evidence: tuple[Sha256, ...] = Field((), description="Files that show it.")


Withdrawing: TypeAlias = WithdrawClaim

# ── writing off ─────────────────────────────────────────────────────────────


class RequestWriteOff(ClaimCommand):
    """Ask to write off what is open of an accepted claim, or all of a rejected one."""

    roles = CLAIMS_STAFF | {Role.FINANCE}
    amount: PositiveMoney
    reason: Text


class ApproveWriteOff(ClaimCommand):
    """Sign for the next step of the write-off's approval (SEG-1, SEG-4)."""

    roles = SIGNERS


class RevokeWriteOffSignature(ClaimCommand):
    """Take back your signature under a write-off, before the next step is taken (SEG-5)."""

    roles = SIGNERS
    reason: Text


class DeclineWriteOff(ClaimCommand):
    """Refuse a write-off that was asked for."""

    roles = SIGNERS
    reason: Text


WritingOff: TypeAlias = (
    RequestWriteOff | ApproveWriteOff | RevokeWriteOffSignature | DeclineWriteOff
)

# ── closing ─────────────────────────────────────────────────────────────────


class CloseClaim(ClaimCommand):
    """Close the claim, when nothing of it is open."""

    roles = CLAIMS_STAFF | {Role.FINANCE, Role.SYSTEM}


class ReopenClaim(ClaimCommand):
    """Open a closed claim again, so that something can be corrected."""

    roles = frozenset({Role.CLAIMS_MANAGER, Role.FINANCE})
    reason: Text


Closing: TypeAlias = CloseClaim | ReopenClaim
