"""Judging: by whom the policy names, and by none who did the work: CLM-4, CLM-6a."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domain.approvals import (
    ApproverPrepared,
    Names,
    SignedTwice,
)
from domain.claims.commands import (
    AmendClaim,
)
from domain.claims.events import (
    ClaimJudged,
    OpinionGiven,
)
from domain.claims.refusals import JudgedOwnWork, NotAJudge, NotPossibleNow
from domain.claims.state import Claim, Status
from domain.messages import Actor, Forbidden, Role
from domain.policies import PublishPolicy
from domain.policy_content import ClaimJudges
from domain.registry.person import AssignRoles
from tests.domain.claims.asked import APPROVE, VET, delegation, large, story_of
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DORA,
    ENZO,
    MAX,
    MIA,
    SAM,
    STAN,
    SYSTEM,
    given,
    standing_in,
)
from tests.stories import (
    PAPERS,
    amounts,
    attach,
    claim_id,
    claim_story,
    judge,
    judged,
    report,
    setting,
)


def findings_of(story):
    return story.tell(VET, SYSTEM).events(VET.stream)[-1].findings


def opinion(actor: Actor, seat: Role, claimable: bool = True, reason: str = "within terms"):
    return OpinionGiven(
        seat=seat, claimable=claimable, reason=reason, given_by=Names(person=actor.id)
    )


@rule("CLM-6a", "CLM-3")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((MAX, Role.CLAIMS_MANAGER), (SAM, Role.SERVICE_SUPERVISOR)),
        ((SAM, Role.SERVICE_SUPERVISOR), (MAX, Role.CLAIMS_MANAGER)),
    ],
    ids=["claims first", "service first"],
)
def test_claims_and_service_managers_judge_together_and_then_the_approval_begins(first, second):
    story = claim_story("with papers")
    judged_claimable = ClaimJudged(
        claimable=True,
        reason="within terms",
        findings=findings_of(story),
        signed_by=(Role.SERVICE_DIRECTOR,),
        judged_by=Names(person=second[0].id),
    )
    given(story.histories).when(judge(), actor=first[0]).then(opinion(*first))
    story.tell(judge(), first[0])
    assert story.state(Claim, claim_id()).status == Status.OPENED
    given(story.histories).when(APPROVE, actor=DORA).then_refused(NotPossibleNow)
    given(story.histories).when(judge(), actor=second[0]).then(opinion(*second), judged_claimable)


@rule("CLM-6a")
def test_while_they_differ_nothing_is_judged_and_an_opinion_may_change():
    story = claim_story("with papers").tell(judge(), MAX)
    against = opinion(SAM, Role.SERVICE_SUPERVISOR, False, "worn out by use")
    given(story.histories).when(judge(claimable=False), actor=SAM).then(against)
    story.tell(judge(claimable=False), SAM)
    assert story.state(Claim, claim_id()).status == Status.OPENED
    story.tell(judge(claimable=False), MAX)
    assert story.state(Claim, claim_id()).status == Status.NOT_CLAIMABLE


@rule("CLM-6a")
def test_nobody_has_two_seats_in_whosever_name():
    both = Actor(MAX.id, frozenset({Role.CLAIMS_MANAGER, Role.SERVICE_SUPERVISOR}))
    story = claim_story("with papers").tell(judge(), both)
    given(story.histories).when(judge(), actor=both).then(opinion(both, Role.CLAIMS_MANAGER))
    story.tell(delegation(SAM, MAX, Role.SERVICE_SUPERVISOR), ADAM)
    for_sam = standing_in(MAX, SAM)
    given(story.histories).when(judge(), actor=for_sam).then_refused(SignedTwice)


@rule("CLM-6a")
@pytest.mark.parametrize("actor", [MIA, DORA])
def test_who_has_no_seat_does_not_judge(actor):
    given(claim_story("with papers").histories).when(judge(), actor=actor).then_refused(
        NotAJudge, "claims_manager and a service_supervisor"
    )


@rule("CLM-6a")
def test_who_judges_is_data_also_one_alone():
    alone = ClaimJudges(seats=(Role.CLAIMS_SPECIALIST,))
    story = claim_story("with papers").tell(PublishPolicy(content=alone), ADAM)
    story.tell(judge(), MIA)
    assert story.state(Claim, claim_id()).status == Status.CLAIMABLE


@pytest.mark.parametrize("seats", [(), (Role.DEALER,), (Role.CLAIMS_MANAGER, Role.CLAIMS_MANAGER)])
def test_seats_that_cannot_be_are_no_policy(seats):
    with pytest.raises(ValidationError, match="seats"):
        ClaimJudges(seats=seats)


@rule("CLM-3")
def test_whatever_vetting_finds_a_claim_may_be_judged_not_claimable():
    story = story_of(report=report(model="EX-300"))
    story.tell_all(judged(claimable=False))
    state = story.state(Claim, claim_id())
    assert (state.status, state.chain.steps) == (Status.NOT_CLAIMABLE, ())
    given(story.histories).when(APPROVE, actor=DORA).then_refused(NotPossibleNow)


def test_a_judgement_may_be_made_anew_until_somebody_signed():
    story = claim_story("claimable").tell_all(judged(claimable=False)).tell_all(judged())
    assert story.state(Claim, claim_id()).status == Status.CLAIMABLE
    signed = large("claimable").tell(APPROVE, DORA)
    given(signed.histories).when(judge(claimable=False), actor=MAX).then_refused(
        NotPossibleNow, "Revoke the signatures first"
    )


def test_what_is_being_judged_anew_is_not_signed_meanwhile():
    story = claim_story("claimable").tell(judge(claimable=False), SAM)
    given(story.histories).when(APPROVE, actor=DORA).then_refused(NotPossibleNow, "judged anew")


@rule("CLM-4")
def test_who_did_the_work_does_not_judge_the_claim():
    roles = frozenset({Role.ENGINEER, Role.CLAIMS_MANAGER})
    story = claim_story("with papers").tell(delegation(MAX, ENZO, Role.CLAIMS_MANAGER), ADAM)
    for actor in (Actor(ENZO.id, roles), Actor(ENZO.id, roles, None, MAX.id)):
        given(story.histories).when(judge(), actor=actor).then_refused(JudgedOwnWork)


@rule("CLM-4")
def test_nor_does_anybody_who_did_the_work_with_the_engineer_of_the_report_judge_or_approve_it():
    story = story_of(worked_by={MAX.id})
    story.so_far().when(judge(), actor=MAX).then_refused(JudgedOwnWork)
    amended = AmendClaim(claim_id=claim_id(), report=report(), amounts=amounts(), reason="typed")
    story.tell(amended, MIA).so_far().when(judge(), actor=MAX).then_refused(JudgedOwnWork)
    story = story_of(worked_by={DORA.id})
    story.tell_all([*((attach(paper), STAN) for paper in PAPERS), *judged()])
    story.so_far().when(APPROVE, actor=DORA).then_refused(ApproverPrepared)


@rule("CLM-4")
def test_who_did_the_work_is_not_represented_in_judging_it_either():
    story = claim_story("with papers", story=setting())
    engineer_too = frozenset({Role.ENGINEER, Role.CLAIMS_MANAGER})
    story.tell(AssignRoles(person_id=ENZO.id, held=engineer_too), ADAM)
    story.tell(delegation(ENZO, MIA, Role.CLAIMS_MANAGER), ADAM)
    for_enzo = standing_in(MIA, ENZO)
    given(story.histories).when(judge(), actor=for_enzo).then_refused(JudgedOwnWork)


def test_a_station_manager_does_not_judge():
    given(claim_story("with papers").histories).when(judge(), actor=STAN).then_refused(Forbidden)
