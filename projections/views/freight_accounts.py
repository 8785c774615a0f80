"""Freight of each factory's repairs by month and payer, and whether the factory agrees."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.repairs import freight_account as e
from domain.repairs.freight import Freight, FreightLeg, FreightPayer
from projections.view import EVERYONE, Embedded, One, Row, View, before, equal, since


class PostedLeg(Embedded):
    """The freight of one leg of a repair."""

    repair_order_id: UUID
    leg: FreightLeg
    payer: FreightPayer
    amount: Decimal
    currency: str
    carrier: str | None
    tracking_number: str | None
    at: datetime


class FreightBorne(Embedded):
    """What a payer bears of the month, in one currency."""

    payer: FreightPayer
    amount: Decimal
    currency: str


class FreightDisagreement(Embedded):
    """By how much more the factory states than we know of, or less, and why."""

    payer: FreightPayer
    amount: Decimal
    currency: str
    reason: str
    repair_order_id: UUID | None


class FreightAccount(Row):
    """The freight of the repairs of one factory in one month."""

    freight_account_id: UUID
    manufacturer_id: UUID
    month: date = Field(description="By its first day.")
    sums: tuple[FreightBorne, ...] = Field((), description="By our records, for each payer.")
    legs: tuple[PostedLeg, ...] = ()
    reconciled: bool = Field(False, description="Whether it was compared, and nothing came since.")
    agreed: bool = Field(False, description="Whether the factory's statement agrees with it.")
    stated: tuple[FreightBorne, ...] = Field((), description="By the factory.")
    differences: tuple[FreightDisagreement, ...] = ()
    statement: str | None = Field(None, description="The file with the factory's statement.")
    reconciled_at: datetime | None = Field(None, description="When it was compared last.")
    reconciled_by: UUID | None = None
    late: bool | None = None
    first_posted_at: datetime


def fold(row: FreightAccount | None, recorded: Recorded[e.Event], reference: Any) -> FreightAccount:
    """It begins with a leg, or with a factory's statement of what we know nothing about."""
    event, at = recorded.event, recorded.effective_at
    row = row or FreightAccount(
        freight_account_id=recorded.stream_id,
        manufacturer_id=event.manufacturer_id,
        month=event.month,
        first_posted_at=at,
    )
    match event:
        case e.FreightPosted(freight=freight):
            leg = leg_of(event, at)
            added = row.but(sums=with_more(row.sums, freight), legs=(*row.legs, leg))
            return added.but(reconciled=False, agreed=False)
        case e.FreightReconciled():
            return reconciled(row, event, at)
        case never:
            assert_never(never)


def leg_of(event: e.FreightPosted, at: datetime) -> PostedLeg:
    freight = event.freight
    return PostedLeg(
        repair_order_id=event.repair_order_id,
        leg=freight.leg,
        payer=freight.payer,
        amount=freight.amount.amount,
        currency=freight.amount.currency,
        carrier=freight.carrier,
        tracking_number=freight.tracking_number,
        at=at,
    )


def with_more(sums: tuple[FreightBorne, ...], freight: Freight) -> tuple[FreightBorne, ...]:
    """In the order of payers and currencies, whatever the order of the legs."""
    amounts = {(each.payer, each.currency): each.amount for each in sums}
    key = freight.payer, freight.amount.currency
    amounts[key] = amounts.get(key, Decimal(0)) + freight.amount.amount
    return tuple(
        FreightBorne(payer=payer, amount=amount, currency=currency)
        for (payer, currency), amount in sorted(amounts.items())
    )


def reconciled(row: FreightAccount, event: e.FreightReconciled, at: datetime) -> FreightAccount:
    return row.but(
        reconciled=True,
        agreed=not event.differences,
        stated=tuple(
            FreightBorne(payer=each.payer, amount=each.amount.amount, currency=each.amount.currency)
            for each in event.stated
        ),
        differences=tuple(
            FreightDisagreement(
                payer=each.payer,
                amount=each.amount.amount,
                currency=each.amount.currency,
                reason=each.reason,
                repair_order_id=each.repair_order_id,
            )
            for each in event.differences
        ),
        statement=event.statement,
        reconciled_at=at,
        reconciled_by=event.reconciled_by.person,
        late=event.late,
    )


FREIGHT_ACCOUNTS = View(
    name="freight_accounts",
    row=FreightAccount,
    events=e.Event,
    fold=fold,
    owners=EVERYONE,
    scope="claims:internal",
    filters=(
        equal("manufacturer_id"),
        equal("month"),
        since("month"),
        before("month"),
        equal("reconciled", indexed=False),
        equal("agreed", indexed=False),
        equal("late", indexed=False),
    ),
    orders=("month",),
    relations={"manufacturer": One("manufacturers", via="manufacturer_id")},
)
