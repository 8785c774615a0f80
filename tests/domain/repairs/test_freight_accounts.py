"""Freight of repairs, added up by factory and month, and reconciled with the factory (REP-10)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.messages import Message
from domain.money import Money
from domain.registry.manufacturer import ManufacturerNotFound
from domain.repairs import freight_account as f
from domain.repairs.freight import FreightLeg, FreightPayer
from domain.repairs.repair import commands as c
from domain.repairs.repair.events import FreightRecorded
from tests.repair_stories import at_counter, freight, repair_id, return_story, told_upto, wish
from tests.rules import rule
from tests.scenario import FINN, SUSI, Story
from tests.stories import MAKER, OTHER_MAKER, file_of, yuan

MARCH = date(2026, 3, 1)
APRIL_2 = datetime(2026, 4, 2, 4, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 3, 31, 16, tzinfo=UTC)  # midnight in Shanghai
END_OF_APRIL = datetime(2026, 4, 30, 16, tzinfo=UTC)
BORNE = {FreightPayer.DEALER: "35.00", FreightPayer.US: "70.00", FreightPayer.FACTORY: "35.00"}


def sums(**changed: str) -> tuple[f.FreightSum, ...]:
    amounts = {str(payer): amount for payer, amount in BORNE.items()} | changed
    return tuple(
        f.FreightSum(payer=FreightPayer(payer), amount=yuan(amount))
        for payer, amount in sorted(amounts.items())
    )


def differs(amount: str, payer: FreightPayer = FreightPayer.FACTORY, **facts: Any) -> Any:
    facts = {"reason": "they weighed it again"} | facts
    return f.FreightDifference(payer=payer, amount=yuan(amount), **facts)


def reconcile(**changes: Any) -> f.ReconcileFreight:
    facts: dict[str, Any] = {"manufacturer_id": MAKER, "month": MARCH, "stated": sums()}
    return f.ReconcileFreight(**facts | changes)


def told_events(story: Story) -> list[Message]:
    return [*story.events(f.account_stream(MAKER, MARCH))]


@rule("REP-10")
def test_every_leg_is_added_up_by_its_factory_month_and_payer():
    story = return_story()
    posted = told_events(story)
    assert [event.freight.leg for event in posted] == [
        "to_us",
        "to_factory",
        "from_factory",
        "back",
    ]
    account = story.state(f.FreightAccount, f.account_stream(MAKER, MARCH).id)
    assert f.listed(account.sums) == sums()
    assert account.repair_orders == {repair_id()}


@rule("REP-10")
def test_a_leg_belongs_to_the_month_of_the_organisation_and_to_a_known_factory():
    story = return_story()
    leg = wish(c.RecordFreight, freight=freight(FreightLeg.BACK, "9.00"))
    story.tell(leg, SUSI, NEXT_MONTH)
    story.tell(leg, SUSI, NEXT_MONTH - timedelta(seconds=1))
    april = story.events(f.account_stream(MAKER, date(2026, 4, 1)))
    assert (len(april), len(told_events(story))) == (1, 5)


@rule("REP-10")
def test_freight_of_an_item_of_no_known_factory_is_in_no_account():
    story = told_upto(at_counter(manufacturer_id=None), "received")
    leg = wish(c.RecordFreight, freight=freight(FreightLeg.TO_US, "9.00"))
    [recorded] = story.so_far().when(leg, actor=SUSI).outcome()
    assert isinstance(recorded.event, FreightRecorded)


@rule("REP-10")
@pytest.mark.parametrize(
    ("at", "late"),
    [(APRIL_2, False), (END_OF_APRIL - timedelta(seconds=1), False), (END_OF_APRIL, True)],
)
def test_a_month_that_agrees_is_confirmed_once(at, late):
    story = return_story().tell(reconcile(statement=file_of("march")), FINN, at)
    reconciled = told_events(story)[-1]
    assert (reconciled.ours, reconciled.stated, reconciled.late) == (sums(), sums(), late)
    assert reconciled.statement == file_of("march")
    again = story.so_far().when(reconcile(month=date(2026, 3, 9)), actor=FINN, now=at)
    again.then_refused(f.FreightReconciledBefore)


@rule("REP-10")
def test_a_month_is_reconciled_when_it_is_over():
    story = return_story().so_far()
    story.when(reconcile(), actor=FINN).then_refused(f.FreightMonthNotOver)
    last = NEXT_MONTH - timedelta(seconds=1)
    story.when(reconcile(), actor=FINN, now=last).then_refused(f.FreightMonthNotOver)
    assert story.when(reconcile(), actor=FINN, now=NEXT_MONTH).outcome()


@rule("REP-10")
@pytest.mark.parametrize(
    ("stated", "differences", "reason"),
    [
        (sums(factory="36.00"), (), "factory: 36.00"),
        (sums(), (differs("1.00"),), "36.00"),
        (sums(factory="36.00"), (differs("0.99"),), "35.99"),
        (sums(factory="34.00", us="71.00"), (), "us: 71.00"),
        ((), (), "dealer: 0"),
        (sums(customer="1.00"), (), "customer: 1.00"),
        (sums(factory="36.00"), (differs("1.00", FreightPayer.US),), "us: 70.00"),
        (sums(), (differs("1.00", FreightPayer.CUSTOMER),), "customer: 0"),
    ],
)
def test_every_difference_is_explained_to_the_cent_by_payer(stated, differences, reason):
    command = reconcile(stated=stated, differences=differences)
    story = return_story().so_far()
    story.when(command, actor=FINN, now=APRIL_2).then_refused(f.FreightDoesNotAddUp, reason)


@rule("REP-10")
def test_another_currency_is_another_sum():
    euro = Money(amount=Decimal("5"), currency="EUR")
    stated = (*sums(), f.FreightSum(payer=FreightPayer.FACTORY, amount=euro))
    story = return_story().so_far()
    command = reconcile(stated=stated)
    story.when(command, actor=FINN, now=APRIL_2).then_refused(f.FreightDoesNotAddUp, "EUR")
    unknown = f.FreightDifference(payer=FreightPayer.FACTORY, amount=euro, reason="by air")
    explained = reconcile(stated=stated, differences=(unknown,))
    assert story.when(explained, actor=FINN, now=APRIL_2).outcome()


@rule("REP-10")
def test_what_differed_is_reconciled_again_and_so_is_what_came_in_later():
    story = return_story()
    more = reconcile(
        stated=sums(factory="36.50"), differences=(differs("1.50", repair_order_id=repair_id()),)
    )
    story.tell(more, FINN, APRIL_2).tell(reconcile(), FINN, APRIL_2)
    late_leg = wish(c.RecordFreight, freight=freight(FreightLeg.BACK, "9.00"))
    story.tell(late_leg, SUSI, APRIL_2, effective_at=datetime(2026, 3, 30, 4, tzinfo=UTC))
    story.tell(reconcile(stated=sums(us="79.00")), FINN, APRIL_2)
    assert story.state(f.FreightAccount, f.account_stream(MAKER, MARCH).id).agreed


@rule("REP-10")
def test_a_difference_names_repairs_of_that_account_and_a_factory_that_is_known():
    story = return_story().so_far()
    other = differs("1.00", repair_order_id=UUID(int=0xBAD))
    wrong = reconcile(stated=sums(factory="36.00"), differences=(other,))
    story.when(wrong, actor=FINN, now=APRIL_2).then_refused(f.NotTheirFreight)
    unknown = reconcile(manufacturer_id=UUID(int=0xBAD))
    story.when(unknown, actor=FINN, now=APRIL_2).then_refused(ManufacturerNotFound)
    nothing = reconcile(manufacturer_id=OTHER_MAKER, stated=())
    assert story.when(nothing, actor=FINN, now=APRIL_2).outcome()


def test_a_difference_of_nothing_is_none():
    with pytest.raises(ValueError, match="difference of nothing"):
        differs("0.00")
