"""The web process: which path leads to what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig

from api.answering import Answering
from api.context import Sources
from api.endpoint import Doorkeeper, GraphQL
from api.schema import schema
from api.tokens import Verifier
from api.uploads import Files
from projections.catalogue import VIEWS
from recourse.bootstrap import Program
from recourse.health import Health
from recourse.tracing import correlation
from recourse.watching import WatchedRequests

EVERY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
NOT_BY_THE_FRAMEWORK: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
"""Its spans would tell of paths and of the messages of exceptions; we watch by ourselves."""


def web(program: Program, verifier: Verifier) -> FastAPI:
    """The application. `verifier` says whose tokens are believed."""

    sources = Sources(program.log, program.reader, program.vault, program.clock, program.reactions)
    app, doorkeeper = looked_after(program, verifier), Doorkeeper(verifier)
    graphql = GraphQL(Answering(schema(), VIEWS), sources, doorkeeper, correlation)
    files = Files(program.files, doorkeeper, correlation)
    shape = schema().as_str() + "\n"

    async def published(_: Request) -> Response:
        return Response(shape, media_type="text/plain")

    app.add_route("/graphql", graphql.__call__, methods=EVERY_METHOD)
    app.add_route("/schema.graphql", published)
    app.add_route("/files", files.post, methods=["POST"])
    app.add_route("/files/{sha256}", files.get, methods=["GET"])
    return app


def looked_after(program: Program, verifier: Verifier) -> FastAPI:
    """What every process of ours shows, also one that answers no questions: how it fares."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with program.reader:
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, telemetry=NOT_BY_THE_FRAMEWORK)
    Health(program, Doorkeeper(verifier)).shown_by(app)
    app.add_middleware(WatchedRequests, observer=program.observations)
    return app
