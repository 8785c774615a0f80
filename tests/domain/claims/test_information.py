"""What a manufacturer asks before it answers, and what cannot be resubmitted: 7.1, CLM-7."""

from __future__ import annotations

from datetime import date

import pytest

from domain.approvals import Names
from domain.claims.commands import (
    AmendClaim,
    ApproveClaim,
    GiveInformation,
    RecordAcceptance,
    RecordInformationAsked,
    ResubmitClaim,
    RuleOutResubmission,
)
from domain.claims.events import InformationAsked, InformationGiven, ResubmissionRuledOut
from domain.claims.refusals import CannotBeResubmitted, NotPossibleNow
from domain.claims.state import Claim, Status
from domain.messages import Forbidden
from domain.policies import Pin
from domain.vocabulary import PaperKind
from tests.domain.claims.asked import request_write_off
from tests.rules import rule
from tests.scenario import DORA, FINN, MIA, STAN, given
from tests.stories import (
    amounts,
    attach,
    claim_id,
    claim_story,
    judged,
    reject,
    rejected_claim,
    report,
)

ASK = RecordInformationAsked(
    claim_id=claim_id(), question="Which seal was worn?", answer_by=date(2026, 3, 20)
)
GIVE = GiveInformation(claim_id=claim_id(), answer="The inner one; photo enclosed.")
RULE_OUT = RuleOutResubmission(claim_id=claim_id(), reason="the part is scrapped")
AGAIN = ResubmitClaim(claim_id=claim_id(), different="photo added")
BY_MIA = Names(person=MIA.id)


def asked():
    return claim_story("submitted").tell(ASK, MIA)


def status(story) -> Status:
    return story.state(Claim, claim_id()).status


# ── information ─────────────────────────────────────────────────────────────


@rule("SLA-2")
def test_a_manufacturer_asks_and_is_told():
    given(claim_story("submitted").histories).when(ASK, actor=MIA).then(
        InformationAsked(
            question="Which seal was worn?",
            answer_by=date(2026, 3, 20),
            clock=Pin(policy_id="deadline.claim_information", version=1),
        )
    )
    story = asked()
    assert status(story) == Status.INFORMATION_ASKED
    given(story.histories).when(GIVE, actor=MIA).then(
        InformationGiven(answer="The inner one; photo enclosed.", given_by=BY_MIA)
    )
    assert status(story.tell(GIVE, MIA)) == Status.SUBMITTED
    assert given(story.histories).when(ASK, actor=MIA).outcome(), "it may ask more than once"


@pytest.mark.parametrize(
    ("answer", "then"),
    [(RecordAcceptance(claim_id=claim_id()), Status.ACCEPTED), (reject(), Status.REJECTED)],
)
def test_a_manufacturer_may_answer_without_having_been_told(answer, then):
    assert status(asked().tell(answer, MIA)) == then


def test_papers_are_filed_while_it_waits():
    story = asked().tell(attach(PaperKind.OTHER), STAN)
    assert status(story) == Status.INFORMATION_ASKED


@pytest.mark.parametrize("stage", ["opened", "claimable", "approved", "accepted"])
@pytest.mark.parametrize("command", [ASK, GIVE])
def test_only_of_a_submitted_claim_more_is_asked(stage, command):
    given(claim_story(stage).histories).when(command, actor=MIA).then_refused(NotPossibleNow)


def test_what_was_not_asked_is_not_told_and_nothing_is_asked_twice_at_once():
    given(claim_story("submitted").histories).when(GIVE, actor=MIA).then_refused(NotPossibleNow)
    given(asked().histories).when(ASK, actor=MIA).then_refused(NotPossibleNow)


# ── what cannot be resubmitted ──────────────────────────────────────────────


@rule("CLM-7")
def test_a_rejected_claim_may_be_found_not_resubmittable_and_is_then_only_written_off():
    story = rejected_claim()
    given(story.histories).when(RULE_OUT, actor=MIA).then(
        ResubmissionRuledOut(reason="the part is scrapped", ruled_out_by=BY_MIA)
    )
    story.tell(RULE_OUT, MIA)
    given(story.histories).when(RULE_OUT, actor=MIA).then_nothing()
    given(story.histories).when(AGAIN, actor=MIA).then_refused(CannotBeResubmitted)
    assert given(story.histories).when(request_write_off("1000.00"), actor=FINN).outcome()


@rule("CLM-7")
def test_amended_and_approved_anew_it_can_be_resubmitted():
    amend = AmendClaim(
        claim_id=claim_id(), report=report(), amounts=amounts("900.00"), reason="fewer hours"
    )
    story = rejected_claim().tell(RULE_OUT, MIA).tell(amend, STAN).tell_all(judged())
    story.tell(ApproveClaim(claim_id=claim_id()), DORA)
    assert status(story.tell(AGAIN, MIA)) == Status.SUBMITTED


@pytest.mark.parametrize("stage", ["opened", "approved", "submitted", "accepted"])
def test_only_a_rejected_claim_is_ruled_out(stage):
    given(claim_story(stage).histories).when(RULE_OUT, actor=MIA).then_refused(NotPossibleNow)


@pytest.mark.parametrize("command", [ASK, GIVE, RULE_OUT])
def test_a_station_does_not_speak_with_the_manufacturer(command):
    given(asked().histories).when(command, actor=STAN).then_refused(Forbidden)
