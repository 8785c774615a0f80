"""What is shown of a standard warranty claim, and what follows from its amounts (CRN-13)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import Field

from domain.approvals import Names, Signature
from domain.claims import events as e
from domain.claims.amounts import Amounts
from domain.claims.commands import Report
from domain.claims.state import Status
from domain.messages import Role
from domain.money import Money, in_minor_units
from domain.vocabulary import ClaimKind, Outcome, PaperKind
from projections.view import Embedded, Row

ZERO: Final = Decimal(0)
ANSWERED: Final = frozenset({Status.ACCEPTED, Status.REJECTED, Status.ABANDONED, Status.WITHDRAWN})

AMOUNTS: Final = (
    "claimed",
    "accepted",
    "credited",
    "open",
    "disputed",
    "overpaid",
    "written_off",
    "refused",
    "abandoned",
    "withdrawn",
    "unanswered",
    "write_off_asked",
)


class Paper(Embedded):
    """A paper that supports the claim (CLM-2)."""

    paper: PaperKind
    sha256: str = Field(description="The file that holds it.")
    dated: date
    attached_at: datetime
    attached_by: Names


class Signed(Embedded):
    """A signature under a step of an approval (SEG-4)."""

    role: Role
    person: UUID
    on_behalf_of: UUID | None
    at: datetime


class Submission(Embedded):
    """One time that the claim went to the manufacturer (CLM-7)."""

    number: int
    at: datetime
    amount: Decimal
    different: str | None = Field(None, description="What is different from the time before.")
    submitted_by: Names


class WriteOffAsked(Embedded):
    """A write-off that waits for its signatures."""

    amount: Decimal
    reason: str
    requested_by: Names
    signed_by: tuple[Role, ...] = Field(description="The roles that sign, in this order.")
    signatures: tuple[Signed, ...] = ()


class WrittenOff(Embedded):
    """An amount that was given up for good."""

    amount: Decimal
    reason: str
    after_rejection: bool
    at: datetime


class Opinion(Embedded):
    """What one of those who judge together says (CLM-6a)."""

    seat: Role
    claimable: bool
    reason: str
    given_at: datetime
    given_by: Names


class Question(Embedded):
    """What the manufacturer asked before it answered, and what it was told."""

    asked: str
    asked_at: datetime
    answer_by: date | None
    told: str | None = None
    told_at: datetime | None = None


class Withdrawal(Embedded):
    """Why the claim was withdrawn, and what is owed for it (CLM-9, LIA-1)."""

    false_papers: tuple[PaperKind, ...]
    explanation: str
    evidence: tuple[str, ...]
    liability: Money
    at: datetime
    withdrawn_by: Names


class Difference(Embedded):
    """What a credit left open, and what became of it (CRN-5)."""

    allocation_id: UUID
    amount: Decimal
    outcome: Outcome
    within_tolerance: bool
    reason: str
    at: datetime


class Overpayment(Embedded):
    """What a credit note pays beyond what was open (CRN-4)."""

    allocation_id: UUID
    amount: Decimal
    reason: str


class Claim(Row):
    """A standard warranty claim.

    All amounts are in its currency, and
    claimed = credited + open + disputed + written_off + refused + abandoned + withdrawn +
    unanswered. What was paid over and above what was accepted stands beside that.
    """

    claim_id: UUID
    number: str = Field(description="Our own number of the claim.")
    manufacturer_number: str | None = Field(None, description="The manufacturer's number of it.")
    kind: ClaimKind
    status: Status
    manufacturer_id: UUID
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None
    customer_id: UUID | None
    order_reference: str = Field(description="The repair or field order that was finished.")
    repair_order_id: UUID | None
    field_order_id: UUID | None
    serial_number: str
    model: str
    filed_under: str = Field(description="Model, serial number and claim number (CLM-2).")
    report: Report
    amounts: Amounts
    currency: str
    claimed: Decimal
    accepted: Decimal = Field(ZERO, description="What the manufacturer said it would pay.")
    credited: Decimal = Field(ZERO, description="What credit notes have paid.")
    open: Decimal = Field(ZERO, description="Accepted, and nothing became of it yet.")
    disputed: Decimal = Field(ZERO, description="Accepted, short paid, and disputed (CRN-5).")
    overpaid: Decimal = Field(ZERO, description="Paid beyond what was open, as decided (CRN-4).")
    written_off: Decimal = Field(ZERO, description="Of what was accepted, given up.")
    refused: Decimal = Field(ZERO, description="What the manufacturer's answer left out.")
    abandoned: Decimal = Field(ZERO, description="Rejected, and given up.")
    withdrawn: Decimal = Field(ZERO, description="Withdrawn for false papers (CLM-9).")
    unanswered: Decimal = Field(description="What the manufacturer has not answered, or not seen.")
    submit_by: date = Field(description="Submitted after this day it is late (CLM-1).")
    late: bool = Field(False, description="Whether it was submitted too late.")
    submitted_on: date | None = None
    submissions: tuple[Submission, ...] = ()
    papers: tuple[Paper, ...] = ()
    findings: tuple[e.Finding, ...] = Field((), description="What vetting found last (CLM-3).")
    opinions: tuple[Opinion, ...] = Field((), description="Of who judge together, until they do.")
    judgement: str | None = Field(None, description="Why it was judged claimable, or not.")
    signed_by: tuple[Role, ...] = Field((), description="The roles that approve it, in order.")
    signatures: tuple[Signed, ...] = ()
    reasons: tuple[str, ...] = Field((), description="Why less was accepted than claimed (CRN-12).")
    explanation: str | None = Field(None, description="Why it was rejected.")
    found_incomplete: bool = Field(
        False, description="Whether the manufacturer ever found something missing (CLM-10)."
    )
    questions: tuple[Question, ...] = Field((), description="What the manufacturer asked.")
    ruled_out: bool = Field(False, description="Whether it cannot be resubmitted (CLM-7).")
    ruled_out_because: str | None = None
    withdrawal: Withdrawal | None = None
    liability_due: bool = Field(
        False, description="Whether a liability case is still to be opened (CLM-9)."
    )
    write_off: WriteOffAsked | None = None
    write_off_asked: Decimal = Field(ZERO, description="To be given up, once it is signed for.")
    write_offs: tuple[WrittenOff, ...] = ()
    differences: tuple[Difference, ...] = ()
    overpayments: tuple[Overpayment, ...] = ()
    opened_at: datetime
    opened_by: Names
    closed_at: datetime | None = None
    closed_from: Status | None = Field(None, description="What it was before it was closed.")


def balanced(claim: Claim) -> Claim:
    """The amounts that follow from the others (CRN-13)."""
    seen = claim.status in ANSWERED or claim.closed_from in ANSWERED
    rest = claim.claimed - claim.accepted - claim.abandoned - claim.withdrawn
    return in_decimals_of_currency(
        claim.but(
            open=claim.accepted - claim.credited - claim.written_off - claim.disputed,
            refused=rest if seen else ZERO,
            unanswered=ZERO if seen else rest,
            write_off_asked=claim.write_off.amount if claim.write_off else ZERO,
        )
    )


def in_decimals_of_currency(claim: Claim) -> Claim:
    return claim.but(**{n: in_minor_units(getattr(claim, n), claim.currency) for n in AMOUNTS})


def signed(signature: Signature, at: datetime) -> Signed:
    return Signed(
        role=signature.role,
        person=signature.person,
        on_behalf_of=signature.on_behalf_of,
        at=at,
    )
