"""Figures over views: counted by hand for a small history, and in plain Python for random ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from application.database import DatabaseRole
from application.recorded import Position
from domain.claims import commands as c
from domain.vocabulary import PaperKind
from projections.access import EVERYTHING, Reach
from projections.catalogue import VIEWS
from projections.figures.catalogue import STATEMENTS
from projections.figures.claims import CLAIM_FIGURES, ClaimFigures
from projections.reading import Reader
from projections.view import Owner
from tests.api.oracle import Past
from tests.databases import Databases
from tests.projections.figuring import Told, found
from tests.projections.names import Bench, catch_up, record
from tests.projections.random_stories import random_story
from tests.projections.test_every_view import business
from tests.rules import part_of, rule
from tests.scenario import MAX, MIA, STAN, Story
from tests.stories import (
    MAKER,
    OTHER_STATION,
    STATION,
    amounts,
    claim_id,
    claim_story,
    judged,
    paid_claim,
    partly_paid_claim,
    reject,
    rejected_claim,
    report,
    submit,
    work_story,
)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
GUIDE = Path(__file__).parents[2] / "docs" / "claims.md"
FALSE_PAPERS = c.WithdrawClaim(
    claim_id=claim_id(5), false_papers=(PaperKind.DIAGNOSTICS,), explanation="of another machine"
)


def example() -> Story:
    """The worked example of docs/claims.md, but for the withdrawal, which comes last."""
    story = partly_paid_claim(2, paid_claim(1))
    resubmitted_claim(3, story)
    claim_story("submitted", 4, story=story)
    story.tell(c.RecordInformationAsked(claim_id=claim_id(4), question="which seal?"), MIA)
    claim_story("submitted", 5, story=story)
    given_up_claim(6, story)
    claim_story("approved", 7, story=story)
    story.tell(submit(7), MIA, datetime(2026, 3, 17, 4, tzinfo=UTC)).tell(reject(7), MIA)
    claim_story("approved", 8, story=story)
    claim_story("approved", 9, story=story)
    return story.tell(submit(9), MIA, datetime(2026, 4, 1, 4, tzinfo=UTC))


def resubmitted_claim(number: int, story: Story) -> None:
    """Refused because something was missing, then accepted."""
    id = claim_id(number)
    claim_story("submitted", number, story=story)
    reasons = {"reasons": ("information_missing",), "explanation": "no photo"}
    story.tell(c.RecordRejection(claim_id=id, **reasons), MIA)
    story.tell(c.ResubmitClaim(claim_id=id, different="photo added"), MIA)
    story.tell(c.RecordAcceptance(claim_id=id), MIA)


def given_up_claim(number: int, story: Story) -> None:
    """Rejected, corrected to 900, and found not claimable when judged anew."""
    facts = {"report": report(), "amounts": amounts("900.00"), "reason": "fewer hours"}
    rejected_claim(number, story)
    story.tell(c.AmendClaim(claim_id=claim_id(number), **facts), STAN)
    story.tell_all(judged(number, claimable=False))


@pytest.fixture(scope="module")
def bench(databases: Databases) -> Iterator[tuple[Bench, Position]]:
    """The worked example, and the position before the withdrawal."""
    story = example()
    before = Position(len(story.happened))
    story.tell(FALSE_PAPERS, MAX)
    with business(databases) as bench:
        record(bench.log, story.happened)
        engine = bench.engine(VIEWS)
        catch_up(engine)
        yield bench, before
        engine.close()


def asked(
    bench: Bench, as_of: Position | None = None, reach: Reach = EVERYTHING, **given: Any
) -> list[ClaimFigures]:
    [found] = answers(bench, CLAIM_FIGURES, [(as_of, given)], reach)
    return found


def answers(bench: Bench, named: Any, questions: Any, reach: Reach = EVERYTHING) -> list[Any]:
    """What a named statement finds, as of each position with each of the arguments."""

    async def every() -> list[Any]:
        conninfo = bench.database.conninfo(DatabaseRole.WRITER)
        pool = AsyncConnectionPool(conninfo, kwargs={"autocommit": True}, open=False)
        async with Reader(VIEWS, pool, bench.log) as reader:
            return [
                await reader.figures(named, given, as_of=as_of, reach=reach)
                for as_of, given in questions
            ]

    return asyncio.run(every())


def measured(month: date, **counted: object) -> ClaimFigures:
    of = {"manufacturer_id": MAKER, "station_id": STATION, "currency": "CNY"}
    return ClaimFigures.model_validate({"month": month, **of, **counted})


@part_of("CLM-10")
def test_timeliness_completeness_success_and_payout_of_a_month(
    bench: tuple[Bench, Position],
) -> None:
    march, _ = asked(bench[0])
    assert march == measured(
        MARCH,
        submitted=7,
        in_time=6,
        complete=5,
        answered=5,
        accepted=3,
        withdrawn=1,
        claimed=Decimal("6900.00"),
        credited=Decimal("1500.00"),
        timeliness=Decimal("0.8571"),
        completeness=Decimal("0.7143"),
        success=Decimal("0.5000"),
        payout=Decimal("0.2174"),
    )


@part_of("CLM-10")
def test_a_month_without_answers_has_no_success_rate(bench: tuple[Bench, Position]) -> None:
    _, april = asked(bench[0])
    assert april == measured(
        APRIL,
        submitted=1,
        in_time=0,
        complete=1,
        answered=0,
        accepted=0,
        withdrawn=0,
        claimed=Decimal("1000.00"),
        credited=Decimal("0.00"),
        timeliness=Decimal("0.0000"),
        completeness=Decimal("1.0000"),
        success=None,
        payout=Decimal("0.0000"),
    )


@part_of("CLM-10")
def test_the_worked_example_of_the_guide_is_what_is_measured(
    bench: tuple[Bench, Position],
) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for measures in asked(bench[0]):
        for name, value in measures:
            if name not in ("month", "manufacturer_id", "station_id", "currency"):
                row = f"| {measures.month:%Y-%m} | `{name}` | {'—' if value is None else value} |"
                assert row in guide


@part_of("CLM-10")
def test_a_past_moment_is_measured_as_it_was_known_then(bench: tuple[Bench, Position]) -> None:
    before = bench[1]
    [march, _] = asked(bench[0], before)
    assert (march.withdrawn, march.success) == (0, Decimal("0.6000"))
    assert asked(bench[0], Position(1)) == []


def test_figures_are_narrowed_by_what_is_given(bench: tuple[Bench, Position]) -> None:
    march, april = asked(bench[0])
    assert asked(bench[0], month_before=APRIL, manufacturer_id=MAKER, currency="CNY") == [march]
    assert asked(bench[0], month_since=APRIL) == [april]
    for nothing in ({"month_before": MARCH}, {"currency": "EUR"}, {"station_id": OTHER_STATION}):
        assert asked(bench[0], **nothing) == []


def test_figures_are_of_the_claims_that_the_reader_may_see(bench: tuple[Bench, Position]) -> None:
    for station, seen in ((STATION, 2), (OTHER_STATION, 0)):
        reach = Reach(frozenset({(Owner.STATION, station)}))
        assert len(asked(bench[0], reach=reach)) == seen


# ── random histories ────────────────────────────────────────────────────────

REACHES = (EVERYTHING, Reach(frozenset({(Owner.STATION, STATION)})), Reach(frozenset()))


def told(value: Any) -> Any:
    """The figures alone, without the names of types and the lists behind them."""
    if isinstance(value, list):
        return [told(each) for each in value]
    return {name: told(v) for name, v in value.fields.items()} if isinstance(value, Told) else value


def moments(last: int, random: Random) -> Iterator[tuple[Position, dict[str, Any]]]:
    for position in sorted({last, *random.sample(range(1, last), min(12, last - 1))}):
        since = date(2026, 1, 1) + timedelta(days=random.randrange(90))
        yield (
            Position(position),
            {
                "manufacturer_id": MAKER,
                "currency": "CNY",
                "since": since,
                "before": since + timedelta(days=random.randrange(1, 120)),
                "aged_on": since + timedelta(days=random.randrange(-10, 220)),
            },
        )


@rule("CRN-7", "CRN-9", "CLM-10")
@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_of_random_histories_the_figures_are_what_a_fold_in_memory_gives(
    databases: Databases, seed: int
) -> None:
    random = Random(seed)
    story = work_story(random_story(random, 90, partly_paid_claim(5, paid_claim(6))))
    with business(databases) as bench:
        record(bench.log, story.happened)
        engine = bench.engine(VIEWS)
        catch_up(engine)
        past = Past(VIEWS, engine.references.along(bench.log.after(Position(0), 10_000)))
        engine.close()
        questions = list(moments(bench.log.last(), random))
        for reach in REACHES:
            assert_answers_agree(bench, past, questions, reach)


def assert_answers_agree(bench: Bench, past: Past, questions: Any, reach: Reach) -> None:
    for named in STATEMENTS.values():
        wishes = [(at, {n: g[n] for n in named.arguments if n in g}) for at, g in questions]
        for (at, wish), rows in zip(wishes, answers(bench, named, wishes, reach), strict=True):
            seen = {
                name: [r for r in past.snapshots[at][name].values() if reach.sees(view.owners, r)]
                for name, view in VIEWS.items()
            }
            every = dict.fromkeys(named.arguments) | wish
            expected = told(found(named.name, seen, every, at))
            if named.single:
                expected = [{name: each for name, each in expected.items() if name != "position"}]
                assert_adds_up(expected[0])
            assert [row.model_dump() for row in rows] == expected


def assert_adds_up(reconciliation: Any) -> None:
    for side, whole in (("claims", "submitted"), ("notes", "payable")):
        amounts = {name: figure["amount"] for name, figure in reconciliation[side].items()}
        amounts.pop("overpaid", None)
        assert amounts.pop(whole) == sum(amounts.values())
