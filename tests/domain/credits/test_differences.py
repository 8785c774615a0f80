"""What becomes of differences: CRN-4, CRN-5, CRN-6."""

from __future__ import annotations

import pytest

from domain.claims.claim import Claim
from domain.claims.commands import CloseClaim, RevokeAcceptance
from domain.claims.events import ClaimCredited, ClaimDifferenceSettled, ClaimOverpaid
from domain.claims.refusals import (
    AlreadyPaid,
    BalanceOpen,
    NothingOpen,
    UnknownReason,
    WriteOffPending,
)
from domain.credits.commands import (
    AllocationWish,
    DecideDifference,
    MatchCreditNote,
    ReopenRemainder,
    SettleRemainder,
    UndoMatch,
)
from domain.credits.events import RemainderReopened, RemainderSettled
from domain.credits.refusals import (
    IssuerUnknown,
    MoreThanUnapplied,
    NoSuchAllocation,
    NoSuchRemainder,
    NoteCurrencyDiffers,
    OutcomeNotPossible,
    OverpaymentWithoutReason,
)
from domain.credits.state import CreditNote, allocation_id, remainder_id
from domain.messages import Forbidden, On, Stream
from domain.money import Money
from domain.vocabulary import Outcome
from tests.domain.claims.asked import sign_write_off
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, Story, given
from tests.stories import STRANGE_ISSUER, book, claim_id, claim_story, note_id, yuan

ALLOCATION = allocation_id(note_id(), 1)
REMAINDER = remainder_id(note_id(), 1)


def wish(amount: str, **changes) -> MatchCreditNote:
    fields = {"claim_id": claim_id(), "amount": yuan(amount), "reason": "part_payment"} | changes
    return MatchCreditNote(note_id=note_id(), allocations=(AllocationWish(**fields),))


def booked(payable: str = "900.00", **changes) -> Story:
    return claim_story("accepted").tell(book(1, payable=payable, names=(), **changes), FINN)


def short_paid(outcome: Outcome | None = None) -> Story:
    """900 of 1000 are paid."""
    return booked().tell(wish("900.00", outcome=outcome), FINN)


def claim(story: Story) -> Claim:
    state = story.state(Claim, claim_id())
    assert isinstance(state, Claim)
    return state


def note(story: Story) -> CreditNote:
    state = story.state(CreditNote, note_id())
    assert isinstance(state, CreditNote)
    return state


def decide(outcome: Outcome, **changes) -> DecideDifference:
    fields = {"note_id": note_id(), "allocation_id": ALLOCATION, "reason": "labour_hours"}
    return DecideDifference(**fields | {"outcome": outcome} | changes)


def balance(story: Story) -> tuple[str, ...]:
    """Open, disputed, written off, refused."""
    c = claim(story)
    return tuple(str(m.amount) for m in (c.open, c.disputed, c.written_off, c.refused))


# ── short ───────────────────────────────────────────────────────────────────


@rule("CRN-5")
@pytest.mark.parametrize(
    ("outcome", "balances"),
    [
        (None, ("100.00", "0", "0.00", "0.00")),
        (Outcome.CARRIED_OVER, ("100.00", "0", "0.00", "0.00")),
        (Outcome.DISPUTED, ("0.00", "100.00", "0.00", "0.00")),
        (Outcome.ACCEPTED, ("0.00", "0", "0.00", "100.00")),
        (Outcome.WRITTEN_OFF, ("100.00", "0", "0.00", "0.00")),
    ],
)
def test_a_short_payment_has_one_outcome(outcome, balances):
    story = short_paid(outcome)
    assert [float(amount) for amount in balance(story)] == [float(amount) for amount in balances]
    assert (claim(story).write_off is not None) == (outcome == Outcome.WRITTEN_OFF)
    story.tell(UndoMatch(note_id=note_id(), reason="wrong"), FINN)
    assert claim(story).open == yuan("1000.00")


@rule("CRN-5")
def test_the_outcome_is_on_record_with_its_reason():
    event = ClaimDifferenceSettled(
        note_id=note_id(),
        allocation_id=ALLOCATION,
        amount=yuan("100.00"),
        outcome=Outcome.DISPUTED,
        within_tolerance=False,
        reason="labour_hours",
    )
    scenario = given(short_paid().histories).when(decide(Outcome.DISPUTED), actor=FINN)
    scenario.then(On(Stream(Claim.kind, claim_id()), event))


@rule("CRN-5")
def test_a_dispute_ends_with_another_outcome():
    story = short_paid(Outcome.DISPUTED).tell(decide(Outcome.ACCEPTED), FINN)
    assert (claim(story).open, claim(story).refused) == (yuan(0), yuan("100.00"))
    assert claim(story.tell(decide(Outcome.CARRIED_OVER), FINN)).open == yuan("100.00")


@rule("CRN-5")
def test_writing_off_is_asked_for_and_done_when_it_is_approved():
    story = short_paid(Outcome.WRITTEN_OFF)
    given(story.histories).when(decide(Outcome.DISPUTED), actor=FINN).then_refused(WriteOffPending)
    story.tell(sign_write_off(), MAX)
    assert (claim(story).open, claim(story).written_off) == (yuan(0), yuan("100.00"))
    given(story.histories).when(decide(Outcome.DISPUTED), actor=FINN).then_refused(NothingOpen)


