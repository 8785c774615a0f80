"""Inquiries counted by category, and the counts of weeks and months delivered: CON-4."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.approvals import Names
from domain.contacts import commands as c
from domain.contacts import inquiry_counts as q
from domain.contacts.events import ContactLogged
from domain.contacts.state import Contact
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.policies import Pin, PublishPolicy
from domain.policy_content import Deadline, Every, Period
from domain.registry.person import PersonNotFound, RecordDeparture
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from domain.vocabulary import ContactCategory, ContactChannel
from tests.clock import NOON
from tests.contact_stories import about, classify, contact_id, log_contact, log_stranger, miss_call
from tests.rules import rule
from tests.scenario import ADAM, DORA, FINN, HELEN, MAX, SUSI, Scenario, Story, given
from tests.stories import STATION, setting

PRICE, PARTS = ContactCategory.PRICE_INQUIRY, ContactCategory.PARTS_INQUIRY
COMPLAINT = ContactCategory.COMPLAINT
FRIDAY, MONDAY, MARCH = date(2026, 3, 6), date(2026, 3, 2), date(2026, 3, 1)
NEXT_MONDAY = datetime(2026, 3, 8, 16, tzinfo=UTC)  # as it begins in Shanghai
APRIL = datetime(2026, 3, 31, 16, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WEEKLY, MONTHLY = "inquiry_counts_weekly", "inquiry_counts_monthly"
NAMELESS = Actor(UUID(int=0xAC99), frozenset({Role.HOTLINE_AGENT}))


def due(clock: str, since: datetime, at: datetime) -> DueBy:
    pin = Pin(policy_id=f"deadline.{clock}", version=1)
    return DueBy(policy=pin, since=since, due=Due(at=at, with_day=True))


WEEK_DUE = due(WEEKLY, NEXT_MONDAY - 7 * DAY, NEXT_MONDAY + 5 * DAY)
MONTH_DUE = due(MONTHLY, datetime(2026, 2, 28, 16, tzinfo=UTC), APRIL + 5 * DAY)


def counts(**numbers: int) -> tuple[q.InquiryCount, ...]:
    return tuple(
        q.InquiryCount(category=ContactCategory(name), inquiries=number)
        for name, number in numbers.items()
    )


def every(**numbers: int) -> tuple[q.InquiryCount, ...]:
    """As they are put on record: every category, in their order."""
    inquiries = [each for each in ContactCategory if each.is_inquiry]
    return tuple(
        q.InquiryCount(category=each, inquiries=numbers.get(each, 0)) for each in inquiries
    )


def weekly(*, week: date = MONDAY, to: Iterable[UUID] = (DORA.id,), **numbers: int) -> Any:
    return q.DeliverWeeklyInquiries(week=week, counts=counts(**numbers), delivered_to=tuple(to))


def monthly(*, month: date = MARCH, to: Iterable[UUID] = (DORA.id,), **numbers: int) -> Any:
    return q.DeliverMonthlyInquiries(month=month, counts=counts(**numbers), delivered_to=tuple(to))


def inquired(
    *categories: ContactCategory, at: datetime = NOON, story: Story | None = None
) -> Story:
    """So many contacts, logged and classified at a time."""
    story = story or setting()
    first = sum(isinstance(on.event, ContactLogged) for on in story.happened) + 1
    for number, category in enumerate(categories, start=first):
        story.tell(log_stranger(number), HELEN, at)
        story.tell(classify(category, number), HELEN, at)
    return story


def asked(story: Story) -> Scenario:
    return given(story.histories)


def day_of(day: date) -> Stream:
    return q.stream_of(Period.DAY, day)


# ── counting ────────────────────────────────────────────────────────────────


@rule("CON-4")
def test_the_first_inquiry_begins_its_week_and_month_which_are_due_in_the_next() -> None:
    story = setting().tell(log_contact(), HELEN)
    outcome = asked(story).when(classify(PRICE), actor=HELEN).outcome()
    assert outcome[2:] == [
        On(q.stream_of(Period.WEEK, MONDAY), q.InquiryWeekBegun(first_day=MONDAY, due=WEEK_DUE)),
        On(q.stream_of(Period.MONTH, MARCH), q.InquiryMonthBegun(first_day=MARCH, due=MONTH_DUE)),
        On(day_of(FRIDAY), counted(contact_id(1), PRICE)),
    ]


def counted(
    id: UUID,
    category: ContactCategory | None,
    instead_of: ContactCategory | None = None,
    day: date = FRIDAY,
) -> q.InquiryCounted:
    return q.InquiryCounted(day=day, contact_id=id, category=category, instead_of=instead_of)


@rule("CON-4")
def test_a_contact_counts_once_on_the_day_it_came_in_as_what_it_turned_out_to_be() -> None:
    story = inquired(PRICE, COMPLAINT, PARTS)
    saturday = NOON + DAY
    story.tell(classify(PARTS), HELEN, saturday).tell(classify(COMPLAINT), HELEN, saturday)
    assert story.events(day_of(FRIDAY)) == (
        counted(contact_id(1), PRICE),
        counted(contact_id(3), PARTS),
        counted(contact_id(1), PARTS, PRICE),
        counted(contact_id(1), None, PARTS),
    )
    assert story.state(q.InquiryPeriod, day_of(FRIDAY).id).counted == {contact_id(3): PARTS}
    again = story.tell(classify(PRICE), HELEN, saturday).events(day_of(FRIDAY))
    assert again[-1] == counted(contact_id(1), PRICE)


@rule("CON-4", "SLA-2")
def test_a_week_and_a_month_begin_once_and_keep_the_deadline_they_began_under() -> None:
    stricter = Deadline(
        name=WEEKLY,
        rules=("CON-4",),
        about="earlier",
        target=Every(period=Period.WEEK, day=1, in_next=True),
    )
    story = inquired(PRICE).tell(PublishPolicy(content=stricter), ADAM, NOON + SECOND)
    inquired(PARTS, at=NOON + DAY, story=story)
    begun = [on for on in story.happened if isinstance(on.event, q.PeriodBegun)]
    assert len(begun) == 2
    delivery = asked(story).when(
        weekly(price_inquiry=1, parts_inquiry=1), actor=HELEN, now=NEXT_MONDAY + 4 * DAY
    )
    event, _ = delivery.outcome()
    assert isinstance(event.event, q.WeeklyInquiriesDelivered)
    assert (event.event.due, event.event.late) == (WEEK_DUE, False)


@rule("CON-4")
def test_a_missed_call_counts_on_the_day_of_the_call() -> None:
    story = setting().tell(miss_call(), HELEN)
    saturday = NOON + DAY
    story.tell(about(c.ReturnCall, reached=True), HELEN, saturday)
    story.tell(log_stranger(), HELEN, saturday).tell(classify(PRICE), HELEN, saturday)
    assert story.events(day_of(FRIDAY)) == (counted(contact_id(1), PRICE),)


@rule("CON-4")
def test_what_another_system_kept_was_counted_there() -> None:
    logged = ContactLogged(
        subject=contact_id(),
        caller=None,
        phone=None,
        channel=ContactChannel.HOTLINE,
        organisation=None,
        reason=None,
        product=None,
        need=None,
        customer_id=None,
        dealer_id=None,
        equipment_id=None,
        station_id=None,
        contact_due=None,
        logged_by=Names(person=HELEN.id),
    )
    known = given(setting().histories, On(Stream(Contact.kind, contact_id()), logged))
    outcome = known.when(classify(PRICE), actor=HELEN).outcome()
    assert {on.stream for on in outcome} == {Stream(Contact.kind, contact_id())}


# ── delivering ──────────────────────────────────────────────────────────────


@rule("CON-4")
@pytest.mark.parametrize(
    ("now", "late"),
    [(NEXT_MONDAY, False), (NEXT_MONDAY + 5 * DAY - SECOND, False), (NEXT_MONDAY + 5 * DAY, True)],
)
def test_a_weeks_counts_are_delivered_by_friday_of_the_next_or_late(
    now: datetime, late: bool
) -> None:
    story = inquired(PRICE, PRICE, COMPLAINT, PARTS)
    wish = weekly(week=FRIDAY, to=(DORA.id, MAX.id), price_inquiry=2, parts_inquiry=1)
    delivered, _ = asked(story).when(wish, actor=HELEN, now=now).outcome()
    assert delivered.event == q.WeeklyInquiriesDelivered(
        first_day=MONDAY,
        counts=every(price_inquiry=2, parts_inquiry=1),
        delivered_to=(DORA.id, MAX.id),
        due=WEEK_DUE,
        late=late,
        delivered_by=Names(person=HELEN.id),
    )


@rule("CON-4")
@pytest.mark.parametrize(
    ("now", "late"), [(APRIL, False), (APRIL + 5 * DAY - SECOND, False), (APRIL + 5 * DAY, True)]
)
def test_a_months_counts_are_delivered_by_the_fifth_of_the_next_or_late(
    now: datetime, late: bool
) -> None:
    story = inquired(PRICE, story=inquired(PRICE, PARTS), at=NOON + 20 * DAY)
    wish = monthly(price_inquiry=2, parts_inquiry=1)
    delivered, _ = asked(story).when(wish, actor=SUSI, now=now).outcome()
    assert delivered.event == q.MonthlyInquiriesDelivered(
        first_day=MARCH,
        counts=every(price_inquiry=2, parts_inquiry=1),
        delivered_to=(DORA.id,),
        due=MONTH_DUE,
        late=late,
        delivered_by=Names(person=SUSI.id),
    )


@rule("CON-4")
def test_counts_come_for_weeks_without_inquiries_too_due_once_those_before_were_delivered() -> None:
    story = inquired(PRICE).tell(weekly(price_inquiry=1), HELEN, NEXT_MONDAY)
    for weeks in (1, 2):
        week = q.stream_of(Period.WEEK, MONDAY + weeks * 7 * DAY)
        since = NEXT_MONDAY + (weeks - 1) * 7 * DAY
        by_friday = due(WEEKLY, since, since + 12 * DAY)
        assert story.state(q.InquiryPeriod, week.id).due == by_friday
        story.tell(weekly(week=MONDAY + weeks * 7 * DAY), HELEN, since + 12 * DAY)
        [begun, delivered] = story.events(week)
        assert isinstance(begun, q.InquiryWeekBegun) and begun.first_day == delivered.first_day
        assert (delivered.counts, delivered.due, delivered.late) == (every(), by_friday, True)


@rule("CON-4")
def test_so_do_those_of_months_and_a_week_that_began_already_does_not_begin_again() -> None:
    story = inquired(PRICE, story=inquired(PRICE), at=NOON + 7 * DAY)
    story.tell(weekly(price_inquiry=1), HELEN, NEXT_MONDAY + 7 * DAY)
    [begun] = story.events(q.stream_of(Period.WEEK, MONDAY + 7 * DAY))
    assert isinstance(begun, q.InquiryWeekBegun)
    story.tell(monthly(price_inquiry=2), HELEN, APRIL)
    april = q.stream_of(Period.MONTH, date(2026, 4, 1))
    assert story.state(q.InquiryPeriod, april.id).due.due.at == APRIL + 35 * DAY


@rule("CON-4")
def test_a_week_in_which_nothing_began_is_delivered_as_any_other() -> None:
    story = setting().tell(weekly(), HELEN, NEXT_MONDAY)
    [event] = story.events(q.stream_of(Period.WEEK, MONDAY))
    assert isinstance(event, q.WeeklyInquiriesDelivered)
    assert (event.counts, event.due) == (every(), WEEK_DUE)


@rule("CON-4")
def test_counts_that_are_not_those_of_history_are_refused_with_each_that_differs() -> None:
    story = inquired(PRICE, PRICE, PARTS)
    wrong = asked(story).when(weekly(price_inquiry=1, used_machine=1), actor=HELEN, now=NEXT_MONDAY)
    refusal = wrong.then_refused(
        q.CountsDiffer,
        "price_inquiry: 1 delivered, 2 came in.",
        "parts_inquiry: 0 delivered, 1 came in.",
        "used_machine: 1 delivered, 0 came in.",
    )
    assert len(refusal.reasons) == 3


@rule("CON-4")
def test_a_week_or_month_is_delivered_once_and_once_it_is_over() -> None:
    story = inquired(PRICE)
    early = asked(story).when(weekly(price_inquiry=1), actor=HELEN, now=NEXT_MONDAY - SECOND)
    early.then_refused(q.InquiriesStillComing)
    early = asked(story).when(monthly(price_inquiry=1), actor=HELEN, now=APRIL - SECOND)
    early.then_refused(q.InquiriesStillComing)
    story.tell(weekly(price_inquiry=1), HELEN, NEXT_MONDAY)
    again = asked(story).when(weekly(price_inquiry=1), actor=HELEN, now=NEXT_MONDAY)
    again.then_refused(q.InquiriesDeliveredBefore)
    story.tell(monthly(price_inquiry=1), HELEN, APRIL)


@rule("CON-4")
def test_what_is_found_out_later_leaves_what_was_delivered_as_it_is() -> None:
    story = inquired(PRICE).tell(weekly(price_inquiry=1), HELEN, NEXT_MONDAY)
    story.tell(classify(PARTS), HELEN, NEXT_MONDAY)
    week = q.stream_of(Period.WEEK, MONDAY)
    assert [type(event) for event in story.events(week)] == [
        q.InquiryWeekBegun,
        q.WeeklyInquiriesDelivered,
    ]
    asked(story).when(monthly(parts_inquiry=1), actor=HELEN, now=APRIL).outcome()


@rule("CON-4")
def test_counts_go_to_people_of_ours() -> None:
    story = inquired(PRICE)
    wish = weekly(to=(DORA.id, NAMELESS.id), price_inquiry=1)
    asked(story).when(wish, actor=HELEN, now=NEXT_MONDAY).then_refused(PersonNotFound)
    story.tell(RecordDeparture(person_id=DORA.id, reason="retired"), ADAM)
    wish = weekly(to=(DORA.id,), price_inquiry=1)
    asked(story).when(wish, actor=HELEN, now=NEXT_MONDAY).then_refused(PersonNotFound)


@rule("CON-4")
def test_headquarters_delivers_what_is_counted_over_all_stations() -> None:
    story = inquired(PRICE)
    of_station = Actor(SUSI.id, SUSI.roles, STATION)
    wish = asked(story).when(weekly(price_inquiry=1), actor=of_station, now=NEXT_MONDAY)
    wish.then_refused(q.CountsOfAllStations)
    wish = asked(story).when(weekly(price_inquiry=1), actor=FINN, now=NEXT_MONDAY)
    wish.then_refused(Forbidden)


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": counts(price_inquiry=1) * 2},
        {"counts": [{"category": "complaint", "inquiries": 1}]},
        {"counts": [{"category": "price_inquiry", "inquiries": -1}]},
        {"delivered_to": ()},
        {"delivered_to": (DORA.id, DORA.id)},
    ],
)
def test_what_makes_no_sense_is_no_command(changes: dict[str, Any]) -> None:
    sensible: dict[str, Any] = {"week": MONDAY, "counts": (), "delivered_to": (DORA.id,)}
    assert q.DeliverWeeklyInquiries(**sensible).first_day == MONDAY
    with pytest.raises(ValidationError):
        q.DeliverWeeklyInquiries(**sensible | changes)
