"""What is running, how far it is, and what ought to be put right."""

from __future__ import annotations

from dataclasses import asdict

import psycopg
import typer
from rich.text import Text

from application.database import Database, DatabaseRole
from application.migrating import MigrationRefused, pending
from recourse.bootstrap import database
from recourse.commands.options import AsJson
from recourse.embedded import EmbeddedServerFailed
from recourse.examining import machine, server
from recourse.examining.work import work
from recourse.exits import Exit
from recourse.findings import Finding, Findings
from recourse.output import console, print_facts, print_json
from recourse.settings import Settings


def doctor(as_json: AsJson = False) -> None:
    """Look at machine, settings, keys, database, roles, log, views and reactions; change nothing.

    It also says which processes are at work, and whether what is behind moves. Exit code 1 if
    something has to be put right, 3 if the database cannot be reached.
    """
    settings = Settings.from_env()
    found = Findings()
    found.facts |= machine.versions() | machine.told(settings)
    machine.keys(settings, found)
    machine.disk(settings, found)
    reached = examined(settings, found)
    if as_json:
        told = {kind: list(map(asdict, getattr(found, kind))) for kind in ("faults", "warnings")}
        print_json(found.facts | told)
    else:
        show(found)
    if not reached:
        raise typer.Exit(Exit.UNAVAILABLE)
    if found.faults:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def examined(settings: Settings, found: Findings) -> bool:
    """False if the database cannot be reached."""
    try:
        with database(settings) as looked_at:
            look_at(settings, looked_at, found)
    except EmbeddedServerFailed as error:
        found.fault(str(error), "Put right what it names; its log is beside its data.")
        return False
    except psycopg.OperationalError as error:
        found.fault(
            f"The database cannot be reached: {' '.join(str(error).split())}",
            "Start it, or put DATABASE_URL right.",
        )
        return False
    return True


def look_at(settings: Settings, looked_at: Database, found: Findings) -> None:
    with psycopg.connect(looked_at.conninfo(), autocommit=True) as connection:
        server.version(connection, found)
        server.room(connection, found)
        server.roles(settings, connection, found)
        machine.clocks(connection, found)
        if not is_migrated(looked_at, found):
            return
        server.append_only(connection, found)
    machine.key_opens(settings, looked_at, found)
    conninfo = looked_at.conninfo(DatabaseRole.WRITER)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        server.durability(connection, found)
        work(connection, found)


def is_migrated(looked_at: Database, found: Findings) -> bool:
    try:
        missing = pending(looked_at)
    except MigrationRefused as refused:
        found.fault(str(refused), "Run the release that belongs to this database.")
        return False
    found.facts["migrations"] = "missing" if missing else "all applied"
    if missing:
        found.fault(f"Migrations are missing: {', '.join(missing)}.", "recourse migrate")
    return not missing


# ── for people ──────────────────────────────────────────────────────────────


def show(found: Findings) -> None:
    print_facts({name: said(value) for name, value in found.facts.items()})
    for fault in found.faults:
        tell("✗", fault, "bold red")
    for warning in found.warnings:
        tell("!", warning, "yellow")
    if not found.faults and not found.warnings:
        console.print(Text("All is in order.", style="green"))


def tell(mark: str, finding: Finding, style: str) -> None:
    console.print(Text(f"{mark} {finding.what}", style=style), soft_wrap=True)
    console.print(Text(f"  → {finding.do}"), soft_wrap=True)


def said(value: object) -> object:
    """Parts of a fact in one line."""
    match value:
        case {"by": by, "position": position, "lag": lag, "seconds": seconds, "moved": moved}:
            behind = f", {lag} events and {seconds:.0f} s behind, moving by {moved}" if lag else ""
            return f"at {position}{behind}, by {by or 'nobody'}"
        case {"process": process, "active for": parts}:
            return f"{process}{' (active: ' + ', '.join(parts) + ')' if parts else ''}"
        case dict():
            return ", ".join(f"{name} {said(part)}" for name, part in value.items()) or "none"
        case list():
            return "; ".join(str(said(part)) for part in value) or "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return value
