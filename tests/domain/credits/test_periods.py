"""Months are closed one after the other, nothing posts into a closed one: CRN-6, 7, 13."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.claims.claim import Claim
from domain.claims.commands import RecordAcceptance
from domain.credits.commands import (
    DecideDifference,
    MatchByReference,
    ReopenRemainder,
    SettleRemainder,
    UndoMatch,
)
from domain.credits.naming import MatchNotesNaming
from domain.credits.reconciliation_period import (
    ClosePeriod,
    EarlierPeriodOpen,
    Effect,
    MonthNotOver,
    PeriodClosed,
    PeriodIsClosed,
    PriorPeriodAdjusted,
)
from domain.credits.state import CreditNote, allocation_id, remainder_id
from domain.messages import Forbidden, NotFound
from domain.vocabulary import Outcome
from tests.scenario import FINN, MIA, SYSTEM, Story
from tests.stories import (
    MAKER,
    OTHER_MAKER,
    book,
    claim_id,
    claim_story,
    document,
    maker_number,
    match,
    note_id,
    setting,
    yuan,
)

FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (2, 3, 4))
IN_MARCH = datetime(2026, 3, 31, 12, tzinfo=UTC)
IN_APRIL = datetime(2026, 4, 9, 12, tzinfo=UTC)
IN_MAY = datetime(2026, 5, 9, 12, tzinfo=UTC)


def close(month: date = MARCH, **changes: Any) -> ClosePeriod:
    fields: dict[str, Any] = {"manufacturer_id": MAKER, "currency": "CNY", "month": month}
    return ClosePeriod(**fields | changes)


def undo(**changes: Any) -> UndoMatch:
    return UndoMatch(note_id=note_id(), reason="wrong claim", **changes)


def adjustments(story: Story) -> list[tuple[date, date, Effect, str]]:
    """In which month, which it corrects, what and how much."""
    made = [on.event for on in story.happened if isinstance(on.event, PriorPeriodAdjusted)]
    return [(m.month, m.corrects, m.effect, str(m.amount.amount)) for m in made]


def matched() -> Story:
    """A note of March pays a claim in March."""
    story = claim_story("accepted").tell(book(1), FINN)
    return story.tell(MatchByReference(note_id=note_id()), SYSTEM)


# ── closing ─────────────────────────────────────────────────────────────────


@pytest.mark.rule("CRN-7")
@pytest.mark.parametrize(("day", "late"), [(10, False), (11, True)])
def test_a_month_is_closed_by_the_tenth_of_the_next_and_late_is_flagged(day, late):
    now = datetime(2026, 4, day, 4, tzinfo=UTC)
    story = setting().tell(close(date(2026, 3, 17)), FINN, now)
    closed = story.happened[-1].event
    assert isinstance(closed, PeriodClosed)
    assert (closed.month, closed.due_on, closed.late) == (MARCH, date(2026, 4, 10), late)
    assert closed.clock.policy_id == "deadline.credit_notes_checked"
    story.so_far().when(close(), actor=FINN, now=now).then_nothing()


@pytest.mark.rule("CRN-7")
def test_a_month_that_is_not_over_is_not_closed_nor_one_before_an_open_one():
    story = setting()
    asked = story.so_far()
    asked.when(close(), actor=FINN, now=IN_MARCH).then_refused(MonthNotOver)
    story.tell(close(FEBRUARY), FINN, IN_MAY)
    asked = story.so_far()
    asked.when(close(APRIL), actor=FINN, now=IN_MAY).then_refused(EarlierPeriodOpen, "2026-03")
    story.tell(close(MARCH), FINN, IN_MAY).tell(close(APRIL), FINN, IN_MAY)


def test_only_finance_closes_and_only_for_a_manufacturer_that_is_registered():
    asked = setting().so_far()
    asked.when(close(), actor=MIA, now=IN_APRIL).then_refused(Forbidden)
    nobody = close(manufacturer_id=claim_id())
    asked.when(nobody, actor=FINN, now=IN_APRIL).then_refused(NotFound)


# ── what comes after ────────────────────────────────────────────────────────


@pytest.mark.rule("CRN-6")
def test_a_match_is_taken_back_while_its_period_is_open():
    assert adjustments(matched().tell(undo(), FINN, IN_APRIL)) == []


@pytest.mark.rule("CRN-6")
def test_a_match_of_a_closed_period_is_taken_back_only_in_the_next_which_says_what_it_corrects():
    story = matched().tell(close(), FINN, IN_APRIL)
    story.so_far().when(undo(), actor=FINN, now=IN_APRIL).then_refused(PeriodIsClosed, "next")
    story.tell(undo(in_next_period=True), FINN, IN_APRIL)
    assert adjustments(story) == [(APRIL, MARCH, Effect.TAKEN_BACK, "1000.00")]
    assert story.state(Claim, claim_id()).open == yuan("1000.00")


@pytest.mark.rule("CRN-13")
def test_a_note_that_comes_late_is_booked_and_takes_effect_in_the_first_open_period():
    story = claim_story("accepted").tell(close(), FINN, IN_MAY)
    story.tell(close(APRIL), FINN, IN_MAY)
    story.tell(book(1), FINN, IN_MAY).tell(MatchByReference(note_id=note_id()), SYSTEM, IN_MAY)
    assert story.state(CreditNote, note_id()).issued_on < APRIL
    assert adjustments(story) == [(date(2026, 5, 1), MARCH, Effect.ALLOCATED, "1000.00")]
    story.tell(undo(), FINN, IN_MAY)  # its period is open: nothing more to correct
    assert len(adjustments(story)) == 1


@pytest.mark.rule("CRN-13")
def test_a_claim_that_is_accepted_late_is_credited_in_the_next_open_period():
    story = claim_story("submitted").tell(book(1), FINN)
    story.tell(MatchByReference(note_id=note_id()), SYSTEM).tell(close(), FINN, IN_APRIL)
    story.tell(RecordAcceptance(claim_id=claim_id()), MIA, IN_APRIL)
    story.tell(MatchNotesNaming(claim_id=claim_id()), SYSTEM, IN_APRIL)
    assert adjustments(story) == [(APRIL, MARCH, Effect.ALLOCATED, "1000.00")]


@pytest.mark.rule("CRN-13")
def test_the_program_does_not_displace_a_match_of_a_closed_period():
    story = matched().tell(close(), FINN, IN_APRIL)
    earlier = document(2, names=(maker_number(),), issue_date=date(2026, 3, 1))
    story.tell(book(2, paper=earlier), FINN, IN_APRIL)
    story.tell(MatchByReference(note_id=note_id(2)), SYSTEM, IN_APRIL)
    assert story.state(CreditNote, note_id(1)).applied == yuan("1000.00")
    assert adjustments(story) == []


@pytest.mark.rule("CRN-7")
def test_decisions_about_differences_of_a_closed_month_are_corrections_in_the_next():
    story = claim_story("accepted").tell(book(1, payable="900.00", names=()), FINN)
    story.tell(match(1, (1, "600.00", "part_payment")), FINN).tell(close(), FINN, IN_APRIL)
    about = {"note_id": note_id(), "reason": "labour_hours"}
    of = allocation_id(note_id(), 1)
    dispute = DecideDifference(allocation_id=of, outcome=Outcome.DISPUTED, **about)
    keep = SettleRemainder(amount=yuan("300.00"), outcome=Outcome.ACCEPTED, **about)
    reopen = ReopenRemainder(remainder_id=remainder_id(note_id(), 1), **about)
    for command in (dispute, keep):
        story.tell(command, FINN, IN_APRIL)
    assert adjustments(story) == [
        (APRIL, MARCH, Effect.DIFFERENCE_SETTLED, "400.00"),
        (APRIL, MARCH, Effect.REMAINDER_SETTLED, "300.00"),
    ]
    story.tell(close(APRIL), FINN, IN_MAY).tell(reopen, FINN, IN_MAY)
    assert adjustments(story)[2:] == [
        (date(2026, 5, 1), APRIL, Effect.REMAINDER_REOPENED, "300.00")
    ]


@pytest.mark.rule("CRN-7")
@pytest.mark.parametrize(
    "another", [{"currency": "EUR"}, {"manufacturer_id": OTHER_MAKER}], ids=["currency", "maker"]
)
def test_closing_one_currency_or_manufacturer_closes_no_other(another):
    story = matched().tell(close(**another), FINN, IN_APRIL)
    assert adjustments(story.tell(undo(), FINN, IN_APRIL)) == []
