"""Prices by the day, from a list that is a policy: REP-5."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain import policies, tariff
from domain.messages import Stream, World
from domain.money import Money
from domain.policies import Pin, Policy, PolicyMissing
from domain.policy_content import DatedPrice, PriceChange, PriceList
from domain.tariff import NotInPriceList, Wanted
from tests.clock import NOON
from tests.rules import part_of
from tests.scenario import MIA, PRODUCED, shipped_policies, state_of
from tests.stories import yuan

PIN = Pin(policy_id="price_list.repairs", version=1)
LIST_ID = policies.stream_of(PIN.policy_id).id


def prices(name: str = "repairs") -> PriceList:
    [*events] = shipped_policies()[policies.stream_of(f"price_list.{name}")]
    found = state_of(Stream(Policy.kind, LIST_ID), events).latest.content
    assert isinstance(found, PriceList)
    return found


def cost(on: date, *codes: str, quantity: int = 1) -> Decimal:
    wanted = tuple(Wanted(code=code, quantity=quantity) for code in codes)
    return tariff.priced(prices(), PIN, wanted, on).total.amount


@part_of("REP-5")
@pytest.mark.parametrize(
    ("on", "codes", "total"),
    [
        (date(2012, 2, 5), ["complex_repair"], "160"),
        (date(2012, 2, 6), ["complex_repair"], "150"),
        (date(2012, 2, 6), ["simple_repair"], "50"),
        (date(2012, 2, 6), ["simple_repair", "complex_repair"], "210"),
        (date(2015, 12, 31), ["complex_repair"], "150"),
        (date(2016, 1, 1), ["complex_repair"], "170"),
    ],
)
def test_every_paid_repair_costs_10_less_from_the_6th_of_february_2012(on, codes, total):
    assert cost(on, *codes) == Decimal(total)


@part_of("REP-5")
def test_a_repair_of_several_things_is_reduced_once_and_never_below_nothing():
    assert cost(date(2026, 3, 6), "workshop_hour", quantity=8) == Decimal(1190)
    cheap = DatedPrice(code="fuse", about="a fuse", since=date(2010, 1, 1), price=yuan("4.50"))
    only = prices().model_copy(update={"prices": (cheap,)})
    priced = tariff.priced(only, PIN, [Wanted(code="fuse")], date(2026, 3, 6))
    assert priced.total == yuan("0.00")
    assert [change.amount for change in priced.changes] == [yuan("-10")]


@part_of("REP-5")
def test_what_costs_nothing_is_not_reduced_and_a_change_ends_with_its_last_day():
    free = DatedPrice(code="wipe", about="cleaning", since=date(2010, 1, 1), price=yuan("0"))
    until = PriceChange(
        about="spring", since=date(2026, 3, 1), until=date(2026, 3, 5), amount=yuan("-3")
    )
    some = prices().model_copy(update={"prices": (*prices().prices, free), "changes": (until,)})
    for on, code, total in (
        (date(2026, 3, 5), "wipe", "0"),
        (date(2026, 3, 5), "simple_repair", "57"),
        (date(2026, 3, 6), "simple_repair", "60"),
    ):
        priced = tariff.priced(some, PIN, [Wanted(code=code)], on)
        assert priced.total == yuan(total)


@part_of("REP-5")
def test_every_code_that_has_no_price_on_the_day_is_named():
    wanted = [Wanted(code="complex_repair"), Wanted(code="gilding")]
    with pytest.raises(NotInPriceList) as refused:
        tariff.priced(prices(), PIN, wanted, date(2009, 12, 31))
    assert refused.value.reasons == ("complex_repair", "gilding")
    PRODUCED.add("domain.tariff.NotInPriceList")


EUROS = Money(amount=Decimal(-1), currency="EUR")


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "EUR"},
        {"prices": (*prices().prices, prices().prices[0])},
        {"changes": (PriceChange(about="spring", since=date(2026, 1, 1), amount=EUROS),)},
    ],
)
def test_a_list_is_in_one_currency_and_has_one_price_a_day(changes):
    with pytest.raises(ValidationError):
        PriceList(**{**dict(prices()), **changes})


@part_of("REP-5")
def test_the_list_is_the_version_that_was_in_force_when_it_took_effect():
    of_today = prices()
    cheaper = of_today.model_copy(update={"changes": ()})
    first = policies.version(1, of_today, NOON.replace(year=2000))
    second = policies.version(2, cheaper, NOON)
    stream = policies.stream_of(PIN.policy_id)
    known = {stream: Policy((first, second))}
    late = World(NOON, MIA, NOON.replace(day=1), known)
    assert tariff.in_force(late, "repairs")[1].version == 1
    assert tariff.in_force(World(NOON, MIA, NOON, known), "repairs")[1].version == 2
    with pytest.raises(PolicyMissing):
        tariff.in_force(World(NOON, MIA, NOON.replace(year=1999), known), "repairs")
