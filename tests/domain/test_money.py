"""Money is exact, and of one currency (CRN-4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.money import (
    ExactMoney,
    Money,
    PositiveMoney,
    in_minor_units,
    minor_units,
    payable,
    total,
)
from tests.rules import part_of

EXACT: TypeAdapter[Money] = TypeAdapter(ExactMoney)
POSITIVE: TypeAdapter[Money] = TypeAdapter(PositiveMoney)


def money(amount: str, currency: str = "CNY") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


@part_of("CRN-4")
@pytest.mark.parametrize("combine", [Money.__add__, Money.__sub__, Money.__lt__, Money.__le__])
def test_two_currencies_never_mix(combine):
    with pytest.raises(ValueError, match="do not mix"):
        combine(money("1"), money("1", "EUR"))


@given(st.lists(st.decimals(-(10**11), 10**11, places=3), max_size=50))
def test_a_total_is_the_exact_sum_in_any_order(amounts):
    each = [money(str(amount), "OMR") for amount in amounts]
    assert total(each, "OMR").amount == sum(amounts)
    assert total(reversed(each), "OMR") == total(each, "OMR")


@pytest.mark.parametrize(
    ("currency", "units"), [("CNY", 2), ("EUR", 2), ("JPY", 0), ("OMR", 3), ("CLF", 4)]
)
def test_a_currency_has_the_minor_units_of_iso_4217(currency, units):
    assert minor_units(currency) == units
    assert payable(Decimal(1).scaleb(-units), currency)
    assert not payable(Decimal(1).scaleb(-units - 1), currency)


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1000000000000"])
def test_what_is_claimed_or_paid_is_neither_negative_nor_vast_nor_finer_than_a_cent(amount):
    with pytest.raises(ValidationError):
        EXACT.validate_python({"amount": amount, "currency": "CNY"})


def test_nothing_is_not_positive():
    assert EXACT.validate_python({"amount": "0.00", "currency": "CNY"}) == money("0")
    with pytest.raises(ValidationError, match="more than zero"):
        POSITIVE.validate_python({"amount": "0.00", "currency": "CNY"})


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1.0000001"])
def test_an_amount_is_a_finite_number_of_at_most_six_decimals(amount):
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "CNY"})


def test_the_stated_scale_is_kept():
    assert (
        Money.model_validate_json(money("0.470").model_dump_json()).amount.as_tuple().exponent == -3
    )


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("0", "CNY", "0.00"), ("5.1", "EUR", "5.10"), ("7", "JPY", "7"), ("1.2345", "OMR", "1.2345")],
)
def test_an_amount_has_at_least_the_decimals_of_its_currency(amount, currency, written):
    assert str(in_minor_units(Decimal(amount), currency)) == written
