"""Published cases on tolerance, allocation and deadlines, where they are at hand: CRN-4, CRN-10."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain import calendar, policies
from domain.claims.claim import Claim, Status
from domain.claims.commands import ResubmitClaim
from domain.claims.events import ClaimSubmitted
from domain.credits.commands import AllocationWish, MatchByReference, MatchCreditNote, UndoMatch
from domain.credits.reconciliation_period import (
    ClosePeriod,
    PeriodIsClosed,
    PriorPeriodAdjusted,
)
from domain.credits.refusals import MoreThanUnapplied
from domain.credits.state import CreditNote
from domain.money import Money
from domain.policies import Policy, PublishPolicy
from domain.policy_content import Deadline, Tolerance, Unit, Within
from domain.vocabulary import Outcome
from tests.domain.claims.asked import sign_write_off
from tests.rules import rule
from tests.scenario import ADAM, FINN, MAX, MIA, SYSTEM, Story, given
from tests.stories import (
    MAKER,
    book,
    claim_id,
    claim_story,
    document,
    maker_number,
    note_id,
    reject,
    setting,
    submit,
    yuan,
)

CASES = Path(__file__).parents[4] / "shared" / "data" / "other_cases.json"
FOUND: dict[str, Any] = json.loads(CASES.read_text()) if CASES.exists() else {}
TOLERANCES = FOUND.get("reconciliation_tolerance", [])
ALLOCATIONS = {case["id"]: case for case in FOUND.get("reconciliation_allocation", [])}
DEADLINES = {case["id"]: case for case in FOUND.get("claim_deadlines", [])}
present = pytest.mark.skipif(not FOUND, reason="../shared/data is not there")


def exact(number: float) -> str:
    return str(Decimal(str(number)).quantize(Decimal("0.01")))


def tolerating(kind: str, value: Any) -> Story:
    """A setting with the case's tolerance: of the two limits the other one is out of the way."""
    value = Decimal(str(value))
    amount, percent = (Decimal(10**9), value) if kind == "percentage" else (value, Decimal(100))
    content = Tolerance(amount=yuan(amount), percent=percent)
    return setting().tell(PublishPolicy(content=content), ADAM)


def claim(story: Story, number: int = 1) -> Claim:
    state = story.state(Claim, claim_id(number))
    assert isinstance(state, Claim)
    return state


def arrived(story: Story, number: int, payable: str, **changes: Any) -> Story:
    names = (maker_number(),)
    story.tell(book(number, paper=document(number, payable, names, **changes)), FINN)
    return story.tell(MatchByReference(note_id=note_id(number)), SYSTEM)


def by_hand(number: int, *shares: tuple[int, Any], outcome: Outcome | None = None):
    wishes = tuple(
        AllocationWish(
            claim_id=claim_id(n), amount=yuan(exact(a)), reason="part_payment", outcome=outcome
        )
        for n, a in shares
    )
    return MatchCreditNote(note_id=note_id(number), allocations=wishes)


@present
@rule("CRN-10")
@pytest.mark.parametrize("case", TOLERANCES, ids=lambda case: case["id"])
def test_the_tolerance_of_a_published_case(case: dict[str, Any]) -> None:
    owed, paid = exact(case["claim"]), exact(case["credit"])
    story = claim_story("accepted", 1, owed, story=tolerating(**case["tolerance"]))
    arrived(story, 1, paid)
    left = Decimal(owed) - Decimal(paid)
    match case["expected"]:
        case "match_full":
            assert (claim(story).open, claim(story).written_off) == (yuan(0), yuan(0))
        case "match_writeoff":
            assert (claim(story).open, claim(story).written_off) == (yuan(0), yuan(left))
        case "over":
            assert claim(story).open == yuan(owed)
            state = story.state(CreditNote, note_id())
            assert [c.fit for c in state.proposal] == ["over"]
        case unknown:
            raise AssertionError(f"{unknown} is not known here.")


@present
@rule("CRN-4")
def test_a_credit_is_split_over_claims_and_never_exceeded() -> None:
    case = ALLOCATIONS["alloc-01"]
    story = setting()
    for number, owed in enumerate(case["claims"], start=1):
        claim_story("accepted", number, exact(owed), story=story)
    story.tell(book(1, payable=exact(case["credit"]), names=()), FINN)
    shares = list(enumerate(case["allocation"], start=1))
    too_much = by_hand(1, (1, case["credit"]), (2, 0.01))
    given(story.histories).when(too_much, actor=FINN).then_refused(MoreThanUnapplied)
    story.tell(by_hand(1, *shares), FINN)
    assert [claim(story, n).open for n, _ in shares] == [yuan(exact(r)) for r in case["residual"]]


