"""What figures must be, counted in plain Python from the rows that a fold of the log gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

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
    if name == "contact_figures":
        return contact_figures(seen["contacts"], given)
    if name == "field_figures":
        return field_figures(seen["field_orders"], given)
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


def contact_figures(contacts: Sequence[Any], given: Mapping[str, Any]) -> list[Told]:
    """Contacts by week, by month, and by category (CON-4)."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    first, last = given["since"] or date.min, given["before"] or date.max
    for contact in contacts:
        for period, day in (("week", contact.week), ("month", contact.month)):
            in_station = given["station_id"] in (None, contact.station_id)
            if given["period"] in (None, period) and in_station and first <= day < last:
                groups[period, day, contact.station_id, contact.category].append(contact)
    wanted = sorted(groups, key=lambda key: (*key[:2], *map(nulls_last, key[2:])))
    return [Told("ContactFigures", contact_counts(key, groups[key])) for key in wanted]


def nulls_last(value: Any) -> tuple[bool, str]:
    return value is None, str(value)


def contact_counts(key: Any, contacts: Sequence[Any]) -> dict[str, Any]:
    def known(name: str) -> int:
        return sum(getattr(contact, name) is not None for contact in contacts)

    def so(name: str) -> int:
        return sum(getattr(contact, name) is True for contact in contacts)

    period, first_day, station_id, category = key
    return {
        "period": period,
        "first_day": first_day,
        "station_id": station_id,
        "category": None if category is None else str(category),
        "contacts": len(contacts),
        "missed": so("missed"),
        "returned_in_time": so("returned_in_time"),
        "contacted": known("contacted_at"),
        "contacted_in_time": so("contacted_in_time"),
        "answered": known("answered_at"),
        "answered_in_time": so("answered_in_time"),
        "referred": known("referred_at"),
        "referred_in_time": so("referred_in_time"),
        "opportunities": sum(contact.opportunity_count for contact in contacts),
    }


def field_figures(orders: Sequence[Any], given: Mapping[str, Any]) -> list[Told]:
    """The monthly measures of field orders (FLD-10)."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for order in orders:
        if order.reported_on and given["station_id"] in (None, order.station_id):
            month = order.reported_on.replace(day=1)
            if (given["month_since"] or date.min) <= month < (given["month_before"] or date.max):
                groups[month, order.station_id].append(order)
    wanted = sorted(groups, key=lambda key: (key[0], key[1] is None, key[1] or UUID(int=0)))
    return [Told("FieldFigures", field_measures(key, groups[key])) for key in wanted]


def field_measures(key: Any, orders: Sequence[Any]) -> dict[str, Any]:
    def known(name: str) -> int:
        return sum(getattr(order, name) is not None for order in orders)

    def so(name: str) -> int:
        return sum(getattr(order, name) is True for order in orders)

    reviewed = [order for order in orders if order.reviewed_at]
    told = {
        "month": key[0],
        "station_id": key[1],
        "orders": len(orders),
        "contacted": known("contact_in_time"),
        "contacted_in_time": so("contact_in_time"),
        "contacted_in_time_as_recorded": so("contact_in_time_as_recorded"),
        "arrived": known("arrival_in_time"),
        "arrived_in_time": so("arrival_in_time"),
        "arrived_in_time_as_recorded": so("arrival_in_time_as_recorded"),
        "visited": known("repaired_on_first_visit"),
        "repaired_on_first_visit": so("repaired_on_first_visit"),
        "closed": known("closed_at"),
        "called_back": known("called_back_at"),
        "reviewed": len(reviewed),
        "accepted_at_once": sum(order.reports_returned == 0 for order in reviewed),
    }
    rates = {
        "first_response_rate": ("contacted_in_time", "contacted"),
        "first_response_rate_as_recorded": ("contacted_in_time_as_recorded", "contacted"),
        "arrival_rate": ("arrived_in_time", "arrived"),
        "arrival_rate_as_recorded": ("arrived_in_time_as_recorded", "arrived"),
        "first_time_fix_rate": ("repaired_on_first_visit", "visited"),
        "callback_rate": ("called_back", "closed"),
        "report_quality": ("accepted_at_once", "reviewed"),
    }
    return told | {name: ratio(told[over], told[under]) for name, (over, under) in rates.items()}


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
