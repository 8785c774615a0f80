"""Credit notes in UN/CEFACT CII, also inside a PDF (CRN-1, CRN-2, CRN-11)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfWriter

from application.intake.documents import read
from application.intake.faults import Unreadable
from domain.credits.checking import errors
from domain.credits.document import Line, Party, Reference, ReferenceKind, Root, Totals
from tests.intake.papers import GOOD

CORRECTION = (Path(__file__).parent / "fixtures" / "corrected-invoice.xml").read_bytes()


def changed(*changes: tuple[str, str], content: bytes = CORRECTION) -> bytes:
    for before, after in changes:
        assert before.encode() in content
        content = content.replace(before.encode(), after.encode())
    return content


def broken(content: bytes) -> list[str]:
    """The ids of the rules of EN 16931 that the file breaks."""
    found = (finding.rule for finding in read(content).findings or ())
    return [rule for rule in found if rule.startswith("BR-")]


def test_a_corrected_invoice_below_zero_credits_what_it_states() -> None:
    reading = read(CORRECTION)
    note = reading.document
    assert (reading.findings, reading.faults, errors(note, reading.findings)) == ((), (), ())
    assert (note.root, note.type_code) == (Root.CROSS_INDUSTRY_INVOICE, "384")
    assert (note.number, note.issue_date, note.currency) == ("RK-77", date(2026, 3, 4), "EUR")
    assert note.sign_turned
    assert note.issuer == Party(tax_id="DE100200300", name="Hydraulik Nord GmbH")
    assert note.totals == Totals(
        line_total=Decimal("10.00"),
        tax_exclusive=Decimal("10.00"),
        tax=Decimal("1.90"),
        tax_inclusive=Decimal("11.90"),
        payable=Decimal("11.90"),
    )
    assert note.lines == (
        Line(
            id="1",
            quantity=Decimal(4),
            unit="C62",
            net=Decimal("10.00"),
            price=Decimal("2.5000"),
            price_quantity=Decimal(1),
            tax_rate=Decimal(19),
            description="Pump",
            item_ids=("P-9",),
            references=(Reference(kind=ReferenceKind.CLAIM, id="WC-1", code="130"),),
        ),
    )
    assert str(note.lines[0].price) == "2.5000"
    assert [(r.kind, r.id) for r in note.references] == [
        (ReferenceKind.INVOICE, "R-9"),
        (ReferenceKind.ORDER, "PO-11"),
    ]


def test_a_credit_note_above_zero_is_taken_as_it_stands() -> None:
    note = read(changed((">384<", ">381<"), (">-", ">"))).document
    assert (note.sign_turned, note.totals.payable) == (False, Decimal("11.90"))
    assert not note.self_billed
    assert read(changed((">384<", ">261<"))).document.self_billed


def test_a_corrected_invoice_above_zero_charges_and_is_refused() -> None:
    reading = read(changed((">-", ">")))
    assert any("384, not a credit note" in reason for reason in errors(*reading[:2]))


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        ("<ram:LineID>1</ram:LineID>", "", ["BR-21"]),
        (">-10.00</ram:TaxBasis", ">-10.01</ram:TaxBasis", ["BR-CO-13", "BR-CO-15"]),
        (">-11.90</ram:Due", ">-11.91</ram:Due", ["BR-CO-16"]),
        (">-11.90</ram:Due", ">-11.901</ram:Due", ["BR-CO-16", "BR-DEC-18"]),
        (">DE100200300<", ">100200300<", ["BR-CO-09"]),
        ('unitCode="C62"', 'unitCode="PIECE"', ["BR-CL-23"]),
        ("CountryID>", "CityName>", ["BR-09", "BR-11"]),
        ("<ram:CategoryCode>S<", "<ram:CategoryCode>Z<", ["BR-Z-05", "BR-Z-09"]),
    ],
)
def test_a_rule_that_is_broken_is_named(before: str, after: str, rules: list[str]) -> None:
    assert broken(changed((before, after))) == rules


def test_an_amount_in_another_currency_and_a_day_in_another_form_are_faults() -> None:
    faulty = changed(('currencyID="EUR"', 'currencyID="USD"'), (">20260304<", ">2026-03-04<"))
    messages = [fault.message for fault in read(faulty).faults]
    assert messages == [
        "'2026-03-04' is no date. Write it as in 20260131.",
        "The amount is in USD, the document in EUR.",
    ]


def test_the_same_rules_hold_in_ubl() -> None:
    assert broken(GOOD) == []
    assert broken(changed((">DE100200300<", ">100200300<"), content=GOOD)) == ["BR-CO-09"]
    assert broken(changed(("<cbc:ID>INV-500</cbc:ID>", ""), content=GOOD)) == ["BR-55"]


# ── inside a PDF ────────────────────────────────────────────────────────────


def pdf(name: str, content: bytes, password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_attachment(name, content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as unreadable:
        read(content)
    [reason] = unreadable.value.reasons
    return reason


@pytest.mark.parametrize("name", ["factur-x.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml"])
def test_the_note_in_a_pdf_reads_as_it_does_alone(name: str) -> None:
    assert read(pdf(name, CORRECTION)) == read(CORRECTION)


def test_a_pdf_without_a_note_is_refused() -> None:
    assert refused(pdf("letter.txt", b"hello")).startswith("The PDF holds no credit note")


def test_an_encrypted_pdf_is_refused() -> None:
    assert "encrypted" in refused(pdf("factur-x.xml", CORRECTION, "secret"))


def test_what_a_pdf_holds_is_read_as_safely_as_any_xml() -> None:
    bomb = (Path(__file__).parent / "fixtures" / "entity-bomb.xml").read_bytes()
    assert "document type (DTD)" in refused(pdf("factur-x.xml", bomb))
    assert "larger than 20 MB" in refused(pdf("factur-x.xml", b"<" * (21 * 1024 * 1024)))


WHOLE = pdf("factur-x.xml", CORRECTION)


@pytest.mark.parametrize("cut", range(9, len(WHOLE), max(1, len(WHOLE) // 23)))
def test_a_pdf_that_is_cut_off_is_refused_or_read_whole(cut: int) -> None:
    """Never anything in between, and never a traceback."""
    try:
        assert read(WHOLE[:cut]) == read(CORRECTION)
    except Unreadable as unreadable:
        assert unreadable.reasons
