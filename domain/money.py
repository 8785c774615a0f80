"""Money: an exact amount in one currency. Never a float, never two currencies in one sum."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints

from domain.messages import Message

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 4217
WITHOUT_DECIMALS = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
"""
MINOR_UNITS = {
    **dict.fromkeys(WITHOUT_DECIMALS.split(), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""ISO 4217: the decimals of currencies that do not have two."""

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]
"""An amount as somebody states it."""

Sum = Annotated[Decimal, Field(max_digits=28, decimal_places=6, allow_inf_nan=False)]
"""Wide enough for the sum of any number of stated amounts, so that adding never fails."""

LARGEST = Decimal(10) ** 12


class Money(Message):
    """An amount with its currency (CRN-4)."""

    amount: Sum
    currency: Currency

    def __add__(self, other: Money) -> Self:
        return self.but(self.amount + self.same(other).amount)

    def __sub__(self, other: Money) -> Self:
        return self.but(self.amount - self.same(other).amount)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self.same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self.same(other).amount

    def same(self, other: Money) -> Money:
        """The other, if it is in our currency; a mistake in the code otherwise (CRN-4)."""
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix without a rate.")
        return other

    def but(self, amount: Decimal) -> Self:
        return type(self)(amount=amount, currency=self.currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum, zero if there is nothing to add."""
    return sum(amounts, Money(amount=Decimal(0), currency=currency))


def minor_units(currency: str) -> int:
    """How many decimals an amount that can be paid has, by ISO 4217."""
    return MINOR_UNITS.get(currency, 2)


def in_minor_units(amount: Decimal, currency: str) -> Decimal:
    """The same amount with at least the currency's decimals, as people write it."""
    return amount + Decimal(0).scaleb(-minor_units(currency))


def payable(amount: Decimal, currency: str) -> bool:
    """Whether the amount can be paid to the last minor unit."""
    return amount == round(amount, minor_units(currency))


def exact(money: Money) -> Money:
    """Not negative, not beyond what anybody states, and payable."""
    if not 0 <= money.amount < LARGEST:
        raise ValueError(f"The amount must not be negative, and below {LARGEST:,}.")
    if not payable(money.amount, money.currency):
        decimals = minor_units(money.currency)
        raise ValueError(f"{money.currency} has {decimals} decimals, {money.amount} has more.")
    return money


def positive(money: Money) -> Money:
    if money.amount <= 0:
        raise ValueError("The amount must be more than zero.")
    return money


ExactMoney = Annotated[Money, AfterValidator(exact)]
PositiveMoney = Annotated[ExactMoney, AfterValidator(positive)]
