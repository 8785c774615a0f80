"""What a view cannot take in is on record, its row stands still, and everything else goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from application.aggregates import EVENT_TYPES
from application.recorded import Position, Recorded
from projections.dead_letters import letters, skipped
from projections.engine import Engine
from projections.rebuilding import rebuild
from projections.replaying import differences, replay
from projections.requeueing import requeue, skip
from tests.projections.names import (
    BEARERS,
    NAMES,
    VIEWS,
    Bench,
    NameHaunted,
    catch_up,
    haunted,
    name,
    record,
    released,
    taken,
    with_broken_fold,
)


def is_release(recorded: Recorded[Any]) -> bool:
    return type(recorded.event).__name__ == "NameReleased"


def is_first(recorded: Recorded[Any]) -> bool:
    return recorded.position == 1


def key(number: int) -> str:
    return str(name(number).id)


def broken_engine(bench: Bench) -> Engine:
    """An engine that cannot take in releases of names."""
    return bench.engine(with_broken_fold(NAMES, is_release))


STORY = [taken(1), released(1), taken(1, 2), taken(2), taken(1, 3)]


def test_a_fold_that_fails_parks_its_row_and_no_other(bench: Bench) -> None:
    record(bench.log, STORY)
    engine = catch_up(broken_engine(bench))
    assert engine.position() == 5
    assert bench.letters() == [
        ("names", key(1), 2, True),
        ("names", key(1), 3, False),
        ("names", key(1), 5, False),
    ]
    assert bench.rows("SELECT from_position, times FROM names ORDER BY name_id") == [(1, 1), (4, 1)]
    assert bench.rows("SELECT sum(names) FROM bearers") == [(4,)]
    [first, *_] = letters(engine.cursor)
    assert "NameReleased is beyond me" in (first.error or "") and first.attempts == 1
    engine.close()


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_after_a_fix_requeued_rows_are_those_of_a_rebuild(bench: Bench, limit: int) -> None:
    record(bench.log, STORY)
    catch_up(broken_engine(bench), limit).close()
    fixed = bench.engine()
    assert requeue(fixed) == []
    healed = bench.contents()
    rebuild(fixed, VIEWS)
    assert bench.contents() == healed
    assert bench.rows("SELECT from_position, times FROM names ORDER BY name_id") == [(5, 3), (4, 1)]
    fixed.close()


def test_what_fails_again_when_requeued_stays_on_record_with_its_attempts(bench: Bench) -> None:
    record(bench.log, STORY)
    engine = catch_up(broken_engine(bench))
    before = bench.contents(), bench.letters()
    remaining = requeue(engine, "names")
    assert (bench.contents(), bench.letters()) == before
    assert [letter.attempts for letter in remaining] == [2, 1, 1]
    engine.close()


def test_a_rebuild_after_a_fix_clears_the_record(bench: Bench) -> None:
    record(bench.log, STORY)
    catch_up(broken_engine(bench)).close()
    fixed = bench.engine()
    rebuild(fixed, ["names"])
    assert bench.letters() == []
    fixed.close()


def test_a_rebuild_that_fails_the_same_way_puts_the_same_on_record(bench: Bench) -> None:
    record(bench.log, STORY)
    engine = catch_up(broken_engine(bench), 2)
    before = bench.contents(), bench.letters()
    rebuild(engine, VIEWS)
    assert (bench.contents(), bench.letters()) == before
    engine.close()


def unfit(recorded: Recorded[Any]) -> bool:
    return recorded.position == 3


def spoiled(bench: Bench) -> Engine:
    """An engine one of whose rows PostgreSQL will refuse: U+0000 cannot be kept in a text."""

    def fold(row: Any, recorded: Recorded[Any], reference: Any) -> Any:
        folded = NAMES.fold(row, recorded, reference)
        return folded.but(of="\x00") if folded and unfit(recorded) else folded

    return bench.engine({**VIEWS, "names": replace(NAMES, fold=fold)})


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_an_event_postgresql_refuses_is_found_and_parked(bench: Bench, limit: int) -> None:
    record(bench.log, [taken(n) for n in range(8)] + [taken(2, 5)])
    engine = catch_up(spoiled(bench), limit)
    assert bench.rows("SELECT count(*) FROM names") == [(7,)]
    assert bench.letters() == [("names", key(2), 3, True), ("names", key(2), 9, False)]
    before = bench.contents(), bench.letters()
    rebuild(engine, VIEWS)
    assert (bench.contents(), bench.letters()) == before
    engine.close()
    fixed = bench.engine()
    assert requeue(fixed) == []
    healed = bench.contents()
    rebuild(fixed, VIEWS)
    assert bench.contents() == healed
    fixed.close()


def test_a_fold_that_fails_beside_a_row_postgresql_refuses_is_on_record_with_its_error(
    bench: Bench,
) -> None:
    """What was found before the page was begun anew was not on record after all."""

    def fold(row: Any, recorded: Recorded[Any], reference: Any) -> Any:
        folded = NAMES.fold(row, recorded, reference)
        return folded.but(of="\x00") if folded and unfit(recorded) else folded

    spoilt = replace(NAMES, fold=fold)
    record(bench.log, [taken(1, 1), released(1), taken(2, 2), taken(2, 1)])
    engine = bench.engine({**with_broken_fold(BEARERS, is_first), "names": spoilt})
    catch_up(engine)
    assert bench.letters() == [
        ("bearers", str(UUID(int=1)), 1, True),
        ("bearers", str(UUID(int=1)), 4, False),
        ("names", key(2), 3, True),
        ("names", key(2), 4, False),
    ]
    engine.close()


def test_keys_that_fail_park_the_rows_of_the_stream(bench: Bench) -> None:
    def keys(recorded: Recorded[Any]) -> tuple[UUID, ...]:
        if recorded.position == 3:
            raise LookupError("whose is it?")
        return tuple(BEARERS.keys(recorded))  # type: ignore[arg-type]

    record(
        bench.log, [taken(1, 1), taken(2, 2), taken(1, 3), taken(3, 1), taken(1, 2), taken(4, 4)]
    )
    engine = catch_up(bench.engine({**VIEWS, "bearers": replace(BEARERS, keys=keys)}), 2)
    one, two = str(UUID(int=1)), str(UUID(int=2))
    assert bench.letters() == [
        ("bearers", one, 3, True),
        ("bearers", one, 4, False),
        ("bearers", two, 5, False),
    ]
    assert engine.position() == 6
    assert bench.rows("SELECT sum(names) FROM bearers") == [(3,)]
    before = bench.contents(), bench.letters()
    rebuild(engine, VIEWS)
    assert (bench.contents(), bench.letters()) == before
    engine.close()
    fixed = bench.engine()
    assert requeue(fixed) == []  # bearer 3 had not waited, so the view is rebuilt
    assert bench.rows("SELECT bearer, names FROM bearers ORDER BY 1") == [
        (UUID(int=1), 2),
        (UUID(int=2), 2),
        (UUID(int=3), 1),
        (UUID(int=4), 1),
    ]
    fixed.close()


def test_a_key_of_the_wrong_type_is_a_key_that_fails(bench: Bench) -> None:
    wrong: Any = lambda recorded: ("\x00",)  # noqa: E731
    record(bench.log, [taken(1)])
    engine = catch_up(bench.engine({**VIEWS, "bearers": replace(BEARERS, keys=wrong)}))
    assert bench.letters() == [("bearers", key(1), 1, True)]
    assert bench.rows("SELECT count(*) FROM names") == [(1,)]
    engine.close()


def test_an_event_of_an_unknown_type_parks_its_stream_until_a_release_knows_it(
    bench: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(bench.log, [taken(1, 1), taken(2, 2)])
    record(bench.log, [haunted(1), taken(1, 2), taken(2, 1)])
    catch_up(engine, 2)
    one, two = str(UUID(int=1)), str(UUID(int=2))
    assert bench.letters() == [
        ("bearers", one, 3, True),
        ("bearers", two, 4, False),
        ("bearers", one, 5, False),
        ("names", key(1), 3, True),
        ("names", key(1), 4, False),
    ]
    assert engine.position() == 5
    before = bench.contents(), bench.letters()
    rebuild(engine, VIEWS)
    assert (bench.contents(), bench.letters()) == before
    monkeypatch.setitem(EVENT_TYPES, NameHaunted.type_name(), NameHaunted)
    newer = bench.engine()
    assert requeue(newer) == []
    healed = bench.contents()
    rebuild(newer, VIEWS)
    assert bench.contents() == healed
    assert bench.rows("SELECT times FROM names ORDER BY name_id") == [(2,), (2,)]
    newer.close()


@pytest.mark.parametrize("limit", [1, 100])
def test_what_is_skipped_is_left_out_for_good_and_what_waited_goes_on(
    bench: Bench, limit: int
) -> None:
    record(bench.log, STORY)
    engine = catch_up(broken_engine(bench), limit)
    assert skip(engine, "names", Position(2), "nobody will ever know") == 1
    assert bench.letters() == []
    assert bench.rows("SELECT from_position, times FROM names ORDER BY name_id") == [(5, 3), (4, 1)]
    [left_out] = skipped(engine.cursor)
    assert (left_out.view, left_out.key, left_out.position) == ("names", key(1), 2)
    assert left_out.reason == "nobody will ever know" and "beyond me" in left_out.error
    live = bench.contents()
    rebuild(engine, VIEWS)
    assert (bench.contents(), bench.letters()) == (live, [])
    assert list(differences(engine, replay(engine, Position(5)), Position(5))) == []
    engine.close()


def test_only_where_a_row_failed_can_an_event_be_skipped(bench: Bench) -> None:
    record(bench.log, STORY)
    engine = catch_up(broken_engine(bench))
    before = bench.contents(), bench.letters()
    assert skip(engine, "names", Position(3), "it only waits") == 0
    assert skip(engine, "bearers", Position(2), "another view") == 0
    assert (bench.contents(), bench.letters()) == before
    assert skipped(engine.cursor) == []
    engine.close()


def test_a_stream_whose_unknown_event_is_skipped_goes_on_without_it(
    bench: Bench, engine: Engine
) -> None:
    record(bench.log, [taken(1, 1), taken(2, 2), haunted(1), taken(1, 2), taken(2, 1)])
    catch_up(engine, 2)
    for view in VIEWS:
        assert skip(engine, view, Position(3), "never released") == 1
    assert bench.letters() == []
    live = bench.contents()
    rebuild(engine, VIEWS)
    assert (bench.contents(), bench.letters()) == (live, [])
    assert bench.rows("SELECT times FROM names ORDER BY name_id") == [(2,), (2,)]


def test_what_another_engine_parks_stands_still_for_all(bench: Bench) -> None:
    healthy = bench.engine()
    record(bench.log, [taken(1), taken(2)])
    catch_up(healthy)
    broken = bench.engine(with_broken_fold(NAMES, is_release))
    record(bench.log, [released(1)])
    catch_up(broken)
    record(bench.log, [taken(1, 2), taken(2, 3)])
    catch_up(healthy)
    assert bench.letters() == [("names", key(1), 3, True), ("names", key(1), 4, False)]
    assert healthy.parked_rows() == 1
    fixed = bench.engine()
    assert requeue(fixed) == []
    record(bench.log, [taken(1, 3)])
    catch_up(healthy)
    assert bench.letters() == [] and healthy.parked_rows() == 0
    live = bench.contents()
    rebuild(healthy, VIEWS)
    assert bench.contents() == live
    for engine in (healthy, broken, fixed):
        engine.close()
