"""The web process: which path leads to what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final
from uuid import uuid4

import orjson
from fastapi import FastAPI, Request, Response

from api.answering import Answering
from api.context import Sources
from api.endpoint import Doorkeeper, GraphQL
from api.schema import schema_of
from api.tokens import Verifier
from api.uploads import Files
from domain.messages import Refusal
from projections.catalogue import VIEWS
from projections.running import EngineState
from recourse.bootstrap import Program

READY: Final = {EngineState.FOLLOWING, EngineState.STANDING_BY}
EVERY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def web(program: Program, verifier: Verifier) -> FastAPI:
    """The application. `verifier` says whose tokens are believed."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with program.reader.pool:
            yield

    schema = schema_of(VIEWS)
    sources = Sources(program.log, program.reader, program.vault, program.clock)
    doorkeeper = Doorkeeper(verifier)
    graphql = GraphQL(Answering(schema, VIEWS), sources, doorkeeper, uuid4)
    files = Files(program.files, doorkeeper)
    shape = schema.as_str() + "\n"

    async def published(_: Request) -> Response:
        return Response(shape, media_type="text/plain")

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_route("/graphql", graphql.__call__, methods=EVERY_METHOD)
    app.add_route("/schema.graphql", published)
    app.add_route("/files", files.post, methods=["POST"])
    app.add_route("/files/{sha256}", files.get, methods=["GET"])
    app.add_route("/healthz", healthy)
    app.add_route("/readyz", Readiness(program).__call__)
    return app


async def healthy(_: Request) -> Response:
    """The process is alive."""
    return shown(HTTPStatus.OK, {"status": "alive"})


class Readiness:
    """Whether questions can be answered: the database answers, and the views follow the log."""

    def __init__(self, program: Program) -> None:
        self.program = program

    async def __call__(self, _: Request) -> Response:
        state = self.program.views.is_now.state
        try:
            position = await self.program.reader.position()
        except Refusal:
            return shown(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "no database"})
        status = HTTPStatus.OK if state in READY else HTTPStatus.SERVICE_UNAVAILABLE
        return shown(status, {"status": state, "position": str(position)})


def shown(status: HTTPStatus, answer: dict[str, str]) -> Response:
    return Response(orjson.dumps(answer), status, media_type="application/json")
