"""What happens to a standard claim (rulebook 7.1)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names, Signature
from domain.claims.amounts import Amounts
from domain.claims.commands import Report
from domain.messages import Message, Role
from domain.money import Money
from domain.policies import Pin
from domain.vocabulary import ClaimKind, Outcome, PaperKind


class Check(StrEnum):
    """What vetting looks at (CLM-3)."""

    REGISTERED = "registered"
    NOT_ON_HOLD = "not_on_hold"
    MANUFACTURER = "manufacturer"
    SERIAL_NUMBER = "serial_number"
    MODEL = "model"
    CUSTOMER = "customer"
    WARRANTY = "warranty"
    OPERATING_HOURS = "operating_hours"
    ENGINEER_LEVEL = "engineer_level"
    DOCUMENT_DATES = "document_dates"
    PARTS = "parts"


class Finding(Message):
    """What vetting found on one point."""

    check: Check
    passed: bool
    explanation: str


class ClaimEvent(messages.Event):
    """`clock` is the version of the deadline that starts with the event (SLA-2).

    It is None where an earlier release did not record it: the one in force then applies.
    """

    context = "claims"


# ── preparing ───────────────────────────────────────────────────────────────


class ClaimOpened(ClaimEvent):
    """A claim for finished work was opened; it is to be submitted by a day (CLM-1).

    `worked_by` did the work beside the engineer of the report: none of them judges it (CLM-4).
    """

    schema_version = 3
    number: str
    claim: ClaimKind
    manufacturer_id: UUID
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None
    customer_id: UUID | None
    order_reference: str
    repair_order_id: UUID | None
    field_order_id: UUID | None
    report: Report
    amounts: Amounts
    total: Money
    submission_days: int
    submit_by: date
    clock: Pin
    worked_by: tuple[UUID, ...] = ()
    opened_by: Names


class PaperAttached(ClaimEvent):
    """A paper that supports the claim was filed (CLM-2)."""

    paper: PaperKind
    sha256: str
    dated: date
    attached_by: Names


class ClaimAmended(ClaimEvent):
    """Report and amounts of the claim were corrected; it is to be judged anew.

    `worked_by` did the work, too, beside those who were known (CLM-4).
    """

    schema_version = 2
    report: Report
    amounts: Amounts
    total: Money
    submit_by: date
    worked_by: tuple[UUID, ...] = ()
    reason: str
    amended_by: Names


class ClaimSubjectCorrected(ClaimEvent):
    """The claim is on this equipment, for these, from this manufacturer; it is judged anew."""

    manufacturer_id: UUID
    equipment_id: UUID
    dealer_id: UUID | None
    customer_id: UUID | None
    submission_days: int
    submit_by: date
    reason: str
    corrected_by: Names


Preparing: TypeAlias = PaperAttached | ClaimAmended | ClaimSubjectCorrected

# ── judging ─────────────────────────────────────────────────────────────────


class ClaimVetted(ClaimEvent):
    """The claim was checked against the registry (CLM-3)."""

    findings: tuple[Finding, ...]


class OpinionGiven(ClaimEvent):
    """One of those who judge the claim together said whether it is claimable (CLM-6a)."""

    seat: Role
    claimable: bool
    reason: str
    given_by: Names


class ClaimJudged(ClaimEvent):
    """The claim was judged claimable, and these roles approve it in this order; or it was not."""

    claimable: bool
    reason: str
    findings: tuple[Finding, ...]
    signed_by: tuple[Role, ...]
    judged_by: Names


class ClaimSigned(ClaimEvent):
    """One step of the claim's approval was signed (SEG-4)."""

    signature: Signature


class ClaimApproved(ClaimEvent):
    """The last signature was given: the claim may be submitted."""

    total: Money


class SignatureRevoked(ClaimEvent):
    """A signature under the claim was taken back (SEG-5)."""

    signature: Signature
    reason: str


Judging: TypeAlias = (
    ClaimVetted | OpinionGiven | ClaimJudged | ClaimSigned | ClaimApproved | SignatureRevoked
)

# ── submitting ──────────────────────────────────────────────────────────────


class ClaimSubmitted(ClaimEvent):
    """The claim went to the manufacturer, in time or late (CLM-1)."""

    schema_version = 2
    manufacturer_id: UUID
    manufacturer_number: str | None
    total: Money
    submit_by: date
    submitted_on: date
    late: bool
    submitted_by: Names
    clock: Pin | None


class ClaimResubmitted(ClaimEvent):
    """The claim went to the manufacturer again, for the so-many-eth time (CLM-7)."""

    schema_version = 2
    submission: int
    different: str
    manufacturer_id: UUID
    manufacturer_number: str | None
    total: Money
    submitted_by: Names
    clock: Pin | None


class ManufacturerNumberRecorded(ClaimEvent):
    """The manufacturer gave the claim a number (CLM-8)."""

    manufacturer_id: UUID
    manufacturer_number: str


