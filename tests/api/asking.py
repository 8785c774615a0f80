"""Asking the API as somebody, as a client over HTTP would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from api.tokens import DevelopmentIssuer, Identity
from application.database import Database
from domain.messages import Role
from recourse.bootstrap import Program, built, caught_up
from recourse.settings import Settings
from recourse.web import web
from tests.clock import Clock

LOOPBACK = "127.0.0.1"
ADMIN = UUID(int=0xAD)


def identity(*roles: Role, person: UUID = ADMIN, **owned: UUID) -> Identity:
    return Identity(sub=person, roles=frozenset(roles), **owned)


@contextmanager
def program(database: Database, directory: Path, clock: Clock) -> Iterator[Program]:
    """Everything built on a test's database; nothing moves yet. Questions take as long as they do:
    on a busy machine the slower of two ways to an answer must not be given up."""
    env = {
        "DATABASE_URL": database.url,
        "RECOURSE_DATA_DIR": str(directory),
        "RECOURSE_STATEMENT_TIMEOUT": "600",
    }
    with built(Settings.from_env(env), clock) as program:
        try:
            yield program
        finally:
            program.engine.close()


@contextmanager
def following(program: Program) -> Iterator[Program]:
    """The views have caught up with the log and keep up with it, as in production."""
    caught_up(program)
    stopping = Event()
    thread = Thread(target=program.views.run, args=[stopping])
    thread.start()
    try:
        yield program
    finally:
        stopping.set()
        thread.join()


def worded(query: str, **words: str) -> str:
    """The query with words in the places <like_this>."""
    for name, word in words.items():
        query = query.replace(f"<{name}>", word)
    return query


@dataclass(frozen=True)
class Asking:
    """A client with somebody's token."""

    program: Program
    client: TestClient
    issuer: DevelopmentIssuer
    who: Identity

    def as_(self, *roles: Role, person: UUID = ADMIN, **owned: UUID) -> Asking:
        return replace(self, who=identity(*roles, person=person, **owned))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.issue(self.who)}"}

    def post(self, query: str, **variables: Any) -> Any:
        """The whole answer."""
        question = {"query": query, "variables": variables}
        return self.client.post("/graphql", json=question, headers=self.headers)

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = self.post(query, **variables).json()
        assert "errors" not in body, body
        return body["data"]

    def do(self, mutation: str, input: Mapping[str, Any], **given: Any) -> Any:
        """Give a command; the receipt or the problem."""
        name = mutation[0].upper() + mutation[1:]
        query = f"""
        mutation ($input: {name}!, $commandId: UUID!, $effectiveAt: DateTime, $reason: String,
                  $onBehalfOf: UUID) {{
          {mutation}(input: $input, commandId: $commandId, effectiveAt: $effectiveAt,
                     reason: $reason, onBehalfOf: $onBehalfOf) {{
            __typename
            ... on Receipt {{ commandId streams position recordedAt }}
            ... on Problem {{ code rule message fields reasons correlationId }}
          }}
        }}"""
        variables = {"input": input, "commandId": str(uuid4())} | given
        return self.ask(query, **variables)[mutation]


@contextmanager
def asking(program: Program) -> Iterator[Asking]:
    """A client of the program, with the token of an administrator."""
    issuer = DevelopmentIssuer.on(program.settings.data_dir, LOOPBACK, program.clock, None)
    with TestClient(web(program, issuer.verifier())) as client:
        yield Asking(program, client, issuer, identity(Role.ADMIN))
