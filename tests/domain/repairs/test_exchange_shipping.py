"""The replacement leaves in time, and freight is signed for both ways: EXC-3, EXC-4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.approvals import ApproverPrepared, Names, NotYourTurn
from domain.messages import Actor, Role
from domain.registry.authority import ManagesTheStation
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange import refusals as r
from domain.repairs.freight import Freight, FreightLeg, FreightPayer
from tests.clock import NOON
from tests.exchange_stories import (
    KURT,
    OLGA,
    exchange_story,
    freight_signed,
    promoted,
    receive,
    refund_story,
    reinspect,
    ship,
    state,
    wish,
)
from tests.rules import rule
from tests.scenario import HELEN, SAUL, STAN, SUSI
from tests.stories import (
    DEALER,
    MAKER,
    STATION,
    yuan,
)

DAY = timedelta(days=1)


# ── EXC-3: the replacement ──────────────────────────────────────────────────


@rule("EXC-3")
@pytest.mark.parametrize(("days", "late"), [(9, False), (17, True)])
def test_the_replacement_leaves_within_seven_working_days_of_receipt(days, late):
    story = exchange_story("received").tell(reinspect(), SUSI)
    story.tell(ship(), KURT, NOON + days * DAY)
    [shipped] = [on.event for on in story.happened if isinstance(on.event, e.ReplacementShipped)]
    assert (shipped.late, shipped.carrier, shipped.tracking_number) == (late, "SF", "SF-77")
    assert (shipped.replacement_serial, shipped.shipped_by) == ("356-8", Names(person=KURT.id))


@rule("EXC-3")
def test_it_is_due_at_the_close_of_the_seventh_working_day_after_that_of_the_receipt():
    """Received on a Saturday, which counts as the Monday after it."""
    story = exchange_story("approved").tell(receive(), KURT, NOON + DAY)
    assert state(story).replacement_due.due.at == datetime(2026, 3, 18, 10, tzinfo=UTC)


@rule("EXC-3")
def test_the_time_in_which_the_dealer_was_asked_is_added():
    story = exchange_story("received").tell(reinspect(1, "missing_accessories"), SUSI)
    before = state(story).replacement_due.due.at
    story.tell(wish(c.RaiseExchangeDiscrepancy, told="no charger"), SUSI, NOON + 3 * DAY)
    story.tell(wish(c.SettleExchangeDiscrepancy, agreed="sent"), SUSI, NOON + 5 * DAY)
    assert state(story).replacement_due.due.at - before == 2 * DAY


@rule("EXC-3")
def test_the_replacement_is_another_item_and_leaves_once():
    story = exchange_story("received").tell(reinspect(), SUSI)
    again = ship(replacement_serial="356-7")
    story.so_far().when(again, actor=KURT).then_refused(r.SameItemBack)
    story.tell(ship(), KURT)
    story.so_far().when(ship(), actor=KURT).then_refused(r.ExchangeNotPossibleNow)


def test_nothing_leaves_before_it_was_inspected():
    story = exchange_story("received").so_far()
    story.when(ship(), actor=KURT).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-3")
def test_a_replacement_is_received_once_by_the_dealer_to_whom_it_was_shipped():
    received = wish(c.ConfirmReplacementReceipt, taken_by="Wu Li")
    shipped = exchange_story("shipped").so_far()
    taken = e.ReplacementReceived(subject_id=DEALER, taken_by="Wu Li")
    shipped.when(received, actor=HELEN).then(taken)
    for upto in ("paid", "delivered", "closed"):
        story = exchange_story(upto).so_far()
        story.when(received, actor=HELEN).then_refused(r.ExchangeNotPossibleNow)


# ── EXC-4: freight ──────────────────────────────────────────────────────────


@rule("EXC-4")
def test_freight_both_ways_is_ours_and_signed_for_by_sales_and_the_store():
    story = exchange_story("delivered")
    freight = state(story).freight
    assert freight[FreightLeg.TO_US].chain.steps == (Role.SALES_DIRECTOR,)
    assert freight[FreightLeg.BACK].chain.steps == (Role.STOREKEEPER, Role.SALES_DIRECTOR)
    recorded = [
        on.event for on in story.happened if isinstance(on.event, e.ExchangeFreightRecorded)
    ]
    assert {event.freight.payer for event in recorded} == {"us"}
    back = freight_signed(FreightLeg.BACK)
    story.so_far().when(back, actor=SAUL).then_refused(NotYourTurn)
    story.so_far().when(back, actor=KURT).then_refused(ApproverPrepared)
    close = wish(c.CloseExchange)
    story.so_far().when(close, actor=SUSI).then_refused(r.FreightUnsettled, "to_us", "back")
    story.tell(freight_signed(FreightLeg.TO_US), SAUL).tell(back, OLGA).tell(back, SAUL)
    assert story.so_far().when(close, actor=SUSI).outcome()
    story.so_far().when(back, actor=SAUL).then_refused(r.FreightNotRecorded)


@rule("EXC-4")
def test_freight_comes_later_if_the_carrier_says_it_later_and_changes_until_it_is_signed():
    story = exchange_story("approved").tell(receive(freight=None), KURT, NOON + DAY)
    inbound = wish(c.RecordExchangeFreight, leg=FreightLeg.TO_US, amount=yuan("12.00"))
    signed = freight_signed(FreightLeg.TO_US)
    story.so_far().when(signed, actor=SAUL).then_refused(r.FreightNotRecorded)
    story.tell(inbound, KURT).tell(inbound.model_copy(update={"amount": yuan("13.00")}), KURT)
    story.tell(signed, SAUL)
    [settled] = [
        on.event for on in story.happened if isinstance(on.event, e.ExchangeFreightSettled)
    ]
    assert settled.amount == yuan("13.00")
    story.so_far().when(inbound, actor=KURT).then_refused(r.ExchangeNotPossibleNow)


CARRIAGE = {"carrier": "YTO", "tracking_number": "Y-1"}
SIGNERS = {
    FreightLeg.TO_US: (Role.SALES_DIRECTOR,),
    FreightLeg.BACK: (Role.STOREKEEPER, Role.SALES_DIRECTOR),
}


def freighted(leg: FreightLeg) -> c.RecordExchangeFreight:
    return wish(c.RecordExchangeFreight, leg=leg, amount=yuan("12.00"), **CARRIAGE)


def recorded(leg: FreightLeg) -> e.ExchangeFreightRecorded:
    freight = Freight(leg=leg, payer=FreightPayer.US, amount=yuan("12.00"), **CARRIAGE)
    by = Names(person=KURT.id)
    return e.ExchangeFreightRecorded(
        freight=freight, signed_by=SIGNERS[leg], manufacturer_id=MAKER, recorded_by=by
    )


REJECT = (wish(c.RejectExchange, reason="opened"), SUSI)
SEND_BACK = (wish(c.ReturnFaultyGoods, carrier="SF", tracking_number="SF-9"), KURT)


@rule("EXC-4")
@pytest.mark.parametrize(
    ("upto", "then", "legs"),
    [
        ("approved", [], ()),
        ("received", [], ("to_us",)),
        ("settled", [], ("to_us",)),
        ("settled", [REJECT], ("to_us",)),
        ("settled", [REJECT, SEND_BACK], ("to_us", "back")),
        ("shipped", [], ("to_us", "back")),
        ("delivered", [], ("to_us", "back")),
        ("closed", [], ()),
    ],
)
def test_freight_is_recorded_of_goods_that_are_here_and_of_what_went_back(upto, then, legs):
    story = exchange_story(upto).tell_all(then).so_far()
    for leg in (FreightLeg.TO_US, FreightLeg.BACK):
        wished = story.when(freighted(leg), actor=KURT)
        if leg in legs:
            wished.then(recorded(leg))
        else:
            wished.then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-4", "EXC-5")
def test_the_freight_of_goods_whose_price_was_refunded_is_recorded_too():
    inbound = recorded(FreightLeg.TO_US)
    story = refund_story("refunded").so_far()
    story.when(freighted(FreightLeg.TO_US), actor=KURT).then(inbound)


@rule("EXC-3", "EXC-4")
def test_the_freight_of_a_replacement_is_that_of_its_carrier_and_number():
    story = exchange_story("paid").tell(ship(), KURT)
    [freight] = [
        on.event.freight
        for on in story.happened
        if isinstance(on.event, e.ExchangeFreightRecorded)
        and on.event.freight.leg is FreightLeg.BACK
    ]
    assert (freight.carrier, freight.tracking_number) == ("SF", "SF-77")


@rule("EXC-4")
def test_goods_to_be_exchanged_travel_to_us_and_something_goes_back():
    story = exchange_story("received").so_far()
    to_factory = wish(c.RecordExchangeFreight, leg=FreightLeg.TO_FACTORY, amount=yuan("1"))
    story.when(to_factory, actor=KURT).then_refused(r.NotALegOfExchange)
    too_early = wish(c.RecordExchangeFreight, leg=FreightLeg.BACK, amount=yuan("1"))
    story.when(too_early, actor=KURT).then_refused(r.ExchangeNotPossibleNow)


@rule("SEG-2")
def test_a_manager_signs_for_no_freight_of_their_station():
    manager = promoted(Actor(HELEN.id, STAN.roles, STATION), Role.SALES_DIRECTOR)
    story = exchange_story("received").so_far()
    signed = freight_signed(FreightLeg.TO_US)
    story.when(signed, actor=manager).then_refused(ManagesTheStation)
