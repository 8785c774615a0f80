"""Credit notes in UBL, good and bad, as they come from strangers (CRN-1, CRN-2, CRN-11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from application.intake.booking import everything_wrong
from application.intake.documents import read as read_file
from application.intake.faults import Unreadable
from application.intake.paper import Reading
from application.intake.xml import DEEPEST, LARGEST
from domain.credits.checking import errors
from domain.credits.document import (
    CreditNoteDocument,
    Line,
    Party,
    Reference,
    ReferenceKind,
    Root,
    Totals,
)

FIXTURES = Path(__file__).parent / "fixtures"
GOOD = (FIXTURES / "good.xml").read_bytes()
INVOICE = (FIXTURES / "negative-invoice.xml").read_bytes()


def read(content: bytes) -> CreditNoteDocument:
    """The note in a file in which nothing is wrong."""
    reading = read_file(content)
    assert reasons_of(reading) == ()
    return reading.document


def refused(content: bytes) -> tuple[str, ...]:
    """Why a file is refused: because it cannot be read, or for what it says."""
    try:
        reading = read_file(content)
    except Unreadable as unreadable:
        return unreadable.reasons
    reasons = reasons_of(reading)
    assert reasons
    return reasons


def reasons_of(reading: Reading) -> tuple[str, ...]:
    faulty = everything_wrong(reading) if reading.faults else ()
    return faulty or errors(reading.document, reading.findings)


def replaced(content: bytes, *changes: tuple[str, str]) -> bytes:
    for before, after in changes:
        assert before.encode() in content
        content = content.replace(before.encode(), after.encode())
    return content


def test_a_credit_note_reads_as_it_states() -> None:
    assert read(GOOD) == CreditNoteDocument(
        root=Root.CREDIT_NOTE,
        type_code="381",
        customization="urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        number="CN-7001",
        issue_date=date(2026, 3, 2),
        currency="EUR",
        supplier=Party(tax_id="DE100200300", registration_id="HRB 4711", name="Hydraulik Nord"),
        customer=Party(name="Our Workshop"),
        totals=Totals(
            line_total=Decimal("100.00"),
            tax_exclusive=Decimal("100.00"),
            tax=Decimal("19.00"),
            tax_inclusive=Decimal("119.00"),
            payable=Decimal("119.00"),
        ),
        lines=(
            Line(
                id="1",
                quantity=Decimal(1),
                unit="C62",
                net=Decimal("60.00"),
                price=Decimal("60.000"),
                tax_rate=Decimal(19),
                description="Pump",
                item_ids=("P-9",),
                references=(Reference(kind=ReferenceKind.CLAIM, id="WC-1"),),
            ),
            Line(
                id="2",
                quantity=Decimal(2),
                unit="HUR",
                net=Decimal("40.00"),
                price=Decimal(20),
                tax_rate=Decimal(19),
                description="Labour\ntwo hours",
            ),
        ),
        references=(
            Reference(kind=ReferenceKind.INVOICE, id="INV-500", issued_on=date(2026, 1, 15)),
            Reference(kind=ReferenceKind.ORDER, id="PO-11"),
            Reference(kind=ReferenceKind.BUYER, id="warranty desk"),
        ),
        notes=("Warranty, February",),
    )


def test_a_self_billed_note_is_issued_by_the_customer() -> None:
    note = read((FIXTURES / "self-billed.xml").read_bytes())
    assert note.self_billed
    assert note.issuer == Party(name="Maker")
    coded = read(replaced(GOOD, (">381<", ">261<")))
    assert coded.issuer == Party(name="Our Workshop")


def test_an_invoice_below_zero_credits_what_it_states() -> None:
    note = read(INVOICE)
    assert (note.root, note.sign_turned) == (Root.INVOICE, True)
    assert (note.totals.payable, note.lines[0].net) == (Decimal(80), Decimal(80))
    assert note.lines[0].quantity == Decimal(2)
    assert note.issuer.identity == ("registration_id", "4000001")
    assert note.issue_date == date(2026, 3, 3)


def test_a_credit_note_sent_as_an_invoice_is_taken_as_it_stands() -> None:
    note = read(replaced(INVOICE, (">384<", ">381<"), (">-80<", ">80<"), (">-2<", ">2<")))
    assert (note.sign_turned, note.totals.payable) == (False, Decimal(80))


def test_an_invoice_that_charges_is_refused() -> None:
    [reason] = refused(replaced(INVOICE, (">-80<", ">80<")))
    assert "384, not a credit note" in reason


def test_every_fault_is_told_with_its_place() -> None:
    assert refused((FIXTURES / "many-faults.xml").read_bytes()) == (
        "/CreditNote/cbc:IssueDate, line 3: '02.03.2026' is no date. Write it as in 2026-01-31.",
        "/CreditNote/cac:LegalMonetaryTotal/cbc:LineExtensionAmount, line 7: "
        "'1,000.00' is no number. Write it as in 1234.50.",
        "/CreditNote/cac:LegalMonetaryTotal/cbc:PayableAmount, line 8: "
        "The amount states no currency (currencyID), and none is assumed.",
        "/CreditNote/cac:CreditNoteLine[1]/cbc:LineExtensionAmount, line 12: "
        "'1e3' is no number. Write it as in 1234.50.",
        "/CreditNote/cbc:LineCountNumeric, line 4: It states 3 lines, but has 2.",
        "/CreditNote, line 2: BR-01: It does not say which specification it follows.",
        "/CreditNote, line 2: BR-02: The paper has no number.",
        "/CreditNote, line 2: BR-04: The paper does not say of which type it is.",
        "/CreditNote, line 2: BR-05: The paper has no currency.",
        "/CreditNote, line 2: BR-06: The seller has no name.",
        "/CreditNote, line 2: BR-07: The buyer has no name.",
        "/CreditNote, line 2: BR-08: The seller has no address.",
        "/CreditNote, line 2: BR-10: The buyer has no address.",
        "/CreditNote/cac:LegalMonetaryTotal, line 6: BR-13: The total without tax is not stated.",
        "/CreditNote/cac:LegalMonetaryTotal, line 6: BR-14: The total with tax is not stated.",
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (">60.00<", ">60.01<", "BR-CO-10: The lines do not add up to their total. 100.01 follows"),
        (">119.00<", ">118.99<", "BR-CO-15: The total with tax does not follow. 119.00 follows"),
        (">19.00<", ">19.01<", "BR-CO-15: The total with tax does not follow. 119.01 follows"),
    ],
)
def test_totals_that_do_not_add_up_are_refused(before: str, after: str, said: str) -> None:
    [reason] = refused(replaced(GOOD, (before, after)))
    assert reason.startswith(f"/CreditNote/cac:LegalMonetaryTotal, line 53: {said}")


def test_totals_of_a_paper_that_claims_no_conformance_may_disagree() -> None:
    other = replaced(GOOD, ("urn:cen.eu:en16931:2017#compliant#", ""), (">19.00<", ">18.00<"))
    assert read(other).totals.tax == Decimal("18.00")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="SEK">', "SEK"),
        (">EUR</cbc:DocumentCurrencyCode>", ">Euro</cbc:DocumentCurrencyCode>", "no currency"),
        (">2026-03-02<", ">2026-02-30<", "no date"),
        (">119.00</cbc:PayableAmount>", ">Infinity</cbc:PayableAmount>", "no number"),
        (">119.00</cbc:PayableAmount>", ">119.0000001</cbc:PayableAmount>", "decimal places"),
        (">19</cbc:Percent>", ">many</cbc:Percent>", "no number"),
        ("<cbc:ID>CN-7001</cbc:ID>", "<cbc:ID>A</cbc:ID><cbc:ID>B</cbc:ID>", "more than once"),
    ],
)
def test_a_wrong_value_is_refused(before: str, after: str, said: str) -> None:
    reasons = refused(replaced(GOOD, (before, after)))
    assert any(said in reason and ", line " in reason for reason in reasons)


def test_tax_in_the_other_currency_is_not_added() -> None:
    both = replaced(
        GOOD,
        (
            "<cbc:BuyerReference>",
            "<cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode><cbc:BuyerReference>",
        ),
        (
            "<cac:LegalMonetaryTotal>",
            '<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">210</cbc:TaxAmount></cac:TaxTotal>'
            "<cac:LegalMonetaryTotal>",
        ),
    )
    assert read(both).totals.tax == Decimal("19.00")


@pytest.mark.parametrize("name", ["entity-bomb.xml", "external-entity.xml"])
def test_a_document_type_is_refused_before_its_entities_count(name: str) -> None:
    [reason] = refused((FIXTURES / name).read_bytes())
    assert "document type (DTD)" in reason
    assert (
        "document type (DTD)"
        in refused((FIXTURES / name).read_text().replace("UTF-8", "UTF-16").encode("utf-16"))[0]
    )


@pytest.mark.parametrize("levels", [DEEPEST + 1, 100_000])
def test_a_document_nested_too_deeply_is_refused(levels: int) -> None:
    [reason] = refused(b"<a>" * levels + b"</a>" * levels)
    assert "deeper than" in reason


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    [reason] = refused(b"<" * (LARGEST + 1))
    assert reason == "The file is larger than 20 MB."


@pytest.mark.parametrize(
    "content",
    [
        (FIXTURES / "not-xml.txt").read_bytes(),
        b"",
        GOOD[:-10],
        GOOD.replace(b"Pump", b"\xff"),
        b"<a>&undeclared;</a>",
        b"<a>" + b"x" * 11_000_000 + b"</a>",
        b'<a b="' + b"x" * 11_000_000 + b'"/>',
    ],
    ids=["csv", "empty", "cut off", "not utf-8", "entity", "one huge text", "huge attribute"],
)
def test_what_is_not_well_formed_is_refused_with_its_line(content: bytes) -> None:
    [reason] = refused(content)
    assert "not well-formed XML" in reason
    assert "line " in reason


def test_another_kind_of_document_is_refused() -> None:
    [reason] = refused(b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>')
    assert reason.startswith("/Order, line 1: Order in the namespace urn:oasis:")


def test_what_could_be_read_of_a_refused_paper_is_told() -> None:
    assert read_file(replaced(GOOD, (">60.00<", ">many<"))).document.number == "CN-7001"
