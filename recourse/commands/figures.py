"""The monthly measures of claims, and contacts by category (CLM-10, CON-4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from recourse.asking import ask
from recourse.bootstrap import built, caught_up
from recourse.commands.options import AsJson, AsOf, at
from recourse.exits import NotInOrder
from recourse.output import console, print_json, print_table
from recourse.settings import Settings

Json = Mapping[str, Any]

FIGURES: Final = """
query ($asOf: Moment, $since: Date, $before: Date) {
  manufacturers(asOf: $asOf, first: 100) { edges { node { manufacturerId name } } }
  stations(asOf: $asOf, first: 100) { edges { node { stationId name } } }
  claimFigures(asOf: $asOf, monthSince: $since, monthBefore: $before) {
    month manufacturerId stationId currency submitted inTime complete answered accepted withdrawn
    claimed credited timeliness completeness success payout
  }
}"""
RATIOS: Final = ("timeliness", "completeness", "success", "payout")


def claim_figures(
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="Only that month.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Timeliness, completeness, success and payout of claims by the month of submission."""
    with built(Settings.from_env()) as program:
        answer = ask(caught_up(program), FIGURES, asOf=at(as_of), **months(month))
    if as_json:
        print_json(answer["claimFigures"])
        return
    names = {
        **names_of(answer["manufacturers"], "manufacturerId"),
        **names_of(answer["stations"], "stationId"),
    }
    columns = ["=month", "~manufacturer", "=station", "#submitted", "#claimed", *RATIOS]
    print_table(columns, [row(figures, names) for figures in answer["claimFigures"]])
    console.print(f"{len(answer['claimFigures'])} figures{f', as of {as_of}' if as_of else ''}.")


def months(month: str | None) -> dict[str, str | None]:
    """From its first day until before that of the next. Raises NotInOrder."""
    if month is None:
        return {"since": None, "before": None}
    year, _, number = month.partition("-")
    if not (len(year) == 4 and year.isdecimal() and number.isdecimal() and 1 <= int(number) <= 12):
        raise NotInOrder(f"{month} is no month: write it as 2026-03.")
    following = (int(year) + 1, 1) if int(number) == 12 else (int(year), int(number) + 1)
    return {
        "since": f"{year}-{int(number):02}-01",
        "before": f"{following[0]:04}-{following[1]:02}-01",
    }


def names_of(listed: Json, key: str) -> dict[str, str]:
    return {edge["node"][key]: edge["node"]["name"] for edge in listed["edges"]}


def row(figures: Json, names: Mapping[str, str]) -> list[object]:
    return [
        figures["month"][:7],
        names.get(figures["manufacturerId"]),
        names.get(figures["stationId"]),
        figures["submitted"],
        f"{figures['claimed']} {figures['currency']}",
        *(percent(figures[ratio]) for ratio in RATIOS),
    ]


def percent(ratio: str | None) -> str | None:
    return None if ratio is None else f"{Decimal(ratio):.1%}"


# ── contacts ────────────────────────────────────────────────────────────────

CONTACTS: Final = """
query ($asOf: Moment, $period: String, $since: Date, $before: Date) {
  stations(asOf: $asOf, first: 100) { edges { node { stationId name } } }
  contactFigures(asOf: $asOf, period: $period, since: $since, before: $before) {
    period firstDay stationId category contacts missed returnedInTime contacted contactedInTime
    answered answeredInTime referred referredInTime opportunities
  }
}"""


class Span(StrEnum):
    """For how long contacts are counted together."""

    WEEK = "week"
    MONTH = "month"


def contact_figures(
    by: Annotated[Span, typer.Option(help="By the week or by the month.")] = Span.WEEK,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="Only what begins in it.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Contacts by category and station, for each week or month in which they came in."""
    with built(Settings.from_env()) as program:
        answer = ask(caught_up(program), CONTACTS, asOf=at(as_of), period=str(by), **months(month))
    found = answer["contactFigures"]
    if as_json:
        print_json(found)
        return
    names = names_of(answer["stations"], "stationId")
    columns = ["=since", "=station", "=category", "#contacts", "#contacted in time"]
    columns += ["#answered in time", "#referred", "#opportunities"]
    print_table(columns, [counted(figures, names) for figures in found])
    console.print(f"{len(found)} figures{f', as of {as_of}' if as_of else ''}.")


def counted(figures: Json, names: Mapping[str, str]) -> list[object]:
    return [
        figures["firstDay"],
        names.get(figures["stationId"]),
        (figures["category"] or "not classified").replace("_", " "),
        figures["contacts"],
        f"{figures['contactedInTime']} of {figures['contacted']}",
        f"{figures['answeredInTime']} of {figures['answered']}",
        figures["referred"],
        figures["opportunities"],
    ]
