"""Planned questions against what one would write by hand: an endpoint of the same web application,
with the same look at the bearer's token, that sends one SQL statement and answers with its JSON.

Both are asked through the whole application, without a network in between, by several at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from itertools import cycle, repeat
from random import sample
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from fastapi import Depends, FastAPI, Response
from psycopg.sql import SQL, Composable, Composed, Identifier
from uvicorn.loops.auto import auto_loop_factory

from api.endpoint import Doorkeeper
from api.principal import Principal
from api.tokens import Identity, Verifier
from application.recorded import Position
from benchmarks.business import append
from benchmarks.comparing import Comparison, Measure, compare
from domain.messages import Role
from projections.catalogue import VIEWS
from projections.tables import Tables
from recourse.bootstrap import Program
from recourse.issuing import development_issuer
from recourse.web import web
from tests.scenario import FINN, MIA
from tests.stories import claim_id, open_claim, setting

ROWS, VERSIONS = 100_000, 10
ASKERS, QUESTIONS = 8, 1_200
SEVENTH: Final = claim_id(7)

FIELDS = """claimId number status manufacturerNumber stationId claimed open currency openedAt
  submitBy"""
JSON = """json_build_object('claimId', claim_id, 'number', number, 'status', status,
  'manufacturerNumber', manufacturer_number, 'stationId', station_id, 'claimed', claimed::text,
  'open', open::text, 'currency', currency, 'openedAt', opened_at, 'submitBy', submit_by)"""

LIST = f"{{ claims(first: 100, orderBy: OPENED_AT_DESC) {{ edges {{ node {{ {FIELDS} }} }} }} }}"
PLAIN_LIST = f"""SELECT json_agg({JSON})::text
  FROM (SELECT * FROM claims ORDER BY opened_at DESC, claim_id DESC LIMIT 100) page"""
ONE = f'{{ claim(claimId: "{SEVENTH}") {{ {FIELDS} }} }}'
PLAIN_ONE = f"SELECT {JSON}::text FROM claims WHERE claim_id = %(claim_id)s"

Ask = Callable[[], Awaitable[bytes]]


def comparisons(program: Program) -> list[Comparison]:
    reached = fill(program)
    issuer = development_issuer(program.settings, "127.0.0.1")
    token = issuer.issue(Identity(sub=FINN.id, roles=frozenset({Role.FINANCE})))
    app = with_plain_routes(program, issuer.verifier())
    then = LIST.replace("first: 100,", f'first: 100, asOf: "{reached // 2}",')
    back = f"query ($asOf: Moment) {LIST.replace('first: 100,', 'first: 100, asOf: $asOf,')}"
    moments = sample(range(reached - (VERSIONS - 1) * ROWS, reached), ROWS)  # all rows are there
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(program.reader.open())

        def asking(*questions: Mapping[str, Any]) -> Measure:
            bodies = cycle([orjson.dumps(question) for question in questions])
            return speed(runner, asker(app, token, "POST", "/graphql", bodies))

        def plain(path: str) -> Measure:
            return speed(runner, asker(app, token, "GET", path, repeat(b"")))

        now = {"query": LIST}
        back_then = [{"query": back, "variables": {"asOf": str(moment)}} for moment in moments]

        by_hand = "a FastAPI endpoint by hand, with json_agg"
        found = [
            compare(f"list of 100 claims, 10 fields, of {ROWS:,}", "questions/s",
                    asking(now), by_hand, plain("/claims")),
            compare(f"one claim, 10 fields, of {ROWS:,}", "questions/s",
                    asking({"query": ONE}), by_hand, plain(f"/claims/{SEVENTH}")),
            compare(f"the list as of one moment before, {VERSIONS} versions each",
                    "questions/s",
                    asking({"query": then}), "the list as it is", asking(now)),
            compare(f"the list as of another moment each time, {VERSIONS} versions each",
                    "questions/s",
                    asking(*back_then), "the list as it is", asking(now)),
        ]  # fmt: skip
        runner.run(program.reader.close())
        return found


def with_plain_routes(program: Program, verifier: Verifier) -> FastAPI:
    """The application, and in it what one would write by hand."""
    app, doorkeeper = web(program, verifier), Doorkeeper(verifier)
    whoever = Depends(doorkeeper.principal)

    async def answer(query: str, params: Mapping[str, Any]) -> Response:
        [[text]] = await program.reader.rows(query.encode(), params)
        return Response(text, media_type="application/json")

    @app.get("/claims")
    async def claims(principal: Principal = whoever) -> Response:
        return await answer(PLAIN_LIST, {})

    @app.get("/claims/{claim_id}")
    async def claim(claim_id: UUID, principal: Principal = whoever) -> Response:
        return await answer(PLAIN_ONE, {"claim_id": claim_id})

    return app


# ── asking an application, as its web server would ──────────────────────────


def asker(app: FastAPI, token: str, method: str, path: str, bodies: Iterator[bytes]) -> Ask:
    headers = {"host": "127.0.0.1", "authorization": f"Bearer {token}", "accept": "*/*"}
    if method == "POST":
        headers["content-type"] = "application/json"
    scope: Mapping[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }

    async def ask() -> bytes:
        received: list[bytes] = []
        content = next(bodies)

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            assert message.get("status", 200) == 200, message
            received.append(message.get("body", b""))

        await app(dict(scope), receive, send)
        answer = b"".join(received)
        assert answer and b'"errors"' not in answer, answer
        return answer

    return ask


def speed(runner: asyncio.Runner, ask: Ask) -> Measure:
    async def one_after_the_other() -> None:
        for _ in range(QUESTIONS // ASKERS):
            await ask()

    async def all_at_once() -> None:
        await asyncio.gather(*(one_after_the_other() for _ in range(ASKERS)))

    def measure() -> float:
        start = perf_counter()
        runner.run(all_at_once())
        return QUESTIONS / (perf_counter() - start)

    measure()  # the first time a plan is made, and statements are prepared
    return measure


# ── a view full of claims ───────────────────────────────────────────────────


def fill(program: Program) -> Position:
    """One claim that was told, and copies of its row straight into the view, of which each has been
    in ten versions; up to which position they go."""
    append(program.log, setting().tell(open_claim(7), MIA).happened)
    engine, tables = program.engine, Tables(VIEWS["claims"])
    while engine.step():
        pass
    first = engine.position()
    engine.connection.execute("CREATE TEMP TABLE told AS SELECT * FROM claims")
    tables.drop(engine.cursor)
    tables.create(engine.cursor)
    for statement in (current(tables), past(tables)):
        engine.cursor.execute(statement, {"first": first, "rows": ROWS, "versions": VERSIONS})
    for index in (tables.by_key, *tables.indexes):
        engine.cursor.execute(index)
    engine.connection.execute("VACUUM ANALYZE")
    reached = Position(first + ROWS * VERSIONS)
    engine.connection.execute("UPDATE checkpoint SET position = %s", [reached])
    engine.progress.reached(reached)
    with psycopg.connect(program.database.url, autocommit=True) as owner:
        owner.execute("CHECKPOINT")  # or the server would be about it while it is asked
    return reached


def current(tables: Tables) -> Composed:
    return SQL(
        "INSERT INTO {} SELECT %(first)s + (%(versions)s - 1) * %(rows)s + n, {}"
        " FROM told, generate_series(1, %(rows)s) AS n"
    ).format(tables.current, copied(tables))


def past(tables: Tables) -> Composed:
    """In the order in which they came to be past, as the engine writes them."""
    return SQL(
        "INSERT INTO {} SELECT %(first)s + v * %(rows)s + n, %(first)s + (v + 1) * %(rows)s + n, {}"
        " FROM told, generate_series(0, %(versions)s - 2) AS v, generate_series(1, %(rows)s) AS n"
        " ORDER BY v, n"
    ).format(tables.past, copied(tables))


def copied(tables: Tables) -> Composed:
    """The columns of the one row, but for what tells claims apart. The seventh is the one told."""
    own: Mapping[str, Composable] = {
        "claim_id": SQL("CASE n WHEN 7 THEN claim_id ELSE md5(n::text)::uuid END"),
        "number": SQL("number || n"),
        "opened_at": SQL("opened_at + n * interval '1 minute'"),
    }
    return SQL(", ").join(columns(tables, own))


def columns(tables: Tables, own: Mapping[str, Composable]) -> Iterator[Composable]:
    for name in tables.columns:
        yield own.get(name, Identifier(name))
