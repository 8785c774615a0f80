"""Reconciliation at the command line: what became of what was claimed, and of what was credited."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from recourse.asking import ask
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.lists import words
from recourse.commands.options import AsJson, AsOf, at
from recourse.exits import NotInOrder
from recourse.output import console, print_json, print_table
from recourse.settings import Settings

Json = Mapping[str, Any]
SIDES: Final = {
    "claims": "submitted credited open disputed refused writtenOff abandoned withdrawn undecided "
    "overpaid",
    "notes": "payable applied kept disputed writtenOff carriedOver unapplied",
    "aged": "to30 to60 to90 over90",
}
WHOLE: Final = """
query ($id: UUID!, $currency: String!, $since: Date!, $before: Date!, $agedOn: Date,
       $asOf: Moment) {
  reconciliation(manufacturerId: $id, currency: $currency, since: $since, before: $before,
                 agedOn: $agedOn, asOf: $asOf) {
    position <sides>
  }
}""".replace(
    "<sides>",
    " ".join(
        f"{side} {{ {' '.join(f'{name} {{ amount count }}' for name in names.split())} }}"
        for side, names in SIDES.items()
    ),
)
BY_NAME: Final = """
query ($name: String!, $asOf: Moment) {
  manufacturers(name: $name, first: 2, asOf: $asOf) { edges { node { manufacturerId } } }
}"""
LABELS: Final = {
    "to30": "0 to 30 days",
    "to60": "31 to 60 days",
    "to90": "61 to 90 days",
    "over90": "over 90 days",
    "writtenOff": "written off",
    "carriedOver": "carried over",
    "overpaid": "beside it: overpaid",
}


def reconciliation(
    manufacturer: Annotated[
        str, typer.Argument(metavar="MANUFACTURER", help="Its id, or its name as registered.")
    ],
    since: Annotated[str, typer.Option(metavar="DAY", help="The first day, as 2026-02-01.")],
    before: Annotated[str, typer.Option(metavar="DAY", help="The day after the last.")],
    currency: Annotated[str, typer.Option(metavar="CODE", help="By ISO 4217.")] = "CNY",
    aged_on: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="How old open items are then; else on the last day."),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What was submitted to a manufacturer in a period and what became of it, to the cent."""
    days = {"since": since, "before": before, "agedOn": aged_on}
    with built(Settings.from_env()) as built_program:
        program = caught_up(built_program)
        id = id_of(program, manufacturer, at(as_of))
        asked = {"id": id, "currency": currency.upper(), "asOf": at(as_of), **days}
        found = ask(program, WHOLE, **asked)["reconciliation"]
    if as_json:
        print_json(found)
        return
    for side, title in TITLES.items():
        print_table(["=", f"#{currency.upper()}", "#rows"], rows(found[side]), title)
    console.print(f"As of position {found['position']}. {adding_up(found)}")


AGES: Final = SIDES["aged"].split()
TITLES: Final = {
    "claims": "Claims submitted in the period",
    "notes": "Credit notes issued in the period",
    "aged": "Open claims by age",
}


def rows(side: Json) -> list[list[object]]:
    return [
        [LABELS.get(name, words(name)), figure["amount"], figure["count"]]
        for name, figure in side.items()
        if Decimal(figure["amount"]) or name in ("submitted", "payable", *AGES)
    ]


def adding_up(found: Json) -> str:
    """Whether the parts make the whole on both sides; said, because it is the point of it."""
    off = [
        f"{whole} is {difference} more than its parts"
        for side, whole in (("claims", "submitted"), ("notes", "payable"))
        if (difference := beyond_parts(found[side], whole))
    ]
    return " ".join(off) or "Both sides add up."


def beyond_parts(side: Json, whole: str) -> Decimal:
    parts = (
        Decimal(figure["amount"])
        for name, figure in side.items()
        if name not in (whole, "overpaid")
    )
    return Decimal(side[whole]["amount"]) - sum(parts)


def id_of(program: Program, manufacturer: str, as_of: str | None) -> str:
    """The id of what is named by its id or its name. Raises NotInOrder."""
    try:
        return str(UUID(manufacturer))
    except ValueError:
        found = ask(program, BY_NAME, name=manufacturer, asOf=as_of)["manufacturers"]["edges"]
    if len(found) != 1:
        several = "Several manufacturers are" if found else "No manufacturer is"
        raise NotInOrder(f"{several} called {manufacturer}.")
    return str(found[0]["node"]["manufacturerId"])
