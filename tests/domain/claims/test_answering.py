"""The manufacturer's answer: CLM-7, CRN-4, CRN-12, SEG-5."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domain.claims.commands import RecordAcceptance, RecordRejection, RevokeAcceptance
from domain.claims.events import (
    AcceptanceRevoked,
    ClaimAccepted,
    ClaimAcceptedInPart,
    ClaimRejected,
)
from domain.claims.refusals import (
    AcceptedMoreThanClaimed,
    AlreadyPaid,
    CurrencyDiffers,
    NotPossibleNow,
    ReasonMissing,
    UnknownReason,
    WriteOffPending,
)
from domain.claims.state import Claim, Status
from domain.credits.commands import UndoMatch
from domain.money import Money
from domain.policies import Pin
from domain.policy_content import ReasonWord
from domain.registry.manufacturer import AddReasonWord
from tests.domain.claims.asked import request_write_off, written_off
from tests.rules import part_of, rule
from tests.scenario import FINN, MAX, MIA, given
from tests.stories import (
    MAKER,
    claim_id,
    claim_story,
    note_id,
    partly_paid_claim,
    reject,
    rejected_claim,
    yuan,
)


def accept(amount: str | None = None, *reasons: str) -> RecordAcceptance:
    accepted = yuan(amount) if amount else None
    return RecordAcceptance(claim_id=claim_id(), accepted=accepted, reasons=reasons)


REVOKE = RevokeAcceptance(claim_id=claim_id(), reason="answer was for another claim")


def submitted():
    return given(claim_story("submitted").histories)


# ── accepted ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("amount", [None, "1000.00", "1000"])
def test_a_claim_is_accepted_in_full(amount):
    submitted().when(accept(amount), actor=MIA).then(ClaimAccepted(accepted=yuan("1000.00")))


@rule("CRN-12")
def test_a_claim_is_accepted_in_part_with_the_reasons():
    in_part = ClaimAcceptedInPart(
        accepted=yuan("999.99"), refused=yuan("0.01"), reasons=("labour_hours", "part_cost")
    )
    command = accept("999.99", "labour_hours", "part_cost")
    submitted().when(command, actor=MIA).then(in_part)
    state = claim_story("submitted").tell(command, MIA).state(Claim, claim_id())
    assert (state.accepted, state.refused, state.open) == (
        yuan("999.99"),
        yuan("0.01"),
        yuan("999.99"),
    )


@rule("CRN-4")
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (accept("1000.01"), AcceptedMoreThanClaimed),
        (accept("999.99"), ReasonMissing),
        (accept("999.99", "bad_mood"), UnknownReason),
        (
            RecordAcceptance(claim_id=claim_id(), accepted=Money(amount=1, currency="EUR")),
            CurrencyDiffers,
        ),
    ],
)
def test_an_acceptance_that_cannot_be_is_refused(command, refusal):
    submitted().when(command, actor=MIA).then_refused(refusal)


@rule("CRN-12")
def test_a_manufacturers_own_word_is_a_reason_of_its():
    word = ReasonWord(word="goodwill_share", meaning="They bear half out of goodwill")
    command = accept("500.00", "goodwill_share")
    story = claim_story("submitted")
    given(story.histories).when(command, actor=MIA).then_refused(UnknownReason, "goodwill_share")
    story.tell(AddReasonWord(manufacturer_id=MAKER, word=word), FINN)
    assert given(story.histories).when(command, actor=MIA).outcome()


@pytest.mark.parametrize("stage", ["opened", "with papers", "claimable", "approved", "accepted"])
@pytest.mark.parametrize("answer", [accept(), reject()], ids=["accept", "reject"])
def test_only_a_submitted_claim_is_answered(stage, answer):
    given(claim_story(stage).histories).when(answer, actor=MIA).then_refused(NotPossibleNow)


# ── revoked ─────────────────────────────────────────────────────────────────


@rule("SEG-5")
def test_an_acceptance_is_revoked_while_nothing_was_paid():
    story = claim_story("accepted")
    revoked = AcceptanceRevoked(reason="answer was for another claim")
    given(story.histories).when(REVOKE, actor=MIA).then(revoked)
    state = story.tell(REVOKE, MIA).state(Claim, claim_id())
    assert (state.status, state.accepted, state.refused) == (Status.SUBMITTED, yuan(0), yuan(0))
    assert given(story.histories).when(accept(), actor=MIA).outcome()


@rule("SEG-5")
def test_an_acceptance_stands_once_something_was_credited():
    story = partly_paid_claim()
    given(story.histories).when(REVOKE, actor=MIA).then_refused(AlreadyPaid)
    story.tell(UndoMatch(note_id=note_id(), reason="wrong claim"), FINN)
    assert given(story.histories).when(REVOKE, actor=MIA).outcome()


@rule("SEG-5")
def test_an_acceptance_stands_once_something_is_written_off_or_about_to_be():
    pending = claim_story("accepted").tell(request_write_off("1.00"), FINN)
    given(pending.histories).when(REVOKE, actor=MIA).then_refused(WriteOffPending)
    done = written_off(claim_story("accepted"), "1.00", FINN, MAX)
    given(done.histories).when(REVOKE, actor=MIA).then_refused(AlreadyPaid)


@pytest.mark.parametrize("story", [claim_story("submitted"), rejected_claim()])
def test_only_an_acceptance_that_was_recorded_is_revoked(story):
    given(story.histories).when(REVOKE, actor=MIA).then_refused(NotPossibleNow)


# ── rejected ────────────────────────────────────────────────────────────────


@rule("CLM-7")
def test_a_rejection_states_its_reason_and_is_to_be_examined_at_once():
    rejected = ClaimRejected(
        reasons=("no_defect",),
        explanation="seal found sound",
        refused=yuan("1000.00"),
        clock=Pin(policy_id="deadline.claim_rejection_examination", version=1),
    )
    submitted().when(reject(), actor=MIA).then(rejected)
    assert rejected_claim().state(Claim, claim_id()).refused == yuan("1000.00")


@part_of("CLM-7")
def test_a_rejection_without_a_reason_is_none():
    with pytest.raises(ValidationError, match="reasons"):
        RecordRejection(claim_id=claim_id(), reasons=(), explanation="no")


@rule("CRN-12")
def test_the_reason_of_a_rejection_is_a_known_word():
    unknown = RecordRejection(claim_id=claim_id(), reasons=("bad_mood",), explanation="no")
    submitted().when(unknown, actor=MIA).then_refused(UnknownReason, "bad_mood")
