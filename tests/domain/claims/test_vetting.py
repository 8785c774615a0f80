"""Vetting: what a claim is checked for before it is judged: CLM-3."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.claims.amounts import Amounts, Labour
from domain.claims.commands import (
    CorrectClaimSubject,
)
from domain.claims.events import (
    Check,
    ClaimVetted,
)
from domain.claims.refusals import NotPossibleNow, VettingFailed
from domain.registry.equipment import RecordExclusion
from domain.registry.person import CertifyEngineer
from domain.registry.registration import Owner, OwnerKind
from domain.vocabulary import (
    ClaimKind,
    EngineerLevel,
    EquipmentKind,
    ExclusionGround,
    PaperKind,
)
from tests.domain.claims.asked import VET, story_of
from tests.rules import rule
from tests.scenario import (
    DORA,
    ENZO,
    MAX,
    MIA,
    STAN,
    SYSTEM,
    given,
    person_id,
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
    STARTED,
    STATION,
    attach,
    claim_id,
    claim_story,
    file_of,
    judge,
    register_equipment,
    report,
    setting,
    yuan,
)

DAY = timedelta(days=1)
ALL_CHECKS = {*Check}


def failed_checks(story) -> set[Check]:
    vetted = story.tell(VET, SYSTEM).events(VET.stream)[-1]
    assert isinstance(vetted, ClaimVetted)
    return {finding.check for finding in vetted.findings if not finding.passed}


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
