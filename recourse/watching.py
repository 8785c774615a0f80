"""Every HTTP request is a step: part of the trace that its headers name, and watched."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.observing import Observer, Step
from recourse.tracing import within

OTHER: Final = "other"  # a path, or a method, that leads nowhere
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}


class WatchedRequests:
    """Around the application."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self.app = app
        self.observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        with within(Headers(scope=scope)), self.observer.watch(Step.REQUEST) as watched:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    watched.outcome = str(message["status"])
                await send(message)

            try:
                await self.app(scope, receive, sending)
            finally:
                watched.kind = kind(scope)


def kind(scope: Scope) -> str:
    """Method and route; not the path, which may name anything."""
    method = scope["method"] if scope["method"] in METHODS else OTHER
    return f"{method} {route(scope)}"


def route(scope: Scope) -> str:
    """The path with its parameters' names in the place of what was given for them."""
    if "endpoint" not in scope:
        return OTHER
    given: dict[str, str] = {value: name for name, value in scope["path_params"].items()}
    steps = (f"{{{given[step]}}}" if step in given else step for step in scope["path"].split("/"))
    return "/".join(steps)
