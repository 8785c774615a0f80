"""What contacts lead to: orders that name them as their cause (CON-3)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.approvals import Names
from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts.refusals import ContactNotFound, ContactNotReady, StillToDo
from domain.contacts.state import Contact
from domain.messages import Actor, Command, On, Stream
from domain.vocabulary import ContactCategory, OrderKind
from tests.contact_stories import (
    about,
    answer,
    classify,
    close,
    contact_id,
    contact_story,
    log_contact,
    miss_call,
    order,
)
from tests.field_stories import field_order_id, report_fault
from tests.repair_stories import receive, repair_id
from tests.rules import rule
from tests.scenario import HELEN, SAM, SUSI, Scenario, Story, given
from tests.stories import OTHER_STATION, STATION, setting

ID = contact_id()
STREAM = Stream(Contact.kind, ID)
OF_STATION = Actor(SUSI.id, SUSI.roles, STATION)


def fault(contact: UUID = ID) -> Command:
    return report_fault(1, contact_id=contact, station_id=STATION)


def parcel(contact: UUID = ID) -> Command:
    return receive(1, contact_id=contact)


Wish = Callable[[UUID], Command]
EITHER = pytest.mark.parametrize("wish", [fault, parcel])


def asked(story: Story) -> Scenario:
    return given(story.histories)


@rule("CON-3")
@pytest.mark.parametrize(
    ("wish", "opened"),
    [
        (fault, e.OrderOpened(order=OrderKind.FIELD, order_id=field_order_id(), number="FO-1")),
        (parcel, e.OrderOpened(order=OrderKind.REPAIR, order_id=repair_id(), number="R-1")),
    ],
)
def test_an_order_that_names_its_contact_is_told_to_it(wish: Wish, opened: e.OrderOpened) -> None:
    outcome = asked(contact_story("logged")).when(wish(ID), actor=SUSI).outcome()
    assert [each for each in outcome if each.stream == STREAM] == [On(STREAM, opened)]


@rule("CON-3")
@EITHER
def test_an_order_comes_from_a_contact_that_there_is_and_that_goes_on(wish: Wish) -> None:
    story = contact_story("logged")
    asked(story).when(wish(contact_id(7)), actor=SUSI).then_refused(ContactNotFound)
    closed = asked(contact_story("closed")).when(wish(ID), actor=SUSI)
    closed.then_refused(ContactNotReady, "closed: log the new one")
    story.tell(about(c.DropContact, reason="wrong number"), HELEN)
    asked(story).when(wish(ID), actor=SUSI).then_refused(ContactNotReady, "dropped")
    missed = setting().tell(miss_call(), HELEN)
    asked(missed).when(wish(ID), actor=SUSI).then_refused(ContactNotReady, "log the contact first")


@rule("CON-3")
@EITHER
def test_a_contact_of_another_station_or_of_headquarters_is_hidden(wish: Wish) -> None:
    for station_id in (OTHER_STATION, None):
        story = setting().tell(log_contact(station_id=station_id), HELEN)
        asked(story).when(wish(ID), actor=OF_STATION).then_refused(ContactNotFound)
    story = contact_story("logged")
    assert asked(story).when(wish(ID), actor=OF_STATION).outcome()


@rule("CON-3")
def test_a_technical_contact_is_closed_once_it_led_to_an_order() -> None:
    story = contact_story("confirmed")
    refused = asked(story).when(close(), actor=HELEN)
    refused.then_refused(StillToDo, "reportFault", "receiveItem", "inquiry")
    closed = e.ContactClosed(outcome="order FO-1", closed_by=Names(person=HELEN.id))
    asked(contact_story("ordered")).when(close(), actor=HELEN).then(closed)


@rule("CON-3", "CON-4")
def test_a_technical_question_that_needs_no_order_is_answered_as_an_inquiry() -> None:
    story = contact_story("confirmed")
    story.tell(classify(ContactCategory.GENERAL_INQUIRY), HELEN).tell(answer(), SAM)
    story.tell(close(), HELEN)
    assert isinstance(story.events(STREAM)[-1], e.ContactClosed)


def test_an_order_is_told_to_its_contact_also_after_it_was_told_of_others() -> None:
    story = contact_story("ordered").tell(parcel(), SUSI)
    contact: Contact = story.state(Contact, ID)
    assert contact.orders == {order().field_order_id, repair_id()}
