"""A credit note that comes as a file is booked once, whole or not at all (CRN-1, CRN-2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from threading import Thread
from uuid import UUID

import pytest

from application.connections import Connections
from application.files import LARGEST as LARGEST_KEPT
from application.files import FileStore, NoSuchFile
from application.intake.booking import CreditNoteIntake, Outcome, Report, note_id_of
from application.intake.xml import LARGEST
from application.log import EventLog
from application.recorded import Channel
from domain.credits.events import CreditNoteBooked
from domain.credits.refused_file import FileRefused
from domain.messages import Actor, Forbidden, Role
from tests.intake.papers import FINANCE, GOOD, paper
from tests.intake.test_tables import MAPPING
from tests.reading import READING
from tests.rules import part_of

SHA256 = hashlib.sha256(GOOD).hexdigest()


def stored_files(connections: Connections) -> int:
    [[count]] = connections.read("SELECT count(*) FROM files")
    return int(count)


def refused(log: EventLog) -> list[FileRefused]:
    found = log.select(types=["credits.FileRefused"], limit=1000)
    return [each.event for each in found if isinstance(each.event, FileRefused)]


def booked(log: EventLog) -> list[str]:
    """The numbers of all notes that were booked."""
    found = log.select(types=["credits.CreditNoteBooked"], limit=1000)
    return [each.event.number for each in found if isinstance(each.event, CreditNoteBooked)]


def test_a_note_is_booked_with_its_original(
    intake: CreditNoteIntake, log: EventLog, files: FileStore
) -> None:
    report = intake.take("/tmp/in/note.xml", GOOD)
    assert (report.outcome, report.note_id) == (Outcome.BOOKED, note_id_of(SHA256))
    assert report.document and report.document.number == "CN-7001"
    [first, *_] = log.history(note_id_of(SHA256))
    assert isinstance(first.event, CreditNoteBooked) and first.event.source
    assert (first.event.source.name, first.event.source.sha256) == ("note.xml", SHA256)
    assert (first.envelope.channel, first.envelope.actor) == (Channel.INTAKE, FINANCE.id)
    assert b"".join(files.get(SHA256, READING)) == GOOD


def test_the_same_file_again_is_a_duplicate_and_changes_nothing(
    intake: CreditNoteIntake, log: EventLog, connections: Connections
) -> None:
    first, last = intake.take("note.xml", GOOD), log.last()
    for again in (intake, replace(intake, actor=Actor(UUID(int=0xF2), FINANCE.roles))):
        for name in ("note.xml", "renamed.xml"):
            report = again.take(name, GOOD)
            assert (report.outcome, report.note_id) == (Outcome.DUPLICATE, first.note_id)
            assert str(first.note_id) in report.errors[0]
    assert (log.last(), stored_files(connections)) == (last, 1)


def test_another_file_with_the_same_number_is_a_duplicate_and_names_the_first(
    intake: CreditNoteIntake, log: EventLog, connections: Connections
) -> None:
    first, last = intake.take("note.xml", GOOD), log.last()
    other = paper("CN-7001", February="January")
    report = intake.take("other.xml", other)
    assert (report.outcome, report.note_id) == (Outcome.DUPLICATE, first.note_id)
    assert (log.last(), stored_files(connections)) == (last, 1)


def test_an_invalid_file_is_refused_whole_and_kept_with_every_reason(
    intake: CreditNoteIntake, log: EventLog, files: FileStore
) -> None:
    bad = paper(EUR="", **{"60.00": "61.00"})
    report = intake.take("/tmp/in/bad.xml", bad)
    assert (report.outcome, report.note_id) == (Outcome.REFUSED, None)
    assert len(report.errors) > 1
    assert all(" line " in error for error in report.errors)
    assert report.document and report.document.number == "CN-7001"
    assert booked(log) == []
    [kept] = refused(log)
    assert (kept.source.name, kept.source.sha256) == ("bad.xml", report.sha256)
    assert (kept.reasons, kept.size) == (report.errors, len(bad))
    assert b"".join(files.get(report.sha256, READING)) == bad


def test_a_file_that_is_refused_again_is_not_kept_twice(
    intake: CreditNoteIntake, log: EventLog, connections: Connections
) -> None:
    intake.take("bad.xml", b"<a/>")
    last = log.last()
    for again in (intake, replace(intake, actor=Actor(UUID(int=0xF2), FINANCE.roles))):
        for name in ("bad.xml", "renamed.xml"):
            assert again.take(name, b"<a/>").outcome is Outcome.REFUSED
    assert (log.last(), stored_files(connections)) == (last, 1)


@part_of("CRN-2")
def test_a_file_that_is_too_large_to_be_read_is_refused_and_kept(
    intake: CreditNoteIntake, log: EventLog, files: FileStore
) -> None:
    large = b"<" * (LARGEST + 1)
    report = intake.take("large.xml", large)
    assert report.errors == ("The file is larger than 20 MB.",)
    assert report.sha256 == hashlib.sha256(large).hexdigest()
    [kept] = refused(log)
    assert (kept.source.sha256, kept.size) == (report.sha256, len(large))
    assert b"".join(files.get(report.sha256, READING)) == large
    assert booked(log) == []


@part_of("CRN-2")
def test_a_file_that_is_too_large_to_be_kept_is_refused_and_told_so(
    intake: CreditNoteIntake, log: EventLog, connections: Connections
) -> None:
    before, huge = log.last(), b"<" * (LARGEST_KEPT + 1)
    for report in (intake.take("huge.xml", huge), *intake.take_table("huge.csv", huge, MAPPING)):
        assert report.errors == (
            "The file is larger than 50 MB. It is not kept: keep it yourself.",
        )
        assert (report.outcome, report.sha256) == (Outcome.REFUSED, None)
    assert (log.last(), stored_files(connections)) == (before, 0)


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    intake: CreditNoteIntake, log: EventLog, connections: Connections
) -> None:
    before = log.last()
    assert intake.take("note.xml", GOOD, dry_run=True).outcome is Outcome.BOOKED
    assert intake.take("note.xml", b"<a/>", dry_run=True).outcome is Outcome.REFUSED
    assert (log.last(), stored_files(connections)) == (before, 0)
    intake.take("note.xml", GOOD)
    assert intake.take("note.xml", GOOD, dry_run=True).outcome is Outcome.DUPLICATE


def test_who_may_not_book_is_forbidden_and_leaves_nothing(
    intake: CreditNoteIntake, log: EventLog, files: FileStore
) -> None:
    before = log.last()
    engineer = replace(intake, actor=Actor(UUID(int=0xE1), frozenset({Role.ENGINEER})))
    with pytest.raises(Forbidden):
        engineer.take("note.xml", GOOD)
    assert log.last() == before
    with pytest.raises(NoSuchFile):
        files.get(SHA256, READING)


def test_what_was_kept_but_not_booked_is_booked_the_next_time(
    intake: CreditNoteIntake, log: EventLog, files: FileStore
) -> None:
    files.put([GOOD], "application/xml")
    assert intake.take("note.xml", GOOD).outcome is Outcome.BOOKED
    assert booked(log) == ["CN-7001"]


def test_many_at_once_book_each_note_once(
    intake: CreditNoteIntake, log: EventLog, connections: Connections
) -> None:
    papers = [paper(f"CN-{number}") for number in range(5)]
    reports: list[Report] = []

    def clerk(number: int) -> None:
        mine = replace(intake, actor=Actor(UUID(int=0xF0 + number), FINANCE.roles))
        reports.extend(mine.take(f"{n}.xml", content) for n, content in enumerate(papers))

    clerks = [Thread(target=clerk, args=[number]) for number in range(3)]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join()
    outcomes = [report.outcome for report in reports]
    assert outcomes.count(Outcome.BOOKED) == 5
    assert outcomes.count(Outcome.DUPLICATE) == 10
    assert sorted(booked(log)) == [f"CN-{number}" for number in range(5)]
    assert stored_files(connections) == 5
