"""A refund instead of an exchange: EXC-5."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.approvals import ApproverPrepared, NextStepTaken, NotYourTurn, SignedTwice
from domain.entitlements import Remedy
from domain.messages import Role
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import refusals as r
from domain.repairs.exchange.state import ExchangeStage
from tests.exchange_stories import (
    CORA,
    KURT,
    PETRA,
    attach,
    exchange_story,
    exchanged,
    issue,
    promoted,
    receive,
    refund_story,
    reinspect,
    request_refund,
    ship,
    sign,
    state,
    wish,
    with_dealer,
)
from tests.repair_stories import told_upto
from tests.rules import rule
from tests.scenario import FINN, SUSI, Scenario


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
def test_nothing_is_signed_or_declined_that_waits_for_nobody():
    approved = refund_story("refund approved").so_far()
    rejected = refund_story("refund asked").tell(wish(c.RejectExchange, reason="opened"), SUSI)
    for story in (approved, rejected.so_far()):
        for command in (sign(), wish(c.DeclineExchange, reason="no")):
            story.when(command, actor=PETRA).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-5")
@pytest.mark.parametrize(
    ("upto", "ended"),
    [
        ("applied", [(wish(c.DeclineExchange, reason="no"), PETRA)]),
        ("applied", [(wish(c.WithdrawExchange, reason="it works"), SUSI)]),
        ("settled", [(wish(c.RejectExchange, reason="opened"), SUSI)]),
        ("shipped", []),
        ("delivered", []),
        ("closed", []),
    ],
)
def test_a_refund_is_asked_for_before_the_exchange_has_its_outcome(upto, ended):
    story = exchange_story(upto).tell_all(ended).so_far()
    story.when(request_refund(), actor=SUSI).then_refused(r.ExchangeNotPossibleNow)


@rule("EXC-5")
@pytest.mark.parametrize("upto", ["applied", "approved", "received", "inspected"])
def test_a_refund_is_asked_for_and_signed_at_any_time_before(upto):
    story = exchange_story(upto).tell(request_refund(), SUSI).tell(sign(), PETRA)
    assert state(story.tell(sign(), FINN)).refund_approved


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


@rule("EXC-5")
def test_no_sales_return_is_issued_to_nobody_whatever_another_system_approved():
    story = refund_story("papers attached")
    stream = issue().stream
    [applied, *others] = story.events(stream)
    nobodys = applied.model_copy(update={"dealer_id": None})
    kept = Scenario({**story.histories, stream: (nobodys, *others)})
    kept.when(issue(), actor=CORA).then_refused(r.NobodyToCredit)


def test_papers_are_attached_until_the_exchange_is_closed():
    refund_story().so_far().when(
        wish(c.AttachSignedPaper, paper="0" * 64, about="late"), actor=CORA
    ).then_refused(r.ExchangeNotPossibleNow)
