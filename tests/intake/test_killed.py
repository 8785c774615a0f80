"""Intake that is killed in the middle leaves nothing half done (CRN-1, CRN-2)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from application.connections import Connections
from application.database import Database
from application.files import FileStore
from application.intake.booking import CreditNoteIntake, Outcome
from application.log import EventLog
from domain.credits.events import CreditNoteBooked
from tests.intake.papers import paper
from tests.reading import READING

PAPERS = 60
KILLS = 3
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A directory of credit notes, some of which no one can book."""
    for number in range(PAPERS):
        content = paper(f"CN-{number:03}") if number % 10 else b"<not-a-note/>"
        (tmp_path / f"{number:03}.xml").write_bytes(content)
    return tmp_path


def killed_after(reports: int, database: Database, papers: Path) -> list[str]:
    """What intake said before it was killed with so many reports made."""
    command = [sys.executable, "-m", "tests.intake.endless"]
    command += [database.url, str(database.roles_log_in), str(papers)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(reports)]
        process.kill()
    return said


def test_killed_in_the_middle_and_run_again_each_note_is_booked_once(
    intake: CreditNoteIntake,
    log: EventLog,
    files: FileStore,
    connections: Connections,
    database: Database,
    papers: Path,
) -> None:
    said: list[str] = []
    for number in range(1, KILLS + 1):
        said += killed_after(number * PAPERS // (KILLS + 1), database, papers)
    reports = [intake.take(file.name, file.read_bytes()) for file in sorted(papers.iterdir())]
    outcomes = [report.outcome for report in reports]
    assert outcomes.count(Outcome.REFUSED) == PAPERS // 10

    acknowledged = {line.split()[0] for line in said if line.endswith(" booked\n")}
    assert acknowledged.isdisjoint(r.file for r in reports if r.outcome is Outcome.BOOKED)

    events = log.select(types=["credits.CreditNoteBooked"], limit=1000)
    booked = [each.event for each in events if isinstance(each.event, CreditNoteBooked)]
    assert len(booked) == len({note.number for note in booked}) == PAPERS - PAPERS // 10
    assert acknowledged <= {note.source.name for note in booked if note.source}
    for note in booked:
        assert note.source
        original = (papers / note.source.name).read_bytes()
        assert b"".join(files.get(note.source.sha256, READING)) == original
    [[stored]] = connections.read("SELECT count(*) FROM files")
    assert stored == len(booked) + 1  # what was refused is kept too: it is the same, ten times over
