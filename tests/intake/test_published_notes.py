"""Credit notes that others published, read as their index says (CRN-1)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from application.intake import syntax_rules
from application.intake.booking import CreditNoteIntake, Outcome
from application.intake.documents import read as read_file
from domain.credits.document import CreditNoteDocument, ReferenceKind
from domain.credits.en16931 import peppol
from domain.credits.en16931.findings import RULES
from tests.reading import READING

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "creditnotes"
INDEX = PUBLISHED / "index.json"

pytestmark = pytest.mark.skipif(
    not INDEX.exists(), reason="the published credit notes are not there (../shared/data)"
)


def expected(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "root": entry["root"],
        "number": entry["id"],
        "issue date": date.fromisoformat(entry["issue_date"]).isoformat(),
        "type": entry["type_code"],
        "customization": entry["customization"],
        "currency": entry["currency"],
        "supplier": " ".join(entry["seller"].split()),
        "line count": entry["n_lines"],
        "sum of lines": credited(entry, entry["line_extension_sum"]),
        "line total": credited(entry, entry["line_total"]),
        "allowances": credited(entry, entry["allowance_total"]),
        "charges": credited(entry, entry["charge_total"]),
        "without tax": credited(entry, entry["tax_exclusive"]),
        "with tax": credited(entry, entry["tax_inclusive"]),
        "prepaid": credited(entry, entry["prepaid"]),
        "rounding": credited(entry, entry["rounding"]),
        "payable": credited(entry, entry["payable"]),
        "tax": credited(entry, str(tax(entry))),
        "invoices": entry["referenced_invoices"],
        "orders": entry["order_refs"],
        "additional documents": entry["additional_doc_refs"],
        "discrepancies": [(d["ref"] or d["code"], d["code"]) for d in entry["discrepancy"]],
        "buyer reference": [entry["buyer_reference"]] if entry["buyer_reference"] else [],
        "notes": [note for note in entry["notes"] if as_written(note) not in said(entry)],
    }


def tax(entry: dict[str, Any]) -> Decimal:
    """In the currency of the document; the Saudi one states the same tax twice."""
    amounts = [
        Decimal(t["amount"]) for t in entry["tax_totals"] if t["currency"] == entry["currency"]
    ]
    return amounts[0] if entry["tax_currency"] == entry["currency"] else sum(amounts, Decimal(0))


def read(document: CreditNoteDocument) -> dict[str, Any]:
    totals = document.totals
    return {
        "root": document.root.value,
        "number": document.number,
        "issue date": document.issue_date and document.issue_date.isoformat(),
        "type": document.type_code,
        "customization": document.customization,
        "currency": document.currency,
        "supplier": " ".join((document.supplier.name or "").split()),
        "line count": len(document.lines),
        "sum of lines": sum((line.net or Decimal(0) for line in document.lines), Decimal(0)),
        "line total": totals.line_total,
        "allowances": totals.allowance_total,
        "charges": totals.charge_total,
        "without tax": totals.tax_exclusive,
        "with tax": totals.tax_inclusive,
        "prepaid": totals.prepaid,
        "rounding": totals.rounding,
        "payable": totals.payable,
        "tax": totals.tax,
        "invoices": [
            reference.id
            for reference in document.all_references()
            if reference.kind is ReferenceKind.INVOICE
        ],
        "orders": of_document(document, ReferenceKind.ORDER),
        "additional documents": of_document(document, ReferenceKind.ADDITIONAL),
        "discrepancies": [
            (reference.id, reference.code)
            for reference in document.references
            if reference.kind is ReferenceKind.DISCREPANCY
        ],
        "buyer reference": of_document(document, ReferenceKind.BUYER),
        "notes": [],  # all of them stand in it
    }


def of_document(document: CreditNoteDocument, kind: ReferenceKind) -> list[str]:
    return [reference.id for reference in document.references if reference.kind is kind]


def credited(entry: dict[str, Any], text: str | None) -> Decimal | None:
    """What is credited, above zero, whatever sign its type writes it with (CRN-11)."""
    if text is None:
        return None
    return -Decimal(text) if entry["type_code"] == "384" else Decimal(text)


def as_written(text: str) -> str:
    return " ".join(text.split())


def said(entry: dict[str, Any]) -> str:
    """All free text of the note and of its lines; the index has the first two notes only."""
    document = read_file(content(entry)).document
    lines = (line.description or "" for line in document.lines)
    return as_written(" ".join((*document.notes, *lines)))


def entries(*folders: str) -> list[dict[str, Any]]:
    """What the index says of the XML files of the folders."""
    every = json.loads(INDEX.read_text())
    found = [e for e in every if e["file"].startswith(folders) and e["file"].endswith(".xml")]
    assert found
    return found


def content(entry: dict[str, Any]) -> bytes:
    return bytes((PUBLISHED / entry["file"]).read_bytes())


def test_every_published_note_reads_as_its_index_says() -> None:
    differences = [
        f"{entry['file']:40} {field:20} index {wanted!r:30} read {found[field]!r}"
        for entry in entries("ubl/", "cii/")
        for found in [read(read_file(content(entry)).document)]
        for field, wanted in expected(entry).items()
        if found[field] != wanted
    ]
    assert not differences, "\n" + "\n".join(differences)


def test_the_factur_x_pdf_holds_the_note_that_stands_beside_it() -> None:
    pdf = PUBLISHED / "cii" / "facturx-avoir-381-en16931.pdf"
    assert read_file(pdf.read_bytes()) == read_file(pdf.with_suffix(".xml").read_bytes())


JUDGED = 45  # files of the index that the official validation was run on
BY_PEPPOL = 18  # of them, those that Peppol's was run on too


def judged() -> list[dict[str, Any]]:
    """Every file with a verdict, of whatever folder: none may be passed over."""
    return [
        entry for entry in json.loads(INDEX.read_text()) if entry.get("en16931_fatal") is not None
    ]


def found_in(entry: dict[str, Any], *kinds: str) -> list[str]:
    findings = read_file(content(entry)).findings
    assert findings is not None
    return sorted(finding.rule for finding in findings if finding.rule.startswith(kinds))


def of_kinds(rules: list[str], *kinds: str) -> list[str]:
    return sorted(rule for rule in rules if rule.startswith(kinds))


def test_the_rules_that_are_broken_are_those_of_the_official_validation() -> None:
    """All fatal ids of every file, in one table: what the index says, and what we find."""
    kinds = ("BR-", "UBL-", "CII-")
    table = {
        entry["file"]: (of_kinds(entry["en16931_fatal"], *kinds), found_in(entry, *kinds))
        for entry in judged()
    }
    assert len(table) == JUDGED
    assert sum(len(said) for said, _ in table.values()) > 200
    differing = [f"{f:45} {said} {found}" for f, (said, found) in table.items() if said != found]
    assert not differing, "\n" + "\n".join(differing)


def test_the_rules_of_peppol_that_are_broken_are_those_of_its_validation() -> None:
    kinds = ("PEPPOL-", "SE-")
    table = {
        entry["file"]: (sorted(entry["peppol_fatal"]), found_in(entry, *kinds))
        for entry in judged()
        if entry.get("peppol_fatal") is not None
    }
    assert len(table) == BY_PEPPOL
    differing = [f"{f:45} {said} {found}" for f, (said, found) in table.items() if said != found]
    assert not differing, "\n" + "\n".join(differing)


def test_every_rule_that_the_index_names_is_one_that_we_check() -> None:
    ours = {rule.id for rule in (*RULES, *peppol.RULES, *syntax_rules.UBL, *syntax_rules.CII)}
    named = {
        rule
        for entry in judged()
        for rule in (*entry["en16931_fatal"], *(entry.get("peppol_fatal") or ()))
    }
    assert len(named) > 60
    assert named <= ours


def test_every_published_file_is_booked_or_is_told_to_be_a_duplicate_of_the_first(
    intake: CreditNoteIntake,
) -> None:
    files = sorted(f for folder in ("ubl", "cii") for f in (PUBLISHED / folder).iterdir())
    reports = {f.name: intake.take(f.name, f.read_bytes()) for f in files}
    duplicates = {f for f, report in reports.items() if report.outcome is Outcome.DUPLICATE}
    assert {report.outcome for report in reports.values()} == {Outcome.BOOKED, Outcome.DUPLICATE}
    first_of = {
        "facturx-avoir-381-en16931.xml": "facturx-avoir-381-en16931.pdf",
        "gobl-peppol-creditnote-381.xml": "gobl-facturx-creditnote-381.xml",
        "zf-en16931-rechnungskorrektur-384.xml": "zf-basic-rechnungskorrektur-384.xml",
        "zf-extended-rechnungskorrektur-384.xml": "zf-basic-rechnungskorrektur-384.xml",
    }
    assert duplicates >= first_of.keys()
    for duplicate, first in first_of.items():
        assert reports[duplicate].note_id == reports[first].note_id
    assert duplicates == first_of.keys() | same_issuer_and_number(reports)


def same_issuer_and_number(reports: dict[str, Any]) -> set[str]:
    seen: set[object] = set()
    again: set[str] = set()
    for file, report in reports.items():
        named = (report.document.issuer.identity, report.document.number)
        again |= {file} if named in seen else set()
        seen.add(named)
    return again


def test_every_invalid_file_is_refused_whole_and_kept(intake: CreditNoteIntake) -> None:
    before = len(intake.log.select(types=["credits.CreditNoteBooked"], limit=10))
    for file in sorted((PUBLISHED / "invalid").iterdir()):
        report = intake.take(file.name, file.read_bytes())
        assert report.outcome is Outcome.REFUSED
        assert b"".join(intake.files.get(report.sha256, READING)) == file.read_bytes()
    assert len(intake.log.select(types=["credits.CreditNoteBooked"], limit=10)) == before
    assert len(intake.log.select(types=["credits.FileRefused"], limit=100)) == 7


def test_what_sits_on_a_rounding_limit_is_refused_where_a_rule_in_scope_is_broken(
    intake: CreditNoteIntake,
) -> None:
    for entry in entries("boundary/"):
        report = intake.take(entry["file"], content(entry))
        refused = any(rule.startswith("BR-") for rule in entry["en16931_fatal"])
        assert report.outcome is (Outcome.REFUSED if refused else Outcome.BOOKED)
        assert any("BR-CO-10" in error for error in report.errors) is refused
