"""Whatever is wished of an exchange by whomever, it never gets into a state that cannot be."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis.stateful import invariant

from domain.entitlements import Remedy
from domain.messages import Actor, Command
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.dealer_credit import DealerCredit, credit_stream
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.repairs.freight import FreightLeg
from tests.domain.properties.test_states import (
    ANYBODY,
    LIVED,
    Living,
    signed_by_different_people,
)
from tests.exchange_stories import (
    CORA,
    PETRA,
    apply,
    attach,
    charge,
    confirm,
    exchange_id,
    exchanged,
    freight_signed,
    give_back,
    issue,
    pay,
    receive,
    refunded,
    reinspect,
    request_refund,
    ship,
    sign,
    use,
    wish,
)
from tests.repair_stories import ERNA, KURT
from tests.rules import rule
from tests.scenario import CHAN, DORA, FINN, SAUL, SUSI
from tests.stories import DEALER, hand_over_dealer

Told = tuple[Command, Actor]
REFUND = Decimal("1299.00")
GONE = {ExchangeStage.SHIPPED, ExchangeStage.DELIVERED}


def life(steps: Any) -> list[Told]:
    return [(hand_over_dealer(), CHAN), *(each for _, stage in steps for each in stage)]


WISHES: list[Told] = [
    *((sign(), actor) for actor in (CHAN, PETRA, FINN, ANYBODY)),
    *((wish(c.RevokeExchangeSignature, reason="?"), actor) for actor in (PETRA, FINN)),
    (wish(c.DeclineExchange, reason="no"), PETRA),
    (wish(c.WithdrawExchange, reason="it works"), SUSI),
    (wish(c.RefuseEntry, remark="too early"), KURT),
    (receive(), KURT),
    (reinspect(), SUSI),
    (reinspect(1, "broken_parts"), SUSI),
    (reinspect(1, "opened_seals"), SUSI),
    (reinspect(quality_fault=False), SUSI),
    (wish(c.RaiseExchangeDiscrepancy, told="look"), SUSI),
    (wish(c.SettleExchangeDiscrepancy, agreed="well"), SUSI),
    (wish(c.RejectExchange, reason="opened"), SUSI),
    (wish(c.ReturnFaultyGoods, carrier="SF", tracking_number="SF-9"), KURT),
    (charge(), SUSI),
    (confirm(), ERNA),
    (confirm(confirmed=False), ERNA),
    (pay(amount="20.00"), FINN),
    (pay(amount="100.00"), FINN),
    (wish(c.PermitUnpaidReplacement, reason="a hospital"), DORA),
    (ship(), KURT),
    (ship(), ANYBODY),
    (request_refund(), SUSI),
    (attach(), CORA),
    (issue(), CORA),
    (freight_signed(FreightLeg.TO_US), SAUL),
    (freight_signed(FreightLeg.BACK), ANYBODY),
    (wish(c.CloseExchange), SUSI),
    (use(1, "1000.00"), FINN),
    (use(2, "299.01"), FINN),
    (use(3, "0.01"), FINN),
    (give_back(1), FINN),
    (give_back(2), FINN),
]


class ExchangeLiving(Living):
    LIVES, ID = Exchange, exchange_id()

    @property
    def events(self) -> list[Any]:
        return [*self.story.events(apply().stream)]

    @property
    def kinds(self) -> list[type[Any]]:
        return [type(event) for event in self.events]

    @invariant()
    def nothing_is_let_in_before_both_departments_or_those_of_a_refund_approved_it(self) -> None:
        kinds = self.kinds
        if e.FaultyGoodsReceived in kinds:
            before = kinds[: kinds.index(e.FaultyGoodsReceived)]
            assert {e.ExchangeApproved, e.RefundApproved} & {*before}
            assert kinds.count(e.FaultyGoodsReceived) == 1

    @invariant()
    def its_chains_are_signed_in_order_by_different_people(self) -> None:
        if exchange := self.state:
            signed_by_different_people(exchange.chain, exchange.prepared_by)
            signed_by_different_people(exchange.refund_chain, exchange.prepared_by)
            for each in exchange.freight.values():
                signed_by_different_people(each.chain, each.recorded_by)

    @invariant()
    def there_is_one_replacement_or_one_refund_and_never_both(self) -> None:
        counted = Counter(self.kinds)
        assert counted[e.ReplacementShipped] + counted[e.SalesReturnIssued] <= 1
        exchange = self.state
        if exchange and exchange.stage is ExchangeStage.REFUNDED:
            assert exchange.remedy is Remedy.REFUND and exchange.refund_approved
            assert exchange.papers and exchange.refund_chain.complete

    @invariant()
    def nothing_leaves_that_is_excluded_in_dispute_or_unpaid(self) -> None:
        exchange = self.state
        if exchange is None or exchange.stage not in GONE:
            return
        assert exchange.quality_fault and not exchange.excluded
        assert not exchange.discrepancy_open and exchange.confirmed is not False
        if exchange.damaged:
            assert exchange.charged and exchange.confirmed
            assert exchange.left_to_pay is None or exchange.permitted_at

    @invariant()
    def ends_are_ends_with_their_freight_signed_for(self) -> None:
        kinds = self.kinds
        if e.ExchangeClosed in kinds:
            assert kinds[-1] is e.ExchangeClosed
            assert all(each.chain.complete for each in self.state.freight.values())
        for end in (e.ExchangeDeclined, e.ExchangeWithdrawn):
            if end in kinds:
                assert e.FaultyGoodsReceived not in kinds
                assert {*kinds[kinds.index(end) + 1 :]} <= {e.EntryRefused, e.SignedPaperAttached}

    @invariant()
    def the_dealer_has_what_was_credited_less_what_was_used(self) -> None:
        credit = self.story.state(DealerCredit, credit_stream(DEALER, "CNY").id)
        refunded = e.SalesReturnIssued in self.kinds
        assert (credit is not None) == refunded
        if credit:
            used = (each.amount.amount for each in credit.uses.values() if not each.reversed)
            assert 0 <= credit.balance.amount == REFUND - sum(used)


class ExchangedLiving(ExchangeLiving):
    LIFE = life(exchanged())
    WISHES = [*WISHES, *LIFE]


class RefundedLiving(ExchangeLiving):
    LIFE = life(refunded())
    WISHES = [*WISHES, *LIFE]


TestExchanged = rule("EXC-1", "EXC-7")(ExchangedLiving.TestCase)
TestRefunded = rule("EXC-5")(RefundedLiving.TestCase)
TestExchanged.settings = TestRefunded.settings = LIVED


@pytest.mark.parametrize("machine", [ExchangedLiving, RefundedLiving])
def test_every_life_reaches_its_end_when_nothing_comes_between(machine: type[Living]) -> None:
    living = machine()
    living.begin()
    for _ in living.LIFE:
        living.goes_on()
    assert living.to_come == []
