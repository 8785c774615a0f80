"""A planned answer, an executed one and one found by folding the log are the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
from application.recorded import Position
from domain.messages import Erased, Role
from projections.catalogue import VIEWS
from projections.reference import References
from recourse.bootstrap import Program, caught_up
from tests.api import asking, world
from tests.api.asking import identity
from tests.api.oracle import Eyes, Oracle, Past
from tests.api.questions import Asker, Drawing, Question
from tests.clock import Clock
from tests.databases import Databases
from tests.stories import CUSTOMER, DEALER, STATION

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
        sources = Sources(p.log, p.reader, p.vault, p.clock)
        return Context(sources, Principal.of(reader), "a test")

    def planned(self, question: Question, reader: Identity) -> Any:
        asked = self.question(question)
        planner, context = self.answering.planner, self.context(reader)
        document = planner.document(asked.query, None)
        assert document.scopes <= context.principal.scopes
        variables = planner.variables(document, asked.variables or {})
        answer = self.runner.run(self.answering.planned(asked, variables, context))
        assert answer is not None, f"not planned: {question.text}"
        return orjson.loads(answer)

    def executed(self, question: Question, reader: Identity) -> Any:
        asked = self.question(question)
        document = self.answering.planner.document(asked.query, None)
        run = self.answering.executed(asked, document, self.context(reader))
        return orjson.loads(self.runner.run(run))

    def question(self, question: Question) -> over_http.Question:
        return over_http.Question(query=question.text, variables=dict(question.variables))

    def oracle(self, reader: Identity) -> Oracle:
        principal = Principal.of(reader)
        personal = Scope.PERSONAL in principal.scopes
        eyes = Eyes(principal.scopes, principal.reach.owners, personal)
        return Oracle(self.past, eyes, self.opened)

    def opened(self, sealed: Any) -> str | None:
        [text] = self.program.vault.open_many([sealed])
        return None if isinstance(text, Erased) else text


@pytest.fixture(scope="module")
def library(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    clock = Clock()
    with (
        databases.new() as database,
        asking.program(database, tmp_path_factory.mktemp("world"), clock) as program,
        asyncio.Runner() as runner,
    ):
        world.fill(program.log, clock, world.story().happened)
        caught_up(program)
        records = program.log.after(Position(0), 10_000)
        past = Past(VIEWS, References(program.log).along(records))
        runner.run(program.reader.pool.open())
        yield Library(runner, program, Answering(schema_of(VIEWS), VIEWS), past)
        runner.run(program.reader.pool.close())


@pytest.fixture(scope="module")
def asker(library: Library) -> Asker:
    last = library.past.snapshots[-1]
    instants = [record.recorded_at for record in library.past.records[::40]]
    Drawing.moments = [*range(1, len(library.past.records), 7), *instants]
    return Asker(core(library.answering.schema), VIEWS, last)


@settings(
    max_examples=200,
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
