"""What every decision about a contact asks: how far it has come, and whether it is late."""

from __future__ import annotations

from domain.contacts.refusals import ContactNotReady
from domain.contacts.state import OVER, Contact, ContactStage
from domain.messages import World
from domain.sla import starting
from domain.sla.starting import DueBy


def only_at(contact: Contact, *stages: ContactStage) -> None:
    """Raises ContactNotReady."""
    if contact.stage not in stages:
        raise ContactNotReady(
            f"The contact is {contact.stage or 'of unknown progress'}; this is possible while it "
            f"is {' or '.join(stages)}."
        )


def not_over(contact: Contact) -> None:
    """Raises ContactNotReady."""
    if contact.stage in OVER:
        raise ContactNotReady(f"The contact is {contact.stage}.")


def late(due: DueBy | None, world: World) -> bool | None:
    """Whether it was due before now; None if it is not known by when it was."""
    return starting.late(due, world) if due else None
