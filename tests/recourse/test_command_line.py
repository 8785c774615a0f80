"""The command line as programs and people use it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from recourse import embedded
from recourse.demo import cast
from recourse.demo.notes import Line, Note, ubl
from recourse.exits import Exit
from recourse.manual import commands, examples
from tests.recourse.program import InProcesses, Installed

NAMES = {name: command for name, command in commands()}


def note(number: str, amount: str = "120.50") -> bytes:
    line = Line("Seal kit", Decimal(amount))
    return ubl(Note(number, date(2026, 3, 5), cast.STRANGER, cast.US, "EUR", (line,)))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Two good notes, the first again under another name, and something else."""
    place = tmp_path / "inbox"
    place.mkdir()
    (place / "one.xml").write_bytes(note("CN-1"))
    (place / "again.xml").write_bytes(note("CN-1"))
    (place / "two.xml").write_bytes(note("CN-2"))
    (place / "letter.xml").write_text("<letter>Dear colleagues</letter>")
    return place


# ── help ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself_with_an_example(name):
    command = NAMES[name]
    assert command.help
    assert list(examples(command.epilog or "")), f"{name} shows no example"
    assert all(option.help for option in command.params if option.name != "help")


def test_without_a_command_it_says_which_there_are(installed):
    ran = installed.run()
    assert ran.code == Exit.USAGE
    for name in NAMES:
        assert name.split()[1] in ran.stdout


# ── intake ──────────────────────────────────────────────────────────────────


def test_intake_tells_what_became_of_each_file(installed, notes):
    ran = installed.run("intake", "credit-note", *sorted(notes.iterdir()), "--json")
    assert ran.code == Exit.NOT_IN_ORDER
    told = {Path(each["file"]).name: each for each in orjson.loads(ran.stdout)}
    assert {name: each["outcome"] for name, each in told.items()} == {
        "again.xml": "booked",
        "letter.xml": "refused",
        "one.xml": "duplicate",
        "two.xml": "booked",
    }
    two = told["two.xml"]
    assert (two["number"], two["currency"], two["payable"]) == ("CN-2", "EUR", "120.50")
    assert (two["issuer"], two["line_count"]) == (cast.STRANGER.name, 1)
    assert (two["referenced_documents"], two["errors"]) == ([], [])
    assert [warning.split(": ")[1] for warning in two["warnings"]] == [
        "PEPPOL-EN16931-R010",
        "PEPPOL-EN16931-R020",
    ]
    assert told["letter.xml"]["errors"][0].startswith("/letter, line 1: ")
    assert told["letter.xml"]["warnings"] == []
    assert told["one.xml"]["note_id"] == told["again.xml"]["note_id"]


def test_intake_for_people_is_a_table_with_the_reasons(installed, notes):
    ran = installed.run("intake", "credit-note", notes / "two.xml", notes / "letter.xml")
    assert ran.code == Exit.NOT_IN_ORDER
    assert "CN-2" in ran.stdout and "120.50 EUR" in ran.stdout
    assert "letter.xml: refused" in ran.stdout
    assert "two.xml: booked, with warnings" in ran.stdout and "R010: The buyer" in ran.stdout
    assert "1 booked, 0 duplicate, 1 refused." in ran.stdout


def test_intake_again_books_nothing_new(installed, notes):
    files = [notes / "one.xml", notes / "two.xml"]
    installed.run("intake", "credit-note", *files).succeeded()
    before = installed.json("doctor")["log"]
    again = installed.json("intake", "credit-note", *files)
    assert [each["outcome"] for each in again] == ["duplicate", "duplicate"]
    assert installed.json("doctor")["log"] == before


def test_a_dry_run_says_what_would_be_and_books_nothing(installed, notes):
    told = installed.json("intake", "credit-note", "--dry-run", notes / "one.xml")
    assert told[0]["outcome"] == "booked"
    booked = installed.json("intake", "credit-note", notes / "one.xml")
    assert booked[0]["outcome"] == "booked"


def test_a_file_that_is_not_there_is_a_mistake_in_the_command(installed, notes):
    ran = installed.run("intake", "credit-note", notes / "one.xml", notes / "none.xml")
    assert ran.code == Exit.USAGE
    assert installed.json("views", "status")["views"]["credit_notes"]["rows"] == 0


# ── policies ────────────────────────────────────────────────────────────────


