"""UBL 2.1: CreditNote, SelfBilledCreditNote, and an Invoice that credits (CRN-1, CRN-11)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Final

from lxml import etree

from application.intake import syntax_rules, ubl_terms
from application.intake.paper import DAY, Element, Paper, Reading, Syntax
from application.intake.terms import grouped
from domain.credits.document import (
    SELF_BILLED,
    CreditNoteDocument,
    Line,
    Party,
    Reference,
    ReferenceKind,
    Root,
    Totals,
    turned,
)
from domain.credits.en16931.findings import findings

UBL: Final = (Root.CREDIT_NOTE, Root.SELF_BILLED_CREDIT_NOTE, Root.INVOICE)
DOCUMENT: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS: Final = {f"{{{DOCUMENT}{root}-2}}{root}": root for root in UBL}

LINES: Final = {
    Root.CREDIT_NOTE: "cac:CreditNoteLine",
    Root.SELF_BILLED_CREDIT_NOTE: "cac:CreditNoteLine",
    Root.INVOICE: "cac:InvoiceLine",
}
QUANTITIES: Final = {
    "CreditNoteLine": "cbc:CreditedQuantity",
    "InvoiceLine": "cbc:InvoicedQuantity",
}
KINDS: Final = {
    "cac:BillingReference/cac:InvoiceDocumentReference": ReferenceKind.INVOICE,
    "cac:BillingReference/cac:SelfBilledInvoiceDocumentReference": ReferenceKind.INVOICE,
    "cac:BillingReference/cac:CreditNoteDocumentReference": ReferenceKind.CREDIT_NOTE,
    "cac:BillingReference/cac:SelfBilledCreditNoteDocumentReference": ReferenceKind.CREDIT_NOTE,
    "cac:OrderReference": ReferenceKind.ORDER,
    "cac:OrderLineReference/cac:OrderReference": ReferenceKind.ORDER,
    "cac:ContractDocumentReference": ReferenceKind.CONTRACT,
    "cac:DespatchDocumentReference": ReferenceKind.DESPATCH,
    "cac:DespatchLineReference/cac:DocumentReference": ReferenceKind.DESPATCH,
    "cac:ReceiptDocumentReference": ReferenceKind.RECEIPT,
    "cac:ReceiptLineReference/cac:DocumentReference": ReferenceKind.RECEIPT,
    "cac:OriginatorDocumentReference": ReferenceKind.ORIGINATOR,
    "cac:ProjectReference": ReferenceKind.PROJECT,
    "cac:AdditionalDocumentReference": ReferenceKind.ADDITIONAL,
    "cac:DocumentReference": ReferenceKind.ADDITIONAL,
}  # of the document or of a line

SYNTAX: Final = Syntax("cbc:DocumentCurrencyCode", True, DAY, "2026-01-31")


def read(element: Element) -> Reading:
    """The credit note in a document that is one of ROOTS."""
    paper = Paper(element, SYNTAX)
    document = turned(document_in(paper))
    miscounted(paper, document)
    found = findings(grouped(element, ubl_terms.PAPER))
    breached = syntax_rules.breaches(element, syntax_rules.UBL)
    return Reading(document, (*found, *breached), tuple(paper.faults))


def document_in(paper: Paper) -> CreditNoteDocument:
    root = ROOTS[str(paper.root.tag)]
    kind = "cbc:InvoiceTypeCode" if root is Root.INVOICE else "cbc:CreditNoteTypeCode"
    type_code = paper.text(paper.root, kind)
    return CreditNoteDocument(
        root=root,
        type_code=type_code,
        customization=paper.text(paper.root, "cbc:CustomizationID"),
        number=paper.text(paper.root, "cbc:ID"),
        issue_date=paper.day(paper.root, "cbc:IssueDate"),
        currency=paper.currency,
        self_billed=root is Root.SELF_BILLED_CREDIT_NOTE or type_code in SELF_BILLED,
        supplier=party(paper, "cac:AccountingSupplierParty"),
        customer=party(paper, "cac:AccountingCustomerParty"),
        totals=totals(paper),
        lines=tuple(line_in(paper, element) for element in paper.all(paper.root, LINES[root])),
        references=tuple(chain(references(paper, paper.root), buyer_reference(paper))),
        notes=tuple(paper.texts(paper.root, "cbc:Note")),
    )


# ── who ─────────────────────────────────────────────────────────────────────


def party(paper: Paper, path: str) -> Party:
    element = paper.one(paper.root, f"{path}/cac:Party")
    if element is None:
        return Party()
    return Party(
        tax_id=tax_id(paper, element),
        registration_id=paper.first(
            element, "cac:PartyLegalEntity/cbc:CompanyID", "cac:PartyIdentification/cbc:ID"
        ),
        name=paper.first(
            element, "cac:PartyName/cbc:Name", "cac:PartyLegalEntity/cbc:RegistrationName"
        ),
    )


def tax_id(paper: Paper, party: Element) -> str | None:
    """The one for value added tax; some parties state others beside it."""
    schemes = {
        paper.first(scheme, "cac:TaxScheme/cbc:ID"): paper.first(scheme, "cbc:CompanyID")
        for scheme in reversed(paper.all(party, "cac:PartyTaxScheme"))
    }
    ids = [schemes.get("VAT"), *reversed(schemes.values())]
    return next((id for id in ids if id), None)


# ── how much ────────────────────────────────────────────────────────────────


def totals(paper: Paper) -> Totals:
    element = paper.one(paper.root, "cac:LegalMonetaryTotal")
    if element is None:
        return Totals()
    return Totals(
        line_total=paper.amount(element, "cbc:LineExtensionAmount"),
        allowance_total=paper.amount(element, "cbc:AllowanceTotalAmount"),
        charge_total=paper.amount(element, "cbc:ChargeTotalAmount"),
        tax_exclusive=paper.amount(element, "cbc:TaxExclusiveAmount"),
        tax=tax(paper),
        tax_inclusive=paper.amount(element, "cbc:TaxInclusiveAmount"),
        prepaid=paper.amount(element, "cbc:PrepaidAmount"),
        rounding=paper.amount(element, "cbc:PayableRoundingAmount"),
        payable=paper.amount(element, "cbc:PayableAmount"),
    )


def tax(paper: Paper) -> Decimal | None:
    """The tax in the document's currency: the sum over several taxes.

    A total without a breakdown, beside others that have one, repeats the tax in the currency in
    which it is accounted for.
    """
    stated = paper.all(paper.root, "cac:TaxTotal")
    broken_down = [each for each in stated if paper.all(each, "cac:TaxSubtotal")]
    found = [
        paper.amount_of(amount)
        for each in broken_down or stated
        for amount in paper.all(each, "cbc:TaxAmount")
        if amount.get("currencyID") != accounting_currency(paper)
    ]
    return sum((amount for amount in found if amount is not None), Decimal(0)) if found else None


def accounting_currency(paper: Paper) -> str | None:
    """The other currency in which tax may be stated."""
    other = paper.text(paper.root, "cbc:TaxCurrencyCode")
    return other if other != paper.currency else None


def line_in(paper: Paper, element: Element) -> Line:
    quantity = QUANTITIES[etree.QName(element).localname]
    counted = paper.one(element, quantity)
    return Line(
        id=paper.text(element, "cbc:ID"),
        quantity=paper.quantity(element, quantity),
        unit=None if counted is None else counted.get("unitCode") or None,
        net=paper.amount(element, "cbc:LineExtensionAmount"),
        price=paper.price(element, "cac:Price/cbc:PriceAmount"),
        price_quantity=paper.quantity(element, "cac:Price/cbc:BaseQuantity"),
        tax_rate=paper.percentage(element, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
        description=description(paper, element),
        item_ids=tuple(item_ids(paper, element)),
        references=tuple(references(paper, element)),
    )


IDENTIFICATIONS: Final = ("Sellers", "Buyers", "Manufacturers", "Standard")


def item_ids(paper: Paper, line: Element) -> Iterator[str]:
    for whose in IDENTIFICATIONS:
        yield from paper.texts(line, f"cac:Item/cac:{whose}ItemIdentification/cbc:ID")
    yield from paper.texts(line, "cac:Item/cac:ItemInstance/cbc:SerialID")


def description(paper: Paper, line: Element) -> str | None:
    """Everything a person would read on the line, once."""
    paths = ("cac:Item/cbc:Name", "cac:Item/cbc:Description", "cbc:Note")
    words = dict.fromkeys(text for path in paths for text in paper.texts(line, path))
    return "\n".join(words) or None


# ── to what it refers ───────────────────────────────────────────────────────


def references(paper: Paper, at: Element) -> Iterator[Reference]:
    for path, kind in KINDS.items():
        for element in paper.all(at, path):
            yield from reference(paper, element, kind)
    for element in paper.all(at, "cac:DiscrepancyResponse"):
        yield from discrepancy(paper, element)


def reference(paper: Paper, element: Element, kind: ReferenceKind) -> Iterator[Reference]:
    if id := paper.text(element, "cbc:ID"):
        yield Reference(
            kind=ReferenceKind.CLAIM if is_claim(paper, element) else kind,
            id=id,
            issued_on=paper.day(element, "cbc:IssueDate"),
            code=paper.text(element, "cbc:DocumentTypeCode"),
        )


def is_claim(paper: Paper, reference: Element) -> bool:
    """UBL has no element of its own for claims: issuers write it into the type of a document."""
    said = chain(
        paper.texts(reference, "cbc:DocumentType"),
        paper.texts(reference, "cbc:DocumentDescription"),
    )
    return any("claim" in words.casefold().split() for words in said)


def discrepancy(paper: Paper, element: Element) -> Iterator[Reference]:
    """Why it was credited; often a reason alone, without the document that it answers."""
    code = paper.text(element, "cbc:ResponseCode")
    if id := paper.text(element, "cbc:ReferenceID") or code:
        yield Reference(kind=ReferenceKind.DISCREPANCY, id=id, code=code)


def buyer_reference(paper: Paper) -> Iterator[Reference]:
    if id := paper.text(paper.root, "cbc:BuyerReference"):
        yield Reference(kind=ReferenceKind.BUYER, id=id)


# ── whether it is whole ─────────────────────────────────────────────────────


def miscounted(paper: Paper, document: CreditNoteDocument) -> None:
    count = paper.quantity(paper.root, "cbc:LineCountNumeric")
    if count is not None and count != len(document.lines):
        message = f"It states {count} lines, but has {len(document.lines)}."
        paper.wrong(paper.all(paper.root, "cbc:LineCountNumeric")[0], message)
