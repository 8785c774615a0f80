"""A claim with false papers is withdrawn: CLM-9, LIA-1."""

from __future__ import annotations

import pytest

from domain.approvals import Names
from domain.claims.commands import CloseClaim, WithdrawClaim
from domain.claims.events import ClaimWithdrawn
from domain.claims.refusals import AlreadyPaid, NotPossibleNow, PaperNotFiled, WriteOffPending
from domain.claims.state import Claim, Status
from domain.credits.commands import UndoMatch
from domain.messages import Forbidden
from domain.policies import Pin, PublishPolicy
from domain.policy_content import Charged, LiabilityTariff, Tariff
from domain.vocabulary import PaperKind
from tests.domain.claims.asked import request_write_off, written_off
from tests.rules import rule
from tests.scenario import ADAM, DORA, FINN, GINA, MAX, MIA, SYSTEM, given
from tests.stories import (
    attach,
    claim_id,
    claim_story,
    file_of,
    judge,
    note_id,
    paid_claim,
    partly_paid_claim,
    rejected_claim,
    submit,
    yuan,
)

WITHDRAW = WithdrawClaim(
    claim_id=claim_id(),
    false_papers=(PaperKind.DIAGNOSTICS,),
    explanation="the log is of another machine",
    evidence=(file_of("the other machine's log"),),
)


def withdrawn(amount: str = "1000.00", liability: str = "500.00", version: int = 1):
    return ClaimWithdrawn(
        false_papers=(PaperKind.DIAGNOSTICS,),
        explanation="the log is of another machine",
        evidence=(file_of("the other machine's log"),),
        amount=yuan(amount),
        liability=yuan(liability),
        tariff=Pin(policy_id="liability_tariff", version=version),
        withdrawn_by=Names(person=MAX.id),
    )


@rule("CLM-9", "LIA-1")
@pytest.mark.parametrize(
    "story",
    [
        *(claim_story(s) for s in ("with papers", "claimable", "approved", "submitted")),
        claim_story("accepted"),
        rejected_claim(),
    ],
)
def test_false_papers_withdraw_a_claim_at_any_stage_and_say_what_is_owed(story):
    given(story.histories).when(WITHDRAW, actor=MAX).then(withdrawn())
    state = story.tell(WITHDRAW, MAX).state(Claim, claim_id())
    assert state.status == Status.WITHDRAWN
    assert (state.withdrawn, state.open, state.refused) == (yuan("1000.00"), yuan(0), yuan(0))


@rule("LIA-1")
def test_what_is_owed_is_the_tariff_in_force():
    dearer = LiabilityTariff(tariffs=(Tariff(of=Charged.FALSE_CLAIM_PAPERS, amount=yuan(800)),))
    story = claim_story("submitted").tell(PublishPolicy(content=dearer), ADAM)
    given(story.histories).when(WITHDRAW, actor=MAX).then(withdrawn(liability="800", version=2))


@rule("CRN-4")
def test_what_was_written_off_stays_so():
    story = written_off(claim_story("accepted"), "200.00", FINN, MAX)
    given(story.histories).when(WITHDRAW, actor=MAX).then(withdrawn("800.00"))
    state = story.tell(WITHDRAW, MAX).state(Claim, claim_id())
    assert (state.written_off, state.withdrawn, state.open) == (
        yuan("200.00"),
        yuan("800.00"),
        yuan(0),
    )


@rule("CLM-9")
def test_what_was_credited_is_undone_first():
    story = partly_paid_claim()
    given(story.histories).when(WITHDRAW, actor=MAX).then_refused(AlreadyPaid)
    story.tell(UndoMatch(note_id=note_id(), reason="false papers"), FINN)
    given(story.histories).when(WITHDRAW, actor=MAX).then(withdrawn())
    given(paid_claim().histories).when(WITHDRAW, actor=MAX).then_refused(NotPossibleNow)


@rule("CLM-9")
def test_a_pending_write_off_is_decided_first():
    story = claim_story("accepted").tell(request_write_off("1.00"), FINN)
    given(story.histories).when(WITHDRAW, actor=MAX).then_refused(WriteOffPending)


@rule("CLM-9")
def test_only_a_paper_that_is_filed_can_be_false():
    given(claim_story("opened").histories).when(WITHDRAW, actor=MAX).then_refused(
        PaperNotFiled, "diagnostics"
    )


@rule("CLM-9")
@pytest.mark.parametrize("actor", [MIA, FINN, GINA])
def test_only_claims_manager_and_director_withdraw(actor):
    given(claim_story("submitted").histories).when(WITHDRAW, actor=actor).then_refused(Forbidden)


@rule("CLM-9")
@pytest.mark.parametrize(
    ("command", "actor"),
    [
        (WITHDRAW, DORA),
        (judge(), MAX),
        (submit(), MIA),
        (attach(PaperKind.OTHER), MIA),
        (CloseClaim(claim_id=claim_id()), SYSTEM),
    ],
)
def test_a_withdrawn_claim_is_over(command, actor):
    story = claim_story("approved").tell(WITHDRAW, MAX)
    given(story.histories).when(command, actor=actor).then_refused(NotPossibleNow)