def test_a_policy_is_published_and_shown(installed, tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text('[[policies]]\npolicy = "claim_limits"\nsubmission_days = 21\n')
    assert installed.json("policies", "publish", file)[0]["position"] == 1
    shown = installed.json("policies", "show", "claim_limits")
    assert (shown["version"], shown["content"]["submission_days"]) == (1, 21)
    assert installed.json("policies", "publish", file)[0]["position"] is None
    assert [row["policy_id"] for row in installed.json("policies", "list")] == ["claim_limits"]


def test_a_file_that_is_no_policy_is_refused_with_its_faults(installed, tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text('[[policies]]\npolicy = "claim_limits"\nsubmission_days = "soon"\n')
    ran = installed.run("policies", "publish", file)
    assert ran.code == Exit.NOT_IN_ORDER
    assert "submission_days" in ran.stderr
    assert installed.json("policies", "list") == []


def test_an_unknown_policy_is_not_in_order(installed):
    ran = installed.run("policies", "show", "nonsense")
    assert ran.code == Exit.NOT_IN_ORDER
    assert "nonsense" in ran.stderr


# ── looking after it ────────────────────────────────────────────────────────


def test_doctor_finds_a_fresh_database_in_order(databases, tmp_path):
    with databases.new() as database:
        fresh = Installed(tmp_path, database.url)
        fresh.run("migrate").succeeded()
        told = fresh.json("doctor")
    assert told["faults"] == []
    assert told["log"] == {"position": 0}
    assert (told["views"], told["reactions"]) == (None, None), "nothing has needed them yet"
    assert (told["migrations"], told["append only"], told["processes"]) == ("all applied", True, [])


def test_doctor_warns_where_one_login_may_do_everything(databases, tmp_path):
    with databases.new() as database:
        told = Installed(tmp_path, database.url).json("doctor")
    assert any("superuser" in warning["what"] for warning in told["warnings"])


def test_a_view_is_rebuilt_and_equals_the_log(installed, notes):
    installed.run("intake", "credit-note", notes / "one.xml").succeeded()
    done = installed.json("rebuild", "credit_notes")
    assert done == {"rebuilt": {"credit_notes": 1}, "differed": []}
    replayed = installed.json("replay")
    assert replayed["differences"] == []
    assert replayed["rows"]["credit_notes"] == 1


def test_replay_finds_a_row_that_is_not_what_the_log_says(installed, notes, executed):
    installed.run("intake", "credit-note", notes / "one.xml").succeeded()
    executed("UPDATE recourse_views.credit_notes SET unapplied = unapplied + 1")
    ran = installed.run("replay", "--json")
    assert ran.code == Exit.NOT_IN_ORDER
    [difference] = orjson.loads(ran.stdout)["differences"]
    assert (difference["view"], difference["column"]) == ("credit_notes", "unapplied")
    assert (difference["replayed"], difference["shown"]) == ("120.50", "121.50")
    assert installed.json("rebuild", "credit_notes")["differed"] == ["credit_notes"]
    installed.run("replay").succeeded()


def test_what_a_view_cannot_take_in_is_skipped_for_good_and_stays_on_record(
    installed, notes, executed
):
    installed.run("intake", "credit-note", notes / "one.xml").succeeded()
    executed(
        "INSERT INTO recourse_views.dead_letters"
        " SELECT 'credit_notes', note_id, from_position, 'spoiled', null, 1"
        " FROM recourse_views.credit_notes; DELETE FROM recourse_views.credit_notes"
    )
    [letter] = orjson.loads(installed.run("views", "status", "--json").stdout)["dead_letters"]
    at = str(letter["position"])
    assert installed.run("views", "skip", "claims", at, "--reason", "no").code == Exit.NOT_IN_ORDER
    assert installed.json("views", "skip", "credit_notes", at, "--reason", "spoiled for ever") == {
        "rows": 1,
        "dead_letters": [],
    }
    told = installed.json("views", "status")
    assert told["dead_letters"] == []
    assert [(s["reason"], s["error"]) for s in told["skipped"]] == [("spoiled for ever", "spoiled")]
    installed.run("rebuild", "credit_notes").succeeded()
    assert installed.json("views", "status")["views"]["credit_notes"]["rows"] == 0
    assert installed.json("replay")["differences"] == []


def test_an_unknown_view_is_named_with_those_there_are(installed):
    ran = installed.run("rebuild", "nonsense")
    assert ran.code == Exit.USAGE
    assert "credit_notes" in ran.stderr


def test_the_embedded_database_is_made_migrated_and_stopped_by_itself(of_its_own):
    told = of_its_own.json("views", "status")
    assert (told["position"], told["last_position"]) == (0, 0)
    assert not embedded.Server(of_its_own.data_dir).is_running()
    doctor = of_its_own.json("doctor")
    place = embedded.Server(of_its_own.data_dir).data
    assert doctor["database"] == f"embedded in {place}, started for this look"
    assert (doctor["faults"], doctor["warnings"]) == ([], [])
    assert doctor["survives a crash"] is True


# ── what stands in the way ──────────────────────────────────────────────────


def test_a_wrong_setting_is_named(tmp_path):
    ran = Installed(tmp_path, more={"PORT": "many", "RECOURSE_MASTER_KEY": "short"}).run("doctor")
    assert ran.code == Exit.USAGE
    assert "PORT" in ran.stderr and "RECOURSE_MASTER_KEY" in ran.stderr


def test_a_database_that_is_not_there_is_said_in_words(tmp_path):
    ran = Installed(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing").run("list", "claims")
    assert ran.code == Exit.UNAVAILABLE
    assert "cannot be reached" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_database_of_your_own_is_not_migrated_behind_your_back(databases, tmp_path):
    name = "test_unmigrated"
    databases.run("DROP DATABASE IF EXISTS {}", name)
    databases.run("CREATE DATABASE {}", name)
    own = Installed(tmp_path, databases.database(name).url)
    try:
        ran = own.run("list", "claims")
        assert ran.code == Exit.UNAVAILABLE
        assert "recourse migrate" in ran.stderr
        own.run("migrate").succeeded()
        own.run("list", "claims").succeeded()
    finally:
        databases.run("DROP DATABASE {} WITH (FORCE)", name)


def test_off_loopback_the_development_issuer_refuses(installed):
    ran = installed.run("serve", "--host", "0.0.0.0", "--port", "0")
    assert ran.code == Exit.NOT_IN_ORDER
    assert "RECOURSE_OIDC_ISSUER" in ran.stderr


def test_the_command_that_was_installed_says_the_same_in_a_process_of_its_own(installed, tmp_path):
    asking = InProcesses(installed.data_dir, installed.database_url)
    for words in (["replay", "--json"], ["list", "nonsense"], ["waiting"], []):
        assert asking.run(*words) == installed.run(*words), words
