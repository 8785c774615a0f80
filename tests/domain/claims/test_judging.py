"""Vetting, judging and approving: CLM-3, CLM-4, SEG-1, SEG-4, SEG-5, SEG-6."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.approvals import (
    ApproverPrepared,
    Names,
    NextStepTaken,
    NoSuchSignature,
    NotYourTurn,
    Signature,
    SignedTwice,
)
from domain.claims.amounts import Amounts, Labour
from domain.claims.commands import (
    AmendClaim,
    ApproveClaim,
    CorrectClaimSubject,
    RevokeSignature,
    VetClaim,
)
from domain.claims.events import (
    Check,
    ClaimApproved,
    ClaimJudged,
    ClaimSigned,
    ClaimVetted,
    OpinionGiven,
    SignatureRevoked,
)
from domain.claims.refusals import JudgedOwnWork, NotAJudge, NotPossibleNow, VettingFailed
from domain.claims.state import Claim, Status
from domain.messages import Actor, Forbidden, Role
from domain.policies import PublishPolicy
from domain.policy_content import ClaimJudges
from domain.registry.equipment import RecordExclusion
from domain.registry.person import AssignRoles, CertifyEngineer, DelegateRole
from domain.registry.registration import Owner, OwnerKind
from domain.vocabulary import (
    ClaimKind,
    EngineerLevel,
    EquipmentKind,
    ExclusionGround,
    PaperKind,
)
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DORA,
    ENZO,
    FINN,
    GINA,
    MAX,
    MIA,
    NOON,
    SAM,
    STAN,
    SYSTEM,
    given,
    person_id,
    standing_in,
)
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    DEALER,
    DELIVERED,
    FAILED,
    MACHINE,
    MAKER,
    OTHER_MAKER,
    OTHER_STATION,
    PAPERS,
    STARTED,
    STATION,
    amounts,
    attach,
    claim_id,
    claim_story,
    file_of,
    judge,
    judged,
    open_claim,
    register_equipment,
    report,
    setting,
    yuan,
)

DAY = timedelta(days=1)
VET = VetClaim(claim_id=claim_id())
APPROVE = ApproveClaim(claim_id=claim_id())
REVOKE = RevokeSignature(claim_id=claim_id(), reason="signed the wrong one")
ALL_CHECKS = {*Check}


def story_of(story=None, **changes):
    """A claim with papers, the claim's command changed."""
    story = story or setting()
    return story.tell(open_claim(**changes), STAN)


def failed_checks(story) -> set[Check]:
    vetted = story.tell(VET, SYSTEM).events(VET.stream)[-1]
    assert isinstance(vetted, ClaimVetted)
    return {finding.check for finding in vetted.findings if not finding.passed}


# ── vetting ─────────────────────────────────────────────────────────────────


@rule("CLM-3")
def test_vetting_looks_at_everything_and_passes_what_agrees():
    (vetted,) = given(claim_story("with papers").histories).when(VET, actor=SYSTEM).outcome()
    assert isinstance(vetted.event, ClaimVetted)
    assert {finding.check for finding in vetted.event.findings} == ALL_CHECKS
    assert all(finding.passed and finding.explanation for finding in vetted.event.findings)


@rule("CLM-3")
@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        pytest.param({"equipment_id": person_id(50)}, Check.REGISTERED, id="not registered"),
        pytest.param({"manufacturer_id": OTHER_MAKER}, Check.MANUFACTURER, id="of another"),
        pytest.param({"report": report(serial_number="SN-2")}, Check.SERIAL_NUMBER, id="serial"),
        pytest.param({"report": report(model="EX-300")}, Check.MODEL, id="model"),
        pytest.param({"customer_id": person_id(50)}, Check.CUSTOMER, id="another customer"),
        pytest.param({"customer_id": None}, Check.CUSTOMER, id="no customer"),
        pytest.param(
            {"report": report(failed_on=DELIVERED - DAY)}, Check.WARRANTY, id="before delivery"
        ),
        pytest.param({"report": report(operating_hours=None)}, Check.OPERATING_HOURS, id="hours"),
        pytest.param(
            {"report": report(engineer_id=DORA.id)}, Check.ENGINEER_LEVEL, id="no engineer"
        ),
        pytest.param(
            {"report": report(engineer_id=person_id(50))}, Check.ENGINEER_LEVEL, id="nobody"
        ),
        pytest.param(
            {"amounts": Amounts(labour=(Labour(code="H-1", hours=1, amount=yuan("1")),))},
            Check.PARTS,
            id="a failure without parts",
        ),
    ],
)
def test_vetting_finds_what_does_not_agree(changes, failed):
    story = story_of(**changes)
    assert failed_checks(story) == {failed}
    given(story.histories).when(judge(), actor=MAX).then_refused(VettingFailed, f"{failed}:")


