"""What a repair costs by a price list on a day (REP-5).

A list is a policy: a change of it is a new version. The prices in it are dated, too, so that one
that is agreed in advance comes into force by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field

from domain import policies
from domain.messages import Message, Refusal, RefusalCode, Text, World
from domain.money import Money, total
from domain.policies import Pin, Policy, PolicyMissing
from domain.policy_content import DatedPrice, PriceList, Word


class Wanted(Message):
    """So many of what the price list has under a code."""

    code: Word
    quantity: Annotated[int, Field(ge=1, le=100_000)] = 1


class PricedLine(Message):
    """What so many of something cost."""

    code: str
    about: str
    quantity: int
    price: Money  # of one
    amount: Money


class AppliedChange(Message):
    """An amount by which the price list changes what a repair costs."""

    about: str
    amount: Money


class Priced(Message):
    """What a repair costs by a version of a price list, on a day."""

    price_list: Pin
    on: date
    lines: tuple[PricedLine, ...]
    changes: tuple[AppliedChange, ...]
    total: Money


class NotInPriceList(Refusal):
    """The price list in force on that day has no price for this."""

    code = RefusalCode.INVALID
    rule = "REP-5"


def in_force(world: World, name: Text) -> tuple[PriceList, Pin]:
    """The list that was in force when the command takes effect. Raises PolicyMissing."""
    policy_id = f"{PriceList.PREFIX}{name}"
    policy = world.of(Policy, policies.stream_of(policy_id).id)
    found = policy.at(world.effective_at) if policy else None
    if found is None:
        raise PolicyMissing(f"No price list {name!r} was in force. Publish one.")
    assert isinstance(found.content, PriceList), f"{policy_id} is no price list"
    return found.content, Pin(policy_id=policy_id, version=found.version)


def priced(prices: PriceList, pin: Pin, wanted: Iterable[Wanted], on: date) -> Priced:
    """The lines at the prices of the day, and the changes that hold for a paid repair (REP-5).

    A change never makes more of a repair free than it costs. Raises NotInPriceList with every code.
    """
    chosen = [(each, price_of(prices, each.code, on)) for each in wanted]
    if unknown := tuple(each.code for each, price in chosen if price is None):
        raise NotInPriceList(
            f"The price list {prices.name} has no price on {on} for {', '.join(unknown)}.",
            fields=("lines",),
            reasons=unknown,
        )
    lines = tuple(line(each, price) for each, price in chosen if price)
    costs = total((each.amount for each in lines), prices.currency)
    changes = tuple(
        AppliedChange(about=change.about, amount=change.amount)
        for change in prices.changes
        if costs.amount and change.since <= on and (change.until is None or on <= change.until)
    )
    changed = total((each.amount for each in changes), prices.currency) + costs
    nothing = costs.but(costs.amount * 0)
    left = max(changed, nothing, key=lambda money: money.amount)
    return Priced(price_list=pin, on=on, lines=lines, changes=changes, total=left)


def price_of(prices: PriceList, code: str, on: date) -> DatedPrice | None:
    """The last price that had begun by the day."""
    begun = (price for price in prices.prices if price.code == code and price.since <= on)
    return max(begun, key=lambda price: price.since, default=None)


def line(wanted: Wanted, price: DatedPrice) -> PricedLine:
    return PricedLine(
        code=wanted.code,
        about=price.about,
        quantity=wanted.quantity,
        price=price.price,
        amount=price.price.but(price.price.amount * wanted.quantity),
    )
