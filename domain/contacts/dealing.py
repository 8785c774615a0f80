"""Contacting the customer, answering, opportunities, and the end: CON-2, CON-4, CON-6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from domain.approvals import names
from domain.contacts import answering
from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts.refusals import (
    ConfirmsTheirOwn,
    NotInCharge,
    OpportunityExists,
    OpportunityNotFound,
    OpportunityOver,
    StillToDo,
)
from domain.contacts.standing import late, not_over, only_at
from domain.contacts.state import Contact, ContactStage
from domain.messages import On, World
from domain.vocabulary import ContactCategory

SPOKEN_ABOUT = (
    ContactStage.LOGGED,
    ContactStage.CLASSIFIED,
    ContactStage.ROUTED,
    ContactStage.CONTACTED,
    ContactStage.CONFIRMED,
)


def decide(contact: Contact, command: c.Dealing, world: World) -> list[e.Event | On]:
    match command:
        case c.SpeakToCustomer(result=result):
            return [speak(contact, result, world)]
        case c.ConfirmSpokenTo():
            return [confirm(contact, command, world)]
        case c.AnswerInquiry():
            return answering.answer(contact, command, world)
        case c.ReferInquiry():
            return [answering.refer(contact, command, world)]
        case c.RecordOpportunity():
            return [find(contact, command, world)]
        case c.FollowUpOpportunity():
            return [follow_up(contact, command, world)]
        case c.CloseContact(outcome=outcome):
            return [close(contact, outcome, world)]
        case never:
            assert_never(never)


# ── the customer ────────────────────────────────────────────────────────────


def speak(contact: Contact, result: str, world: World) -> e.CustomerContacted:
    """By whoever is in charge, or who stands in for them (SEG-6)."""
    only_at(contact, ContactStage.ROUTED)
    if contact.in_charge and contact.in_charge not in names(world).both:
        raise NotInCharge
    return e.CustomerContacted(
        result=result,
        late=None if contact.contacted else late(contact.contact_due, world),
        contacted_by=names(world),
    )


def confirm(
    contact: Contact, command: c.ConfirmSpokenTo, world: World
) -> e.CustomerContactConfirmed | e.CustomerContactRefuted:
    """By somebody else than who contacted the customer (SEG-1)."""
    only_at(contact, ContactStage.CONTACTED)
    by = names(world)
    if contact.contacted_by and by.both & contact.contacted_by.both:
        raise ConfirmsTheirOwn
    if command.happened:
        return e.CustomerContactConfirmed(remark=command.remark, confirmed_by=by)
    return e.CustomerContactRefuted(remark=command.remark, refuted_by=by)


# ── opportunities ───────────────────────────────────────────────────────────


def find(contact: Contact, command: c.RecordOpportunity, world: World) -> e.OpportunityFound:
    only_at(contact, *SPOKEN_ABOUT)
    if command.opportunity_id in contact.opportunities:
        raise OpportunityExists
    return e.OpportunityFound(
        opportunity_id=command.opportunity_id,
        about=command.about,
        estimate=command.estimate,
        found_by=names(world),
    )


def follow_up(
    contact: Contact, command: c.FollowUpOpportunity, world: World
) -> e.OpportunityFollowedUp:
    """It may take longer than the contact itself."""
    known = contact.opportunities.get(command.opportunity_id)
    if known is None:
        raise OpportunityNotFound
    if known.over:
        raise OpportunityOver
    return e.OpportunityFollowedUp(
        opportunity_id=command.opportunity_id,
        result=command.result,
        won=command.won,
        followed_up_by=names(world),
    )


# ── the end ─────────────────────────────────────────────────────────────────


def close(contact: Contact, outcome: str, world: World) -> e.ContactClosed:
    not_over(contact)
    if missing := tuple(still_to_do(contact)):
        raise StillToDo(f"Before the contact is closed, {'; '.join(missing)}.", reasons=missing)
    return e.ContactClosed(outcome=outcome, closed_by=names(world))


def still_to_do(contact: Contact) -> Iterator[str]:
    """What a contact of its category still asks for (CON-2, CON-3, CON-4, CON-6)."""
    if contact.category is None:
        yield "it is classified"
    if contact.stage is not ContactStage.CONFIRMED:
        yield "somebody in charge contacts the customer and the hotline confirms it"
    if contact.category is ContactCategory.TECHNICAL_SERVICE and not led_somewhere(contact):
        yield (
            "a field order (reportFault) or a repair (receiveItem) is opened that names it, or it "
            "is classified as an inquiry and answered"
        )
    is_inquiry = contact.category is not None and contact.category.is_inquiry
    if is_inquiry and not (contact.answered or contact.referred):
        yield "the inquiry is answered or referred"
    if any(not each.followed_up for each in contact.opportunities.values()):
        yield "every opportunity is followed up"


def led_somewhere(contact: Contact) -> bool:
    """Whether an order was opened for it; what another system kept may have led anywhere there."""
    return bool(contact.orders) or contact.came_in is None
