"""Which claims a note pays, and how much: CRN-3 to CRN-6, CRN-10."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeGuard

import pytest

from domain.claims.claim import Claim
from domain.claims.commands import CloseClaim, RecordAcceptance, RevokeAcceptance
from domain.claims.events import ClaimCredited, ClaimCreditReversed
from domain.claims.refusals import (
    ClaimNotFound,
    CurrencyDiffers,
    MoreThanOpen,
    NoSuchCredit,
    NotPossibleNow,
    UnknownReason,
)
from domain.credits.commands import AllocationWish, MatchByReference, MatchCreditNote, UndoMatch
from domain.credits.document import Reference, ReferenceKind, Totals
from domain.credits.events import (
    AllocationReversed,
    CreditAllocated,
    MatchedBy,
    MatchProposed,
)
from domain.credits.naming import NoteNamed
from domain.credits.refusals import (
    ClaimOfAnother,
    CreditNoteNotFound,
    IssuerUnknown,
    MoreThanUnapplied,
    NoSuchAllocation,
    NoteCurrencyDiffers,
    SameClaimTwice,
    ShortWithoutReason,
)
from domain.credits.state import CreditNote, allocation_id
from domain.messages import Event, Forbidden, NotFound, On, Stream
from domain.money import Money
from tests.domain.claims.asked import written_off
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, STAN, SYSTEM, Story, given, note_events
from tests.stories import (
    OTHER_MAKER,
    STRANGE_ISSUER,
    book,
    claim_id,
    claim_story,
    document,
    line,
    maker_number,
    match,
    note_id,
    open_claim,
    partly_paid_claim,
    setting,
    yuan,
)

BY_REFERENCE = MatchByReference(note_id=note_id())


def allocated(
    number: int,
    amount: str,
    claim: int = 1,
    matched_by: MatchedBy = MatchedBy.REFERENCE,
    reason: str | None = None,
) -> list[CreditAllocated | On]:
    """What the so-many-eth allocation of the note records, with the claim and on it."""
    id = allocation_id(note_id(), number)
    on_note = CreditAllocated(
        allocation_id=id,
        claim_id=claim_id(claim),
        amount=yuan(amount),
        matched_by=matched_by,
        reason=reason,
    )
    credit = ClaimCredited(note_id=note_id(), allocation_id=id, amount=yuan(amount))
    return [on_note, On(Stream(Claim.kind, claim_id(claim)), credit)]


def claims(*totals: str) -> Story:
    """Accepted claims, numbered from 1."""
    story = setting()
    for number, total in enumerate(totals, start=1):
        claim_story("accepted", number, total, story=story)
    return story


def booked(story: Story, **changes) -> Story:
    return story.tell(book(1, paper=document(**changes)), FINN)


@dataclass(frozen=True)
class MoneyMoved:
    """What the program's matching did to balances; what it noted down and proposed aside."""

    story: Story

    def outcome(self) -> list[On]:
        happened = given(self.story.histories).when(BY_REFERENCE, actor=SYSTEM).outcome()
        note_events(happened)
        return [on for on in happened if not isinstance(on.event, NoteNamed | MatchProposed)]

    def then(self, *expected: Event | On) -> None:
        note = BY_REFERENCE.stream
        assert self.outcome() == [e if isinstance(e, On) else On(note, e) for e in expected]

    def then_nothing(self) -> None:
        assert self.outcome() == []


def matched_by_reference(story: Story) -> MoneyMoved:
    return MoneyMoved(story)


# ── by reference: one claim ─────────────────────────────────────────────────


@rule("CRN-3")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("W-2026-1", id="the manufacturer's number"),
        pytest.param("w-2026-1", id="in another case"),
        pytest.param("C-1", id="our own number"),
    ],
)
def test_a_note_that_names_one_claim_and_pays_it_exactly_is_matched(name):
    story = booked(claims("1000.00"), names=("INV-77", name))
    matched_by_reference(story).then(*allocated(1, "1000.00"))


