"""Goods arriving, their list, their damage, and what is paid for it: EXC-2, EXC-6, EXC-7, REP-7."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.approvals import ApproverPrepared, Names
from domain.messages import Actor, Role
from domain.money import Money
from domain.registry.authority import ManagesTheStation
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange import refusals as r
from domain.repairs.exchange.state import ExchangeStage
from domain.repairs.freight import FreightLeg
from domain.vocabulary import DiscrepancyKind, EquipmentKind
from tests.clock import NOON
from tests.exchange_stories import (
    KURT,
    apply,
    charge,
    confirm,
    exchange_story,
    exchanged,
    freight_signed,
    pay,
    points,
    promoted,
    receive,
    reinspect,
    ship,
    state,
    wish,
    with_dealer,
)
from tests.repair_stories import ERNA, told_upto
from tests.rules import rule
from tests.scenario import DORA, ENZO, FINN, HELEN, SAUL, STAN, SUSI, Story
from tests.stories import (
    MACHINE,
    MAKER,
    STATION,
    register_equipment,
    setting,
    yuan,
)

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
MIDNIGHT = timedelta(hours=4)  # in Shanghai, after NOON


# ── EXC-2: what arrives is taken in and inspected ───────────────────────────


@rule("EXC-3", "EXC-4")
def test_what_arrives_is_taken_in_with_its_condition_its_carrier_and_who_took_it_in():
    came, at = receive(condition="boxed", accessories=("lead",), carrier="SF"), NOON + DAY
    story = exchange_story("approved").tell(came, KURT, at)
    received, carried = (on.event for on in story.happened[-2:])
    assert isinstance(received, e.FaultyGoodsReceived)
    assert (received.condition, received.accessories) == ("boxed", ("lead",))
    assert (received.received_by.person, received.replacement_due.since) == (KURT.id, at)
    assert isinstance(carried, e.ExchangeFreightRecorded)
    assert (carried.freight.carrier, carried.manufacturer_id) == ("SF", MAKER)
    assert carried.recorded_by.person == KURT.id


@rule("EXC-2")
@pytest.mark.parametrize(
    ("command", "kinds"),
    [
        (reinspect(discrepancies={DiscrepancyKind.COUNT}), ("count",)),
        (reinspect(serial_number="356-9"), ("model",)),
        (reinspect(1, "appearance_damage"), ("human_damage",)),
        (reinspect(1, "missing_accessories"), ("missing_component",)),
        (
            reinspect(1, "opened_seals", "missing_accessories"),
            ("human_damage", "missing_component"),
        ),
    ],
)
def test_what_differs_or_is_damaged_is_found_on_arrival_and_raised_the_same_day(command, kinds):
    story = exchange_story("received").tell(command, SUSI)
    found = [on.event for on in story.happened if isinstance(on.event, e.ExchangeDiscrepancyFound)]
    assert [event.discrepancies for event in found] == [kinds]
    story.so_far().when(ship(), actor=KURT).then_refused(r.ExchangeDiscrepancyOpen)
    raise_ = wish(c.RaiseExchangeDiscrepancy, told="look")
    settle = wish(c.SettleExchangeDiscrepancy, agreed="well")
    story.so_far().when(settle, actor=SUSI).then_refused(r.NoExchangeDiscrepancy)
    story.tell(raise_, SUSI, NOON + 2 * DAY)
    raised = [
        on.event for on in story.happened if isinstance(on.event, e.ExchangeDiscrepancyRaised)
    ]
    assert [event.late for event in raised] == [True]
    story.so_far().when(reinspect(), actor=SUSI).then_refused(r.ExchangeDiscrepancyOpen)
    story.tell(settle, SUSI, NOON + 4 * DAY)
    assert not state(story).discrepancy_open


@rule("EXC-2")
@pytest.mark.parametrize(("after", "late"), [(MIDNIGHT - MOMENT, False), (MIDNIGHT, True)])
def test_a_discrepancy_that_is_raised_on_another_day_is_late(after, late):
    story = exchange_story("received").tell(reinspect(1, "missing_accessories"), SUSI)
    raised = e.ExchangeDiscrepancyRaised(
        told="no charger",
        raised_at=NOON + after,
        late=late,
        raised_by=Names(person=SUSI.id),
    )
    told = wish(c.RaiseExchangeDiscrepancy, told="no charger")
    story.so_far().when(told, actor=SUSI, now=NOON + after).then(raised)


@rule("EXC-2")
def test_goods_as_announced_have_no_discrepancy():
    story = exchange_story("received").tell(reinspect(), SUSI)
    assert state(story).discrepancy is None
    raise_ = wish(c.RaiseExchangeDiscrepancy, told="look")
    story.so_far().when(raise_, actor=SUSI).then_refused(r.NoExchangeDiscrepancy)


# ── EXC-6: the exclusion list ───────────────────────────────────────────────


@rule("EXC-6")
@pytest.mark.parametrize(
    ("checked", "reason"),
    [
        (points()[:-1], "opened_seals"),
        ((*points(), c.ExclusionChecked(word="rust", found=False)), "rust"),
        ((*points(), points()[0]), "twice"),
        ((), "broken_parts"),
    ],
)
def test_every_point_of_a_phones_list_is_checked_once(checked, reason):
    story = exchange_story("received").so_far()
    command = reinspect(checked=checked)
    story.when(command, actor=SUSI).then_refused(r.ExclusionListIncomplete, reason)


@rule("EXC-6")
def test_no_phone_escapes_its_list_because_nobody_said_that_it_is_one():
    unsaid = apply(equipment_kind=None)
    with_dealer().so_far().when(unsaid, actor=SUSI).then_refused(r.KindOfGoodsUnknown)
    phone = register_equipment(equipment=EquipmentKind.PHONE, serial_number="356-7")
    known = told_upto(
        exchanged(equipment_id=MACHINE, equipment_kind=None),
        "received",
        with_dealer(setting(phone)),
    )
    known.so_far().when(reinspect(checked=()), actor=SUSI).then_refused(r.ExclusionListIncomplete)


@rule("EXC-6")
def test_other_goods_have_no_list():
    changed = {"equipment_kind": EquipmentKind.MACHINE}
    story = told_upto(exchanged(**changed), "received", with_dealer())
    story.so_far().when(reinspect(), actor=SUSI).then_refused(r.ExclusionListIncomplete)
    story.tell(reinspect(checked=()), SUSI).tell(ship(), KURT)
    assert state(story).stage is ExchangeStage.SHIPPED


def agreed(story: Story) -> Story:
    story.tell(wish(c.RaiseExchangeDiscrepancy, told="look"), SUSI)
    return story.tell(wish(c.SettleExchangeDiscrepancy, agreed="well"), SUSI)


@rule("EXC-6")
def test_an_opened_seal_excludes_and_cannot_be_paid_for():
    story = agreed(exchange_story("received").tell(reinspect(1, "opened_seals"), SUSI))
    story.so_far().when(ship(), actor=KURT).then_refused(r.Excluded, "opened_seals")
    story.so_far().when(charge(), actor=SUSI).then_refused(r.Excluded, "opened_seals")
    story.tell(wish(c.RejectExchange, reason="opened"), SUSI)
    story.so_far().when(ship(), actor=KURT).then_refused(r.ExchangeNotPossibleNow)
    back = {"carrier": "SF", "tracking_number": "SF-9", "freight": yuan("20")}
    story.tell(wish(c.ReturnFaultyGoods, **back), KURT)
    assert state(story).stage is ExchangeStage.SENT_BACK
    assert state(story).freight[FreightLeg.BACK].amount == yuan("20")


@rule("EXC-6")
@pytest.mark.parametrize("upto", ["approved", "received", "shipped"])
def test_goods_are_rejected_once_they_are_inspected_and_go_back_as_they_are_once_rejected(upto):
    story = exchange_story(upto).so_far()
    reject = wish(c.RejectExchange, reason="opened")
    story.when(reject, actor=SUSI).then_refused(r.ExchangeNotPossibleNow)
    back = wish(c.ReturnFaultyGoods, carrier="SF", tracking_number="SF-9")
    story.when(back, actor=KURT).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-6", "EXC-7")
def test_of_the_list_all_but_opened_seals_can_be_paid_for():
    found = [each.word for each in points()]
    story = exchange_story("received").tell(reinspect(1, *found), SUSI)
    [inspected] = [on.event for on in story.happened if isinstance(on.event, e.GoodsInspected)]
    assert inspected.chargeable == ("appearance_damage", "broken_parts", "missing_accessories")
    assert inspected.excluded == ("opened_seals",)


@rule("EXC-6")
def test_goods_without_a_fault_of_their_own_are_not_exchanged():
    story = exchange_story("received").tell(reinspect(quality_fault=False), SUSI)
    story.so_far().when(ship(), actor=KURT).then_refused(r.NoQualityFault)


# ── EXC-7: quality fault and customer damage together ───────────────────────


def damaged() -> Story:
    return exchange_story("settled")


@rule("EXC-7")
def test_damage_is_charged_confirmed_and_paid_before_the_replacement_leaves():
    story = damaged()
    story.so_far().when(ship(), actor=KURT).then_refused(r.DamageNotCharged)
    story.tell(charge(1, "housing", "accessory"), SUSI)
    assert state(story).charged == yuan("180")
    story.so_far().when(charge(), actor=SUSI).then_refused(r.ExchangeNotPossibleNow)
    story.so_far().when(ship(), actor=KURT).then_refused(r.FaultNotConfirmed)
    story.tell(confirm(), ERNA)
    story.so_far().when(ship(), actor=KURT).then_refused(r.DamageNotPaid, "180")
    story.so_far().when(pay(amount="180.01"), actor=FINN).then_refused(r.DamagePaidTooMuch, "180")
    story.tell(pay(amount="179.99"), FINN)
    story.so_far().when(ship(), actor=KURT).then_refused(r.DamageNotPaid, "0.01")
    for amount in (yuan("0.02"), Money(amount=Decimal("0.01"), currency="EUR")):
        beyond = pay().model_copy(update={"amount": amount})
        story.so_far().when(beyond, actor=FINN).then_refused(r.DamagePaidTooMuch, "0.01 CNY")
    story.tell(pay(amount="0.01"), FINN).tell(ship(), KURT)
    assert state(story).stage is ExchangeStage.SHIPPED


@rule("EXC-7", "EXC-2")
def test_damage_is_charged_and_confirmed_once_it_is_settled_with_the_dealer_and_not_later():
    received = exchange_story("received")
    for command, actor in ((charge(), SUSI), (confirm(), ERNA)):
        received.so_far().when(command, actor=actor).then_refused(r.ExchangeNotPossibleNow)
    received.tell(reinspect(1, "broken_parts"), SUSI)
    for command, actor in ((charge(), SUSI), (confirm(), ERNA)):
        received.so_far().when(command, actor=actor).then_refused(r.ExchangeDiscrepancyOpen)
    agreed(received).tell(wish(c.RejectExchange, reason="not worth it"), SUSI)
    for command, actor in ((charge(), SUSI), (confirm(), ERNA)):
        received.so_far().when(command, actor=actor).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-2", "EXC-7")
@pytest.mark.parametrize("upto", ["applied", "approved", "charged", "shipped", "closed"])
def test_goods_are_inspected_while_they_are_here_and_nothing_is_charged_for_them(upto):
    story = exchange_story(upto).so_far()
    story.when(reinspect(), actor=SUSI).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-2")
@pytest.mark.parametrize("upto", ["inspected", "raised"])
def test_nothing_is_settled_any_more_about_goods_that_go_back(upto):
    story = exchange_story(upto).tell(wish(c.RejectExchange, reason="opened"), SUSI).so_far()
    raise_ = wish(c.RaiseExchangeDiscrepancy, told="look")
    settle = wish(c.SettleExchangeDiscrepancy, agreed="well")
    for command in (raise_, settle):
        story.when(command, actor=SUSI).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-7", "REP-7")
def test_nobody_pays_for_the_damage_of_goods_that_go_back_as_they_are():
    story = exchange_story("charged").tell(wish(c.RejectExchange, reason="not worth it"), SUSI)
    permit = wish(c.PermitUnpaidReplacement, reason="a hospital")
    for command, actor in ((pay(), FINN), (permit, DORA)):
        story.so_far().when(command, actor=actor).then_refused(r.ExchangeNotPossibleNow)
    back = wish(c.ReturnFaultyGoods, carrier="SF", tracking_number="SF-9")
    story.tell(back, KURT).tell(freight_signed(FreightLeg.TO_US), SAUL)
    closed = e.ExchangeClosed(closed_by=Names(person=SUSI.id))
    story.so_far().when(wish(c.CloseExchange), actor=SUSI).then(closed)


@rule("EXC-7")
def test_another_engineer_than_who_inspected_them_inspects_the_goods_again():
    story = exchange_story("received").tell(reinspect(1, "broken_parts"), ENZO)
    agreed(story)
    story.so_far().when(confirm(), actor=ENZO).then_refused(r.InspectedBefore)
    story.tell(charge(), SUSI).tell(pay(), FINN).tell(confirm(confirmed=False), ERNA)
    story.so_far().when(ship(), actor=KURT).then_refused(r.NoQualityFault)


@rule("EXC-7")
def test_nothing_is_charged_where_nothing_is_damaged():
    story = exchange_story("received").tell(reinspect(), SUSI).so_far()
    story.when(charge(), actor=SUSI).then_refused(r.NothingDamaged)
    story.when(confirm(), actor=ERNA).then_refused(r.NothingDamaged)
    story.when(pay(), actor=FINN).then_refused(r.DamageNotCharged)


@rule("REP-7")
def test_headquarters_permits_that_it_leaves_unpaid_before_it_does_and_another_ships_it():
    story = damaged().tell(charge(), SUSI).tell(confirm(), ERNA)
    permit = wish(c.PermitUnpaidReplacement, reason="a hospital")
    at = NOON + timedelta(hours=9)
    story.tell(permit, DORA, at)
    with pytest.raises(r.DamageNotPaid):
        story.tell(ship(), KURT, at, effective_at=NOON)
    with pytest.raises(ApproverPrepared):
        story.tell(ship(), promoted(DORA, Role.STOREKEEPER), at)
    story.tell(ship(freight=None), KURT, at)
    assert story.so_far().when(pay(), actor=FINN).outcome()
    story.so_far().when(permit, actor=DORA).then_refused(r.ExchangeNotPossibleNow)
    story.tell(wish(c.ConfirmReplacementReceipt, taken_by="Wu Li"), HELEN)
    inbound = freight_signed(FreightLeg.TO_US)
    story.tell(inbound, SAUL)
    close = wish(c.CloseExchange)
    story.so_far().when(close, actor=SUSI).then_refused(r.DamageNotPaid)
    story.tell(pay(), FINN).tell(close, SUSI)
    assert state(story).stage is ExchangeStage.CLOSED


@rule("SEG-2")
@rule("REP-7")
def test_neither_payment_nor_exception_is_for_the_manager_of_the_station():
    story = damaged().tell(charge(), SUSI).so_far()
    manager = promoted(Actor(HELEN.id, STAN.roles, STATION), Role.FINANCE, Role.SERVICE_DIRECTOR)
    permit = wish(c.PermitUnpaidReplacement, reason="a friend")
    for command in (pay(), permit):
        story.when(command, actor=manager).then_refused(ManagesTheStation)


def test_an_exception_is_for_what_is_charged():
    permit = wish(c.PermitUnpaidReplacement, reason="a hospital")
    damaged().so_far().when(permit, actor=DORA).then_refused(r.DamageNotCharged)
