"""What the program could not do by itself, and until when something is under warranty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString

import pytest

from recourse.demo import cast
from recourse.demo.notes import Line, Note, ubl
from recourse.exits import Exit
from tests.recourse.program import Installed
from tests.rules import part_of

REFUSED: LiteralString = """
    INSERT INTO recourse.reaction_refusals (event_id, reaction, position, code, rule, message)
    SELECT event_id, 'match a booked credit note', position, 'rule_broken', 'CRN-4', 'no number'
    FROM recourse.events WHERE event_type = 'credits.CreditNoteBooked'
    """


def test_what_was_refused_is_listed_with_its_reason_and_tried_again(
    installed: Installed, executed: Callable[[LiteralString], None], tmp_path: Path
) -> None:
    note = tmp_path / "note.xml"
    line = Line("Seal kit", Decimal("120.50"))
    note.write_bytes(ubl(Note("CN-1", date(2026, 3, 5), cast.STRANGER, cast.US, "EUR", (line,))))
    installed.run("intake", "credit-note", note).succeeded()
    assert "No reaction was refused." in installed.run("reactions", "refused").succeeded().stdout

    executed(REFUSED)
    listed = installed.run("reactions", "refused")
    assert listed.code == Exit.NOT_IN_ORDER
    assert "no number" in listed.stdout and "match a booked credit note" in listed.stdout
    ran = installed.run("reactions", "again").succeeded()
    assert "Done: 1. Refused still: 0." in ran.stdout
    assert installed.json("reactions", "refused") == {"refused": []}


@part_of("AUD-4")
def test_what_is_read_at_the_command_line_is_on_record_too(demonstration: Installed) -> None:
    demonstration.run("list", "customers").succeeded()
    [read] = demonstration.json("audit", "reads", "--last", "1")
    assert read["channel"] == "CLI" and read["correlationId"] == "the command line"
    whose, *_ = read["subjects"]
    assert read in demonstration.json("audit", "reads", "--of", whose, "--by", read["reader"])
    nobody = demonstration.run("audit", "reads", "--by", whose, "--since", "2026-03-06")
    assert "0 answers." in nobody.succeeded().stdout


PHONE, LOADER = "LY24548", "TS24822"


@part_of("REG-5")
def test_the_answer_about_a_warranty_names_rule_dates_and_parameter(
    demonstration: Installed,
) -> None:
    told = demonstration.json("equipment", "warranty", PHONE, "--part", "battery")
    term: dict[str, Any] = told["term"]
    assert (told["covered"], told["rule"]) == (True, "REG-5")
    assert (term["days_added"], term["holiday_rule"]) == (4, "statutory")
    nominal = date.fromisoformat(term["nominal_end"])
    assert (date.fromisoformat(term["end_before_holidays"]) - nominal).days == 4

    ran = demonstration.run("equipment", "warranty", LOADER, "--on", "2099-01-01").succeeded()
    assert "The term expired on" in ran.stdout and "1 days in repair added" in ran.stdout


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (("TS-NONE",), Exit.NOT_IN_ORDER, "There is no equipment TS-NONE."),
        ((str(cast.id_of("nothing")),), Exit.NOT_IN_ORDER, "There is no equipment"),
        ((PHONE, "--on", "soon"), Exit.USAGE, "is no day"),
    ],
)
def test_a_warranty_that_cannot_be_asked_for_says_why(
    demonstration: Installed, asked: tuple[str, ...], code: Exit, words: str
) -> None:
    ran = demonstration.run("equipment", "warranty", *asked)
    assert ran.code == code
    assert words in " ".join(ran.stderr.split())