@rule("CRN-3")
def test_a_line_that_names_the_claim_is_as_good():
    lines = (line("1", "700.00", maker_number()), line("2", "300.00"))
    story = booked(claims("1000.00"), names=(), lines=lines)
    matched_by_reference(story).then(*allocated(1, "1000.00"))


@rule("CRN-10")
@pytest.mark.parametrize("kind", list(ReferenceKind))
def test_a_claim_is_found_whatever_sort_of_reference_names_it(kind):
    references = (Reference(kind=kind, id=maker_number()),)
    story = booked(claims("1000.00"), references=references)
    matched_by_reference(story).then(*allocated(1, "1000.00"))


@rule("CRN-10")
@pytest.mark.parametrize(
    ("story", "why"),
    [
        (booked(claims("1000.00"), names=("INV-77",)), "names no claim"),
        (booked(claims("1000.00"), payable="998.99"), "short by more than is tolerated"),
        (booked(claims("1000.00"), payable="1001.01"), "over by more than is tolerated"),
        (booked(claims("1000.00"), payable="0.00"), "pays nothing"),
        (booked(claims("1000.00"), payable="-1000.00"), "asks for money"),
        (booked(claims("1000.00"), currency="EUR"), "another currency"),
        (booked(claims("1000.00"), supplier=STRANGE_ISSUER), "issuer unknown"),
        (booked(claims("1000.00", "1000.00"), names=("C-1", "C-2")), "names two claims"),
        (booked(claims("1000.00", "1000.00"), names=("W-2026-1", "C-2")), "names two ways"),
        (booked(claim_story("submitted")), "not accepted yet"),
        (booked(claim_story("accepted", accepted="800.00")), "more than was accepted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_exact_and_unique_waits_for_a_person(story, why):
    matched_by_reference(story).then_nothing()


@rule("CRN-10")
def test_of_two_notes_for_one_claim_only_the_first_settles_it():
    story = claims("1000.00")
    for number in (1, 2):
        story.tell(book(number, names=(maker_number(),)), FINN)
        story.tell(MatchByReference(note_id=note_id(number)), SYSTEM)
    first, second = (story.state(CreditNote, note_id(number)) for number in (1, 2))
    assert (first.unapplied, second.unapplied) == (yuan(0), yuan("1000.00"))


@rule("CRN-3")
def test_our_number_of_a_claim_to_another_manufacturer_is_no_match():
    story = claims("1000.00").tell(
        book(1, paper=document(names=("C-1",), supplier=crane_works())), FINN
    )
    assert story.state(CreditNote, note_id()).manufacturer_id == OTHER_MAKER
    matched_by_reference(story).then_nothing()


def crane_works():
    return document().supplier.model_copy(update={"tax_id": None, "name": "Crane Works"})


def test_a_note_that_was_matched_is_not_matched_again():
    story = booked(claims("1000.00")).tell(BY_REFERENCE, SYSTEM)
    matched_by_reference(story).then_nothing()
    partly = booked(claims("1000.00"), names=("C-1",)).tell(
        match(1, (1, "400.00", "part_payment")), FINN
    )
    matched_by_reference(partly).then_nothing()


# ── by reference: many claims ───────────────────────────────────────────────


def note_of_lines(*totals: str, lines, payable: str, **changes) -> Story:
    stated = Totals(payable=Decimal(payable))
    return booked(claims(*totals), names=(), lines=tuple(lines), totals=stated, **changes)


@rule("CRN-3")
def test_a_note_of_many_claims_pays_each_the_gross_of_its_lines():
    lines = (
        line("1", "1000.00", "C-1", tax_rate="13"),
        line("2", "500.00", "W-2026-2", tax_rate="13"),
        line("3", "20.00", "C-2", tax_rate="0"),
    )
    story = note_of_lines("1130.00", "585.00", lines=lines, payable="1715.00")
    matched_by_reference(story).then(*allocated(1, "1130.00"), *allocated(2, "585.00", claim=2))


@rule("CRN-4")
@pytest.mark.parametrize(
    ("lines", "payable", "why"),
    [
        (("1000.00", "499.49"), "1499.49", "one is short by more than is tolerated"),
        (("1000.00", "500.00"), "1490.00", "the lines are not what is payable"),
        (("1000.00", "500.00", "1.00"), "1501.00", "a line names no claim"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_note_of_many_claims_is_matched_whole_or_not_at_all(lines, payable, why):
    names = ("C-1", "C-2", "INV-9")
    of_claims = [
        line(str(n), net, name) for n, (net, name) in enumerate(zip(lines, names, strict=False))
    ]
    story = note_of_lines("1000.00", "500.00", lines=of_claims, payable=payable)
    matched_by_reference(story).then_nothing()


@rule("CRN-4")
def test_the_tax_of_a_line_is_rounded_to_the_cent_as_money_is():
    lines = (line("1", "0.02", "C-1", tax_rate="25"), line("2", "500.00", "C-2"))
    story = note_of_lines("0.03", "500.00", lines=lines, payable="500.03")
    matched_by_reference(story).then(*allocated(1, "0.03"), *allocated(2, "500.00", claim=2))


def test_a_line_that_names_two_claims_is_not_clear():
    lines = (line("1", "1000.00", "C-1", "C-2"), line("2", "500.00", "C-2"))
    story = note_of_lines("1000.00", "500.00", lines=lines, payable="1500.00")
    matched_by_reference(story).then_nothing()


# ── by hand ─────────────────────────────────────────────────────────────────


def by_hand(story: Story, *wishes):
    return given(story.histories).when(match(1, *wishes), actor=FINN)


@rule("CRN-4")
def test_finance_spreads_a_note_over_claims():
    story = booked(claims("100.00", "100.00"), payable="100.00", names=())
    scenario = by_hand(story, (1, "70.00", "part_payment"), (2, "30.00", "part_payment"))
    first = allocated(1, "70.00", 1, MatchedBy.HAND, "part_payment")
    second = allocated(2, "30.00", 2, MatchedBy.HAND, "part_payment")
    scenario.then(*first, *second)


@rule("CRN-4")
def test_many_notes_pay_one_claim():
    story = claims("1000.00")
    for number, (amount, reason) in enumerate((("400.00", "part_payment"), ("600.00", None)), 1):
        story.tell(book(number, payable=amount, names=()), FINN)
        wish = (1, amount, reason) if reason else (1, amount)
        story.tell(match(number, wish), FINN)
    assert story.state(Claim, claim_id()).open == yuan(0)


@rule("CRN-4")
@pytest.mark.parametrize(
    ("wishes", "refusal"),
    [
        pytest.param([(1, "1000.00"), (2, "0.01", "part_payment")], MoreThanUnapplied, id="sum"),
        pytest.param([(1, "500.00", "part_payment"), (1, "500.00")], SameClaimTwice, id="twice"),
        pytest.param([(1, "999.99")], ShortWithoutReason, id="short"),
        pytest.param([(1, "999.99", "bad_mood")], UnknownReason, id="unknown reason"),
        pytest.param([(2, "500.01")], MoreThanOpen, id="more than is open"),
        pytest.param([(9, "1.00")], NotFound, id="no such claim"),
    ],
)
def test_a_match_that_cannot_be_is_refused_whole(wishes, refusal):
    story = booked(claims("1000.00", "500.00"), names=())
    by_hand(story, *wishes).then_refused(refusal)


@rule("CRN-5")
def test_the_refusal_says_what_stays_open():
    story = booked(claims("1000.00"), names=())
    by_hand(story, (1, "999.99")).then_refused(ShortWithoutReason, "C-1", "0.01")


@rule("CRN-4")
def test_a_claim_is_never_paid_twice():
    story = partly_paid_claim()  # 300 of the 800 that were accepted are open
    story.tell(book(2, payable="800.00", names=()), FINN)
    scenario = given(story.histories)
    too_much = match(2, (1, "300.01", "part_payment"))
    scenario.when(too_much, actor=FINN).then_refused(MoreThanOpen, "300.00")
    assert scenario.when(match(2, (1, "300.00")), actor=FINN).outcome()


@rule("CRN-4")
def test_what_is_written_off_is_not_paid_any_more():
    story = written_off(partly_paid_claim(), "300.00", MIA, MAX)
    story.tell(book(2, payable="800.00", names=()), FINN)
    paying = given(story.histories).when(match(2, (1, "0.01")), actor=FINN)
    paying.then_refused(MoreThanOpen, "0.00")


@rule("CRN-4")
def test_a_note_is_never_spent_twice():
    story = partly_paid_claim()  # the note of 500 is spent
    claim_story("accepted", 2, story=story)
    by_hand(story, (2, "0.01", "part_payment")).then_refused(MoreThanUnapplied, "0.00")


@rule("CRN-4")
def test_amounts_of_different_currencies_never_meet():
    story = booked(claims("1000.00"), names=(), currency="EUR")
    by_hand(story, (1, "1000.00")).then_refused(NoteCurrencyDiffers)
    euros = AllocationWish(claim_id=claim_id(), amount=Money(amount=1000, currency="EUR"))
    in_euros = MatchCreditNote(note_id=note_id(), allocations=(euros,))
    given(story.histories).when(in_euros, actor=FINN).then_refused(CurrencyDiffers)


@rule("CRN-3")
def test_a_note_pays_only_claims_made_to_its_issuer():
    unassigned = booked(claims("1000.00"), supplier=STRANGE_ISSUER)
    by_hand(unassigned, (1, "1000.00")).then_refused(IssuerUnknown)
    of_other = booked(claims("1000.00"), supplier=crane_works())
    by_hand(of_other, (1, "1000.00")).then_refused(ClaimOfAnother, "C-1")


@rule("CRN-4")
@pytest.mark.parametrize("stage", ["opened", "approved", "submitted"])
def test_only_an_accepted_claim_is_paid(stage):
    story = booked(claim_story(stage), names=())
    by_hand(story, (1, "1000.00")).then_refused(NotPossibleNow)


@rule("SEG-5")
def test_a_revoked_acceptance_is_paid_only_when_it_is_given_again():
    story = booked(claims("1000.00")).tell(
        RevokeAcceptance(claim_id=claim_id(), reason="mistaken"), MIA
    )
    by_hand(story, (1, "1000.00")).then_refused(NotPossibleNow)
    matched_by_reference(story).then_nothing()
    story.tell(RecordAcceptance(claim_id=claim_id()), MIA)
    matched_by_reference(story).then(*allocated(1, "1000.00"))


@pytest.mark.parametrize("actor", [MIA, MAX, STAN])
def test_only_finance_matches_by_hand(actor):
    story = booked(claims("1000.00"), names=())
    given(story.histories).when(match(1, (1, "1000.00")), actor=actor).then_refused(Forbidden)


# ── and back ────────────────────────────────────────────────────────────────


def undo(allocation: int | None = None) -> UndoMatch:
    id = allocation_id(note_id(), allocation) if allocation else None
    return UndoMatch(note_id=note_id(), allocation_id=id, reason="wrong claim")


def reversed_of(number: int, amount: str, claim: int = 1) -> list[AllocationReversed | On]:
    id = allocation_id(note_id(), number)
    on_note = AllocationReversed(
        allocation_id=id, claim_id=claim_id(claim), amount=yuan(amount), reason="wrong claim"
    )
    on_claim = ClaimCreditReversed(
        note_id=note_id(), allocation_id=id, amount=yuan(amount), reason="wrong claim"
    )
    return [on_note, On(Stream(Claim.kind, claim_id(claim)), on_claim)]


def matched_twice() -> Story:
    story = booked(claims("100.00", "100.00"), payable="100.00", names=())
    wishes = (1, "70.00", "part_payment"), (2, "30.00", "part_payment")
    return story.tell(match(1, *wishes), FINN)


@rule("CRN-6")
def test_one_allocation_is_taken_back_or_all_of_them():
    scenario = given(matched_twice().histories)
    scenario.when(undo(2), actor=FINN).then(*reversed_of(2, "30.00", 2))
    scenario.when(undo(), actor=FINN).then(*reversed_of(1, "70.00", 1), *reversed_of(2, "30.00", 2))


@rule("CRN-6")
def test_every_balance_is_as_it_was_before_the_match():
    story = booked(claims("100.00", "100.00"), payable="100.00", names=())
    things = [(CreditNote, note_id()), (Claim, claim_id(1)), (Claim, claim_id(2))]

    def balances():
        states = [story.state(kind, id) for kind, id in things]
        return [getattr(s, "unapplied", None) or (s.open, s.credits) for s in states]

    before = balances()
    story.tell(match(1, (1, "70.00", "part_payment"), (2, "30.00", "part_payment")), FINN)
    assert balances() != before
    assert story.tell(undo(), FINN) and balances() == before


@rule("CRN-6")
def test_what_is_matched_anew_is_another_allocation():
    story = booked(claims("1000.00")).tell(BY_REFERENCE, SYSTEM).tell(undo(), FINN)
    matched_by_reference(story).then(*allocated(2, "1000.00"))


@rule("CRN-6")
def test_no_allocation_ever_has_the_id_of_an_earlier_one():
    story = matched_twice()
    for _ in range(3):
        story.tell(undo(), FINN).tell(match(1, (1, "70.00", "part_payment")), FINN)
    ids = [on.event.allocation_id for on in story.happened if is_allocation(on.event)]
    assert len(ids) == len(set(ids)) == 5


def is_allocation(event: Event) -> TypeGuard[CreditAllocated]:
    return isinstance(event, CreditAllocated)


@rule("CRN-6")
@pytest.mark.parametrize("command", [undo(1), undo(3), undo()])
def test_only_an_allocation_that_stands_is_taken_back(command):
    story = matched_twice().tell(undo(1), FINN).tell(undo(2), FINN)
    given(story.histories).when(command, actor=FINN).then_refused(NoSuchAllocation)


@rule("CRN-6")
def test_a_credit_that_the_claim_never_had_is_not_reversed():
    note_only = [on for on in partly_paid_claim().happened if on.stream.kind == CreditNote.kind]
    story = claim_story("accepted")
    given(story.histories, note_only).when(undo(), actor=FINN).then_refused(NoSuchCredit)


@rule("CRN-4")
def test_a_credit_of_a_claim_that_nobody_opened_is_refused():
    note_only = [on for on in partly_paid_claim().happened if on.stream.kind == CreditNote.kind]
    given(setting().histories, note_only).when(undo(), actor=FINN).then_refused(ClaimNotFound)


@pytest.mark.parametrize("command", [BY_REFERENCE, match(1, (1, "1.00")), undo()])
def test_only_a_note_that_was_booked_is_matched(command):
    given(claims("1000.00").histories).when(command, actor=FINN).then_refused(CreditNoteNotFound)


def test_a_paid_claim_can_be_closed_and_an_opened_one_cannot():
    paid = booked(claims("1000.00")).tell(BY_REFERENCE, SYSTEM)
    close = CloseClaim(claim_id=claim_id())
    assert given(paid.histories).when(close, actor=SYSTEM).outcome()
    opened = setting().tell(open_claim(), STAN)
    given(opened.histories).when(close, actor=SYSTEM).then_refused(NotPossibleNow)
