"""Calls and messages, missed or taken, and who the caller is: CON-1, CON-6."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID, uuid5

from domain.approvals import names
from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts.refusals import (
    CallerIsCustomer,
    CallerKnown,
    ContactExists,
    ContactNotFound,
    NotReached,
)
from domain.contacts.standing import late, not_over, only_at
from domain.contacts.state import Contact, ContactStage
from domain.messages import World
from domain.registry.authority import confined_to
from domain.registry.customer import Customer, CustomerErased, CustomerNotFound
from domain.registry.equipment import Equipment, EquipmentNotFound
from domain.registry.person import Person, PersonNotFound
from domain.registry.station import Station, StationNotFound
from domain.sla.starting import started

MISSED_BY_HOTLINE = "missed_call_by_hotline"
MISSED_BY_PERSON = "missed_call_by_person"
FIRST_RESPONSE = "contact_by_person_in_charge"


def decide(contact: Contact | None, command: c.Calling, world: World) -> list[e.Event]:
    match command:
        case c.LogMissedCall():
            return [miss(contact, command, world)]
        case c.LogContact():
            return [log(contact, command, world)]
        case _ if contact is None:
            raise ContactNotFound
        case c.ReturnCall(reached=reached):
            return [return_call(contact, reached, world)]
        case c.IdentifyCaller(customer_id=customer_id):
            return identify(contact, customer_id, world)
        case c.EraseCaller(legal_basis=basis):
            return erase(contact, basis)
        case never:
            assert_never(never)


# ── calls ───────────────────────────────────────────────────────────────────


def miss(
    contact: Contact | None, command: c.LogMissedCall, world: World
) -> e.CallMissed | e.PersonalCallMissed:
    """The hotline's and a person's missed calls are due to be returned apart (CON-6)."""
    if contact:
        raise ContactExists
    refuse_unknown(world, customer_id=command.customer_id, station_id=command.station_id)
    facts = command.model_dump(include={"customer_id", "caller", "organisation", "phone"})
    facts["subject"] = command.customer_id or command.contact_id
    facts["station_id"] = command.station_id or confined_to(world)
    called = command.called_person_id
    if called is None:
        due = started(world, MISSED_BY_HOTLINE, world.effective_at)
        return e.CallMissed(**facts, return_due=due, noted_by=names(world))
    refuse_unknown_person(world, called, "called_person_id")
    due = started(world, MISSED_BY_PERSON, world.effective_at)
    return e.PersonalCallMissed(
        **facts, called_person_id=called, return_due=due, noted_by=names(world)
    )


def return_call(contact: Contact, reached: bool, world: World) -> e.CallReturned:
    only_at(contact, ContactStage.MISSED)
    return e.CallReturned(
        reached=reached,
        late=None if contact.returned else late(contact.return_due, world),
        returned_by=names(world),
    )


def log(contact: Contact | None, command: c.LogContact, world: World) -> e.ContactLogged:
    """Someone in charge is to contact them from now on: of a missed call, since it was returned."""
    if contact and contact.stage is ContactStage.MISSED:
        raise NotReached
    if contact and contact.stage is not ContactStage.RETURNED:
        raise ContactExists
    refuse_unknown(
        world,
        customer_id=command.customer_id,
        equipment_id=command.equipment_id,
        station_id=command.station_id,
    )
    before = contact or Contact()
    customer_id = customer_of(before, command.customer_id)
    subject = customer_id or caller_of(contact, command.contact_id)
    return e.ContactLogged(
        **command.model_dump(exclude={"contact_id", "customer_id", "station_id"}),
        subject=subject,
        former_subject=left_behind(before, subject),
        customer_id=customer_id,
        station_id=command.station_id or before.station_id or confined_to(world),
        contact_due=started(world, FIRST_RESPONSE, world.effective_at),
        logged_by=names(world),
    )


def customer_of(contact: Contact, customer_id: UUID | None) -> UUID | None:
    """Who is known to be one customer is not another."""
    if contact.customer_id and customer_id not in (None, contact.customer_id):
        raise CallerKnown(fields=("customer_id",))
    return customer_id or contact.customer_id


def caller_of(contact: Contact | None, contact_id: UUID) -> UUID:
    """Who calls is the contact; somebody new where the key to its caller was destroyed (AUD-5)."""
    erased = contact is not None and contact.subject is None
    return uuid5(contact_id, "caller") if erased else contact_id


def left_behind(contact: Contact, subject: UUID) -> UUID | None:
    """Whose key is no longer needed: what it opens is sealed anew for another subject."""
    return None if contact.subject in (None, subject) else contact.subject


# ── the caller ──────────────────────────────────────────────────────────────


def identify(contact: Contact, customer_id: UUID, world: World) -> list[e.Event]:
    not_over(contact)
    refuse_unknown(world, customer_id=customer_id)
    if customer_of(contact, customer_id) == contact.customer_id:
        return []
    return [
        e.CallerIdentified(
            subject=customer_id,
            former_subject=left_behind(contact, customer_id),
            caller=contact.caller,
            phone=contact.phone,
            customer_id=customer_id,
            identified_by=names(world),
        )
    ]


def erase(contact: Contact, legal_basis: str) -> list[e.Event]:
    """Erasing again changes nothing."""
    if contact.customer_id:
        raise CallerIsCustomer
    if contact.subject is None:
        return []
    return [e.CallerErased(subject=contact.subject, legal_basis=legal_basis)]


def refuse_unknown(
    world: World,
    *,
    customer_id: UUID | None = None,
    equipment_id: UUID | None = None,
    station_id: UUID | None = None,
) -> None:
    """Raises CustomerNotFound, CustomerErased, or the like for what else does not exist."""
    if customer_id:
        customer = world.of(Customer, customer_id)
        if customer is None:
            raise CustomerNotFound(fields=("customer_id",))
        if customer.erased:
            raise CustomerErased(fields=("customer_id",))
    if equipment_id and world.of(Equipment, equipment_id) is None:
        raise EquipmentNotFound(fields=("equipment_id",))
    if station_id and world.of(Station, station_id) is None:
        raise StationNotFound(fields=("station_id",))


def refuse_unknown_person(world: World, person_id: UUID, field: str) -> Person:
    """Somebody of ours who has not left. Raises PersonNotFound."""
    person = world.of(Person, person_id)
    if person is None or person.left:
        raise PersonNotFound(fields=(field,))
    return person
