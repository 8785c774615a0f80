"""Claims that are proposed for a note, confirmed or declined by a person: CRN-3, CRN-10, CRN-13."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.claims.claim import Claim
from domain.claims.commands import CloseClaim, RevokeAcceptance
from domain.claims.refusals import MoreThanOpen, UnknownReason
from domain.credits.commands import ConfirmProposal, DeclineProposal, MatchByReference, UndoMatch
from domain.credits.document import CreditNoteDocument, Line
from domain.credits.events import (
    Agreement,
    Candidate,
    Fit,
    MatchedBy,
    NamedBy,
    ProposalDeclined,
)
from domain.credits.naming import MatchNotesNaming
from domain.credits.refusals import NothingOpen, NotProposed, ShortWithoutReason
from domain.credits.state import CreditNote
from domain.messages import Forbidden
from domain.policies import PublishPolicy
from domain.policy_content import ProposalWindow
from domain.vocabulary import Outcome
from tests.rules import rule
from tests.scenario import ADAM, FINN, MIA, SYSTEM, Story, given
from tests.stories import (
    OTHER_MAKER,
    TODAY,
    book,
    claim_id,
    claim_story,
    document,
    line,
    maker_number,
    match,
    note_id,
    open_claim,
    report,
    setting,
    yuan,
)

SERIAL, ORDER, AMOUNT, DATE = Agreement


def accepted(story: Story, number: int = 1, total: str = "1000.00") -> Story:
    """A claim is accepted, and the program looks at it at once."""
    claim_story("accepted", number, total, story=story)
    return story.tell(MatchNotesNaming(claim_id=claim_id(number)), SYSTEM)


def arrived(story: Story, paper: CreditNoteDocument, number: int = 1) -> Story:
    story.tell(book(number, paper=paper), FINN)
    return story.tell(MatchByReference(note_id=note_id(number)), SYSTEM)


def note(story: Story, number: int = 1) -> CreditNote:
    state = story.state(CreditNote, note_id(number))
    assert isinstance(state, CreditNote)
    return state


def claim(story: Story, number: int = 1) -> Claim:
    state = story.state(Claim, claim_id(number))
    assert isinstance(state, Claim)
    return state


def confirm(number: int = 1, note: int = 1, **changes: Any) -> ConfirmProposal:
    return ConfirmProposal(note_id=note_id(note), claim_id=claim_id(number), **changes)


def decline(number: int = 1) -> DeclineProposal:
    return DeclineProposal(note_id=note_id(), claim_id=claim_id(number), reason="another machine")


def of_serial(amount: str, serial: str = "SN-1", **changes: Any) -> CreditNoteDocument:
    """A paper whose line calls its item by a serial number."""
    lines = (Line(id="1", net=Decimal(amount), item_ids=(serial,)),)
    return document(1, amount, (), lines=lines, **changes)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


# ── what is proposed ────────────────────────────────────────────────────────

CASES: list[tuple[str, CreditNoteDocument, tuple[Agreement, ...] | None, Fit | None]] = [
    ("amount and date", document(names=()), (AMOUNT, DATE), Fit.EXACT),
    ("all but the order", of_serial("1000.00"), (SERIAL, AMOUNT, DATE), Fit.EXACT),
    ("however it is spelled", of_serial("1000.00", "sn-1"), (SERIAL, AMOUNT, DATE), Fit.EXACT),
    ("order", document(names=("FO-1",)), (ORDER, AMOUNT, DATE), Fit.EXACT),
    ("serial as a reference", document(names=("SN-1",)), (SERIAL, AMOUNT, DATE), Fit.EXACT),
    ("serial, short", of_serial("900.00"), (SERIAL, DATE), Fit.SHORT),
    ("serial, over", of_serial("1100.00"), (SERIAL, DATE), Fit.OVER),
    ("serial, long ago", of_serial("900.00", issue_date=after(-1)), (SERIAL,), Fit.SHORT),
    ("issued on the last day", document(names=(), issue_date=after(180)), (AMOUNT, DATE), None),
    ("a day too late", document(names=(), issue_date=after(181)), None, None),
    ("before it was submitted", document(names=(), issue_date=after(-1)), None, None),
    ("another amount", document(payable="999.99", names=()), None, None),
    ("another serial", of_serial("999.99", "SN-2"), None, None),
    ("another currency", document(names=(), currency="EUR"), None, None),
    ("a note that asks for money", document(payable="-1000.00", names=()), None, None),
]


@rule("CRN-3")
@pytest.mark.parametrize(
    ("paper", "agrees", "fit"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
@pytest.mark.parametrize("first", ["claim", "note"])
def test_a_note_without_a_number_is_proposed_by_amount_date_and_serial(
    paper: CreditNoteDocument, agrees: tuple[Agreement, ...] | None, fit: Fit | None, first: str
) -> None:
    """And never matched by the program, whichever of the two came first."""
    story = setting()
    if first == "claim":
        arrived(accepted(story), paper)
    else:
        accepted(arrived(story, paper))
    assert (note(story).applied.amount, claim(story).open) == (0, yuan("1000.00"))
    proposed = [(c.claim_id, c.agrees) for c in note(story).proposal]
    assert proposed == ([(claim_id(), agrees)] if agrees else [])
    assert fit in (None, *(c.fit for c in note(story).proposal))


@rule("CRN-3")
def test_a_note_that_names_a_claim_by_number_is_not_guessed_at() -> None:
    story = accepted(accepted(setting(), 1), 2, "900.00")
    arrived(story, document(1, "900.00", (maker_number(1),)))
    [only] = note(story).proposal
    assert (only.claim_id, only.named_by, only.fit, only.agrees) == (
        claim_id(1),
        NamedBy.CLAIM_NUMBER,
        Fit.SHORT,
        (),
    )


@rule("CRN-3")
def test_the_claim_in_which_most_agrees_comes_first() -> None:
    story = setting()
    accepted(story, 1, "900.00")
    accepted(story, 2, "1000.00")
    arrived(story, of_serial("1000.00"))
    assert [(c.claim_id, c.agrees) for c in note(story).proposal] == [
        (claim_id(2), (SERIAL, AMOUNT, DATE)),
        (claim_id(1), (SERIAL, DATE)),
    ]


@rule("CRN-3")
def test_a_line_without_a_number_is_proposed_for_by_its_own_amount() -> None:
    story = accepted(accepted(setting(), 1), 2, "400.00")
    lines = (line("1", "1000.00", maker_number(1)), line("2", "400.00"))
    arrived(story, document(1, "1400.00", (), lines=lines))
    by_number, by_amount = note(story).proposal
    assert (by_number.claim_id, by_number.line) == (claim_id(1), None)
    assert by_amount == Candidate(
        claim_id=claim_id(2),
        named_by=NamedBy.AMOUNT,
        fit=Fit.EXACT,
        amount=yuan("400.00"),
        agrees=(AMOUNT, DATE),
        line="2",
    )


@rule("CRN-3")
def test_a_claim_to_another_manufacturer_is_not_proposed() -> None:
    story = setting()
    other = open_claim(1, manufacturer_id=OTHER_MAKER, report=report())
    assert other.manufacturer_id == OTHER_MAKER
    arrived(accepted(story), document(names=("SN-1",), supplier=crane_works()))
    assert note(story).proposal == ()


def crane_works() -> Any:
    return document().supplier.model_copy(update={"tax_id": None, "name": "Crane Works"})


@rule("CRN-3")
def test_how_long_after_its_submission_a_claim_is_proposed_a_policy_says() -> None:
    policy = PublishPolicy(content=ProposalWindow(days=10))
    story = accepted(setting().tell(policy, ADAM))
    arrived(story, document(1, names=(), issue_date=after(10)), 1)
    arrived(story, document(2, names=(), issue_date=after(11)), 2)
    assert [len(note(story, n).proposal) for n in (1, 2)] == [1, 0]


# ── as things change ────────────────────────────────────────────────────────


@rule("CRN-13")
def test_a_claim_that_another_note_paid_is_proposed_no_more() -> None:
    story = arrived(accepted(setting()), document(1, names=()))
    assert note(story).proposal
    arrived(story, document(2), 2)
    assert (claim(story).open, note(story).proposal) == (yuan(0), ())


@rule("CRN-13")
def test_what_is_left_of_a_claim_is_proposed_and_what_was_open_before_no_more() -> None:
    story = accepted(setting())
    for number, payable in enumerate(("1000.00", "600.00", "400.00"), start=1):
        arrived(story, document(number, payable, ()), number)
    story.tell(match(3, (1, "400.00", "part_payment")), FINN)
    story.tell(MatchNotesNaming(claim_id=claim_id()), SYSTEM)
    assert [len(note(story, n).proposal) for n in (1, 2, 3)] == [0, 1, 0]
    story.tell(match(1, (1, "600.00", "part_payment")), FINN)
    story.tell(MatchNotesNaming(claim_id=claim_id()), SYSTEM)
    assert [len(note(story, n).proposal) for n in (1, 2, 3)] == [0, 0, 0]


@rule("CRN-13")
def test_a_claim_whose_acceptance_is_revoked_or_that_is_closed_is_proposed_no_more() -> None:
    story = arrived(accepted(setting()), document(names=("SN-1",)))
    story.tell(RevokeAcceptance(claim_id=claim_id(), reason="misread"), MIA)
    story.tell(MatchNotesNaming(claim_id=claim_id()), SYSTEM)
    assert note(story).proposal == ()
    paid = arrived(arrived(accepted(setting()), document(1, names=("SN-1",))), document(2), 2)
    paid.tell(CloseClaim(claim_id=claim_id()), SYSTEM)
    given(paid.histories).when(MatchNotesNaming(claim_id=claim_id()), actor=SYSTEM).then_nothing()
    assert note(paid).proposal == ()


# ── confirming ──────────────────────────────────────────────────────────────


@rule("CRN-3")
def test_what_a_person_confirms_is_matched_and_stays_so() -> None:
    story = arrived(accepted(setting()), document(names=())).tell(confirm(), FINN)
    [made] = note(story).allocations.values()
    assert (made.claim_id, made.amount, made.matched_by) == (
        claim_id(),
        yuan("1000.00"),
        MatchedBy.PROPOSAL,
    )
    assert (claim(story).open, note(story).proposal) == (yuan(0), ())
    arrived(story, document(2, issue_date=after(-1)), 2)  # the paper issued first, by number
    assert note(story).applied == yuan("1000.00")


@rule("CRN-6")
def test_what_was_confirmed_can_be_taken_back() -> None:
    story = arrived(accepted(setting()), document(names=())).tell(confirm(), FINN)
    story.tell(UndoMatch(note_id=note_id(), reason="another machine"), FINN)
    assert (claim(story).open, note(story).applied) == (yuan("1000.00"), yuan(0))


@rule("CRN-5")
def test_what_is_short_is_confirmed_only_with_a_reason_and_may_have_an_outcome() -> None:
    story = arrived(accepted(setting()), of_serial("900.00"))
    asked = given(story.histories)
    asked.when(confirm(), actor=FINN).then_refused(ShortWithoutReason, "100.00")
    asked.when(confirm(reason="bad_mood"), actor=FINN).then_refused(UnknownReason)
    story.tell(confirm(reason="labour_hours", outcome=Outcome.DISPUTED), FINN)
    assert (claim(story).open, claim(story).disputed) == (yuan(0), yuan("100.00"))


@rule("CRN-4")
def test_of_a_note_that_is_over_only_what_is_open_is_confirmed() -> None:
    story = arrived(accepted(setting()), of_serial("1100.00")).tell(confirm(), FINN)
    assert (claim(story).open, note(story).unapplied) == (yuan(0), yuan("100.00"))


@rule("CRN-3")
def test_a_note_of_many_lines_is_confirmed_line_by_line() -> None:
    story = accepted(accepted(setting(), 1), 2, "400.00")
    lines = (line("1", "1000.00"), line("2", "400.00"))
    arrived(story, document(1, "1400.00", (), lines=lines)).tell(confirm(1), FINN)
    assert [c.claim_id for c in note(story).proposal] == [claim_id(2)]
    story.tell(confirm(2), FINN)
    assert (note(story).unapplied, note(story).proposal) == (yuan(0), ())


@rule("CRN-3")
def test_what_is_proposed_for_a_claim_that_is_paid_cannot_be_confirmed() -> None:
    story = arrived(accepted(setting()), document(1, "1000.00", (maker_number(1),)))
    arrived(story, document(2, "400.00", (maker_number(1),)), 2)
    [settled] = note(story, 2).proposal
    assert (settled.fit, settled.amount) == (Fit.NOTHING_OPEN, yuan("0.00"))
    explained = confirm(note=2, reason="part_payment", outcome=Outcome.DISPUTED)
    for confirming in (confirm(note=2), explained):
        given(story.histories).when(confirming, actor=FINN).then_refused(NothingOpen)


@rule("CRN-3")
def test_only_what_is_proposed_is_confirmed_or_declined_and_only_by_finance() -> None:
    story = arrived(accepted(accepted(setting()), 2, "500.00"), document(names=()))
    asked = given(story.histories)
    asked.when(confirm(2), actor=FINN).then_refused(NotProposed)
    asked.when(decline(2), actor=FINN).then_refused(NotProposed)
    asked.when(confirm(), actor=MIA).then_refused(Forbidden)
    asked.when(decline(), actor=SYSTEM).then_refused(Forbidden)


@rule("CRN-4")
def test_what_was_paid_since_is_not_confirmed_again() -> None:
    """The proposal of another note, before the program has looked at it again."""
    story = accepted(setting())
    for number in (1, 2):
        arrived(story, document(number, names=()), number)
    story.tell(confirm(note=1), FINN)
    asked = given(story.histories).when(confirm(note=2), actor=FINN)
    asked.then_refused(MoreThanOpen, "0.00")


# ── declining ───────────────────────────────────────────────────────────────


@rule("CRN-3")
def test_what_a_person_declines_is_not_proposed_again() -> None:
    story = arrived(accepted(setting()), document(names=()))
    declined = ProposalDeclined(claim_id=claim_id(), reason="another machine")
    story.so_far().when(decline(), actor=FINN).then(declined)
    story.tell(decline(), FINN)
    assert note(story).proposal == ()
    story.so_far().when(decline(), actor=FINN).then_nothing()
    again = story.so_far().when(MatchByReference(note_id=note_id()), actor=SYSTEM)
    again.then_nothing()


@rule("CRN-3")
def test_a_claim_that_was_declined_is_not_matched_by_its_number_either() -> None:
    story = arrived(accepted(setting()), document(payable="600.00")).tell(decline(), FINN)
    story.tell(book(2, payable="400.00", names=()), FINN)
    story.tell(match(2, (1, "400.00", "part_payment")), FINN)
    story.tell(MatchNotesNaming(claim_id=claim_id()), SYSTEM)
    assert (note(story).applied, claim(story).open) == (yuan(0), yuan("600.00"))
