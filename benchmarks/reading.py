"""Planned questions, answered in the process, against the plain json_agg that one would write by
hand, on the same connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from time import perf_counter
from uuid import UUID, uuid4

from api.answering import Answering
from api.context import Context, Sources
from api.over_http import Question
from api.principal import Principal
from api.schema import schema_of
from api.tokens import Identity
from application.instruction import Instruction, Recording
from application.recorded import Channel
from benchmarks.comparing import Comparison, Measure, compare
from domain.messages import On, Role, Stream
from projections.catalogue import VIEWS
from recourse.bootstrap import Program
from tests.scenario import FINN, MIA, Story
from tests.stories import claim_id, open_claim, setting

CLAIMS, PAGE_OF_EVENTS, QUESTIONS = 20_000, 500, 100

LIST = """{ claims(first: 100, orderBy: OPENED_AT_DESC) { edges { node {
  claimId number status manufacturerNumber stationId claimed open currency
  openedAt submitBy } } } }"""
PLAIN_LIST = b"""SELECT json_agg(json_build_object(
  'claimId', claim_id, 'number', number, 'status', status, 'manufacturerNumber',
  manufacturer_number, 'stationId', station_id, 'claimed', claimed::text,
  'open', open::text, 'currency', currency, 'openedAt', opened_at, 'submitBy', submit_by))::text
FROM (SELECT * FROM claims ORDER BY opened_at DESC, claim_id DESC LIMIT 100) page"""
ONE = f'{{ claim(claimId: "{claim_id(7)}") {{ claimId number status claimed }} }}'
PLAIN_ONE = b"""SELECT json_build_object('claimId', claim_id, 'number', number, 'status', status,
  'claimed', claimed::text)::text FROM claims WHERE claim_id = %(id)s"""


def comparisons(program: Program) -> list[Comparison]:
    fill(program)
    while program.engine.step():
        pass
    reader = program.reader
    with asyncio.Runner() as runner:
        runner.run(reader.pool.open())
        ask = answerer(program)
        found = [
            compare(
                "planned list of 100 claims, 10 fields",
                "questions/s",
                speed(runner, lambda: ask(LIST)),
                "plain json_agg",
                speed(runner, lambda: reader.rows(PLAIN_LIST, {})),
            ),
            compare(
                "planned look-up of one claim",
                "questions/s",
                speed(runner, lambda: ask(ONE)),
                "plain json_build_object",
                speed(runner, lambda: reader.rows(PLAIN_ONE, {"id": claim_id(7)})),
            ),
        ]
        runner.run(reader.pool.close())
        return found


def answerer(program: Program) -> Callable[[str], Awaitable[object]]:
    answering = Answering(schema_of(VIEWS), VIEWS)
    sources = Sources(program.log, program.reader, program.vault, lambda: datetime.now(UTC))
    finance = Principal.of(Identity(sub=FINN.id, roles=frozenset({Role.FINANCE})))

    async def ask(query: str) -> bytes:
        question = Question(query=query)
        answer = await answering.answer(question, Context(sources, finance, "benchmark"))
        assert b'"errors"' not in answer.body, answer.body
        return answer.body

    return ask


def speed(runner: asyncio.Runner, one: Callable[[], Awaitable[object]]) -> Measure:
    async def many() -> None:
        for _ in range(QUESTIONS):
            await one()

    def measure() -> float:
        start = perf_counter()
        runner.run(many())
        return QUESTIONS / (perf_counter() - start)

    return measure


# ── a database full of claims ───────────────────────────────────────────────


def fill(program: Program) -> None:
    """The setting, then claims that were opened, many to an append."""
    story: Story = setting()
    append(program, list(story.happened))
    [opened, *_] = story.tell(open_claim(1), MIA).happened[-3:]
    told = [
        On(Stream(opened.stream.kind, claim_id(number)), opened.event.model_copy(
            update={"number": f"C-{number}"}))
        for number in range(1, CLAIMS + 1)
    ]  # fmt: skip
    for start in range(0, CLAIMS, PAGE_OF_EVENTS):
        append(program, told[start : start + PAGE_OF_EVENTS])


def append(program: Program, events: Sequence[On]) -> None:
    id: UUID = uuid4()
    now = datetime.now(UTC)
    asked = Instruction(command=open_claim(1), id=id, actor=MIA, now=now, channel=Channel.CLI)
    histories = program.log.histories({on.stream for on in events})
    program.log.append(Recording(asked, MIA.roles, {}), events, histories)
