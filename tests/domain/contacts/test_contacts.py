"""Contacts from the first call to the end: CON-1, CON-2, CON-4, CON-6, SEG-1."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain import calendar
from domain.approvals import Names
from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts import refusals as r
from domain.contacts import standard_answer as s
from domain.contacts.inquiry_counts import InquiryCounted, stream_of
from domain.contacts.state import Contact, ContactStage
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.policies import Pin, PublishPolicy
from domain.policy_content import ContactHandling, Period
from domain.registry.customer import (
    CustomerErased,
    CustomerNotFound,
    EraseCustomer,
    RegisterCustomer,
)
from domain.registry.equipment import EquipmentNotFound
from domain.registry.person import DelegateRole, MovePerson, PersonNotFound
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from domain.vocabulary import ContactCategory, ContactChannel
from tests.clock import NOON
from tests.contact_stories import (
    LEAFLET,
    about,
    answer,
    classify,
    close,
    confirm,
    contact_id,
    contact_story,
    find_opportunity,
    follow_opportunity,
    log_contact,
    log_stranger,
    miss_call,
    opportunity_id,
    refer,
    route,
    speak,
)
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DORA,
    ENZO,
    FINN,
    HELEN,
    SAM,
    SUSI,
    Scenario,
    Story,
    given,
    person_id,
    shipped_policies,
    standing_in,
)
from tests.stories import CUSTOMER, MACHINE, OTHER_STATION, STATION, setting, yuan

ID = contact_id()
STREAM = Stream(Contact.kind, ID)
ANSWER = Stream(s.STANDARD_ANSWER, s.id_of(LEAFLET))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PRICE, TECHNICAL = ContactCategory.PRICE_INQUIRY, ContactCategory.TECHNICAL_SERVICE
REACHED = about(c.ReturnCall, reached=True)
UNANSWERED = about(c.ReturnCall, reached=False)
DROP = about(c.DropContact, reason="a wrong number")
IDENTIFY = about(c.IdentifyCaller, customer_id=CUSTOMER)
ERASE = about(c.EraseCaller, legal_basis="GDPR 17")
KEEP = s.KeepStandardAnswer(text=LEAFLET, category=PRICE)
WITHDRAW = s.WithdrawStandardAnswer(standard_answer_id=ANSWER.id, reason="prices of last year")
MIDNIGHT = NOON + 4 * HOUR  # in Shanghai


def due(clock: str, at: datetime, *, since: datetime = NOON, with_day: bool = False) -> DueBy:
    policy = Pin(policy_id=f"deadline.{clock}", version=1)
    return DueBy(policy=policy, since=since, due=Due(at=at, with_day=with_day))


def by(actor: Actor) -> Names:
    return Names(person=actor.id)


def asked(story: Story) -> Scenario:
    return given(story.histories)


def outcome(story: Story, command: c.ContactCommand, actor: Actor, now: datetime = NOON) -> On:
    """The first of what would come of it."""
    return asked(story).when(command, actor=actor, now=now).outcome()[0]


def contact(story: Story) -> Contact:
    found: Contact = story.state(Contact, ID)
    return found


def missed_story(actor: Actor = HELEN) -> Story:
    return setting().tell(miss_call(), actor)


def inquiry(upto: str = "confirmed") -> Story:
    return contact_story(upto, category=PRICE)


# ── its life, from the first call to the end ────────────────────────────────


@rule("CON-1", "CON-2")
def test_from_the_call_to_the_end() -> None:
    story = contact_story()
    assert [type(event) for event in story.events(STREAM)] == [
        e.ContactLogged,
        e.ContactClassified,
        e.ContactRouted,
        e.CustomerContacted,
        e.CustomerContactConfirmed,
        e.OrderOpened,
        e.ContactClosed,
    ]
    assert contact(story).stage is ContactStage.CLOSED


@rule("CON-6", "CON-4")
def test_a_missed_call_becomes_an_inquiry_with_an_opportunity() -> None:
    story = missed_story().tell(UNANSWERED, HELEN).tell(REACHED, HELEN)
    story.tell(log_stranger(), HELEN).tell(classify(PRICE), HELEN).tell(route(), HELEN)
    story.tell(speak(), SAM).tell(confirm(), HELEN).tell(answer(), SAM)
    story.tell(find_opportunity(), SAM).tell(follow_opportunity(), SAM).tell(close(), HELEN)
    story.tell(follow_opportunity(won=True), SAM)
    assert [type(event) for event in story.events(STREAM)] == [
        e.CallMissed,
        e.CallReturned,
        e.CallReturned,
        e.ContactLogged,
        e.ContactClassified,
        e.InquiryReceived,
        e.ContactRouted,
        e.CustomerContacted,
        e.CustomerContactConfirmed,
        e.InquiryAnswered,
        e.OpportunityFound,
        e.OpportunityFollowedUp,
        e.ContactClosed,
        e.OpportunityFollowedUp,
    ]


@rule("CON-2")
@pytest.mark.parametrize(
    ("upto", "command", "actor"),
    [
        ("logged", route(), HELEN),
        ("logged", speak(), SAM),
        ("logged", REACHED, HELEN),
        ("classified", speak(), SAM),
        ("routed", confirm(), HELEN),
        ("contacted", route(to=DORA), HELEN),
        ("contacted", speak(), SAM),
        ("contacted", DROP, HELEN),
        ("confirmed", confirm(), HELEN),
        ("closed", classify(PRICE), HELEN),
        ("closed", find_opportunity(), SUSI),
        ("closed", answer(), SAM),
        ("closed", IDENTIFY, SUSI),
        ("closed", close(), HELEN),
        ("closed", DROP, HELEN),
    ],
)
def test_no_step_is_left_out(upto: str, command: c.ContactCommand, actor: Actor) -> None:
    asked(contact_story(upto)).when(command, actor=actor).then_refused(r.ContactNotReady)


@pytest.mark.parametrize("command", [classify(PRICE), DROP, REACHED, confirm(), close()])
def test_nothing_is_said_of_a_contact_nobody_logged(command: c.ContactCommand) -> None:
    asked(setting()).when(command, actor=HELEN).then_refused(r.ContactNotFound)


@pytest.mark.parametrize(
    ("command", "actor"),
    [(log_contact(), ADAM), (classify(PRICE), FINN), (confirm(), SUSI), (ERASE, HELEN)],
)
def test_each_step_has_its_people(command: c.ContactCommand, actor: Actor) -> None:
    asked(contact_story("contacted")).when(command, actor=actor).then_refused(Forbidden)


# ── calls ───────────────────────────────────────────────────────────────────


@rule("CON-1")
@pytest.mark.parametrize("unsaid", ["caller", "reason"])
def test_nothing_is_logged_of_nobody_or_for_no_reason(unsaid: str) -> None:
    with pytest.raises(ValidationError, match=unsaid):
        log_contact(**{unsaid: None})
    least = log_contact(organisation=None, phone=None, product=None, need=None)
    assert asked(setting()).when(least, actor=HELEN).outcome()


@rule("CON-1", "CON-2", "AUD-5")
def test_a_call_is_logged_with_who_why_and_what_and_contacted_within_a_quarter_of_an_hour() -> None:
    asked(setting()).when(log_contact(), actor=HELEN).then(
        e.ContactLogged(
            subject=CUSTOMER,
            caller="Wang Fang",
            phone="+86 10 5555 0101",
            channel=ContactChannel.HOTLINE,
            organisation="Northern Quarries",
            reason="the pump leaks",
            product="EX-200 excavator",
            need="somebody to come",
            customer_id=CUSTOMER,
            dealer_id=None,
            equipment_id=MACHINE,
            station_id=STATION,
            contact_due=due("contact_by_person_in_charge", NOON + 15 * MINUTE),
            logged_by=by(HELEN),
        )
    )


@rule("CON-1", "CON-6")
def test_the_hotline_has_an_hour_to_return_a_missed_call_and_a_person_half_an_hour() -> None:
    asked(setting()).when(miss_call(), actor=HELEN).then(
        e.CallMissed(
            subject=ID,
            caller=None,
            phone="+86 10 5555 0101",
            organisation=None,
            customer_id=None,
            station_id=STATION,
            return_due=due("missed_call_by_hotline", NOON + HOUR),
            noted_by=by(HELEN),
        )
    )
    asked(setting()).when(miss_call(called_person_id=SAM.id), actor=HELEN).then(
        e.PersonalCallMissed(
            subject=ID,
            caller=None,
            phone="+86 10 5555 0101",
            called_person_id=SAM.id,
            organisation=None,
            customer_id=None,
            station_id=STATION,
            return_due=due("missed_call_by_person", NOON + 30 * MINUTE),
            noted_by=by(HELEN),
        )
    )
    nobody = miss_call(called_person_id=person_id(77))
    asked(setting()).when(nobody, actor=HELEN).then_refused(PersonNotFound)


@rule("CON-1", "CON-6")
@pytest.mark.parametrize(
    ("called", "after", "late"),
    [
        (None, HOUR, False),
        (None, HOUR + MINUTE, True),
        (SAM.id, 30 * MINUTE, False),
        (SAM.id, 31 * MINUTE, True),
    ],
)
def test_a_missed_call_returned_late_is_flagged(
    called: UUID | None, after: timedelta, late: bool
) -> None:
    story = setting().tell(miss_call(called_person_id=called), HELEN)
    returned = e.CallReturned(reached=True, late=late, returned_by=by(SAM))
    asked(story).when(REACHED, actor=SAM, now=NOON + after).then(returned)


@rule("CON-1")
def test_a_call_that_nobody_answered_is_returned_again_and_measured_once() -> None:
    story = missed_story()
    asked(story).when(log_stranger(), actor=HELEN).then_refused(r.NotReached)
    story.tell(UNANSWERED, HELEN, NOON + MINUTE)
    again = e.CallReturned(reached=True, late=None, returned_by=by(HELEN))
    asked(story).when(REACHED, actor=HELEN, now=NOON + DAY).then(again)


@rule("CON-2")
def test_what_was_said_when_a_call_was_returned_is_due_from_then() -> None:
    story = missed_story().tell(REACHED, HELEN)
    logged = outcome(story, log_contact(station_id=None), HELEN, NOON + HOUR).event
    assert isinstance(logged, e.ContactLogged)
    later = NOON + HOUR
    within = due("contact_by_person_in_charge", later + 15 * MINUTE, since=later)
    assert (logged.contact_due, logged.station_id) == (within, STATION)


def test_a_contact_is_logged_once() -> None:
    for story in (contact_story("logged"), contact_story("closed")):
        asked(story).when(log_contact(), actor=HELEN).then_refused(r.ContactExists)
        asked(story).when(miss_call(), actor=HELEN).then_refused(r.ContactExists)


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        ("customer_id", CustomerNotFound),
        ("equipment_id", EquipmentNotFound),
        ("station_id", StationNotFound),
    ],
)
def test_a_contact_names_what_exists(fact: str, refusal: type) -> None:
    unknown = log_contact(**{fact: UUID(int=0xBAD)})
    asked(setting()).when(unknown, actor=HELEN).then_refused(refusal)
    if fact in c.LogMissedCall.model_fields:
        missed = miss_call(**{fact: UUID(int=0xBAD)})
        asked(setting()).when(missed, actor=HELEN).then_refused(refusal)


def test_of_a_customer_who_was_erased_nothing_more_is_logged() -> None:
    erased = setting().tell(EraseCustomer(customer_id=CUSTOMER, legal_basis="GDPR 17"), ADAM)
    asked(erased).when(log_contact(), actor=HELEN).then_refused(CustomerErased)


# ── the caller ──────────────────────────────────────────────────────────────


@rule("AUD-5")
def test_whoever_turns_out_to_be_a_customer_is_sealed_as_one_and_as_nobody_else_any_more() -> None:
    story = setting().tell(log_stranger(), HELEN)
    assert contact(story).subject == ID
    identified = e.CallerIdentified(
        subject=CUSTOMER,
        former_subject=ID,
        caller="Wang Min",
        phone="+86 10 5555 0101",
        customer_id=CUSTOMER,
        identified_by=by(SUSI),
    )
    assert identified.erases == (ID,)
    asked(story).when(IDENTIFY, actor=SUSI).then(identified)
    asked(story.tell(IDENTIFY, SUSI)).when(IDENTIFY, actor=SUSI).then_nothing()


@rule("AUD-5")
def test_a_missed_call_of_a_customer_leaves_no_key_of_its_own_behind() -> None:
    story = missed_story().tell(REACHED, HELEN)
    logged = outcome(story, log_contact(), HELEN).event
    assert isinstance(logged, e.ContactLogged)
    assert (logged.subject, logged.erases) == (CUSTOMER, (ID,))
    kept = outcome(story, log_stranger(), HELEN).event
    assert isinstance(kept, e.ContactLogged)
    assert (kept.subject, kept.erases) == (ID, ())


@rule("AUD-5")
def test_a_missed_call_of_a_customer_is_sealed_as_theirs_and_belongs_to_who_noted_it() -> None:
    agent = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    known = miss_call(customer_id=CUSTOMER, station_id=None)
    missed = outcome(setting(), known, agent).event
    assert isinstance(missed, e.CallMissed)
    assert (missed.subject, missed.customer_id) == (CUSTOMER, CUSTOMER)
    assert missed.station_id == OTHER_STATION


@rule("AUD-5")
def test_what_was_erased_of_a_caller_does_not_come_back_with_who_they_turn_out_to_be() -> None:
    story = setting().tell(log_stranger(), HELEN).tell(ERASE, ADAM)
    identified = outcome(story, IDENTIFY, SUSI).event
    assert isinstance(identified, e.CallerIdentified)
    assert (identified.caller, identified.phone, identified.erases) == (None, None, ())


def test_a_caller_is_one_customer() -> None:
    other = UUID(int=0xC5_0002)
    story = contact_story("logged").tell(RegisterCustomer(customer_id=other, name="Li"), SUSI)
    another = about(c.IdentifyCaller, customer_id=other)
    asked(story).when(another, actor=SUSI).then_refused(r.CallerKnown)
    nobody = about(c.IdentifyCaller, customer_id=UUID(int=0xBAD))
    asked(story).when(nobody, actor=SUSI).then_refused(CustomerNotFound)
    missed = setting().tell(miss_call(customer_id=CUSTOMER), HELEN).tell(REACHED, HELEN)
    logged = outcome(missed, log_stranger(), HELEN).event
    assert isinstance(logged, e.ContactLogged) and logged.customer_id == CUSTOMER


@rule("AUD-5")
def test_a_caller_is_erased_who_is_no_customer() -> None:
    story = setting().tell(log_stranger(), HELEN)
    erased = e.CallerErased(subject=ID, legal_basis="GDPR 17")
    assert erased.erases == (ID,)
    asked(story).when(ERASE, actor=ADAM).then(erased)
    asked(story.tell(ERASE, ADAM)).when(ERASE, actor=ADAM).then_nothing()
    asked(contact_story("logged")).when(ERASE, actor=ADAM).then_refused(r.CallerIsCustomer)


@rule("AUD-5")
def test_who_is_reached_after_the_caller_was_erased_is_somebody_new() -> None:
    """Nothing more is sealed under a key that was destroyed."""
    story = setting().tell(miss_call(), HELEN).tell(ERASE, ADAM)
    story.tell(REACHED, HELEN).tell(log_stranger(), HELEN)
    assert contact(story).subject not in (None, ID)
    asked(story).when(ERASE, actor=ADAM).then(
        e.CallerErased(subject=contact(story).subject, legal_basis="GDPR 17")
    )


# ── what it is about, and whose it is ───────────────────────────────────────


@rule("CON-2", "CON-4", "CON-6")
@pytest.mark.parametrize("category", list(ContactCategory))
def test_an_inquiry_is_answered_or_referred_in_time_counted_from_when_it_came_in(
    category: ContactCategory,
) -> None:
    """It came in on a Friday evening: the first working day after the next opening is Tuesday."""
    classified = e.ContactClassified(category=category, classified_by=by(HELEN))
    tuesday = NOON + 4 * DAY - 2 * HOUR
    received = e.InquiryReceived(
        category=category,
        answer_due=due("inquiry_answer", tuesday),
        referral_due=due("inquiry_referral", MIDNIGHT, with_day=True),
    )
    expected = [classified, received] if category.is_inquiry else [classified]
    later = asked(contact_story("logged")).when(
        classify(category), actor=HELEN, now=NOON + 10 * MINUTE
    )
    own = [each.event for each in later.outcome() if each.stream == STREAM]
    assert own == expected


@rule("CON-2")
def test_classified_anew_it_is_routed_anew_until_the_customer_was_contacted() -> None:
    story = contact_story("routed").tell(classify(PRICE), HELEN)
    assert contact(story).stage is ContactStage.CLASSIFIED
    story = contact_story("contacted").tell(classify(PRICE), HELEN)
    assert contact(story).stage is ContactStage.CONTACTED
    parts = ContactCategory.PARTS_INQUIRY
    day = calendar.local_day(NOON, "Asia/Shanghai")
    asked(story).when(classify(parts), actor=HELEN).then(
        e.ContactClassified(category=parts, classified_by=by(HELEN)),
        On(
            stream_of(Period.DAY, day),
            InquiryCounted(day=day, contact_id=ID, category=parts, instead_of=PRICE),
        ),
    )
    asked(story).when(classify(PRICE), actor=HELEN).then_nothing()
    asked(missed_story()).when(classify(PRICE), actor=HELEN).then_refused(r.ContactNotReady)


@rule("CON-2")
def test_a_contact_is_routed_to_somebody_whose_role_is_in_charge_of_such_contacts() -> None:
    story = contact_story("classified")
    routed = e.ContactRouted(person_id=SAM.id, station_id=STATION, routed_by=by(HELEN))
    asked(story).when(route(), actor=HELEN).then(routed)
    finance = asked(story).when(route(to=FINN), actor=HELEN)
    finance.then_refused(r.NotTheirsToTakeCharge, "technical_service", "engineer")
    nobody = about(c.RouteContact, person_id=person_id(77))
    asked(story).when(nobody, actor=HELEN).then_refused(PersonNotFound)
    story.tell(route(), HELEN)
    asked(story).when(route(), actor=HELEN).then_nothing()
    assert outcome(story, route(to=ENZO), HELEN).event == e.ContactRouted(
        person_id=ENZO.id, station_id=STATION, routed_by=by(HELEN)
    )


@rule("CON-2")
def test_classified_anew_it_is_routed_also_to_who_was_in_charge_before() -> None:
    story = contact_story("routed").tell(classify(PRICE), HELEN)
    routed = e.ContactRouted(person_id=SAM.id, station_id=STATION, routed_by=by(HELEN))
    asked(story).when(route(), actor=HELEN).then(routed)
    assert contact(story.tell(route(), HELEN)).stage is ContactStage.ROUTED


@rule("CON-2")
def test_a_contact_belongs_to_the_station_of_who_is_in_charge_of_it() -> None:
    story = contact_story("classified")
    moved = MovePerson(person_id=SAM.id, station_id=OTHER_STATION)
    story.tell(moved, ADAM).tell(route(), HELEN)
    there = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    assert outcome(story, find_opportunity(), there)
    here = Actor(SUSI.id, SUSI.roles, STATION)
    asked(story).when(find_opportunity(), actor=here).then_refused(r.ContactNotFound)


def test_a_station_sees_its_own_contacts_only() -> None:
    agent = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    asked(setting()).when(log_contact(), actor=agent).then_refused(AnotherStation)
    asked(contact_story("logged")).when(classify(PRICE), actor=agent).then_refused(
        r.ContactNotFound
    )
    headquarters = contact_story("logged", station_id=None)
    asked(headquarters).when(classify(PRICE), actor=agent).then_refused(r.ContactNotFound)
    own = outcome(setting(), log_contact(station_id=None), agent).event
    assert isinstance(own, e.ContactLogged) and own.station_id == OTHER_STATION


# ── the customer ────────────────────────────────────────────────────────────


@rule("CON-2")
@pytest.mark.parametrize(("after", "late"), [(15 * MINUTE, False), (16 * MINUTE, True)])
def test_whoever_is_in_charge_contacts_the_customer_within_a_quarter_of_an_hour(
    after: timedelta, late: bool
) -> None:
    story = contact_story("routed")
    contacted = e.CustomerContacted(
        result="an engineer comes tomorrow", late=late, contacted_by=by(SAM)
    )
    asked(story).when(speak(), actor=SAM, now=NOON + after).then(contacted)
    asked(story).when(speak(), actor=SUSI, now=NOON + after).then_refused(r.NotInCharge)


@rule("CON-2", "SEG-1")
def test_the_hotline_confirms_it_and_not_whoever_did_it() -> None:
    story = contact_story("contacted")
    confirmed = e.CustomerContactConfirmed(remark="pleased", confirmed_by=by(HELEN))
    pleased = about(c.ConfirmSpokenTo, happened=True, remark="pleased")
    asked(story).when(pleased, actor=HELEN).then(confirmed)
    hotline = Actor(SAM.id, frozenset({Role.HOTLINE_AGENT}))
    asked(story).when(confirm(), actor=hotline).then_refused(r.ConfirmsTheirOwn)


@rule("CON-2")
def test_a_customer_whom_nobody_contacted_has_to_be() -> None:
    story = contact_story("contacted")
    refuted = e.CustomerContactRefuted(remark="nobody called", refuted_by=by(HELEN))
    waiting = about(c.ConfirmSpokenTo, happened=False, remark="nobody called")
    asked(story).when(waiting, actor=HELEN).then(refuted)
    story.tell(confirm(happened=False), HELEN)
    assert contact(story).stage is ContactStage.ROUTED
    asked(story).when(close(), actor=HELEN).then_refused(r.StillToDo, "hotline confirms")
    again = outcome(story, speak(), SAM, NOON + DAY).event
    assert isinstance(again, e.CustomerContacted) and again.late is None


# ── answers ─────────────────────────────────────────────────────────────────


def given_answer(number: int = 1) -> On:
    used = s.AnswerGiven(
        text=LEAFLET, category=PRICE, contact_id=contact_id(number), given_by=by(SAM)
    )
    return On(ANSWER, used)


def answered(*, late: bool | None = False, actor: Actor = SAM) -> e.InquiryAnswered:
    return e.InquiryAnswered(
        answer=LEAFLET, standard_answer_id=ANSWER.id, late=late, answered_by=by(actor)
    )


@rule("CON-4")
@pytest.mark.parametrize(
    ("at", "late"), [(NOON + 4 * DAY - 2 * HOUR, False), (NOON + 4 * DAY - HOUR, True)]
)
def test_an_inquiry_is_answered_within_a_working_day(at: datetime, late: bool) -> None:
    told = asked(inquiry()).when(answer(), actor=SAM, now=at)
    told.then(answered(late=late), given_answer())


@rule("CON-4")
def test_an_answer_that_is_given_again_is_a_standard_answer() -> None:
    story = inquiry("answered")
    story = contact_story("confirmed", 2, PRICE, story)
    standard = s.AnswerBecameStandard(text=LEAFLET, category=PRICE, times=2, kept_by=None)
    again = asked(story).when(answer(2, f" {LEAFLET.upper()}"), actor=SAM)
    in_other_letters = s.AnswerGiven(
        text=LEAFLET.upper(), category=PRICE, contact_id=contact_id(2), given_by=by(SAM)
    )
    assert again.outcome()[1] == On(ANSWER, in_other_letters)
    by_name = answer(2, None, standard_answer_id=ANSWER.id)
    asked(story).when(by_name, actor=SAM).then(answered(), given_answer(2), On(ANSWER, standard))
    story.tell(by_name, SAM)
    story = contact_story("confirmed", 3, PRICE, story)
    asked(story).when(answer(3), actor=SAM).then(answered(), given_answer(3))


@rule("CON-4")
def test_how_often_is_for_the_policy_to_say() -> None:
    shipped = [events[0].content for events in shipped_policies().values()]
    policy = next(each for each in shipped if isinstance(each, ContactHandling))
    stricter = PublishPolicy(content=policy.model_copy(update={"standard_from": 3}))
    story = inquiry("answered").tell(stricter, ADAM)
    story = contact_story("confirmed", 2, PRICE, story)
    asked(story).when(answer(2), actor=SAM).then(answered(), given_answer(2))


@rule("CON-4")
def test_a_standard_answer_is_kept_and_withdrawn() -> None:
    kept = s.AnswerBecameStandard(text=LEAFLET, category=PRICE, times=0, kept_by=by(HELEN))
    asked(setting()).when(KEEP, actor=HELEN).then(kept)
    story = inquiry().tell(KEEP, HELEN)
    asked(story).when(KEEP, actor=HELEN).then_nothing()
    asked(story).when(answer(), actor=SAM).then(answered(), given_answer())
    by_name = answer(text=None, standard_answer_id=ANSWER.id)
    asked(story).when(by_name, actor=SAM).then(answered(), given_answer())
    withdrawn = s.StandardAnswerWithdrawn(reason="prices of last year", withdrawn_by=by(HELEN))
    asked(story).when(WITHDRAW, actor=HELEN).then(withdrawn)
    story.tell(WITHDRAW, HELEN)
    asked(story).when(WITHDRAW, actor=HELEN).then_refused(s.NotStandard)
    asked(story).when(answer(), actor=SAM).then_refused(s.AnswerWithdrawn)
    asked(story.tell(KEEP, HELEN)).when(answer(), actor=SAM).then(answered(), given_answer())
    asked(setting()).when(WITHDRAW, actor=HELEN).then_refused(s.AnswerNotFound)


@rule("CON-4")
def test_an_inquiry_has_one_answer_which_is_named_or_given() -> None:
    both = answer(standard_answer_id=ANSWER.id)
    for command in (both, answer(text=None)):
        asked(inquiry()).when(command, actor=SAM).then_refused(r.OneAnswer)
    unknown = answer(text=None, standard_answer_id=ANSWER.id)
    asked(inquiry()).when(unknown, actor=SAM).then_refused(s.AnswerNotFound)
    asked(inquiry("answered")).when(answer(), actor=SAM).then_refused(r.AnsweredBefore)
    asked(contact_story("confirmed")).when(answer(), actor=SAM).then_refused(r.NoInquiry)
    asked(contact_story("confirmed")).when(refer(), actor=SAM).then_refused(r.NoInquiry)
    for command in (answer(), refer()):
        asked(contact_story("logged")).when(command, actor=SAM).then_refused(r.NoInquiry)


@rule("CON-4")
@pytest.mark.parametrize(("at", "late"), [(MIDNIGHT, False), (MIDNIGHT + MINUTE, True)])
def test_what_cannot_be_answered_goes_to_a_department_the_same_day(
    at: datetime, late: bool
) -> None:
    referred = e.InquiryReferred(
        department="commerce", reason="asks for a discount", late=late, referred_by=by(SUSI)
    )
    last_moment = at - timedelta(microseconds=1) if at == MIDNIGHT else at
    asked(inquiry()).when(refer(), actor=SUSI, now=last_moment).then(referred)


@rule("CON-4")
def test_an_inquiry_is_referred_to_departments_that_there_are_and_measured_once() -> None:
    unknown = asked(inquiry()).when(refer(department="magic"), actor=SUSI)
    unknown.then_refused(r.UnknownDepartment, "magic", "commerce")
    story = inquiry().tell(refer(), SUSI)
    again = outcome(story, refer(department="sales"), SUSI, NOON + DAY).event
    assert isinstance(again, e.InquiryReferred) and again.late is None
    asked(story).when(answer(), actor=SAM).then(answered(), given_answer())


# ── opportunities ───────────────────────────────────────────────────────────


@rule("CON-6")
def test_an_opportunity_in_any_contact_is_followed_up_until_it_is_won_or_lost() -> None:
    story = contact_story("ordered")
    found = e.OpportunityFound(
        opportunity_id=opportunity_id(),
        about="a second excavator",
        estimate=yuan("900000.00"),
        found_by=by(SUSI),
    )
    asked(story).when(find_opportunity(), actor=SUSI).then(found)
    asked(story).when(follow_opportunity(), actor=SUSI).then_refused(r.OpportunityNotFound)
    story.tell(find_opportunity(), SUSI)
    asked(story).when(find_opportunity(), actor=SUSI).then_refused(r.OpportunityExists)
    asked(story).when(close(), actor=HELEN).then_refused(r.StillToDo, "opportunity")
    story.tell(follow_opportunity(), SUSI).tell(close(), HELEN)
    lost = e.OpportunityFollowedUp(
        opportunity_id=opportunity_id(),
        result="wants an offer",
        won=False,
        followed_up_by=by(SUSI),
    )
    asked(story).when(follow_opportunity(won=False), actor=SUSI).then(lost)
    story.tell(follow_opportunity(won=False), SUSI)
    asked(story).when(follow_opportunity(), actor=SUSI).then_refused(r.OpportunityOver)


@rule("CON-6")
@pytest.mark.parametrize("upto", ["logged", "classified", "routed", "contacted", "confirmed"])
def test_an_opportunity_is_found_at_any_time_of_a_contact(upto: str) -> None:
    found = outcome(contact_story(upto), find_opportunity(), SUSI).event
    assert isinstance(found, e.OpportunityFound)


@rule("CON-6")
def test_each_opportunity_of_a_contact_is_followed_up() -> None:
    story = contact_story("ordered").tell(find_opportunity(), SUSI)
    second = find_opportunity().model_copy(update={"opportunity_id": opportunity_id(2)})
    story.tell(second, SUSI)
    followed = follow_opportunity().model_copy(update={"opportunity_id": opportunity_id(2)})
    story.tell(followed, SUSI)
    asked(story).when(close(), actor=HELEN).then_refused(r.StillToDo, "opportunity")
    assert outcome(story.tell(follow_opportunity(), SUSI), close(), HELEN)


# ── the end ─────────────────────────────────────────────────────────────────


@rule("CON-3")
def test_what_another_system_kept_may_have_led_anywhere_there() -> None:
    [logged, *others] = contact_story("confirmed").events(STREAM)
    elsewhere = logged.model_copy(update={"contact_due": None})
    kept = given([On(STREAM, event) for event in (elsewhere, *others)])
    closed = e.ContactClosed(outcome="order FO-1", closed_by=by(HELEN))
    kept.when(close(), actor=HELEN).then(closed)
    ours = asked(contact_story("confirmed")).when(close(), actor=HELEN)
    ours.then_refused(r.StillToDo, "field order")


@rule("CON-2", "CON-4")
def test_a_contact_is_closed_once_all_is_done_that_it_asks_for() -> None:
    bare = asked(contact_story("logged")).when(close(), actor=HELEN)
    bare.then_refused(r.StillToDo, "classified", "hotline confirms")
    asked(inquiry()).when(close(), actor=HELEN).then_refused(r.StillToDo, "answered or referred")
    closed = e.ContactClosed(outcome="order FO-1", closed_by=by(HELEN))
    for done in (contact_story("ordered"), inquiry("answered"), inquiry().tell(refer(), SUSI)):
        asked(done).when(close(), actor=HELEN).then(closed)


def test_what_nothing_can_come_of_is_dropped() -> None:
    dropped = e.ContactDropped(reason="a wrong number", dropped_by=by(HELEN))
    called_back = missed_story().tell(REACHED, HELEN)
    unspoken = [contact_story(upto) for upto in ("logged", "classified", "routed")]
    for story in (missed_story(), called_back, *unspoken):
        asked(story).when(DROP, actor=HELEN).then(dropped)


@rule("SEG-6")
def test_a_delegate_of_whoever_is_in_charge_contacts_the_customer() -> None:
    delegated = DelegateRole(
        person_id=SAM.id,
        role=Role.SERVICE_SUPERVISOR,
        to=SUSI.id,
        since=NOON - DAY,
        until=NOON + DAY,
    )
    story = contact_story("routed").tell(delegated, SAM)
    contacted = outcome(story, speak(), standing_in(SUSI, SAM)).event
    assert isinstance(contacted, e.CustomerContacted)
    assert contacted.contacted_by == Names(person=SUSI.id, on_behalf_of=SAM.id)


# ── history from another system ─────────────────────────────────────────────


def test_a_history_may_begin_anywhere_and_lack_anything() -> None:
    events = contact_story("closed", category=PRICE).events(STREAM)
    for skipped in range(len(events)):
        rest = events[skipped:]
        state = given([On(STREAM, event) for event in rest]).histories[STREAM]
        assert state == rest
    backwards = given([On(STREAM, event) for event in reversed(events)])
    backwards.when(classify(TECHNICAL), actor=HELEN).then(
        e.ContactClassified(category=TECHNICAL, classified_by=by(HELEN))
    )