class ResubmissionRuledOut(ClaimEvent):
    """The rejected claim cannot be resubmitted as it stands (CLM-7)."""

    reason: str
    ruled_out_by: Names


Submitting: TypeAlias = (
    ClaimSubmitted | ClaimResubmitted | ManufacturerNumberRecorded | ResubmissionRuledOut
)

# ── the manufacturer's answer ───────────────────────────────────────────────


class ClaimAccepted(ClaimEvent):
    """The manufacturer accepted the claim in full."""

    accepted: Money


class ClaimAcceptedInPart(ClaimEvent):
    """The manufacturer accepted less than was claimed, with its reasons."""

    accepted: Money
    refused: Money
    reasons: tuple[str, ...]


class AcceptanceRevoked(ClaimEvent):
    """The acceptance does not stand; the claim waits for an answer again (SEG-5)."""

    reason: str


class ClaimRejected(ClaimEvent):
    """The manufacturer rejected the claim; it is to be examined at once (CLM-7)."""

    reasons: tuple[str, ...]
    explanation: str
    refused: Money
    clock: Pin


class InformationAsked(ClaimEvent):
    """The manufacturer wants to know more before it answers; its time does not count meanwhile."""

    question: str
    answer_by: date | None
    clock: Pin


class InformationGiven(ClaimEvent):
    """The manufacturer was told what it had asked; it is to answer the claim."""

    answer: str
    given_by: Names


Answering: TypeAlias = (
    ClaimAccepted
    | ClaimAcceptedInPart
    | AcceptanceRevoked
    | ClaimRejected
    | InformationAsked
    | InformationGiven
)

# ── withdrawing ─────────────────────────────────────────────────────────────


class ClaimWithdrawn(ClaimEvent):
    """The claim was withdrawn for false papers; a liability case is due for this (CLM-9)."""

    false_papers: tuple[PaperKind, ...]
    explanation: str
    evidence: tuple[str, ...]
    amount: Money
    liability: Money
    tariff: Pin
    withdrawn_by: Names


Withdrawing: TypeAlias = ClaimWithdrawn

# ── writing off ─────────────────────────────────────────────────────────────


class WriteOffRequested(ClaimEvent):
    """Somebody asked to write off an amount; these roles approve it in this order."""

    amount: Money
    reason: str
    requested_by: Names
    signed_by: tuple[Role, ...]


class WriteOffSigned(ClaimEvent):
    """One step of a write-off's approval was signed (SEG-4)."""

    signature: Signature


class WriteOffSignatureRevoked(ClaimEvent):
    """A signature under a write-off was taken back (SEG-5)."""

    signature: Signature
    reason: str


class WriteOffDeclined(ClaimEvent):
    """A write-off that was asked for was refused."""

    reason: str
    declined_by: Names


class ClaimWrittenOff(ClaimEvent):
    """An amount of what was accepted, or all of a rejected claim, is given up for good."""

    amount: Money
    reason: str
    after_rejection: bool


WritingOff: TypeAlias = (
    WriteOffRequested
    | WriteOffSigned
    | WriteOffSignatureRevoked
    | WriteOffDeclined
    | ClaimWrittenOff
)

# ── being paid ──────────────────────────────────────────────────────────────


class ClaimCredited(ClaimEvent):
    """A credit note paid an amount of the claim (CRN-4)."""

    note_id: UUID
    allocation_id: UUID
    amount: Money


class ClaimCreditReversed(ClaimEvent):
    """A credit note does not pay that amount of the claim after all (CRN-6)."""

    note_id: UUID
    allocation_id: UUID
    amount: Money
    reason: str


class ClaimOverpaid(ClaimEvent):
    """A credit note pays more than was open, as finance decided with a reason (CRN-4)."""

    note_id: UUID
    allocation_id: UUID
    amount: Money
    reason: str


class ClaimDifferenceSettled(ClaimEvent):
    """What a credit left open has an outcome, which stands until the credit is reversed (CRN-5)."""

    note_id: UUID
    allocation_id: UUID
    amount: Money
    outcome: Outcome
    within_tolerance: bool  # then it is written off at once (CRN-10)
    reason: str


class ClaimClosed(ClaimEvent):
    """Nothing of the claim is open any more."""


class ClaimReopened(ClaimEvent):
    """A closed claim was opened again for a correction."""

    reason: str


Settling: TypeAlias = (
    ClaimCredited
    | ClaimCreditReversed
    | ClaimOverpaid
    | ClaimDifferenceSettled
    | ClaimClosed
    | ClaimReopened
)

Later: TypeAlias = (
    Preparing | Judging | Submitting | Answering | Withdrawing | WritingOff | Settling
)
"""Whatever happens to a claim once it is opened."""

Event: TypeAlias = ClaimOpened | Later
