"""Reconciliation: figures that add up, each with the list behind it, as of any moment."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from domain.claims.commands import RecordAcceptance
from domain.credits.commands import AllocationWish, MatchCreditNote, SettleRemainder
from domain.messages import Role
from domain.vocabulary import Outcome
from recourse.bootstrap import caught_up
from tests.api import asking, world
from tests.api.asking import worded
from tests.clock import Clock
from tests.domain.claims.asked import sign_write_off
from tests.rules import rule
from tests.scenario import FINN, MAX, MIA, Story
from tests.stories import (
    MAKER,
    book,
    claim_id,
    claim_story,
    match,
    note_id,
    rejected_claim,
    setting,
    yuan,
)

CLAIMS = (
    "submitted",
    "credited",
    "open",
    "disputed",
    "refused",
    "writtenOff",
    "abandoned",
    "withdrawn",
    "undecided",
)
NOTES = ("payable", "applied", "kept", "disputed", "writtenOff", "carriedOver", "unapplied")
FIGURE = "{ amount count %s(first: 100) { edges { node { %s } } totalCount } }"
WITH_CLAIMS = FIGURE % ("claims", "number open")
WITH_NOTES = FIGURE % ("creditNotes", "number")
QUESTION = worded(
    """
query ($maker: UUID!, $currency: String = "CNY", $since: Date = "2026-03-01",
       $before: Date = "2026-04-01", $agedOn: Date, $asOf: Moment) {
  reconciliation(manufacturerId: $maker, currency: $currency, since: $since, before: $before,
                 agedOn: $agedOn, asOf: $asOf) {
    position claims { <claims> } notes { <notes> } aged { <aged> }
  }
}""",
    claims=" ".join(f"{name} {WITH_CLAIMS}" for name in (*CLAIMS, "overpaid")),
    notes=" ".join(f"{name} {WITH_NOTES}" for name in NOTES),
    aged=" ".join(f"{name} {WITH_CLAIMS}" for name in ("to30", "to60", "to90", "over90")),
)
GUIDE = Path(__file__).parents[2] / "docs" / "reconciliation.md"


def example() -> Story:
    """The worked example of docs/reconciliation.md."""
    story = setting()
    for number in range(1, 6):
        claim_story("accepted", number, "1000.00", story=story)
    rejected_claim(6, story)
    claim_story("submitted", 7, story=story)
    in_part = {"accepted": yuan("800.00"), "reasons": ("labour_hours",)}
    claim_story("submitted", 8, story=story)
    story.tell(RecordAcceptance(claim_id=claim_id(8), **in_part), MIA)
    story.tell(book(1, payable="1000.00", names=()), FINN).tell(match(1, (1, "1000.00")), FINN)
    story.tell(book(2, payable="2700.00", names=()), FINN)
    wishes = (short(2, Outcome.DISPUTED), short(3, Outcome.ACCEPTED), short(4, Outcome.WRITTEN_OFF))
    story.tell(MatchCreditNote(note_id=note_id(2), allocations=wishes), FINN)
    story.tell(sign_write_off(4), MAX)
    story.tell(book(3, payable="1000.00", names=()), FINN)
    for amount, outcome in (("100.00", Outcome.CARRIED_OVER), ("50.00", Outcome.DISPUTED)):
        rest = {"amount": yuan(amount), "outcome": outcome, "reason": "part_payment"}
        story.tell(SettleRemainder(note_id=note_id(3), **rest), FINN)
    return story


def short(number: int, outcome: Outcome) -> AllocationWish:
    return AllocationWish(
        claim_id=claim_id(number), amount=yuan("900.00"), reason="labour_hours", outcome=outcome
    )


@pytest.fixture(scope="module")
def office(databases, directory: Path):
    """The worked example, for questions that change nothing."""
    clock = Clock()
    with databases.new() as database:
        with asking.program(database, directory, clock) as program:
            world.fill(program.log, clock, example().happened)
            caught_up(program)
        with asking.program(database, directory, Clock()) as program, asking.asking(program) as api:
            yield api


def asked(api, **given):
    return api.as_(Role.AUDITOR).ask(QUESTION, maker=str(MAKER), **given)["reconciliation"]


def amounts(side):
    return {name: Decimal(figure["amount"]) for name, figure in side.items()}


@rule("CRN-7")
def test_the_worked_example(office):
    found = asked(office)
    assert amounts(found["claims"]) == {
        "submitted": 8000,
        "credited": 3700,
        "open": 1800,
        "disputed": 100,
        "refused": 1300,
        "writtenOff": 100,
        "abandoned": 0,
        "withdrawn": 0,
        "undecided": 1000,
        "overpaid": 0,
    }
    assert amounts(found["notes"]) == {
        "payable": 4700,
        "applied": 3700,
        "kept": 0,
        "disputed": 50,
        "writtenOff": 0,
        "carriedOver": 100,
        "unapplied": 850,
    }
    assert amounts(found["aged"]) == {"to30": 1800, "to60": 0, "to90": 0, "over90": 0}


@rule("CRN-7")
def test_the_figures_add_up_at_every_moment_and_each_has_its_list(office):
    last = office.program.log.last()
    for position in (*range(1, last, max(1, last // 12)), last):
        found = asked(office, asOf=str(position))
        for side, whole in (("claims", "submitted"), ("notes", "payable")):
            figures = found[side]
            parts = {n: f for n, f in figures.items() if n not in (whole, "overpaid")}
            assert sum(amounts(parts).values()) == Decimal(figures[whole]["amount"])
            for figure in figures.values():
                rows = figure["claims" if side == "claims" else "creditNotes"]
                assert rows["totalCount"] == len(rows["edges"]) == figure["count"]
        for figure in found["aged"].values():
            opens = [Decimal(edge["node"]["open"]) for edge in figure["claims"]["edges"]]
            assert (sum(opens), len(opens)) == (Decimal(figure["amount"]), figure["count"])


@rule("CRN-9")
@pytest.mark.parametrize(
    ("day", "age"),
    [
        ("2026-04-05", "to30"),
        ("2026-04-06", "to60"),
        ("2026-05-05", "to60"),
        ("2026-05-06", "to90"),
        ("2026-06-04", "to90"),
        ("2026-06-05", "over90"),
    ],
)
def test_open_items_are_aged_by_the_day_they_were_submitted(office, day, age):
    """They were submitted on 2026-03-06."""
    aged = asked(office, agedOn=day)["aged"]
    assert {n for n, f in aged.items() if f["count"]} == {age}
    assert aged[age]["claims"]["totalCount"] == aged[age]["count"]


@rule("CRN-4")
def test_another_currency_or_period_is_another_reconciliation(office):
    for given in ({"currency": "EUR"}, {"since": "2026-02-01", "before": "2026-03-01"}):
        found = asked(office, **given)
        assert not any(f["count"] for side in ("claims", "notes") for f in found[side].values())


def test_a_period_that_ends_before_it_begins_is_refused(office):
    answer = office.as_(Role.AUDITOR).post(
        QUESTION, maker=str(MAKER), since="2026-03-01", before="2026-03-01"
    )
    assert "A period ends after it begins." in str(getattr(answer, "text", answer))


def told_in_the_guide(title):
    """The figures of one table of the guide, by name."""
    _, _, rest = GUIDE.read_text().partition(f"### {title}\n")
    rows = [row.split("|") for row in rest.partition("###")[0].splitlines() if row.count("|") > 3]
    return {row[1].strip().strip("`"): row[2].strip() for row in rows[2:]}


@rule("CRN-7")
def test_the_guide_tells_what_is_answered(office):
    found = asked(office)
    for title, side in (("Claims", "claims"), ("Credit notes", "notes"), ("Age", "aged")):
        told = told_in_the_guide(title)
        answered = {n: str(amount) for n, amount in amounts(found[side]).items()}
        assert told and {n: Decimal(a) for n, a in told.items()} == {
            n: Decimal(answered[n]) for n in told
        }
        assert {n for n, a in answered.items() if Decimal(a)} <= set(told)
