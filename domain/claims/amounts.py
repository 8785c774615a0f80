"""What is claimed: labour, parts and other costs, each as money; the total is their sum (CLM-4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from domain.claims.refusals import CurrenciesMixed, NothingClaimed
from domain.messages import Message, Text
from domain.money import ExactMoney, Money, total

Hours = Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=2, allow_inf_nan=False)]


class Labour(Message):
    """Work under the manufacturer's code for it."""

    code: Text
    hours: Hours
    amount: ExactMoney


class PartUsed(Message):
    """Parts of one number."""

    number: Text
    name: Text
    quantity: Annotated[int, Field(ge=1)]
    amount: ExactMoney


class OtherCost(Message):
    """Anything else, as travel or freight."""

    description: Text
    amount: ExactMoney


class Amounts(Message):
    """The amounts of one claim, all in one currency."""

    labour: tuple[Labour, ...] = ()
    parts: tuple[PartUsed, ...] = ()
    other: tuple[OtherCost, ...] = ()

    @property
    def each(self) -> tuple[Money, ...]:
        items: tuple[Labour | PartUsed | OtherCost, ...] = (
            *self.labour,
            *self.parts,
            *self.other,
        )
        return tuple(item.amount for item in items)


def sum_of(amounts: Amounts) -> Money:
    """The exact total (CLM-4). Raises CurrenciesMixed or NothingClaimed."""
    currencies = {money.currency for money in amounts.each}
    if len(currencies) > 1:
        raise CurrenciesMixed(
            f"The amounts are in {', '.join(sorted(currencies))}. Claim them apart.",
            fields=("amounts",),
        )
    claimed = total(amounts.each, currencies.pop()) if currencies else None
    if claimed is None or not claimed.amount:
        raise NothingClaimed(fields=("amounts",))
    return claimed
