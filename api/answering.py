"""How every question is answered: allowed at all? planned? else executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from inspect import isawaitable
from typing import Any, Final

import orjson
import strawberry
from graphql import ExecutionResult, OperationType, execute

from api import costs
from api.context import Context
from api.documents import Document, Unanswerable
from api.limits import TooMuch
from api.over_http import Answer, JsonObject, NotWellFormed, Question, errors
from api.planner import Planner
from api.problems import masked, refused, shown
from api.schema import core
from application.observing import Step, Watched
from domain.messages import Refusal, RefusalCode
from projections.catalogue import Views

IN_PART: Final = "in_part"
RETRY_AFTER: Final = "1"  # seconds


class NotForYou(Refusal):
    """You may not read this."""

    code = RefusalCode.FORBIDDEN


class Answering:
    """Answers the questions that a schema knows."""

    def __init__(self, schema: strawberry.Schema, views: Views) -> None:
        self.schema = schema
        self.core = core(schema)
        self.planner = Planner(self.core, views)

    async def answer(self, question: Question, context: Context) -> Answer:
        """Raises NotWellFormed for a mutation that was asked by GET."""
        with context.log.observer.watch(Step.QUESTION) as watched:
            answer = await self.considered(question, context, watched)
            watched.outcome = IN_PART if answer.in_part else answer.status.name.lower()
            return answer

    async def considered(self, question: Question, context: Context, watched: Watched) -> Answer:
        try:
            document = self.planner.document(question.query, question.operation_name)
            watched.kind = document.operation.operation.value
            variables = self.planner.variables(document, question.variables or {})
            allow(question, document, context)
            costs.check(document.lists, variables)
            return await self.answered(question, document, variables, context)
        except NotWellFormed as error:
            watched.outcome = error.status.name.lower()
            raise
        except Unanswerable as unanswerable:
            return errors(unanswerable.status, *unanswerable.errors)
        except NotForYou as refusal:
            return errors(HTTPStatus.FORBIDDEN, refused(refusal))
        except TooMuch as refusal:
            return errors(HTTPStatus.UNPROCESSABLE_ENTITY, refused(refusal))
        except Exception as error:  # nobody outside is told what went wrong inside
            return errors(HTTPStatus.INTERNAL_SERVER_ERROR, masked(error, context.correlation_id))

    async def answered(
        self,
        question: Question,
        document: Document,
        variables: Mapping[str, Any],
        context: Context,
    ) -> Answer:
        """Where a plan refuses, the executor says which field was refused, and why."""
        try:
            planned = await self.planned(question, variables, context)
        except Refusal as refusal:
            if refusal.code is RefusalCode.UNAVAILABLE:
                return unavailable(refused(refusal))
            if refusal.code is not RefusalCode.INVALID:
                return Answer(orjson.dumps({"data": None, "errors": [refused(refusal)]}))
            planned = None
        if planned:
            return Answer(planned)
        return await self.executed(question, document, context)

    async def planned(
        self, question: Question, variables: Mapping[str, Any], context: Context
    ) -> bytes | None:
        plan = self.planner.plan(
            question.query, question.operation_name, variables, context.principal
        )
        if plan is None:
            return None
        reader, principal = context.reader, context.principal
        with context.log.observer.watch(Step.READ):
            text = await plan.answer(reader, context.open_many, principal, variables)
        return b'{"data":' + text + b"}"

    async def executed(self, question: Question, document: Document, context: Context) -> Answer:
        outcome: Any = execute(
            self.core,
            document.ast,
            context_value=context,
            variable_values=question.variables,
            operation_name=question.operation_name,
        )
        result: ExecutionResult = await outcome if isawaitable(outcome) else outcome
        found = [shown(error, context.correlation_id) for error in result.errors or ()]
        if not found:
            return Answer(orjson.dumps({"data": result.data}))
        if result.data is None and all(map(is_unavailable, found)):
            return unavailable(*found)
        return Answer(orjson.dumps({"data": result.data, "errors": found}), in_part=True)


def is_unavailable(error: JsonObject) -> bool:
    return bool(error.get("extensions", {}).get("code") == RefusalCode.UNAVAILABLE.name)


def unavailable(*found: JsonObject) -> Answer:
    """Nothing was answered, but the same question may be asked again in a moment."""
    return replace(
        errors(HTTPStatus.SERVICE_UNAVAILABLE, *found), headers={"Retry-After": RETRY_AFTER}
    )


def allow(question: Question, document: Document, context: Context) -> None:
    """Once for the whole document, before anything runs. Raises NotForYou or NotWellFormed."""
    if question.queries_only and document.operation.operation is not OperationType.QUERY:
        raise NotWellFormed(HTTPStatus.METHOD_NOT_ALLOWED, "Give commands by POST.", Allow="POST")
    if missing := document.scopes - context.principal.scopes:
        raise NotForYou(f"You may not read this without: {', '.join(sorted(missing))}.")
