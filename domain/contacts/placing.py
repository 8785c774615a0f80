"""What a contact is about, and who is in charge of it: CON-2, CON-4, CON-6."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain import policies
from domain.approvals import names
from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts import inquiry_counts
from domain.contacts.calling import refuse_unknown_person
from domain.contacts.refusals import NotTheirsToTakeCharge
from domain.contacts.standing import not_over, only_at
from domain.contacts.state import Contact, ContactStage
from domain.messages import On, World
from domain.policy_content import ContactHandling
from domain.sla.starting import started
from domain.vocabulary import ContactCategory

ANSWER = "inquiry_answer"
REFERRAL = "inquiry_referral"

UNSPOKEN = (
    ContactStage.MISSED,
    ContactStage.RETURNED,
    ContactStage.LOGGED,
    ContactStage.CLASSIFIED,
    ContactStage.ROUTED,
)


def decide(contact: Contact, command: c.Placing, world: World) -> list[e.Event | On]:
    match command:
        case c.ClassifyContact():
            return classify(contact, command, world)
        case c.RouteContact(person_id=person_id):
            return [*route(contact, person_id, world)]
        case c.DropContact(reason=reason):
            only_at(contact, *UNSPOKEN)
            return [e.ContactDropped(reason=reason, dropped_by=names(world))]
        case never:
            assert_never(never)


def classify(contact: Contact, command: c.ClassifyContact, world: World) -> list[e.Event | On]:
    """An inquiry is to be answered, and is counted on the day on which it came in (CON-4)."""
    not_over(contact)
    if contact.stage in (ContactStage.MISSED, ContactStage.RETURNED):
        only_at(contact, ContactStage.LOGGED)
    category = command.category
    if contact.category is category:
        return []
    counted = inquiry_counts.counted(command.contact_id, contact.came_in, category, world)
    classified = e.ContactClassified(category=category, classified_by=names(world))
    if not category.is_inquiry or contact.inquired:
        return [classified, *counted]
    return [classified, received(contact, category, world), *counted]


def received(contact: Contact, category: ContactCategory, world: World) -> e.InquiryReceived:
    """Counted from when it was logged, not from when it was found to be an inquiry (CON-4)."""
    since = contact.contact_due.since if contact.contact_due else world.effective_at
    return e.InquiryReceived(
        category=category,
        answer_due=started(world, ANSWER, since),
        referral_due=started(world, REFERRAL, since),
    )


def route(contact: Contact, person_id: UUID, world: World) -> list[e.Event]:
    """To somebody in a role that is in charge of such contacts (CON-2)."""
    only_at(contact, ContactStage.CLASSIFIED, ContactStage.ROUTED)
    person = refuse_unknown_person(world, person_id, "person_id")
    category = contact.category
    roles = policies.in_force(world, ContactHandling).roles_for(category) if category else None
    if roles is not None and not person.held & roles:
        raise NotTheirsToTakeCharge(
            f"In charge of a {category} is a {' or a '.join(sorted(roles))}.",
            fields=("person_id",),
        )
    if contact.stage is ContactStage.ROUTED and contact.in_charge == person_id:
        return []
    station_id = person.station_id or contact.station_id
    return [e.ContactRouted(person_id=person_id, station_id=station_id, routed_by=names(world))]
