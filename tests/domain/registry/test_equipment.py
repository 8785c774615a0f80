"""Registration, holds and exclusions: REG-2, REG-3, REG-4, REG-6."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.messages import Stream
from domain.registry.equipment import (
    Equipment,
    EquipmentExists,
    EquipmentNotFound,
    ExclusionRecorded,
    RecordExclusion,
)
from domain.registry.manufacturer import ManufacturerNotFound
from domain.registry.registration import (
    SERIAL_NUMBER,
    AnswerRegistrationQuery,
    DatesStillDisagree,
    DeliveredInTheFuture,
    DocumentNotMissing,
    EquipmentRegistered,
    FiledDocument,
    FileRegistrationDocument,
    NotOnHold,
    RegistrationDocumentFiled,
    RegistrationHeld,
    RegistrationReleased,
    SerialNumberTaken,
)
from domain.uniqueness import Bearer, NameTaken, name_id
from domain.vocabulary import EquipmentKind, ExclusionGround, Part, RegistrationDocument
from domain.warranty import Coverage, Exclusion, UnknownVariant
from tests.rules import part_of, rule
from tests.scenario import FINN, STAN, Story, given, on
from tests.stories import (
    DELIVERED,
    MACHINE,
    MAKER,
    OTHER_MAKER,
    TODAY,
    file_of,
    register_equipment,
    register_manufacturer,
    setting,
)

DAY = timedelta(days=1)
ANOTHER = MACHINE.__class__(int=MACHINE.int + 1)
REGISTER = register_equipment()
RECEIPT = FiledDocument(document=RegistrationDocument.RECEIPT, sha256=file_of("receipt"))


def makers() -> Story:
    other = register_manufacturer(manufacturer_id=OTHER_MAKER, name="Crane Works", identities=())
    return Story().tell(register_manufacturer(), FINN).tell(other, FINN)


def registered(**changes) -> Story:
    return makers().tell(register_equipment(**changes), STAN)


def named(serial: str = "SN-1", maker=MAKER) -> Stream:
    return Stream(Bearer.kind, name_id(SERIAL_NUMBER, str(maker), serial))


def covered_from(day: date) -> tuple[Coverage, ...]:
    ends_on = day.replace(year=day.year + 1)
    return (Coverage(part=Part.MAIN_UNIT, months=12, starts_on=day, ends_on=ends_on),)


# ── registering ─────────────────────────────────────────────────────────────


@rule("REG-2", "REG-4")
def test_equipment_is_registered_at_its_handover_and_its_warranty_runs():
    given(makers().histories).when(REGISTER, actor=STAN).then(
        EquipmentRegistered(
            manufacturer_id=MAKER,
            serial_number="SN-1",
            model="EX-200",
            equipment=EquipmentKind.MACHINE,
            factory_date=REGISTER.factory_date,
            delivered_on=DELIVERED,
            owner=REGISTER.owner,
            documents=REGISTER.documents,
            missing=(),
            warranty_variant="default",
            coverage=covered_from(DELIVERED),
            station_id=None,
        ),
        *on(named(), NameTaken(of=SERIAL_NUMBER, bearer=MACHINE)),
    )


@rule("REG-2")
@pytest.mark.parametrize(
    ("conditions", "also_missing"),
    [
        ({}, []),
        ({"insured": True}, ["insurance_note"]),
        ({"engine_warranty": True}, ["engine_warranty_agreement"]),
        (
            {"insured": True, "engine_warranty": True},
            ["insurance_note", "engine_warranty_agreement"],
        ),
    ],
)
def test_every_missing_document_is_listed(conditions, also_missing):
    story = registered(documents=(RECEIPT,), **conditions)
    assert [*story.state(Equipment, MACHINE).missing] == [
        "user_feedback",
        "check_list",
        "arrival_inspection",
        "pre_delivery_inspection",
        "handover",
        "customer_confirmation",
        *also_missing,
    ]


def test_equipment_is_registered_once():
    given(registered().histories).when(REGISTER, actor=STAN).then_refused(EquipmentExists)


@pytest.mark.parametrize("serial", ["SN-1", " sn-1 "])
def test_a_serial_number_is_registered_once_for_a_manufacturer(serial):
    story = given(registered().histories)
    same = register_equipment(equipment_id=ANOTHER, serial_number=serial)
    assert story.when(same, actor=STAN).then_refused(SerialNumberTaken).bearer == MACHINE
    of_other = same.model_copy(update={"manufacturer_id": OTHER_MAKER})
    assert story.when(of_other, actor=STAN).outcome()


def test_equipment_is_of_a_manufacturer_that_is_registered():
    given().when(REGISTER, actor=STAN).then_refused(ManufacturerNotFound)


@rule("REG-2")
def test_equipment_is_not_registered_before_its_handover():
    today = register_equipment(delivered_on=TODAY)
    assert given(makers().histories).when(today, actor=STAN).outcome()
    tomorrow = register_equipment(delivered_on=TODAY + DAY)
    given(makers().histories).when(tomorrow, actor=STAN).then_refused(DeliveredInTheFuture)


@rule("REG-4")
def test_a_variant_of_the_terms_must_exist():
    house = register_equipment(equipment=EquipmentKind.PHONE, warranty_variant="house")
    assert given(makers().histories).when(house, actor=STAN).outcome()
    unknown = register_equipment(warranty_variant="house")
    given(makers().histories).when(unknown, actor=STAN).then_refused(UnknownVariant)


@rule("REG-4")
@pytest.mark.parametrize(
    ("part", "months", "ends_on"),
    [
        (Part.MAIN_UNIT, 12, date(2026, 6, 1)),
        (Part.BATTERY, 6, date(2025, 12, 1)),
        (Part.CHARGER, 12, date(2026, 6, 1)),
        (Part.HEADSET, 3, date(2025, 9, 1)),
        (Part.DATA_CARD, 12, date(2026, 6, 1)),
    ],
)
def test_each_part_of_a_phone_is_covered_for_its_own_time(part, months, ends_on):
    assert term_of_phone(part, "default") == (months, DELIVERED, ends_on)


@rule("REG-4")
def test_a_variant_replaces_the_terms_that_it_names_and_no_others():
    house = {part: term_of_phone(part, "house") for part in (Part.DATA_CARD, Part.BATTERY)}
    assert house == {
        Part.DATA_CARD: (1, DELIVERED, date(2025, 7, 1)),
        Part.BATTERY: (6, DELIVERED, date(2025, 12, 1)),
    }


def term_of_phone(part: Part, variant: str) -> tuple[int, date, date]:
    phone = register_equipment(equipment=EquipmentKind.PHONE, warranty_variant=variant)
    first, *_ = given(makers().histories).when(phone, actor=STAN).outcome()
    [found] = [each for each in first.event.coverage if each.part is part]
    return found.months, found.starts_on, found.ends_on


@rule("REG-2")
def test_a_missing_document_is_filed_later():
    story = given(registered(documents=()).histories)
    filed = FileRegistrationDocument(equipment_id=MACHINE, filed=RECEIPT)
    still = tuple(
        document
        for document in RegistrationDocument
        if document.value not in ("receipt", "insurance_note", "engine_warranty_agreement")
    )
    story.when(filed, actor=STAN).then(RegistrationDocumentFiled(filed=RECEIPT, missing=still))
    complete = given(registered().histories)
    complete.when(filed, actor=STAN).then_refused(DocumentNotMissing)


# ── on hold ─────────────────────────────────────────────────────────────────

IMPOSSIBLE = {"factory_date": DELIVERED + DAY}


def answer(factory_date=DELIVERED - DAY, delivered_on=DELIVERED) -> AnswerRegistrationQuery:
    return AnswerRegistrationQuery(
        equipment_id=MACHINE,
        factory_date=factory_date,
        delivered_on=delivered_on,
        answer="the plate was misread",
    )


@rule("REG-3")
def test_a_factory_date_after_the_delivery_holds_the_registration_with_a_query():
    story = registered(**IMPOSSIBLE)
    held = next(on.event for on in story.happened if isinstance(on.event, RegistrationHeld))
    assert held.manufacturer_id == MAKER
    assert "2025-06-02" in held.query and "2025-06-01" in held.query
    assert story.state(Equipment, MACHINE).on_hold


@rule("REG-3")
def test_made_and_delivered_on_one_day_is_no_question():
    assert not registered(factory_date=DELIVERED).state(Equipment, MACHINE).on_hold


@rule("REG-3")
def test_the_answer_releases_the_registration_and_the_warranty_runs_from_the_right_day():
    later = DELIVERED + 10 * DAY
    released = RegistrationReleased(
        factory_date=DELIVERED + DAY,
        delivered_on=later,
        answer="the plate was misread",
        coverage=covered_from(later),
    )
    story = registered(**IMPOSSIBLE)
    command = answer(DELIVERED + DAY, later)
    given(story.histories).when(command, actor=STAN).then(released)
    state = story.tell(command, STAN).state(Equipment, MACHINE)
    assert (state.on_hold, state.coverage) == (False, covered_from(later))
    given(story.histories).when(command, actor=STAN).then_refused(NotOnHold)


@rule("REG-3")
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (answer(DELIVERED + DAY, DELIVERED), DatesStillDisagree),
        (answer(DELIVERED, TODAY + DAY), DeliveredInTheFuture),
    ],
)
def test_an_answer_that_cannot_be_right_releases_nothing(command, refusal):
    given(registered(**IMPOSSIBLE).histories).when(command, actor=STAN).then_refused(refusal)


@rule("REG-3")
def test_the_answer_may_be_that_it_was_made_on_the_day_of_its_delivery():
    same = answer(factory_date=DELIVERED, delivered_on=DELIVERED)
    [on] = given(registered(**IMPOSSIBLE).histories).when(same, actor=STAN).outcome()
    assert on.event.factory_date == on.event.delivered_on == DELIVERED


@rule("REG-3")
def test_without_a_query_there_is_no_answer():
    given(registered().histories).when(answer(), actor=STAN).then_refused(NotOnHold)


# ── exclusions ──────────────────────────────────────────────────────────────

EXCLUDE = RecordExclusion(
    equipment_id=MACHINE,
    ground=ExclusionGround.LIQUID_INGRESS,
    since=TODAY,
    evidence=(file_of("photo"),),
)


@rule("REG-6")
def test_an_exclusion_is_recorded_once_with_its_evidence():
    story = registered()
    recorded = ExclusionRecorded(
        exclusion=Exclusion(
            ground=ExclusionGround.LIQUID_INGRESS, since=TODAY, evidence=(file_of("photo"),)
        )
    )
    given(story.histories).when(EXCLUDE, actor=STAN).then(recorded)
    given(story.tell(EXCLUDE, STAN).histories).when(EXCLUDE, actor=STAN).then_nothing()


@part_of("REG-6")
def test_an_exclusion_without_evidence_is_none():
    with pytest.raises(ValueError, match="evidence"):
        RecordExclusion(
            equipment_id=MACHINE, ground=ExclusionGround.OPENED_SEAL, since=TODAY, evidence=()
        )


@pytest.mark.parametrize(
    "command",
    [FileRegistrationDocument(equipment_id=MACHINE, filed=RECEIPT), answer(), EXCLUDE],
)
def test_nothing_is_said_of_equipment_nobody_registered(command):
    given().when(command, actor=STAN).then_refused(EquipmentNotFound)


def test_the_setting_of_other_tests_is_complete():
    assert setting().state(Equipment, MACHINE).missing == ()
