"""What decisions need to remember of a contact.

A history that comes from another system may begin anywhere and lack anything: what is unknown
stays None, and the stage is that of the last step that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from domain.approvals import Names
from domain.contacts import events as e
from domain.contacts.commands import CONTACT
from domain.messages import Event, PersonalText
from domain.sla.starting import DueBy
from domain.vocabulary import ContactCategory


class ContactStage(StrEnum):
    """How far a contact has come."""

    MISSED = "missed"
    RETURNED = "returned"  # and somebody answered
    LOGGED = "logged"
    CLASSIFIED = "classified"
    ROUTED = "routed"
    CONTACTED = "contacted"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    DROPPED = "dropped"


OVER = (ContactStage.CLOSED, ContactStage.DROPPED)
STAGES: dict[type[Event], ContactStage] = {
    e.CallMissed: ContactStage.MISSED,
    e.PersonalCallMissed: ContactStage.MISSED,
    e.ContactLogged: ContactStage.LOGGED,
    e.ContactRouted: ContactStage.ROUTED,
    e.ContactDropped: ContactStage.DROPPED,
    e.CustomerContacted: ContactStage.CONTACTED,
    e.CustomerContactConfirmed: ContactStage.CONFIRMED,
    e.CustomerContactRefuted: ContactStage.ROUTED,
    e.ContactClosed: ContactStage.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Whether it was followed up, and whether that is over."""

    followed_up: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """What decisions need to remember of a contact."""

    kind: ClassVar[str] = CONTACT
    stage: ContactStage | None = None
    subject: UUID | None = None
    caller: PersonalText | None = None
    phone: PersonalText | None = None
    customer_id: UUID | None = None
    station_id: UUID | None = None
    category: ContactCategory | None = None
    in_charge: UUID | None = None
    return_due: DueBy | None = None
    returned: bool = False
    contact_due: DueBy | None = None
    contacted: bool = False
    contacted_by: Names | None = None
    inquired: bool = False
    answer_due: DueBy | None = None
    referral_due: DueBy | None = None
    answered: bool = False
    referred: bool = False
    orders: frozenset[UUID] = frozenset()
    opportunities: Mapping[UUID, Opportunity] = field(default_factory=dict)

    @property
    def came_in(self) -> datetime | None:
        """When the call was missed or the contact logged; None where another system kept it."""
        due = self.return_due or self.contact_due
        return due.since if due else None


State = Contact


def evolve(contact: Contact | None, event: e.Event) -> Contact:
    contact = contact or Contact()
    contact = replace(contact, stage=stage_after(contact.stage, event))
    if isinstance(event, e.Called):
        return called(contact, event)
    if isinstance(event, e.Placed):
        return placed(contact, event)
    if isinstance(event, e.Opportune):
        return with_opportunity(contact, event)
    return dealt(contact, event)


def stage_after(stage: ContactStage | None, event: e.Event) -> ContactStage | None:
    """How far a contact has come that was so far."""
    match event:
        case e.CallReturned(reached=reached):
            return ContactStage.RETURNED if reached else stage
        case e.ContactClassified():
            early = (None, ContactStage.LOGGED, ContactStage.ROUTED)
            return ContactStage.CLASSIFIED if stage in early else stage
        case _:
            return STAGES.get(type(event), stage)


def called(contact: Contact, event: e.Called) -> Contact:
    match event:
        case e.CallMissed() | e.PersonalCallMissed():
            return replace(of_caller(contact, event), return_due=event.return_due)
        case e.CallReturned():
            return replace(contact, returned=True)
        case e.ContactLogged(contact_due=due):
            return replace(of_caller(contact, event), contact_due=due)
        case e.CallerIdentified():
            return with_caller(contact, event, event.customer_id)
        case e.CallerErased():
            return replace(contact, subject=None, caller=None, phone=None)
        case never:
            assert_never(never)


def placed(contact: Contact, event: e.Placed) -> Contact:
    match event:
        case e.ContactClassified(category=category):
            return replace(contact, category=category)
        case e.InquiryReceived(answer_due=answer, referral_due=referral):
            return replace(contact, inquired=True, answer_due=answer, referral_due=referral)
        case e.ContactRouted(person_id=person_id, station_id=station_id):
            return replace(contact, in_charge=person_id, station_id=station_id)
        case e.ContactDropped():
            return contact
        case never:
            assert_never(never)


def of_caller(
    contact: Contact, event: e.CallMissed | e.PersonalCallMissed | e.ContactLogged
) -> Contact:
    known = with_caller(contact, event, event.customer_id)
    return replace(known, station_id=event.station_id)


def with_caller(contact: Contact, event: e.AboutCaller, customer_id: UUID | None) -> Contact:
    return replace(
        contact,
        subject=event.subject,
        caller=event.caller,
        phone=event.phone,
        customer_id=customer_id,
    )


def dealt(contact: Contact, event: e.Dealt) -> Contact:
    match event:
        case e.CustomerContacted(contacted_by=by):
            return replace(contact, contacted=True, contacted_by=by)
        case e.InquiryAnswered():
            return replace(contact, answered=True)
        case e.InquiryReferred():
            return replace(contact, referred=True)
        case e.OrderOpened(order_id=id):
            return replace(contact, orders=contact.orders | {id})
        case e.CustomerContactConfirmed() | e.CustomerContactRefuted() | e.ContactClosed():
            return contact
        case never:
            assert_never(never)


def with_opportunity(contact: Contact, event: e.Opportune) -> Contact:
    match event:
        case e.OpportunityFound():
            now = Opportunity()
        case e.OpportunityFollowedUp(won=won):
            now = Opportunity(followed_up=True, over=won is not None)
        case never:
            assert_never(never)
    return replace(contact, opportunities={**contact.opportunities, event.opportunity_id: now})
