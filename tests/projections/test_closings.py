"""What a closing showed stays as it was, whatever happens afterwards: CRN-7, CRN-13."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from application.recorded import Position
from domain.calendar import add_months
from projections.catalogue import VIEWS
from projections.figures.reconciliation import RECONCILIATION
from tests import rules
from tests.databases import Databases
from tests.domain.properties.test_balances import Closing, Reconciliation
from tests.projections.names import Bench, catch_up, record
from tests.projections.test_every_view import business
from tests.projections.test_figures import answers
from tests.stories import MAKER


class Closings(Reconciliation):
    """At the end of a history it is told to the views, and each closing is asked about."""

    def __init__(self, databases: Databases) -> None:
        super().__init__()
        self.databases = databases

    @rule()
    def a_month_ends(self) -> None:
        self.a_month_passes()
        for currency in ("CNY", "EUR"):
            self.close_month(currency)

    def teardown(self) -> None:
        if getattr(self, "closings", []):
            with business(self.databases) as bench:
                record(bench.log, self.story.happened)
                engine = bench.engine(VIEWS)
                catch_up(engine)
                engine.close()
                assert_each_shows_what_it_showed(bench, self.closings)


def assert_each_shows_what_it_showed(bench: Bench, closings: list[Closing]) -> None:
    asked = "SELECT currency, month, closed_as_of FROM reconciliation_periods WHERE closed"
    told = {(closing.currency, closing.month, closing.position) for closing in closings}
    assert set(bench.rows(asked)) == told
    questions = [(Position(closing.position), whole(closing)) for closing in closings]
    for closing, [found] in zip(closings, answers(bench, RECONCILIATION, questions), strict=True):
        figures = found.model_dump()
        assert amounts(figures["claims"]) == nonzero(closing.claims)
        assert amounts(figures["notes"]) == nonzero(closing.notes)


def whole(closing: Closing) -> dict[str, Any]:
    return {
        "manufacturer_id": MAKER,
        "currency": closing.currency,
        "since": closing.month,
        "before": add_months(closing.month, 1),
        "aged_on": None,
    }


def amounts(side: dict[str, Any]) -> dict[str, Decimal]:
    return nonzero({name: figure["amount"] for name, figure in side.items()})


def nonzero(figures: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: amount for name, amount in figures.items() if amount}


@rules.rule("CRN-7", "CRN-13")
def test_the_reconciliation_as_of_a_closing_is_what_it_was_when_it_was_closed(
    databases: Databases,
) -> None:
    random = settings(
        max_examples=3, stateful_step_count=30, deadline=None, phases=[Phase.generate]
    )
    run_state_machine_as_test(lambda: Closings(databases), settings=random)
