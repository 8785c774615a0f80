"""What the published validation asks of each syntax itself (UBL-*, CII-*): it only warns.

The rules on elements that EN 16931 has no use for (UBL-CR-*, CII-SR-0*) are left out: a credit note
loses nothing by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from application.intake.paper import Element
from application.intake.terms import compiled
from application.intake.ubl_terms import ALLOWANCE, BUYER, CHARGE, PERIOD, SELLER, SUPPLIER, VAT
from application.intake.xml import place_of
from domain.credits.en16931.findings import Finding


class SyntaxRule(NamedTuple):
    """Asked of every element at a path: whether a condition holds there, both XPath 1.0."""

    id: str
    of: str
    says: str
    holds: str


def once(id: str, path: str, what: str, of: str = ".") -> SyntaxRule:
    return SyntaxRule(id, of, f"{what} stands there more than once.", f"count({path}) <= 1")


LINES: Final = "//cac:InvoiceLine | //cac:CreditNoteLine"
PAYEE: Final = "//cac:PayeeParty"
MEANS: Final = "//cac:PaymentMeans"
REPRESENTATIVE: Final = "//cac:TaxRepresentativeParty"
SUPPORTING: Final = "//cac:AdditionalDocumentReference"
ENDS_WITH_AMOUNT: Final = (
    "substring(name(), string-length(name()) - 5) = 'Amount' and "
    "not(substring(name(), string-length(name()) - 10) = 'PriceAmount')"
)
OTHER_TAX: Final = VAT.replace("= 'VAT'", "!= 'VAT'")

UBL: Final[tuple[SyntaxRule, ...]] = (
    once("UBL-SR-01", "cac:ContractDocumentReference/cbc:ID", "The contract"),
    once("UBL-SR-02", "cac:ReceiptDocumentReference/cbc:ID", "The receiving advice"),
    once("UBL-SR-03", "cac:DespatchDocumentReference/cbc:ID", "The despatch advice"),
    once(
        "UBL-SR-04",
        "cac:AdditionalDocumentReference[cbc:DocumentTypeCode = '130']/cbc:ID",
        "The invoiced object",
    ),
    once("UBL-SR-05", "cac:PaymentTerms/cbc:Note", "The terms of payment"),
    once("UBL-SR-06", "cac:InvoiceDocumentReference", "The invoice", "//cac:BillingReference"),
    SyntaxRule(
        "UBL-SR-07",
        "//cac:BillingReference",
        "It refers to no invoice by its number.",
        "cac:InvoiceDocumentReference/cbc:ID",
    ),
    once("UBL-SR-08", PERIOD, "The period"),
    once("UBL-SR-09", f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", "The seller's name"),
    once("UBL-SR-10", f"{SELLER}/cac:PartyName/cbc:Name", "The seller's trading name"),
    once("UBL-SR-11", f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID", "The seller's registration"),
    once("UBL-SR-12", f"{SELLER}/cac:PartyTaxScheme{VAT}/cbc:CompanyID", "The seller's VAT id"),
    once(
        "UBL-SR-13", f"{SELLER}/cac:PartyTaxScheme{OTHER_TAX}/cbc:CompanyID", "The seller's tax id"
    ),
    once("UBL-SR-14", f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyLegalForm", "The legal form"),
    once("UBL-SR-15", f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", "The buyer's name"),
    once("UBL-SR-16", f"{BUYER}/cac:PartyIdentification/cbc:ID", "The buyer's id"),
    once("UBL-SR-17", f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID", "The buyer's registration"),
    once("UBL-SR-18", f"{BUYER}/cac:PartyTaxScheme{VAT}/cbc:CompanyID", "The buyer's VAT id"),
    once("UBL-SR-22", "cac:PartyName/cbc:Name", "The name", REPRESENTATIVE),
    once("UBL-SR-23", "cac:PartyTaxScheme/cbc:CompanyID", "The tax id", REPRESENTATIVE),
    once("UBL-SR-24", "cac:Delivery", "The delivery"),
    once("UBL-SR-25", "cac:DeliveryParty/cac:PartyName/cbc:Name", "The receiver", "//cac:Delivery"),
    once("UBL-SR-26", "cbc:PaymentID", "The remittance information", MEANS),
    once("UBL-SR-27", "cbc:PaymentMeansCode", "The means of payment", MEANS),
    once("UBL-SR-28", "cac:PaymentMandate/cbc:ID", "The mandate", MEANS),
    once("UBL-SR-30", "cbc:AllowanceChargeReason", "The reason", f"//{ALLOWANCE}"),
    once("UBL-SR-31", "cbc:AllowanceChargeReason", "The reason", f"//{CHARGE}"),
    once("UBL-SR-32", "cac:TaxCategory/cbc:TaxExemptionReason", "The reason", "//cac:TaxSubtotal"),
    once("UBL-SR-33", "cbc:DocumentDescription", "The description", SUPPORTING),
    once("UBL-SR-34", "cbc:Note", "The note of the line", LINES),
    once("UBL-SR-35", "cac:OrderLineReference/cbc:LineID", "The line of the order", LINES),
    once("UBL-SR-36", PERIOD, "The period of the line", LINES),
    once("UBL-SR-37", "cac:Price/cac:AllowanceCharge/cbc:Amount", "The discount", LINES),
    once("UBL-SR-39", "cac:ProjectReference/cbc:ID", "The project"),
    once("UBL-SR-40", f"{BUYER}/cac:PartyName/cbc:Name", "The buyer's trading name"),
    SyntaxRule(
        "UBL-SR-42",
        f"//{SUPPLIER}/cac:Party",
        "The seller has more than two tax ids.",
        "count(cac:PartyTaxScheme) <= 2",
    ),
    SyntaxRule(
        "UBL-SR-43",
        SUPPORTING,
        "Only an invoiced object has a scheme or a type: 130, or 50 in a credit note.",
        "cbc:DocumentTypeCode = '130'"
        " or (local-name(/*) = 'CreditNote' and cbc:DocumentTypeCode = '50')"
        " or (not(cbc:ID/@schemeID) and not(cbc:DocumentTypeCode))",
    ),
    once("UBL-SR-45", "cac:PaymentMeans/cbc:PaymentDueDate", "The due date"),
    SyntaxRule(
        "UBL-SR-48",
        LINES,
        "The line has not exactly one category of tax.",
        "count(cac:Item/cac:ClassifiedTaxCategory) = 1",
    ),
    once("UBL-SR-49", f"{PERIOD}/cbc:DescriptionCode", "The code of the tax point"),
    once("UBL-SR-50", "cac:Item/cbc:Description", "The description of the item", LINES),
    once("UBL-SR-51", "cac:AddressLine", "The third line", "//cac:PostalAddress | //cac:Address"),
    once("UBL-SR-52", "cac:DocumentReference", "The object of the line", LINES),
    SyntaxRule(
        "UBL-SR-53",
        "//cac:PartyTaxScheme",
        "A tax id lacks its number or its scheme.",
        "cac:TaxScheme/cbc:ID and cbc:CompanyID",
    ),
    once("UBL-SR-54", "cac:PaymentMeans/cac:CardAccount", "The card"),
    once("UBL-SR-55", "cac:PaymentMeans/cac:PaymentMandate", "The mandate"),
    once("UBL-SR-56", "cac:OriginatorDocumentReference/cbc:ID", "The tender"),
    SyntaxRule(
        "UBL-DT-01",
        f"//*[{ENDS_WITH_AMOUNT}][not(ancestor::cac:AllowanceCharge[parent::cac:Price])]",
        "The amount has more than two decimals.",
        "string-length(substring-after(., '.')) <= 2",
    ),
    SyntaxRule(
        "UBL-DT-06",
        "//cbc:EmbeddedDocumentBinaryObject",
        "The attachment does not say of what kind it is.",
        "@mimeCode",
    ),
    SyntaxRule(
        "UBL-DT-07",
        "//cbc:EmbeddedDocumentBinaryObject",
        "The attachment has no file name.",
        "@filename",
    ),
)

ACCOUNT: Final = "//ram:PayeePartyCreditorFinancialAccount"
TOTALS: Final = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation"
ONCE_IN_TOTALS: Final = {
    "CII-SR-477": "LineTotalAmount",
    "CII-SR-478": "ChargeTotalAmount",
    "CII-SR-479": "AllowanceTotalAmount",
    "CII-SR-480": "TaxBasisTotalAmount",
    "CII-SR-481": "RoundingAmount",
    "CII-SR-482": "GrandTotalAmount",
    "CII-SR-484": "TotalPrepaidAmount",
    "CII-SR-487": "DuePayableAmount",
}
CII: Final[tuple[SyntaxRule, ...]] = (
    SyntaxRule(
        "CII-DT-031",
        f"//ram:*[{ENDS_WITH_AMOUNT.partition(' and ')[0]}][not(self::ram:TaxTotalAmount)]",
        "The amount states a currency, which only the total of tax does.",
        "not(@currencyID)",
    ),
    SyntaxRule(
        "CII-SR-470",
        ACCOUNT,
        "The account has not exactly one number: its IBAN or another.",
        "count(ram:IBANID | ram:ProprietaryID) = 1",
    ),
    *(once(id, f"ram:{name}", "The total", TOTALS) for id, name in ONCE_IN_TOTALS.items()),
)


def breaches(root: Element, rules: tuple[SyntaxRule, ...]) -> Iterator[Finding]:
    """Every rule that is broken, with the first place where it is."""
    for rule in rules:
        holds = compiled(f"boolean({rule.holds})")
        broken = (element for element in compiled(rule.of)(root) if not holds(element))
        if (first := next(broken, None)) is not None:
            place = f"{place_of(first)}, line {first.sourceline}"
            yield Finding(rule=rule.id, message=rule.says, place=place)
