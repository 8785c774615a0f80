"""Whom one speaks to at a dealer, and what the record of a dealer is complete with (REG-1)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from domain import calendar, policies
from domain.messages import About, Message, PersonalText, Refusal, RefusalCode, Text, World

EmailAddress = Annotated[Text, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class DealerDatum(StrEnum):
    """What the record of a dealer is complete with (REG-1)."""

    CONTACT = "contact"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"


class DealerContact(Message):
    """Whom one speaks to at a dealer. Another person has another id, so that each can be erased."""

    contact_id: UUID
    name: Text | None = None
    phone: Text | None = None
    email: EmailAddress | None = None
    birthday: date | None = None

    @property
    def missing(self) -> tuple[DealerDatum, ...]:
        held = {
            DealerDatum.CONTACT: self.name,
            DealerDatum.PHONE: self.phone,
            DealerDatum.EMAIL: self.email,
            DealerDatum.BIRTHDAY: self.birthday,
        }
        return tuple(datum for datum in DealerDatum if held[datum] is None)


class ContactData(Message):
    """Whom one speaks to at a dealer, as it is kept: sealed."""

    contact_id: UUID
    name: Annotated[PersonalText | None, About("contact_id")]
    phone: Annotated[PersonalText | None, About("contact_id")]
    email: Annotated[PersonalText | None, About("contact_id")]
    birthday: Annotated[PersonalText | None, About("contact_id")]


class BirthdayToCome(Refusal):
    """Nobody is born in the future."""

    code = RefusalCode.INVALID
    rule = "REG-1"


def kept(contact: DealerContact, world: World) -> ContactData:
    """The birthday becomes text, as everything that is sealed."""
    born = contact.birthday
    if born and born > calendar.local_day(world.now, policies.zone(world)):
        raise BirthdayToCome(fields=("contact.birthday",))
    return ContactData(
        contact_id=contact.contact_id,
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
        birthday=born.isoformat() if born else None,
    )
