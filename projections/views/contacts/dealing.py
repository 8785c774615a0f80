"""What was done about a contact, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.contacts import events as e
from projections.views.contacts.calling import in_time_unless
from projections.views.contacts.row import Contact


def fold(contact: Contact, event: e.Dealt, at: datetime) -> Contact:
    match event:
        case e.CustomerContacted():
            return contacted(contact, event, at)
        case e.CustomerContactConfirmed():
            return contact.but(confirmed_at=at)
        case e.CustomerContactRefuted():
            return contact.but(refuted=contact.refuted + 1)
        case e.InquiryAnswered():
            return answered(contact, event, at)
        case e.InquiryReferred():
            return referred(contact, event, at)
        case e.OrderOpened():
            return contact.but(order_count=contact.order_count + 1)
        case e.ContactClosed(outcome=outcome):
            return contact.but(ended_at=at, outcome=outcome)
        case never:
            assert_never(never)


def contacted(contact: Contact, event: e.CustomerContacted, at: datetime) -> Contact:
    """The first time is measured; the last result counts."""
    contact = contact.but(result=event.result)
    if contact.contacted_at:
        return contact
    return contact.but(contacted_at=at, contacted_in_time=in_time_unless(event.late))


def answered(contact: Contact, event: e.InquiryAnswered, at: datetime) -> Contact:
    return contact.but(
        answered_at=at,
        answered_in_time=in_time_unless(event.late),
        answer=event.answer,
        standard_answer_id=event.standard_answer_id,
    )


def referred(contact: Contact, event: e.InquiryReferred, at: datetime) -> Contact:
    contact = contact.but(referred_to=event.department)
    if contact.referred_at:
        return contact
    return contact.but(referred_at=at, referred_in_time=in_time_unless(event.late))
