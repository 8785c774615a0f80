"""What can be wished of a contact: a call or message of somebody (CON-1 to CON-6)."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.messages import Role, Stream, Text
from domain.money import PositiveMoney
from domain.policy_content import Word
from domain.registry.person import STAFF
from domain.vocabulary import ContactCategory, ContactChannel

CONTACT = "contacts.Contact"

EVERYBODY = STAFF - {Role.ADMIN}
"""Anybody may be called, or be in charge; administrators decide no business."""
DESK = frozenset({Role.HOTLINE_AGENT, Role.SERVICE_AGENT, Role.SERVICE_SUPERVISOR})
HOTLINE = frozenset({Role.HOTLINE_AGENT})


class ContactCommand(messages.Command):
    contact_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(CONTACT, self.contact_id)


# ── how it begins ───────────────────────────────────────────────────────────


class LogMissedCall(ContactCommand):
    """Enter a call that nobody took: one to the hotline, or to a person of ours (CON-6)."""

    roles = EVERYBODY
    called_person_id: UUID | None = Field(None, description="Who was called; none: the hotline.")
    station_id: UUID | None = None
    customer_id: UUID | None = None
    caller: Text | None = None
    organisation: Text | None = None
    phone: Text = Field(description="The number to call back.")


class ReturnCall(ContactCommand):
    """Record that a missed call was returned, and whether somebody answered (CON-1, CON-6)."""

    roles = EVERYBODY
    reached: bool


class LogContact(ContactCommand):
    """Log a call or message, or what was said when a missed call was returned (CON-1)."""

    roles = EVERYBODY
    channel: ContactChannel
    caller: Text
    organisation: Text | None = None
    phone: Text | None = None
    reason: Text = Field(description="Why they got in touch.")
    product: Text | None = None
    need: Text | None = Field(None, description="What they ask us to do.")
    customer_id: UUID | None = Field(None, description="If they are registered with us.")
    dealer_id: UUID | None = None
    equipment_id: UUID | None = None
    station_id: UUID | None = None


class IdentifyCaller(ContactCommand):
    """Say which registered customer the caller is."""

    roles = DESK | {Role.STATION_MANAGER}
    customer_id: UUID


class EraseCaller(ContactCommand):
    """Destroy the personal data of a caller for good who is no registered customer (AUD-5)."""

    roles = frozenset({Role.ADMIN})
    legal_basis: Text


Calling: TypeAlias = LogMissedCall | ReturnCall | LogContact | IdentifyCaller | EraseCaller

# ── what it is about, and whose it is ───────────────────────────────────────


class ClassifyContact(ContactCommand):
    """Say what a contact is about (CON-2, CON-6); again, if it turns out to be something else."""

    roles = DESK | {Role.STATION_MANAGER}
    category: ContactCategory


class RouteContact(ContactCommand):
    """Put somebody in charge of a contact (CON-2)."""

    roles = DESK | {Role.STATION_MANAGER}
    person_id: UUID


class DropContact(ContactCommand):
    """End a contact of which nothing can come: a wrong number, or one nobody answers at."""

    roles = DESK
    reason: Text


Placing: TypeAlias = ClassifyContact | RouteContact | DropContact

# ── what is done about it ───────────────────────────────────────────────────


class SpeakToCustomer(ContactCommand):
    """Record that you, who are in charge, contacted the customer, and what came of it (CON-2)."""

    roles = EVERYBODY
    result: Text


class ConfirmSpokenTo(ContactCommand):
    """Record what the customer told the hotline: whether they were contacted (CON-2)."""

    roles = HOTLINE
    happened: bool
    remark: Text | None = None


class AnswerInquiry(ContactCommand):
    """Answer an inquiry: with a standard answer, or in words of its own (CON-4)."""

    roles = EVERYBODY
    standard_answer_id: UUID | None = None
    answer: Text | None = None


class ReferInquiry(ContactCommand):
    """Pass an inquiry that you cannot answer to a department (CON-4)."""

    roles = EVERYBODY
    department: Word
    reason: Text


class RecordOpportunity(ContactCommand):
    """Record that somebody may buy something (CON-6)."""

    roles = EVERYBODY
    opportunity_id: UUID
    about: Text
    estimate: PositiveMoney | None = None


class FollowUpOpportunity(ContactCommand):
    """Record what came of an opportunity: won, lost, or neither yet (CON-6)."""

    roles = EVERYBODY
    opportunity_id: UUID
    result: Text
    won: bool | None = Field(None, description="Null while it is open.")


class CloseContact(ContactCommand):
    """End a contact once all is done that it asks for."""

    roles = DESK | {Role.STATION_MANAGER}
    outcome: Text


Dealing: TypeAlias = (
    SpeakToCustomer
    | ConfirmSpokenTo
    | AnswerInquiry
    | ReferInquiry
    | RecordOpportunity
    | FollowUpOpportunity
    | CloseContact
)
