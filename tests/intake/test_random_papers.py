"""Real papers changed at random are booked or refused in words, and never anything between."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from application.files import FileStore
from application.intake.booking import CreditNoteIntake, Outcome, everything_wrong
from application.intake.documents import read
from application.intake.faults import Unreadable
from domain.credits.checking import errors, warnings
from domain.credits.events import CreditNoteBooked
from domain.credits.refused_file import FileRefused
from tests.official.mutations import mutated
from tests.reading import READING
from tests.rules import part_of, rule

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = ("good.xml", "negative-invoice.xml", "self-billed.xml", "corrected-invoice.xml")
PAPERS = [(FIXTURES / name).read_bytes() for name in NAMES]
TAKEN_IN = 60


@part_of("CRN-2")
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAPERS), st.randoms(use_true_random=False))
def test_any_paper_is_read_or_refused_with_reasons(paper: bytes, random: Random) -> None:
    try:
        reading = read(mutated(paper, random))
    except Unreadable as unreadable:
        assert unreadable.reasons
        return
    if reading.faults:
        assert all(everything_wrong(reading))
        return
    for said in (errors, warnings):
        assert all(said(reading.document, reading.findings))


@part_of("CRN-2")
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAPERS), st.data())
def test_any_bytes_are_read_or_refused_with_reasons(paper: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(paper)))
    until = data.draw(st.integers(at, len(paper)))
    broken = paper[:at] + data.draw(st.binary(max_size=20)) + paper[until:]
    try:
        read(broken)
    except Unreadable as unreadable:
        assert unreadable.reasons


@rule("CRN-1")
def test_any_paper_is_booked_once_or_kept_with_its_reasons(
    intake: CreditNoteIntake, files: FileStore
) -> None:
    random = Random(2026)
    booked, refused = {}, {}
    for number in range(TAKEN_IN):
        content = mutated(random.choice(PAPERS), random)
        report = intake.take(f"{number}.xml", content)
        if report.outcome is Outcome.BOOKED:
            booked[report.sha256] = content
        elif report.outcome is Outcome.REFUSED:
            assert report.errors
            refused[report.sha256] = content
    assert booked and refused
    notes = [
        each.event for each in intake.log.select(types=["credits.CreditNoteBooked"], limit=999)
    ]
    kept = [each.event for each in intake.log.select(types=["credits.FileRefused"], limit=999)]
    assert {n.source.sha256 for n in notes if isinstance(n, CreditNoteBooked) and n.source} == set(
        booked
    )
    assert {file.source.sha256 for file in kept if isinstance(file, FileRefused)} == set(refused)
    for sha256, content in (booked | refused).items():
        assert b"".join(files.get(sha256, READING)) == content
        assert hashlib.sha256(content).hexdigest() == sha256
