"""What a contact led to: the orders that carry its id as their cause (CON-3)."""

from __future__ import annotations

from uuid import UUID

from domain.contacts import events as e
from domain.contacts.refusals import ContactNotFound, ContactNotReady
from domain.contacts.state import OVER, Contact, ContactStage
from domain.messages import On, Stream, World
from domain.registry.authority import confined_to
from domain.registry.stations_apart import refuse_other_stations
from domain.vocabulary import OrderKind

UNSAID = (ContactStage.MISSED, ContactStage.RETURNED)


def led_to(
    contact_id: UUID | None, order: OrderKind, order_id: UUID, number: str, world: World
) -> list[On]:
    """An order is opened because of a contact, if one is named that goes on (CON-3).

    Raises ContactNotFound, ContactNotReady.
    """
    if contact_id is None:
        return []
    contact = known(contact_id, world)
    if contact.stage in OVER:
        raise ContactNotReady(
            f"The contact is {contact.stage}: log the new one, and name that.",
            fields=("contact_id",),
        )
    if contact.stage in UNSAID:
        raise ContactNotReady(
            "Nobody has said yet what the missed call was about: log the contact first.",
            fields=("contact_id",),
        )
    opened = e.OrderOpened(order=order, order_id=order_id, number=number)
    return [On(Stream(Contact.kind, contact_id), opened)]


def known(contact_id: UUID, world: World) -> Contact:
    """A contact that whoever asks may see. Raises ContactNotFound."""
    contact = world.of(Contact, contact_id)
    if contact is None:
        raise ContactNotFound(fields=("contact_id",))
    refuse_hidden(contact, world)
    return contact


def refuse_hidden(contact: Contact, world: World) -> None:
    """What no station has is headquarters'. Raises ContactNotFound."""
    refuse_other_stations(world, opening_for=None, of=contact.station_id, hidden=ContactNotFound)
    if contact.station_id is None and confined_to(world):
        raise ContactNotFound
