"""UN/CEFACT Cross Industry Invoice, as in Factur-X and ZUGFeRD (CRN-1, CRN-11).

One document element for everything: the type says whether it credits (381, 261), and an invoice or
a corrected invoice (384) below zero does so too.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Final

from application.intake import cii_terms, syntax_rules
from application.intake.paper import COMPACT_DAY, Element, Paper, Reading, Syntax
from application.intake.terms import grouped
from application.intake.xml import NAMESPACES
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

ROOT: Final = f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice"

HEAD: Final = "rsm:ExchangedDocument"
TRADE: Final = "rsm:SupplyChainTradeTransaction"
AGREEMENT: Final = f"{TRADE}/ram:ApplicableHeaderTradeAgreement"
DELIVERY: Final = f"{TRADE}/ram:ApplicableHeaderTradeDelivery"
SETTLEMENT: Final = f"{TRADE}/ram:ApplicableHeaderTradeSettlement"
GUIDELINE: Final = "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter"
LINE_TOTAL: Final = (
    "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation"
    "/ram:LineTotalAmount"
)
QUANTITY: Final = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
PRICE: Final = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
RATE: Final = "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent"
PRODUCT: Final = "ram:SpecifiedTradeProduct"

SYNTAX: Final = Syntax(f"{SETTLEMENT}/ram:InvoiceCurrencyCode", False, COMPACT_DAY, "20260131")

OF_DOCUMENT: Final = {
    f"{SETTLEMENT}/ram:InvoiceReferencedDocument": ReferenceKind.INVOICE,
    f"{AGREEMENT}/ram:BuyerOrderReferencedDocument": ReferenceKind.ORDER,
    f"{AGREEMENT}/ram:ContractReferencedDocument": ReferenceKind.CONTRACT,
    f"{DELIVERY}/ram:DespatchAdviceReferencedDocument": ReferenceKind.DESPATCH,
    f"{DELIVERY}/ram:DeliveryNoteReferencedDocument": ReferenceKind.DESPATCH,
    f"{DELIVERY}/ram:ReceivingAdviceReferencedDocument": ReferenceKind.RECEIPT,
    f"{AGREEMENT}/ram:SpecifiedProcuringProject": ReferenceKind.PROJECT,
    f"{AGREEMENT}/ram:AdditionalReferencedDocument": ReferenceKind.ADDITIONAL,
}
OF_LINE: Final = {
    "ram:SpecifiedLineTradeSettlement/ram:InvoiceReferencedDocument": ReferenceKind.INVOICE,
    "ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument": ReferenceKind.ORDER,
    "ram:SpecifiedLineTradeAgreement/ram:ContractReferencedDocument": ReferenceKind.CONTRACT,
    "ram:SpecifiedLineTradeDelivery/ram:DespatchAdviceReferencedDocument": ReferenceKind.DESPATCH,
    "ram:SpecifiedLineTradeDelivery/ram:DeliveryNoteReferencedDocument": ReferenceKind.DESPATCH,
    "ram:SpecifiedLineTradeDelivery/ram:ReceivingAdviceReferencedDocument": ReferenceKind.RECEIPT,
    "ram:SpecifiedLineTradeSettlement/ram:AdditionalReferencedDocument": ReferenceKind.ADDITIONAL,
    "ram:SpecifiedLineTradeAgreement/ram:AdditionalReferencedDocument": ReferenceKind.ADDITIONAL,
}


def read(element: Element) -> Reading:
    """The credit note in a document whose element is ROOT."""
    paper = Paper(element, SYNTAX)
    document = turned(document_in(paper))
    found = findings(grouped(element, cii_terms.PAPER))
    breached = syntax_rules.breaches(element, syntax_rules.CII)
    return Reading(document, (*found, *breached), tuple(paper.faults))


def document_in(paper: Paper) -> CreditNoteDocument:
    root = paper.root
    type_code = paper.text(root, f"{HEAD}/ram:TypeCode")
    lines = paper.all(root, f"{TRADE}/ram:IncludedSupplyChainTradeLineItem")
    return CreditNoteDocument(
        root=Root.CROSS_INDUSTRY_INVOICE,
        type_code=type_code,
        customization=paper.text(root, f"{GUIDELINE}/ram:ID"),
        number=paper.text(root, f"{HEAD}/ram:ID"),
        issue_date=paper.day(root, f"{HEAD}/ram:IssueDateTime/udt:DateTimeString"),
        currency=paper.currency,
        self_billed=type_code in SELF_BILLED,
        supplier=party(paper, f"{AGREEMENT}/ram:SellerTradeParty"),
        customer=party(paper, f"{AGREEMENT}/ram:BuyerTradeParty"),
        totals=totals(paper),
        lines=tuple(line_in(paper, line) for line in lines),
        references=tuple(chain(references(paper, root, OF_DOCUMENT), buyer_reference(paper))),
        notes=tuple(paper.texts(root, f"{HEAD}/ram:IncludedNote/ram:Content")),
    )


# ── who ─────────────────────────────────────────────────────────────────────


def party(paper: Paper, path: str) -> Party:
    element = paper.one(paper.root, path)
    if element is None:
        return Party()
    return Party(
        tax_id=paper.first(
            element,
            "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
            "ram:SpecifiedTaxRegistration/ram:ID",
        ),
        registration_id=paper.first(
            element, "ram:SpecifiedLegalOrganization/ram:ID", "ram:GlobalID", "ram:ID"
        ),
        name=paper.first(
            element, "ram:Name", "ram:SpecifiedLegalOrganization/ram:TradingBusinessName"
        ),
    )


# ── how much ────────────────────────────────────────────────────────────────


def totals(paper: Paper) -> Totals:
    path = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
    element = paper.one(paper.root, path)
    if element is None:
        return Totals()
    return Totals(
        line_total=paper.amount(element, "ram:LineTotalAmount"),
        allowance_total=paper.amount(element, "ram:AllowanceTotalAmount"),
        charge_total=paper.amount(element, "ram:ChargeTotalAmount"),
        tax_exclusive=paper.amount(element, "ram:TaxBasisTotalAmount"),
        tax=tax(paper, element),
        tax_inclusive=paper.amount(element, "ram:GrandTotalAmount"),
        prepaid=paper.amount(element, "ram:TotalPrepaidAmount"),
        rounding=paper.amount(element, "ram:RoundingAmount"),
        payable=paper.amount(element, "ram:DuePayableAmount"),
    )


def tax(paper: Paper, totals: Element) -> Decimal | None:
    """In the document's currency; in the one in which tax is accounted for, it stands beside."""
    other = paper.text(paper.root, f"{SETTLEMENT}/ram:TaxCurrencyCode")
    found = [
        paper.amount_of(amount)
        for amount in paper.all(totals, "ram:TaxTotalAmount")
        if amount.get("currencyID") in (None, paper.currency) or other is None
    ]
    return sum((amount for amount in found if amount is not None), Decimal(0)) if found else None


