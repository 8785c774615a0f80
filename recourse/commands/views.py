"""The views: how far they are, what they could not take in, and building them anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from psycopg.sql import SQL, Identifier
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from application.recorded import Position
from projections import dead_letters
from projections.catalogue import VIEWS
from projections.dead_letters import DeadLetter
from projections.rebuilding import Report
from projections.rebuilding import rebuild as rebuild_views
from projections.replaying import Difference, differences
from projections.replaying import replay as replay_log
from projections.requeueing import requeue as requeue_letters
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.options import AsJson, AsOf, moment
from recourse.exits import Exit
from recourse.output import complaints, console, print_json, print_table
from recourse.settings import Settings

SHOWN = 100  # differences; a view that is wrong everywhere need not be printed whole


def known_view(name: str) -> str:
    if name not in VIEWS:
        raise typer.BadParameter(f"there is no view {name!r}: known are {', '.join(VIEWS)}.")
    return name


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A bar for people, on standard error."""
    columns = TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=complaints, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def report(reached: Position, goal: Position) -> None:
            bar.update(task, completed=reached, total=goal)

        yield report


# ── recourse rebuild ────────────────────────────────────────────────────────


def rebuild(
    view: Annotated[
        str | None, typer.Argument(metavar="VIEW", help="Which one, as `recourse views` calls it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every view.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build a view anew from the log, while the old one goes on serving; then switch."""
    if (view is None) is not every:
        raise typer.BadParameter("name one view, or say --all.")
    names = list(VIEWS) if view is None else [known_view(view)]
    with built(Settings.from_env()) as program, progress("rebuilding") as report:
        rebuild_views(program.engine, names, report)
        rows = {name: count(program, name) for name in names}
    if as_json:
        print_json({"rebuilt": rows})
    else:
        for name, total in rows.items():
            console.print(f"Rebuilt {name}: {total} rows.")


def count(program: Program, view: str) -> int:
    query = SQL("SELECT count(*) FROM {}").format(Identifier(view))
    [total] = program.engine.cursor.execute(query).fetchone() or [0]
    return int(total)


# ── recourse replay ─────────────────────────────────────────────────────────


def replay(as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Derive everything anew from the log alone, and compare it with what the views show.

    Reads no view while it replays: every event is decoded, every stream is evolved and every view
    is folded in memory. Differences are printed, and the exit code is then 1.
    """
    with built(Settings.from_env()) as program, progress("replaying") as report:
        upto = position(caught_up(program), as_of)
        replayed = replay_log(program.engine, upto, report)
        found = list(differences(program.engine, replayed, upto))
    rows = {name: len(folding.rows) for name, folding in replayed.foldings.items()}
    if as_json:
        facts = {"position": upto, "events": replayed.events, "streams": len(replayed.states)}
        print_json({**facts, "rows": rows, "differences": [d._asdict() for d in found]})
    else:
        tell(upto, replayed.events, len(replayed.states), rows, found)
    if found:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def position(program: Program, as_of: str | None) -> Position:
    """Up to where to look: everything that the views show, or as of a moment."""
    reached = program.engine.position()
    if as_of is None:
        return reached
    at = moment(as_of)
    wanted = at if isinstance(at, int) else program.log.position_at(at)
    return Position(min(wanted, reached))


def tell(
    upto: Position, events: int, streams: int, rows: dict[str, int], found: list[Difference]
) -> None:
    console.print(f"Replayed {events} events of {streams} streams, up to position {upto}.")
    print_table(["view", "#rows"], rows.items())
    if not found:
        console.print(Text("The views show exactly what the log says.", style="green"))
        return
    columns = ["=view", "key", "=column", "the log says", "the view shows"]
    print_table(columns, found[:SHOWN], title=f"{len(found)} differences")
    if len(found) > SHOWN:
        console.print(f"… and {len(found) - SHOWN} more.")
    console.print("`recourse rebuild VIEW` makes a view anew from the log.")


# ── recourse views ──────────────────────────────────────────────────────────


def status(as_json: AsJson = False) -> None:
    """Every view: its rows, and those that stand still. Exit code 1 if any does."""
    with built(Settings.from_env()) as program:
        reached, last = caught_up(program).engine.position(), program.log.last()
        letters = dead_letters.letters(program.engine.cursor)
        rows = {name: count(program, name) for name in VIEWS}
    still = {name: len({x.key for x in letters if x.view == name}) for name in VIEWS}
    if as_json:
        views = {
            n: {"rows": rows[n], "parked": still[n], "version": VIEWS[n].version} for n in VIEWS
        }
        facts = {"position": reached, "last_position": last, "views": views}
        print_json({**facts, "dead_letters": [letter._asdict() for letter in letters]})
    else:
        print_table(
            ["=view", "#rows", "#parked", "=needs", "belongs to"],
            [
                (n, rows[n], still[n], view.scope, ", ".join(view.owners) or "everyone")
                for n, view in VIEWS.items()
            ],
        )
        console.print(f"Position {reached} of {last}.")
        show_letters(letters)
    if letters:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def requeue(
    view: Annotated[
        str | None, typer.Argument(metavar="VIEW", help="Of this view only; else of all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """After a fix: take in what could not be taken in, at its own position.

    Rows that had to wait go on as if nothing had happened. Exit code 1 if something remains.
    """
    name = known_view(view) if view else None
    with built(Settings.from_env()) as program:
        before = len(dead_letters.letters(program.engine.cursor, name))
        remaining = requeue_letters(program.engine, name)
    if as_json:
        letters = [letter._asdict() for letter in remaining]
        print_json({"taken_in": before - len(remaining), "dead_letters": letters})
    else:
        console.print(f"Taken in: {before - len(remaining)}. Remaining: {len(remaining)}.")
        show_letters(remaining)
    if remaining:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def show_letters(letters: list[DeadLetter]) -> None:
    if letters:
        rows = [(x.position, x.view, x.key, x.error or "waits behind", x.attempts) for x in letters]
        columns = ["#position", "view", "row", "why", "#attempts"]
        print_table(columns, rows, title="What could not be taken in")
