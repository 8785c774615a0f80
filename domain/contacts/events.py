"""What happens to a contact (CON-1 to CON-6).

What is unknown is None: a contact whose history comes from another system may lack anything.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names
from domain.messages import About, PersonalText
from domain.money import Money
from domain.sla.starting import DueBy
from domain.vocabulary import ContactCategory, ContactChannel, OrderKind


class ContactEvent(messages.Event):
    context = "contacts"


class AboutCaller(ContactEvent):
    """One that tells who called. `subject` is the customer; if that is unknown, the contact.

    Who is found to be a customer is sealed as such from then on, and the key of before destroyed.
    """

    subject: UUID
    former_subject: UUID | None = None
    caller: Annotated[PersonalText | None, About("subject")]
    phone: Annotated[PersonalText | None, About("subject")]

    @property
    def erases(self) -> tuple[UUID, ...]:
        return () if self.former_subject is None else (self.former_subject,)


class CallMissed(AboutCaller):
    """Nobody took a call to the hotline; by when it is returned is set (CON-1, CON-6)."""

    organisation: str | None
    customer_id: UUID | None
    station_id: UUID | None
    return_due: DueBy | None
    noted_by: Names


class PersonalCallMissed(AboutCaller):
    """A person of ours missed a call; by when it is returned is set (CON-6)."""

    called_person_id: UUID | None
    organisation: str | None
    customer_id: UUID | None
    station_id: UUID | None
    return_due: DueBy | None
    noted_by: Names


class CallReturned(ContactEvent):
    """A missed call was returned; somebody answered, or nobody. `late` is said of the first time
    alone (CON-1, CON-6).
    """

    reached: bool
    late: bool | None
    returned_by: Names


class ContactLogged(AboutCaller):
    """Somebody got in touch with us, about this (CON-1); by when someone in charge contacts them
    is set (CON-2).
    """

    channel: ContactChannel | None
    organisation: str | None
    reason: str | None
    product: str | None
    need: str | None
    customer_id: UUID | None
    dealer_id: UUID | None
    equipment_id: UUID | None
    station_id: UUID | None
    contact_due: DueBy | None
    logged_by: Names


class CallerIdentified(AboutCaller):
    """The caller is this customer."""

    customer_id: UUID
    identified_by: Names


class CallerErased(ContactEvent):
    """The key to the personal data of a caller was destroyed (AUD-5)."""

    subject: UUID
    legal_basis: str

    @property
    def erases(self) -> tuple[UUID, ...]:
        return (self.subject,)


class ContactClassified(ContactEvent):
    """This is what the contact is about (CON-2, CON-6)."""

    category: ContactCategory
    classified_by: Names


class InquiryReceived(ContactEvent):
    """The contact is an inquiry: by when it is answered, or else referred, is set (CON-4).

    Both count from when it came in, not from when it was found to be one.
    """

    category: ContactCategory
    answer_due: DueBy | None
    referral_due: DueBy | None


class ContactRouted(ContactEvent):
    """This person is in charge of the contact (CON-2)."""

    person_id: UUID
    station_id: UUID | None
    routed_by: Names


class ContactDropped(ContactEvent):
    """The contact ended without anything coming of it."""

    reason: str | None
    dropped_by: Names


class CustomerContacted(ContactEvent):
    """Whoever is in charge contacted the customer (CON-2).

    `late` is said of the first time alone.
    """

    result: str | None
    late: bool | None
    contacted_by: Names


class CustomerContactConfirmed(ContactEvent):
    """The customer told the hotline that they were contacted (CON-2)."""

    remark: str | None
    confirmed_by: Names


class CustomerContactRefuted(ContactEvent):
    """The customer told the hotline that nobody contacted them: somebody has to (CON-2)."""

    remark: str | None
    refuted_by: Names


class InquiryAnswered(ContactEvent):
    """An inquiry was answered so (CON-4)."""

    answer: str | None
    standard_answer_id: UUID | None
    late: bool | None
    answered_by: Names


class InquiryReferred(ContactEvent):
    """An inquiry that could not be answered went to a department (CON-4).

    `late` is said of the first time alone.
    """

    department: str | None
    reason: str | None
    late: bool | None
    referred_by: Names


class OpportunityFound(ContactEvent):
    """Somebody may buy something (CON-6)."""

    opportunity_id: UUID
    about: str
    estimate: Money | None
    found_by: Names


class OpportunityFollowedUp(ContactEvent):
    """What came of an opportunity so far; `won` is None while it is open (CON-6)."""

    opportunity_id: UUID
    result: str
    won: bool | None
    followed_up_by: Names


class OrderOpened(ContactEvent):
    """The contact led to this repair or field order (CON-3)."""

    order: OrderKind
    order_id: UUID
    number: str


class ContactClosed(ContactEvent):
    """All is done that the contact asked for."""

    outcome: str | None
    closed_by: Names


Called: TypeAlias = (
    CallMissed | PersonalCallMissed | CallReturned | ContactLogged | CallerIdentified | CallerErased
)
Placed: TypeAlias = ContactClassified | InquiryReceived | ContactRouted | ContactDropped
Opportune: TypeAlias = OpportunityFound | OpportunityFollowedUp
Dealt: TypeAlias = (
    CustomerContacted
    | CustomerContactConfirmed
    | CustomerContactRefuted
    | InquiryAnswered
    | InquiryReferred
    | OrderOpened
    | ContactClosed
)
Event: TypeAlias = Called | Placed | Dealt | Opportune
