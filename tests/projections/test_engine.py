from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application import following
from application.log import EventLog
from application.recorded import Position, Recorded
from domain.messages import On
from projections.engine import Engine, Overtaken
from projections.rebuilding import prepare, rebuild
from tests.clock import Clock
from tests.databases import Databases
from tests.projections.names import VIEWS, Bench, catch_up, record, released, taken

HISTORY = st.lists(
    st.builds(
        lambda number, bearer, of, free: (
            released(number, of) if free else taken(number, bearer, of)
        ),
        st.integers(0, 4),
        st.integers(1, 3),
        st.sampled_from(["Ship", "once", "käse"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@contextmanager
def fresh(databases: Databases) -> Iterator[Bench]:
    with databases.new() as database, EventLog(database, clock=Clock()) as log:
        yield Bench(database, log)


def legal(history: list[On]) -> list[On]:
    """Without releases of names that nobody bears."""
    kept: list[On] = []
    for on in history:
        earlier = [e for e in kept if e.stream == on.stream]
        if type(on.event).__name__ == "NameTaken" or (
            earlier and type(earlier[-1].event).__name__ == "NameTaken"
        ):
            kept.append(on)
    return kept


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORY, limit=st.integers(1, 30), more=HISTORY)
def test_live_and_rebuilt_views_are_the_same_row_for_row_whatever_the_pages_were(
    databases: Databases, history: list[On], limit: int, more: list[On]
) -> None:
    with fresh(databases) as bench:
        engine = bench.engine()
        if events := legal(history):
            record(bench.log, events)
        catch_up(engine, limit)
        if events := legal(history + more)[len(legal(history)) :]:
            record(bench.log, events)
        catch_up(engine, limit)
        live = bench.contents()
        rebuild(engine, VIEWS)
        assert bench.contents() == live
        assert len(live["names"]) + len(live["names_past"]) > 0 or not legal(history + more)
        engine.close()


def test_a_row_keeps_the_position_of_its_last_change(bench: Bench, engine: Engine) -> None:
    record(bench.log, [taken(1), taken(2), released(1)])
    catch_up(engine)
    assert bench.rows("SELECT from_position FROM names ORDER BY name_id") == [(3,), (2,)]
    assert bench.rows("SELECT from_position, to_position FROM names_past") == [(1, 3)]


def test_the_checkpoint_advances_past_events_no_view_uses(bench: Bench, engine: Engine) -> None:
    record(bench.log, [released(7), taken(1)])
    catch_up(engine)
    assert engine.position() == bench.log.last() == 2


def test_a_row_that_a_fold_removes_is_only_past(bench: Bench, engine: Engine) -> None:
    record(bench.log, [taken(1, of="once"), released(1, of="once"), taken(1, of="once")])
    catch_up(engine)
    found = bench.rows("SELECT from_position, to_position, times FROM names_past")
    assert found == [(1, 2, 1)]
    assert bench.rows("SELECT from_position, times FROM names") == [(3, 1)]


def test_two_engines_cannot_take_the_same_step(bench: Bench, engine: Engine) -> None:
    record(bench.log, [taken(1), taken(2)])
    other = bench.engine()
    catch_up(other)
    before = bench.contents()
    with pytest.raises(Overtaken), engine.connection.transaction():
        engine.move(Position(0), Position(2))
    assert bench.contents() == before
    other.close()


@pytest.fixture
def ahead(bench: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that has taken in two events of nine, and reads the next two already."""
    monkeypatch.setattr(following, "PIECE", 2)
    record(bench.log, [taken(n % 3) for n in range(9)])
    assert engine.step(2) == 2
    return engine


def test_what_was_read_ahead_is_thrown_away_if_somebody_else_moved_the_checkpoint(
    bench: Bench, ahead: Engine
) -> None:
    other = bench.engine()
    assert other.step(3) == 3
    assert ahead.step(2) == 2 and ahead.position() == 7
    catch_up(ahead, 2)
    assert bench.rows("SELECT sum(times), count(*) FROM names") == [(9, 3)]
    assert [done.differs for done in rebuild(other, VIEWS)] == [False, False]
    other.close()


def test_what_was_read_ahead_is_not_folded_by_who_is_overtaken_before_it_is_saved(
    bench: Bench, ahead: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, page = bench.engine(), ahead.follower.page

    def overtaken(after: Position, limit: int) -> list[Recorded]:
        found = page(after, limit)
        catch_up(other)
        return found

    monkeypatch.setattr(ahead.follower, "page", overtaken)
    with pytest.raises(Overtaken):
        ahead.step(4)
    assert bench.rows("SELECT sum(times), count(*) FROM names") == [(9, 3)]
    assert ahead.step(4) == 0 and ahead.position() == 9
    other.close()


def test_a_rebuild_catches_up_with_what_was_recorded_meanwhile(
    bench: Bench, engine: Engine
) -> None:
    record(bench.log, [taken(n) for n in range(5)])
    catch_up(engine)

    def meanwhile(reached: Position, goal: Position) -> None:
        record(bench.log, [released(1), taken(9)])
        other = Engine(bench.log, VIEWS, bench.connect)
        catch_up(other)
        other.close()

    rebuild(engine, ["names"], meanwhile)
    assert engine.position() == 7
    assert bench.rows("SELECT count(*) FROM names") == [(6,)]
    assert bench.rows("SELECT standing FROM names WHERE from_position = 6") == [("free",)]


def test_views_that_mean_something_else_are_rebuilt_at_the_next_start(
    bench: Bench, engine: Engine
) -> None:
    record(bench.log, [taken(1), released(1)])
    catch_up(engine)
    before = bench.contents()
    assert prepare(engine) == []
    engine.connection.execute("UPDATE views SET definition = 'older' WHERE name = 'names'")
    engine.connection.execute("ALTER TABLE names DROP COLUMN proper")
    assert prepare(engine) == ["names"]
    assert bench.contents() == before


def test_a_checkpoint_of_an_earlier_release_is_gone_on_from(bench: Bench, engine: Engine) -> None:
    record(bench.log, [taken(1), taken(2)])
    catch_up(engine)
    engine.connection.execute("ALTER TABLE checkpoint DROP COLUMN parkings")
    engine.connection.execute("DROP TABLE builds, skipped_letters")
    assert prepare(engine) == []
    record(bench.log, [taken(3)])
    catch_up(engine)
    assert engine.position() == 3
    assert bench.rows("SELECT count(*) FROM names") == [(3,)]


def test_the_reader_role_sees_the_views_and_can_change_nothing(
    bench: Bench, engine: Engine
) -> None:
    owners = bench.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE tablename LIKE 'names%'")
    readable = bench.rows("SELECT has_table_privilege('recourse_reader', 'names', 'SELECT')")
    writable = bench.rows("SELECT has_table_privilege('recourse_reader', 'names', 'DELETE')")
    assert (owners, readable, writable) == ([("recourse_writer",)], [(True,)], [(False,)])
