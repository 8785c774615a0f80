"""Exchanges from the application to the end, in the handbook's own order (rulebook 3.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Stream
from domain.repairs.exchange import events as e
from domain.repairs.exchange.dealer_credit import DealerCredit, DealerCredited, credit_stream
from domain.repairs.exchange.state import Exchange, ExchangeStage
from tests.exchange_stories import (
    exchange_id,
    exchange_story,
    exchanged,
    refund_story,
    refunded,
    told_upto,
    use,
    with_dealer,
)
from tests.rules import rule
from tests.scenario import FINN, Story, state_of
from tests.stories import DEALER, yuan

EXCHANGED = [
    e.ExchangeApplied,
    e.EntryRefused,
    e.ExchangeSigned,
    e.ExchangeSigned,
    e.ExchangeApproved,
    e.FaultyGoodsReceived,
    e.ExchangeFreightRecorded,
    e.GoodsInspected,
    e.ExchangeDiscrepancyFound,
    e.ExchangeDiscrepancyRaised,
    e.ExchangeDiscrepancySettled,
    e.DamageCharged,
    e.FaultConfirmed,
    e.DamagePaymentReceived,
    e.ReplacementShipped,
    e.ExchangeFreightRecorded,
    e.ReplacementReceived,
    e.ExchangeFreightSigned,
    e.ExchangeFreightSettled,
    e.ExchangeFreightSigned,
    e.ExchangeFreightSigned,
    e.ExchangeFreightSettled,
    e.ExchangeClosed,
]
REFUNDED = [
    e.ExchangeApplied,
    e.ExchangeSigned,
    e.ExchangeSigned,
    e.ExchangeApproved,
    e.FaultyGoodsReceived,
    e.GoodsInspected,
    e.RefundRequested,
    e.ExchangeSigned,
    e.ExchangeSigned,
    e.RefundApproved,
    e.SignedPaperAttached,
    e.SalesReturnIssued,
    e.ExchangeClosed,
]


def life_of(story: Story) -> list[e.Event]:
    return [on.event for on in story.happened if on.stream.id == exchange_id()]


@rule("EXC-1")
@pytest.mark.parametrize(
    ("steps", "life"), [(exchanged, EXCHANGED), (refunded, REFUNDED)], ids=["exchange", "refund"]
)
def test_goods_are_applied_for_arrive_and_end_as_the_handbook_says(steps, life):
    story = told_upto(steps(), "closed", with_dealer())
    assert [type(event) for event in life_of(story)] == life
    exchange = story.state(Exchange, exchange_id())
    assert (exchange.stage, exchange.left_to_pay) == (ExchangeStage.CLOSED, None)


@rule("EXC-7")
def test_the_damage_is_paid_and_the_freight_is_settled_both_ways():
    exchange = exchange_story().state(Exchange, exchange_id())
    assert (exchange.charged, exchange.paid) == (yuan("120"), yuan("120.00"))
    assert all(each.chain.complete for each in exchange.freight.values())


@rule("EXC-5")
def test_a_sales_return_is_a_credit_towards_the_next_order():
    story = refund_story()
    [credited] = [on for on in story.happened if isinstance(on.event, DealerCredited)]
    stream = credit_stream(DEALER, "CNY")
    assert (credited.stream, credited.event.amount) == (stream, yuan("1299.00"))
    story.tell(use(1, "299.00"), FINN)
    assert story.state(DealerCredit, stream.id).balance == yuan("1000.00")


@rule("EXC-3")
def test_the_replacement_waited_while_the_discrepancy_was_with_the_dealer():
    """Raised and settled within an hour: due on the same day as without it."""
    before = exchange_story("received").state(Exchange, exchange_id()).replacement_due
    after = exchange_story("settled").state(Exchange, exchange_id()).replacement_due
    assert after.since == before.since
    assert after.due.at - before.due.at < timedelta(days=1)


def test_history_is_taken_in_whatever_its_order_and_whatever_is_missing():
    """What is imported from another system is not decided here."""
    stream = Stream(Exchange.kind, exchange_id())
    for steps in (exchanged, refunded):
        life = life_of(told_upto(steps(), "closed", with_dealer()))
        for start in range(len(life)):
            assert state_of(stream, [*life[start:], *life[:start]]) is not None
            assert state_of(stream, life[start : start + 1]) is not None
        assert state_of(stream, life[::-1]).number == "E-1"
