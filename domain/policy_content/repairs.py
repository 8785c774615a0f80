"""What each channel of repairs asks for, factories, and price lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from domain.messages import Message, Text
from domain.money import Currency, ExactMoney, Money
from domain.policy_content.content import Content, Word
from domain.vocabulary import RepairChannel


class ChannelTerms(Message):
    """What a repair needs that comes to us in one way."""

    channel: RepairChannel
    intake_countersigned: bool  # the inspection on arrival, by whoever hands the item over (REP-1)
    outbound_countersigned: bool  # the inspection before it leaves (REP-8)
    contract: bool  # before work starts (REP-12)
    test_runs: bool  # with the owner, on arrival and on release (REP-12)


def every_channel(channels: tuple[ChannelTerms, ...]) -> tuple[ChannelTerms, ...]:
    if sorted(terms.channel for terms in channels) != sorted(RepairChannel):
        raise ValueError("There is one entry for each channel.")
    return channels


class RepairChannels(Content):
    """Who signs what at which channel of repairs (REP-1, REP-8, REP-12)."""

    policy: Literal["repair_channels"] = "repair_channels"
    channels: Annotated[tuple[ChannelTerms, ...], AfterValidator(every_channel)]

    def of(self, channel: RepairChannel) -> ChannelTerms:
        return next(terms for terms in self.channels if terms.channel == channel)


class FactoryTerms(Message):
    """How repairs go at one manufacturer's factory."""

    manufacturer_id: UUID
    paid_repair: bool = False  # whether it repairs what is not under warranty, for money (REP-6)
    exempt_from_deadlines: bool = False  # of a dealer's return (REP-2)


class FactoryRepairs(Content):
    """What goes to whose factory, and by when (REP-2, REP-6)."""

    policy: Literal["factory_repairs"] = "factory_repairs"
    paid_repair: bool = False  # of those that are not named
    factories: tuple[FactoryTerms, ...] = ()

    def of(self, manufacturer_id: UUID | None) -> FactoryTerms | None:
        """What is said of one manufacturer alone."""
        named = (terms for terms in self.factories if terms.manufacturer_id == manufacturer_id)
        return next(named, None)

    def repairs_for_money(self, manufacturer_id: UUID | None) -> bool:
        terms = self.of(manufacturer_id)
        return terms.paid_repair if terms else self.paid_repair

    def exempt_from_deadlines(self, manufacturer_id: UUID | None) -> bool:
        terms = self.of(manufacturer_id)
        return terms is not None and terms.exempt_from_deadlines


class DatedPrice(Message):
    """What a service or part costs from a day on, until the same code has another price."""

    code: Word
    about: Text
    since: date
    price: ExactMoney


class PriceChange(Message):
    """An amount that every paid repair costs more, or less if it is negative."""

    about: Text
    since: date
    until: date | None = None  # the last day
    amount: Money


class PriceList(Content):
    """Prices with the days from which they hold (REP-5). Of several, the id carries the name."""

    PREFIX: ClassVar[str] = "price_list."

    policy: Literal["price_list"] = "price_list"
    name: Word
    currency: Currency
    prices: Annotated[tuple[DatedPrice, ...], Field(min_length=1)]
    changes: tuple[PriceChange, ...] = ()

    @property
    def policy_id(self) -> str:
        return f"{self.PREFIX}{self.name}"

    @model_validator(mode="after")
    def in_one_currency(self) -> Self:
        amounts = [*(p.price for p in self.prices), *(c.amount for c in self.changes)]
        if any(amount.currency != self.currency for amount in amounts):
            raise ValueError(f"Every price of this list is in {self.currency}.")
        if len({(p.code, p.since) for p in self.prices}) < len(self.prices):
            raise ValueError("A code has one price from a day on.")
        return self