@rule("CLM-3")
def test_serial_numbers_and_models_agree_in_any_case():
    assert not failed_checks(story_of(report=report(serial_number="sn-1", model="ex-200")))


OF_DEALER = Owner(kind=OwnerKind.DEALER, id=DEALER)
OF_STATION = Owner(kind=OwnerKind.STATION, id=STATION)


@rule("CLM-3")
@pytest.mark.parametrize(
    ("owner", "claimed_for", "failed"),
    [
        pytest.param(OF_DEALER, {"customer_id": None}, set(), id="a dealer's"),
        pytest.param(OF_DEALER, {}, {Check.CUSTOMER}, id="a dealer's, not a customer's"),
        pytest.param(
            OF_DEALER,
            {"customer_id": None, "dealer_id": person_id(50)},
            {Check.CUSTOMER},
            id="not another dealer's",
        ),
        pytest.param(
            OF_STATION, {"customer_id": None, "dealer_id": None}, set(), id="the station's"
        ),
        pytest.param(OF_STATION, {}, {Check.CUSTOMER}, id="the station's, not a customer's"),
        pytest.param(
            OF_STATION,
            {"customer_id": None, "station_id": OTHER_STATION},
            {Check.CUSTOMER},
            id="not another station's",
        ),
    ],
)
def test_a_claim_is_for_whom_the_equipment_belongs_to(owner, claimed_for, failed):
    stock = register_equipment(equipment_id=person_id(60), serial_number="SN-9", owner=owner)
    story = setting().tell(stock, STAN)
    on_it = {"equipment_id": person_id(60), "report": report(serial_number="SN-9")}
    assert failed_checks(story_of(story, **on_it, **claimed_for)) == failed


@rule("CLM-3")
def test_a_subject_that_vetting_finds_wrong_is_corrected_and_found_right():
    story = story_of(customer_id=person_id(50), equipment_id=person_id(51))
    assert failed_checks(story) == {Check.REGISTERED}
    right = CorrectClaimSubject(
        claim_id=claim_id(),
        manufacturer_id=MAKER,
        equipment_id=MACHINE,
        customer_id=CUSTOMER,
        reason="the machine beside it",
    )
    assert not failed_checks(story.tell(right, STAN))


@rule("REG-3")
def test_equipment_on_hold_is_not_claimable():
    on_hold = register_equipment(
        equipment_id=person_id(60), serial_number="SN-9", factory_date=DELIVERED + DAY
    )
    story = setting().tell(on_hold, STAN)
    held = story_of(story, equipment_id=person_id(60), report=report(serial_number="SN-9"))
    assert failed_checks(held) == {Check.NOT_ON_HOLD}


@rule("REG-6")
def test_an_excluded_failure_is_not_claimable():
    exclude = RecordExclusion(
        equipment_id=MACHINE,
        ground=ExclusionGround.NON_STANDARD_PARTS,
        since=FAILED,
        evidence=(file_of("photo"),),
    )
    assert failed_checks(story_of(setting().tell(exclude, STAN))) == {Check.WARRANTY}


@rule("REG-4")
@pytest.mark.parametrize(
    ("delivered_on", "failed"),
    [(date(2025, 2, 27), set()), (date(2025, 2, 26), {Check.WARRANTY})],
    ids=["failed on the last day", "failed the day after"],
)
def test_a_failure_is_claimable_to_the_last_day_of_the_warranty(delivered_on, failed):
    machine = register_equipment(
        equipment_id=person_id(60),
        serial_number="SN-9",
        factory_date=delivered_on,
        delivered_on=delivered_on,
    )
    story = setting().tell(machine, STAN)
    claimed = story_of(story, equipment_id=person_id(60), report=report(serial_number="SN-9"))
    assert failed_checks(claimed) == failed


def test_a_phone_has_no_operating_hours():
    phone = register_equipment(
        equipment_id=person_id(60), serial_number="SN-9", equipment=EquipmentKind.PHONE
    )
    story = setting().tell(phone, STAN)
    of_phone = report(serial_number="SN-9", operating_hours=None)
    assert not failed_checks(story_of(story, equipment_id=person_id(60), report=of_phone))


