"""What is credited to a dealer is used up against its orders, and no more than that (EXC-5)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as supposing
from hypothesis import settings
from hypothesis import strategies as st

from domain.messages import Refusal
from domain.repairs.exchange import dealer_credit as d
from tests.exchange_stories import exchange_story, give_back, refund_story, request_refund, use
from tests.rules import rule
from tests.scenario import FINN, Scenario, Story
from tests.stories import DEALER, OTHER_DEALER, yuan

ACCOUNT = d.credit_stream(DEALER, "CNY").id


def balance(story: Story) -> Decimal:
    return story.state(d.DealerCredit, ACCOUNT).balance.amount


def refunded(story: Story | None = None, number: int = 1) -> Story:
    return refund_story("refunded", number, story)


@rule("EXC-5")
def test_credits_of_a_dealer_add_up_and_orders_use_them_to_the_cent():
    story = refunded(refunded(), 2)
    assert balance(story) == Decimal("2598.00")
    story.tell(use(1, "2597.99"), FINN)
    story.so_far().when(use(2, "0.02"), actor=FINN).then_refused(d.CreditExceeded, "0.01")
    story.tell(use(2, "0.01"), FINN)
    assert balance(story) == 0
    story.so_far().when(use(3, "0.01"), actor=FINN).then_refused(d.CreditExceeded)


@rule("EXC-5")
def test_each_credit_use_and_reversal_says_what_is_left():
    story = refunded(refunded(), 2).tell(use(1, "299.00"), FINN).tell(give_back(), FINN)
    events = story.events(d.credit_stream(DEALER, "CNY"))
    assert [(event.amount, event.balance) for event in events] == [
        (yuan("1299.00"), yuan("1299.00")),
        (yuan("1299.00"), yuan("2598.00")),
        (yuan("299.00"), yuan("2299.00")),
        (yuan("299.00"), yuan("2598.00")),
    ]


@rule("EXC-5")
def test_what_an_order_used_is_given_back_once():
    story = refunded().tell(use(1, "1299.00"), FINN)
    story.so_far().when(use(1, "1.00"), actor=FINN).then_refused(d.CreditUseExists)
    story.tell(give_back(), FINN)
    assert balance(story) == Decimal("1299.00")
    story.so_far().when(give_back(), actor=FINN).then_refused(d.CreditUseNotFound)
    story.so_far().when(give_back(2), actor=FINN).then_refused(d.CreditUseNotFound)


@rule("EXC-5")
@pytest.mark.parametrize(
    "command",
    [use(dealer_id=OTHER_DEALER), use(amount="1"), give_back(dealer_id=OTHER_DEALER)],
    ids=["another dealer", "nothing credited", "nothing to give back"],
)
def test_nobody_uses_what_was_not_credited_to_them(command):
    story = refunded() if command.dealer_id == OTHER_DEALER else exchange_story()
    story.so_far().when(command, actor=FINN).then_refused(d.DealerCreditNotFound)


@rule("EXC-5")
def test_currencies_are_accounts_of_their_own():
    euros = use(1).model_copy(update={"amount": yuan("1").model_copy(update={"currency": "EUR"})})
    refunded().so_far().when(euros, actor=FINN).then_refused(d.DealerCreditNotFound)


AMOUNTS = st.sampled_from(["0.01", "0.10", "299.00", "1000.00", "1299.00"])
WISHES = st.one_of(
    st.tuples(st.just("use"), st.integers(1, 5), AMOUNTS),
    st.tuples(st.just("give back"), st.integers(1, 5), AMOUNTS),
)


@rule("EXC-5")
@settings(max_examples=50, deadline=None)
@supposing(st.lists(WISHES, max_size=12))
def test_never_is_more_used_than_credited_whatever_is_wished(wishes):
    start = CREDITED
    story = Story(start.histories)
    used: dict[int, Decimal] = {}
    for kind, number, amount in wishes:
        command = use(number, amount) if kind == "use" else give_back(number)
        try:
            story.tell(command, FINN)
        except Refusal:
            continue
        used[number] = Decimal(amount) if kind == "use" else Decimal(0)
        left = Decimal("1299.00") - sum(used.values())
        assert balance(story) == left >= 0


CREDITED: Scenario = refunded().so_far()
assert request_refund().amount == yuan("1299.00")
