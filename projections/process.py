"""How things went through their activities: figures of a process, from our own events.

They are read from the log itself: only there does every step stand with its time, and a view with a
row a step would be the log once more (decision 28). Which events count, and for which activity they
stand, a map says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson

from application.importing.log_map import Meaning
from application.recorded import Position
from domain.corrections import TimeCorrected
from projections.reading import Reader

STATEMENT: Final = files("projections").joinpath("process.sql").read_bytes()


class Limits(NamedTuple):
    """How many of what there may be very many of are told."""

    variants: int = 3
    successions: int = 12


class ProcessFigures(NamedTuple):
    """What most tools call them. A case is a thing in whose history one of the events is.

    Counts are by activity, the most frequent first. Times are from the first to the last event of
    a case; of an even number of them the median is the later of the two in the middle.
    """

    cases: int
    events: int
    activities: Mapping[str, int]
    start: Mapping[str, int]  # with which activity how many cases begin
    end: Mapping[str, int]
    n_variants: int  # ways in which cases went, each an order of activities
    top_variants: Sequence[tuple[Sequence[str], int]]
    rework_cases: Mapping[str, int]  # in how many cases an activity comes more than once
    dfg_top: Sequence[tuple[tuple[str, str], int]]  # which activity directly follows which
    throughput_seconds: Mapping[str, float | None]


async def process_figures(
    reader: Reader, meanings: Sequence[Meaning], upto: Position, limits: Limits
) -> ProcessFigures:
    """The figures as of a position. Raises Unavailable or TakesTooLong."""
    [row] = await reader.rows(
        STATEMENT,
        {
            "types": [meaning.event_type for meaning in meanings],
            "facts": [orjson.dumps(dict(meaning.facts)).decode() for meaning in meanings],
            "activities": [meaning.activity for meaning in meanings],
            "correction": TimeCorrected.type_name(),
            "position": upto,
            **limits._asdict(),
        },
    )
    cases, events, activities, start, end, n_variants, variants, rework, successions, times = row
    return ProcessFigures(
        cases,
        events,
        counts(activities),
        counts(start),
        counts(end),
        n_variants,
        [(each["way"], each["times"]) for each in variants or ()],
        counts(rework),
        [((each["activity"], each["next"]), each["times"]) for each in successions or ()],
        times,
    )


def counts(found: Sequence[Mapping[str, Any]] | None) -> dict[str, int]:
    return {each["activity"]: each["count"] for each in found or ()}
