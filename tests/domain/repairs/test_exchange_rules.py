"""The rules of exchanges, one by one (rulebook 3.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.approvals import ApproverPrepared, NextStepTaken, NotYourTurn, SignedTwice
from domain.entitlements import Delay, Remedy
from domain.messages import Actor, Role
from domain.registry.authority import ManagesTheStation
from domain.registry.dealer import DealerNotFound
from domain.registry.equipment import EquipmentNotFound
from domain.registry.manufacturer import ManufacturerNotFound
from domain.registry.out_of_use import RecordOutOfUse
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange import refusals as r
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.repairs.freight import FreightLeg
from domain.repairs.repair.commands import FactoryOutcome, RecordFactoryProcessing
from domain.repairs.repair.events import ItemReturned
from domain.repairs.repair.refusals import RepairNotFound
from domain.vocabulary import DiscrepancyKind, EquipmentKind, Interruption
from domain.warranty import OutOfUse
from tests.clock import NOON
from tests.exchange_stories import (
    CORA,
    KURT,
    OLGA,
    PETRA,
    apply,
    attach,
    charge,
    confirm,
    exchange_id,
    exchange_story,
    exchanged,
    freight_signed,
    issue,
    pay,
    points,
    receive,
    refund_story,
    reinspect,
    request_refund,
    ship,
    sign,
    wish,
    with_dealer,
)
from tests.repair_stories import ERNA, at_counter, from_dealer, repair_id, told_upto
from tests.rules import rule
from tests.scenario import CHAN, DORA, ENZO, FINN, HELEN, SAUL, STAN, SUSI, SYSTEM, Story
from tests.stories import (
    MACHINE,
    MAKER,
    OTHER_STATION,
    STATION,
    TODAY,
    register_equipment,
    setting,
    yuan,
)

NOBODY = UUID(int=0xBAD)
DAY = timedelta(days=1)
TOMORROW = TODAY + DAY


def state(story: Story) -> Exchange:
    found: Exchange = story.state(Exchange, exchange_id())
    return found


def promoted(actor: Actor, *roles: Role) -> Actor:
    return Actor(actor.id, actor.roles | {*roles}, actor.station)


# ── EXC-1: apply first, ship later ──────────────────────────────────────────


@rule("EXC-1")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"dealer_id": None}, r.NobodysGoods),
        ({"dealer_id": NOBODY}, DealerNotFound),
        ({"station_id": NOBODY}, StationNotFound),
        ({"manufacturer_id": NOBODY}, ManufacturerNotFound),
        ({"equipment_id": NOBODY}, EquipmentNotFound),
    ],
)
def test_an_application_says_for_whom_and_names_what_is_known(changes, refusal):
    with_dealer().so_far().when(apply(**changes), actor=SUSI).then_refused(refusal)


def test_an_exchange_is_applied_for_once_and_its_number_is_its_own():
    applied = exchange_story("applied").so_far()
    applied.when(apply(), actor=SUSI).then_refused(r.ExchangeExists)
    same = apply(2).model_copy(update={"number": "e-1 "})
    applied.when(same, actor=SUSI).then_refused(r.ExchangeNumberTaken)
    with_dealer().so_far().when(sign(), actor=CHAN).then_refused(r.ExchangeNotFound)


@rule("EXC-1")
@pytest.mark.parametrize("upto", ["applied", "half signed"])
def test_goods_that_arrive_before_the_approval_are_refused_entry(upto):
    story = exchange_story("applied")
    if upto == "half signed":
        story.tell(sign(), CHAN)
    story.so_far().when(receive(), actor=KURT).then_refused(r.NotApprovedYet)
    story.tell(wish(c.RefuseEntry, remark="too early"), KURT)
    assert state(story).stage is ExchangeStage.APPLIED


@rule("EXC-1")
def test_nor_are_they_let_in_later_if_they_had_arrived_before_it():
    story = exchange_story("approved")
    at = NOON + timedelta(hours=5)
    before = NOON + timedelta(hours=1)
    with pytest.raises(r.NotApprovedYet):
        story.tell(receive(), KURT, at, effective_at=before)
    story.tell(wish(c.RefuseEntry, remark="too early"), KURT, at, effective_at=before)
    assert state(story).stage is ExchangeStage.APPROVED
    story.tell(receive(), KURT, at, effective_at=NOON + timedelta(hours=3))
    assert state(story).stage is ExchangeStage.RECEIVED


@rule("EXC-1")
def test_what_is_approved_is_let_in_and_not_turned_away():
    approved = exchange_story("approved").so_far()
    too_late = wish(c.RefuseEntry, remark="no")
    later = NOON + DAY
    approved.when(too_late, actor=KURT, now=later).then_refused(r.ExchangeNotPossibleNow)


def test_an_application_is_given_up_before_the_goods_are_here():
    given_up = wish(c.WithdrawExchange, reason="it works")
    story = exchange_story("approved").tell(given_up, SUSI)
    assert state(story).stage is ExchangeStage.WITHDRAWN
    here = exchange_story("received").so_far()
    here.when(given_up, actor=SUSI).then_refused(r.ExchangeNotPossibleNow)


def test_a_station_applies_for_itself_and_sees_its_own_alone():
    theirs = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    with_dealer().so_far().when(apply(), actor=theirs).then_refused(AnotherStation)
    applied = exchange_story("approved").so_far()
    applied.when(receive(), actor=theirs).then_refused(r.ExchangeNotFound)


# ── EXC-2: both departments approve, within a working day ───────────────────


@rule("EXC-2")
def test_channel_and_product_departments_both_approve_in_their_order():
    applied = exchange_story("applied")
    assert state(applied).chain.steps == (Role.CHANNEL_DEPT, Role.PRODUCT_DEPT)
    applied.so_far().when(sign(), actor=PETRA).then_refused(NotYourTurn)
    applied.tell(sign(), CHAN)
    both = promoted(CHAN, Role.PRODUCT_DEPT)
    applied.so_far().when(sign(), actor=both).then_refused(SignedTwice)
    applied.tell(sign(), PETRA)
    assert state(applied).stage is ExchangeStage.APPROVED
    applied.so_far().when(sign(), actor=PETRA).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-2")
@pytest.mark.parametrize(("at", "late"), [(NOON + 3 * DAY, False), (NOON + 4 * DAY, True)])
def test_an_approval_after_the_first_working_day_is_late(at, late):
    """Applied for on Friday evening, due at the close of business on Tuesday (of which NOON is
    after the close: the clock starts with Monday's opening)."""
    story = exchange_story("applied").tell(sign(), CHAN)
    assert state(story).approval_due.due.at == datetime(2026, 3, 10, 10, tzinfo=UTC)
    story.tell(sign(), PETRA, at)
    approved = [on.event for on in story.happened if isinstance(on.event, e.ExchangeApproved)]
    assert [event.late for event in approved] == [late]


@rule("SEG-1")
@rule("SEG-2")
def test_neither_who_applied_nor_the_manager_of_the_station_approves_or_declines():
    applied = exchange_story("applied").so_far()
    applicant = promoted(SUSI, Role.CHANNEL_DEPT)
    manager = promoted(Actor(HELEN.id, STAN.roles, STATION), Role.CHANNEL_DEPT)
    for command in (sign(), wish(c.DeclineExchange, reason="no")):
        applied.when(command, actor=applicant).then_refused(ApproverPrepared)
        applied.when(command, actor=manager).then_refused(ManagesTheStation)


@rule("EXC-2")
def test_an_exchange_is_declined_and_that_is_its_end():
    story = exchange_story("applied").tell(wish(c.DeclineExchange, reason="too old"), PETRA)
    assert state(story).stage is ExchangeStage.DECLINED
    story.so_far().when(sign(), actor=CHAN).then_refused(r.ExchangeNotPossibleNow)
    story.so_far().when(receive(), actor=KURT).then_refused(r.ExchangeNotPossibleNow)


@rule("SEG-5")
def test_a_signature_is_taken_back_until_the_goods_are_here():
    revoke = wish(c.RevokeExchangeSignature, reason="misread")
    story = exchange_story("approved").tell(revoke, PETRA)
    assert state(story).stage is ExchangeStage.APPLIED
    story.so_far().when(receive(), actor=KURT).then_refused(r.NotApprovedYet)
    here = exchange_story("received").so_far()
    here.when(revoke, actor=PETRA).then_refused(NextStepTaken)


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
def test_goods_as_announced_have_no_discrepancy():
    story = exchange_story("received").tell(reinspect(), SUSI)
    assert state(story).discrepancy is None
    raise_ = wish(c.RaiseExchangeDiscrepancy, told="look")
    story.so_far().when(raise_, actor=SUSI).then_refused(r.NoExchangeDiscrepancy)


# ── EXC-3: the replacement ──────────────────────────────────────────────────


@rule("EXC-3")
@pytest.mark.parametrize(("days", "late"), [(9, False), (17, True)])
def test_the_replacement_leaves_within_seven_working_days_of_receipt(days, late):
    story = exchange_story("received").tell(reinspect(), SUSI)
    story.tell(ship(), KURT, NOON + days * DAY)
    [shipped] = [on.event for on in story.happened if isinstance(on.event, e.ReplacementShipped)]
    assert (shipped.late, shipped.carrier, shipped.tracking_number) == (late, "SF", "SF-77")
    assert shipped.replacement_serial == "356-8"


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


# ── EXC-5: refund instead ───────────────────────────────────────────────────


@rule("EXC-5")
def test_product_department_then_finance_approve_a_refund():
    story = refund_story("refund asked")
    assert state(story).refund_chain.steps == (Role.PRODUCT_DEPT, Role.FINANCE)
    story.so_far().when(sign(), actor=FINN).then_refused(NotYourTurn)
    story.so_far().when(sign(), actor=promoted(SUSI, Role.PRODUCT_DEPT)).then_refused(
        ApproverPrepared
    )
    story.tell(sign(), PETRA)
    both = promoted(PETRA, Role.FINANCE)
    story.so_far().when(sign(), actor=both).then_refused(SignedTwice)
    story.so_far().when(issue(), actor=CORA).then_refused(r.RefundNotApproved)
    story.tell(sign(), FINN)
    assert state(story).refund_approved


@rule("EXC-5")
def test_a_sales_return_needs_signed_papers_goods_and_a_number_of_its_own():
    story = refund_story("refund approved")
    story.so_far().when(issue(), actor=CORA).then_refused(r.SignedPapersMissing)
    story.tell(attach(), CORA)
    story.so_far().when(attach(), actor=CORA).then_nothing()
    story.tell(issue(), CORA)
    refund_story("papers attached", 2, story)
    taken = issue(2).model_copy(update={"sales_return_number": "SR-1"})
    story.so_far().when(taken, actor=CORA).then_refused(r.SalesReturnNumberTaken)


@rule("EXC-5")
def test_no_money_goes_back_for_goods_that_are_not_here_or_not_faulty():
    story = exchange_story("applied").tell(request_refund(), SUSI)
    story.tell(sign(), PETRA).tell(sign(), FINN).tell(attach(), CORA)
    story.so_far().when(issue(), actor=CORA).then_refused(r.ExchangeNotPossibleNow)
    story.tell(receive(), KURT).tell(reinspect(quality_fault=False), SUSI)
    story.so_far().when(issue(), actor=CORA).then_refused(r.NoQualityFault)


@rule("EXC-1")
@rule("EXC-5")
def test_a_refund_that_was_approved_lets_the_goods_in_by_itself():
    story = exchange_story("applied").tell(request_refund(), SUSI)
    story.so_far().when(receive(), actor=KURT).then_refused(r.NotApprovedYet)
    story.tell(sign(), PETRA).tell(sign(), FINN)
    revoke = wish(c.RevokeExchangeSignature, reason="misread")
    story.tell(revoke, FINN)
    story.so_far().when(receive(), actor=KURT).then_refused(r.NotApprovedYet)
    story.tell(sign(), FINN).tell(receive(), KURT)
    story.so_far().when(revoke, actor=FINN).then_refused(NextStepTaken)


@rule("SEG-5")
def test_a_signature_under_a_refund_is_taken_back_until_the_money_is_credited():
    revoke = wish(c.RevokeExchangeSignature, reason="misread")
    story = refund_story("papers attached").tell(revoke, FINN)
    assert state(story).stage is ExchangeStage.INSPECTED
    story.so_far().when(issue(), actor=CORA).then_refused(r.RefundNotApproved)
    story.tell(sign(), FINN).tell(issue(), CORA)
    story.so_far().when(revoke, actor=FINN).then_refused(NextStepTaken)


@rule("EXC-5")
def test_what_is_not_refunded_remains_an_exchange():
    story = refund_story("refund asked")
    story.so_far().when(ship(), actor=KURT).then_refused(r.ExchangeNotPossibleNow, "refund")
    story.so_far().when(request_refund(), actor=SUSI).then_refused(r.ExchangeNotPossibleNow)
    story.tell(wish(c.DeclineExchange, reason="there is one left"), PETRA)
    assert state(story).remedy is Remedy.EXCHANGE
    story.tell(ship(), KURT)
    assert state(story).stage is ExchangeStage.SHIPPED


@rule("EXC-5")
def test_a_refund_is_credited_to_a_dealer():
    changed = {"dealer_id": None, "customer_id": UUID(int=0xC5_0001)}
    story = told_upto(exchanged(**changed), "applied", with_dealer()).so_far()
    story.when(request_refund(), actor=SUSI).then_refused(r.NobodyToCredit)


def test_papers_are_attached_until_the_exchange_is_closed():
    refund_story().so_far().when(
        wish(c.AttachSignedPaper, paper="0" * 64, about="late"), actor=CORA
    ).then_refused(r.ExchangeNotPossibleNow)


# ── REG-5a: what entitles to it ─────────────────────────────────────────────


def ground_of(story: Story) -> Any:
    applied = [on.event for on in story.happened if isinstance(on.event, e.ExchangeApplied)][-1]
    return applied.ground and (applied.ground.rule, applied.ground.because)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"invoiced_on": date(2026, 2, 19)}, "within 15 days of the invoice"),
        ({"invoiced_on": date(2026, 2, 18)}, None),
        ({"invoiced_on": None}, None),
        ({"invoiced_on": None, "factory_date": date(2025, 12, 6)}, None),
        ({"equipment_kind": EquipmentKind.MACHINE}, None),
        ({"like_model_available": False}, None),
    ],
)
def test_the_ground_is_what_the_national_rules_give_on_the_day(changes, because):
    story = with_dealer().tell(apply(**changes), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a")
def test_two_failed_repairs_of_the_unit_entitle_to_an_exchange():
    story = with_dealer()
    for number in (1, 2):
        told_upto(at_counter(number, serial_number="356-7"), "finished", story)
    told_upto(at_counter(3, serial_number="356-0"), "finished", story)
    told_upto(at_counter(4, serial_number="356-7"), "in work", story)
    both = frozenset({repair_id(1), repair_id(2)})
    old = {"invoiced_on": date(2025, 6, 1)}
    story.tell(apply(1, failed_repairs=both, **old), SUSI)
    assert ground_of(story) == ("REG-5a", "2 repairs failed; 2 suffice")
    story.tell(apply(2, failed_repairs={repair_id(1)}, **old), SUSI)
    assert ground_of(story) is None
    for other in (3, 4):
        wrong = apply(3, failed_repairs={repair_id(1), repair_id(other)}, **old)
        story.so_far().when(wrong, actor=SUSI).then_refused(r.NoRepairOfThisUnit)
    unknown = apply(3, failed_repairs={NOBODY}, **old)
    story.so_far().when(unknown, actor=SUSI).then_refused(RepairNotFound)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        (FactoryOutcome.REPAIRED, True),
        (FactoryOutcome.NO_FAULT_FOUND, False),
        (FactoryOutcome.REPLACED, False),
    ],
)
def test_what_the_factory_found_nothing_wrong_with_or_replaced_was_not_repaired(outcome, counts):
    parcel = dict(from_dealer(serial_number="356-7"))
    said = {"outcome": outcome, "explanation": "tested for a week"}
    done = RecordFactoryProcessing(repair_order_id=repair_id(), **said)
    parcel["processed"] = [(done, SUSI)]
    story = told_upto(parcel.items(), "returned", with_dealer())
    [returned] = [on.event for on in story.happened if isinstance(on.event, ItemReturned)]
    assert returned.repaired is counts
    asked = story.so_far().when(apply(failed_repairs={repair_id()}), actor=SUSI)
    if counts:
        assert asked.outcome()
    else:
        asked.then_refused(r.NoRepairOfThisUnit)


