"""One claim at the command line, with what paid it."""

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
from recourse.output import console, print_facts, print_json, print_table
from recourse.settings import Settings

Json = Mapping[str, Any]

ONE: Final = """
query ($id: UUID!, $asOf: Moment) {
  claim(claimId: $id, asOf: $asOf) {
    claimId number manufacturerNumber kind status serialNumber model orderReference currency
    claimed accepted credited open writtenOff refused abandoned unanswered late submitBy
    submittedOn reasons explanation judgement openedAt closedAt
    manufacturer { name } station { name } customer { name phone }
    papers { paper dated }
    signatures { role person onBehalfOf }
    allocations(first: 100, reversed: false) { edges { node {
      amount madeAt matchedBy reason creditNote { number issuedOn payable }
    } } }
  }
}"""
BY_NUMBER: Final = """
query ($number: String!, $asOf: Moment) {
  ours: claims(number: $number, first: 2, asOf: $asOf) { edges { node { claimId } } }
  theirs: claims(manufacturerNumber: $number, first: 2, asOf: $asOf) { edges { node { claimId } } }
}"""


def show(
    claim: Annotated[
        str, typer.Argument(metavar="CLAIM", help="Its id, our number or the manufacturer's.")
    ],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """One claim: its balance, its papers and signatures, and the credit notes that paid it."""
    with built(Settings.from_env()) as program:
        id = id_of(caught_up(program), claim, at(as_of))
        found = ask(program, ONE, id=id, asOf=at(as_of))["claim"]
    if found is None:
        raise NotInOrder(f"There is no claim {claim}{f' as of {as_of}' if as_of else ''}.")
    if as_json:
        print_json(found)
        return
    print_facts(facts(found))
    print_table(["=paper", "=dated"], [(words(p["paper"]), p["dated"]) for p in found["papers"]])
    paid = [edge["node"] for edge in found["allocations"]["edges"]]
    if paid:
        print_table(
            ["=credit note", "=issued", "#paid", "=matched", "why less"], map(payment, paid)
        )
    console.print(f"`recourse history {found['number']}` tells how it came to this.")


def id_of(program: Program, claim: str, as_of: str | None) -> str:
    """The id of what is named by its id or by a number. Raises NotInOrder."""
    try:
        return str(UUID(claim))
    except ValueError:
        found = ask(program, BY_NUMBER, number=claim, asOf=as_of)
    edges = [edge for name in ("ours", "theirs") for edge in found[name]["edges"]]
    ids = list(dict.fromkeys(edge["node"]["claimId"] for edge in edges))
    if len(ids) != 1:
        raise NotInOrder(
            f"Several claims have the number {claim}: name one by its id."
            if ids
            else f"There is no claim {claim}."
        )
    return str(ids[0])


def named(thing: Json | None) -> str | None:
    return thing["name"] if thing else None


def facts(claim: Json) -> dict[str, object]:
    currency = claim["currency"]
    balance = {
        name: f"{claim[column]} {currency}"
        for name, column in BALANCE.items()
        if column == "claimed" or Decimal(claim[column])
    }
    told = {
        "claim": f"{claim['number']}  {claim['claimId']}",
        "theirs": claim["manufacturerNumber"],
        "status": words(claim["status"]) + (", submitted late" if claim["late"] else ""),
        "for": f"{words(claim['kind'])}, order {claim['orderReference']}",
        "station": named(claim["station"]),
        "product": f"{claim['model']}, serial {claim['serialNumber']}",
        "manufacturer": named(claim["manufacturer"]),
        "customer": named(claim["customer"]),
        **balance,
        "why less": ", ".join(claim["reasons"]) or None,
        "explanation": claim["explanation"],
        "judgement": claim["judgement"],
        "signed": ", ".join(words(signature["role"]) for signature in claim["signatures"]) or None,
        "submit by": claim["submitBy"],
        "submitted": claim["submittedOn"],
    }
    return {name: value for name, value in told.items() if value is not None}


BALANCE: Final = {
    "claimed": "claimed",
    "accepted": "accepted",
    "credited": "credited",
    "open": "open",
    "written off": "writtenOff",
    "refused": "refused",
    "given up": "abandoned",
    "unanswered": "unanswered",
}


def payment(allocation: Json) -> list[object]:
    note = allocation["creditNote"]
    matched = words(allocation["matchedBy"])
    return [note["number"], note["issuedOn"], allocation["amount"], matched, allocation["reason"]]
