"""One mutation for every command, made from the domain's own classes: nothing declared twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from pydantic import ValidationError
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_snake_case

from api.context import Context
from api.fields import Given, Info, Resolve, field, list_of
from api.problems import InvalidInput, Problem, problem
from api.types import Types, documented
from application.aggregates import AGGREGATE_OF
from application.instruction import Instruction
from application.log import Receipt
from application.recorded import Channel, Position
from domain.messages import Command, Refusal, RefusalCode

GIVEN_WITH: Mapping[str, Any] = {
    "command_id": UUID,
    "effective_at": datetime | None,
    "reason": str | None,
    "on_behalf_of": UUID | None,
}
LONGEST_REASON = 2000


def mutations(types: Types) -> Iterator[StrawberryField]:
    outcome = outcomes(types)
    for command in AGGREGATE_OF:
        given = types.input_model(command, command.__name__)
        yield field(
            to_snake_case(command.__name__),
            outcome,
            documented(command),
            {"input": given, **GIVEN_WITH},
            accepts(command),
        )


def outcomes(types: Types) -> Any:
    """What every command answers: a receipt, or the problem that stood in its way."""
    types.new("Receipt", Receipt)
    types.new("Problem", Problem)
    types.new("Outcome", "union")
    types.new("ProblemCode", RefusalCode)
    strawberry.enum(RefusalCode, name="ProblemCode", description=RefusalCode.__doc__)
    receipt = strawberry.type(
        type("Receipt", (), {"__annotations__": RECEIPT, "is_type_of": made_by(Receipt)}),
        description="The command was carried out, and this is where its outcome can be found.",
    )
    refusal = strawberry.type(
        type("Problem", (), {"__annotations__": PROBLEM, "is_type_of": made_by(Problem)}),
        description="Why a command was refused. Nothing was recorded.",
    )
    return Annotated[receipt | refusal, strawberry.union("Outcome")]


RECEIPT: Mapping[str, Any] = {
    "command_id": UUID,
    "streams": list_of(UUID),
    "position": Position,
    "recorded_at": datetime | None,
}
PROBLEM: Mapping[str, Any] = {
    "code": RefusalCode,
    "rule": str,
    "message": str,
    "fields": list_of(str),
    "reasons": list_of(str),
    "correlation_id": str,
}


def made_by(kind: type[Any]) -> Any:
    return classmethod(lambda cls, value, info: isinstance(value, kind))


def accepts(command: type[Command]) -> Resolve:
    """Hands one kind of command to the application, and says what came of it."""

    async def resolve(_: Any, info: Info, given: Given) -> Receipt | Problem:
        context: Context = info.context
        try:
            instruction = instructed(command, given, context)
            return await context.give(instruction)
        except Refusal as refusal:
            return problem(refusal, context.correlation_id)

    return resolve


def instructed(command: type[Command], given: Given, context: Context) -> Instruction:
    """Raises InvalidInput if the command cannot be read."""
    try:
        wish = command.model_validate(plain(given["input"]))
    except ValidationError as error:
        raise InvalidInput.of(error) from None
    return Instruction(
        command=wish,
        id=given["command_id"],
        actor=replace(context.principal.actor, on_behalf_of=given.get("on_behalf_of")),
        now=context.sources.clock(),
        channel=Channel.GRAPHQL,
        effective_at=given.get("effective_at"),
        reason=reason(given.get("reason")),
        correlation_id=UUID(context.correlation_id),
    )


def reason(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    if len(text) > LONGEST_REASON or "\x00" in text:
        message = f"A reason has at most {LONGEST_REASON} characters, none of them U+0000."
        raise InvalidInput(message, fields=("reason",))
    return text.strip()


def plain(value: Any) -> Any:
    """What was sent, without the classes that GraphQL read it into."""
    match value:
        case Enum():
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            sent = ((each.name, getattr(value, each.name)) for each in fields(value))
            return {name: plain(part) for name, part in sent if part is not strawberry.UNSET}
        case list():
            return [plain(part) for part in value]
        case _:
            return value
