"""Serving, and the demonstration."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event
from types import FrameType
from typing import Annotated, Final, Never

import typer
import uvicorn
from fastapi import FastAPI
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from recourse.bootstrap import Part, adopt_policies, running
from recourse.commands.options import AsJson
from recourse.demo.telling import load
from recourse.exits import NotInOrder
from recourse.issuing import verifier
from recourse.output import complaints, console, print_json
from recourse.settings import Settings
from recourse.web import looked_after, web

LOOPBACK: Final = "127.0.0.1"
PATIENCE: Final = 10  # seconds for answers under way when the server is told to stop


def serve(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, metavar="PORT", help="Where to listen; 0: any free port."),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Off loopback only with an OpenID issuer.")
    ] = LOOPBACK,
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demonstration first, unless it is loaded.")
    ] = False,
    without: Annotated[
        list[Part] | None,
        typer.Option(metavar="PART", help="Leave `views` or `reactions` to other processes."),
    ] = None,
) -> None:
    """Serve GraphQL and HTTP, feed the views, and let the reactions run, until interrupted.

    Any number of these may run on one database: one at a time feeds the views, one lets the
    reactions run, and the others take over when it ends. The policies that ship with the program
    are put into force where none was published.
    """
    settings = Settings.from_env()
    believed = verifier(settings, host)
    if demo:
        load_demo(settings)
    listening = listen(host, settings.port if port is None else port)
    signal.signal(signal.SIGTERM, leave)
    parts = frozenset(Part) - frozenset(without or ())
    with (
        listening,
        suppress(KeyboardInterrupt),
        running(settings, called="serve", parts=parts) as program,
    ):
        adopt_policies(program)
        Server(web(program, believed), partial(announce, settings)).run(sockets=[listening])


def work(
    parts: Annotated[
        list[Part] | None,
        typer.Argument(metavar="[PART]...", help="Only `views`, or only `reactions`; else both."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Show /healthz, /readyz and /metrics there."
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Off loopback only with an OpenID issuer.")
    ] = LOOPBACK,
) -> None:
    """Feed the views and let the reactions run, without serving, until interrupted.

    For processes of their own beside `recourse serve --without views --without reactions`.
    Several may run: the others stand by.
    """
    settings = Settings.from_env()
    signal.signal(signal.SIGTERM, leave)
    with (
        suppress(KeyboardInterrupt),
        running(settings, called="work", parts=parts or frozenset(Part)) as program,
    ):
        console.print(f"At work: {', '.join(sorted(program.parts))} (stop it with Ctrl-C).")
        console.file.flush()
        if port is None:
            Event().wait()
        else:
            app = looked_after(program, verifier(settings, host))
            with listen(host, port) as listening:
                Server(app, shown_at).run(sockets=[listening])


class Server(uvicorn.Server):
    """Says where it is, as soon as it answers there. Told to stop, it takes in nothing more, and
    answers what is under way."""

    def __init__(self, app: FastAPI, announce: Callable[[str], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=PATIENCE,
            )
        )
        self.announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or ():
            self.announce(address(*listening.getsockname()[:2]))


def listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise NotInOrder(
            f"Nothing can listen at {host}:{port}: {error.strerror}. Name another --port."
        ) from error


def leave(_: int, __: FrameType | None) -> Never:
    """Told to stop: leave the orderly way, so that the database is left in peace too."""
    sys.exit(0)


def address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def announce(settings: Settings, address: str) -> None:
    console.print(f"Recourse is at {address}/graphql (stop it with Ctrl-C).", soft_wrap=True)
    if settings.oidc_issuer is None:
        console.print(f"A token to read everything with: {sys.argv[0]} token --role auditor")
    console.file.flush()


def shown_at(address: str) -> None:
    console.print(f"How it fares is shown at {address}/readyz.", soft_wrap=True)
    console.file.flush()


# ── recourse demo ───────────────────────────────────────────────────────────


def demo(as_json: AsJson = False) -> None:
    """Load a believable month of claims and credit notes, once, into an empty database.

    It ends yesterday. What was broken off goes on where it was.
    """
    loaded = load_demo(Settings.from_env(), quiet=as_json)
    if as_json:
        print_json({"loaded": loaded})


def load_demo(settings: Settings, *, quiet: bool = False) -> bool:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=complaints, transient=True) as bar:
        task = bar.add_task("a month passes", total=None)
        loaded = load(settings, lambda done, of: bar.update(task, completed=done, total=of))
    if not quiet:
        console.print(
            "Loaded the demonstration: a month of claims and credit notes."
            if loaded
            else "The demonstration is loaded already: nothing changed."
        )
    return loaded
