"""The manufacturers' credit notes of the demonstration, written as UBL 2.1 files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

CREDIT_NOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
AGGREGATE = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
BASIC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
NAMESPACES = {None: CREDIT_NOTE, "cac": AGGREGATE, "cbc": BASIC}


@dataclass(frozen=True)
class Party:
    """A company as its papers name it."""

    name: str
    tax_id: str
    country: str


@dataclass(frozen=True)
class Line:
    """What is credited, and for which claim, if the manufacturer says so."""

    text: str
    amount: Decimal
    claim_number: str | None = None


@dataclass(frozen=True)
class Note:
    number: str
    issued_on: date
    issuer: Party
    customer: Party
    currency: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


def ubl(note: Note) -> bytes:
    """The note as a file. Warranty credits bear no tax, so that what is payable is the sum."""
    root = etree.Element(f"{{{CREDIT_NOTE}}}CreditNote", nsmap=NAMESPACES)
    for element in head(note):
        root.append(element)
    for number, line in enumerate(note.lines, start=1):
        root.append(credit_note_line(note, number, line))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def head(note: Note) -> list[etree._Element]:
    return [
        cbc(
            "CustomizationID",
            "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        ),
        cbc("ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"),
        cbc("ID", note.number),
        cbc("IssueDate", note.issued_on.isoformat()),
        cbc("CreditNoteTypeCode", "381"),
        cbc("DocumentCurrencyCode", note.currency),
        cbc("BuyerReference", "warranty"),
        cac("AccountingSupplierParty", party(note.issuer)),
        cac("AccountingCustomerParty", party(note.customer)),
        cac("TaxTotal", amount(note, "TaxAmount", Decimal(0)), subtotal(note)),
        cac("LegalMonetaryTotal", *totals(note)),
    ]


def party(of: Party) -> etree._Element:
    return cac(
        "Party",
        cac("PartyName", cbc("Name", of.name)),
        cac("PostalAddress", cac("Country", cbc("IdentificationCode", of.country))),
        cac("PartyTaxScheme", cbc("CompanyID", of.tax_id), vat()),
        cac("PartyLegalEntity", cbc("RegistrationName", of.name)),
    )


def subtotal(note: Note) -> etree._Element:
    return cac(
        "TaxSubtotal",
        amount(note, "TaxableAmount", note.total),
        amount(note, "TaxAmount", Decimal(0)),
        zero_rated("TaxCategory"),
    )


def totals(note: Note) -> list[etree._Element]:
    names = "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount"
    return [amount(note, name, note.total) for name in names]


def credit_note_line(note: Note, number: int, line: Line) -> etree._Element:
    claim = [claim_reference(line.claim_number)] if line.claim_number else []
    return cac(
        "CreditNoteLine",
        cbc("ID", str(number)),
        cbc("CreditedQuantity", "1", unitCode="C62"),
        amount(note, "LineExtensionAmount", line.amount),
        *claim,
        cac("Item", cbc("Name", line.text), zero_rated("ClassifiedTaxCategory")),
        cac("Price", amount(note, "PriceAmount", line.amount)),
    )


def claim_reference(number: str) -> etree._Element:
    return cac("DocumentReference", cbc("ID", number), cbc("DocumentType", "Warranty claim"))


def zero_rated(name: str) -> etree._Element:
    return cac(name, cbc("ID", "Z"), cbc("Percent", "0"), vat())


def vat() -> etree._Element:
    return cac("TaxScheme", cbc("ID", "VAT"))


def amount(note: Note, name: str, value: Decimal) -> etree._Element:
    return cbc(name, f"{value:.2f}", currencyID=note.currency)


def cac(name: str, *inside: etree._Element) -> etree._Element:
    element = etree.Element(f"{{{AGGREGATE}}}{name}")
    element.extend(inside)
    return element


def cbc(name: str, text: str, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{BASIC}}}{name}", attributes)
    element.text = text
    return element
