"""Inquiries by category, each week and month, and whether the counts were delivered (CON-4)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.contacts import inquiry_counts as e
from domain.sla.periods import first_day_of
from domain.vocabulary import ContactCategory
from projections.view import EVERYONE, Embedded, Row, View, before, equal, known, since


class InquiriesTogether(StrEnum):
    """For how long inquiries are counted together."""

    WEEK = "week"
    MONTH = "month"


class InquiriesOfCategory(Embedded):
    """How many inquiries of a category came in."""

    category: ContactCategory
    inquiries: int


class InquiryPeriod(Row):
    """The inquiries of all stations that came in in a week or a month."""

    inquiry_period_id: UUID
    together: InquiriesTogether
    first_day: date = Field(description="Of the period; a week begins on Monday.")
    counts: tuple[InquiriesOfCategory, ...] = Field(
        (), description="By what is known; what is found out later counts here too."
    )
    inquiries: int = Field(0, description="All of them.")
    due_at: datetime | None = Field(None, description="By when the counts are to be delivered.")
    delivered: bool = False
    delivered_at: datetime | None = None
    in_time: bool | None = Field(None, description="Null until they are delivered.")
    delivered_counts: tuple[InquiriesOfCategory, ...] = Field((), description="As delivered.")
    delivered_to: tuple[UUID, ...] = Field((), description="The people who have them.")
    delivered_by: UUID | None = None


def keys(recorded: Recorded[e.Event]) -> tuple[UUID, ...]:
    """What came in on a day counts for its week and for its month."""
    if not isinstance(recorded.event, e.InquiryCounted):
        return (recorded.stream_id,)
    day = recorded.event.day
    return tuple(e.stream_of(each, first_day_of(each, day)).id for each in e.CLOCKS)


def fold(row: InquiryPeriod | None, recorded: Recorded[e.Event], reference: Any) -> InquiryPeriod:
    event, id = recorded.event, recorded.stream_id
    match event:
        case e.InquiryCounted():
            return counted(known(row), event)
        case e.InquiryWeekBegun() | e.InquiryMonthBegun():
            return (row or empty(id, event)).but(due_at=event.due.due.at)
        case e.WeeklyInquiriesDelivered() | e.MonthlyInquiriesDelivered():
            return delivered(row or empty(id, event), event, recorded.effective_at)
        case never:
            assert_never(never)


def empty(id: UUID, event: e.Begun | e.Delivered) -> InquiryPeriod:
    weekly = isinstance(event, e.InquiryWeekBegun | e.WeeklyInquiriesDelivered)
    together = InquiriesTogether.WEEK if weekly else InquiriesTogether.MONTH
    return InquiryPeriod(inquiry_period_id=id, together=together, first_day=event.first_day)


def counted(row: InquiryPeriod, event: e.InquiryCounted) -> InquiryPeriod:
    numbers = Counter({each.category: each.inquiries for each in row.counts})
    numbers.subtract([event.instead_of] if event.instead_of else [])
    numbers.update([event.category] if event.category else [])
    return row.but(
        counts=tuple(
            InquiriesOfCategory(category=category, inquiries=numbers[category])
            for category in ContactCategory
            if numbers[category]
        ),
        inquiries=numbers.total(),
    )


def delivered(row: InquiryPeriod, event: e.Delivered, at: datetime) -> InquiryPeriod:
    return row.but(
        due_at=event.due.due.at,
        delivered=True,
        delivered_at=at,
        in_time=not event.late,
        delivered_counts=tuple(InquiriesOfCategory(**dict(each)) for each in event.counts),
        delivered_to=event.delivered_to,
        delivered_by=event.delivered_by.person,
    )


INQUIRY_PERIODS = View(
    name="inquiry_periods",
    row=InquiryPeriod,
    events=e.Event,
    fold=fold,
    keys=keys,
    owners=EVERYONE,
    scope="claims:internal",
    filters=(
        equal("together", indexed=False),
        equal("delivered", indexed=False),
        equal("in_time", indexed=False),
        before("due_at"),
        since("first_day"),
        before("first_day"),
    ),
    orders=("first_day",),
)
