"""Credit notes at the command line: what a person may confirm or decline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from recourse.asking import ask
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.claims import named
from recourse.commands.lists import words
from recourse.commands.options import AsJson, AsOf, at
from recourse.output import console, print_json, print_table
from recourse.settings import Settings

Json = Mapping[str, Any]

PROPOSALS: Final = """
query ($asOf: Moment, $first: Int, $after: String) {
  creditNotes(asOf: $asOf, proposed: true, first: $first, after: $after, orderBy: ISSUED_ON_ASC) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node {
      noteId number issuedOn currency payable unapplied manufacturer { name }
      proposal { claimId namedBy fit agrees line amount { amount currency } }
    } }
  }
}"""
PAGE: Final = 50
CLAIMS_ASKED: Final = 20  # in one question


def proposals(
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Of so many notes at most.")] = 100,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Claims that notes may pay, and why: each for a person to confirm or to decline."""
    with built(Settings.from_env()) as built_program:
        program = caught_up(built_program)
        total, notes = proposed(program, at(as_of), limit)
        numbers = numbers_of(program, notes, at(as_of))
    found = [with_number(note, numbers) for note in notes]
    if as_json:
        print_json(found)
        return
    columns = ["=note", "=issued", "~manufacturer", "=line", "=claim", "#amount", "=fit", "because"]
    print_table(columns, [row for note in found for row in rows(note)])
    console.print(f"{len(found)} of {total} notes{f', as of {as_of}' if as_of else ''}.")


def proposed(program: Program, as_of: str | None, limit: int) -> tuple[int, list[Json]]:
    """How many notes there are with a proposal, and the first of them."""
    found: list[Json] = []
    after: str | None = None
    while True:
        size = min(PAGE, limit - len(found))
        page = ask(program, PROPOSALS, asOf=as_of, first=size, after=after)["creditNotes"]
        found += [edge["node"] for edge in page["edges"]]
        if len(found) >= limit or not page["pageInfo"]["hasNextPage"]:
            return page["totalCount"], found
        after = page["pageInfo"]["endCursor"]


def numbers_of(program: Program, notes: Iterable[Json], as_of: str | None) -> dict[str, str]:
    """Our own numbers of the claims that are proposed."""
    proposed = (candidate["claimId"] for note in notes for candidate in note["proposal"])
    ids = list(dict.fromkeys(proposed))
    numbers: dict[str, str] = {}
    for start in range(0, len(ids), CLAIMS_ASKED):
        asked = ids[start : start + CLAIMS_ASKED]
        claims = " ".join(
            f'c{n}: claim(claimId: "{id}", asOf: $asOf) {{ claimId number }}'
            for n, id in enumerate(asked)
        )
        answer = ask(program, f"query ($asOf: Moment) {{ {claims} }}", asOf=as_of)
        numbers |= {claim["claimId"]: claim["number"] for claim in answer.values() if claim}
    return numbers


def with_number(note: Json, numbers: Mapping[str, str]) -> Json:
    candidates = [
        {**candidate, "claimNumber": numbers.get(candidate["claimId"])}
        for candidate in note["proposal"]
    ]
    return {**note, "proposal": candidates}


def rows(note: Json) -> Iterator[list[object]]:
    for candidate in note["proposal"]:
        yield [
            note["number"],
            note["issuedOn"],
            named(note["manufacturer"]),
            candidate["line"],
            candidate["claimNumber"],
            f"{candidate['amount']['amount']} {candidate['amount']['currency']}",
            words(candidate["fit"]),
            because(candidate),
        ]


def because(candidate: Json) -> str:
    """What agrees; else how it is named."""
    agrees = ", ".join(map(words, candidate["agrees"]))
    return f"{agrees} agree" if agrees else f"{words(candidate['namedBy'])} is named"
