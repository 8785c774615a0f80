"""What holds for every view in the catalogue, those added later included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.aggregates import AGGREGATES, members
from application.connections import Connections
from application.database import DatabaseRole
from application.log import EventLog
from application.personal import Vault
from application.recorded import Position
from domain.credits.reconciliation_period import ClosePeriod
from domain.messages import On, Sealed
from domain.registry.customer import EraseCustomer, LiftLegalHold, NoLegalHold
from domain.vocabulary import ContactCategory
from projections.catalogue import VIEWS
from projections.columns import shapes
from projections.engine import Engine
from projections.folding import Folding
from projections.rebuilding import rebuild
from projections.replaying import differences, replay, shown_rows
from projections.touching import Touching
from tests.clock import Clock
from tests.contact_stories import contact_story
from tests.databases import Databases
from tests.exchange_stories import refund_story
from tests.field_stories import list_unrepaired
from tests.projections.names import Bench, catch_up, record
from tests.projections.random_stories import random_story
from tests.repair_stories import return_story
from tests.request_stories import request_story
from tests.scenario import ADAM, FINN, SAM
from tests.stories import CUSTOMER, MAKER, paid_claim, partly_paid_claim, refuse, work_story


@contextmanager
def business(databases: Databases) -> Iterator[Bench]:
    """A log that seals personal data."""
    with databases.new() as database:
        connections = Connections(database.conninfo(DatabaseRole.WRITER), size=2)
        with EventLog(database, Vault(connections, bytes(32)), Clock()) as log:
            yield Bench(database, log)
        connections.close()


def tell(bench: Bench, events: list[On], random: Random) -> None:
    """Into the log, in transactions of any size."""
    while events:
        size = random.randint(1, 7)
        record(bench.log, events[:size])
        events = events[size:]


@pytest.fixture(scope="module")
def lived(databases: Databases) -> Iterator[tuple[Bench, Engine]]:
    """Views that kept up with a long random history, at whose end a customer was erased."""
    with business(databases) as bench:
        engine = bench.engine(VIEWS)
        random = Random(20260306)
        begun = partly_paid_claim(5, paid_claim(6)).tell(refuse(9), FINN)
        story = random_story(random, 240, begun)
        tell(bench, work_story(story).happened, random)
        catch_up(engine, 7)
        before = len(story.happened)
        february = ClosePeriod(manufacturer_id=MAKER, currency="CNY", month=date(2026, 2, 1))
        story.tell(february, FINN)
        story.tell(list_unrepaired(day=date(2026, 2, 1)), SAM)
        refund_story(story=story)
        request_story("promised", 41, story)
        contact_story("answered", 41, ContactCategory.PRICE_INQUIRY, story)
        return_story(number=9, story=story)
        with suppress(NoLegalHold):
            story.tell(LiftLegalHold(customer_id=CUSTOMER, ground="settled"), ADAM)
        story.tell(EraseCustomer(customer_id=CUSTOMER, legal_basis="GDPR 17"), ADAM)
        record(bench.log, story.happened[before:])
        catch_up(engine)
        yield bench, engine
        engine.close()


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_rebuilt_view_is_the_live_view_row_for_row_now_and_past_also_after_an_erasure(
    lived: tuple[Bench, Engine], view: str
) -> None:
    bench, engine = lived
    live = bench.contents({view: VIEWS[view]})
    rebuild(engine, [view])
    assert bench.contents({view: VIEWS[view]}) == live
    assert live[view], "the history must show something in every view"


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_at_every_position_the_tables_hold_what_a_fold_of_the_log_gives(
    lived: tuple[Bench, Engine], view: str
) -> None:
    bench, engine = lived
    tables = engine.tables[view]
    touching, folding = Touching(bench.log, tables.view), Folding(tables.view)
    for recorded, reference in engine.references.along(bench.log.after(Position(0), 10_000)):
        folding.take(touching.touches(recorded, reference))
        upto = recorded.position
        if upto % 37 == 0:
            shown = dict(shown_rows(engine, tables, upto))
            assert shown == folding.rows


def test_replaying_the_log_gives_what_the_views_show(lived: tuple[Bench, Engine]) -> None:
    bench, engine = lived
    for upto in (bench.log.last(), Position(bench.log.last() // 2), Position(5)):
        replayed = replay(engine, upto)
        assert list(differences(engine, replayed, upto)) == []
        assert replayed.events == upto


def test_personal_columns_hold_ciphertext_alone(lived: tuple[Bench, Engine]) -> None:
    bench, _ = lived
    for view in VIEWS.values():
        for name, shape in shapes(view.row).items():
            if shape.personal:
                for table in (view.name, f"{view.name}_past"):
                    found = bench.rows(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL")
                    assert all(Sealed.model_validate(value) for (value,) in found)
    everything = repr(bench.contents(VIEWS))
    assert "Wang" not in everything and "5555" not in everything and "Enzo" not in everything


def test_nothing_was_parked(lived: tuple[Bench, Engine]) -> None:
    assert lived[0].letters() == []


def test_every_event_of_the_business_is_shown_in_some_view() -> None:
    shown = {event for view in VIEWS.values() for event in view.event_types}
    told = {event for aggregate in AGGREGATES for event in members(aggregate.Event)}
    unseen = {event.type_name() for event in told - shown}
    indexes = {"credits.NoteNamed", "credits.ClaimNamed"}  # decisions look into them, nobody else
    assert unseen <= indexes | {"corrections.TimeCorrected"}, "history and effectiveAt show it"


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), limit=st.integers(1, 50))
def test_any_legal_history_taken_in_by_any_pages_is_rebuilt_the_same(
    databases: Databases, seed: int, limit: int
) -> None:
    random = Random(seed)
    with business(databases) as bench:
        engine = bench.engine(VIEWS)
        tell(bench, random_story(random, 90).happened, random)
        catch_up(engine, limit)
        live = bench.contents(VIEWS)
        rebuild(engine, VIEWS)
        assert bench.contents(VIEWS) == live
        assert bench.letters() == []
        engine.close()
