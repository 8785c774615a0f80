"""The GraphQL endpoint: what comes in by HTTP, and what goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from api.answering import Answering
from api.context import Context, Sources
from api.over_http import (
    GRAPHQL,
    HTML,
    JSON,
    LARGEST_BODY,
    Answer,
    NotWellFormed,
    Question,
    acceptable,
    check_content_type,
    errors,
)
from api.principal import Principal
from api.tokens import REMEMBERED, Unauthenticated, Verifier, bearer

PAGE: Final = Path(__file__).with_name("explorer.html")
PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
METHODS: Final = ["GET", "POST"]
UNAUTHENTICATED: Final = "Send a bearer token: Authorization: Bearer …"
CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="recourse"'}


class Doorkeeper:
    """Lets in whose token is believed."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self.principal_of = lru_cache(REMEMBERED)(Principal.of)

    async def principal(self, request: Request) -> Principal:
        """Who asks. Raises Unauthenticated. A token seen for the first time may need its issuer's
        keys, which may take a while."""
        token = bearer(request.headers.getlist("authorization"))
        if not self.verifier.remembers(token):
            return self.principal_of(await run_sync(self.verifier.identity, token))
        return self.principal_of(self.verifier.identity(token))


class GraphQL:
    """Answers at one path, to those whose token is believed."""

    def __init__(
        self,
        answering: Answering,
        sources: Sources,
        doorkeeper: Doorkeeper,
        new_id: Callable[[], UUID],
    ) -> None:
        self.answering = answering
        self.sources = sources
        self.doorkeeper = doorkeeper
        self.new_id = new_id
        self.page = PAGE.read_bytes()

    async def __call__(self, request: Request) -> Response:
        media_type = GRAPHQL
        try:
            check_method(request)
            media_type = acceptable(request.headers.get("accept"), offers(request))
            if media_type == HTML:
                return Response(self.page, headers=PAGE_HEADERS, media_type=HTML)
            answer = await self.answered(request)
        except NotWellFormed as error:
            shown = errors(error.status, {"message": str(error)})
            return response(shown, media_type, error.status, error.headers)
        except Unauthenticated:
            shown = errors(HTTPStatus.UNAUTHORIZED, {"message": UNAUTHENTICATED})
            return response(shown, media_type, HTTPStatus.UNAUTHORIZED, CHALLENGE)
        return response(answer, media_type, answer.status_as(media_type), answer.headers)

    async def answered(self, request: Request) -> Answer:
        principal = await self.doorkeeper.principal(request)
        question = await asked(request)
        context = Context(self.sources, principal, lambda: str(self.new_id()))
        return await self.answering.answer(question, context)


def check_method(request: Request) -> None:
    if request.method not in METHODS:
        allowed = ", ".join(METHODS)
        message = f"Ask by {' or '.join(METHODS)}."
        raise NotWellFormed(HTTPStatus.METHOD_NOT_ALLOWED, message, Allow=allowed)


def offers(request: Request) -> tuple[str, ...]:
    """A browser that asks nothing gets a page to ask from."""
    page = request.method == "GET" and not request.query_params
    return (GRAPHQL, JSON, HTML) if page else (GRAPHQL, JSON)


async def asked(request: Request) -> Question:
    if request.method == "GET":
        return Question.from_parameters(request.query_params.multi_items())
    check_content_type(request.headers.get("content-type"))
    return Question.from_body(await body(request, LARGEST_BODY))


async def body(request: Request, most: int) -> bytes:
    """The whole body. Raises NotWellFormed as soon as it is too large."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            message = f"The body is larger than {most} bytes."
            raise NotWellFormed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    return bytes(received)


def response(
    answer: Answer, media_type: str, status: HTTPStatus, headers: Mapping[str, str]
) -> Response:
    return Response(
        answer.body,
        status,
        {"Content-Type": f"{media_type}; charset=utf-8", "Cache-Control": "no-store", **headers},
    )
