"""What is shown of exchanges, credits and freight: who signs next, what is due, balances."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.messages import Role
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.dealer_credit import credit_stream
from domain.repairs.exchange.state import ExchangeStage
from domain.repairs.freight_account import account_stream
from projections.reference import Reference
from projections.view import View
from projections.views.dealer_credits import DEALER_CREDITS
from projections.views.exchanges.view import EXCHANGES
from projections.views.freight_accounts import FREIGHT_ACCOUNTS
from tests.exchange_stories import (
    PETRA,
    exchange_id,
    exchange_story,
    give_back,
    refund_story,
    request_refund,
    sign,
    use,
    wish,
)
from tests.repair_stories import return_story
from tests.scenario import FINN, SUSI, Story
from tests.stories import DEALER, MAKER


def row(view: View[Any, Any], story: Story, key: UUID) -> Any:
    found: Any = None
    for recorded in story.recorded():
        if key in view.touched_by(recorded):
            found = view.fold(found, recorded, Reference())
    assert found is not None
    return found


def shown(story: Story) -> Any:
    return row(EXCHANGES, story, exchange_id())


@pytest.mark.parametrize(
    ("story", "waits_for"),
    [
        (lambda: exchange_story("applied"), Role.CHANNEL_DEPT),
        (lambda: exchange_story("approved"), None),
        (lambda: exchange_story("applied").tell(request_refund(), SUSI), Role.PRODUCT_DEPT),
        (lambda: refund_story("refund asked").tell(sign(), PETRA), Role.FINANCE),
        (lambda: refund_story("refund approved"), None),
        (
            lambda: exchange_story("applied").tell(wish(c.DeclineExchange, reason="no"), PETRA),
            None,
        ),
        (
            lambda: refund_story("refund approved").tell(
                wish(c.RevokeExchangeSignature, reason="?"), FINN
            ),
            Role.FINANCE,
        ),
    ],
)
def test_the_work_list_of_who_has_to_sign_next(story, waits_for):
    assert shown(story()).waits_for == waits_for


def test_an_exchange_shows_what_is_due_when_what_it_is_for_and_who_has_signed():
    at = shown(exchange_story("received"))
    assert at.approval_due_at == datetime(2026, 3, 10, 10, tzinfo=UTC)
    assert (at.approved_late, at.entries_refused, at.freight_unsettled) == (False, 1, True)
    assert [signature.role for signature in at.signatures] == ["channel_dept", "product_dept"]
    assert at.ground.rule == "REG-5a" and at.replacement_due_at is not None
    closed = shown(exchange_story())
    assert (closed.stage, closed.shipped_late) == (ExchangeStage.CLOSED, False)
    assert (closed.charged, closed.paid) == (Decimal(120), Decimal("120.00"))
    assert (closed.replacement_serial, closed.carrier) == ("356-8", "SF")
    assert [len(leg.signatures) for leg in closed.freight] == [1, 2]
    assert not closed.freight_unsettled
    [discrepancy] = closed.discrepancies
    assert discrepancy.agreed == "you pay it"


def test_what_a_revoked_signature_let_in_waits_again():
    story = exchange_story("approved").tell(wish(c.RevokeExchangeSignature, reason="?"), PETRA)
    assert (shown(story).stage, shown(story).approved_at) == (ExchangeStage.APPLIED, None)
    by_refund = exchange_story("applied").tell(request_refund(), SUSI)
    by_refund.tell(sign(), PETRA).tell(sign(), FINN)
    assert shown(by_refund).stage is ExchangeStage.APPROVED
    by_refund.tell(wish(c.RevokeExchangeSignature, reason="?"), FINN)
    assert shown(by_refund).stage is ExchangeStage.APPLIED


def test_a_refund_shows_its_sales_return_and_papers():
    at = shown(refund_story())
    assert (at.refund, at.sales_return_number) == (Decimal("1299.00"), "SR-1")
    assert [paper.about for paper in at.papers] == ["refund form"]
    assert at.refund_ground.because == "within 7 days of the invoice"


def test_a_dealers_credit_is_credited_less_used_and_says_why():
    story = refund_story("refunded", 2, refund_story()).tell(use(1, "299.00"), FINN)
    story.tell(use(2, "100.00"), FINN).tell(give_back(1), FINN)
    account = row(DEALER_CREDITS, story, credit_stream(DEALER, "CNY").id)
    assert (account.credited, account.used) == (Decimal("2598.00"), Decimal("100.00"))
    assert account.balance == account.credited - account.used
    assert [entry.balance for entry in account.entries][-1] == account.balance
    assert [entry.order_number for entry in account.entries] == [None, None, "SO-1", "SO-2", "SO-1"]


def test_a_months_freight_shows_its_legs_by_payer():
    account = row(FREIGHT_ACCOUNTS, return_story(), account_stream(MAKER, date(2026, 3, 1)).id)
    borne = {each.payer: each.amount for each in account.sums}
    assert borne == {"dealer": Decimal(35), "factory": Decimal(35), "us": Decimal(70)}
    assert len(account.legs) == 4 and not account.reconciled


def test_imported_history_is_shown_whatever_it_begins_with():
    for story in (exchange_story(), refund_story()):
        recorded = [r for r in story.recorded() if isinstance(r.event, e.Event)]
        for first in recorded:
            found = EXCHANGES.fold(None, first, Reference())
            assert found is not None and found.exchange_id == exchange_id()
        backwards: Any = None
        for each in reversed(recorded):
            backwards = EXCHANGES.fold(backwards, each, Reference())
        assert backwards is not None and backwards.number == "E-1"
