"""Contacts as lists and one by one: what is due next leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from application.recorded import Recorded
from domain.calendar import local_day
from domain.contacts import events as e
from domain.contacts.state import OVER, ContactStage, stage_after
from domain.policy_content import Period
from domain.sla.periods import first_day_of
from projections.view import Many, One, Owner, View, before, equal, since
from projections.views.contacts import calling, dealing, opportunities, placing
from projections.views.contacts.row import Contact, queue_of


def fold(row: Contact | None, recorded: Recorded[e.Event], reference: Any) -> Contact:
    """A history from elsewhere may begin anywhere: what is unknown stays null."""
    event, at = recorded.event, recorded.effective_at
    contact = row or came_in(recorded.stream_id, at, reference.zone(at))
    stage = stage_after(contact.stage, event)
    contact = happened(contact.but(stage=stage, open=stage not in OVER), event, at)
    contact = contact.but(due_next_at=due_next(contact))
    return contact.but(queue=queue_of(contact))


def came_in(id: UUID, at: datetime, zone: str) -> Contact:
    day = local_day(at, zone)
    return Contact(
        contact_id=id,
        queue="",
        came_in_at=at,
        came_in_on=day,
        week=first_day_of(Period.WEEK, day),
        month=first_day_of(Period.MONTH, day),
    )


def happened(contact: Contact, event: e.Event, at: datetime) -> Contact:
    if isinstance(event, e.Called):
        return calling.fold(contact, event, at)
    if isinstance(event, e.Placed):
        return placing.fold(contact, event, at)
    if isinstance(event, e.Opportune):
        return opportunities.fold(contact, event)
    return dealing.fold(contact, event, at)


def due_next(contact: Contact) -> datetime | None:
    """When what comes next is due, if there is a deadline for it."""
    if not contact.open:
        return None
    if contact.stage is ContactStage.MISSED:
        return None if contact.returned_at else contact.return_due_at
    if contact.contacted_at is None:
        return contact.contact_due_at
    if contact.inquiry and contact.answered_at is None and contact.referred_at is None:
        return contact.answer_due_at
    return None


CONTACTS = View(
    name="contacts",
    row=Contact,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.CUSTOMER: "customer_id",
        Owner.DEALER: "dealer_id",
    },
    scope="contacts:read",
    filters=(
        equal("stage"),
        equal("open", indexed=False),
        equal("category"),
        equal("channel", indexed=False),
        equal("missed", indexed=False),
        equal("inquiry", indexed=False),
        equal("station_id"),
        equal("person_in_charge_id"),
        equal("customer_id"),
        equal("dealer_id"),
        equal("equipment_id"),
        equal("standard_answer_id"),
        equal("referred_to", indexed=False),
        equal("returned_in_time", indexed=False),
        equal("contacted_in_time", indexed=False),
        equal("answered_in_time", indexed=False),
        equal("opportunity_open", indexed=False),
        before("due_next_at"),
        since("came_in_at"),
        before("came_in_at"),
    ),
    orders=("queue", "came_in_at"),
    first_order="queue",
    relations={
        "station": One("stations", via="station_id"),
        "customer": One("customers", via="customer_id"),
        "dealer": One("dealers", via="dealer_id"),
        "equipment": One("equipment", via="equipment_id"),
        "person_in_charge": One("people", via="person_in_charge_id"),
        "standard_answer": One("standard_answers", via="standard_answer_id"),
        "field_orders": Many("field_orders", via="contact_id"),
        "repair_orders": Many("repair_orders", via="contact_id"),
        "work_requests": Many("work_requests", via="contact_id"),
    },
    field_scopes=dict.fromkeys(
        ("opportunities", "opportunity_count", "opportunity_open", "refuted"), "claims:internal"
    ),
)
