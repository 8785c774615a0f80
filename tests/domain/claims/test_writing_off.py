"""Writing off: CLM-7, CRN-4, SEG-1, SEG-4, SEG-5."""

from __future__ import annotations

import pytest

from domain.approvals import (
    ApproverPrepared,
    Names,
    NextStepTaken,
    NoSuchSignature,
    NotYourTurn,
    Signature,
    SignedTwice,
)
from domain.claims.commands import DeclineWriteOff, RequestWriteOff, RevokeWriteOffSignature
from domain.claims.events import (
    ClaimWrittenOff,
    WriteOffDeclined,
    WriteOffRequested,
    WriteOffSignatureRevoked,
    WriteOffSigned,
)
from domain.claims.refusals import (
    CurrencyDiffers,
    MoreThanOpen,
    NotPossibleNow,
    NoWriteOffPending,
    WriteOffPending,
)
from domain.claims.state import Claim, Status
from domain.messages import Actor, Role
from domain.money import Money
from tests.domain.claims.asked import request_write_off, sign_write_off, written_off
from tests.rules import rule
from tests.scenario import DORA, FINN, GINA, MAX, MIA, given
from tests.stories import (
    book,
    claim_id,
    claim_story,
    match,
    partly_paid_claim,
    rejected_claim,
    yuan,
)

SIGN = sign_write_off()
DECLINE = DeclineWriteOff(claim_id=claim_id(), reason="dispute it")
REVOKE = RevokeWriteOffSignature(claim_id=claim_id(), reason="too early")
TWO = (Role.SERVICE_DIRECTOR, Role.FINANCE)


def accepted():
    return claim_story("accepted", total="5000.00")


def asked(amount: str = "2000.00", by: Actor = MIA):
    return accepted().tell(request_write_off(amount), by)


# ── asking ──────────────────────────────────────────────────────────────────


@rule("SEG-4")
@pytest.mark.parametrize(
    ("amount", "steps"), [("1000.00", (Role.CLAIMS_MANAGER,)), ("1000.01", TWO), ("5000.00", TWO)]
)
def test_who_signs_a_write_off_depends_on_its_amount(amount, steps):
    requested = WriteOffRequested(
        amount=yuan(amount),
        reason="not worth a dispute",
        requested_by=Names(person=MIA.id),
        signed_by=steps,
    )
    given(accepted().histories).when(request_write_off(amount), actor=MIA).then(requested)


@rule("CRN-4")
def test_no_more_is_written_off_than_is_open():
    scenario = given(accepted().histories)
    scenario.when(request_write_off("5000.01"), actor=MIA).then_refused(MoreThanOpen, "5000.00")
    partly = given(partly_paid_claim().histories)  # 300 of 800 open
    partly.when(request_write_off("300.01"), actor=MIA).then_refused(MoreThanOpen, "300.00")
    assert partly.when(request_write_off("300.00"), actor=MIA).outcome()


@rule("CRN-4")
def test_a_write_off_is_in_the_currency_of_the_claim():
    euros = RequestWriteOff(
        claim_id=claim_id(), amount=Money(amount=1, currency="EUR"), reason="rounding"
    )
    given(accepted().histories).when(euros, actor=MIA).then_refused(CurrencyDiffers)


@rule("CLM-7")
def test_a_rejected_claim_is_written_off_whole():
    scenario = given(rejected_claim().histories)
    part = request_write_off("999.99")
    scenario.when(part, actor=MIA).then_refused(MoreThanOpen, "whole: 1000.00")
    assert scenario.when(request_write_off("1000.00"), actor=MIA).outcome()


@pytest.mark.parametrize("stage", ["opened", "approved", "submitted"])
def test_nothing_is_written_off_before_the_answer(stage):
    scenario = given(claim_story(stage).histories)
    scenario.when(request_write_off("1.00"), actor=MIA).then_refused(NotPossibleNow)


def test_one_write_off_waits_at_a_time():
    given(asked().histories).when(request_write_off("1.00"), actor=MIA).then_refused(
        WriteOffPending
    )


# ── signing ─────────────────────────────────────────────────────────────────


def signed_by(actor: Actor, role: Role) -> WriteOffSigned:
    return WriteOffSigned(signature=Signature(person=actor.id, role=role))


