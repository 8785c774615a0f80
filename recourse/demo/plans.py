"""The claims of the demonstration: what broke, what it cost, and what becomes of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.claims.amounts import Amounts, Labour, OtherCost, PartUsed
from domain.money import Money
from domain.vocabulary import ClaimKind, EquipmentKind
from recourse.demo.cast import (
    CHENGDU,
    CUSTOMERS,
    HARBIN,
    LINGYUN,
    NORDWERK,
    SUZHOU,
    TAISHAN,
    Manufacturer,
    Station,
    id_of,
)


class Outcome(StrEnum):
    """How far a claim has come when the month is over."""

    PAID = "paid"
    PAID_IN_PART = "paid in part"  # accepted in part, and that was paid
    SHORT_PAID = "short paid"  # less came than was accepted; the rest is written off
    PART_OPEN = "part open"  # less came than was accepted; the rest is open
    DISPUTED = "disputed"  # less came than was accepted; the rest is disputed with them
    OVERPAID = "overpaid"  # more came than was accepted, and finance keeps it as an over-payment
    AWAITING_CREDIT = "awaiting credit"
    SUBMITTED = "submitted"
    RESUBMITTED = "resubmitted"  # rejected, amended in words, accepted and paid
    WRITTEN_OFF = "written off"  # rejected, and given up
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # a paper of it was false
    NOT_CLAIMABLE = "not claimable"
    IN_APPROVAL = "in approval"
    OPENED = "opened"  # papers are still missing


class Fault(BaseModel):
    """What broke, and what mending it takes: `price` of the part in CNY, `hours` of work."""

    model_config = ConfigDict(frozen=True)

    cause: str
    work: str
    part: str
    number: str
    price: Decimal
    hours: Decimal


@cache
def faults() -> Mapping[EquipmentKind, tuple[Fault, ...]]:
    text = files("recourse.demo").joinpath("faults.toml").read_text(encoding="utf-8")
    kinds = TypeAdapter(Mapping[EquipmentKind, tuple[Fault, ...]])
    return kinds.validate_python(tomllib.loads(text))


RATE: Final = {"CNY": Decimal(180), "EUR": Decimal(62)}  # an hour
EUROS: Final = Decimal(8)  # so many CNY are one EUR, in these price lists

RHYTHM: Final = (
    Outcome.PAID,
    Outcome.PAID,
    Outcome.PAID_IN_PART,
    Outcome.AWAITING_CREDIT,
    Outcome.PAID,
    Outcome.SUBMITTED,
    Outcome.PAID,
)
"""What becomes of claims for which nothing else is said."""

EARLY: Final = {
    1: Outcome.RESUBMITTED,
    4: Outcome.SHORT_PAID,
    7: Outcome.WRITTEN_OFF,
    9: Outcome.PART_OPEN,
    11: Outcome.OVERPAID,
    12: Outcome.NOT_CLAIMABLE,
    14: Outcome.DISPUTED,
    15: Outcome.RESUBMITTED,
    18: Outcome.WRITTEN_OFF,
    20: Outcome.WITHDRAWN,
    21: Outcome.SHORT_PAID,
    26: Outcome.REJECTED,
    28: Outcome.NOT_CLAIMABLE,
    33: Outcome.REJECTED,
}
CLAIMS: Final = 48
SUBMITTED_BY: Final = 22  # the last day on which a claim is opened that is answered this month


@dataclass(frozen=True)
class Plan:
    """A claim: for whose product, at which station, opened on which day of the story."""

    number: int
    manufacturer: Manufacturer
    station: Station
    opened: int
    outcome: Outcome

    @property
    def id(self) -> UUID:
        return id_of(f"claim {self.number}")

    @property
    def equipment_id(self) -> UUID:
        return id_of(f"equipment {self.number % EQUIPMENT}")

    @property
    def customer_id(self) -> UUID:
        return id_of(f"customer {self.number % EQUIPMENT % len(CUSTOMERS)}")

    @property
    def kind(self) -> ClaimKind:
        return ClaimKind.SERVICE_FEE if self.number % 11 == 10 else ClaimKind.FAILURE

    @property
    def fault(self) -> Fault:
        of_kind = faults()[self.manufacturer.kind]
        return of_kind[self.number // 3 % len(of_kind)]

    @property
    def amounts(self) -> Amounts:
        """Labour, the part, and for machines the way to the site."""
        labour = Labour(
            code=f"L{self.fault.number[-3:].replace('-', '0')}",
            hours=self.fault.hours,
            amount=self.money(self.fault.hours * RATE[self.manufacturer.currency]),
        )
        part = PartUsed(
            number=self.fault.number,
            name=self.fault.part,
            quantity=1,
            amount=self.money(self.price),
        )
        parts = () if self.kind is ClaimKind.SERVICE_FEE else (part,)
        return Amounts(labour=(labour,), parts=parts, other=self.travel)

    @property
    def price(self) -> Decimal:
        return self.fault.price / (EUROS if self.manufacturer.currency == "EUR" else 1)

    @property
    def travel(self) -> tuple[OtherCost, ...]:
        if self.manufacturer.kind is EquipmentKind.PHONE:
            return ()
        kilometres = 20 + self.number * 7 % 90
        cost = self.money(Decimal(kilometres) * Decimal("1.2"))
        return (OtherCost(description=f"Travel, {kilometres} km", amount=cost),)

    def money(self, amount: Decimal) -> Money:
        return Money(amount=amount.quantize(Decimal("0.01")), currency=self.manufacturer.currency)


EQUIPMENT: Final = 24
MAKERS: Final = (TAISHAN, LINGYUN, NORDWERK)
WHERE: Final = (SUZHOU, CHENGDU, HARBIN)


def maker_of(equipment: int) -> Manufacturer:
    return MAKERS[equipment % len(MAKERS)]


def station_of(equipment: int) -> Station:
    return WHERE[equipment // len(MAKERS) % len(WHERE)]


def serial_number(equipment: int) -> str:
    return f"{maker_of(equipment).prefix}{24000 + equipment * 137}"


def model(equipment: int) -> str:
    models = maker_of(equipment).models
    return models[equipment // 3 % len(models)]


def plans() -> Iterator[Plan]:
    """Every claim of the month, in the order in which they are opened."""
    for number in range(CLAIMS):
        opened = 1 + number * 27 // CLAIMS
        equipment = number % EQUIPMENT
        outcome = EARLY.get(number) or outcome_of(number, opened)
        yield Plan(number, maker_of(equipment), station_of(equipment), opened, outcome)


def outcome_of(number: int, opened: int) -> Outcome:
    if opened <= SUBMITTED_BY - 2:
        return RHYTHM[number % len(RHYTHM)]
    if opened <= SUBMITTED_BY:
        return (Outcome.AWAITING_CREDIT, Outcome.SUBMITTED)[number % 2]
    return (Outcome.IN_APPROVAL, Outcome.OPENED, Outcome.SUBMITTED)[number % 3]


def order_reference(plan: Plan) -> str:
    """The number of the repair or field order that the claim is for."""
    return f"{plan.station.name[:2].upper()}-{7100 + plan.number * 3}"
