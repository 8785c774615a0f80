"""Who gives commands and asks questions at the command line: whoever has the machine.

They already hold the database and its keys, so nothing is kept from them; what they do is recorded
under an id that follows from their account's name, in the role that what they typed takes on.
"""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from api.answering import Answering
from api.context import Context, Sources
from api.over_http import Question
from api.principal import Principal
from api.schema import schema_of
from api.tokens import Identity
from domain.messages import Actor, Role
from projections.catalogue import VIEWS
from projections.reading import Reader
from recourse.bootstrap import Program, readers

OPERATORS: Final = UUID("0b7c8a52-5a0b-5d9e-9a55-6f3f0f5f7c11")


class Unanswered(Exception):
    """A question could not be answered. The message says why."""


def operator_id() -> UUID:
    return uuid5(OPERATORS, account())


def account() -> str:
    """The name of the account, or its number where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def operator(*roles: Role) -> Actor:
    return Actor(operator_id(), frozenset(roles))


def ask(program: Program, question: str, **variables: Any) -> Mapping[str, Any]:
    """What GraphQL answers an auditor. Raises Unanswered."""
    return asyncio.run(answered(program, question, variables))


async def answered(
    program: Program, question: str, variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    auditor = Principal.of(Identity(sub=operator_id(), roles=frozenset({Role.AUDITOR})))
    async with readers(program.database) as pool:
        reader = Reader(VIEWS, pool, program.log)
        sources = Sources(program.log, reader, program.vault, program.clock)
        answering = Answering(schema_of(VIEWS), VIEWS)
        answer = await answering.answer(
            Question(query=question, variables=dict(variables)),
            Context(sources, auditor, "the command line"),
        )
    told = orjson.loads(answer.body)
    if errors := told.get("errors"):
        raise Unanswered(" ".join(str(error["message"]) for error in errors))
    data: Mapping[str, Any] = told["data"]
    return data