@rule("SEG-4")
def test_the_last_signature_writes_off():
    story = asked()
    by_dora = signed_by(DORA, Role.SERVICE_DIRECTOR)
    given(story.histories).when(SIGN, actor=DORA).then(by_dora)
    story.tell(SIGN, DORA)
    done = ClaimWrittenOff(
        amount=yuan("2000.00"), reason="not worth a dispute", after_rejection=False
    )
    given(story.histories).when(SIGN, actor=FINN).then(signed_by(FINN, Role.FINANCE), done)
    state = story.tell(SIGN, FINN).state(Claim, claim_id())
    assert (state.written_off, state.open) == (yuan("2000.00"), yuan("3000.00"))
    assert state.write_off is None


@rule("CLM-7")
def test_a_rejected_claim_that_is_written_off_is_abandoned():
    story = rejected_claim().tell(request_write_off("1000.00"), MIA)
    done = ClaimWrittenOff(
        amount=yuan("1000.00"), reason="not worth a dispute", after_rejection=True
    )
    by_max = signed_by(MAX, Role.CLAIMS_MANAGER)
    given(story.histories).when(SIGN, actor=MAX).then(by_max, done)
    state = story.tell(SIGN, MAX).state(Claim, claim_id())
    assert (state.status, state.abandoned, state.refused) == (
        Status.ABANDONED,
        yuan("1000.00"),
        yuan(0),
    )


@rule("SEG-1")
def test_who_asked_for_it_does_not_sign_it():
    requested = asked("1000.00", by=MAX)
    given(requested.histories).when(SIGN, actor=MAX).then_refused(ApproverPrepared)


@rule("SEG-4")
def test_a_write_off_is_signed_in_order_by_different_people():
    story = asked()
    given(story.histories).when(SIGN, actor=FINN).then_refused(NotYourTurn, "service_director")
    both = Actor(DORA.id, frozenset(TWO))
    story.tell(SIGN, both)
    given(story.histories).when(SIGN, actor=both).then_refused(SignedTwice)


@rule("CRN-4")
def test_what_was_credited_while_signing_is_no_longer_written_off():
    story = asked("5000.00").tell(SIGN, DORA)
    story.tell(book(1, payable="0.01", names=()), FINN)
    story.tell(match(1, (1, "0.01", "part_payment")), FINN)
    given(story.histories).when(SIGN, actor=FINN).then_refused(MoreThanOpen)


# ── taking back, declining ──────────────────────────────────────────────────


@rule("SEG-5")
def test_a_signature_under_a_write_off_is_taken_back_before_the_next():
    story = asked().tell(SIGN, DORA)
    by_dora = Signature(person=DORA.id, role=Role.SERVICE_DIRECTOR)
    revoked = WriteOffSignatureRevoked(signature=by_dora, reason="too early")
    given(story.histories).when(REVOKE, actor=DORA).then(revoked)
    story.tell(REVOKE, DORA)
    given(story.histories).when(SIGN, actor=FINN).then_refused(NotYourTurn)
    given(story.histories).when(REVOKE, actor=DORA).then_refused(NoSuchSignature)


@rule("SEG-5")
def test_a_signature_under_a_write_off_stands_once_the_next_was_given():
    story = claim_story("accepted", total="50000.00").tell(request_write_off("30000.00"), MIA)
    story.tell(SIGN, DORA).tell(SIGN, FINN)
    given(story.histories).when(REVOKE, actor=DORA).then_refused(NextStepTaken)
    assert story.tell(SIGN, GINA).state(Claim, claim_id()).written_off == yuan("30000.00")


def test_a_write_off_is_declined_with_a_reason():
    declined = WriteOffDeclined(reason="dispute it", declined_by=Names(person=DORA.id))
    story = asked()
    given(story.histories).when(DECLINE, actor=DORA).then(declined)
    state = story.tell(DECLINE, DORA).state(Claim, claim_id())
    assert (state.write_off, state.open) == (None, yuan("5000.00"))
    assert given(story.histories).when(request_write_off("1.00"), actor=MIA).outcome()


@pytest.mark.parametrize("command", [SIGN, DECLINE, REVOKE])
def test_only_a_write_off_that_was_asked_for_is_decided(command):
    given(accepted().histories).when(command, actor=DORA).then_refused(NoWriteOffPending)
    done = written_off(accepted(), "2000.00", MIA)
    given(done.histories).when(command, actor=DORA).then_refused(NoWriteOffPending)
