"""Reconciliation: what was claimed and what became of it, at one position (CRN-7, CRN-9).

The figures of each side are disjoint and add up to its first. Each has the list of the rows that
make it up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.messages import Refusal, RefusalCode
from projections.statements import Behind, Given, NamedStatement, Path

ZERO: Final = Decimal(0)


class PeriodEmpty(Refusal):
    """A period ends after it begins."""

    code = RefusalCode.INVALID
    rule = "CRN-7"


class ClaimsFigure(BaseModel):
    """An amount, and how many claims it comes from."""

    model_config = ConfigDict(frozen=True)

    amount: Decimal
    count: int


class NotesFigure(BaseModel):
    """An amount, and how many credit notes it comes from."""

    model_config = ConfigDict(frozen=True)

    amount: Decimal
    count: int


class ReconciledClaims(BaseModel):
    """submitted = credited + open + disputed + refused + written off + abandoned + withdrawn +
    undecided. What was paid over stands beside it."""

    model_config = ConfigDict(frozen=True)

    submitted: ClaimsFigure
    credited: ClaimsFigure
    open: ClaimsFigure = Field(description="Accepted, and nothing became of it yet.")
    disputed: ClaimsFigure
    refused: ClaimsFigure
    written_off: ClaimsFigure = Field(description="Accepted, and given up.")
    abandoned: ClaimsFigure = Field(description="Rejected, and given up.")
    withdrawn: ClaimsFigure
    undecided: ClaimsFigure
    overpaid: ClaimsFigure


class ReconciledNotes(BaseModel):
    """payable = applied + kept + disputed + written off + carried over + unapplied."""

    model_config = ConfigDict(frozen=True)

    payable: NotesFigure
    applied: NotesFigure
    kept: NotesFigure
    disputed: NotesFigure
    written_off: NotesFigure
    carried_over: NotesFigure
    unapplied: NotesFigure


class ReconciledAged(BaseModel):
    """What is open of all claims submitted until then, by the days since (CRN-9)."""

    model_config = ConfigDict(frozen=True)

    to_30: ClaimsFigure
    to_60: ClaimsFigure
    to_90: ClaimsFigure
    over_90: ClaimsFigure


class Reconciliation(BaseModel):
    """What became of what was submitted to a manufacturer from a day until before another, what
    its notes of these days credit, and how old open items are on a day, by default the last of
    them: figures that add up, each with the list behind it, all as of one position.
    """

    model_config = ConfigDict(frozen=True)

    claims: ReconciledClaims
    notes: ReconciledNotes
    aged: ReconciledAged


def in_order(given: Given) -> None:
    """Raises PeriodEmpty."""
    if given["before"] <= given["since"]:
        raise PeriodEmpty


# ── the lists behind the figures ────────────────────────────────────────────

UNDECIDED: Final = "unanswered"  # so the view of claims calls what is not decided
WHOSE: Final[Behind] = {
    "manufacturer_id": itemgetter("manufacturer_id"),
    "currency": itemgetter("currency"),
}


def period(column: str) -> Behind:
    return {f"{column}_since": itemgetter("since"), f"{column}_before": itemgetter("before")}


def nothing(given: Given) -> Decimal:
    return ZERO


def of_claims(figure: str) -> Behind:
    """Those where it is more than nothing."""
    all_of_them = {**WHOSE, **period("submitted_on")}
    if figure == "submitted":
        return all_of_them
    return {**all_of_them, f"{UNDECIDED if figure == 'undecided' else figure}_above": nothing}


def of_notes(figure: str) -> Behind:
    """Those where it is not nothing."""
    all_of_them = {**WHOSE, **period("issued_on")}
    return all_of_them if figure == "payable" else {**all_of_them, f"{figure}_not": nothing}


AGES: Final[dict[str, tuple[int, int | None]]] = {
    "to_30": (0, 30),
    "to_60": (31, 60),
    "to_90": (61, 90),
    "over_90": (91, None),
}
"""From how many days to how many since a claim was submitted (CRN-9)."""


def of_age(least: int, most: int | None) -> Behind:
    """Open claims that are so many days old."""
    behind = {**WHOSE, "open_above": nothing, "submitted_on_before": at_least(least)}
    return behind if most is None else {**behind, "submitted_on_since": at_most(most)}


def at_least(days: int) -> Callable[[Given], date]:
    return lambda given: min(earlier(aged_on(given), days - 1), given["before"])


def at_most(days: int) -> Callable[[Given], date]:
    return lambda given: earlier(aged_on(given), days)


def earlier(day: date, days: int) -> date:
    """So many days before, as far as there are days."""
    return date.fromordinal(min(max(day.toordinal() - days, 1), date.max.toordinal()))


def aged_on(given: Given) -> date:
    on: date = given.get("aged_on") or given["before"] - timedelta(days=1)
    return on


BEHIND: Final[dict[Path, Behind]] = {
    **{("claims", figure): of_claims(figure) for figure in ReconciledClaims.model_fields},
    **{("notes", figure): of_notes(figure) for figure in ReconciledNotes.model_fields},
    **{("aged", figure): of_age(*days) for figure, days in AGES.items()},
}

RECONCILIATION: Final = NamedStatement(
    name="reconciliation",
    row=Reconciliation,
    views=("claims", "credit_notes"),
    scope="credits:read",
    arguments={
        "manufacturer_id": UUID,
        "currency": str,
        "since": date,
        "before": date,
        "aged_on": date | None,
    },
    single=True,
    lists={ClaimsFigure: "claims", NotesFigure: "credit_notes"},
    behind=BEHIND,
    check=in_order,
)
