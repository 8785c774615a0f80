"""Figures of how things went through their activities."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from application.recorded import Position
from projections.catalogue import VIEWS
from projections.process import Limits, ProcessFigures, process_figures
from projections.reading import Reader
from recourse.bootstrap import Program, built, readers
from recourse.commands.options import AsJson, AsOf, moment
from recourse.maps import read_map
from recourse.output import console, print_facts, print_json, print_table
from recourse.settings import Settings

TOP = Limits()


def process(
    map_name: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="MAP.toml",
            help="Which of our events count, and in whose words: a file, or a map that ships.",
        ),
    ] = "phone-repair",
    variants: Annotated[
        int, typer.Option(min=1, max=1000, help="How many of the most frequent ways to tell.")
    ] = TOP.variants,
    successions: Annotated[
        int, typer.Option(min=1, max=1000, help="How many of the most frequent successions.")
    ] = TOP.successions,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """How cases went through their activities: how many, in which order, what was done again.

    Computed from our own events, imported or not, by a map of `recourse import log` read the other
    way round. Times are the right ones where they were corrected.
    """
    log_map = read_map(map_name)
    with built(Settings.from_env()) as program:
        upto = position(program, as_of)
        limits = Limits(variants, successions)

        async def asked() -> ProcessFigures:
            pool = readers(program.database, program.settings.statement_timeout)
            async with Reader(VIEWS, pool, program.log) as reader:
                return await process_figures(reader, log_map.meanings(), upto, limits)

        figures = asyncio.run(asked())
    counted = f"lifecycle={','.join(log_map.counted)}"
    if as_json:
        print_json({**figures._asdict(), "filter": counted})
    else:
        show(figures, counted)


def position(program: Program, as_of: str | None) -> Position:
    if as_of is None:
        return program.log.last()
    at = moment(as_of)
    return at if isinstance(at, int) else program.log.position_at(at)


def show(figures: ProcessFigures, counted: str) -> None:
    rows = [
        [name, count, *(part.get(name) for part in (figures.start, figures.end)), rework]
        for name, count in figures.activities.items()
        for rework in (figures.rework_cases.get(name),)
    ]
    print_table(["activity", "#events", "#begins", "#ends", "#cases with rework"], rows)
    ways = [[" → ".join(way), times] for way, times in figures.top_variants]
    print_table([f"the most frequent of {figures.n_variants} ways", "#cases"], ways)
    steps = [[*pair, times] for pair, times in figures.dfg_top]
    print_table(["after", "comes", "#times"], steps)
    print_facts(durations(figures.throughput_seconds))
    console.print(f"{figures.cases} cases with {figures.events} events ({counted}).")


def durations(seconds: Mapping[str, Any]) -> dict[str, object]:
    """From the first to the last event of a case, to the second."""
    return {
        f"{name} throughput time": None if value is None else timedelta(seconds=round(value))
        for name, value in seconds.items()
    }