@rule("FLD-9")
@pytest.mark.parametrize(
    ("kind", "level", "sufficient"),
    [
        (ClaimKind.FAILURE, EngineerLevel.TCL1, False),
        (ClaimKind.FAILURE, EngineerLevel.TCL4, True),
        (ClaimKind.SERVICE_FEE, EngineerLevel.TCL1, True),
    ],
)
def test_work_of_a_kind_needs_an_engineer_of_a_level(kind, level, sufficient):
    certified = setting().tell(CertifyEngineer(person_id=ENZO.id, level=level), DORA)
    failed = failed_checks(story_of(certified, claim=kind))
    assert failed == (set() if sufficient else {Check.ENGINEER_LEVEL})


@rule("CLM-3")
@pytest.mark.parametrize(
    ("paper", "dated", "agrees"),
    [
        pytest.param(PaperKind.PART_PHOTO, STARTED, True, id="photo on the first day"),
        pytest.param(PaperKind.PART_PHOTO, COMPLETED, True, id="photo on the last day"),
        pytest.param(PaperKind.PART_PHOTO, STARTED - DAY, False, id="photo before the work"),
        pytest.param(PaperKind.DIAGNOSTICS, COMPLETED + DAY, False, id="diagnostics after it"),
        pytest.param(PaperKind.SERVICE_REPORT, COMPLETED + DAY, True, id="report after it"),
        pytest.param(PaperKind.SERVICE_REPORT, FAILED - DAY, False, id="before the failure"),
    ],
)
def test_dates_of_papers_agree_with_those_of_the_work(paper, dated, agrees):
    story = story_of().tell(attach(paper, dated=dated), STAN)
    assert failed_checks(story) == (set() if agrees else {Check.DOCUMENT_DATES})


@rule("CLM-3")
def test_a_part_that_is_filed_is_among_those_listed():
    labour = Amounts(labour=(Labour(code="H-1", hours=1, amount=yuan("1")),))
    story = story_of(claim=ClaimKind.SERVICE_FEE, amounts=labour)
    assert not failed_checks(story)
    assert failed_checks(story.tell(attach(PaperKind.PART_PHOTO), STAN)) == {Check.PARTS}


def test_what_is_approved_is_not_vetted_any_more():
    given(claim_story("approved").histories).when(VET, actor=MIA).then_refused(NotPossibleNow)


# ── judging ───────────────────────────────────────────────────────────────────


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


# ── approving ───────────────────────────────────────────────────────────────


def large(stage: str, total: str = "150000.00"):
    """A claim that three people sign: service director, finance, general manager."""
    return claim_story(stage, total=total)


def delegation(principal: Actor, delegate: Actor, role: Role) -> DelegateRole:
    return DelegateRole(
        person_id=principal.id, role=role, to=delegate.id, since=NOON - DAY, until=NOON + DAY
    )


def signature(actor: Actor, role: Role, on_behalf_of: Actor | None = None) -> Signature:
    return Signature(
        person=actor.id, role=role, on_behalf_of=on_behalf_of.id if on_behalf_of else None
    )


AMEND = AmendClaim(
    claim_id=claim_id(), report=report(), amounts=amounts("900.00"), reason="fewer hours"
)
BY_DORA = signature(DORA, Role.SERVICE_DIRECTOR)
BY_FINN = signature(FINN, Role.FINANCE)
BY_GINA = signature(GINA, Role.GENERAL_MANAGER)


@rule("SEG-4")
def test_the_last_signature_approves_the_claim():
    small = given(claim_story("claimable").histories)
    small.when(APPROVE, actor=DORA).then(
        ClaimSigned(signature=BY_DORA), ClaimApproved(total=yuan("1000.00"))
    )
    story = large("claimable")
    given(story.histories).when(APPROVE, actor=DORA).then(ClaimSigned(signature=BY_DORA))
    story.tell(APPROVE, DORA)
    given(story.histories).when(APPROVE, actor=FINN).then(ClaimSigned(signature=BY_FINN))
    story.tell(APPROVE, FINN)
    given(story.histories).when(APPROVE, actor=GINA).then(
        ClaimSigned(signature=BY_GINA), ClaimApproved(total=yuan("150000.00"))
    )


@rule("SEG-4")
@pytest.mark.parametrize("actor", [GINA, FINN])
def test_nobody_signs_out_of_turn(actor):
    given(large("claimable").histories).when(APPROVE, actor=actor).then_refused(
        NotYourTurn, "service_director"
    )


@rule("SEG-4")
def test_one_person_of_two_roles_gives_one_signature():
    both = Actor(DORA.id, frozenset({Role.SERVICE_DIRECTOR, Role.FINANCE}))
    story = large("claimable").tell(APPROVE, both)
    given(story.histories).when(APPROVE, actor=both).then_refused(SignedTwice)


