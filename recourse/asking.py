"""Asking at the command line what GraphQL would answer an auditor."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from api.answering import Answering
from api.context import Context, Sources
from api.over_http import Question
from api.principal import Principal
from api.schema import schema
from api.tokens import Identity
from application.recorded import Channel
from domain.messages import Role
from projections.catalogue import VIEWS
from projections.reading import Reader
from recourse.bootstrap import Program, readers
from recourse.exits import NotInOrder
from recourse.operator import operator_id


def ask(program: Program, question: str, **variables: Any) -> Mapping[str, Any]:
    """The answer's data. Raises NotInOrder with what stands in its way."""
    return asyncio.run(answered(program, question, variables))


@cache
def answering() -> Answering:
    return Answering(schema(), VIEWS)


async def answered(
    program: Program, question: str, variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    auditor = Principal.of(Identity(sub=operator_id(), roles=frozenset({Role.AUDITOR})))
    pool = readers(program.database, program.settings.statement_timeout)
    async with Reader(VIEWS, pool, program.log) as reader:
        sources = Sources(program.log, reader, program.vault, program.clock, program.reactions)
        answer = await answering().answer(
            Question(query=question, variables=dict(variables)),
            Context(sources, auditor, lambda: "the command line", Channel.CLI),
        )
    told = orjson.loads(answer.body)
    if errors := told.get("errors"):
        raise NotInOrder(" ".join(str(error["message"]) for error in errors))
    data: Mapping[str, Any] = told["data"]
    return data
