"""What is shown of contacts, of answers, and of work requests (CON-1 to CON-7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts.requests import commands as r
from domain.contacts.requests import events as re
from domain.contacts.requests.state import WorkRequestStage
from domain.contacts.standard_answer import WithdrawStandardAnswer, id_of
from domain.contacts.state import ContactStage
from domain.messages import Role
from domain.vocabulary import ContactCategory
from projections.folding import Folding
from projections.reference import Reference
from projections.view import Row
from projections.views.contacts.row import Contact
from projections.views.contacts.view import CONTACTS
from projections.views.inquiry_periods import (
    INQUIRY_PERIODS,
    InquiriesOfCategory,
    InquiriesTogether,
    InquiryPeriod,
)
from projections.views.standard_answers import STANDARD_ANSWERS
from projections.views.work_requests import WORK_REQUESTS, WorkRequest
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
    deliver_week,
    find_opportunity,
    follow_opportunity,
    log_stranger,
    miss_call,
    opportunity_id,
    refer,
    route,
    speak,
)
from tests.request_stories import (
    FORFEIT,
    GUS,
    LISTED,
    MONDAY,
    product_story,
    report_incident,
    request_id,
    request_story,
    wish,
)
from tests.rules import rule
from tests.scenario import DORA, ENZO, HELEN, SAM, Story
from tests.stories import CUSTOMER, STATION, setting

ID = contact_id()
PRICE = ContactCategory.PRICE_INQUIRY
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def rows(view: Any, story: Story) -> dict[Any, Any]:
    folding: Folding[Any, Any] = Folding(view)
    for recorded in story.recorded():
        for key in view.touched_by(recorded):
            folding.take([(recorded, key, Reference(), None)])
    assert folding.faults == []
    return {key: folded.row for key, folded in folding.rows.items()}


def row(story: Story) -> Contact:
    found: Contact = rows(CONTACTS, story)[ID]
    return found


def assert_shows(row: Row, **expected: object) -> None:
    assert {name: getattr(row, name) for name in expected} == expected


@rule("CON-1", "CON-2")
def test_a_contact_shows_who_is_in_charge_and_what_is_due_next() -> None:
    logged = row(contact_story("logged"))
    due = NOON + 15 * MINUTE
    assert_shows(
        logged,
        stage=ContactStage.LOGGED,
        open=True,
        caller="Wang Fang",
        customer_id=CUSTOMER,
        station_id=STATION,
        logged_by_id=HELEN.id,
        came_in_on=date(2026, 3, 6),
        week=date(2026, 3, 2),
        month=date(2026, 3, 1),
        contact_due_at=due,
        due_next_at=due,
    )
    assert logged.queue.startswith("0 ")
    assert_shows(row(contact_story("routed")), person_in_charge_id=SAM.id)
    assert_shows(row(contact_story("contacted")), contacted_in_time=True, due_next_at=None)
    over = row(contact_story())
    assert_shows(over, open=False, outcome="order FO-1", stage=ContactStage.CLOSED)
    assert over.confirmed_at and over.ended_at and over.queue.startswith("2 ")


@rule("CON-1")
def test_a_missed_call_shows_by_when_it_is_returned_and_whether_it_was() -> None:
    story = setting().tell(miss_call(called_person_id=SAM.id), HELEN)
    assert_shows(
        row(story),
        missed=True,
        called_person_id=SAM.id,
        stage=ContactStage.MISSED,
        return_due_at=NOON + 30 * MINUTE,
        due_next_at=NOON + 30 * MINUTE,
    )
    story.tell(about(c.ReturnCall, reached=False), SAM, NOON + HOUR)
    assert_shows(row(story), returned_in_time=False, due_next_at=None, stage=ContactStage.MISSED)
    story.tell(about(c.ReturnCall, reached=True), SAM, NOON + 2 * HOUR)
    assert_shows(row(story), returned_in_time=False, stage=ContactStage.RETURNED)
    story.tell(log_stranger(), SAM, NOON + 2 * HOUR)
    assert_shows(row(story), contact_due_at=NOON + 2 * HOUR + 15 * MINUTE, caller="Wang Min")
    story.tell(about(c.IdentifyCaller, customer_id=CUSTOMER), HELEN)
    assert_shows(row(story), customer_id=CUSTOMER)
    story.tell(about(c.DropContact, reason="never there"), HELEN)
    assert_shows(row(story), stage=ContactStage.DROPPED, outcome="never there", open=False)


@rule("CON-4")
def test_an_inquiry_shows_its_answer_and_the_answer_how_often_it_was_given() -> None:
    story = contact_story("confirmed", category=PRICE)
    assert_shows(row(story), inquiry=True, due_next_at=NOON + timedelta(days=4) - 2 * HOUR)
    story.tell(refer(), SAM)
    assert_shows(row(story), referred_to="commerce", referred_in_time=True, due_next_at=None)
    story.tell(answer(), SAM)
    assert_shows(
        row(story), answer=LEAFLET, answered_in_time=True, standard_answer_id=id_of(LEAFLET)
    )
    assert_shows(
        rows(STANDARD_ANSWERS, story)[id_of(LEAFLET)], text=LEAFLET, times=1, standard=False
    )
    story = contact_story("answered", 2, PRICE, story)
    kept = rows(STANDARD_ANSWERS, story)[id_of(LEAFLET)]
    assert_shows(kept, times=2, standard=True, category=PRICE)
    withdrawn = WithdrawStandardAnswer(standard_answer_id=id_of(LEAFLET), reason="old prices")
    story.tell(withdrawn, HELEN)
    kept = rows(STANDARD_ANSWERS, story)[id_of(LEAFLET)]
    assert_shows(kept, standard=False, standard_since=None, withdrawn_because="old prices")


@rule("CON-6")
def test_opportunities_show_what_came_of_them_and_whether_one_is_open() -> None:
    story = contact_story("ordered").tell(find_opportunity(), SAM)
    assert_shows(row(story), order_count=1, opportunity_count=1, opportunity_open=True)
    story.tell(follow_opportunity(), SAM).tell(close(), HELEN)
    story.tell(follow_opportunity(won=True, result="bought"), SAM)
    shown = row(story)
    assert_shows(shown, opportunity_count=1, opportunity_open=False)
    [found] = shown.opportunities
    assert found.opportunity_id == opportunity_id()
    assert (found.results, found.won) == (("wants an offer", "bought"), True)


@rule("CON-2")
def test_a_contact_that_the_customer_denies_is_counted_and_measured_by_the_first() -> None:
    story = contact_story("contacted").tell(confirm(happened=False), HELEN)
    assert_shows(row(story), refuted=1, stage=ContactStage.ROUTED, contacted_in_time=True)
    story.tell(route(), HELEN).tell(speak(), SAM, NOON + HOUR)
    assert_shows(row(story), contacted_in_time=True, stage=ContactStage.CONTACTED)


def test_imported_history_is_shown_whatever_it_begins_with() -> None:
    story = contact_story(category=PRICE)
    recorded = [each for each in story.recorded() if isinstance(each.event, e.Event)]
    for first in recorded:
        shown = CONTACTS.fold(None, first, Reference())
        assert shown is not None and shown.contact_id == ID
    backwards: Contact | None = None
    for each in reversed(recorded):
        backwards = CONTACTS.fold(backwards, each, Reference())
    assert backwards is not None and backwards.reason == "the pump leaks"


# ── work requests ───────────────────────────────────────────────────────────


def request(story: Story) -> WorkRequest:
    found: WorkRequest = rows(WORK_REQUESTS, story)[request_id()]
    return found


@rule("CON-5")
def test_a_work_request_shows_whose_turn_it_is_what_was_promised_and_whether_it_was_kept() -> None:
    assert_shows(
        request(request_story("requested")),
        stage=WorkRequestStage.REQUESTED,
        from_department="service",
        to_department="commerce",
        contact_id=ID,
        next_signature=Role.SERVICE_DIRECTOR,
    )
    approved = request(request_story("approved"))
    assert_shows(approved, next_signature=Role.COMMERCE_DEPT, stage=WorkRequestStage.APPROVED)
    story = request_story("promised")
    assert_shows(
        request(story), promised_on=MONDAY, forfeit=FORFEIT, next_signature=None, kept=None
    )
    story.tell(wish(r.EnforceForfeit), DORA, NOON + timedelta(days=4))
    assert_shows(request(story), kept=False, open=True)
    assert_shows(request(request_story()), kept=True, open=False, result="the list is out")


@rule("CON-7")
def test_a_question_to_a_product_unit_shows_its_date_and_its_dispute() -> None:
    story = product_story("agreed").tell(wish(r.DisputeRequest, about="whose seal"), ENZO)
    disputed = request(story)
    assert_shows(
        disputed, put_to_product_unit=True, agreed_on=MONDAY, disputed=True, dispute="whose seal"
    )
    story.tell(wish(r.SettleDispute, outcome="theirs"), GUS)
    assert_shows(request(story), disputed=False, dispute_outcome="theirs")
    needless = product_story("requested").tell(
        wish(r.RefuseNeedlessRequest, reason="in the manual"), ENZO
    )
    assert_shows(request(needless), stage=WorkRequestStage.NEEDLESS, ended_because="in the manual")


@rule("CON-5")
def test_a_quality_incident_shows_who_hears_of_it_and_whether_they_did_in_time() -> None:
    story = setting().tell(report_incident(), SAM)
    assert_shows(request(story), incident_told_to=LISTED, report_due_at=NOON + HOUR)
    story.tell(wish(r.ReportQualityIncident, told=LISTED), SAM, NOON + 2 * HOUR)
    assert_shows(request(story), reported_in_time=False, reported_at=request(story).reported_at)


@pytest.mark.parametrize("story", [request_story(), product_story()])
def test_an_imported_request_is_shown_whatever_it_begins_with(story: Story) -> None:
    recorded = [each for each in story.recorded() if isinstance(each.event, re.Event)]
    backwards: WorkRequest | None = None
    for each in reversed(recorded):
        alone = WORK_REQUESTS.fold(None, each, Reference())
        assert alone is not None and alone.work_request_id == request_id()
        backwards = WORK_REQUESTS.fold(backwards, each, Reference())
    assert backwards is not None and backwards.number == "W-1" and backwards.done_at


# ── counts of inquiries ─────────────────────────────────────────────────────


def periods(story: Story) -> dict[InquiriesTogether, InquiryPeriod]:
    return {each.together: each for each in rows(INQUIRY_PERIODS, story).values()}


def so_many(**numbers: int) -> tuple[InquiriesOfCategory, ...]:
    return tuple(
        InquiriesOfCategory(category=ContactCategory(category), inquiries=number)
        for category, number in numbers.items()
    )


@rule("CON-4")
def test_a_week_and_a_month_show_their_inquiries_by_category_as_they_turned_out_to_be() -> None:
    story = contact_story("classified", category=PRICE)
    contact_story("classified", 2, ContactCategory.PARTS_INQUIRY, story)
    story.tell(classify(ContactCategory.PARTS_INQUIRY), HELEN)
    found = periods(story)
    firsts = {InquiriesTogether.WEEK: date(2026, 3, 2), InquiriesTogether.MONTH: date(2026, 3, 1)}
    assert {each.together: each.first_day for each in found.values()} == firsts
    for each in found.values():
        assert_shows(each, counts=so_many(parts_inquiry=2), inquiries=2, delivered=False)
    story.tell(classify(ContactCategory.COMPLAINT), HELEN)
    assert_shows(periods(story)[InquiriesTogether.MONTH], counts=so_many(parts_inquiry=1))


@rule("CON-4")
def test_what_was_delivered_stays_beside_what_is_found_out_later() -> None:
    story = contact_story("classified", category=PRICE)
    week = periods(story)[InquiriesTogether.WEEK]
    friday = datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert_shows(week, due_at=friday, delivered=False, in_time=None, delivered_counts=())
    story.tell(deliver_week(price_inquiry=1), HELEN, friday)
    story.tell(classify(ContactCategory.PARTS_INQUIRY), HELEN, friday)
    found = rows(INQUIRY_PERIODS, story).values()
    following, week = sorted(
        (each for each in found if each.together is InquiriesTogether.WEEK),
        key=lambda each: each.delivered,
    )
    assert_shows(
        following, due_at=friday + timedelta(days=7), counts=(), inquiries=0, delivered=False
    )
    month = periods(story)[InquiriesTogether.MONTH]
    assert_shows(
        week,
        counts=so_many(parts_inquiry=1),
        delivered=True,
        in_time=False,
        delivered_to=(DORA.id,),
        delivered_by=HELEN.id,
        due_at=friday,
    )
    delivered = {each.category: each.inquiries for each in week.delivered_counts}
    assert delivered.pop(PRICE) == 1 and not any(delivered.values())
    assert_shows(month, delivered=False, delivered_to=())
