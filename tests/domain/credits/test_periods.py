"""Months are closed one after the other, nothing posts into a closed one: CRN-6, 7, 13."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.claims import commands as c
from domain.claims.claim import Claim
from domain.claims.commands import RecordAcceptance
from domain.credits.commands import (
    AssignIssuer,
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
from domain.messages import Actor, Command, Forbidden, NotFound
from domain.vocabulary import Outcome, PaperKind
from tests.domain.claims.asked import request_write_off, sign_write_off
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, STAN, SYSTEM, Story
from tests.stories import (
    MAKER,
    OTHER_MAKER,
    STRANGE_ISSUER,
    amounts,
    book,
    claim_id,
    claim_story,
    document,
    maker_number,
    match,
    note_id,
    reject,
    report,
    setting,
    submit,
    yuan,
)

FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (2, 3, 4))
MAY = date(2026, 5, 1)
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


@rule("CRN-7")
@pytest.mark.parametrize(("day", "late"), [(10, False), (11, True)])
def test_a_month_is_closed_by_the_tenth_of_the_next_and_late_is_flagged(day, late):
    now = datetime(2026, 4, day, 4, tzinfo=UTC)
    story = setting().tell(close(date(2026, 3, 17)), FINN, now)
    closed = story.happened[-1].event
    assert isinstance(closed, PeriodClosed)
    assert (closed.month, closed.due_on, closed.late) == (MARCH, date(2026, 4, 10), late)
    assert closed.clock.policy_id == "deadline.credit_notes_checked"
    story.so_far().when(close(), actor=FINN, now=now).then_nothing()


@rule("CRN-7")
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


@rule("CRN-6")
def test_a_match_is_taken_back_while_its_period_is_open():
    assert adjustments(matched().tell(undo(), FINN, IN_APRIL)) == []


@rule("CRN-6")
def test_a_match_of_a_closed_period_is_taken_back_only_in_the_next_which_says_what_it_corrects():
    story = matched().tell(close(), FINN, IN_APRIL)
    story.so_far().when(undo(), actor=FINN, now=IN_APRIL).then_refused(PeriodIsClosed, "next")
    story.tell(undo(in_next_period=True), FINN, IN_APRIL)
    assert adjustments(story) == [(APRIL, MARCH, Effect.TAKEN_BACK, "1000.00")]
    assert story.state(Claim, claim_id()).open == yuan("1000.00")


@rule("CRN-13")
def test_a_note_that_comes_late_is_booked_and_takes_effect_in_the_first_open_period():
    story = claim_story("accepted").tell(close(), FINN, IN_MAY)
    story.tell(close(APRIL), FINN, IN_MAY)
    story.tell(book(1), FINN, IN_MAY).tell(MatchByReference(note_id=note_id()), SYSTEM, IN_MAY)
    assert story.state(CreditNote, note_id()).issued_on < APRIL
    assert adjustments(story) == [
        (MAY, MARCH, Effect.BOOKED, "1000.00"),
        (MAY, MARCH, Effect.ALLOCATED, "1000.00"),
    ]
    story.tell(undo(), FINN, IN_MAY)  # no need to say so: where it was posted is open
    assert adjustments(story)[2:] == [(MAY, MARCH, Effect.TAKEN_BACK, "1000.00")]


@rule("CRN-13")
def test_a_note_whose_issuer_is_known_late_is_posted_in_the_first_open_period():
    unknown = document(1, supplier=STRANGE_ISSUER)
    story = setting().tell(book(1, paper=unknown), FINN).tell(close(), FINN, IN_APRIL)
    assert adjustments(story) == []
    story.tell(AssignIssuer(note_id=note_id(), manufacturer_id=MAKER), FINN, IN_APRIL)
    assert adjustments(story) == [(APRIL, MARCH, Effect.BOOKED, "1000.00")]


@rule("CRN-13")
def test_a_note_of_an_open_month_is_booked_without_an_adjustment():
    story = setting().tell(close(FEBRUARY), FINN, IN_APRIL).tell(book(1), FINN, IN_APRIL)
    assert adjustments(story) == []


@rule("CRN-13")
def test_a_claim_that_is_accepted_late_is_credited_in_the_next_open_period():
    story = claim_story("submitted").tell(book(1), FINN)
    story.tell(MatchByReference(note_id=note_id()), SYSTEM).tell(close(), FINN, IN_APRIL)
    story.tell(RecordAcceptance(claim_id=claim_id()), MIA, IN_APRIL)
    story.tell(MatchNotesNaming(claim_id=claim_id()), SYSTEM, IN_APRIL)
    assert adjustments(story) == [(APRIL, MARCH, Effect.ALLOCATED, "1000.00")]


@rule("CRN-13")
def test_the_program_does_not_displace_a_match_of_a_closed_period():
    story = matched().tell(close(), FINN, IN_APRIL)
    earlier = document(2, names=(maker_number(),), issue_date=date(2026, 3, 1))
    story.tell(book(2, paper=earlier), FINN, IN_APRIL)
    story.tell(MatchByReference(note_id=note_id(2)), SYSTEM, IN_APRIL)
    assert story.state(CreditNote, note_id(1)).applied == yuan("1000.00")
    assert [effect for _, _, effect, _ in adjustments(story)] == [Effect.BOOKED]


@rule("CRN-7")
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
    assert adjustments(story)[2:] == [(MAY, APRIL, Effect.REMAINDER_REOPENED, "300.00")]


@rule("CRN-7")
@pytest.mark.parametrize(
    "another", [{"currency": "EUR"}, {"manufacturer_id": OTHER_MAKER}], ids=["currency", "maker"]
)
def test_closing_one_currency_or_manufacturer_closes_no_other(another):
    story = matched().tell(close(**another), FINN, IN_APRIL)
    assert adjustments(story.tell(undo(), FINN, IN_APRIL)) == []


# ── what only concerns claims ───────────────────────────────────────────────


def answered(how: str, story: Story | None = None) -> Story:
    """A claim of 1000 submitted in March, and its answer."""
    story = story or claim_story("submitted")
    return story.tell(ANSWERS[how], MIA)


ANSWERS = {
    "accepted": RecordAcceptance(claim_id=claim_id()),
    "in part": RecordAcceptance(
        claim_id=claim_id(), accepted=yuan("800.00"), reasons=("labour_hours",)
    ),
    "rejected": reject(),
}
LATE: dict[str, tuple[Command, Actor, str | None, Effect, str]] = {
    "accepted": (ANSWERS["accepted"], MIA, None, Effect.CLAIM_ACCEPTED, "1000.00"),
    "in part": (ANSWERS["in part"], MIA, None, Effect.CLAIM_ACCEPTED, "800.00"),
    "rejected": (ANSWERS["rejected"], MIA, None, Effect.CLAIM_REJECTED, "1000.00"),
    "revoked": (
        c.RevokeAcceptance(claim_id=claim_id(), reason="mistaken"),
        MIA,
        "in part",
        Effect.ACCEPTANCE_REVOKED,
        "800.00",
    ),
    "resubmitted": (
        c.ResubmitClaim(claim_id=claim_id(), different="photo"),
        MIA,
        "rejected",
        Effect.CLAIM_RESUBMITTED,
        "1000.00",
    ),
    "amended": (
        c.AmendClaim(
            claim_id=claim_id(), report=report(), amounts=amounts("900.00"), reason="fewer hours"
        ),
        STAN,
        "rejected",
        Effect.CLAIM_AMENDED,
        "-100.00",
    ),
    "withdrawn": (
        c.WithdrawClaim(
            claim_id=claim_id(), false_papers=(PaperKind.DIAGNOSTICS,), explanation="not its own"
        ),
        MAX,
        None,
        Effect.CLAIM_WITHDRAWN,
        "1000.00",
    ),
}


@rule("CRN-13")
@pytest.mark.parametrize("late", LATE)
def test_what_happened_to_a_claim_in_a_closed_month_is_posted_in_the_next_open_one(late):
    """As finance learns of it only after the closing; today's facts are today's."""
    command, actor, before, effect, amount = LATE[late]
    story = answered(before) if before else claim_story("submitted")
    story.tell(close(), FINN, IN_APRIL)
    today = Story(story.histories).tell(command, actor, IN_APRIL)
    assert adjustments(today) == []
    story.tell(command, actor, IN_APRIL, effective_at=IN_MARCH)
    assert adjustments(story) == [(APRIL, MARCH, effect, amount)]
    posted = story.happened[-1]
    assert isinstance(posted.event, PriorPeriodAdjusted)
    assert (posted.event.claim_id, posted.event.of) == (claim_id(), claim_id())
    assert (posted.event.note_id, posted.stream) == (None, close().stream)


@rule("CRN-13")
def test_a_write_off_that_is_dated_back_into_a_closed_month_is_posted_in_the_next():
    story = claim_story("accepted").tell(request_write_off("300.00"), MIA)
    story.tell(close(), FINN, IN_APRIL)
    story.tell(sign_write_off(), MAX, IN_APRIL, effective_at=IN_MARCH)
    assert adjustments(story) == [(APRIL, MARCH, Effect.CLAIM_WRITTEN_OFF, "300.00")]
    assert story.state(Claim, claim_id()).written_off == yuan("300.00")


@rule("CRN-13")
def test_a_submission_that_is_dated_back_into_a_closed_month_is_posted_in_the_next():
    story = claim_story("approved").tell(close(), FINN, IN_APRIL)
    story.tell(submit(), MIA, IN_APRIL, effective_at=IN_MARCH)
    assert adjustments(story) == [(APRIL, MARCH, Effect.CLAIM_SUBMITTED, "1000.00")]


@rule("CRN-13")
@pytest.mark.parametrize("month", [None, FEBRUARY], ids=["none closed", "an earlier one closed"])
def test_what_is_dated_back_into_an_open_month_adjusts_nothing(month):
    story = claim_story("submitted")
    if month:
        story.tell(close(month), FINN, IN_APRIL)
    story.tell(ANSWERS["accepted"], MIA, IN_APRIL, effective_at=IN_MARCH)
    assert adjustments(story) == []