def line_in(paper: Paper, element: Element) -> Line:
    counted = paper.one(element, QUANTITY)
    return Line(
        id=paper.text(element, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        quantity=paper.quantity(element, QUANTITY),
        unit=None if counted is None else counted.get("unitCode") or None,
        net=paper.amount(element, LINE_TOTAL),
        price=paper.price(element, f"{PRICE}/ram:ChargeAmount"),
        price_quantity=paper.quantity(element, f"{PRICE}/ram:BasisQuantity"),
        tax_rate=paper.percentage(element, RATE),
        description=description(paper, element),
        item_ids=tuple(item_ids(paper, element)),
        references=tuple(references(paper, element, OF_LINE)),
    )


def item_ids(paper: Paper, line: Element) -> Iterator[str]:
    for id in ("SellerAssignedID", "BuyerAssignedID", "ManufacturerAssignedID", "GlobalID"):
        yield from paper.texts(line, f"{PRODUCT}/ram:{id}")
    instance = f"{PRODUCT}/ram:IndividualTradeProductInstance"
    yield from paper.texts(line, f"{instance}/ram:SupplierAssignedSerialID")


def description(paper: Paper, line: Element) -> str | None:
    """Everything a person would read on the line, once."""
    note = "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content"
    paths = (f"{PRODUCT}/ram:Name", f"{PRODUCT}/ram:Description", note)
    words = dict.fromkeys(text for path in paths for text in paper.texts(line, path))
    return "\n".join(words) or None


# ── to what it refers ───────────────────────────────────────────────────────


def references(paper: Paper, at: Element, kinds: dict[str, ReferenceKind]) -> Iterator[Reference]:
    for path, kind in kinds.items():
        for element in paper.all(at, path):
            yield from reference(paper, element, kind)


def reference(paper: Paper, element: Element, kind: ReferenceKind) -> Iterator[Reference]:
    if id := paper.first(element, "ram:IssuerAssignedID", "ram:ID"):
        yield Reference(
            kind=ReferenceKind.CLAIM if is_claim(paper, element) else kind,
            id=id,
            issued_on=paper.day(element, "ram:FormattedIssueDateTime/qdt:DateTimeString"),
            code=paper.text(element, "ram:TypeCode"),
        )


def is_claim(paper: Paper, reference: Element) -> bool:
    """CII has no element of its own for claims: issuers write it into the name of a document."""
    names = paper.texts(reference, "ram:Name")
    return any("claim" in name.casefold().split() for name in names)


def buyer_reference(paper: Paper) -> Iterator[Reference]:
    if id := paper.text(paper.root, f"{AGREEMENT}/ram:BuyerReference"):
        yield Reference(kind=ReferenceKind.BUYER, id=id)
