"""Questions answered from the tables equal those answered from the rows folded in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from decimal import Decimal
from json import loads
from operator import itemgetter
from random import Random
from time import sleep
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from application.database import DatabaseRole
from application.log import EventLog
from application.recorded import Position
from projections import json_statement
from projections.access import EVERYTHING, REACH, Reach
from projections.engine import Engine
from projections.folding import Folding
from projections.names import name_of, named
from projections.nearby import LISTS, SECONDS, Known, Nearby, nearby
from projections.reading import Reader, Seen, ViewIsBehind
from projections.selection import (
    Connection,
    Constant,
    Cursor,
    Edges,
    Inside,
    InvalidArgument,
    InvalidCursor,
    InvalidPage,
    Leaf,
    Node,
    NodeId,
    Object,
    PageInfo,
    Stale,
    TotalCount,
    constant,
    page_of,
)
from projections.statement import Ready, Statement
from projections.touching import Touching
from projections.view import Owner
from tests.clock import Clock
from tests.databases import Databases
from tests.projections.names import (
    BEARERS,
    NAMES,
    VIEWS,
    Bench,
    Standing,
    catch_up,
    name,
    record,
    released,
    taken,
    with_broken_fold,
)

Answer = Callable[[Reader], Awaitable[Any]]
EVENTS = 120


@pytest.fixture(scope="module")
def shelf(databases: Databases) -> Iterator[Bench]:
    """Names taken and released for days, in views that have come to the end of the log."""
    clock, random = Clock(), Random(7)
    with databases.new() as database, EventLog(database, clock=clock) as log:
        bench = Bench(database, log)
        for _ in range(EVENTS):
            clock.forward(hours=random.randint(0, 30), microseconds=random.randint(0, 10**6))
            number = random.randint(0, 25)
            of = random.choice(["Ship", "käse", "Zebra", "a b"])
            record(log, [taken(number, random.randint(1, 4), of)])
            if random.random() < 0.3:
                record(log, [released(number, of)])
        catch_up(bench.engine()).close()
        yield bench


def ask(bench: Bench, answer: Answer) -> Any:
    """What a reader answers, in the role that serves."""

    async def asked() -> Any:
        conninfo = bench.database.conninfo(DatabaseRole.WRITER)
        pool = AsyncConnectionPool(conninfo, kwargs={"autocommit": True}, open=False)
        async with Reader(VIEWS, pool, bench.log) as reader:
            return await answer(reader)

    return asyncio.run(asked())


def folded(bench: Bench, upto: Position | None = None) -> list[Any]:
    """The rows of names, folded in memory."""
    folding, touching = Folding(NAMES), Touching(bench.log, NAMES)
    for recorded in bench.log.after(Position(0), 10_000):
        if upto is None or recorded.position <= upto:
            folding.take(touching.touches(recorded, None))
    return [version.row for version in folding.rows.values()]


def page(order: str | None = None, **given: Any) -> Any:
    return page_of(NAMES, {n: constant(v) for n, v in given.items()}, order)


MEANS: dict[str, Callable[[Any, Any], bool]] = {
    "of": lambda row, value: row.of == value,
    "bearer": lambda row, value: row.bearer == value,
    "standing": lambda row, value: row.standing == value,
    "taken_on_since": lambda row, value: row.taken_on >= value,
    "worth_before": lambda row, value: row.worth < value,
}
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "of": st.sampled_from(["Ship", "käse", "none"]),
        "bearer": st.integers(1, 4).map(lambda n: UUID(int=n)),
        "standing": st.sampled_from(Standing),
        "taken_on_since": st.dates(date(2026, 3, 1), date(2026, 6, 1)),
        "worth_before": st.sampled_from([Decimal("0.125"), Decimal("0.5"), Decimal(1)]),
    },
)


@settings(max_examples=25, deadline=None)
@given(
    filters=FILTERS,
    order=st.sampled_from(sorted(NAMES.order_by)),
    size=st.integers(1, 12),
    upto=st.none() | st.integers(1, EVENTS),
    backwards=st.booleans(),
    own=st.none() | st.frozensets(st.integers(1, 4).map(lambda n: UUID(int=n))),
)
def test_a_list_read_page_by_page_is_the_list_folded_in_memory(
    shelf: Bench,
    filters: dict[str, Any],
    order: str,
    size: int,
    upto: int | None,
    backwards: bool,
    own: frozenset[UUID] | None,
) -> None:
    as_of = None if upto is None else Position(upto)
    reach = EVERYTHING if own is None else Reach(frozenset((Owner.STATION, o) for o in own))
    by = NAMES.order_by[order]
    expected = [
        row
        for row in folded(shelf, as_of)
        if all(MEANS[argument](row, value) for argument, value in filters.items())
        and (own is None or row.bearer in own)
    ]
    expected.sort(
        key=lambda row: (getattr(row, by.column), row.name_id), reverse=by.descending != backwards
    )

    async def all_pages(reader: Reader) -> tuple[list[Seen], int]:
        seen: list[Seen] = []
        turn = {"last": size} if backwards else {"first": size}
        while True:
            beyond = {"before" if backwards else "after": seen[-1].cursor} if seen else {}
            asked = page(order, **filters, **turn, **beyond)
            found = await reader.page(NAMES, asked, as_of=as_of, reach=reach)
            seen += found[:size]
            if len(found) <= size:
                return seen, await reader.count(NAMES, asked, as_of=as_of, reach=reach)

    seen, total = ask(shelf, all_pages)
    assert [each.row for each in seen] == expected
    assert total == len(expected)
    assert not any(each.stale for each in seen)


@pytest.mark.parametrize("as_of", [None, Position(1), Position(60)])
def test_a_row_is_found_by_its_key_now_and_then(shelf: Bench, as_of: Position | None) -> None:
    rows = {row.name_id: row for row in folded(shelf, as_of)}

    async def each(reader: Reader) -> list[Seen | None]:
        return [await reader.one(NAMES, name(n).id, as_of=as_of) for n in range(26)]

    found = ask(shelf, each)
    assert [seen and seen.row for seen in found] == [rows.get(name(n).id) for n in range(26)]


def test_rows_out_of_reach_are_not_there(shelf: Bench) -> None:
    theirs = Reach(frozenset({(Owner.STATION, UUID(int=1))}))
    other = Reach(frozenset({(Owner.DEALER, UUID(int=1))}))

    async def seen(reader: Reader) -> tuple[list[Seen], list[Seen], int, int, list[Any]]:
        hidden = [row for row in folded(shelf) if row.bearer != UUID(int=1)]
        return (
            await reader.page(NAMES, page(), reach=theirs),
            await reader.page(NAMES, page(), reach=other),
            await reader.count(NAMES, page(), reach=other),
            await reader.count(BEARERS, page_of(BEARERS, {}, None), reach=other),
            [await reader.one(NAMES, row.name_id, reach=theirs) for row in hidden],
        )

    own, nothing, none, bearers, hidden = ask(shelf, seen)
    assert own and {each.row.bearer for each in own} == {UUID(int=1)}
    assert (nothing, none, bearers) == ([], 0, 4)
    assert hidden and not any(hidden)


# ── planned: one statement, whose JSON is the answer ────────────────────────


def planned(bench: Bench, reach: Reach = EVERYTHING, **roots: Any) -> Any:
    statement = Statement(VIEWS, restricted=reach.restricted)
    ready = json_statement.write(statement, roots)

    async def asked(reader: Reader) -> Any:
        [[answer]] = await reader.rows(*ready.asked({REACH: reach}))
        return loads(answer)

    return ask(bench, asked)


TAKING = {
    "bearer": Leaf("bearer"),
    "at": Leaf("at"),
    "on": Leaf("on"),
    "worth": Leaf("worth"),
    "standing": Leaf("standing"),
    "nothing": Leaf("nothing"),
    "type": Constant("Taking"),
}


def test_parts_enums_decimals_and_nothing_come_as_graphql_writes_them(bench: Bench) -> None:
    record(bench.log, [taken(1), released(1), taken(1), taken(2), released(2)])
    catch_up(bench.engine()).close()
    fields = {
        "id": NodeId(),
        "latest": Inside("latest", TAKING),
        "takings": Inside("takings", {"standing": Leaf("standing"), "worth": Leaf("worth")}),
        "standings": Leaf("standings"),
        "standing": Leaf("standing"),
        "worth": Leaf("worth"),
        "secret": Leaf("secret"),
        "masked": Constant(None),
        "stale": Stale(),
    }
    answer = planned(
        bench,
        one=Object(NAMES, fields, key=constant(name(1).id)),
        two=Object(NAMES, {"latest": Inside("latest", TAKING)}, key=constant(name(2).id)),
        none=Object(NAMES, fields, key=constant(name(3).id)),
    )
    assert answer["two"] == {"latest": None}
    assert answer["none"] is None
    assert answer["one"] == {
        "id": name_of(NAMES, name(1).id),
        "latest": {
            "bearer": str(UUID(int=1)),
            "at": "2026-03-06T12:00:00+00:00",
            "on": "2026-03-06",
            "worth": "0.25",
            "standing": "TAKEN",
            "nothing": None,
            "type": "Taking",
        },
        "takings": [
            {"standing": "TAKEN", "worth": "0.125"},
            {"standing": "TAKEN", "worth": "0.25"},
        ],
        "standings": ["TAKEN", "FREE", "TAKEN"],
        "standing": "TAKEN",
        "worth": "0.25",
        "secret": None,
        "masked": None,
        "stale": False,
    }


@pytest.mark.parametrize("width", [50, 51, 100, 130])
def test_a_selection_may_be_wider_than_postgresql_takes_arguments(shelf: Bench, width: int) -> None:
    fields = {f"f{n}": Leaf("of") if n % 2 else Constant('tricky "}"') for n in range(width)}
    key = folded(shelf)[0].name_id
    answer = planned(shelf, one=Object(NAMES, fields, key=constant(key)))["one"]
    assert list(answer) == list(fields)
    assert answer["f0"] == 'tricky "}"' and answer["f1"] == folded(shelf)[0].of


def test_relations_both_ways_as_of_a_position_and_within_reach(shelf: Bench) -> None:
    held = Connection(
        NAMES,
        page_of(NAMES, {"first": constant(100)}, None),
        {"edges": Edges({"node": Node({"bearer": Leaf("bearer")})}), "total": TotalCount()},
        via="bearer",
    )
    asked = Object(BEARERS, {"held": held}, key=constant(UUID(int=1)), as_of=constant(60))
    mine = Reach(frozenset({(Owner.STATION, UUID(int=1))}))
    others = Reach(frozenset({(Owner.STATION, UUID(int=2))}))
    expected = sum(row.bearer == UUID(int=1) for row in folded(shelf, Position(60)))
    for reach, count in ((EVERYTHING, expected), (mine, expected), (others, 0)):
        answer = planned(shelf, reach, bearer=asked)["bearer"]["held"]
        assert answer["total"] == len(answer["edges"]) == count > 0 or reach is others
        assert all(edge["node"]["bearer"] == str(UUID(int=1)) for edge in answer["edges"])
    holder = Object(BEARERS, {"names": Leaf("names")}, via="bearer")
    of = Object(NAMES, {"holder": holder}, key=constant(held_name(shelf)))
    assert planned(shelf, name=of)["name"]["holder"]["names"] > 0


def held_name(bench: Bench) -> UUID:
    found: UUID = next(row.name_id for row in folded(bench) if row.bearer)
    return found


def test_a_connection_of_nothing_but_its_type_is_one_answer(shelf: Bench) -> None:
    parts = {"type": Constant("NameConnection"), "info": PageInfo({"more": "has_next_page"})}
    asked = page_of(NAMES, {"first": constant(2)}, None)
    answer = planned(shelf, names=Connection(NAMES, asked, parts))
    assert answer == {"names": {"type": "NameConnection", "info": {"more": True}}}


def test_cursors_of_a_plan_and_of_a_reader_are_the_same(shelf: Bench) -> None:
    for order in NAMES.order_by:
        asked = page(order, first=5)
        edges = Edges({"cursor": Cursor()})
        answer = planned(shelf, names=Connection(NAMES, asked, {"edges": edges}))
        seen = ask(shelf, lambda reader, asked=asked: reader.page(NAMES, asked))
        assert [e["cursor"] for e in answer["names"]["edges"]] == [s.cursor for s in seen[:5]]


# ── as of positions, by one plan for all of them ────────────────────────────


def names_as_of(statement: Statement, asked: Any, **parts: Any) -> Ready:
    """A list of names whose position comes with the values."""
    connection = Connection(NAMES, asked, parts, as_of=lambda values: values["position"])
    return json_statement.write(statement, {"names": connection})


IDS = Edges({"node": Node({"id": Leaf("name_id")})})


def ids(answer: Any) -> list[str]:
    return [edge["node"]["id"] for edge in answer["names"]["edges"]]


@pytest.mark.parametrize("order", sorted(NAMES.order_by))
@pytest.mark.parametrize("turn", ["first", "last"])
@pytest.mark.parametrize("parts", [{}, {"info": PageInfo({"more": "has_next_page"})}])
def test_a_page_as_of_any_position_is_found_near_or_anywhere(
    shelf: Bench, order: str, turn: str, parts: dict[str, Any]
) -> None:
    by, sizes, positions = NAMES.order_by[order], (1, 3, 12), range(1, EVENTS, 9)
    statements = {
        size: names_as_of(
            Statement(VIEWS, restricted=False), page(order, **{turn: size}), edges=IDS, **parts
        )
        for size in sizes
    }

    async def answers(reader: Reader) -> dict[tuple[int, int], list[str]]:
        return {
            (size, position): ids(await json(reader, statements[size], {"position": position}))
            for size in sizes
            for position in positions
        }

    found = ask(shelf, answers)
    for position in positions:
        rows = sorted(
            folded(shelf, Position(position)),
            key=lambda row: (getattr(row, by.column), row.name_id),
            reverse=by.descending,
        )
        there = [str(row.name_id) for row in rows]
        for size in sizes:
            expected = there[:size] if turn == "first" else there[-size:]
            assert found[size, position] == expected


async def json(reader: Reader, ready: Ready, values: dict[str, Any]) -> Any:
    [[answer]] = await reader.rows(*ready.asked({REACH: EVERYTHING, **values}))
    return loads(answer)


def test_a_page_is_not_looked_for_further_than_it_is_found(shelf: Bench) -> None:
    """What goes as far as it must is no more than planned if what is near today fills the page."""
    ready = names_as_of(Statement(VIEWS, restricted=False), page(first=4), edges=IDS)

    async def carried_out(reader: Reader) -> str:
        text, params = ready.asked({"position": shelf.log.last()})
        return str(await reader.rows(b"EXPLAIN ANALYZE " + text, params))

    assert "never executed" in ask(shelf, carried_out)


def test_a_hundred_positions_share_a_prepared_statement_and_its_plan(shelf: Bench) -> None:
    ready = names_as_of(Statement(VIEWS, restricted=False), page(first=3), edges=IDS)

    async def asked(reader: Reader) -> list[tuple[Any, ...]]:
        for position in range(1, 101):
            await json(reader, ready, {"position": position})
        plans = b"SELECT custom_plans, generic_plans FROM pg_prepared_statements"
        return await reader.rows(plans + b" WHERE statement = $1", [ready.text.decode()])

    [(custom, generic)] = ask(shelf, asked)
    assert custom <= 5 < generic


def nearby_as_of(asked: Any, **parts: Any) -> Nearby:
    connection = Connection(NAMES, asked, parts, as_of=lambda values: values["position"])
    found = nearby(VIEWS, {"names": connection}, restricted=False)
    assert found
    return found


def as_of(position: int, **values: Any) -> dict[str, Any]:
    return {REACH: EVERYTHING, "position": position, **values}


async def remembered(reader: Reader, near: Nearby, values: dict[str, Any], now: float) -> Any:
    """Asked until the edge is known, which it is the second time."""
    assert await near.answer(reader, values, now) is None
    return await near.answer(reader, values, now)


@pytest.mark.parametrize("order", sorted(NAMES.order_by))
@pytest.mark.parametrize("turn", ["first", "last"])
@pytest.mark.parametrize("parts", [{}, {"info": PageInfo({"more": "has_next_page"})}])
def test_a_full_page_found_near_a_remembered_edge_is_the_page(
    shelf: Bench, order: str, turn: str, parts: dict[str, Any]
) -> None:
    asked, last = page(order, **{turn: 3}), shelf.log.last()
    positions = [*range(1, last, 9), last]
    whole = names_as_of(Statement(VIEWS, restricted=False), asked, edges=IDS, **parts)
    near = nearby_as_of(asked, edges=IDS, **parts)

    async def found(reader: Reader) -> int:
        assert await remembered(reader, near, as_of(last), 0.0)
        full = 0
        for position in positions:
            [known] = near.known.values()
            answer = await near.answer(reader, as_of(position), 0.0)
            near.known = dict.fromkeys(near.known, known)  # also after a page that was not full
            full += answer is not None
            expected = await json(reader, whole, {"position": position})
            assert answer is None or loads(answer) == expected
        return full

    assert 0 < ask(shelf, found) < len(positions)


def test_an_edge_that_is_out_of_date_changes_no_answer(shelf: Bench) -> None:
    """It was found in a list that went by other names, which were more, or fewer, or all before."""
    asked, last = page("TAKEN_AT_DESC", first=3), shelf.log.last()
    whole = names_as_of(Statement(VIEWS, restricted=False), asked, edges=IDS)
    near, rows = nearby_as_of(asked, edges=IDS), folded(shelf)

    async def found(reader: Reader) -> set[bool]:
        expected = await json(reader, whole, {"position": last})
        full = set()
        for row in rows:
            near.known = {(): Known(1.0, True, {"edge 0": (row.taken_at, row.name_id)})}
            answer = await near.answer(reader, as_of(last), 0.0)
            assert answer is None or loads(answer) == expected
            full.add(answer is not None)
        return full

    assert ask(shelf, found) == {True, False}


def test_what_is_not_near_is_left_to_the_whole_statement_for_a_while(shelf: Bench) -> None:
    near, last = nearby_as_of(page(first=3), edges=IDS), shelf.log.last()

    async def asked(reader: Reader) -> None:
        assert await remembered(reader, near, as_of(last), 0.0)
        assert await near.answer(reader, as_of(1), 1.0) is None  # one name was there
        assert await near.answer(reader, as_of(last), 1.0 + SECONDS) is None
        assert await remembered(reader, near, as_of(last), 1.5 + SECONDS)

    ask(shelf, asked)


def test_an_edge_is_forgotten_after_a_while(shelf: Bench) -> None:
    near, last = nearby_as_of(page(first=3), edges=IDS), shelf.log.last()

    async def asked(reader: Reader) -> None:
        assert await remembered(reader, near, as_of(last), 0.0)
        assert await near.answer(reader, as_of(last), SECONDS)
        assert await remembered(reader, near, as_of(last), 0.5 + SECONDS)

    ask(shelf, asked)


def test_a_list_that_ends_before_its_edge_is_left_to_the_whole_statement(shelf: Bench) -> None:
    near, last = nearby_as_of(page(first=100), edges=IDS), shelf.log.last()

    async def asked(reader: Reader) -> None:
        for now in range(5):
            assert await near.answer(reader, as_of(last), float(now)) is None

    ask(shelf, asked)


def test_lists_of_different_values_have_edges_of_their_own(shelf: Bench) -> None:
    size = page_of(NAMES, {"first": itemgetter("first")}, None)
    near, last = nearby_as_of(size, edges=IDS), shelf.log.last()

    async def asked(reader: Reader) -> list[int]:
        sizes = [
            await remembered(reader, near, as_of(last, first=first), 0.0) for first in (1, 2, 4)
        ]
        assert len({known.places["edge 0"] for known in near.known.values() if known.places}) == 3
        return [len(ids(loads(answer))) for answer in sizes]

    assert ask(shelf, asked) == [1, 2, 4]


def test_only_so_many_edges_are_remembered(shelf: Bench) -> None:
    near = nearby_as_of(page_of(NAMES, {"of": itemgetter("of")}, None), edges=IDS)
    near.known = {n: Known(SECONDS) for n in range(LISTS)}
    ask(shelf, lambda reader: near.answer(reader, as_of(1, of="Ship"), 0.0))
    assert len(near.known) == 1


def test_what_has_no_page_as_of_before_has_no_edge() -> None:
    now = Connection(NAMES, page(first=3), {"edges": IDS})
    total = Connection(NAMES, page(), {"total": TotalCount()}, as_of=constant(5))
    for root in (now, total):
        assert nearby(VIEWS, {"names": root}, restricted=False) is None


def test_going_through_all_rows_is_planned_for_the_position(shelf: Bench) -> None:
    """Their number, by a position written into the statement, is that of the list without end."""
    ready = names_as_of(Statement(VIEWS, restricted=False), page(), total=TotalCount())

    async def totals(reader: Reader) -> list[int]:
        return [
            (await json(reader, ready, {"position": at}))["names"]["total"] for at in (5, 60, 110)
        ]

    assert ready.asked({"position": 5})[0] != ready.asked({"position": 60})[0]
    assert ask(shelf, totals) == [len(folded(shelf, Position(at))) for at in (5, 60, 110)]


# ── stale rows, waiting, and nonsense ───────────────────────────────────────


def test_a_parked_row_is_stale_from_the_event_on_that_it_could_not_take(bench: Bench) -> None:
    record(bench.log, [taken(1), taken(2), released(1), taken(2)])
    views = with_broken_fold(NAMES, lambda r: type(r.event).__name__ == "NameReleased")
    engine: Engine = catch_up(bench.engine(views))
    engine.close()

    async def stale(reader: Reader) -> list[bool]:
        now = [await reader.one(NAMES, name(n).id) for n in (1, 2)]
        then = [await reader.one(NAMES, name(1).id, as_of=Position(p)) for p in (1, 2, 3, 4)]
        return [seen.stale for seen in [*now, *then] if seen]

    assert ask(bench, stale) == [True, False, False, False, True, True]
    shown = planned(bench, one=Object(NAMES, {"stale": Stale()}, key=constant(name(1).id)))
    assert shown == {"one": {"stale": True}}


def test_waiting_for_what_never_comes_is_refused(
    shelf: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "PATIENCE", 0.05)
    last = shelf.log.last()

    async def waits(reader: Reader) -> None:
        await reader.wait_for(last)
        assert await reader.settled(last) == last
        with pytest.raises(ViewIsBehind):
            await reader.wait_for(Position(last + 1))

    ask(shelf, waits)


def test_an_instant_is_the_last_position_recorded_by_then(shelf: Bench) -> None:
    records = shelf.log.after(Position(0), 10_000)
    moment = records[50].recorded_at
    expected = max(r.position for r in records if r.recorded_at <= moment)
    assert ask(shelf, lambda reader: reader.settled(moment)) == expected


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
def test_a_text_that_cannot_be_stored_is_an_invalid_argument(shelf: Bench, text: str) -> None:
    with pytest.raises(InvalidArgument):
        ask(shelf, lambda reader: reader.page(NAMES, page(of=text)))


@settings(max_examples=30, deadline=None)
@given(cursor=st.text(max_size=40) | st.binary(max_size=30).map(lambda b: b.hex()))
def test_a_cursor_that_nobody_gave_out_is_refused(cursor: str) -> None:
    asked = page("WORTH_ASC", after=cursor)
    with pytest.raises(InvalidCursor):
        asked.beyond({})


@pytest.mark.parametrize(
    "given", [{"first": 0}, {"first": 101}, {"last": -1}, {"first": 1, "last": 1}, {"before": "x"}]
)
def test_pages_have_one_size_between_1_and_100(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidPage):
        page(**given).size({})


def test_names_of_rows_lead_back_to_them() -> None:
    assert named(VIEWS, name_of(NAMES, UUID(int=5))) == (NAMES, UUID(int=5))
    for nonsense in ("", "x", "TmFtZTp4", name_of(NAMES, "5"), "ü"):
        assert named(VIEWS, nonsense) is None


def test_many_ask_on_one_connection_that_is_cut_in_between_and_closed_at_last(shelf: Bench) -> None:
    conninfo = make_conninfo(
        shelf.database.conninfo(DatabaseRole.WRITER), application_name="one reader"
    )
    mine = "SELECT pid FROM pg_stat_activity WHERE application_name = 'one reader'"

    async def asked() -> None:
        only: dict[str, Any] = {"min_size": 1, "max_size": 1, "kwargs": {"autocommit": True}}
        pool = AsyncConnectionPool(conninfo, **only, open=False)
        async with Reader(VIEWS, pool, shelf.log) as reader:
            for _ in range(2):
                many = await asyncio.gather(*(reader.position() for _ in range(20)))
                assert set(many) == {await reader.position()}
                assert (reader.stats()["pool_size"], reader.stats()["pool_available"]) == (1, 1)
                with psycopg.connect(shelf.database.url) as owner:
                    owner.execute(f"SELECT pg_terminate_backend(pid, 10000) FROM ({mine}) AS p")
            await reader.position()

    asyncio.run(asked())
    with psycopg.connect(shelf.database.url, autocommit=True) as owner:
        for _ in range(100):
            if not (left := owner.execute(mine).fetchall()):
                break
            sleep(0.1)
    assert not left
