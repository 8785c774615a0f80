"""How the program fares, for whatever watches over it: `/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.endpoint import CHALLENGE, UNAUTHENTICATED, Doorkeeper
from api.principal import Scope
from api.tokens import Unauthenticated
from application.migrating import shipped
from domain.messages import Refusal
from recourse.bootstrap import Program
from recourse.gauges import Gauges
from recourse.standing import QUERY, Standing

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Where a proxy says for whom it asks. Such a request comes from elsewhere, whoever hands it on."""


class Health:
    """What is shown at the three paths."""

    def __init__(self, program: Program, doorkeeper: Doorkeeper) -> None:
        self.program = program
        self.doorkeeper = doorkeeper
        self.migrations = frozenset(migration.name for migration in shipped())

    def shown_by(self, app: FastAPI) -> None:
        app.add_route("/healthz", self.alive)
        app.add_route("/readyz", self.ready)
        app.add_route("/metrics", self.metrics)

    async def standing(self) -> Standing | None:
        """None if the database does not answer."""
        try:
            [row] = await self.program.reader.rows(QUERY.encode(), {})
        except Refusal:
            return None
        return Standing.of(row)

    # ── /healthz ────────────────────────────────────────────────────────────

    async def alive(self, _: Request) -> Response:
        """The process answers. Nothing else is looked at: restarting it would mend nothing else."""
        return shown(HTTPStatus.OK, {"status": "alive"})

    # ── /readyz ─────────────────────────────────────────────────────────────

    async def ready(self, _: Request) -> Response:
        """Whether this process can answer questions that are not out of date."""
        standing = await self.standing()
        because = list(self.hindrances(standing))
        status = HTTPStatus.SERVICE_UNAVAILABLE if because else HTTPStatus.OK
        answer: dict[str, object] = {"status": "not ready" if because else "ready"}
        if because:
            answer["because"] = because
        answer["workers"] = self.program.states
        return shown(status, {**answer, **(told(standing) if standing else {})})

    def hindrances(self, standing: Standing | None) -> Iterator[str]:
        if standing is None:
            yield "The database does not answer."
            return
        if missing := self.migrations - standing.migrations:
            yield f"The database lacks {', '.join(sorted(missing))}. Run `recourse migrate`."
        if unknown := standing.migrations - self.migrations:
            yield f"A newer release has migrated the database: {', '.join(sorted(unknown))}."
        allowed = self.program.settings.ready_lag
        if standing.views.seconds > allowed:
            yield (
                f"The views have not seen the last {standing.views.lag} events; the first of them "
                f"has waited for {standing.views.seconds:.0f} s, and {allowed:g} s are allowed."
            )

    # ── /metrics ────────────────────────────────────────────────────────────

    async def metrics(self, request: Request) -> Response:
        """For this machine without a token, for others with one that may look after the program."""
        if not (from_this_machine(request) or await self.may_look(request)):
            answer = {"message": f"{UNAUTHENTICATED} It needs {Scope.OPERATIONS}."}
            return shown(HTTPStatus.UNAUTHORIZED, answer, CHALLENGE)
        now = CollectorRegistry()
        now.register(Gauges(self.program, await self.standing()))
        text = generate_latest(self.program.observations.metrics.registry) + generate_latest(now)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def may_look(self, request: Request) -> bool:
        try:
            principal = await self.doorkeeper.principal(request)
        except Unauthenticated:
            return False
        return Scope.OPERATIONS in principal.scopes


def from_this_machine(request: Request) -> bool:
    """And not only handed on by a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def told(standing: Standing) -> Mapping[str, object]:
    return {
        "position": str(standing.last),
        "views": standing.views._asdict(),
        "reactions": standing.reactions._asdict(),
        "dead_letters": standing.dead_letters,
        "parked_rows": standing.parked_rows,
        "refused_reactions": standing.refused,
    }


def shown(
    status: HTTPStatus, answer: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(answer), status, headers, media_type="application/json")
