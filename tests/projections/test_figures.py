"""The monthly measures of claims, counted by hand for a small history (CLM-10)."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from application.database import DatabaseRole
from application.recorded import Position
from domain.claims import commands as c
from domain.vocabulary import PaperKind
from projections.access import EVERYTHING, Reach
from projections.catalogue import VIEWS
from projections.figures.claims import CLAIM_FIGURES, ClaimFigures
from projections.reading import Reader
from projections.statements import figures
from projections.view import Owner
from tests.databases import Databases
from tests.projections.names import Bench, catch_up, record
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
)

MARCH = date(2026, 3, 1)


def asked(
    bench: Bench, as_of: Position | None = None, reach: Reach = EVERYTHING, **given: Any
) -> list[ClaimFigures]:
    async def answer() -> list[ClaimFigures]:
        conninfo = bench.database.conninfo(DatabaseRole.WRITER)
        async with AsyncConnectionPool(conninfo, min_size=1, max_size=2, open=False) as pool:
            reader = Reader(VIEWS, pool, bench.log)
            return await figures(reader, CLAIM_FIGURES, given, as_of=as_of, reach=reach)

    return asyncio.run(answer())


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
