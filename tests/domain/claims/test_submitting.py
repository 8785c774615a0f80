"""Submitting and resubmitting: CLM-1, CLM-2, CLM-7, CLM-8."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.approvals import Names
from domain.claims.commands import AmendClaim, ApproveClaim, RecordManufacturerNumber, ResubmitClaim
from domain.claims.events import ClaimResubmitted, ClaimSubmitted, ManufacturerNumberRecorded
from domain.claims.refusals import (
    AlreadySubmitted,
    ManufacturerNumberTaken,
    NeverSubmitted,
    NotPossibleNow,
    PapersMissing,
    WriteOffPending,
)
from domain.claims.state import Claim, Status
from domain.claims.submitting import MANUFACTURER_NUMBER
from domain.messages import On, Stream, World
from domain.policies import Pin, PublishPolicy
from domain.policy_content import PaperRequirement, PapersOfKind, PapersRequired
from domain.uniqueness import Bearer, NameTaken, bearer, name_id
from domain.vocabulary import ClaimKind, PaperKind
from tests.domain.claims.asked import request_write_off
from tests.rules import rule
from tests.scenario import ADAM, DORA, FINN, MIA, NOON, STAN, given, state_of
from tests.stories import (
    MAKER,
    OTHER_MAKER,
    PAPERS,
    TODAY,
    amounts,
    attach,
    claim_id,
    claim_story,
    judged,
    maker_number,
    open_claim,
    paid_claim,
    register_equipment,
    reject,
    rejected_claim,
    report,
    setting,
    submit,
    yuan,
)

SUBMIT_BY = open_claim().report.completed_on.replace(day=16)
BY_MIA = Names(person=MIA.id)
ANSWER = Pin(policy_id="deadline.claim_answer", version=1)
CRANE = UUID(int=0xE9_0002)


def number_taken(number: str, by: int = 1, maker=MAKER) -> On:
    stream = Stream(Bearer.kind, name_id(MANUFACTURER_NUMBER, str(maker), number))
    return On(stream, NameTaken(of=MANUFACTURER_NUMBER, bearer=claim_id(by)))


def submitted(number: str | None, **changes) -> ClaimSubmitted:
    fields = {
        "manufacturer_id": MAKER,
        "manufacturer_number": number,
        "total": yuan("1000.00"),
        "submit_by": SUBMIT_BY,
        "submitted_on": TODAY,
        "late": False,
        "submitted_by": BY_MIA,
        "clock": ANSWER,
    }
    return ClaimSubmitted(**fields | changes)


# ── submitting ──────────────────────────────────────────────────────────────


@rule("CLM-8")
@pytest.mark.parametrize("number", [None, "W-2026-1"])
def test_a_claim_is_submitted_with_the_manufacturers_number_or_without(number):
    taken = [number_taken(number)] if number else []
    approved = given(claim_story("approved").histories)
    command = submit(manufacturer_number=number)
    approved.when(command, actor=MIA).then(submitted(number), *taken)


@rule("CLM-1")
@pytest.mark.parametrize(
    ("now", "late"),
    [
        pytest.param(datetime(2026, 3, 16, 15, 59, tzinfo=UTC), False, id="last minute there"),
        pytest.param(datetime(2026, 3, 16, 16, 0, tzinfo=UTC), True, id="the day after there"),
        pytest.param(datetime(2026, 5, 1, tzinfo=UTC), True, id="long after"),
    ],
)
def test_a_late_claim_is_accepted_and_flagged(now, late):
    approved = given(claim_story("approved").histories)
    event = approved.when(submit(), actor=MIA, now=now).outcome()[0].event
    assert isinstance(event, ClaimSubmitted)
    assert (event.late, event.submit_by) == (late, SUBMIT_BY)


@rule("CLM-2")
@pytest.mark.parametrize("lacking", list(PaperKind)[:3] + [PaperKind.PART_PHOTO])
def test_a_missing_paper_blocks_submission_and_is_listed(lacking):
    story = setting().tell(open_claim(), STAN)
    for paper in PaperKind:
        if paper not in (lacking, PaperKind.REPLACED_PART):
            story.tell(attach(paper), STAN)
    story.tell_all(judged()).tell(ApproveClaim(claim_id=claim_id()), DORA)
    refused = given(story.histories).when(submit(), actor=MIA).then_refused(PapersMissing, lacking)
    assert len(refused.reasons) == 1


@rule("CLM-2")
def test_every_missing_paper_is_listed_at_once():
    story = setting().tell(open_claim(), STAN).tell_all(judged())
    story.tell(ApproveClaim(claim_id=claim_id()), DORA)
    refused = given(story.histories).when(submit(), actor=MIA).then_refused(PapersMissing)
    assert refused.reasons == (
        "service_report",
        "diagnostics",
        "failure_report",
        "replaced_part or part_photo",
        "repair_history",
    )


@pytest.mark.parametrize("stage", ["opened", "with papers", "claimable"])
def test_only_an_approved_claim_is_submitted(stage):
    given(claim_story(stage).histories).when(submit(), actor=MIA).then_refused(NotPossibleNow)


@rule("CLM-7")
@pytest.mark.parametrize("story", [claim_story("submitted"), rejected_claim(), paid_claim()])
def test_a_claim_is_submitted_once(story):
    again = submit(manufacturer_number="W-9")
    given(story.histories).when(again, actor=MIA).then_refused(AlreadySubmitted)


# ── the manufacturer's number ───────────────────────────────────────────────


def record(number: str, claim: int = 1) -> RecordManufacturerNumber:
    return RecordManufacturerNumber(claim_id=claim_id(claim), manufacturer_number=number)


def two_claims():
    story = claim_story("submitted", 1)
    return claim_story("approved", 2, story=story)


@rule("CLM-8")
@pytest.mark.parametrize("number", ["W-2026-1", "w-2026-1 "])
def test_a_manufacturers_number_is_that_of_one_claim(number):
    taken = submit(2).model_copy(update={"manufacturer_number": number})
    scenario = given(two_claims().histories)
    refused = scenario.when(taken, actor=MIA).then_refused(ManufacturerNumberTaken)
    assert refused.bearer == claim_id(1)
    second = two_claims().tell(submit(2), MIA)
    later = given(second.histories).when(record(number, 2), actor=MIA)
    later.then_refused(ManufacturerNumberTaken)


@rule("CLM-8")
def test_two_manufacturers_may_use_one_number():
    crane = register_equipment(equipment_id=CRANE, manufacturer_id=OTHER_MAKER)
    story = claim_story("submitted").tell(crane, STAN)
    other = open_claim(2, equipment_id=CRANE, manufacturer_id=OTHER_MAKER)
    story.tell(other, STAN)
    for paper in PAPERS:
        story.tell(attach(paper, 2), STAN)
    story.tell_all(judged(2)).tell(ApproveClaim(claim_id=claim_id(2)), DORA)
    same = submit(2, manufacturer_number="W-2026-1")
    outcome = given(story.histories).when(same, actor=MIA).outcome()
    assert outcome[1:] == [number_taken("W-2026-1", by=2, maker=OTHER_MAKER)]


@rule("CLM-8")
def test_a_number_that_comes_later_is_recorded_once():
    story = claim_story("approved").tell(submit(manufacturer_number=None), MIA)
    recorded = ManufacturerNumberRecorded(manufacturer_id=MAKER, manufacturer_number="W-7")
    given(story.histories).when(record("W-7"), actor=MIA).then(recorded, number_taken("W-7"))
    story.tell(record("W-7"), MIA)
    given(story.histories).when(record("W-7"), actor=MIA).then_nothing()


@rule("CLM-8")
def test_a_claim_stays_known_by_its_earlier_number():
    story = claim_story("submitted").tell(record("W-8"), MIA)
    known = {stream: state_of(stream, events) for stream, events in story.histories.items()}
    world = World(NOON, MIA, NOON, known)
    for number in (maker_number(), "W-8"):
        assert bearer(world, MANUFACTURER_NUMBER, str(MAKER), number) == claim_id()
    assert story.state(Claim, claim_id()).manufacturer_number == "W-8"


def test_a_claim_that_was_not_submitted_has_no_number_of_theirs():
    given(claim_story("approved").histories).when(record("W-7"), actor=MIA).then_refused(
        NeverSubmitted
    )


def test_a_closed_claim_gets_no_further_number():
    given(paid_claim().histories).when(record("W-7"), actor=MIA).then_refused(NotPossibleNow)


# ── resubmitting ────────────────────────────────────────────────────────────


def resubmit(**changes) -> ResubmitClaim:
    fields = {"claim_id": claim_id(), "different": "photo of the worn seal added"}
    return ResubmitClaim(**fields | changes)


def resubmitted(submission: int, **changes) -> ClaimResubmitted:
    fields = {
        "submission": submission,
        "different": "photo of the worn seal added",
        "manufacturer_id": MAKER,
        "manufacturer_number": None,
        "total": yuan("1000.00"),
        "submitted_by": BY_MIA,
        "clock": ANSWER,
    }
    return ClaimResubmitted(**fields | changes)


@rule("CLM-7")
def test_resubmissions_are_numbered():
    story = rejected_claim()
    for submission in (2, 3, 4):
        scenario = given(story.histories).when(resubmit(), actor=MIA)
        scenario.then(resubmitted(submission))
        story.tell(resubmit(), MIA).tell(reject(), MIA)
    assert story.state(Claim, claim_id()).submissions == 4


@rule("CLM-7")
def test_an_amended_claim_is_approved_anew_before_it_is_resubmitted():
    amend = AmendClaim(
        claim_id=claim_id(), report=report(), amounts=amounts("900.00"), reason="fewer hours"
    )
    story = rejected_claim().tell(amend, STAN)
    given(story.histories).when(resubmit(), actor=MIA).then_refused(NotPossibleNow)
    story.tell_all(judged()).tell(ApproveClaim(claim_id=claim_id()), DORA)
    scenario = given(story.histories)
    scenario.when(submit(), actor=MIA).then_refused(AlreadySubmitted)
    again = resubmit(manufacturer_number="W-2026-1b")
    event = resubmitted(2, total=yuan("900.00"), manufacturer_number="W-2026-1b")
    scenario.when(again, actor=MIA).then(event, number_taken("W-2026-1b"))
    state = story.tell(again, MIA).state(Claim, claim_id())
    assert (state.status, state.manufacturer_number) == (Status.SUBMITTED, "W-2026-1b")


@rule("CLM-7")
@pytest.mark.parametrize(
    ("story", "refusal"),
    [
        pytest.param(claim_story("approved"), NeverSubmitted, id="never submitted"),
        pytest.param(claim_story("submitted"), NotPossibleNow, id="waiting for the answer"),
        pytest.param(claim_story("accepted"), NotPossibleNow, id="accepted"),
        pytest.param(
            rejected_claim().tell(request_write_off("1000.00"), FINN),
            WriteOffPending,
            id="being written off",
        ),
    ],
)
def test_only_a_rejected_claim_is_resubmitted(story, refusal):
    given(story.histories).when(resubmit(), actor=MIA).then_refused(refusal)


@rule("CLM-2")
def test_a_claim_is_resubmitted_with_what_policies_require_by_then():
    need = PaperRequirement(any_of=(PaperKind.OTHER,))
    required = PapersRequired(of=(PapersOfKind(kind=ClaimKind.FAILURE, papers=(need,)),))
    story = rejected_claim().tell(PublishPolicy(content=required), ADAM)
    given(story.histories).when(resubmit(), actor=MIA).then_refused(PapersMissing, "other")
