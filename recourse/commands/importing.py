"""Taking over history from other systems: what was recorded, and what could not be mapped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from application.importing.log_map import LogMap
from application.importing.recording import import_history
from application.importing.report import Report
from application.importing.xes import LogUnreadable, check, traces
from domain.messages import Role
from recourse.bootstrap import Program, built, settle, utc_now
from recourse.commands.options import AsJson
from recourse.exits import Exit, NotInOrder
from recourse.maps import read_map
from recourse.operator import operator
from recourse.output import complaints, console, print_json, print_table
from recourse.settings import Settings


def import_log(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="A process log in XES, .xes or .xes.gz.",
        ),
    ],
    map_name: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="MAP.toml",
            help="What its activities are in our words: a file, or the name of a map that ships.",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and map; record nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take over history from another system as events of our own, with the times they had there.

    They are marked as imported and not checked by our rules; what the log does not say stays
    unknown, and nothing reacts to them. Each is recorded once: what was broken off, or what a
    completed map can say by now, is imported by doing it again. A file that is not in order is
    refused whole. Exit code 1 if something could not be mapped, or is not as it was when it was
    imported: the output says what, how often, and where first.
    """
    log_map = read_map(map_name)
    report = take_over(file, log_map, dry_run=dry_run)
    if as_json:
        print_json(described(report))
    else:
        show(report, dry_run=dry_run)
    if not report.complete:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def take_over(file: Path, log_map: LogMap, *, dry_run: bool) -> Report:
    """Raises NotInOrder if the file cannot be read to its end; then nothing was recorded."""
    bars = BarColumn(), DownloadColumn(), TimeRemainingColumn()
    try:
        size = check(file)
        with (
            built(Settings.from_env()) as program,
            Progress(
                TextColumn("{task.description}"), *bars, console=complaints, transient=True
            ) as bar,
        ):
            reading = bar.add_task("importing", total=size)
            report = read_into(
                program, file, log_map, lambda more: bar.advance(reading, more), dry_run=dry_run
            )
            if report.recorded and not dry_run:
                bar.add_task("bringing the views up to date", total=None)
                settle(program)
            return report
    except LogUnreadable as error:
        raise NotInOrder(f"{file}: {error}") from error


def read_into(
    program: Program,
    file: Path,
    log_map: LogMap,
    progress: Callable[[int], object],
    *,
    dry_run: bool,
) -> Report:
    return import_history(
        program.log,
        traces(file, progress),
        log_map,
        operator(Role.ADMIN),
        utc_now(),
        dry_run=dry_run,
    )


# ── what is said of it ──────────────────────────────────────────────────────


def described(report: Report) -> dict[str, Any]:
    """What a program wants to know."""
    return {
        "source": report.source,
        "traces": report.traces,
        "events": report.events,
        "recorded": report.recorded,
        "known": report.known,
        "ignored": report.ignored,
        "unmapped": [
            {**kind._asdict(), "count": tally.count, "first": tally.first._asdict()}
            for kind, tally in report.unmapped.items()
        ],
        "changed": [
            {"event_type": event_type, "count": tally.count, "first": tally.first._asdict()}
            for event_type, tally in report.changed.items()
        ],
        "unknown_people": dict(report.people.most_common()),
        "not_kept": dict(report.not_kept.most_common()),
        "not_kept_of_traces": dict(report.not_kept_of_traces.most_common()),
    }


def show(report: Report, *, dry_run: bool) -> None:
    facts = described(report)
    if facts["unmapped"]:
        columns = ["activity", "=phase", "why", "#events", "=first in trace", "#at event"]
        print_table(columns, map(left_out, facts["unmapped"]), "Not mapped")
    if facts["changed"]:
        columns = ["event", "#events", "=first in trace", "#at event"]
        print_table(columns, map(differing, facts["changed"]), "Not as imported before")
    for title, key in (
        ("People whom the map does not know", "unknown_people"),
        ("Said of events, and not kept", "not_kept"),
        ("Said of traces, and not kept", "not_kept_of_traces"),
    ):
        if facts[key]:
            told = ", ".join(f"{name} ({times})" for name, times in facts[key].items())
            console.print(Text(f"{title}: {told}."))
    unmapped = sum(tally.count for tally in report.unmapped.values())
    console.print(
        f"{'Dry run, nothing was recorded: ' if dry_run else ''}{report.source}: "
        f"{report.traces} traces with {report.events} events: {report.recorded} recorded, "
        f"{report.known} known already, {report.ignored} ignored, {unmapped} not mapped."
    )


def left_out(row: dict[str, Any]) -> list[object]:
    place = row["first"]
    return [row["activity"], row["lifecycle"], row["why"], row["count"], *place.values()]


def differing(row: dict[str, Any]) -> list[object]:
    return [row["event_type"], row["count"], *row["first"].values()]
