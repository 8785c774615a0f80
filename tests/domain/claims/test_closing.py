"""Closing and opening again: nothing is closed while something is open (CRN-4)."""

from __future__ import annotations

import pytest

from domain.claims.commands import CloseClaim, ReopenClaim
from domain.claims.events import ClaimClosed, ClaimReopened
from domain.claims.refusals import BalanceOpen, NotPossibleNow, WriteOffPending
from domain.claims.state import Claim, Status
from domain.credits.commands import UndoMatch
from tests.domain.claims.asked import request_write_off, written_off
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, SYSTEM, given
from tests.stories import (
    claim_id,
    claim_story,
    judged,
    note_id,
    paid_claim,
    partly_paid_claim,
    rejected_claim,
    yuan,
)

CLOSE = CloseClaim(claim_id=claim_id())
REOPEN = ReopenClaim(claim_id=claim_id(), reason="paid by the wrong note")


def reopened_paid_claim():
    return paid_claim().tell(REOPEN, FINN)


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(reopened_paid_claim(), id="paid in full"),
        pytest.param(
            written_off(partly_paid_claim(), "300.00", FINN, MAX), id="the rest written off"
        ),
        pytest.param(
            written_off(rejected_claim(), "1000.00", FINN, MAX), id="rejected and written off"
        ),
        pytest.param(
            claim_story("with papers").tell_all(judged(claimable=False)), id="not claimable"
        ),
    ],
)
def test_a_claim_of_which_nothing_is_open_is_closed_once(story):
    given(story.histories).when(CLOSE, actor=SYSTEM).then(ClaimClosed())
    story.tell(CLOSE, SYSTEM)
    given(story.histories).when(CLOSE, actor=SYSTEM).then_nothing()


@rule("CRN-4")
@pytest.mark.parametrize(
    ("story", "refusal"),
    [
        pytest.param(claim_story("accepted"), BalanceOpen, id="accepted and unpaid"),
        pytest.param(partly_paid_claim(), BalanceOpen, id="partly paid"),
        pytest.param(claim_story("submitted"), NotPossibleNow, id="unanswered"),
        pytest.param(rejected_claim(), NotPossibleNow, id="rejected"),
        pytest.param(
            partly_paid_claim().tell(request_write_off("300.00"), FINN),
            WriteOffPending,
            id="being written off",
        ),
    ],
)
def test_a_claim_of_which_something_is_open_is_not_closed(story, refusal):
    given(story.histories).when(CLOSE, actor=MIA).then_refused(refusal)


def test_the_refusal_says_how_much_is_open():
    given(partly_paid_claim().histories).when(CLOSE, actor=MIA).then_refused(BalanceOpen, "300.00")


def test_a_closed_claim_is_opened_again_for_a_correction():
    story = paid_claim()
    given(story.histories).when(REOPEN, actor=FINN).then(
        ClaimReopened(reason="paid by the wrong note")
    )
    state = story.tell(REOPEN, FINN).state(Claim, claim_id())
    assert (state.status, state.credited) == (Status.ACCEPTED, yuan("1000.00"))


def test_only_a_closed_claim_is_opened_again():
    given(claim_story("accepted").histories).when(REOPEN, actor=FINN).then_refused(NotPossibleNow)


@rule("CRN-6")
def test_what_pays_a_closed_claim_is_taken_back_only_after_it_is_open_again():
    undo = UndoMatch(note_id=note_id(), reason="wrong claim")
    given(paid_claim().histories).when(undo, actor=FINN).then_refused(NotPossibleNow)
    assert given(reopened_paid_claim().histories).when(undo, actor=FINN).outcome()


def test_a_claim_that_was_judged_not_claimable_returns_as_such():
    story = claim_story("with papers").tell_all(judged(claimable=False))
    story.tell(CLOSE, MIA).tell(REOPEN, FINN)
    state = story.state(Claim, claim_id())
    assert (state.status, state.refused) == (Status.NOT_CLAIMABLE, yuan(0))