@present
@rule("CRN-5")
def test_a_short_rest_is_closed_explicitly() -> None:
    case = ALLOCATIONS["alloc-03"]
    story = claim_story("accepted", 1, exact(case["claims"][0]))
    story.tell(book(1, payable=exact(case["credit"]), names=()), FINN)
    given(story.histories).when(by_hand(1, (1, case["credit"])), actor=FINN).outcome()
    story.tell(by_hand(1, (1, case["credit"]), outcome=Outcome.WRITTEN_OFF), FINN)
    assert claim(story).open == yuan(exact(case["residual"][0]))
    story.tell(sign_write_off(), MAX)
    assert claim(story).written_off == yuan(exact(case["full_reconcile_writes_off"]))
    assert claim(story).open == yuan(0)


@present
@rule("CRN-10")
def test_the_tolerance_is_tested_on_what_is_left_and_never_on_the_face() -> None:
    case = ALLOCATIONS["alloc-05"]
    first, second = case["steps"]
    story = tolerating("fixed", case["tolerance"])
    claim_story("accepted", 1, exact(first["claim"]), story=story)
    claim_story("accepted", 2, exact(second["claim"]), story=story)
    story.tell(book(1, payable=exact(first["credit"]), names=()), FINN)
    story.tell(by_hand(1, (1, first["claim"])), FINN)
    left = story.state(CreditNote, note_id()).unapplied
    assert left == Money(amount=Decimal(exact(first["credit_left"])), currency="CNY")
    story.tell(by_hand(1, (2, second["credit"])), FINN)
    assert claim(story, 2).open == yuan(exact(second["claim_left"]))
    assert story.state(CreditNote, note_id()).unapplied == yuan(exact(second["credit_left"]))


@present
@rule("CRN-13")
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_equal_credits_the_oldest_paper_pays_and_never_both(order: tuple[int, int]) -> None:
    assert "oldest takes 10-01" in ALLOCATIONS["alloc-07"]["rule"]
    story = claim_story("accepted", 1, "50.00")
    days = {1: date(2023, 10, 1), 2: date(2023, 10, 20)}
    for number in order:
        arrived(story, number, "50.00", issue_date=days[number])
    applied = [story.state(CreditNote, note_id(n)).applied for n in (1, 2)]
    assert applied == [yuan("50.00"), yuan(0)]


# ── how long who has ────────────────────────────────────────────────────────


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(4), UTC)


@present
@rule("CLM-7")
def test_a_manufacturer_answers_within_the_days_of_the_law_by_our_shipped_policy() -> None:
    case = DEADLINES["rcw-01"]
    story = claim_story("approved").tell(submit(), MIA, noon(case["received"]))
    [submitted] = [on.event for on in story.happened if isinstance(on.event, ClaimSubmitted)]
    assert submitted.clock is not None
    pinned = story.state(Policy, policies.stream_of(submitted.clock.policy_id).id)
    content = pinned.at(noon(case["received"])).content
    assert isinstance(content, Deadline) and isinstance(content.target, Within)
    assert content.target.unit == Unit.CALENDAR_DAYS
    due = calendar.add_days(submitted.submitted_on, content.target.amount)
    assert due == date.fromisoformat(case["decide_by"])


@present
@rule("CLM-7")
def test_a_refused_claim_is_resubmitted_until_the_last_day_of_the_law() -> None:
    """Ours is to be examined on the day of the notice; what comes later is late, not refused."""
    case = DEADLINES["rcw-03"]
    story = claim_story("submitted").tell(reject(), MIA, noon(case["notice_received"]))
    again = ResubmitClaim(claim_id=claim_id(), different="the procedure was followed")
    story.tell(again, MIA, noon(case["resubmit_by"]))
    assert claim(story).status == Status.SUBMITTED


@present
@rule("CRN-6")
def test_a_charge_back_a_year_after_payment_is_posted_in_the_month_that_is_open() -> None:
    case = DEADLINES["rcw-05"]
    paid, until = noon(case["paid"]), noon(case["audit_until"])
    assert calendar.add_months(paid.date(), 12) == until.date()
    story = arrived(claim_story("accepted"), 1, "1000.00", issue_date=paid.date())
    last = calendar.add_months(until.date().replace(day=1), -1)
    close = ClosePeriod(manufacturer_id=MAKER, currency="CNY", month=last)
    story.tell(close, FINN, until)
    back = {"note_id": note_id(), "reason": "audit"}
    story.so_far().when(UndoMatch(**back), actor=FINN, now=until).then_refused(PeriodIsClosed)
    story.tell(UndoMatch(**back, in_next_period=True), FINN, until)
    assert claim(story).open == yuan("1000.00")
    [posted] = [on.event for on in story.happened if isinstance(on.event, PriorPeriodAdjusted)]
    assert (posted.month, posted.corrects) == (date(2027, 4, 1), date(2026, 4, 1))
