"""Two ways of doing the same, in turns, so that a slow minute of the machine slows both."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROUNDS = 5
ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"

Measure = Callable[[], float]  # one round; what it gives is better the higher it is


@dataclass(frozen=True)
class Comparison:
    """Medians of the rounds. Higher is better, and so is a ratio over one."""

    name: str
    unit: str
    ours: float
    reference: float
    reference_name: str
    ratio: float


def compare(
    name: str, unit: str, ours: Measure, reference_name: str, reference: Measure
) -> Comparison:
    rounds = [(ours(), reference()) for _ in range(ROUNDS)]
    mine, theirs = (median(column) for column in zip(*rounds, strict=True))
    return Comparison(
        name, unit, round(mine, 1), round(theirs, 1), reference_name, round(mine / theirs, 2)
    )


def written(comparisons: Iterable[Comparison], server: str) -> str:
    """The document and the results, written anew."""
    rows = list(comparisons)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    text = document(rows, server)
    DOCUMENT.write_text(text)
    return text


def document(rows: Iterable[Comparison], server: str) -> str:
    table = "\n".join(
        f"| {row.name} | {row.ours:,.0f} {row.unit} | {row.reference:,.0f} "
        f"| {row.reference_name} | {row.ratio:.2f} |"
        for row in rows
    )
    return f"""# Performance

`make bench` measures what is below and writes this page and `benchmarks/results/latest.json`.
Only the ratios mean something elsewhere: both sides run in turns, in one process, against one
server with PostgreSQL's own durability settings, and each figure is the median of {ROUNDS} rounds.

Measured on {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()},
{server}.

| what | ours | reference | which is | ratio |
|---|---:|---:|---|---:|
{table}
"""
