"""A contact, from the first call to its end (CON-1 to CON-6).

missed → returned → logged → classified → routed → customer contacted → confirmed → closed
"""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from domain.contacts import calling, dealing, placing
from domain.contacts import commands as c
from domain.contacts.events import Event as Event
from domain.contacts.leading import refuse_hidden
from domain.contacts.refusals import ContactNotFound
from domain.contacts.state import Contact as Contact
from domain.contacts.state import evolve as evolve
from domain.messages import On, World
from domain.registry.stations_apart import refuse_other_stations

State = Contact
Command: TypeAlias = (
    c.LogMissedCall
    | c.ReturnCall
    | c.LogContact
    | c.IdentifyCaller
    | c.EraseCaller
    | c.ClassifyContact
    | c.RouteContact
    | c.DropContact
    | c.SpeakToCustomer
    | c.ConfirmSpokenTo
    | c.AnswerInquiry
    | c.ReferInquiry
    | c.RecordOpportunity
    | c.FollowUpOpportunity
    | c.CloseContact
)


def decide(contact: Contact | None, command: Command, world: World) -> list[Event | On]:
    """Which part of a contact's life decides about a wish."""
    refuse_other_stations(
        world, opening_for=station_wished(command), of=None, hidden=ContactNotFound
    )
    if contact:
        refuse_hidden(contact, world)
    if isinstance(command, c.Calling):
        return [*calling.decide(contact, command, world)]
    if contact is None:
        raise ContactNotFound
    if isinstance(command, c.Placing):
        return [*placing.decide(contact, command, world)]
    return dealing.decide(contact, command, world)


def station_wished(command: Command) -> UUID | None:
    return command.station_id if isinstance(command, c.LogMissedCall | c.LogContact) else None
