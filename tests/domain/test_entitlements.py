"""What the buyer of a faulty phone may choose: REG-5a."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from application import shipped
from domain.entitlements import Delay, Fault, InRepair, Remedy, entitlements
from domain.policy_content import PhoneGuarantee
from tests.rules import part_of

GUARANTEE = next(c for c in shipped.contents() if isinstance(c, PhoneGuarantee))
SOLD = date(2026, 3, 2)
DAY = timedelta(days=1)
REFUND, EXCHANGE, REPAIR = Remedy


def offered(fault: Fault, day: int) -> tuple[Remedy, ...]:
    return tuple(given.remedy for given in entitlements(GUARANTEE, fault, SOLD + day * DAY))


@part_of("REG-5a")
@pytest.mark.parametrize(
    ("day", "remedies"),
    [
        (-1, ()),
        (0, (REFUND, EXCHANGE, REPAIR)),
        (7, (REFUND, EXCHANGE, REPAIR)),
        (8, (EXCHANGE, REPAIR)),
        (15, (EXCHANGE, REPAIR)),
        (16, (REPAIR,)),
    ],
)
def test_the_choice_narrows_with_the_days_since_the_invoice(day, remedies):
    assert offered(Fault(sold_on=SOLD), day) == remedies


@part_of("REG-5a")
@pytest.mark.parametrize(("failed", "remedies"), [(1, (REPAIR,)), (2, (EXCHANGE, REPAIR))])
def test_two_failed_repairs_give_an_exchange(failed, remedies):
    assert offered(Fault(sold_on=SOLD, failed_repairs=failed), 100) == remedies


@part_of("REG-5a")
@pytest.mark.parametrize(
    ("delay", "last_day"), [(Delay.PARTS, 60), (Delay.REPAIRER, 30)], ids=["parts", "repairer"]
)
def test_a_repair_that_takes_too_long_gives_an_exchange(delay, last_day):
    fault = Fault(sold_on=SOLD, in_repair=InRepair(since=SOLD + 20 * DAY, delay=delay))
    assert offered(fault, 20 + last_day) == (REPAIR,)
    assert offered(fault, 20 + last_day + 1) == (EXCHANGE, REPAIR)


@part_of("REG-5a")
def test_without_a_like_model_an_exchange_becomes_a_refund():
    fault = Fault(sold_on=SOLD, failed_repairs=2, like_model_available=False)
    given = entitlements(GUARANTEE, fault, SOLD + 100 * DAY)
    assert [each.remedy for each in given] == [REFUND, REPAIR]
    assert given[0].because == ("no like model to exchange it for; 2 repairs failed; 2 suffice")


@part_of("REG-5a")
def test_each_entitlement_names_its_rule_its_ground_and_its_days():
    refund, exchange, repair = entitlements(GUARANTEE, Fault(sold_on=SOLD), SOLD)
    assert {each.rule for each in (refund, exchange, repair)} == {"REG-5a"}
    assert (refund.because, refund.until) == ("within 7 days of the invoice", SOLD + 7 * DAY)
    assert (exchange.because, exchange.until) == ("within 15 days of the invoice", SOLD + 15 * DAY)
    assert (repair.because, repair.until) == ("it is under warranty", None)
