"""A planned answer, an executed one and one found by folding the log are the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import over_http
from api.answering import Answering
from api.context import Context, Sources
from api.principal import Principal, Scope
from api.schema import core, schema_of
from api.tokens import Identity
from application.database import Database
from application.recorded import Position
from domain.messages import Erased, Role
from projections.catalogue import VIEWS
from projections.columns import shapes
from projections.figures.catalogue import STATEMENTS
from projections.reference import References
from recourse.bootstrap import Program
from tests.api import asking, world
from tests.api.asking import identity
from tests.api.oracle import Eyes, Oracle, Past
from tests.api.questions import Ask, Asker, Drawing, Given, Question, camel
from tests.clock import Clock
from tests.reading import READING
from tests.rules import part_of
from tests.stories import CUSTOMER, DEALER, MAKER, STATION

UNTIL_REMEMBERED = 3  # questions, the last of which is told where the edges of its lists are
READERS = (
    identity(Role.AUDITOR),
    identity(Role.CLAIMS_MANAGER),
    identity(Role.FINANCE),
    identity(Role.STATION_MANAGER, station=STATION),
    identity(Role.STATION_MANAGER, station=world.OTHER_STATION),
    identity(Role.DEALER, dealer=DEALER),
    identity(Role.CUSTOMER, customer=CUSTOMER),
    identity(Role.CUSTOMER, customer=world.OTHER_CUSTOMER),
)


@dataclass
class Library:
    """A program over a world, and what is known of that world without it."""

    runner: asyncio.Runner
    program: Program
    answering: Answering
    past: Past

    def context(self, reader: Identity) -> Context:
        p = self.program
        sources = Sources(p.log, p.reader, p.vault, p.clock, p.reactions)
        return Context(sources, Principal.of(reader), lambda: "a test")

    def planned(self, question: Question, reader: Identity) -> Any:
        asked = self.question(question)
        planner, context = self.answering.planner, self.context(reader)
        document = planner.document(asked.query, None)
        assert document.scopes <= context.principal.scopes
        variables = planner.variables(document, asked.variables or {})
        times = UNTIL_REMEMBERED if "asOf" in asked.query else 1
        answers = [
            self.runner.run(self.answering.planned(asked, variables, context)) for _ in range(times)
        ]
        answer = answers[-1]
        assert answers == [answer] * times
        assert answer is not None, f"not planned: {question.text}"
        return orjson.loads(answer)

    def executed(self, question: Question, reader: Identity) -> Any:
        asked = self.question(question)
        document = self.answering.planner.document(asked.query, None)
        run = self.answering.executed(asked, document, self.context(reader))
        return orjson.loads(self.runner.run(run).body)

    def question(self, question: Question) -> over_http.Question:
        return over_http.Question(query=question.text, variables=dict(question.variables))

    def oracle(self, reader: Identity) -> Oracle:
        principal = Principal.of(reader)
        personal = Scope.PERSONAL in principal.scopes
        eyes = Eyes(principal.scopes, principal.reach.owners, personal)
        return Oracle(self.past, eyes, self.opened)

    def opened(self, sealed: Any) -> str | None:
        [text] = self.program.vault.open_many(READING, [sealed])
        return None if isinstance(text, Erased) else text


@pytest.fixture(scope="module")
def library(filled: Database, directory: Path) -> Iterator[Library]:
    with asking.program(filled, directory, Clock()) as program, asyncio.Runner() as runner:
        records = program.log.after(Position(0), 10_000)
        past = Past(VIEWS, References(program.log).along(records))
        runner.run(program.reader.open())
        yield Library(runner, program, Answering(schema_of(VIEWS), VIEWS), past)
        runner.run(program.reader.close())


@pytest.fixture(scope="module")
def asker(library: Library) -> Asker:
    last = library.past.snapshots[-1]
    instants = [record.recorded_at for record in library.past.records[::40]]
    Drawing.moments = [*range(1, len(library.past.records), 7), *instants]
    return Asker(core(library.answering.schema), VIEWS, last)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_plan_the_executor_and_the_log_give_the_same_answer(
    library: Library, asker: Asker, data: st.DataObject
) -> None:
    reader = data.draw(st.sampled_from(READERS))
    scopes = Principal.of(reader).scopes
    question = data.draw(asker.limited(scopes).questions())
    planned = library.planned(question, reader)
    assert planned == library.executed(question, reader)
    assert planned == library.oracle(reader).answer(question.roots)


# ── every figure ────────────────────────────────────────────────────────────


def everything_of(named: Any, model: Any) -> tuple[Ask, ...]:
    """All fields of a named statement's row, with the list behind each of its parts."""
    asks = [
        Ask(camel(name), below=everything_of(named, shape.type) if shape.model else ())
        for name, shape in shapes(model).items()
    ]
    if model in named.lists:
        view = VIEWS[named.lists[model]]
        node = Ask("node", below=(Ask(camel(view.key_column)), Ask("currency")))
        behind = (Ask("totalCount"), Ask("edges", below=(node,)))
        asks.append(Ask(camel(view.name), below=behind))
    return tuple(asks)


