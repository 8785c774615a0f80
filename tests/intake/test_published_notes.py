"""Credit notes that others published, read as their index says (CRN-1)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from application.intake import ubl
from domain.credits.document import CreditNoteDocument, ReferenceKind

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "creditnotes"
INDEX = PUBLISHED / "index.json"

pytestmark = pytest.mark.skipif(
    not INDEX.exists(), reason="the published credit notes are not there (../shared/data)"
)


def expected(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "root": entry["root"],
        "number": entry["id"],
        "issue date": entry["issue_date"],
        "type": entry["type_code"],
        "customization": entry["customization"],
        "currency": entry["currency"],
        "supplier": entry["seller"],
        "line count": entry["n_lines"],
        "sum of lines": number(entry["line_extension_sum"]),
        "line total": number(entry["line_total"]),
        "allowances": number(entry["allowance_total"]),
        "charges": number(entry["charge_total"]),
        "without tax": number(entry["tax_exclusive"]),
        "with tax": number(entry["tax_inclusive"]),
        "prepaid": number(entry["prepaid"]),
        "rounding": number(entry["rounding"]),
        "payable": number(entry["payable"]),
        "tax": tax(entry),
        "invoices": entry["referenced_invoices"],
        "orders": entry["order_refs"],
        "additional documents": entry["additional_doc_refs"],
        "discrepancies": [(d["ref"] or d["code"], d["code"]) for d in entry["discrepancy"]],
        "buyer reference": [entry["buyer_reference"]] if entry["buyer_reference"] else [],
        "notes": [" ".join(note.split()) for note in entry["notes"]],
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
        "supplier": document.supplier.name,
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
        "notes": [" ".join(note.split()) for note in document.notes],
    }


def of_document(document: CreditNoteDocument, kind: ReferenceKind) -> list[str]:
    return [reference.id for reference in document.references if reference.kind is kind]


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def test_every_published_note_reads_as_its_index_says() -> None:
    entries = [e for e in json.loads(INDEX.read_text()) if e["file"].startswith("ubl/")]
    differences = [
        f"{entry['file']:40} {field:20} index {wanted!r:30} read {found[field]!r}"
        for entry in entries
        for found in [read(ubl.read((PUBLISHED / entry["file"]).read_bytes()))]
        for field, wanted in expected(entry).items()
        if found[field] != wanted
    ]
    assert entries
    assert not differences, "\n" + "\n".join(differences)
