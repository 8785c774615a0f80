"""Applying before anything is sent, and both approvals: EXC-1, EXC-2, SEG-1, SEG-2, SEG-5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.approvals import ApproverPrepared, Names, NextStepTaken, NotYourTurn, SignedTwice
from domain.messages import Actor, Role
from domain.registry.authority import ManagesTheStation
from domain.registry.dealer import DealerNotFound
from domain.registry.equipment import EquipmentNotFound
from domain.registry.manufacturer import ManufacturerNotFound
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange import refusals as r
from domain.repairs.exchange.state import ExchangeStage
from tests.clock import NOON
from tests.exchange_stories import (
    KURT,
    PETRA,
    apply,
    exchange_story,
    promoted,
    receive,
    sign,
    state,
    wish,
    with_dealer,
)
from tests.rules import rule
from tests.scenario import CHAN, HELEN, STAN, SUSI
from tests.stories import (
    OTHER_STATION,
    STATION,
)

NOBODY = UUID(int=0xBAD)
DAY = timedelta(days=1)


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
@pytest.mark.parametrize(
    ("ended", "actor"),
    [
        (wish(c.DeclineExchange, reason="too old"), PETRA),
        (wish(c.WithdrawExchange, reason="it works"), SUSI),
    ],
)
def test_what_nobody_approves_any_more_is_turned_away_and_not_let_in(ended, actor):
    story = exchange_story("applied").tell(ended, actor).so_far()
    turned_away = e.EntryRefused(remark="declined", refused_by=Names(person=KURT.id))
    story.when(wish(c.RefuseEntry, remark="declined"), actor=KURT).then(turned_away)
    story.when(receive(), actor=KURT).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-1")
def test_what_is_approved_is_let_in_and_not_turned_away():
    approved = exchange_story("approved").so_far()
    too_late = wish(c.RefuseEntry, remark="no")
    later = NOON + DAY
    approved.when(too_late, actor=KURT, now=later).then_refused(r.ExchangeNotPossibleNow)


def test_an_application_is_given_up_before_the_goods_are_here():
    given_up = wish(c.WithdrawExchange, reason="it works")
    story = exchange_story("approved")
    story.so_far().when(given_up, actor=SUSI).then(e.ExchangeWithdrawn(reason="it works"))
    story.tell(given_up, SUSI)
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
    declined = wish(c.DeclineExchange, reason="too old")
    by_product = e.ExchangeDeclined(reason="too old", declined_by=Names(person=PETRA.id))
    story = exchange_story("applied")
    story.so_far().when(declined, actor=PETRA).then(by_product)
    story.tell(declined, PETRA)
    assert state(story).stage is ExchangeStage.DECLINED
    story.so_far().when(sign(), actor=CHAN).then_refused(r.ExchangeNotPossibleNow)
    story.so_far().when(receive(), actor=KURT).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-2")
@pytest.mark.parametrize("upto", ["approved", "received", "inspected", "shipped", "closed"])
def test_what_is_approved_is_neither_declined_nor_signed_again(upto):
    story = exchange_story(upto).so_far()
    for command in (sign(), wish(c.DeclineExchange, reason="too old")):
        story.when(command, actor=PETRA).then_refused(r.ExchangeNotPossibleNow)


@rule("SEG-5")
def test_a_signature_is_taken_back_until_the_goods_are_here():
    revoke = wish(c.RevokeExchangeSignature, reason="misread")
    story = exchange_story("approved").tell(revoke, PETRA)
    assert state(story).stage is ExchangeStage.APPLIED
    story.so_far().when(receive(), actor=KURT).then_refused(r.NotApprovedYet)
    here = exchange_story("received").so_far()
    here.when(revoke, actor=PETRA).then_refused(NextStepTaken)
