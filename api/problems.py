"""The one place where a refusal becomes something a client can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from traceback import format_tb
from typing import Any

import structlog
from graphql import GraphQLError
from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from domain.messages import Refusal, RefusalCode

log = structlog.get_logger("api")

MASKED = "Something went wrong on our side. Quote {} when you ask about it."
INTERNAL = "INTERNAL"


@dataclass(frozen=True)
class Problem:
    """Why a command was refused. Nothing was recorded."""

    code: RefusalCode
    rule: str
    message: str
    correlation_id: str
    fields: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def problem(refusal: Refusal, correlation_id: str) -> Problem:
    return Problem(
        code=refusal.code,
        rule=refusal.rule or type(refusal).__name__,
        message=str(refusal),
        correlation_id=correlation_id,
        fields=[camel(name) for name in refusal.fields],
        reasons=list(refusal.reasons),
    )


def camel(path: str) -> str:
    return ".".join(to_camel_case(name) for name in path.split("."))


class InvalidInput(Refusal):
    """The input does not have the form it must have."""

    code = RefusalCode.INVALID

    @classmethod
    def of(cls, error: ValidationError) -> InvalidInput:
        """Every complaint with its place. The values themselves are not repeated."""
        complaints = {place(each["loc"]): sentence(each) for each in error.errors()}
        reasons = tuple(f"{camel(where)}: {why}" for where, why in complaints.items())
        return cls(" ".join(reasons), fields=tuple(complaints), reasons=reasons)


def place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "input"


def sentence(error: Any) -> str:
    return f"{error['msg'].removeprefix('Value error, ').rstrip('.')}."


# ── errors of a whole answer, or of a field ─────────────────────────────────


def shown(error: GraphQLError, correlation_id: str) -> Mapping[str, Any]:
    """An error as a client may see it: what we did not expect is logged, and masked."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if isinstance(cause, Refusal):
        return {**error.formatted, "message": str(cause), "extensions": coded(cause)}
    if cause is None:
        return error.formatted
    return {**error.formatted, **masked(cause, correlation_id)}


def refused(refusal: Refusal) -> Mapping[str, Any]:
    return {"message": str(refusal), "extensions": coded(refusal)}


def coded(refusal: Refusal) -> Mapping[str, Any]:
    return {"code": refusal.code.name}


def masked(error: BaseException, correlation_id: str) -> Mapping[str, Any]:
    """The log gets where it happened; not the message, which may repeat what was sent."""
    where = "".join(format_tb(error.__traceback__))
    log.error("unexpected", correlation_id=correlation_id, error=type(error).__name__, where=where)
    extensions = {"code": INTERNAL, "correlationId": correlation_id}
    return {"message": MASKED.format(correlation_id), "extensions": extensions}
