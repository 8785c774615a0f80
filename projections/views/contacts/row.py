"""What is shown of a contact."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from domain.contacts.state import ContactStage
from domain.messages import PersonalText
from domain.money import Money
from domain.vocabulary import ContactCategory, ContactChannel
from projections.view import Embedded, Row

UNKNOWN_TIME = "9999"


class Opportunity(Embedded):
    """Somebody may buy something (CON-6)."""

    opportunity_id: UUID
    about: str
    estimate: Money | None
    found_by: UUID
    results: tuple[str, ...] = Field((), description="What each follow-up found.")
    won: bool | None = Field(None, description="Null while it is open.")


class Contact(Row):
    """A call or message. What is not known, or did not happen, is null."""

    contact_id: UUID
    queue: str = Field(description="Its place in every list: open ones first, by what is due next.")
    stage: ContactStage | None = None
    open: bool = True
    came_in_at: datetime = Field(description="When the call was missed or the contact logged.")
    came_in_on: date = Field(description="The organisation's day.")
    week: date = Field(description="The Monday of that day's week.")
    month: date = Field(description="The first day of that day's month.")
    channel: ContactChannel | None = None
    missed: bool = Field(False, description="Whether it began with a missed call.")
    called_person_id: UUID | None = Field(None, description="Whose call was missed.")
    category: ContactCategory | None = None
    caller: PersonalText | None = None
    phone: PersonalText | None = None
    organisation: str | None = None
    reason: str | None = None
    product: str | None = None
    need: str | None = None
    station_id: UUID | None = None
    customer_id: UUID | None = None
    dealer_id: UUID | None = None
    equipment_id: UUID | None = None
    logged_by_id: UUID | None = None
    due_next_at: datetime | None = Field(None, description="When the next step is due.")
    return_due_at: datetime | None = None
    returned_at: datetime | None = Field(None, description="The first time (CON-1, CON-6).")
    returned_in_time: bool | None = None
    logged_at: datetime | None = None
    person_in_charge_id: UUID | None = None
    contact_due_at: datetime | None = None
    contacted_at: datetime | None = Field(None, description="The first time (CON-2).")
    contacted_in_time: bool | None = None
    result: str | None = Field(None, description="Of contacting the customer.")
    confirmed_at: datetime | None = Field(None, description="By the hotline (CON-2).")
    refuted: int = Field(0, description="How often the customer said that nobody contacted them.")
    inquiry: bool = False
    answer_due_at: datetime | None = None
    answered_at: datetime | None = None
    answered_in_time: bool | None = None
    answer: str | None = None
    standard_answer_id: UUID | None = None
    referral_due_at: datetime | None = None
    referred_at: datetime | None = Field(None, description="The first time (CON-4).")
    referred_in_time: bool | None = None
    referred_to: str | None = Field(None, description="The department, the last time.")
    order_count: int = Field(0, description="Repair and field orders it led to (CON-3).")
    opportunities: tuple[Opportunity, ...] = ()
    opportunity_count: int = 0
    opportunity_open: bool = Field(False, description="Whether one is neither won nor lost.")
    ended_at: datetime | None = None
    outcome: str | None = Field(None, description="What came of it, or why nothing did.")


def queue_of(row: Contact) -> str:
    """What is open comes first, of that what is due first, then what came in first."""
    if not row.open:
        return f"2 {row.came_in_at.isoformat()}"
    due = row.due_next_at
    return f"0 {due.isoformat()}" if due else f"1 {row.came_in_at.isoformat()}"
