"""What decisions need to remember of a claim.

opened ──▶ claimable ──▶ approved ──▶ submitted ──▶ accepted ──▶ closed
               submitted ──▶ information asked ──▶ submitted; any but closed ──▶ withdrawn
   └─────▶ not claimable ──▶ closed       └───────▶ rejected ──▶ submitted again
                                                        └──────▶ abandoned ──▶ closed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NamedTuple, assert_never
from uuid import UUID

from domain.approvals import SigningChain
from domain.claims import events as e
from domain.claims.amounts import Amounts
from domain.claims.commands import CLAIM, Report
from domain.messages import Role
from domain.money import Money, total
from domain.vocabulary import ClaimKind, Outcome


class Status(StrEnum):
    OPENED = "opened"
    NOT_CLAIMABLE = "not_claimable"
    CLAIMABLE = "claimable"
    APPROVED = "approved"
    SUBMITTED = "submitted"
    INFORMATION_ASKED = "information_asked"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ABANDONED = "abandoned"  # rejected and written off
    WITHDRAWN = "withdrawn"  # for false papers
    CLOSED = "closed"


class Credit(NamedTuple):
    note_id: UUID
    amount: Money


class Difference(NamedTuple):
    """What a credit left open, and what became of it."""

    amount: Money
    outcome: Outcome
    within_tolerance: bool


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A write-off that waits for signatures."""

    amount: Money
    reason: str
    prepared_by: frozenset[UUID]
    chain: SigningChain


@dataclass(frozen=True, slots=True)
class Claim:
    """total = accepted + refused + abandoned + withdrawn, once it is answered or withdrawn;

    accepted = credited + written off + disputed + open. What was paid over stands beside it.
    """

    kind: ClassVar[str] = CLAIM
    number: str
    claim: ClaimKind
    manufacturer_id: UUID
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None
    customer_id: UUID | None
    order_reference: str
    report: Report
    amounts: Amounts
    total: Money
    submission_days: int
    worked_by: frozenset[UUID]  # beside the engineer of the report
    prepared_by: frozenset[UUID]
    accepted: Money
    written_off: Money
    abandoned: Money
    withdrawn: Money
    status: Status = Status.OPENED
    papers: tuple[e.PaperAttached, ...] = ()
    chain: SigningChain = SigningChain(())
    opinions: Mapping[Role, e.OpinionGiven] = field(default_factory=dict)
    ruled_out: bool = False
    submissions: int = 0
    submitted_on: date | None = None  # the first time
    manufacturer_number: str | None = None
    known_as: frozenset[str] = frozenset()  # every number the manufacturer ever gave it
    credits: Mapping[UUID, Credit] = field(default_factory=dict)
    overpayments: Mapping[UUID, Credit] = field(default_factory=dict)
    differences: Mapping[UUID, Difference] = field(default_factory=dict)
    write_off: WriteOff | None = None
    before_closing: Status | None = None
    ever_open: frozenset[Decimal] = frozenset()  # by what amounts notes may ever have found it

    @property
    def done_by(self) -> frozenset[UUID]:
        """Who did the work that is claimed (CLM-4)."""
        return self.worked_by | {self.report.engineer_id}

    @property
    def credited(self) -> Money:
        return total((credit.amount for credit in self.credits.values()), self.total.currency)

    @property
    def open(self) -> Money:
        """What was accepted and is neither credited nor written off nor disputed (CRN-4)."""
        return self.accepted - self.credited - self.written_off - self.disputed

    @property
    def disputed(self) -> Money:
        """What credits left open and is disputed with the manufacturer (CRN-5)."""
        disputed = (d.amount for d in self.differences.values() if d.outcome == Outcome.DISPUTED)
        return total(disputed, self.total.currency)

    @property
    def overpaid(self) -> Money:
        amounts = (credit.amount for credit in self.overpayments.values())
        return total(amounts, self.total.currency)

    @property
    def refused(self) -> Money:
        """What the manufacturer's answer left out and we have not given up."""
        answered = self.status in (Status.ACCEPTED, Status.REJECTED, Status.ABANDONED)
        answered |= self.before_closing in (Status.ACCEPTED, Status.ABANDONED)
        return self.total - self.accepted - self.abandoned if answered else self.total.but(ZERO)


ZERO = Decimal(0)


def evolve(claim: Claim | None, event: e.Event) -> Claim:
    after = evolved(claim, event)
    return replace(after, ever_open=after.ever_open | {after.open.amount})


