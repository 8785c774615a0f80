"""CRN-13: whatever came first, the same notes pay the same claims."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.claims.commands import RecordAcceptance
from domain.claims.state import Claim
from domain.credits.commands import BookCreditNote, MatchByReference
from domain.credits.naming import MatchNotesNaming
from domain.credits.state import CreditNote
from domain.messages import Actor, Command
from tests.rules import rule
from tests.scenario import FINN, MIA, SYSTEM, Story
from tests.stories import (
    TODAY,
    book,
    claim_id,
    claim_story,
    document,
    line,
    maker_number,
    note_id,
    setting,
)

CLAIMS = (1, 2, 3)
Fact = tuple[tuple[Command, Actor], tuple[Command, Actor]]
"""What comes, and what the program does about it."""

AMOUNTS = st.sampled_from(["400.00", "600.00", "999.50", "1000.00", "1000.40", "2000.00"])
NAMES = st.sampled_from([*map(maker_number, CLAIMS), "C-1", "C-2", "FO-1", "FO-2", "SN-1"])


@cache
def submitted_claims() -> Story:
    story = setting()
    for number in CLAIMS:
        claim_story("submitted", number, story=story)
    return story


@st.composite
def papers(draw: st.DrawFn, number: int) -> BookCreditNote:
    """A note that names something as a whole, or nothing; or claims with some of its lines."""
    day = TODAY + timedelta(days=draw(st.integers(-1, 2)))  # claims are submitted TODAY
    if draw(st.booleans()):
        names = tuple(draw(st.sets(NAMES, max_size=2)))
        return book(number, paper=document(number, draw(AMOUNTS), names, issue_date=day))
    claims = sorted(draw(st.sets(st.sampled_from(CLAIMS), min_size=2, max_size=3)))
    nets = [draw(st.sampled_from(["1000.00", "999.60", "500.00"])) for _ in claims]
    named = [draw(st.booleans()) for _ in claims]
    lines = tuple(
        line(str(c), net, *([maker_number(c)] if number else []))
        for c, net, number in zip(claims, nets, named, strict=True)
    )
    payable = str(sum(map(Decimal, nets)))
    paper = document(number, payable, (), lines=lines, issue_date=day)
    return book(number, paper=paper)


def note_comes(command: BookCreditNote) -> Fact:
    return (command, FINN), (MatchByReference(note_id=command.note_id), SYSTEM)


def claim_accepted(number: int) -> Fact:
    id = claim_id(number)
    return (RecordAcceptance(claim_id=id), MIA), (MatchNotesNaming(claim_id=id), SYSTEM)


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    notes = [note_comes(draw(papers(number))) for number in range(1, draw(st.integers(1, 5)) + 1)]
    return [*notes, *map(claim_accepted, CLAIMS)]


def after(facts: list[Fact]) -> Story:
    start = submitted_claims()
    story = Story(start.histories, copy(start.happened), copy(start.told))
    for fact in facts:
        for command, actor in fact:
            story.tell(command, actor)
    return story


def spent(story: Story) -> dict[int, object]:
    """How each note is spent, what is left of it, and what is proposed for that; however its
    allocations are numbered."""
    notes = {n: story.state(CreditNote, note_id(n)) for n in range(1, 6)}
    return {
        n: (
            sorted((a.claim_id, a.amount.amount) for a in note.allocations.values()),
            note.unapplied,
            note.proposal,
        )
        for n, note in notes.items()
        if note
    }


def balances(story: Story) -> list[object]:
    claims = [story.state(Claim, claim_id(n)) for n in CLAIMS]
    return [(c.open, c.credited, c.written_off) for c in claims]


@rule("CRN-13")
@settings(max_examples=40, deadline=None)
@given(facts(), st.data())
def test_the_result_does_not_depend_on_the_order_of_arrival(known: list[Fact], data: st.DataObject):
    one = after(known)
    other = after(data.draw(st.permutations(known)))
    assert spent(one) == spent(other)
    assert balances(one) == balances(other)


@rule("CRN-13")
@settings(max_examples=30, deadline=None)
@given(facts(), st.data())
def test_looking_again_changes_nothing(known: list[Fact], data: st.DataObject):
    story = after(known)
    before = len(story.happened)
    for _, (command, actor) in data.draw(st.permutations(known)):
        story.tell(command, actor)
    assert len(story.happened) == before
