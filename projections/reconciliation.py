"""Reconciliation: what was claimed and what became of it, at one position (CRN-7, CRN-9).

The figures of each side are disjoint and add up to its first. Each says which rows are behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL

from application.recorded import Position
from projections.access import Reach
from projections.reading import Reader
from projections.statements import found

TOTALS: Final = files("projections").joinpath("reconciliation.sql").read_text()
ZERO: Final = Decimal(0)

CLAIMS: Final[Mapping[str, str]] = {
    "submitted": "",
    "credited": "credited_above",
    "open": "open_above",
    "disputed": "disputed_above",
    "refused": "refused_above",
    "written_off": "written_off_above",
    "abandoned": "abandoned_above",
    "withdrawn": "withdrawn_above",
    "undecided": "unanswered_above",
    "overpaid": "overpaid_above",
}
"""The figures of claims, and the argument of the list of claims that is behind each."""

NOTES: Final[Mapping[str, str]] = {
    "payable": "",
    "applied": "applied_not",
    "kept": "kept_not",
    "disputed": "disputed_not",
    "written_off": "written_off_not",
    "carried_over": "carried_over_not",
    "unapplied": "unapplied_not",
}
"""The figures of notes, and the argument of the list of notes that is behind each."""

AGES: Final[Mapping[str, tuple[int, int | None]]] = {
    "to_30": (0, 30),
    "to_60": (31, 60),
    "to_90": (61, 90),
    "over_90": (91, None),
}
"""From how many days to how many since a claim was submitted (CRN-9)."""

SQL_TYPES: Final = {
    "manufacturer_id": SQL("uuid"),
    "currency": SQL("text"),
    "since": SQL("date"),
    "before": SQL("date"),
    "aged_on": SQL("date"),
}


@dataclass(frozen=True)
class Figure:
    """An amount, how many rows it comes from, and the arguments of the list that holds these."""

    amount: Decimal
    count: int
    behind: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Claims submitted, and notes issued, from a day until before another; ages as on a day."""

    manufacturer_id: UUID
    currency: str
    since: date
    before: date
    aged_on: date


@dataclass(frozen=True)
class Reconciliation:
    """All of one moment. submitted = credited + open + disputed + refused + written off +
    abandoned + withdrawn + undecided; payable = applied + kept + disputed + written off +
    carried over + unapplied. What was paid over stands beside it.
    """

    position: Position
    wanted: Wanted
    claims: Mapping[str, Figure]
    notes: Mapping[str, Figure]
    aged: Mapping[str, Figure]


async def reconcile(
    reader: Reader, wanted: Wanted, position: Position, reach: Reach
) -> Reconciliation:
    """The figures as of a position that the views show, of the rows that the reader may see."""
    given = {name: (getattr(wanted, name), sql) for name, sql in SQL_TYPES.items()}
    views = ("claims", "credit_notes")
    rows = await found(reader, TOTALS, views, given, as_of=position, reach=reach)
    totals = {(side, name): (amount, count) for side, name, amount, count in rows}
    return reconciliation(wanted, position, totals)


def reconciliation(
    wanted: Wanted, position: Position, totals: Mapping[tuple[str, str], tuple[Decimal, int]]
) -> Reconciliation:
    def figure(side: str, name: str, behind: Mapping[str, Any]) -> Figure:
        return Figure(*totals.get((side, name), (ZERO, 0)), behind)

    return Reconciliation(
        position,
        wanted,
        {name: figure("claims", name, of_claims(wanted, above)) for name, above in CLAIMS.items()},
        {name: figure("notes", name, of_notes(wanted, but)) for name, but in NOTES.items()},
        {name: figure("aged", name, of_age(wanted, *days)) for name, days in AGES.items()},
    )


def of_claims(wanted: Wanted, above: str) -> dict[str, Any]:
    """The arguments of the list of claims with the figure: those where it is more than nothing."""
    period = {"submitted_on_since": wanted.since, "submitted_on_before": wanted.before}
    return {**whose(wanted), **period, **({above: ZERO} if above else {})}


def of_notes(wanted: Wanted, but: str) -> dict[str, Any]:
    """The arguments of the list of notes with the figure: those where it is not nothing."""
    period = {"issued_on_since": wanted.since, "issued_on_before": wanted.before}
    return {**whose(wanted), **period, **({but: ZERO} if but else {})}


def of_age(wanted: Wanted, least: int, most: int | None) -> dict[str, Any]:
    """Open claims that are so many days old; the youngest are all that remain."""
    before = wanted.aged_on - timedelta(days=least - 1) if least else wanted.before
    behind = {
        **whose(wanted),
        "submitted_on_before": min(before, wanted.before),
        "open_above": ZERO,
    }
    if most is not None:
        behind["submitted_on_since"] = wanted.aged_on - timedelta(days=most)
    return behind


def whose(wanted: Wanted) -> dict[str, Any]:
    return {"manufacturer_id": wanted.manufacturer_id, "currency": wanted.currency}
