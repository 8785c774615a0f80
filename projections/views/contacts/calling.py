"""Who got in touch, and about what."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.contacts import events as e
from domain.sla.starting import DueBy
from projections.views.contacts.row import Contact


def fold(contact: Contact, event: e.Called, at: datetime) -> Contact:
    match event:
        case e.CallMissed() | e.PersonalCallMissed():
            return missed(contact, event)
        case e.CallReturned():
            return returned(contact, event, at)
        case e.ContactLogged():
            return logged(contact, event, at)
        case e.CallerIdentified(customer_id=customer_id):
            known = contact.but(caller=event.caller, phone=event.phone)
            return known.but(customer_id=customer_id)
        case e.CallerErased():
            return contact
        case never:
            assert_never(never)


def missed(contact: Contact, event: e.CallMissed | e.PersonalCallMissed) -> Contact:
    called = event.called_person_id if isinstance(event, e.PersonalCallMissed) else None
    return contact.but(
        missed=True,
        called_person_id=called,
        caller=event.caller,
        phone=event.phone,
        organisation=event.organisation,
        customer_id=event.customer_id,
        station_id=event.station_id,
        logged_by_id=event.noted_by.person,
        return_due_at=due_at(event.return_due),
    )


def returned(contact: Contact, event: e.CallReturned, at: datetime) -> Contact:
    if contact.returned_at:
        return contact
    return contact.but(returned_at=at, returned_in_time=in_time_unless(event.late))


def logged(contact: Contact, event: e.ContactLogged, at: datetime) -> Contact:
    return contact.but(
        channel=event.channel,
        caller=event.caller,
        phone=event.phone,
        organisation=event.organisation or contact.organisation,
        reason=event.reason,
        product=event.product,
        need=event.need,
        station_id=event.station_id,
        customer_id=event.customer_id,
        dealer_id=event.dealer_id,
        equipment_id=event.equipment_id,
        logged_by_id=event.logged_by.person,
        logged_at=at,
        contact_due_at=due_at(event.contact_due),
    )


def due_at(target: DueBy | None) -> datetime | None:
    return target.due.at if target else None


def in_time_unless(late: bool | None) -> bool | None:
    return None if late is None else not late
