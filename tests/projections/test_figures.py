"""Figures over views: counted by hand for a small history, and in plain Python for random ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
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
from tests.scenario import MAX, MIA
from tests.stories import (
    MAKER,
    OTHER_STATION,
    STATION,
    claim_id,
    claim_story,
    paid_claim,
    partly_paid_claim,
    rejected_claim,
    work_story,
)

MARCH = date(2026, 3, 1)


def asked(
    bench: Bench, as_of: Position | None = None, reach: Reach = EVERYTHING, **given: Any
) -> list[ClaimFigures]:
    [found] = answers(bench, CLAIM_FIGURES, [(as_of, given)], reach)
    return found


def answers(bench: Bench, named: Any, questions: Any, reach: Reach = EVERYTHING) -> list[Any]:
    """What a named statement finds, as of each position with each of the arguments."""

    async def every() -> list[Any]:
        conninfo = bench.database.conninfo(DatabaseRole.WRITER)
        async with AsyncConnectionPool(conninfo, min_size=1, max_size=2, open=False) as pool:
            reader = Reader(VIEWS, pool, bench.log)
            return [
                await reader.figures(named, given, as_of=as_of, reach=reach)
                for as_of, given in questions
            ]

    return asyncio.run(every())


@pytest.mark.rule("CLM-10")
def test_timeliness_completeness_success_and_payout_of_a_month(databases: Databases) -> None:
    """Paid; paid 500 of 1000; rejected; asked more; withdrawn; and one that was never submitted."""
    story = partly_paid_claim(2, paid_claim(1))
    rejected_claim(3, story)
    claim_story("submitted", 4, story=story)
    story.tell(c.RecordInformationAsked(claim_id=claim_id(4), question="which seal?"), MIA)
    claim_story("submitted", 5, story=story)
    before = len(story.happened)
    false = (PaperKind.DIAGNOSTICS,)
    story.tell(
        c.WithdrawClaim(claim_id=claim_id(5), false_papers=false, explanation="of another"), MAX
    )
    claim_story("approved", 6, story=story)
    with business(databases) as bench:
        record(bench.log, story.happened)
        engine = bench.engine(VIEWS)
        catch_up(engine)
        [march] = asked(bench)
        assert march == ClaimFigures(
            month=MARCH,
            manufacturer_id=MAKER,
            station_id=STATION,
            currency="CNY",
            submitted=5,
            in_time=5,
            complete=4,
            answered=3,
            accepted=2,
            withdrawn=1,
            claimed=Decimal("5000.00"),
            credited=Decimal("1500.00"),
            timeliness=Decimal("1.0000"),
            completeness=Decimal("0.8000"),
            success=Decimal("0.5000"),
            payout=Decimal("0.3000"),
        )
        [earlier] = asked(bench, Position(before))
        assert (earlier.withdrawn, earlier.success) == (0, Decimal("0.6667"))
        assert asked(bench, Position(1)) == []
        reaches(bench, march)
        engine.close()


def reaches(bench: Bench, march: ClaimFigures) -> None:
    """Narrowed by what is given, and by whose claims the reader may see."""
    assert asked(bench, month_since=MARCH, manufacturer_id=MAKER, currency="CNY") == [march]
    for nothing in (
        {"month_before": MARCH},
        {"currency": "EUR"},
        {"station_id": OTHER_STATION},
    ):
        assert asked(bench, **nothing) == []
    assert asked(bench, reach=Reach(frozenset({(Owner.STATION, STATION)}))) == [march]
    assert asked(bench, reach=Reach(frozenset({(Owner.STATION, OTHER_STATION)}))) == []


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


@pytest.mark.rule("CRN-7")
@pytest.mark.rule("CRN-9")
@pytest.mark.rule("CLM-10")
@settings(max_examples=5, deadline=None, phases=[Phase.generate])
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
            agree(bench, past, questions, reach)


def agree(bench: Bench, past: Past, questions: Any, reach: Reach) -> None:
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
                adds_up(expected[0])
            assert [row.model_dump() for row in rows] == expected


def adds_up(reconciliation: Any) -> None:
    for side, whole in (("claims", "submitted"), ("notes", "payable")):
        amounts = {name: figure["amount"] for name, figure in reconciliation[side].items()}
        amounts.pop("overpaid", None)
        assert amounts.pop(whole) == sum(amounts.values())
