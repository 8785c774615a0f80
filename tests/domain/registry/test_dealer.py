"""New dealers and their surveys: REG-1."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.approvals import Names
from domain.messages import Forbidden
from domain.policies import Pin, PublishPolicy
from domain.policy_content import Deadline, Unit, Within
from domain.registry import dealer as d
from domain.registry.dealer_contact import BirthdayToCome, ContactData, DealerDatum
from domain.registry.dealer_surveys import SurveyDue
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from tests.rules import rule
from tests.scenario import ADAM, CHAN, ENZO, HELEN, MIA, NOON, STAN, given
from tests.stories import (
    DEALER,
    OTHER_STATION,
    STATION,
    TODAY,
    call_dealer,
    dealer_contact,
    dealer_story,
    file_of,
    hand_over_dealer,
    survey_dealer,
)

DAY = timedelta(days=1)
CALL_DUE = datetime(2026, 3, 10, 10, tzinfo=UTC)  # NOON is a Friday's evening: Monday counts
LATER_CONTACT = UUID(int=0xC0_0002)
COMPLETE = ContactData(
    contact_id=dealer_contact().contact_id,
    name="Zhou Ping",
    phone="+86 21 5555 0199",
    email="zhou@example.com",
    birthday="1980-02-29",
)
FILE = d.FileDealerRecord(dealer_id=DEALER)
RETURN = d.ReturnDealerRecord(dealer_id=DEALER)
CORRECT = d.CorrectDealerContact(dealer_id=DEALER, contact=dealer_contact(phone="+86 21 1"))
ERASE = d.EraseDealerContact(dealer_id=DEALER, legal_basis="asked in writing")


def at(upto: str):
    return given(dealer_story(upto).histories)


def survey_due(first: date, last: date) -> SurveyDue:
    over = datetime(last.year, last.month, last.day, 16, tzinfo=UTC)  # midnight in Shanghai
    pin = Pin(policy_id="deadline.dealer_survey", version=1)
    return SurveyDue(policy=pin, first_day=first, last_day=last, due=Due(at=over, with_day=True))


SECOND = survey_due(date(2026, 4, 1), date(2026, 6, 30))
THIRD = survey_due(date(2026, 7, 1), date(2026, 9, 30))

# ── handed over ─────────────────────────────────────────────────────────────


@rule("REG-1")
def test_a_dealer_that_is_handed_over_is_to_be_called_within_a_working_day():
    given().when(hand_over_dealer(), actor=CHAN).then(
        d.DealerHandedOver(
            name="Pudong Machines",
            region="East",
            station_id=STATION,
            contact=COMPLETE.model_copy(update={"email": None, "birthday": None}),
            missing=(DealerDatum.EMAIL, DealerDatum.BIRTHDAY),
            call_due=DueBy(
                policy=Pin(policy_id="deadline.dealer_first_call", version=1),
                since=NOON,
                due=Due(at=CALL_DUE),
            ),
            survey_due=SECOND,
            handed_over_by=Names(person=CHAN.id),
        )
    )


@rule("REG-1")
def test_only_the_channel_department_hands_over_and_once():
    given().when(hand_over_dealer(), actor=HELEN).then_refused(Forbidden)
    at("handed over").when(hand_over_dealer(), actor=CHAN).then_refused(d.DealerExists)


# ── called ──────────────────────────────────────────────────────────────────


@rule("REG-1")
def test_the_first_call_completes_the_record():
    at("handed over").when(call_dealer(), actor=HELEN).then(
        d.DealerCalled(contact=COMPLETE, missing=(), late=False, called_by=Names(person=HELEN.id))
    )
    at("called").when(call_dealer(), actor=HELEN).then_refused(d.CalledBefore)


@rule("REG-1")
def test_a_call_that_is_entered_later_was_in_time_when_it_was_made():
    story = dealer_story("handed over")
    story.tell(call_dealer(), HELEN, CALL_DUE + DAY, effective_at=CALL_DUE)
    assert story.happened[-1].event.late is False


@rule("REG-1")
@pytest.mark.parametrize(
    ("without", "missing"),
    [("name", "contact"), ("phone", "phone"), ("email", "email"), ("birthday", "birthday")],
)
def test_the_record_is_complete_with_contact_phone_address_and_birthday(without, missing):
    partial = call_dealer(contact=dealer_contact(**{without: None}))
    [on] = at("handed over").when(partial, actor=HELEN).outcome()
    assert on.event.missing == (DealerDatum(missing),)
    called = given(dealer_story("handed over").tell(partial, HELEN).histories)
    called.when(FILE, actor=HELEN).then_refused(d.DealerRecordIncomplete, missing)


@rule("REG-1")
@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2026, 3, 31, 15, 59, tzinfo=UTC), SECOND),
        (datetime(2026, 3, 31, 16, tzinfo=UTC), THIRD),
    ],
)
def test_the_first_survey_is_that_of_the_next_quarter_here(moment, due):
    [on] = given().when(hand_over_dealer(), actor=CHAN, now=moment).outcome()
    assert on.event.survey_due == due


@rule("REG-1")
@pytest.mark.parametrize(
    ("now", "late"), [(CALL_DUE, False), (CALL_DUE + timedelta(seconds=1), True)]
)
def test_a_late_call_is_recorded_and_flagged(now, late):
    (on,) = at("handed over").when(call_dealer(), actor=HELEN, now=now).outcome()
    assert on.event.late is late


@rule("SLA-2")
def test_a_deadline_that_is_published_later_does_not_move_the_call():
    sooner = Deadline(
        name="dealer_first_call",
        rules=("REG-1",),
        about="A new dealer is called",
        target=Within(amount=1, unit=Unit.MINUTES),
        starts_on=("registry.DealerHandedOver",),
        stops_on=("registry.DealerCalled",),
    )
    story = dealer_story("handed over").tell(PublishPolicy(content=sooner), ADAM)
    (on,) = given(story.histories).when(call_dealer(), actor=HELEN, now=CALL_DUE).outcome()
    assert on.event.late is False


@rule("REG-1")
def test_what_the_call_could_not_complete_is_listed_and_completed_later():
    partial = call_dealer(contact=dealer_contact(birthday=None, email=None))
    story = dealer_story("handed over").tell(partial, HELEN)
    called = given(story.histories)
    called.when(FILE, actor=HELEN).then_refused(d.DealerRecordIncomplete, "email", "birthday")
    called.when(CORRECT, actor=CHAN).then(
        d.DealerContactCorrected(
            contact=COMPLETE.model_copy(update={"phone": "+86 21 1"}),
            missing=(),
            corrected_by=Names(person=CHAN.id),
        )
    )
    assert given(story.tell(CORRECT, CHAN).histories).when(FILE, actor=HELEN).outcome()


def test_a_birthday_is_not_in_the_future_and_an_address_is_one():
    unborn = call_dealer(contact=dealer_contact(birthday=TODAY + DAY))
    at("handed over").when(unborn, actor=HELEN).then_refused(BirthdayToCome)
    with pytest.raises(ValidationError):
        dealer_contact(email="zhou at example.com")


# ── filed and returned ──────────────────────────────────────────────────────


@rule("REG-1")
def test_the_complete_record_is_filed_and_then_goes_back_once():
    by_helen = Names(person=HELEN.id)
    at("called").when(RETURN, actor=HELEN).then_refused(d.NotFiledYet)
    at("called").when(FILE, actor=HELEN).then(d.DealerRecordFiled(filed_by=by_helen))
    at("filed").when(FILE, actor=HELEN).then_nothing()
    at("filed").when(RETURN, actor=HELEN).then(d.DealerRecordReturned(returned_by=by_helen))
    at("returned").when(RETURN, actor=HELEN).then_nothing()


@rule("REG-1")
@pytest.mark.parametrize("command", [FILE, RETURN, CORRECT, survey_dealer()])
def test_nothing_comes_before_the_first_call(command):
    at("handed over").when(command, actor=HELEN).then_refused(d.NotCalledYet)


@pytest.mark.parametrize("command", [call_dealer(), FILE, survey_dealer(), ERASE])
def test_nothing_is_said_of_a_dealer_that_nobody_handed_over(command):
    actor = ADAM if command is ERASE else HELEN
    given().when(command, actor=actor).then_refused(d.DealerNotFound)


# ── surveyed ────────────────────────────────────────────────────────────────


def surveyed(**changes) -> d.DealerSurveyed:
    facts = {
        "quarter": date(2026, 4, 1),
        "held_on": date(2026, 5, 5),
        "satisfaction": 4,
        "remarks": ("parts come late",),
        "form": file_of("survey"),
        "missed": (),
        "survey_due": THIRD,
        "surveyed_by": Names(person=HELEN.id),
    }
    return d.DealerSurveyed(**facts | changes)


@rule("REG-1")
@pytest.mark.parametrize(
    ("held_on", "facts"),
    [
        pytest.param(date(2026, 5, 5), {}, id="in the quarter that is due"),
        pytest.param(
            TODAY, {"quarter": date(2026, 1, 1), "survey_due": SECOND}, id="before it is due"
        ),
        pytest.param(
            date(2026, 12, 31),
            {
                "quarter": date(2026, 10, 1),
                "missed": (date(2026, 4, 1), date(2026, 7, 1)),
                "survey_due": survey_due(date(2027, 1, 1), date(2027, 3, 31)),
            },
            id="after two quarters without",
        ),
    ],
)
def test_a_survey_counts_for_its_quarter_and_quarters_without_stay_missed(held_on, facts):
    now = NOON + timedelta(days=400)
    at("called").when(survey_dealer(held_on=held_on), actor=HELEN, now=now).then(
        surveyed(held_on=held_on, **facts)
    )


def test_a_second_survey_of_a_quarter_moves_nothing():
    now = NOON + timedelta(days=400)
    story = dealer_story("called").tell(survey_dealer(), HELEN, now)
    again = survey_dealer(held_on=date(2026, 6, 30))
    given(story.histories).when(again, actor=HELEN, now=now).then(
        surveyed(held_on=date(2026, 6, 30))
    )


@rule("REG-1")
def test_a_survey_that_is_entered_late_does_not_bring_back_a_quarter():
    now = NOON + timedelta(days=400)
    story = dealer_story("called").tell(survey_dealer(), HELEN, now)
    story.tell(survey_dealer(held_on=TODAY), HELEN, now)
    late = story.happened[-1].event
    assert (late.quarter, late.missed, late.survey_due) == (date(2026, 1, 1), (), THIRD)


def test_a_survey_is_recorded_when_it_was_held():
    to_come = survey_dealer(held_on=TODAY + DAY)
    at("called").when(to_come, actor=HELEN).then_refused(d.SurveyAtAnImpossibleTime)


@rule("REG-1")
def test_no_survey_is_older_than_the_handover():
    before = survey_dealer(held_on=TODAY - DAY)
    at("called").when(before, actor=HELEN).then_refused(d.SurveyAtAnImpossibleTime)
    assert at("called").when(survey_dealer(held_on=TODAY), actor=HELEN).outcome()


# ── whose it is, and what is erased ─────────────────────────────────────────


def test_a_dealer_of_another_station_is_hidden_from_a_station():
    here, there = replace(STAN, station=STATION), replace(STAN, station=OTHER_STATION)
    assert at("handed over").when(call_dealer(), actor=here).outcome()
    at("handed over").when(call_dealer(), actor=there).then_refused(d.DealerNotFound)


def test_engineers_and_claims_staff_do_not_call_dealers():
    for actor in (ENZO, MIA):
        at("handed over").when(call_dealer(), actor=actor).then_refused(Forbidden)


@rule("AUD-5")
def test_the_contact_of_a_dealer_is_erased_and_another_one_can_be_named():
    subject = dealer_contact().contact_id
    at("returned").when(ERASE, actor=ADAM).then(
        d.DealerContactErased(subject=subject, legal_basis="asked in writing")
    )
    assert d.DealerContactErased(subject=subject, legal_basis="asked").erases == (subject,)
    erased = dealer_story("called").tell(ERASE, ADAM)
    given(erased.histories).when(ERASE, actor=ADAM).then_refused(d.NoContactToErase)
    given(erased.histories).when(FILE, actor=HELEN).then_refused(d.DealerRecordIncomplete)
    other = CORRECT.model_copy(update={"contact": dealer_contact(contact_id=LATER_CONTACT)})
    story = erased.tell(other, HELEN).tell(FILE, HELEN)
    assert story.state(d.Dealer, DEALER).contact_id == LATER_CONTACT


def test_what_is_imported_without_its_beginning_is_taken_as_it_is():
    state = d.evolve(None, surveyed(survey_due=None))
    assert (state.called, state.survey_due, state.missing) == (False, None, tuple(DealerDatum))
