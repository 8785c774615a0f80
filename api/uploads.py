"""Files by HTTP: streamed in, named by what they contain, streamed out again (design §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Final
from uuid import UUID

import orjson
from anyio import CapacityLimiter, from_thread
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.endpoint import CHALLENGE, UNAUTHENTICATED, Doorkeeper
from api.principal import Principal, Scope
from api.tokens import Unauthenticated
from application.files import FileStore, FileTooLarge
from application.personal_reads import Reading
from application.recorded import Channel
from domain.messages import Refusal, RefusalCode

AT_ONCE: Final = 2
"""Uploads hold a connection for as long as they stream: there must be some left for the rest."""

STATUS: Final = {
    RefusalCode.INVALID: HTTPStatus.BAD_REQUEST,
    RefusalCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalCode.RULE_BROKEN: HTTPStatus.CONFLICT,
    RefusalCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    RefusalCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class NotForYou(Refusal):
    """You may not store or read files."""

    code = RefusalCode.FORBIDDEN


class NoSubject(Refusal):
    """The subject of a file is the id of a person."""

    code = RefusalCode.INVALID


class Files:
    """Takes files in and gives them back, to those whose token allows it."""

    def __init__(
        self, store: FileStore, doorkeeper: Doorkeeper, new_id: Callable[[], UUID]
    ) -> None:
        self.store = store
        self.doorkeeper = doorkeeper
        self.new_id = new_id
        self.limiter = CapacityLimiter(AT_ONCE)

    async def post(self, request: Request) -> Response:
        """The body is the file; `?subject=` names the person it is about, if it is."""
        try:
            await self.admit(request, Scope.UPLOAD)
            subject = subject_of(request)
            content, media_type = streamed(request), media_type_of(request)
            stored = await run_sync(
                self.store.put, content, media_type, subject, limiter=self.limiter
            )
        except (Refusal, Unauthenticated) as error:
            return refusal(error)
        answer = {"sha256": stored.sha256, "size": stored.size}
        location = {"Location": f"/files/{stored.sha256}"}
        return shown(HTTPStatus.CREATED, answer, location)

    async def get(self, request: Request) -> Response:
        """Never shown in place: whatever it is, it is somebody else's file."""
        try:
            reader = await self.admit(request, Scope.FILES)
            reading = Reading(reader.actor.id, Channel.FILES, str(self.new_id()))
            pieces = await run_sync(self.store.get, request.path_params["sha256"], reading)
        except (Refusal, Unauthenticated) as error:
            return refusal(error)
        headers = {
            "Content-Disposition": "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return StreamingResponse(pieces, headers=headers, media_type="application/octet-stream")

    async def admit(self, request: Request, scope: Scope) -> Principal:
        """Who asks. Raises Unauthenticated or NotForYou."""
        principal = await self.doorkeeper.principal(request)
        if scope not in principal.scopes:
            raise NotForYou(f"You may not do this without {scope}.")
        return principal


def streamed(request: Request) -> Iterator[bytes]:
    """The body for a worker thread, chunk by chunk as it comes in."""
    chunks = request.stream()
    while chunk := from_thread.run(lambda: anext(chunks, b"")):
        yield chunk


def media_type_of(request: Request) -> str:
    named = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return named or "application/octet-stream"


def subject_of(request: Request) -> UUID | None:
    named = request.query_params.get("subject")
    try:
        return UUID(named) if named else None
    except ValueError:
        raise NoSubject from None


def refusal(error: Refusal | Unauthenticated) -> Response:
    if isinstance(error, Unauthenticated):
        return shown(HTTPStatus.UNAUTHORIZED, {"message": UNAUTHENTICATED}, CHALLENGE)
    status = STATUS.get(error.code, HTTPStatus.CONFLICT)
    if isinstance(error, FileTooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return shown(status, {"code": error.code.name, "message": str(error)}, {})


def shown(status: HTTPStatus, answer: dict[str, object], headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(answer), status, headers, media_type="application/json")
