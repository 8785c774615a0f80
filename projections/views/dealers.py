"""Dealers: whether they were called in time, what their record lacks, what is due (REG-1)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.messages import PersonalText
from domain.registry import dealer as d
from domain.registry.dealer_contact import ContactData, DealerDatum
from domain.registry.dealer_surveys import SurveyDue
from projections.view import Embedded, Many, One, Owner, Row, View, before, equal, known, since


class DealerStage(StrEnum):
    HANDED_OVER = "handed_over"
    CALLED = "called"
    FILED = "filed"
    RETURNED = "returned"  # to the channel department


class Survey(Embedded):
    """How a dealer finds us."""

    quarter: date = Field(description="Its first day.")
    held_on: date
    satisfaction: int = Field(description="From 1, not at all, to 5.")
    remarks: tuple[str, ...]
    form: str | None


class Dealer(Row):
    """A dealer, with its contact, its record and its surveys."""

    dealer_id: UUID
    name: str = Field(description="Of the company.")
    region: str | None
    station_id: UUID | None = Field(description="The station that looks after the dealer.")
    stage: DealerStage
    contact_id: UUID | None
    contact: PersonalText | None
    phone: PersonalText | None
    email: PersonalText | None
    birthday: PersonalText | None
    missing: tuple[DealerDatum, ...] = Field(description="What its record lacks (REG-1).")
    complete: bool = Field(description="Whether its record lacks nothing.")
    handed_over_at: datetime
    call_due_at: datetime | None = Field(description="The first call is late after this.")
    called_at: datetime | None = None
    called_late: bool | None = Field(None, description="None until it is called.")
    to_be_called: bool = Field(True, description="Whether the first call is still to be made.")
    filed_at: datetime | None = None
    returned_at: datetime | None = None
    survey_due_on: date | None = Field(description="The last day for the next survey.")
    surveyed_on: date | None = None
    satisfaction: int | None = Field(None, description="As of the last survey, from 1 to 5.")
    surveys: tuple[Survey, ...] = ()
    surveys_missed: tuple[date, ...] = Field(
        (), description="Quarters that passed without one, by their first days."
    )


def fold(row: Dealer | None, recorded: Recorded[d.Event], reference: Any) -> Dealer:
    event, at = recorded.event, recorded.effective_at
    if isinstance(event, d.DealerHandedOver):
        return handed_over(recorded.stream_id, event, at)
    dealer = known(row)
    match event:
        case d.DealerCalled(late=late):
            called = with_contact(dealer, event.contact, event.missing)
            return called.but(
                stage=DealerStage.CALLED, called_at=at, called_late=late, to_be_called=False
            )
        case d.DealerContactCorrected():
            return with_contact(dealer, event.contact, event.missing)
        case d.DealerRecordFiled():
            return dealer.but(stage=DealerStage.FILED, filed_at=at)
        case d.DealerRecordReturned():
            return dealer.but(stage=DealerStage.RETURNED, returned_at=at)
        case d.DealerSurveyed():
            return surveyed(dealer, event)
        case d.DealerContactErased():
            return dealer.but(contact_id=None, missing=tuple(DealerDatum), complete=False)
        case never:
            assert_never(never)


def handed_over(id: UUID, event: d.DealerHandedOver, at: datetime) -> Dealer:
    return Dealer(
        dealer_id=id,
        name=event.name,
        region=event.region,
        station_id=event.station_id,
        stage=DealerStage.HANDED_OVER,
        contact_id=event.contact.contact_id,
        contact=event.contact.name,
        phone=event.contact.phone,
        email=event.contact.email,
        birthday=event.contact.birthday,
        missing=event.missing,
        complete=not event.missing,
        handed_over_at=at,
        call_due_at=event.call_due.due.at if event.call_due else None,
        survey_due_on=last_day(event.survey_due),
    )


def with_contact(dealer: Dealer, contact: ContactData, missing: tuple[DealerDatum, ...]) -> Dealer:
    return dealer.but(
        contact_id=contact.contact_id,
        contact=contact.name,
        phone=contact.phone,
        email=contact.email,
        birthday=contact.birthday,
        missing=missing,
        complete=not missing,
    )


def surveyed(dealer: Dealer, event: d.DealerSurveyed) -> Dealer:
    survey = Survey(
        quarter=event.quarter,
        held_on=event.held_on,
        satisfaction=event.satisfaction,
        remarks=event.remarks,
        form=event.form,
    )
    return dealer.but(
        surveys=(*dealer.surveys, survey),
        surveys_missed=(*dealer.surveys_missed, *event.missed),
        surveyed_on=event.held_on,
        satisfaction=event.satisfaction,
        survey_due_on=last_day(event.survey_due),
    )


def last_day(due: SurveyDue | None) -> date | None:
    return due.last_day if due else None


DEALERS = View(
    name="dealers",
    row=Dealer,
    events=d.Event,
    fold=fold,
    owners={Owner.DEALER: "dealer_id", Owner.STATION: "station_id"},
    scope="dealers:read",
    filters=(
        equal("name"),
        equal("region"),
        equal("station_id"),
        equal("stage"),
        equal("complete", indexed=False),
        equal("to_be_called", indexed=False),
        equal("called_late", indexed=False),
        before("call_due_at"),
        before("survey_due_on"),
        since("handed_over_at"),
    ),
    orders=("handed_over_at", "name"),
    relations={
        "station": One("stations", via="station_id"),
        "equipment": Many("equipment", via="dealer_id"),
        "contacts": Many("contacts", via="dealer_id"),
        "claims": Many("claims", via="dealer_id"),
        "commercial_claims": Many("commercial_claims", via="dealer_id"),
        "repair_orders": Many("repair_orders", via="dealer_id"),
        "exchanges": Many("exchanges", via="dealer_id"),
        "credits": Many("dealer_credits", via="dealer_id"),
        "transfers_away": Many("transfers", via="from_dealer_id"),
        "transfers_here": Many("transfers", via="to_dealer_id"),
    },
)