@rule("CRN-5")
@pytest.mark.parametrize(
    ("command", "actor", "refusal"),
    [
        pytest.param(decide(Outcome.DISPUTED), MIA, Forbidden, id="not finance"),
        pytest.param(decide(Outcome.DISPUTED, reason="mood"), FINN, UnknownReason, id="reason"),
        pytest.param(
            decide(Outcome.DISPUTED, allocation_id=claim_id()), FINN, NoSuchAllocation, id="which"
        ),
    ],
)
def test_a_decision_about_a_difference_that_cannot_be(command, actor, refusal):
    given(short_paid().histories).when(command, actor=actor).then_refused(refusal)


@rule("CRN-4")
def test_a_claim_with_a_dispute_is_not_closed():
    story = short_paid(Outcome.DISPUTED)
    close = CloseClaim(claim_id=claim_id())
    given(story.histories).when(close, actor=FINN).then_refused(BalanceOpen, "100.00")


# ── over ────────────────────────────────────────────────────────────────────


@rule("CRN-4")
def test_paying_over_is_an_explicit_decision_with_a_reason():
    story = booked("1100.00")
    scenario = given(story.histories)
    silent = wish("1100.00", overpay=True, reason=None)
    scenario.when(silent, actor=FINN).then_refused(OverpaymentWithoutReason)
    decided = scenario.when(wish("1100.00", overpay=True), actor=FINN)
    on_claim = [on.event for on in decided.outcome() if on.stream.kind == Claim.kind]
    over = ClaimOverpaid(
        note_id=note_id(),
        allocation_id=ALLOCATION,
        amount=yuan("100.00"),
        reason="part_payment",
    )
    credited = ClaimCredited(note_id=note_id(), allocation_id=ALLOCATION, amount=yuan("1000.00"))
    assert on_claim == [credited, over]
    story.tell(wish("1100.00", overpay=True), FINN)
    assert (claim(story).open, claim(story).overpaid) == (yuan(0), yuan("100.00"))
    assert note(story).unapplied == yuan(0)


@rule("CRN-6")
def test_an_overpayment_is_taken_back_whole():
    story = booked("1100.00").tell(wish("1100.00", overpay=True), FINN)
    story.tell(UndoMatch(note_id=note_id(), reason="wrong"), FINN)
    assert (claim(story).open, claim(story).overpaid) == (yuan("1000.00"), yuan(0))
    assert note(story).unapplied == yuan("1100.00")


@rule("CRN-4")
def test_a_claim_that_is_only_overpaid_is_paid_all_the_same():
    story = booked("1000.00").tell(wish("1000.00"), FINN)
    story.tell(book(2, payable="50.00", names=()), FINN)
    over = wish("50.00", overpay=True).model_copy(update={"note_id": note_id(2)})
    assert claim(story.tell(over, FINN)).overpaid == yuan("50.00")
    story.tell(UndoMatch(note_id=note_id(1), reason="wrong"), FINN)
    revoke = RevokeAcceptance(claim_id=claim_id(), reason="misread")
    given(story.histories).when(revoke, actor=MIA).then_refused(AlreadyPaid)


# ── what is left of a note ──────────────────────────────────────────────────


def settle(amount: str = "100.00", outcome: Outcome = Outcome.DISPUTED, **changes):
    fields = {"note_id": note_id(), "amount": yuan(amount), "reason": "part_payment"}
    return SettleRemainder(**fields | {"outcome": outcome} | changes)


@rule("CRN-5")
@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (Outcome.ACCEPTED, "900.00"),
        (Outcome.DISPUTED, "900.00"),
        (Outcome.CARRIED_OVER, "1000.00"),
    ],
)
def test_what_is_left_of_a_note_has_one_outcome_and_can_be_taken_back(outcome, left):
    story = booked("1000.00")
    settled = RemainderSettled(
        remainder_id=REMAINDER,
        amount=yuan("100.00"),
        outcome=outcome,
        within_tolerance=False,
        reason="part_payment",
    )
    given(story.histories).when(settle(outcome=outcome), actor=FINN).then(settled)
    story.tell(settle(outcome=outcome), FINN)
    assert note(story).unapplied == yuan(left)
    reopen = ReopenRemainder(note_id=note_id(), remainder_id=REMAINDER, reason="settled")
    reopened = RemainderReopened(remainder_id=REMAINDER, amount=yuan("100.00"), reason="settled")
    given(story.histories).when(reopen, actor=FINN).then(reopened)
    assert note(story.tell(reopen, FINN)).unapplied == yuan("1000.00")
    given(story.histories).when(reopen, actor=FINN).then_refused(NoSuchRemainder)


@rule("CRN-5")
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        pytest.param(settle(outcome=Outcome.WRITTEN_OFF), OutcomeNotPossible, id="written off"),
        pytest.param(settle("1000.01"), MoreThanUnapplied, id="more than is left"),
        pytest.param(settle(reason="mood"), UnknownReason, id="reason"),
        pytest.param(
            settle().model_copy(update={"amount": Money(amount=1, currency="EUR")}),
            NoteCurrencyDiffers,
            id="currency",
        ),
    ],
)
def test_an_outcome_that_cannot_be(command, refusal):
    given(booked("1000.00").histories).when(command, actor=FINN).then_refused(refusal)


@rule("CRN-5")
def test_no_outcome_is_decided_twice_and_none_for_an_unknown_issuer():
    story = booked("1000.00").tell(settle("1000.00", Outcome.CARRIED_OVER), FINN)
    given(story.histories).when(settle("0.01"), actor=FINN).then_refused(MoreThanUnapplied)
    assert story.tell(wish("1000.00", reason=None), FINN)  # what was carried over can still pay
    assert note(story).unapplied == note(story).carried_over == yuan(0)
    strange = booked("1000.00", supplier=STRANGE_ISSUER)
    given(strange.histories).when(settle(), actor=FINN).then_refused(IssuerUnknown)
