"""`recourse sla cases`: files of cases, ours and those of seven public engines (SLA-1b)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from recourse.clock_cases import InvalidCaseFile, cases_in, compare
from recourse.exits import Exit
from tests.recourse.program import Installed
from tests.rules import part_of

OURS = Path(__file__).parents[2] / "docs" / "examples" / "clock-cases.json"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "sla_cases.json"
needs_cases = pytest.mark.skipif(
    not SHARED.exists(), reason="the cases of other engines are not here"
)


@pytest.fixture
def recourse(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


def cases_of(file: Path) -> list[Any]:
    return json.loads(file.read_text(encoding="utf-8"))["cases"] if file.exists() else []


def written(tmp_path: Path, **changed: object) -> Path:
    """Our first case alone, with something about it changed."""
    told = json.loads(OURS.read_text(encoding="utf-8"))
    case = {**told["cases"][0], **changed}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({**told, "cases": [case]}), encoding="utf-8")
    return file


# ── what agrees ─────────────────────────────────────────────────────────────


def test_every_case_that_ships_as_an_example_agrees(recourse):
    ran = recourse.run("sla", "cases", OURS)
    assert ran.code == Exit.DONE
    assert "10 expectations of 10 cases: all agree." in ran.stdout


@needs_cases
@part_of("SLA-1b")
@pytest.mark.parametrize("case", cases_of(SHARED), ids=lambda case: case["id"])
def test_the_engine_agrees_with_public_engines(case):
    (read,) = cases_in(json.dumps({"schema": 1, "cases": [case]}))
    compared = list(compare(read))
    assert [each for each in compared if not each.agrees] == []
    assert bool(compared) is case.get("oracle_verified", False)


@needs_cases
@part_of("SLA-1a")
def test_the_whole_file_is_in_order_and_what_diverges_is_told_with_both_answers(recourse):
    ran = recourse.run("sla", "cases", SHARED, "--json")
    told = orjson.loads(ran.stdout)
    assert (ran.code, told["cases"], told["mismatches"]) == (Exit.DONE, 78, [])
    (divergent,) = told["divergent"]
    assert (divergent["ours"], divergent["theirs"]) == (
        "2020-03-04T16:00:00Z",
        "2020-03-04T16:45:00Z",
    )
    assert len(told["in_words"]) == 5


# ── what does not ───────────────────────────────────────────────────────────


def test_a_mismatch_is_explained_and_the_exit_code_says_so(recourse, tmp_path):
    ran = recourse.run("sla", "cases", written(tmp_path, expected_due="2026-03-03T16:00:00"))
    assert ran.code == Exit.NOT_IN_ORDER
    said = " ".join(ran.stdout.split())
    assert "working-minutes, due: 2026-03-03 15:00:00; 2026-03-03 16:00:00 is expected" in said
    assert "paused 2026-03-02 17:00:00 2026-03-02 18:00:00 2:00:00 pause" in said
    assert "1 does not agree." in said


def test_a_program_gets_the_segments_of_a_mismatch(recourse, tmp_path):
    wrong = written(tmp_path, expected_escalation="2026-03-03T13:00:00")
    ran = recourse.run("sla", "cases", "--json", wrong)
    assert ran.code == Exit.NOT_IN_ORDER
    (mismatch,) = orjson.loads(ran.stdout)["mismatches"]
    assert (mismatch["what"], mismatch["computed"]) == ("escalation", "2026-03-03T05:30:00Z")
    kinds = [segment["kind"] for segment in mismatch["segments"]]
    assert kinds == ["open", "paused", "closed", "paused", "closed", "open"]
    assert mismatch["segments"][-1]["used"] == "PT4H"


UTC = {"timezone": "UTC", "weekly": {"mon": [["09:00", "18:00"]]}}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"policy_minutes": None}, "one of policy_minutes"),
        ({"policy_days": 2}, "one of policy_minutes"),
        ({"polcy_minutes": 5}, "polcy_minutes: Extra inputs"),
        ({"calendar": {**UTC, "timezone": "Asia/Peking"}}, "no time zone"),
        ({"calendar": {**UTC, "weekly": {"mon": []}}}, "on no day of the week"),
        ({"calendar": {**UTC, "weekly": {"mon": [["18:00", "09:00"]]}}}, "cannot close"),
        ({"start": "yesterday"}, "cases.0.due.start"),
        ({"kind": "guess"}, "cases.0"),
    ],
)
def test_a_file_that_is_not_one_of_cases_is_refused_with_every_fault(tmp_path, changed, reason):
    with pytest.raises(InvalidCaseFile) as refused:
        cases_in(written(tmp_path, **changed).read_text(encoding="utf-8"))
    assert reason in " ".join(refused.value.reasons)


def test_a_file_that_is_no_json_is_refused_in_words(recourse, tmp_path):
    file = tmp_path / "cases.json"
    file.write_text("[", encoding="utf-8")
    ran = recourse.run("sla", "cases", file)
    assert (ran.code, ran.stdout) == (Exit.NOT_IN_ORDER, "")
    assert "The file is no JSON" in ran.stderr


def test_fractions_of_minutes_are_exact(tmp_path):
    """A third of a second, as somebody may have computed it: less than a microsecond off."""
    file = written(tmp_path, policy_minutes=0.005555555555555556, pauses=[])
    (case,) = cases_in(file.read_text(encoding="utf-8"))
    due = next(iter(compare(case))).computed
    assert f"{due:%H:%M:%S.%f}" == "07:00:00.333333"