@rule("REG-5a")
def test_repairs_of_another_unit_do_not_count_for_a_registered_one():
    phone = register_equipment(equipment=EquipmentKind.PHONE)
    story = with_dealer(setting(phone))
    told_upto(at_counter(1, serial_number="SN-1"), "finished", story)
    told_upto(at_counter(2, equipment_id=MACHINE), "finished", story)
    of_another = apply(equipment_id=MACHINE, failed_repairs={repair_id(1)})
    story.so_far().when(of_another, actor=SUSI).then_refused(r.NoRepairOfThisUnit)
    own = apply(equipment_id=MACHINE, failed_repairs={repair_id(2)})
    assert story.so_far().when(own, actor=SUSI).outcome()


@rule("REG-5a", "REG-4")
@pytest.mark.parametrize(
    ("invoiced_on", "because"),
    [(date(2025, 3, 6), "2 repairs failed; 2 suffice"), (date(2025, 3, 5), None)],
)
def test_nothing_entitles_to_an_exchange_once_the_warranty_is_over(invoiced_on, because):
    story = with_dealer()
    for number in (1, 2):
        told_upto(at_counter(number, serial_number="356-7"), "finished", story)
    both = frozenset({repair_id(1), repair_id(2)})
    story.tell(apply(failed_repairs=both, invoiced_on=invoiced_on), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a")
@pytest.mark.parametrize(
    ("made_on", "invoiced_on", "because"),
    [
        pytest.param(
            date(2025, 12, 6), None, "2 repairs failed; 2 suffice", id="the term starts today"
        ),
        pytest.param(date(2025, 12, 7), None, None, id="tomorrow"),
        pytest.param(
            date(2024, 12, 6), None, "2 repairs failed; 2 suffice", id="its last day is today"
        ),
        pytest.param(date(2024, 12, 5), None, None, id="yesterday"),
        pytest.param(date(2024, 12, 6), date(2025, 3, 5), None, id="the invoice is not lost"),
    ],
)
def test_with_the_papers_lost_the_term_is_by_the_factory_date(made_on, invoiced_on, because):
    story = with_dealer()
    for number in (1, 2):
        told_upto(at_counter(number, serial_number="356-7"), "finished", story)
    both = frozenset({repair_id(1), repair_id(2)})
    dates = {"factory_date": made_on, "invoiced_on": invoiced_on}
    story.tell(apply(failed_repairs=both, **dates), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-3", "REG-5a")
def test_while_its_dates_are_under_query_nothing_entitles_to_an_exchange():
    sold = {"delivered_on": TODAY, "equipment": EquipmentKind.PHONE}
    for made_on, because in ((TODAY, "within 15 days of the invoice"), (TOMORROW, None)):
        phone = register_equipment(factory_date=made_on, **sold)
        story = with_dealer(setting(phone)).tell(apply(equipment_id=MACHINE), SUSI)
        assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a", "REG-5")
@pytest.mark.parametrize(
    ("sold", "repairs", "because"),
    [
        (date(2025, 6, 1), 2, "2 repairs failed; 2 suffice"),
        (date(2025, 6, 1), 1, None),
        (date(2025, 2, 26), 2, "2 repairs failed; 2 suffice"),
        (date(2025, 2, 24), 2, None),
    ],
)
def test_repairs_that_the_registry_knows_count_and_extend_the_warranty(sold, repairs, because):
    """Nine days in repair are added to the year."""
    facts = {"equipment": EquipmentKind.PHONE, "factory_date": sold, "delivered_on": sold}
    story = with_dealer(setting(register_equipment(**facts)))
    stretch = OutOfUse(
        because=Interruption.IN_REPAIR, since=date(2025, 9, 1), until=date(2025, 9, 10)
    )
    for order in range(1, repairs + 1):
        kept = {"order_id": UUID(int=order), "repaired": True, "out_of_use": (stretch,)}
        story.tell(RecordOutOfUse(equipment_id=MACHINE, **kept), SYSTEM)
    story.tell(apply(equipment_id=MACHINE), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a")
@pytest.mark.parametrize(
    ("delay", "days", "given"),
    [
        (Delay.REPAIRER, 30, False),
        (Delay.REPAIRER, 31, True),
        (Delay.PARTS, 60, False),
        (Delay.PARTS, 61, True),
    ],
)
def test_a_repair_that_takes_too_long_entitles_to_an_exchange(delay, days, given):
    story = told_upto(at_counter(1, serial_number="356-7"), "in work", with_dealer())
    wanted = apply(repair_order_id=repair_id(1), delay=delay, invoiced_on=date(2026, 1, 1))
    story.tell(wanted, SUSI, NOON + days * DAY)
    assert (ground_of(story) is not None) is given


@rule("REG-5a")
def test_only_a_repair_that_is_under_way_takes_too_long():
    story = told_upto(at_counter(1, serial_number="356-7"), "finished", with_dealer())
    done = apply(repair_order_id=repair_id(1), delay=Delay.PARTS)
    story.so_far().when(done, actor=SUSI).then_refused(r.NotInRepairAnyMore)
    story.so_far().when(apply(delay=Delay.PARTS), actor=SUSI).then_refused(r.NotInRepairAnyMore)
    story.tell(apply(repair_order_id=repair_id(1)), SUSI)
    theirs = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    hidden = apply(2, station_id=OTHER_STATION, repair_order_id=repair_id(1))
    story.so_far().when(hidden, actor=theirs).then_refused(RepairNotFound)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("invoiced_on", "like_model", "because"),
    [
        (date(2026, 3, 1), True, "within 7 days of the invoice"),
        (date(2026, 2, 20), True, None),
        (
            date(2026, 2, 20),
            False,
            "no like model to exchange it for; within 15 days of the invoice",
        ),
    ],
)
def test_a_refund_names_what_entitles_to_it(invoiced_on, like_model, because):
    story = with_dealer().tell(apply(invoiced_on=invoiced_on), SUSI)
    story.tell(request_refund(like_model_available=like_model), SUSI)
    [asked] = [on.event for on in story.happened if isinstance(on.event, e.RefundRequested)]
    assert (asked.ground and asked.ground.because) == because


def test_what_the_registry_knows_counts_before_what_is_said():
    story = with_dealer().tell(apply(equipment_id=MACHINE, manufacturer_id=None), SUSI)
    [applied] = [on.event for on in story.happened if isinstance(on.event, e.ExchangeApplied)]
    assert (applied.manufacturer_id, applied.equipment_kind) == (MAKER, EquipmentKind.MACHINE)
    assert applied.serial_number != "356-7" and applied.ground is None
