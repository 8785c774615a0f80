"""What is told late is recorded, whatever of its kind was told before it (AUD-1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from application.handling import handle
from application.instruction import Instruction, Recording
from application.log import EventLog
from application.recorded import Channel
from domain.credits.reconciliation_period import ClosePeriod, PriorPeriodAdjusted
from domain.messages import Actor, Command, On, Stream
from domain.repairs.exchange.dealer_credit import credit_stream
from domain.repairs.freight import FreightLeg
from domain.repairs.freight_account import account_stream
from domain.repairs.repair.commands import RecordFreight
from tests.clock import NOON, Clock
from tests.exchange_stories import CORA, issue, refund_story
from tests.repair_stories import at_counter, freight, told_upto, wish
from tests.rules import rule
from tests.scenario import FINN, SUSI, Story
from tests.stories import DEALER, MAKER, book, setting

DAY = timedelta(days=1)


class Desk:
    """Where a story was told, and goes on."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self.log, self.clock = log, clock

    def asks(self, command: Command, actor: Actor) -> Instruction:
        return Instruction(
            command=command, id=uuid4(), actor=actor, now=self.clock(), channel=Channel.CLI
        )

    def was_told(self, story: Story) -> None:
        events = [On(stream, event) for stream, kept in story.histories.items() for event in kept]
        asked = self.asks(issue(), CORA)  # any: its events are those
        histories = self.log.histories(set(story.histories))
        self.log.append(Recording(asked, CORA.roles, {}), events, histories)

    def gives(self, command: Command, actor: Actor) -> None:
        handle(self.log, self.asks(command, actor))

    def gives_late(self, command: Command, actor: Actor) -> None:
        late = {"effective_at": NOON + DAY, "reason": "the slip was found only now"}
        asked = self.asks(command, actor)
        handle(self.log, Instruction(**vars(asked) | late))


@pytest.fixture
def desk(log: EventLog, clock: Clock) -> Desk:
    return Desk(log, clock)


def legs(number: int) -> Command:
    return wish(RecordFreight, number, freight=freight(FreightLeg.BACK, f"{number}.00"))


def two_repairs() -> Story:
    return told_upto(at_counter(2), "received", told_upto(at_counter(1), "received"))


def two_refunds() -> Story:
    return refund_story("papers attached", 2, refund_story("papers attached"))


MARCH = account_stream(MAKER, date(2026, 3, 1))
OWED = credit_stream(DEALER, "CNY")


@pytest.mark.parametrize(
    ("told", "given", "by", "among"),
    [
        pytest.param(two_repairs, legs, SUSI, MARCH, marks=rule("AUD-1", "REP-10"), id="freight"),
        pytest.param(two_refunds, issue, CORA, OWED, marks=rule("AUD-1", "EXC-5"), id="refund"),
    ],
)
def test_what_others_began_earlier_than_it_took_effect_keeps_nothing_out(
    desk: Desk,
    told: Callable[[], Story],
    given: Callable[[int], Command],
    by: Actor,
    among: Stream,
) -> None:
    desk.was_told(told())
    desk.clock.now = NOON + 2 * DAY
    desk.gives(given(1), by)
    desk.gives_late(given(2), by)
    assert [each.effective_at - NOON for each in desk.log.history(among.id)] == [2 * DAY, DAY]


@rule("AUD-1", "CRN-13")
def test_a_note_of_a_closed_month_is_booked_late_and_posted_into_the_next(desk: Desk) -> None:
    desk.was_told(setting())
    desk.clock.now = NOON + 40 * DAY
    month = date(2026, 3, 1)
    desk.gives(ClosePeriod(manufacturer_id=MAKER, currency="CNY", month=month), FINN)
    desk.gives_late(book(), FINN)
    [adjusted] = desk.log.select(types=["credits.PriorPeriodAdjusted"], limit=9)
    assert adjusted.effective_at == NOON + DAY
    assert isinstance(adjusted.event, PriorPeriodAdjusted)
    assert (adjusted.event.corrects, adjusted.event.month) == (month, date(2026, 4, 1))
