"""Standard warranty claims as people look at them, from opening to the last cent (rulebook 7.1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names, Signature
from domain.claims import events as e
from domain.claims.amounts import Amounts
from domain.claims.commands import Report
from domain.claims.state import Status
from domain.messages import Role
from domain.money import Money, in_minor_units
from domain.vocabulary import ClaimKind, Outcome, PaperKind
from projections.view import (
    Embedded,
    Many,
    One,
    Owner,
    Row,
    View,
    above,
    before,
    equal,
    known,
    since,
)

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
    serial_number: str
    model: str
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
    questions: tuple[Question, ...] = Field((), description="What the manufacturer asked.")
    ruled_out: bool = Field(False, description="Whether it cannot be resubmitted (CLM-7).")
    ruled_out_because: str | None = None
    withdrawal: Withdrawal | None = None
    write_off: WriteOffAsked | None = None
    write_offs: tuple[WrittenOff, ...] = ()
    differences: tuple[Difference, ...] = ()
    overpayments: tuple[Overpayment, ...] = ()
    opened_at: datetime
    opened_by: Names
    closed_at: datetime | None = None
    closed_from: Status | None = Field(None, description="What it was before it was closed.")


def fold(row: Claim | None, recorded: Recorded[e.Event], reference: Any) -> Claim | None:
    event = recorded.event
    if isinstance(event, e.ClaimOpened):
        return balanced(opened(recorded.stream_id, event, recorded.effective_at))
    return balanced(changed(known(row), event, recorded.effective_at))


Preparing: TypeAlias = (
    e.PaperAttached | e.ClaimAmended | e.ClaimVetted | e.OpinionGiven | e.ClaimJudged
)
Signing: TypeAlias = e.ClaimSigned | e.ClaimApproved | e.SignatureRevoked
Submitting: TypeAlias = e.ClaimSubmitted | e.ClaimResubmitted | e.ManufacturerNumberRecorded
Turning: TypeAlias = (
    e.InformationAsked | e.InformationGiven | e.ResubmissionRuledOut | e.ClaimWithdrawn
)
Answering: TypeAlias = (
    e.ClaimAccepted | e.ClaimAcceptedInPart | e.AcceptanceRevoked | e.ClaimRejected
)
WritingOff: TypeAlias = (
    e.WriteOffRequested
    | e.WriteOffSigned
    | e.WriteOffSignatureRevoked
    | e.WriteOffDeclined
    | e.ClaimWrittenOff
)
Settling: TypeAlias = (
    e.ClaimCredited
    | e.ClaimCreditReversed
    | e.ClaimOverpaid
    | e.ClaimDifferenceSettled
    | e.ClaimClosed
    | e.ClaimReopened
)


Later: TypeAlias = Preparing | Signing | Submitting | Turning | Answering | WritingOff | Settling


def changed(claim: Claim, event: Later, at: datetime) -> Claim:
    match event:
        case (
            e.PaperAttached()
            | e.ClaimAmended()
            | e.ClaimVetted()
            | e.OpinionGiven()
            | e.ClaimJudged()
        ):
            return prepared(claim, event, at)
        case e.ClaimSigned() | e.ClaimApproved() | e.SignatureRevoked():
            return approved(claim, event, at)
        case e.ClaimSubmitted() | e.ClaimResubmitted() | e.ManufacturerNumberRecorded():
            return submitted(claim, event, at)
        case (
            e.InformationAsked()
            | e.InformationGiven()
            | e.ResubmissionRuledOut()
            | e.ClaimWithdrawn()
        ):
            return turned(claim, event, at)
        case (
            e.ClaimAccepted() | e.ClaimAcceptedInPart() | e.AcceptanceRevoked() | e.ClaimRejected()
        ):
            return answered(claim, event)
        case (
            e.ClaimCredited()
            | e.ClaimCreditReversed()
            | e.ClaimOverpaid()
            | e.ClaimDifferenceSettled()
            | e.ClaimClosed()
            | e.ClaimReopened()
        ):
            return settled(claim, event, at)
        case (
            e.WriteOffRequested()
            | e.WriteOffSigned()
            | e.WriteOffSignatureRevoked()
            | e.WriteOffDeclined()
            | e.ClaimWrittenOff()
        ):
            return written_off(claim, event, at)
        case never:
            assert_never(never)


def balanced(claim: Claim) -> Claim:
    """The amounts that follow from the others (CRN-13)."""
    seen = claim.status in ANSWERED or claim.closed_from in ANSWERED
    rest = claim.claimed - claim.accepted - claim.abandoned - claim.withdrawn
    return in_decimals_of_currency(
        claim.but(
            open=claim.accepted - claim.credited - claim.written_off - claim.disputed,
            refused=rest if seen else ZERO,
            unanswered=ZERO if seen else rest,
        )
    )


def in_decimals_of_currency(claim: Claim) -> Claim:
    return claim.but(**{n: in_minor_units(getattr(claim, n), claim.currency) for n in AMOUNTS})


def opened(id: UUID, event: e.ClaimOpened, at: datetime) -> Claim:
    return Claim(
        claim_id=id,
        number=event.number,
        kind=event.claim,
        status=Status.OPENED,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        order_reference=event.order_reference,
        serial_number=event.report.serial_number,
        model=event.report.model,
        report=event.report,
        amounts=event.amounts,
        currency=event.total.currency,
        claimed=event.total.amount,
        unanswered=event.total.amount,
        submit_by=event.submit_by,
        opened_at=at,
        opened_by=event.opened_by,
    )


def prepared(claim: Claim, event: Preparing, at: datetime) -> Claim:
    match event:
        case e.PaperAttached():
            return claim.but(papers=(*claim.papers, attached(event, at)))
        case e.ClaimAmended():
            return amended(claim, event)
        case e.ClaimVetted(findings=findings):
            return claim.but(findings=findings)
        case e.OpinionGiven(seat=seat):
            others = tuple(opinion for opinion in claim.opinions if opinion.seat != seat)
            return claim.but(opinions=(*others, opinion_of(event, at)))
        case e.ClaimJudged():
            return claim.but(
                opinions=(),
                status=Status.CLAIMABLE if event.claimable else Status.NOT_CLAIMABLE,
                judgement=event.reason,
                findings=event.findings,
                signed_by=event.signed_by,
                signatures=(),
            )
        case never:
            assert_never(never)


def opinion_of(event: e.OpinionGiven, at: datetime) -> Opinion:
    return Opinion(
        seat=event.seat,
        claimable=event.claimable,
        reason=event.reason,
        given_at=at,
        given_by=event.given_by,
    )


def attached(event: e.PaperAttached, at: datetime) -> Paper:
    return Paper(
        paper=event.paper,
        sha256=event.sha256,
        dated=event.dated,
        attached_at=at,
        attached_by=event.attached_by,
    )


def amended(claim: Claim, event: e.ClaimAmended) -> Claim:
    """Corrected, it is judged anew; what was answered before does not count."""
    return claim.but(
        status=Status.OPENED,
        report=event.report,
        serial_number=event.report.serial_number,
        model=event.report.model,
        amounts=event.amounts,
        currency=event.total.currency,
        claimed=event.total.amount,
        accepted=ZERO,
        written_off=ZERO,
        abandoned=ZERO,
        submit_by=event.submit_by,
        findings=(),
        opinions=(),
        judgement=None,
        signed_by=(),
        signatures=(),
        reasons=(),
        explanation=None,
        ruled_out=False,
        ruled_out_because=None,
    )


def approved(claim: Claim, event: Signing, at: datetime) -> Claim:
    match event:
        case e.ClaimSigned(signature=signature):
            return claim.but(signatures=(*claim.signatures, signed(signature, at)))
        case e.ClaimApproved():
            return claim.but(status=Status.APPROVED)
        case e.SignatureRevoked():
            return claim.but(status=Status.CLAIMABLE, signatures=claim.signatures[:-1])
        case never:
            assert_never(never)


def signed(signature: Signature, at: datetime) -> Signed:
    return Signed(
        role=signature.role,
        person=signature.person,
        on_behalf_of=signature.on_behalf_of,
        at=at,
    )


def submitted(claim: Claim, event: Submitting, at: datetime) -> Claim:
    number = event.manufacturer_number or claim.manufacturer_number
    match event:
        case e.ClaimSubmitted(late=late, submitted_on=day):
            sent = sending(event, 1, at)
            return claim.but(
                status=Status.SUBMITTED,
                manufacturer_number=number,
                submissions=(*claim.submissions, sent),
                late=late,
                submitted_on=day,
            )
        case e.ClaimResubmitted(submission=submission):
            sent = sending(event, submission, at)
            return claim.but(
                status=Status.SUBMITTED,
                manufacturer_number=number,
                submissions=(*claim.submissions, sent),
            )
        case e.ManufacturerNumberRecorded():
            return claim.but(manufacturer_number=number)
        case never:
            assert_never(never)


def sending(event: e.ClaimSubmitted | e.ClaimResubmitted, number: int, at: datetime) -> Submission:
    return Submission(
        number=number,
        at=at,
        amount=event.total.amount,
        different=event.different if isinstance(event, e.ClaimResubmitted) else None,
        submitted_by=event.submitted_by,
    )


def turned(claim: Claim, event: Turning, at: datetime) -> Claim:
    match event:
        case e.InformationAsked(question=question, answer_by=answer_by):
            asked = Question(asked=question, asked_at=at, answer_by=answer_by)
            return claim.but(status=Status.INFORMATION_ASKED, questions=(*claim.questions, asked))
        case e.InformationGiven(answer=answer):
            *before, last = claim.questions
            told = last.model_copy(update={"told": answer, "told_at": at})
            return claim.but(status=Status.SUBMITTED, questions=(*before, told))
        case e.ResubmissionRuledOut(reason=reason):
            return claim.but(ruled_out=True, ruled_out_because=reason)
        case e.ClaimWithdrawn(amount=amount):
            return claim.but(
                status=Status.WITHDRAWN,
                accepted=claim.written_off,
                withdrawn=amount.amount,
                withdrawal=withdrawal(event, at),
            )
        case never:
            assert_never(never)


def withdrawal(event: e.ClaimWithdrawn, at: datetime) -> Withdrawal:
    return Withdrawal(
        false_papers=event.false_papers,
        explanation=event.explanation,
        evidence=event.evidence,
        liability=event.liability,
        at=at,
        withdrawn_by=event.withdrawn_by,
    )


def answered(claim: Claim, event: Answering) -> Claim:
    match event:
        case e.ClaimAccepted(accepted=accepted):
            return claim.but(status=Status.ACCEPTED, accepted=accepted.amount, reasons=())
        case e.ClaimAcceptedInPart(accepted=accepted, reasons=reasons):
            return claim.but(status=Status.ACCEPTED, accepted=accepted.amount, reasons=reasons)
        case e.AcceptanceRevoked():
            return claim.but(status=Status.SUBMITTED, accepted=ZERO, reasons=())
        case e.ClaimRejected(reasons=reasons, explanation=explanation):
            return claim.but(status=Status.REJECTED, reasons=reasons, explanation=explanation)
        case never:
            assert_never(never)


def written_off(claim: Claim, event: WritingOff, at: datetime) -> Claim:
    match event:
        case e.WriteOffRequested():
            return claim.but(write_off=asked(event))
        case e.WriteOffSigned(signature=signature):
            waiting = asked_for(claim)
            signatures = (*waiting.signatures, signed(signature, at))
            return claim.but(write_off=waiting.model_copy(update={"signatures": signatures}))
        case e.WriteOffSignatureRevoked():
            waiting = asked_for(claim)
            signatures = waiting.signatures[:-1]
            return claim.but(write_off=waiting.model_copy(update={"signatures": signatures}))
        case e.WriteOffDeclined():
            return claim.but(write_off=None)
        case e.ClaimWrittenOff():
            return given_up(claim, event, at)
        case never:
            assert_never(never)


def asked(event: e.WriteOffRequested) -> WriteOffAsked:
    return WriteOffAsked(
        amount=event.amount.amount,
        reason=event.reason,
        requested_by=event.requested_by,
        signed_by=event.signed_by,
    )


def asked_for(claim: Claim) -> WriteOffAsked:
    if claim.write_off is None:
        raise LookupError("Nobody has asked for a write-off of this claim.")
    return claim.write_off


def given_up(claim: Claim, event: e.ClaimWrittenOff, at: datetime) -> Claim:
    amount = event.amount.amount
    done = WrittenOff(
        amount=amount, reason=event.reason, after_rejection=event.after_rejection, at=at
    )
    rest = claim.but(write_off=None, write_offs=(*claim.write_offs, done))
    if event.after_rejection:
        return rest.but(status=Status.ABANDONED, abandoned=claim.abandoned + amount)
    return rest.but(written_off=claim.written_off + amount)


def settled(claim: Claim, event: Settling, at: datetime) -> Claim:
    match event:
        case e.ClaimCredited(amount=amount):
            return claim.but(credited=claim.credited + amount.amount)
        case e.ClaimCreditReversed():
            return uncredited(claim, event)
        case e.ClaimOverpaid():
            return overpaid(claim, event)
        case e.ClaimDifferenceSettled():
            return differing(claim, event, at)
        case e.ClaimClosed():
            return claim.but(status=Status.CLOSED, closed_at=at, closed_from=claim.status)
        case e.ClaimReopened():
            return claim.but(
                status=claim.closed_from or claim.status, closed_at=None, closed_from=None
            )
        case never:
            assert_never(never)


def uncredited(claim: Claim, event: e.ClaimCreditReversed) -> Claim:
    """With the credit goes what was paid over, and what became of the rest."""
    id = event.allocation_id
    over = sum((o.amount for o in claim.overpayments if o.allocation_id == id), ZERO)
    return without_difference(claim, id).but(
        credited=claim.credited - event.amount.amount + over,
        overpaid=claim.overpaid - over,
        overpayments=tuple(o for o in claim.overpayments if o.allocation_id != id),
    )


def overpaid(claim: Claim, event: e.ClaimOverpaid) -> Claim:
    amount = event.amount.amount
    made = Overpayment(allocation_id=event.allocation_id, amount=amount, reason=event.reason)
    return claim.but(overpaid=claim.overpaid + amount, overpayments=(*claim.overpayments, made))


def differing(claim: Claim, event: e.ClaimDifferenceSettled, at: datetime) -> Claim:
    difference = Difference(
        allocation_id=event.allocation_id,
        amount=event.amount.amount,
        outcome=event.outcome,
        within_tolerance=event.within_tolerance,
        reason=event.reason,
        at=at,
    )
    before = without_difference(claim, event.allocation_id)
    settled = before.but(differences=(*before.differences, difference))
    return shifted(settled, difference, difference.amount)


def without_difference(claim: Claim, allocation_id: UUID) -> Claim:
    for difference in claim.differences:
        if difference.allocation_id == allocation_id:
            rest = tuple(d for d in claim.differences if d is not difference)
            return shifted(claim.but(differences=rest), difference, -difference.amount)
    return claim


def shifted(claim: Claim, difference: Difference, amount: Decimal) -> Claim:
    """The balances that an outcome moves; what is carried over stays open."""
    if difference.outcome == Outcome.ACCEPTED:
        return claim.but(accepted=claim.accepted - amount)
    if difference.outcome == Outcome.DISPUTED:
        return claim.but(disputed=claim.disputed + amount)
    if difference.within_tolerance:
        return claim.but(written_off=claim.written_off + amount)
    return claim


PARTS: Final = (
    "credited",
    "open",
    "disputed",
    "written_off",
    "refused",
    "abandoned",
    "withdrawn",
    "unanswered",
    "overpaid",
)
"""The amounts into which what was claimed falls apart; each has the list of claims behind it."""


CLAIMS = View(
    name="claims",
    row=Claim,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.DEALER: "dealer_id",
        Owner.CUSTOMER: "customer_id",
    },
    scope="claims:read",
    version=2,
    filters=(
        equal("status"),
        equal("kind", indexed=False),
        equal("manufacturer_id"),
        equal("station_id"),
        equal("dealer_id"),
        equal("customer_id"),
        equal("equipment_id"),
        equal("serial_number"),
        equal("number"),
        equal("manufacturer_number"),
        equal("late", indexed=False),
        equal("ruled_out", indexed=False),
        equal("currency", indexed=False),
        since("opened_at"),
        before("opened_at"),
        since("submit_by"),
        before("submit_by"),
        since("open"),
        since("submitted_on"),
        before("submitted_on"),
        *(above(column) for column in PARTS),
    ),
    orders=("opened_at", "submit_by", "number", "claimed", "open", "credited"),
    relations={
        "manufacturer": One("manufacturers", via="manufacturer_id"),
        "station": One("stations", via="station_id"),
        "equipment": One("equipment", via="equipment_id"),
        "customer": One("customers", via="customer_id"),
        "allocations": Many("allocations", via="claim_id"),
        "part_orders": Many("part_orders", via="claim_id"),
    },
)
