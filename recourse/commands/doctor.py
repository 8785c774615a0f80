"""What is running, how far it is, and what ought to be put right."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict
from rich.text import Text

from application.database import Database, DatabaseRole
from application.migrating import pending
from recourse import embedded
from recourse.bootstrap import database
from recourse.commands.options import AsJson
from recourse.exits import Exit
from recourse.output import console, print_facts, print_json
from recourse.settings import Settings

PACKAGES: Final = ("eventsourcing", "psycopg", "pydantic", "fastapi", "strawberry-graphql")
SUPPORTED: Final = range(15, 19)  # major versions of PostgreSQL
ACTIVE: Final = """
SELECT NOT pg_try_advisory_lock(hashtextextended(%s || current_schema(), 0)),
       pg_advisory_unlock_all()
"""


@dataclass
class Findings:
    """`faults` are to be put right; `warnings` are worth knowing."""

    facts: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def doctor(as_json: AsJson = False) -> None:
    """Look at settings, database, roles, log, views and reactions; change nothing.

    Exit code 1 if something has to be put right.
    """
    settings = Settings.from_env()
    found = Findings()
    found.facts |= versions() | told(settings)
    with database(settings) as looked_at, psycopg.connect(looked_at.conninfo()) as connection:
        connection.autocommit = True
        found.facts["PostgreSQL"] = server_version(connection, found)
        if missing := pending(looked_at):
            found.faults.append(f"Migrations are missing: {', '.join(missing)}. recourse migrate")
        else:
            look_inside(looked_at, found)
        found.warnings += roles(settings, connection)
    if as_json:
        print_json({**found.facts, "faults": found.faults, "warnings": found.warnings})
    else:
        show(found)
    if found.faults:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def versions() -> dict[str, object]:
    packages = {name: version(name) for name in PACKAGES}
    return {
        "recourse": version("recourse"),
        "Python": platform.python_version(),
        "packages": packages,
    }


def told(settings: Settings) -> dict[str, object]:
    """The settings, without what is secret."""
    key = "RECOURSE_MASTER_KEY" if settings.master_key else settings.data_dir / "master.key"
    return {
        "data directory": str(settings.data_dir),
        "master key": str(key),
        "tokens": settings.oidc_issuer or "of the development issuer, on loopback",
        "database": where(settings),
    }


def where(settings: Settings) -> str:
    if settings.database_url is None:
        running = embedded.Server(settings.data_dir.absolute()).is_running()
        return f"embedded, {'running already' if running else 'started for this look'}"
    url = conninfo_to_dict(settings.database_url)
    return f"{url.get('dbname')} at {url.get('host', 'localhost')}:{url.get('port', 5432)}"


def server_version(connection: psycopg.Connection[Any], found: Findings) -> str:
    major = connection.info.server_version // 10_000
    if major not in SUPPORTED:
        found.warnings.append(f"PostgreSQL {major} is not among those this release is tested on.")
    return f"{major}.{connection.info.server_version % 10_000}"


# ── log, views, reactions ───────────────────────────────────────────────────


def look_inside(looked_at: Database, found: Findings) -> None:
    conninfo = looked_at.conninfo(DatabaseRole.WRITER)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        last = one(connection, "SELECT coalesce(max(position), 0) FROM events")
        found.facts["log"] = {"position": last}
        views(connection, last, found)
        reactions(connection, last, found)


def views(connection: psycopg.Connection[Any], last: int, found: Findings) -> None:
    if one(connection, "SELECT to_regclass('checkpoint') IS NULL"):
        found.facts["views"] = None  # whatever needs them first builds them
        return
    position = one(connection, "SELECT position FROM checkpoint")
    found.facts["views"] = progress(connection, "project ", position, last)
    if parked := one(connection, "SELECT count(DISTINCT (view, key)) FROM dead_letters"):
        found.faults.append(f"{parked} rows of views stand still. recourse views status")


def reactions(connection: psycopg.Connection[Any], last: int, found: Findings) -> None:
    position = one(connection, "SELECT position FROM reaction_checkpoint")
    found.facts["reactions"] = progress(connection, "react ", position, last)
    if refused := one(connection, "SELECT count(*) FROM reaction_refusals"):
        found.warnings.append(f"{refused} reactions were refused. Their reasons: reaction_refusals")


def progress(
    connection: psycopg.Connection[Any], work: str, position: int, last: int
) -> dict[str, object]:
    """How far it is, and whether a process is about it: that one holds the lock of its work."""
    [active, _] = connection.execute(ACTIVE, [work]).fetchone() or [False, None]
    return {"running": active, "position": position, "lag": last - position}


def one(connection: psycopg.Connection[Any], query: Any) -> Any:
    [value] = connection.execute(query).fetchone() or [None]
    return value


# ── roles ───────────────────────────────────────────────────────────────────


def roles(settings: Settings, connection: psycopg.Connection[Any]) -> Iterator[str]:
    """Where one login may do what three should do apart (design §9)."""
    if settings.embedded:
        return
    login, superuser = connection.execute(
        "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = session_user"
    ).fetchone() or ("nobody", False)
    if superuser:
        yield f"DATABASE_URL logs in as {login}, a superuser: nothing keeps the log from changes."
        return
    held = [role for role in DatabaseRole if member(connection, role)]
    if DatabaseRole.OWNER in held:
        yield f"DATABASE_URL logs in as {login}, which may work as {DatabaseRole.OWNER} too."
    if {DatabaseRole.WRITER, DatabaseRole.READER} <= {*held}:
        yield f"{login} both writes and audits: give auditors a login of their own."


def member(connection: psycopg.Connection[Any], role: DatabaseRole) -> bool:
    query = "SELECT pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s"
    [held] = connection.execute(query, [role]).fetchone() or [False]
    return bool(held)


def show(found: Findings) -> None:
    print_facts({name: said(value) for name, value in found.facts.items()})
    for fault in found.faults:
        console.print(Text(f"✗ {fault}", style="bold red"))
    for warning in found.warnings:
        console.print(Text(f"! {warning}", style="yellow"))
    if not found.faults and not found.warnings:
        console.print(Text("All is in order.", style="green"))


def said(value: object) -> object:
    """Parts of a fact in one line."""
    match value:
        case {"running": running, "position": position, "lag": lag}:
            return f"{'running' if running else 'not running'}, at {position}, {lag} behind"
        case dict():
            return ", ".join(f"{name} {part}" for name, part in value.items())
        case _:
            return value
