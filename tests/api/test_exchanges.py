"""Exchanges, credits and freight by real tokens: what a dealer finds, what is used at one time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.messages import Role
from recourse.bootstrap import adopt_policies
from tests.api import asking, world
from tests.api.asking import Asking
from tests.clock import NOON, Clock
from tests.databases import Databases
from tests.exchange_stories import CORA, refund_story, use_id
from tests.repair_stories import return_story
from tests.rules import rule
from tests.stories import DEALER, MAKER, OTHER_DEALER

EXCHANGES = """{
  exchanges { edges { node {
    number stage salesReturnNumber refund dealer { name credits { edges { node { balance } } } }
    repairOrder { number } history(first: 3) { edges { node { eventType } } }
  } } }
  dealerCredits { edges { node { dealerId balance entries { exchangeId } } } }
}"""
BALANCE = """query ($after: Position) {
  dealerCredits(minPosition: $after) { edges { node { credited used balance } } }
}"""
FREIGHT = """query ($maker: UUID!, $month: Date) {
  freightAccounts(manufacturerId: $maker, month: $month) { edges { node {
    reconciled agreed sums { payer amount currency } legs { leg payer repairOrderId }
    manufacturer { name }
  } } }
}"""


@pytest.fixture(scope="module")
def office(databases: Databases, directory: Path) -> Iterator[Asking]:
    """A refund that was credited, and a repair that was sent to the factory and back."""
    clock = Clock()
    story = return_story(story=refund_story())
    with databases.new() as database, asking.program(database, directory, clock) as program:
        world.fill(program.log, clock, story.happened)
        clock.now = max(NOON, clock.now)
        adopt_policies(program)
        with asking.following(program), asking.asking(program) as api:
            yield api


def nodes(answer: Any, name: str) -> list[Any]:
    return [edge["node"] for edge in answer[name]["edges"]]


@rule("EXC-5")
def test_a_dealer_finds_its_own_exchange_and_what_it_was_credited(office: Asking) -> None:
    theirs = office.as_(Role.DEALER, dealer=DEALER).ask(EXCHANGES)
    [exchange] = nodes(theirs, "exchanges")
    assert (exchange["number"], exchange["stage"], exchange["refund"]) == (
        "E-1",
        "CLOSED",
        "1299.00",
    )
    assert exchange["salesReturnNumber"] == "SR-1"
    [credit] = nodes(theirs, "dealerCredits")
    assert credit["dealerId"] == str(DEALER)
    assert nodes(exchange["dealer"], "credits") == [{"balance": credit["balance"]}]
    others = office.as_(Role.DEALER, dealer=OTHER_DEALER).ask(EXCHANGES)
    assert others["exchanges"]["edges"] == others["dealerCredits"]["edges"] == []


@rule("EXC-5")
def test_orders_that_use_a_credit_at_the_same_time_never_use_more_than_there_is(
    office: Asking,
) -> None:
    def use(number: int) -> Any:
        facts = {
            "dealerId": str(DEALER),
            "useId": str(use_id(number)),
            "orderNumber": f"SO-{number}",
        }
        price = {"amount": {"amount": "500.00", "currency": "CNY"}}
        return office.as_(*CORA.roles, person=CORA.id).do("useDealerCredit", facts | price)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(use, range(1, 5)))
    kinds = [answer["__typename"] for answer in answers]
    assert sorted(kinds) == ["Problem", "Problem", "Receipt", "Receipt"]
    assert {a["rule"] for a in answers if a["__typename"] == "Problem"} == {"EXC-5"}
    last = max(answer["position"] for answer in answers if answer["__typename"] == "Receipt")
    asked = office.as_(Role.AUDITOR).ask(BALANCE, after=last)
    [account] = nodes(asked, "dealerCredits")
    assert Decimal(account["balance"]) == Decimal("299.00")
    assert Decimal(account["credited"]) - Decimal(account["used"]) == Decimal("299.00")


@rule("REP-10")
def test_a_months_freight_is_shown_to_staff_and_reconciled_by_finance_alone(office: Asking) -> None:
    asked = {"maker": str(MAKER), "month": date(2026, 3, 1).isoformat()}
    [account] = nodes(office.as_(Role.FINANCE).ask(FREIGHT, **asked), "freightAccounts")
    borne = {each["payer"]: Decimal(each["amount"]) for each in account["sums"]}
    assert borne == {"DEALER": 35, "FACTORY": 35, "US": 70}
    assert len(account["legs"]) == 4 and not account["reconciled"]
    wish = {"manufacturerId": str(MAKER), "month": "2026-03-01", "stated": []}
    for role, refused in ((Role.FINANCE, "REP-10"), (Role.SERVICE_AGENT, "Forbidden")):
        before = office.program.log.last()
        problem = office.as_(role).do("reconcileFreight", wish)
        assert (problem["__typename"], problem["rule"]) == ("Problem", refused)
        assert office.program.log.last() == before