def evolved(claim: Claim | None, event: e.Event) -> Claim:
    if isinstance(event, e.ClaimOpened):
        return opened(event)
    assert claim is not None, "a claim is opened first"
    if isinstance(event, e.Preparing):
        return prepared(claim, event)
    if isinstance(event, e.Judging):
        return judged(claim, event)
    if isinstance(event, e.Submitting):
        return submitted(claim, event)
    if isinstance(event, e.Answering):
        return answered(claim, event)
    if isinstance(event, e.Withdrawing):
        return withdrawn(claim, event)
    if isinstance(event, e.WritingOff):
        return written_off(claim, event)
    return settled(claim, event)


def opened(event: e.ClaimOpened) -> Claim:
    nothing = event.total.but(ZERO)
    return Claim(
        number=event.number,
        claim=event.claim,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        order_reference=event.order_reference,
        report=event.report,
        amounts=event.amounts,
        total=event.total,
        submission_days=event.submission_days,
        worked_by=frozenset(event.worked_by),
        prepared_by=event.opened_by.both,
        accepted=nothing,
        written_off=nothing,
        abandoned=nothing,
        withdrawn=nothing,
    )


def prepared(claim: Claim, event: e.Preparing) -> Claim:
    match event:
        case e.PaperAttached(attached_by=by):
            papers = (*claim.papers, event)
            return replace(claim, papers=papers, prepared_by=claim.prepared_by | by.both)
        case e.ClaimAmended():
            return amended(claim, event)
        case e.ClaimSubjectCorrected():
            return subject_corrected(claim, event)
        case never:
            assert_never(never)


def subject_corrected(claim: Claim, event: e.ClaimSubjectCorrected) -> Claim:
    return replace(
        unjudged(claim),
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        submission_days=event.submission_days,
        prepared_by=claim.prepared_by | event.corrected_by.both,
    )


def unjudged(claim: Claim) -> Claim:
    """As if nobody had judged it yet."""
    return replace(claim, status=Status.OPENED, chain=SigningChain(()), opinions={})


def amended(claim: Claim, event: e.ClaimAmended) -> Claim:
    nothing = event.total.but(ZERO)
    return replace(
        unjudged(claim),
        report=event.report,
        amounts=event.amounts,
        total=event.total,
        ruled_out=False,
        worked_by=claim.worked_by | {*event.worked_by},
        prepared_by=claim.prepared_by | event.amended_by.both,
        accepted=nothing,
        written_off=nothing,
        abandoned=nothing,
        withdrawn=nothing,
    )


def judged(claim: Claim, event: e.Judging) -> Claim:
    match event:
        case e.ClaimVetted():
            return claim
        case e.OpinionGiven(seat=seat, given_by=by):
            opinions = {**claim.opinions, seat: event}
            return replace(claim, opinions=opinions, prepared_by=claim.prepared_by | by.both)
        case e.ClaimJudged(claimable=claimable, signed_by=steps, judged_by=by):
            return replace(
                claim,
                opinions={},
                status=Status.CLAIMABLE if claimable else Status.NOT_CLAIMABLE,
                chain=SigningChain(steps),
                prepared_by=claim.prepared_by | by.both,
            )
        case e.ClaimSigned(signature=signature):
            return replace(claim, chain=claim.chain.signed(signature))
        case e.ClaimApproved():
            return replace(claim, status=Status.APPROVED)
        case e.SignatureRevoked():
            return replace(claim, status=Status.CLAIMABLE, chain=claim.chain.without_last())
        case never:
            assert_never(never)


def submitted(claim: Claim, event: e.Submitting) -> Claim:
    match event:
        case e.ClaimSubmitted(manufacturer_number=number, submitted_on=day):
            first = replace(claim, status=Status.SUBMITTED, submissions=1, submitted_on=day)
            return known_as(first, number)
        case e.ClaimResubmitted(manufacturer_number=number, submission=submission):
            return known_as(replace(claim, status=Status.SUBMITTED, submissions=submission), number)
        case e.ManufacturerNumberRecorded(manufacturer_number=number):
            return known_as(claim, number)
        case e.ResubmissionRuledOut():
            return replace(claim, ruled_out=True)
        case never:
            assert_never(never)


def known_as(claim: Claim, number: str | None) -> Claim:
    """By a further number, if it is given one."""
    if number is None:
        return claim
    return replace(claim, manufacturer_number=number, known_as=claim.known_as | {number})


