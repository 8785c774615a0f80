"""At the command line: lists, what waits, figures, reconciliation; tables taken in by a mapping."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from projections.catalogue import VIEWS
from recourse.commands.lists import WORKLISTS
from recourse.demo import cast
from recourse.exits import Exit
from tests.intake.test_tables import cells, workbook

DOCS = Path(__file__).parents[2] / "docs"
TAISHAN = cast.TAISHAN.party.name
YEAR = ("--since", "2020-01-01", "--before", "2099-01-01")


# ── recourse list ───────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def status(demonstration):
    return demonstration.json("views", "status")["views"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_listed_whole_for_programs_and_as_a_table_for_people(
    demonstration, status, view
):
    rows = demonstration.json("list", view, "--limit", "1000")
    assert len(rows) == status[view]["rows"]
    shown = demonstration.run("list", view, "--limit", "3").succeeded().stdout
    assert f"of {len(rows)} {view.replace('_', ' ')}." in shown


def test_a_list_is_narrowed_ordered_and_shows_what_is_asked_of_what_is_related(demonstration):
    wanted = ("list", "claims", "--where", "open_above=0", "--where", "status=accepted")
    rows = demonstration.json(*wanted, "--order", "open_desc")
    amounts = [Decimal(row["open"]) for row in rows]
    assert amounts and amounts == sorted(amounts, reverse=True) and amounts[-1] > 0
    assert {row["status"] for row in rows} == {"ACCEPTED"}
    shown = demonstration.run(*wanted, "--columns", "number,manufacturer.name,open", "--limit", "1")
    assert "1 of" in shown.succeeded().stdout and TAISHAN[:8] in shown.stdout


def test_what_a_note_paid_and_what_paid_a_claim(demonstration):
    rows = demonstration.json("list", "allocations", "--where", "reversed=false")
    [one, *_] = rows
    paid = demonstration.json("list", "allocations", "--where", f"noteId={one['noteId']}")
    paying = demonstration.json("list", "allocations", "--where", f"claimId={one['claimId']}")
    assert one["allocationId"] in {row["allocationId"] for row in paid}
    assert one["allocationId"] in {row["allocationId"] for row in paying}
    shown = demonstration.run("list", "allocations", "--limit", "200").succeeded().stdout
    note = demonstration.json("list", "credit_notes", "--limit", "1000")
    assert any(row["number"] in shown for row in note)


def test_a_list_as_of_an_earlier_position_shows_what_was_known_then(demonstration):
    assert demonstration.json("list", "claims", "--as-of", "1") == []
    shown = demonstration.run("list", "claims", "--as-of", "1").succeeded().stdout
    assert "0 of 0 claims, as of 1." in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "refused_files"),
        (["claims", "--where", "nonsense=1"], "openAbove"),
        (["claims", "--where", "open"], "NAME=VALUE"),
        (["claims", "--where", "status=nonsense"], "accepted"),
        (["claims", "--where", "openAbove=much"], "openAbove=much"),
        (["claims", "--order", "nonsense"], "number_desc"),
        (["claims", "--columns", "nonsense"], "no column of claims"),
        (["claims", "--columns", "papers"], "no column of claims"),
        (["claims", "--as-of", "yesterday"], "2026-03-06"),
    ],
)
def test_what_cannot_be_asked_is_a_mistake_in_the_command(demonstration, words, said):
    ran = demonstration.run("list", *words)
    assert ran.code == Exit.USAGE
    assert said in " ".join(ran.stderr.replace("│", " ").split())
    assert ran.stdout == ""


# ── recourse waiting ────────────────────────────────────────────────────────


def test_what_waits_for_a_decision_is_told_with_its_lists(demonstration):
    told = demonstration.json("waiting")
    assert told.keys() == {worklist.name for worklist in WORKLISTS}
    for worklist in WORKLISTS:
        where = [word for n, v in worklist.where.items() for word in ("--where", f"{n}={v}")]
        rows = demonstration.json("list", worklist.view, *where)
        assert len(rows) == told[worklist.name]["total"] == len(told[worklist.name]["rows"])
    assert told["refusedFiles"]["total"] and told["unknownIssuers"]["total"]
    shown = demonstration.run("waiting").succeeded().stdout
    assert cast.STRANGER.name in shown
    assert demonstration.run("waiting", "--as-of", "1").succeeded().stdout == "Nothing waits.\n"


# ── recourse contacts figures ───────────────────────────────────────────────


def test_contacts_are_counted_by_the_week_and_by_the_month(demonstration):
    for by in ("week", "month"):
        told = demonstration.json("contacts", "figures", "--by", by)
        assert {each["period"] for each in told} == {by}
        assert sum(each["contacts"] for each in told) == 4
        assert sum(each["opportunities"] for each in told) == 1
    shown = demonstration.run("contacts", "figures").succeeded().stdout
    assert "price inquiry" in shown


# ── recourse reconciliation, recourse claims figures ────────────────────────


def test_reconciliation_adds_up_and_tells_it(demonstration):
    told = demonstration.json("reconciliation", TAISHAN, *YEAR)
    for side, whole in (("claims", "submitted"), ("notes", "payable")):
        amounts = {name: Decimal(figure["amount"]) for name, figure in told[side].items()}
        amounts.pop("overpaid", None)
        assert amounts.pop(whole) == sum(amounts.values()) > 0
    shown = demonstration.run("reconciliation", TAISHAN, *YEAR).succeeded().stdout
    assert "Both sides add up." in shown and told["claims"]["submitted"]["amount"] in shown
    half = str(int(told["position"]) // 2)
    then = demonstration.json("reconciliation", TAISHAN, *YEAR, "--as-of", half)
    assert then["position"] == half
    assert then["claims"]["submitted"]["count"] < told["claims"]["submitted"]["count"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["Nobody & Sons", *YEAR], Exit.NOT_IN_ORDER, "No manufacturer is called Nobody & Sons."),
        ([TAISHAN, "--since", "2026-02-01", "--before", "2026-02-01"], Exit.NOT_IN_ORDER, "begins"),
        ([TAISHAN], Exit.USAGE, "--since"),
    ],
)
def test_a_reconciliation_that_cannot_be_says_why(demonstration, words, code, said):
    ran = demonstration.run("reconciliation", *words)
    assert (ran.code, ran.stdout) == (code, "")
    assert said in ran.stderr


def test_monthly_figures_for_programs_and_people(demonstration):
    told = demonstration.json("claims", "figures")
    assert sum(each["submitted"] for each in told) > 0
    month = told[0]["month"][:7]
    of_month = demonstration.json("claims", "figures", "--month", month)
    assert of_month == [each for each in told if each["month"].startswith(month)]
    shown = demonstration.run("claims", "figures", "--month", month).succeeded().stdout
    assert month in shown and f"{len(of_month)} figures." in shown
    assert demonstration.json("claims", "figures", "--as-of", "1") == []


def test_a_month_that_is_none_is_refused(demonstration):
    ran = demonstration.run("claims", "figures", "--month", "2026-13")
    assert (ran.code, ran.stdout) == (Exit.NOT_IN_ORDER, "")
    assert "2026-13 is no month" in ran.stderr


# ── recourse intake credit-note --map ───────────────────────────────────────

MAPPING = """
currency = "EUR"
[issuer]
name = "Nordwerk"
tax_id = "DE1"
[columns]
number = "number"
issue_date = "date"
gross = "amount"
"""


def test_a_csv_file_is_taken_in_by_the_mapping_of_the_documentation(installed, tmp_path):
    table = (DOCS / "credit-notes.md").read_text().partition("```\n")[2].partition("```")[0]
    file = tmp_path / "february.csv"
    file.write_text(table)
    mapping = DOCS / "examples" / "hydraulik-nord.toml"
    told = installed.json("intake", "credit-note", "--map", mapping, file)
    assert [(each["number"], each["outcome"]) for each in told] == [
        ("GS-1", "booked"),
        ("GS-2", "booked"),
    ]
    again = installed.json("intake", "credit-note", "--map", mapping, file)
    assert [each["outcome"] for each in again] == ["duplicate", "duplicate"]
    assert len(installed.json("list", "credit_notes")) == 2


def test_a_workbook_is_taken_in_by_a_mapping_and_refused_whole_for_one_fault(installed, tmp_path):
    mapping, good, bad = (tmp_path / name for name in ("map.toml", "good.xlsx", "bad.xlsx"))
    mapping.write_text(MAPPING)
    header = cells(1, "number", "date", "amount")
    good.write_bytes(workbook(header + cells(2, "N-1", "2026-03-02", 12.5)))
    faulty = cells(2, "N-2", "2026-03-02", 1) + cells(3, "N-3", "2026-03-02", "much")
    bad.write_bytes(workbook(header + faulty))
    ran = installed.run("intake", "credit-note", "--map", mapping, good, bad, "--json")
    assert ran.code == Exit.NOT_IN_ORDER
    told = {each["number"] or "": each for each in orjson.loads(ran.stdout)}
    assert told["N-1"]["outcome"] == "booked" and told["N-1"]["payable"] == "12.5"
    assert [each["number"] for each in installed.json("list", "credit_notes")] == ["N-1"]
    [kept] = installed.json("list", "refused_files", "--where", "settled=false")
    assert kept["name"] == "bad.xlsx" and "much" in " ".join(kept["reasons"])


def test_a_mapping_that_says_too_little_is_a_mistake_in_the_command(installed, tmp_path):
    mapping, file = tmp_path / "map.toml", tmp_path / "february.csv"
    mapping.write_text("[columns]\n")
    file.write_text("number\n1\n")
    ran = installed.run("intake", "credit-note", "--map", mapping, file)
    assert (ran.code, ran.stdout) == (Exit.USAGE, "")
    assert "--map" in ran.stderr
