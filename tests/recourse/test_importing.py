"""History from another system at the command line, and the figures of its process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from recourse.exits import Exit
from tests.databases import Databases, data_directory
from tests.importing.logs import BEGINNING, MINUTE, Said, written
from tests.recourse.program import Installed, Ran

LOGS = Path(__file__).parents[3] / "shared" / "data" / "logs"
EXAMPLE = LOGS / "xes" / "03_repairExample.xes.gz"
NOT_OURS = {"inductive_noise0.2_tbr"}  # how well a model that a tool drew fits, which is no figure


FIXED, BROKEN = {"defectFixed": "true"}, {"defectFixed": "false"}
HISTORY = {
    "1": [
        Said("Register", BEGINNING),
        Said("Repair (Simple)", BEGINNING + MINUTE, "start"),
        Said("Repair (Simple)", BEGINNING + 2 * MINUTE),
        Said("Test Repair", BEGINNING + 3 * MINUTE, more=FIXED),
        Said("Sing", BEGINNING + 4 * MINUTE),
        Said("Archive Repair", BEGINNING + 5 * MINUTE),
    ],
    "2": [
        Said("Register", BEGINNING),
        Said("Repair (Simple)", BEGINNING + 2 * MINUTE),
        Said("Test Repair", BEGINNING + 3 * MINUTE, more=BROKEN),
        Said("Repair (Complex)", BEGINNING + 4 * MINUTE),
        Said("Test Repair", BEGINNING + 5 * MINUTE, more=FIXED),
    ],
}
"""Two phones, one of which was repaired twice, and something that no map has."""


@dataclass(frozen=True)
class Imported:
    """A program with an imported history, the file, and what was said when it was imported."""

    program: Installed
    file: Path
    ran: Ran


@pytest.fixture(scope="module")
def imported(databases: Databases) -> Iterator[Imported]:
    """For tests after which nothing more is recorded."""
    with databases.new() as database, data_directory() as place:
        program, file = Installed(place, database.url), written(HISTORY, place)
        ran = program.run("import", "log", file, "--map", "phone-repair", "--json")
        yield Imported(program, file, ran)


def in_order(program: Installed, orders: int) -> None:
    """The views show what the log says, and so many orders."""
    assert "exactly what the log says" in program.run("replay").succeeded().stdout
    assert program.json("views", "status")["views"]["repair_orders"]["rows"] == orders


def test_what_is_not_mapped_is_told_with_its_first_place_and_the_rest_is_imported(imported):
    assert imported.ran.code == Exit.NOT_IN_ORDER
    told = orjson.loads(imported.ran.stdout)
    assert (told["events"], told["recorded"], told["known"]) == (11, 10, 0)
    [sing] = told["unmapped"]
    assert (sing["activity"], sing["count"]) == ("Sing", 1)
    assert sing["first"] == {"trace": "1", "event": 5}
    assert told["not_kept"] == {"org:resource": 11}
    in_order(imported.program, 2)


def test_for_people_it_is_told_in_a_table_also_when_nothing_is_new(imported):
    ran = imported.program.run("import", "log", imported.file, "--map", "phone-repair")
    assert ran.code == Exit.NOT_IN_ORDER
    assert "Sing" in ran.stdout and "The map does not have it." in ran.stdout
    assert "Said of events, and not kept: org:resource (11)." in ran.stdout
    assert "0 recorded, 10 known already, 0 ignored, 1 not mapped." in ran.stdout


def test_the_figures_are_counted_by_case_and_in_the_words_of_the_map(imported):
    program = imported.program
    assert program.json("report", "process") == {
        "cases": 2,
        "events": 9,
        "activities": {
            "Test Repair": 3,
            "Register": 2,
            "Repair (Simple)": 2,
            "Archive Repair": 1,
            "Repair (Complex)": 1,
        },
        "start": {"Register": 2},
        "end": {"Archive Repair": 1, "Test Repair": 1},
        "n_variants": 2,
        "top_variants": [
            [["Register", "Repair (Simple)", "Test Repair", "Archive Repair"], 1],
            [["Register", "Repair (Simple)", "Test Repair", "Repair (Complex)", "Test Repair"], 1],
        ],
        "rework_cases": {"Test Repair": 1},
        "dfg_top": [
            [["Register", "Repair (Simple)"], 2],
            [["Repair (Simple)", "Test Repair"], 2],
            [["Repair (Complex)", "Test Repair"], 1],
            [["Test Repair", "Archive Repair"], 1],
            [["Test Repair", "Repair (Complex)"], 1],
        ],
        "throughput_seconds": {"min": 300, "median": 300, "mean": 300, "max": 300},
        "filter": "lifecycle=complete",
    }
    told = program.run("report", "process", "--variants", "1").succeeded().stdout
    assert "the most frequent of 2 ways" in told and "Repair (Complex)" in told
    assert "0:05:00" in told and "2 cases with 9 events (lifecycle=complete)." in told


def test_a_corrected_time_moves_a_step_and_the_figures_as_of_before_stay(installed, tmp_path):
    installed.run("import", "log", written(HISTORY, tmp_path), "--map", "phone-repair")
    before = installed.json("doctor")["log"]["position"]
    figures = installed.json("report", "process")
    [order] = installed.json("list", "repair_orders", "--where", "number=1")
    events = installed.json("history", order["repairOrderId"])
    [archived] = [each for each in events if each["type"] == "repairs.RepairClosed"]
    installed.run(
        *("give", "CorrectTime", "kind=repairs.RepairOrder", f"thing_id={order['repairOrderId']}"),
        *(f"event_id={archived['event_id']}", "reason=the clock was wrong"),
        *("--role", "service_supervisor"),
        f"effective_at={(BEGINNING + 2.5 * MINUTE).isoformat()}",
    ).succeeded()
    corrected = installed.json("report", "process")
    ways = [way for way, _ in corrected["top_variants"]]
    assert ["Register", "Repair (Simple)", "Archive Repair", "Test Repair"] in ways
    assert corrected["throughput_seconds"]["min"] == 180
    assert installed.json("report", "process", "--as-of", str(before)) == figures


def test_without_any_history_there_are_no_figures(installed):
    figures = installed.json("report", "process")
    assert (figures["cases"], figures["activities"], figures["top_variants"]) == (0, {}, [])
    assert figures["throughput_seconds"]["median"] is None
    assert "0 cases" in installed.run("report", "process").succeeded().stdout


def test_a_file_that_is_not_in_order_is_refused_whole(imported, tmp_path):
    broken = tmp_path / "broken.xes.gz"
    told = {"3": HISTORY["1"], **HISTORY}
    broken.write_bytes(written(told, tmp_path).read_bytes()[:-12])
    ran = imported.program.run("import", "log", broken, "--map", "phone-repair")
    assert ran.code == Exit.NOT_IN_ORDER and "does not unpack" in ran.stderr
    in_order(imported.program, 2)


def test_a_map_that_is_not_there_or_makes_no_sense_is_named(imported, tmp_path):
    program, file = imported.program, imported.file
    ran = program.run("import", "log", file, "--map", "phone-repairs")
    assert ran.code == Exit.NOT_IN_ORDER and "phone-repair." in ran.stderr
    (tmp_path / "bad.toml").write_text("source = 1")
    ran = program.run("import", "log", file, "--map", tmp_path / "bad.toml")
    assert ran.code == Exit.NOT_IN_ORDER and "kind: Field required" in ran.stderr


# ── published logs ──────────────────────────────────────────────────────────


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the published log is not here")
def test_the_published_log_gives_the_published_figures_from_our_own_events(installed):
    expected = orjson.loads((LOGS / "expected.json").read_bytes())["03_repairExample"]
    report = installed.json("import", "log", EXAMPLE, "--map", "phone-repair")
    assert (report["traces"], report["events"], report["recorded"]) == (1104, 11855, 11855)
    assert (report["unmapped"], report["changed"], report["ignored"]) == ([], [], 0)
    figures = installed.json("report", "process")
    assert figures == {name: value for name, value in expected.items() if name not in NOT_OURS}
    in_order(installed, expected["cases"])
    wanted = ("--where", "stage=closed", "--where", "imported=true", "--limit", "2000")
    closed = installed.json("list", "repair_orders", *wanted)
    assert len(closed) == expected["activities"]["Archive Repair"]
    again = installed.json("import", "log", EXAMPLE, "--map", "phone-repair")
    assert (again["recorded"], again["known"]) == (0, 11855)
    assert installed.json("report", "process") == figures