@rule("SEG-1")
@pytest.mark.parametrize(
    ("preparer", "command"),
    [
        pytest.param(STAN, None, id="who opened it"),
        pytest.param(MAX, None, id="who judged it"),
        pytest.param(SAM, None, id="who judged it with them"),
        pytest.param(ENZO, None, id="who did the work"),
        pytest.param(MIA, attach(PaperKind.OTHER), id="who filed a paper"),
        pytest.param(MIA, AMEND, id="who corrected it"),
    ],
)
def test_who_prepared_the_claim_does_not_approve_it(preparer, command):
    story = claim_story("with papers")
    if command:
        story.tell(command, preparer)
    story.tell_all(judged())
    promoted = Actor(preparer.id, frozenset({Role.SERVICE_DIRECTOR}))
    given(story.histories).when(APPROVE, actor=promoted).then_refused(ApproverPrepared)


@rule("SEG-1", "SEG-6")
def test_who_prepared_the_claim_does_not_approve_it_for_another():
    story = claim_story("claimable").tell(delegation(DORA, MAX, Role.SERVICE_DIRECTOR), ADAM)
    for_dora = standing_in(MAX, DORA)
    given(story.histories).when(APPROVE, actor=for_dora).then_refused(ApproverPrepared)


@rule("SEG-6")
def test_a_delegate_signs_under_both_names_while_the_delegation_runs():
    story = claim_story("claimable").tell(delegation(DORA, FINN, Role.SERVICE_DIRECTOR), ADAM)
    for_dora = standing_in(FINN, DORA)
    signed = ClaimSigned(signature=signature(FINN, Role.SERVICE_DIRECTOR, on_behalf_of=DORA))
    approved = ClaimApproved(total=yuan("1000.00"))
    scenario = given(story.histories)
    scenario.when(APPROVE, actor=for_dora).then(signed, approved)
    scenario.when(APPROVE, actor=for_dora, now=NOON + DAY).then_refused(Forbidden)


# ── revoking ────────────────────────────────────────────────────────────────


@rule("SEG-5")
def test_a_signature_is_taken_back_before_the_next_step():
    revoked = SignatureRevoked(signature=BY_DORA, reason="signed the wrong one")
    for stage in (claim_story("approved"), large("claimable").tell(APPROVE, DORA)):
        given(stage.histories).when(REVOKE, actor=DORA).then(revoked)
    story = claim_story("approved").tell(REVOKE, DORA)
    assert story.state(Claim, claim_id()).status == Status.CLAIMABLE
    assert story.tell(APPROVE, DORA).state(Claim, claim_id()).status == Status.APPROVED


@rule("SEG-5")
def test_a_signature_stands_once_the_next_step_was_taken():
    story = large("claimable").tell(APPROVE, DORA).tell(APPROVE, FINN)
    given(story.histories).when(REVOKE, actor=DORA).then_refused(NextStepTaken)
    submitted = given(claim_story("submitted").histories)
    submitted.when(REVOKE, actor=DORA).then_refused(NextStepTaken)


@rule("SEG-5")
def test_only_who_signed_revokes():
    given(claim_story("approved").histories).when(REVOKE, actor=FINN).then_refused(NoSuchSignature)
    given(claim_story("opened").histories).when(REVOKE, actor=DORA).then_refused(NoSuchSignature)


@rule("SEG-1", "SEG-6")
def test_nor_is_it_approved_for_who_prepared_it():
    director = Actor(MAX.id, MAX.roles | {Role.SERVICE_DIRECTOR})
    story = claim_story("claimable")
    story.tell(AssignRoles(person_id=MAX.id, held=director.roles), ADAM)
    story.tell(delegation(director, FINN, Role.SERVICE_DIRECTOR), ADAM)
    for_max = standing_in(FINN, MAX)
    given(story.histories).when(APPROVE, actor=for_max).then_refused(ApproverPrepared)


@rule("SEG-4", "SEG-6")
def test_nobody_gives_the_second_signature_for_who_gave_the_first():
    director = Actor(DORA.id, DORA.roles | {Role.FINANCE})
    story = claim_story("claimable", total="25000.00")
    story.tell(AssignRoles(person_id=DORA.id, held=director.roles), ADAM)
    story.tell(delegation(director, GINA, Role.FINANCE), ADAM).tell(APPROVE, director)
    for_dora = standing_in(GINA, DORA)
    given(story.histories).when(APPROVE, actor=for_dora).then_refused(SignedTwice)
