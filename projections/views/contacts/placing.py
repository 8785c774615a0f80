"""What a contact is about, and who is in charge of it."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.contacts import events as e
from projections.views.contacts.calling import due_at
from projections.views.contacts.row import Contact


def fold(contact: Contact, event: e.Placed, at: datetime) -> Contact:
    match event:
        case e.ContactClassified(category=category):
            return contact.but(category=category, inquiry=category.is_inquiry)
        case e.InquiryReceived(answer_due=answer, referral_due=referral):
            return contact.but(answer_due_at=due_at(answer), referral_due_at=due_at(referral))
        case e.ContactRouted(person_id=person_id, station_id=station_id):
            return contact.but(person_in_charge_id=person_id, station_id=station_id)
        case e.ContactDropped(reason=reason):
            return contact.but(ended_at=at, outcome=reason)
        case never:
            assert_never(never)
