"""What figures must be, counted in plain Python from the rows that a fold of the log gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FOUR_PLACES = Decimal("0.0001")
ANSWERED = {"accepted", "rejected", "abandoned", "not_claimable"}


@dataclass(frozen=True)
class Told:
    """An object of an answer: its type, its fields, and the rows of the list behind it."""

    name: str
    fields: Mapping[str, Any]
    view: str = ""
    rows: Sequence[Any] = ()


def found(name: str, seen: Mapping[str, Any], given: Mapping[str, Any], position: int) -> Any:
    if name == "claim_figures":
        return claim_figures(seen["claims"], given)
    return reconciliation(seen, given, position)


# ── monthly measures (CLM-10) ───────────────────────────────────────────────


def claim_figures(claims: Sequence[Any], given: Mapping[str, Any]) -> list[Told]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for claim in claims:
        if claim.submitted_on:
            month = claim.submitted_on.replace(day=1)
            key = (month, claim.manufacturer_id, claim.station_id, claim.currency)
            groups[key].append(claim)
    wanted = (key for key in sorted(groups) if in_group(key, given))
    return [Told("ClaimFigures", measures(key, groups[key])) for key in wanted]


def in_group(key: Any, given: Mapping[str, Any]) -> bool:
    month, *names = key
    since, before = given["month_since"] or date.min, given["month_before"] or date.max
    asked = [given[name] for name in ("manufacturer_id", "station_id", "currency")]
    same = all(wanted is None or wanted == name for wanted, name in zip(asked, names, strict=True))
    return same and since <= month < before


def measures(key: Any, claims: Sequence[Any]) -> dict[str, Any]:
    standing = [str(claim.closed_from or claim.status) for claim in claims]
    names = ("month", "manufacturer_id", "station_id", "currency")
    told = dict(zip(names, key, strict=True)) | {
        "submitted": len(claims),
        "in_time": sum(not claim.late for claim in claims),
        "complete": sum(not claim.found_incomplete for claim in claims),
        "answered": sum(status in ANSWERED for status in standing),
        "accepted": standing.count("accepted"),
        "withdrawn": standing.count("withdrawn"),
        "claimed": total(claims, "claimed"),
        "credited": total(claims, "credited"),
    }
    return told | {
        "timeliness": ratio(told["in_time"], told["submitted"]),
        "completeness": ratio(told["complete"], told["submitted"]),
        "success": ratio(told["accepted"], told["answered"] + told["withdrawn"]),
        "payout": ratio(told["credited"], told["claimed"]),
    }


def ratio(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(FOUR_PLACES, ROUND_HALF_UP)


# ── reconciliation (CRN-7, CRN-9) ───────────────────────────────────────────

CLAIMS = {
    "submitted": "claimed",
    "credited": "credited",
    "open": "open",
    "disputed": "disputed",
    "refused": "refused",
    "written_off": "written_off",
    "abandoned": "abandoned",
    "withdrawn": "withdrawn",
    "undecided": "unanswered",
    "overpaid": "overpaid",
}
NOTES = ("payable", "applied", "kept", "disputed", "written_off", "carried_over", "unapplied")
AGES = {"to_30": (0, 30), "to_60": (31, 60), "to_90": (61, 90), "over_90": (91, 10**6)}


def reconciliation(seen: Mapping[str, Any], given: Mapping[str, Any], position: int) -> Told:
    since, before = given["since"], given["before"]
    claims = [claim for claim in of_them(seen["claims"], given) if claim.submitted_on]
    notes = of_them(seen["credit_notes"], given)
    submitted = [claim for claim in claims if since <= claim.submitted_on < before]
    issued = [note for note in notes if since <= note.issued_on < before]
    day = given["aged_on"] or before - timedelta(days=1)
    still_open = [claim for claim in claims if claim.open and claim.submitted_on < before]
    sides = {
        "claims": Told(
            "ReconciledClaims",
            {n: claims_figure(submitted, column, n == "submitted") for n, column in CLAIMS.items()},
        ),
        "notes": Told("ReconciledNotes", {n: notes_figure(issued, n) for n in NOTES}),
        "aged": Told(
            "ReconciledAged", {n: aged(still_open, day, *days) for n, days in AGES.items()}
        ),
    }
    return Told("Reconciliation", {"position": str(position), **sides})


def of_them(rows: Sequence[Any], given: Mapping[str, Any]) -> list[Any]:
    whose = (given["manufacturer_id"], given["currency"])
    return [row for row in rows if (row.manufacturer_id, row.currency) == whose]


def claims_figure(claims: Sequence[Any], column: str, every: bool = False) -> Told:
    return figure("ClaimsFigure", "claims", claims, column, every)


def notes_figure(notes: Sequence[Any], column: str) -> Told:
    return figure("NotesFigure", "credit_notes", notes, column, column == "payable")


def aged(claims: Sequence[Any], day: date, least: int, most: int) -> Told:
    of_age = [claim for claim in claims if least <= (day - claim.submitted_on).days <= most]
    return claims_figure(of_age, "open")


def figure(name: str, view: str, rows: Sequence[Any], column: str, every: bool) -> Told:
    """The amount comes from the rows of the list alone; the others add nothing but decimals."""
    behind = [row for row in rows if every or getattr(row, column)]
    fields = {"amount": total(rows, column), "count": len(behind)}
    return Told(name, fields, view, behind)


def total(rows: Sequence[Any], column: str) -> Decimal:
    return sum((getattr(row, column) for row in rows), Decimal(0))
