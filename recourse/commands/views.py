"""The views: how far they are, what they could not take in, and building them anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer
from psycopg.sql import SQL, Identifier
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from application.recorded import Position
from projections import dead_letters
from projections.catalogue import VIEWS
from projections.dead_letters import DeadLetter, SkippedLetter
from projections.rebuilding import MEMORY, Report
from projections.rebuilding import rebuild as rebuild_views
from projections.replaying import Difference, differences
from projections.replaying import replay as replay_log
from projections.requeueing import requeue as requeue_letters
from projections.requeueing import skip as skip_letter
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.options import AsJson, AsOf, moment
from recourse.exits import Exit
from recourse.output import complaints, console, print_json, print_table
from recourse.settings import Settings

MIB: Final = 2**20
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
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Forget what an interrupted rebuild has done.")
    ] = False,
    memory: Annotated[
        int, typer.Option(min=1, help="MiB that rows may take; with less, in more passes.")
    ] = MEMORY // MIB,
    as_json: AsJson = False,
) -> None:
    """Build a view anew from the log, while the old one goes on serving; then switch.

    It may be interrupted and given again: it goes on from the last part that was finished. Says
    which views did not hold what the log says.
    """
    if (view is None) is not every:
        raise typer.BadParameter("name one view, or say --all.")
    names = list(VIEWS) if view is None else [known_view(view)]
    with built(Settings.from_env()) as program, progress("rebuilding") as report:
        done = rebuild_views(program.engine, names, report, memory=memory * MIB, afresh=afresh)
        rows = {name: count(program, name) for name in names}
    differing = [each.view for each in done if each.differs]
    if as_json:
        print_json({"rebuilt": rows, "differed": differing})
    else:
        for name, total in rows.items():
            console.print(f"Rebuilt {name}: {total} rows.")
        for name in differing:
            console.print(f"{name} did not hold what the log says. Now it does.")


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
        skipped = dead_letters.skipped(program.engine.cursor)
        rows = {name: count(program, name) for name in VIEWS}
    still = {name: len({x.key for x in letters if x.view == name}) for name in VIEWS}
    if as_json:
        views = {
            n: {"rows": rows[n], "parked": still[n], "version": VIEWS[n].version} for n in VIEWS
        }
        facts: dict[str, object] = {"position": reached, "last_position": last, "views": views}
        facts |= {
            "dead_letters": [letter._asdict() for letter in letters],
            "skipped": [letter._asdict() for letter in skipped],
        }
        print_json(facts)
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
        show_skipped(skipped)
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


def skip(
    view: Annotated[str, typer.Argument(metavar="VIEW", help="As `recourse views` calls it.")],
    position: Annotated[int, typer.Argument(metavar="POSITION", help="Of the event, in the log.")],
    reason: Annotated[str, typer.Option(help="Why the rows can do without it.")],
    as_json: AsJson = False,
) -> None:
    """Let rows that could not take in an event go on without it, today and whenever rebuilt.

    The last resort, when no release will ever take it in. It stays on record with the reason, and
    `views status` tells of it. Exit code 1 if no row of the view failed at this event.
    """
    name = known_view(view)
    with built(Settings.from_env()) as program:
        rows = skip_letter(program.engine, name, Position(position), reason)
        remaining = dead_letters.letters(program.engine.cursor, name)
    if as_json:
        letters = [letter._asdict() for letter in remaining]
        print_json({"rows": rows, "dead_letters": letters})
    elif rows:
        console.print(f"Rows that go on without event {position}: {rows}.")
        show_letters(remaining)
    else:
        console.print(f"No row of {name} failed at event {position}. Nothing was skipped.")
    if not rows:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def show_skipped(skipped: list[SkippedLetter]) -> None:
    if skipped:
        rows = [(x.position, x.view, x.key, x.reason, x.error) for x in skipped]
        print_table(
            ["#position", "view", "row", "reason", "error"], rows, title="Left out for good"
        )


def show_letters(letters: list[DeadLetter]) -> None:
    if letters:
        rows = [(x.position, x.view, x.key, x.error or "waits behind", x.attempts) for x in letters]
        columns = ["#position", "view", "row", "why", "#attempts"]
        print_table(columns, rows, title="What could not be taken in")
