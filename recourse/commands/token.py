"""Tokens of the development issuer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid5

import typer

from api.tokens import Identity
from domain.messages import Role
from recourse.commands.options import AsJson
from recourse.issuing import development_issuer
from recourse.output import console, print_json
from recourse.settings import Settings

SOMEBODY = UUID("0b7c8a52-5a0b-5d9e-9a55-6f3f0f5f7c11")  # whoever has a role and no name


def token(
    role: Annotated[list[Role], typer.Option("--role", metavar="ROLE", help="May be repeated.")],
    person: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Whose token it is; else somebody's.")
    ] = None,
    station: Annotated[UUID | None, typer.Option(metavar="ID", help="Their station.")] = None,
    dealer: Annotated[UUID | None, typer.Option(metavar="ID", help="Their dealer.")] = None,
    customer: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Who they are as a customer.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is believed.")] = 12,
    as_json: AsJson = False,
) -> None:
    """Make a bearer token for development, signed with this machine's key.

    It is believed by a program that runs on loopback with the same data directory, and has no
    OpenID issuer.
    """
    settings = Settings.from_env()
    issuer = development_issuer(settings, "127.0.0.1")
    identity = Identity(
        sub=person or uuid5(SOMEBODY, " ".join(sorted(role))),
        roles=frozenset(role),
        station=station,
        dealer=dealer,
        customer=customer,
    )
    made = issuer.issue(identity, timedelta(hours=hours))
    if as_json:
        print_json({"token": made, **identity.model_dump(mode="json")})
    else:
        console.out(made)