def answered(claim: Claim, event: e.Answering) -> Claim:
    match event:
        case e.ClaimAccepted(accepted=accepted) | e.ClaimAcceptedInPart(accepted=accepted):
            return replace(claim, status=Status.ACCEPTED, accepted=accepted)
        case e.AcceptanceRevoked():
            nothing = claim.total.but(ZERO)
            return replace(claim, status=Status.SUBMITTED, accepted=nothing)
        case e.ClaimRejected():
            return replace(claim, status=Status.REJECTED)
        case e.InformationAsked():
            return replace(claim, status=Status.INFORMATION_ASKED)
        case e.InformationGiven():
            return replace(claim, status=Status.SUBMITTED)
        case never:
            assert_never(never)


def withdrawn(claim: Claim, event: e.Withdrawing) -> Claim:
    """Of what was accepted only what was written off stays."""
    return replace(
        claim,
        status=Status.WITHDRAWN,
        accepted=claim.written_off,
        withdrawn=event.amount,
        opinions={},
    )


def written_off(claim: Claim, event: e.WritingOff) -> Claim:
    match event:
        case e.WriteOffRequested(amount=amount, reason=reason, requested_by=by, signed_by=steps):
            pending = WriteOff(amount, reason, by.both, SigningChain(steps))
            return replace(claim, write_off=pending)
        case e.WriteOffSigned(signature=signature):
            pending = waiting(claim)
            return replace(claim, write_off=replace(pending, chain=pending.chain.signed(signature)))
        case e.WriteOffSignatureRevoked():
            pending = waiting(claim)
            return replace(claim, write_off=replace(pending, chain=pending.chain.without_last()))
        case e.WriteOffDeclined():
            return replace(claim, write_off=None)
        case e.ClaimWrittenOff(amount=amount, after_rejection=True):
            return replace(
                claim,
                status=Status.ABANDONED,
                abandoned=claim.abandoned + amount,
                write_off=None,
            )
        case e.ClaimWrittenOff(amount=amount):
            return replace(claim, written_off=claim.written_off + amount, write_off=None)
        case never:
            assert_never(never)


def waiting(claim: Claim) -> WriteOff:
    assert claim.write_off is not None, "a write-off is requested first"
    return claim.write_off


def settled(claim: Claim, event: e.Settling) -> Claim:
    match event:
        case e.ClaimCredited(note_id=note, allocation_id=allocation, amount=amount):
            return replace(claim, credits={**claim.credits, allocation: Credit(note, amount)})
        case e.ClaimCreditReversed(allocation_id=allocation):
            return reversed_(claim, allocation)
        case e.ClaimOverpaid() | e.ClaimDifferenceSettled():
            return differing(claim, event)
        case e.ClaimClosed():
            return replace(claim, status=Status.CLOSED, before_closing=claim.status)
        case e.ClaimReopened():
            reopened = claim.before_closing or claim.status
            return replace(claim, status=reopened, before_closing=None)
        case never:
            assert_never(never)


def reversed_(claim: Claim, allocation: UUID) -> Claim:
    """As if it had never been credited: what became of its difference is undone with it."""
    before = without_difference(claim, allocation)
    return replace(
        before,
        credits={id: c for id, c in claim.credits.items() if id != allocation},
        overpayments={id: c for id, c in claim.overpayments.items() if id != allocation},
    )


def differing(claim: Claim, event: e.ClaimOverpaid | e.ClaimDifferenceSettled) -> Claim:
    match event:
        case e.ClaimOverpaid(note_id=note, allocation_id=allocation, amount=amount):
            over = {**claim.overpayments, allocation: Credit(note, amount)}
            return replace(claim, overpayments=over)
        case e.ClaimDifferenceSettled(allocation_id=allocation):
            difference = Difference(event.amount, event.outcome, event.within_tolerance)
            before = without_difference(claim, allocation)
            settled = {**before.differences, allocation: difference}
            return replace(shifted(before, difference, 1), differences=settled)
        case never:
            assert_never(never)


def without_difference(claim: Claim, allocation: UUID) -> Claim:
    if allocation not in claim.differences:
        return claim
    rest = {id: kept for id, kept in claim.differences.items() if id != allocation}
    return replace(shifted(claim, claim.differences[allocation], -1), differences=rest)


def shifted(claim: Claim, difference: Difference, sign: int) -> Claim:
    """The balances that an outcome moves: what is accepted was refused after all."""
    moved = difference.amount.but(difference.amount.amount * sign)
    if difference.outcome == Outcome.ACCEPTED:
        return replace(claim, accepted=claim.accepted - moved)
    if difference.within_tolerance:
        return replace(claim, written_off=claim.written_off + moved)
    return claim
