"""Matching by the program, whatever came first: CRN-10, CRN-13."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from domain.claims.claim import Claim
from domain.claims.commands import DeclineWriteOff, RecordAcceptance, RecordManufacturerNumber
from domain.credits import naming
from domain.credits.commands import MatchByReference, UndoMatch
from domain.credits.events import (
    AllocationDisplaced,
    Candidate,
    CreditAllocated,
    Fit,
    MatchedBy,
    MatchProposed,
    NamedBy,
)
from domain.credits.naming import MatchNotesNaming, NoteNamed
from domain.credits.state import CreditNote
from domain.messages import On
from domain.vocabulary import Outcome
from tests.domain.claims.asked import request_write_off
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, SYSTEM, Story, given
from tests.stories import (
    MAKER,
    TODAY,
    book,
    claim_id,
    claim_story,
    document,
    line,
    maker_number,
    match,
    note_id,
    setting,
    submit,
    yuan,
)


def by_reference(number: int = 1) -> MatchByReference:
    return MatchByReference(note_id=note_id(number))


def naming_claim(number: int = 1) -> MatchNotesNaming:
    return MatchNotesNaming(claim_id=claim_id(number))


def arrived(story: Story, number: int, payable: str, *names: str, days: int = 0) -> Story:
    """A note comes, and the program looks at it at once."""
    day = TODAY + timedelta(days=days)
    paper = document(number, payable, names, issue_date=day)
    return story.tell(book(number, paper=paper), FINN).tell(by_reference(number), SYSTEM)


def accepted(story: Story, number: int = 1, total: str = "1000.00") -> Story:
    """A claim comes to be accepted, and the program looks at it at once."""
    return claim_story("accepted", number, total, story=story).tell(naming_claim(number), SYSTEM)


def note(story: Story, number: int = 1) -> CreditNote:
    state = story.state(CreditNote, note_id(number))
    assert isinstance(state, CreditNote)
    return state


def claim(story: Story, number: int = 1) -> Claim:
    state = story.state(Claim, claim_id(number))
    assert isinstance(state, Claim)
    return state


def candidate(fit: Fit, amount: str, named_by: NamedBy = NamedBy.CLAIM_NUMBER) -> Candidate:
    return Candidate(claim_id=claim_id(), named_by=named_by, fit=fit, amount=yuan(amount))


# ── notes that wait ─────────────────────────────────────────────────────────


@rule("CRN-13")
def test_a_note_that_came_before_its_claim_is_matched_when_that_is_accepted():
    story = arrived(setting(), 1, "1000.00", maker_number())
    assert note(story).unapplied == yuan("1000.00")
    accepted(story)
    assert (note(story).unapplied, claim(story).open) == (yuan(0), yuan(0))


@rule("CRN-13")
def test_a_note_that_came_before_its_claim_was_numbered_is_matched_then():
    story = claim_story("approved").tell(submit(manufacturer_number=None), MIA)
    story.tell(RecordAcceptance(claim_id=claim_id()), MIA).tell(naming_claim(), SYSTEM)
    arrived(story, 1, "1000.00", "W-77")
    assert note(story).unapplied == yuan("1000.00")
    story.tell(RecordManufacturerNumber(claim_id=claim_id(), manufacturer_number="W-77"), MIA)
    assert note(story.tell(naming_claim(), SYSTEM)).unapplied == yuan(0)


@rule("CRN-13")
def test_a_claim_is_found_by_an_earlier_number_of_the_manufacturer():
    story = arrived(claim_story("submitted"), 1, "1000.00", maker_number())
    story.tell(RecordManufacturerNumber(claim_id=claim_id(), manufacturer_number="W-99"), MIA)
    story.tell(RecordAcceptance(claim_id=claim_id()), MIA).tell(naming_claim(), SYSTEM)
    assert claim(story).open == yuan(0)


@rule("CRN-10")
def test_what_a_note_names_is_noted_down_once():
    story = arrived(setting(), 1, "1000.00", "W-1", "w-1", "INV-9")
    named = [on for on in story.happened if isinstance(on.event, NoteNamed)]
    names = ("W-1", "INV-9", naming.by_amount(yuan("1000.00")))
    assert {on.stream for on in named} == {naming.stream_of(MAKER, name) for name in names}
    assert len(named) == 3
    given(story.histories).when(by_reference(), actor=SYSTEM).then_nothing()


def test_a_claim_that_nobody_named_or_that_is_not_accepted_is_left_alone():
    given(setting().histories).when(naming_claim(), actor=SYSTEM).then_nothing()
    given(claim_story("submitted").histories).when(naming_claim(), actor=SYSTEM).then_nothing()


# ── within the tolerance ────────────────────────────────────────────────────


@rule("CRN-10")
@pytest.mark.parametrize("paid", ["999.00", "999.99"])
def test_what_is_tolerated_is_written_off_with_the_reason(paid):
    """The shipped tolerance is one yuan or 0.1 per cent."""
    story = arrived(accepted(setting()), 1, paid, maker_number())
    assert claim(story).open == yuan(0)
    assert claim(story).written_off == yuan("1000.00") - yuan(paid)
    (difference,) = claim(story).differences.values()
    assert (difference.outcome, difference.within_tolerance) == (Outcome.WRITTEN_OFF, True)


@rule("CRN-10")
def test_the_smaller_of_amount_and_percentage_counts():
    story = arrived(accepted(setting(), 1, "500.00"), 1, "499.49", maker_number())
    assert claim(story).open == yuan("500.00")  # 0.51 are more than 0.1 per cent


@rule("CRN-10")
def test_what_a_note_has_too_much_within_the_tolerance_is_never_dropped_either():
    story = arrived(accepted(setting()), 1, "1000.50", maker_number())
    assert (note(story).applied, note(story).unapplied) == (yuan("1000.00"), yuan(0))
    (remainder,) = note(story).remainders.values()
    assert (remainder.amount, remainder.outcome) == (yuan("0.50"), Outcome.WRITTEN_OFF)


@rule("CRN-6")
@pytest.mark.parametrize("paid", ["999.50", "1000.50"])
def test_with_the_match_what_was_tolerated_is_undone(paid):
    story = arrived(accepted(setting()), 1, paid, maker_number())
    story.tell(UndoMatch(note_id=note_id(), reason="wrong claim"), FINN)
    assert (claim(story).open, claim(story).written_off) == (yuan("1000.00"), yuan(0))
    assert note(story).unapplied == yuan(paid)


@rule("CRN-13")
def test_what_people_took_back_is_not_matched_again_by_itself():
    story = arrived(accepted(setting()), 1, "1000.00", maker_number())
    story.tell(UndoMatch(note_id=note_id(), reason="wrong claim"), FINN)
    given(story.histories).when(naming_claim(), actor=SYSTEM).then_nothing()


@rule("CRN-10")
def test_nothing_is_tolerated_while_a_write_off_of_the_claim_waits_for_signatures():
    story = accepted(setting()).tell(request_write_off("0.50"), MIA)
    arrived(story, 1, "999.50", maker_number())
    assert (note(story).applied, claim(story).open) == (yuan(0), yuan("1000.00"))
    story.tell(DeclineWriteOff(claim_id=claim_id(), reason="they pay"), MAX)
    story.tell(naming_claim(), SYSTEM)
    assert (claim(story).open, claim(story).written_off) == (yuan(0), yuan("0.50"))


# ── many notes ──────────────────────────────────────────────────────────────


@rule("CRN-10")
def test_many_notes_that_name_a_claim_pay_it_together():
    story = arrived(accepted(setting()), 1, "400.00", maker_number())
    assert claim(story).open == yuan("1000.00")
    arrived(story, 2, "600.00", maker_number())
    assert claim(story).open == yuan(0)
    made = [on.event for on in story.happened if isinstance(on.event, CreditAllocated)]
    assert {each.matched_by for each in made} == {MatchedBy.MANY_NOTES}


@rule("CRN-13")
def test_of_two_notes_for_one_claim_the_paper_issued_first_settles_it_whichever_came_first():
    story = arrived(accepted(setting()), 2, "1000.00", maker_number(), days=1)
    assert note(story, 2).unapplied == yuan(0)
    arrived(story, 1, "1000.00", maker_number())
    assert (note(story, 1).unapplied, note(story, 2).unapplied) == (yuan(0), yuan("1000.00"))
    assert [type(on.event) for on in story.happened].count(AllocationDisplaced) == 1
    assert claim(story).open == yuan(0)


@rule("CRN-13")
@pytest.mark.parametrize("order", list(permutations(["a", "b", "c", "claim", "other"])))
def test_the_order_of_arrival_decides_nothing(order):
    """A rival, a pair that pays together, and one that names two claims line by line."""
    both = (line("1", "1000.00", "C-1"), line("2", "500.00", "C-2"))
    story = setting()
    for step in order:
        match step:
            case "a":
                arrived(story, 1, "1000.00", "C-1", days=2)
            case "b":
                arrived(story, 2, "500.00", "C-2", days=1)
            case "c":
                story.tell(book(3, paper=document(3, "1500.00", (), lines=both)), FINN)
                story.tell(by_reference(3), SYSTEM)
            case "claim":
                accepted(story, 1)
            case _:
                accepted(story, 2, "500.00")
    assert [note(story, n).applied for n in (1, 2, 3)] == [yuan(0), yuan(0), yuan("1500.00")]
    assert claim(story, 1).open == claim(story, 2).open == yuan(0)


# ── proposals of claims that are named by number (others: test_proposing) ───


@rule("CRN-10")
@pytest.mark.parametrize(
    ("paid", "fit", "amount"),
    [("900.00", Fit.SHORT, "900.00"), ("1100.00", Fit.OVER, "1000.00")],
)
def test_short_and_over_are_proposed_for_a_person_to_decide(paid, fit, amount):
    story = accepted(setting()).tell(book(1, payable=paid), FINN)
    outcome = given(story.histories).when(by_reference(), actor=SYSTEM)
    names = (maker_number(), naming.by_amount(yuan(paid)))
    named = [On(naming.stream_of(MAKER, name), NoteNamed(note_id=note_id())) for name in names]
    outcome.then(*named, MatchProposed(candidates=(candidate(fit, amount),)))


@rule("CRN-10")
def test_a_number_in_free_text_is_a_suggestion_and_never_a_match():
    letter = ("Credit for claim C-1, see our letter of 2026-03-01.",)
    paper = document(payable="900.00", names=(), notes=letter)
    story = accepted(setting()).tell(book(1, paper=paper), FINN).tell(by_reference(), SYSTEM)
    assert note(story).applied == yuan(0)
    assert note(story).proposal == (candidate(Fit.SHORT, "900.00", NamedBy.FREE_TEXT),)


@rule("CRN-10")
def test_a_proposal_is_renewed_when_the_claim_changes_and_gone_when_the_note_is_matched():
    story = arrived(setting(), 1, "900.00", maker_number())
    assert note(story).proposal == ()
    accepted(story)
    assert note(story).proposal == (candidate(Fit.SHORT, "900.00"),)
    story.tell(match(1, (1, "900.00", "part_payment")), FINN)
    assert note(story).proposal == ()