def given_to(named: Any, part: int) -> dict[str, Given]:
    """What must be given: a part of the year, long or short."""
    words: dict[str, Any] = {
        "manufacturer_id": str(MAKER),
        "currency": "CNY",
        "since": date(2026, 1, 1) + timedelta(days=40 * (part % 3)),
        "before": date(2026, 4, 1) + timedelta(days=30 * (part % 2)),
        "aged_on": date(2026, 3, 1) + timedelta(days=17 * part),
    }
    return {
        camel(name): Given(f'"{words[name]}"', UUID(words[name]) if kind is UUID else words[name])
        for name, kind in named.arguments.items()
        if name in words and (not get_args(kind) or name == "aged_on")
    }


@part_of("CRN-7", "CRN-9", "CLM-10")
@pytest.mark.parametrize("named", STATEMENTS.values(), ids=lambda named: named.name)
@pytest.mark.parametrize("reader", [READERS[0], READERS[2]], ids=["auditor", "finance"])
def test_every_figure_and_the_list_behind_it_at_many_moments(
    library: Library, named: Any, reader: Identity
) -> None:
    seen = set()
    for part, position in enumerate(range(1, len(library.past.records) + 1, 17)):
        asked = given_to(named, part) | {"asOf": Given(f'"{position}"', position)}
        below = everything_of(named, named.row)
        root = Ask(camel(named.name), "f", asked, below, kind="figures", named=named)
        question = Question(f"{{ {root.text()} }}", {}, (root,))
        planned = library.planned(question, reader)
        assert planned == library.executed(question, reader)
        assert planned == library.oracle(reader).answer(question.roots)
        seen.add(orjson.dumps(planned))
    assert len(seen) > 3, "the figures must differ from moment to moment"


# ── walking a list ──────────────────────────────────────────────────────────

WALK = """query ($after: String, $before: String, $first: Int, $last: Int, $asOf: Moment) {
  claims(orderBy: ORDER, first: $first, after: $after, last: $last, before: $before, asOf: $asOf) {
    edges { cursor node { claimId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def walk(library: Library, order: str, size: int, as_of: int | None, forwards: bool) -> Any:
    """Every page of the list, from one end to the other, as both paths give it."""
    count, cursor, end, more = (
        ("first", "after", "endCursor", "hasNextPage")
        if forwards
        else ("last", "before", "startCursor", "hasPreviousPage")
    )
    variables: dict[str, Any] = {count: size, "asOf": as_of and str(as_of)}
    while True:
        question = Question(WALK.replace("ORDER", order), variables, ())
        planned = library.planned(question, READERS[0])
        assert planned == library.executed(question, READERS[0])
        page = planned["data"]["claims"]
        ids = [edge["node"]["claimId"] for edge in page["edges"]]
        yield from ids if forwards else reversed(ids)
        if not page["pageInfo"][more]:
            return
        variables[cursor] = page["pageInfo"][end]


@pytest.mark.parametrize("order", ["CLAIM_ID_ASC", "OPENED_AT_DESC", "CLAIMED_ASC", "NUMBER_DESC"])
@pytest.mark.parametrize("as_of", [None, 150])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_walking_a_list_meets_every_row_once_in_either_direction(
    library: Library, order: str, size: int, as_of: int | None
) -> None:
    there = list(walk(library, order, size, as_of, forwards=True))
    back = list(walk(library, order, size, as_of, forwards=False))
    assert there == back[::-1]
    rows = library.past.snapshots[library.past.position(as_of)]["claims"]
    assert len(there) == len(rows) and set(there) == {str(id) for id in rows}
    assert len(there) > 1


# ── plans are kept ──────────────────────────────────────────────────────────


def hits(library: Library) -> int:
    return library.answering.planner.planned.cache_info().hits


def test_a_plan_is_made_once_for_a_document_and_a_shape_of_variables(library: Library) -> None:
    text = "query ($first: Int, $order: StationOrder) {"
    text += " stations(first: $first, orderBy: $order) { totalCount } }"
    library.planned(Question(text, {"first": 1}, ()), READERS[0])
    before = hits(library)
    library.planned(Question(text, {"first": 2}, ()), READERS[0])
    assert hits(library) == before + 1
    library.planned(Question(text, {"first": 2, "order": "NAME_ASC"}, ()), READERS[0])
    library.planned(Question(text, {}, ()), READERS[0])
    library.planned(Question(text, {"first": 2}, ()), READERS[3])  # who sees some rows only
    library.planned(Question(text, {"first": 2}, ()), READERS[2])  # who sees no personal data
    assert hits(library) == before + 1


def test_readers_of_one_kind_share_a_plan_and_see_their_own(library: Library) -> None:
    question = Question("{ claims { edges { node { stationId } } } }", {}, ())
    seen = []
    for reader in READERS[3:5]:
        edges = library.planned(question, reader)["data"]["claims"]["edges"]
        seen.append({edge["node"]["stationId"] for edge in edges})
    assert seen == [{str(STATION)}, {str(world.OTHER_STATION)}]


def test_the_executor_asks_for_related_rows_together(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One query for the list, and one for each view it leads to, however many rows there are."""
    asked = []
    rows = library.program.reader.rows

    async def counted(query: bytes, params: Any) -> Any:
        asked.append(query)
        return await rows(query, params)

    monkeypatch.setattr(library.program.reader, "rows", counted)
    text = (
        "{ claims { edges { node { equipment { model } station { name } customer { name } } } } }"
    )
    edges = library.executed(Question(text, {}, ()), READERS[0])["data"]["claims"]["edges"]
    assert len(edges) > 4
    assert len(asked) == 4
