"""Where the terms of EN 16931 stand in UN/CEFACT Cross Industry Invoice (D16B)."""

from __future__ import annotations

from typing import Final

from application.intake.terms import Shape, coded, or_nowhere

VAT: Final = "[translate(normalize-space(ram:TypeCode), 'vat', 'VAT') = 'VAT']"
TRADE: Final = "rsm:SupplyChainTradeTransaction"
AGREEMENT: Final = f"{TRADE}/ram:ApplicableHeaderTradeAgreement"
DELIVERY: Final = f"{TRADE}/ram:ApplicableHeaderTradeDelivery"
SETTLEMENT: Final = f"{TRADE}/ram:ApplicableHeaderTradeSettlement"
SELLER: Final = f"{AGREEMENT}/ram:SellerTradeParty"
BUYER: Final = f"{AGREEMENT}/ram:BuyerTradeParty"
REPRESENTATIVE: Final = f"{AGREEMENT}/ram:SellerTaxRepresentativeTradeParty"
VAT_ID: Final = "ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'VA']"
ADDRESS: Final = "ram:PostalTradeAddress"
TOTALS_AT: Final = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
ADJUSTMENT: Final = "ram:SpecifiedTradeAllowanceCharge"
INDICATOR: Final = "normalize-space(ram:ChargeIndicator/udt:Indicator)"
ALLOWANCE: Final = f"{ADJUSTMENT}[{INDICATOR} = 'false' or {INDICATOR} = '0']"
CHARGE: Final = f"{ADJUSTMENT}[{INDICATOR} = 'true' or {INDICATOR} = '1']"
LINE_AGREEMENT: Final = "ram:SpecifiedLineTradeAgreement"
LINE_SETTLEMENT: Final = "ram:SpecifiedLineTradeSettlement"
QUANTITY: Final = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
LINE_TAX: Final = f"{LINE_SETTLEMENT}/ram:ApplicableTradeTax"
PRICE: Final = f"{LINE_AGREEMENT}/ram:NetPriceProductTradePrice"
DAY: Final = "udt:DateTimeString"


def period(start: str, end: str) -> Shape:
    return Shape({start: f"ram:StartDateTime/{DAY}", end: f"ram:EndDateTime/{DAY}"})


def adjustment(amount: str, base: str, category: str, rate: str, reason: str, code: str) -> Shape:
    return Shape(
        {
            amount: "ram:ActualAmount",
            base: "ram:BasisAmount",
            category: f"ram:CategoryTradeTax{VAT}/ram:CategoryCode",
            "category": "ram:CategoryTradeTax/ram:CategoryCode",
            rate: f"ram:CategoryTradeTax{VAT}/ram:RateApplicablePercent",
            "rate": "ram:CategoryTradeTax/ram:RateApplicablePercent",
            reason: "ram:Reason",
            code: "ram:ReasonCode",
        }
    )


def line_adjustment(amount: str, base: str, reason: str, code: str) -> Shape:
    return Shape(
        {
            amount: "ram:ActualAmount",
            base: "ram:BasisAmount",
            reason: "ram:Reason",
            code: "ram:ReasonCode",
        }
    )


LINE: Final = Shape(
    {
        "BT-126": "ram:AssociatedDocumentLineDocument/ram:LineID",
        "BT-129": QUANTITY,
        "BT-130": f"{QUANTITY}/@unitCode",
        "BT-131": f"{LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation"
        "/ram:LineTotalAmount",
        "BT-146": f"{PRICE}/ram:ChargeAmount",
        "BT-148": f"{LINE_AGREEMENT}/ram:GrossPriceProductTradePrice/ram:ChargeAmount",
        "BT-149": f"{PRICE}/ram:BasisQuantity",
        "BT-151": f"{LINE_TAX}{VAT}/ram:CategoryCode",
        "category": f"{LINE_TAX}/ram:CategoryCode",
        "BT-152": f"{LINE_TAX}{VAT}/ram:RateApplicablePercent",
        "rate": f"{LINE_TAX}/ram:RateApplicablePercent",
        "BT-153": "ram:SpecifiedTradeProduct/ram:Name",
        "BT-157": "ram:SpecifiedTradeProduct/ram:GlobalID",
        "BT-157-scheme": "ram:SpecifiedTradeProduct/ram:GlobalID/@schemeID",
        "BT-158": "ram:SpecifiedTradeProduct/ram:DesignatedProductClassification/ram:ClassCode",
        "BT-158-scheme": "ram:SpecifiedTradeProduct/ram:DesignatedProductClassification"
        "/ram:ClassCode/@listID",
    },
    {
        "BG-26": (f"{LINE_SETTLEMENT}/ram:BillingSpecifiedPeriod", period("BT-134", "BT-135")),
        "BG-27": (
            f"{LINE_SETTLEMENT}/{ALLOWANCE}",
            line_adjustment("BT-136", "BT-137", "BT-139", "BT-140"),
        ),
        "BG-28": (
            f"{LINE_SETTLEMENT}/{CHARGE}",
            line_adjustment("BT-141", "BT-142", "BT-144", "BT-145"),
        ),
        "BG-32": (
            "ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic",
            Shape({"BT-160": "ram:Description", "BT-161": "ram:Value"}),
        ),
    },
)
BREAKDOWN: Final = Shape(
    {
        "BT-116": "ram:BasisAmount",
        "BT-117": "ram:CalculatedAmount",
        "BT-118": "ram:CategoryCode",
        "category": "ram:CategoryCode",
        "BT-119": "ram:RateApplicablePercent",
        "BT-120": "ram:ExemptionReason",
        "BT-121": "ram:ExemptionReasonCode",
        "total": f"/*/{SETTLEMENT}/ram:InvoiceCurrencyCode",
    }
)
TAX: Final = Shape(
    {
        "BT-110": ".",
        "currency": "@currencyID",
        "total": "@currencyID",
        "in currency": f"self::*[@currencyID = /*/{SETTLEMENT}/ram:InvoiceCurrencyCode]",
        "in tax currency": f"self::*[@currencyID = /*/{SETTLEMENT}/ram:TaxCurrencyCode]",
    },
)
TOTALS: Final = Shape(
    {
        "BT-106": "ram:LineTotalAmount",
        "BT-107": "ram:AllowanceTotalAmount",
        "BT-108": "ram:ChargeTotalAmount",
        "BT-109": "ram:TaxBasisTotalAmount",
        "BT-112": "ram:GrandTotalAmount",
        "BT-113": "ram:TotalPrepaidAmount",
        "BT-114": "ram:RoundingAmount",
        "BT-115": "ram:DuePayableAmount",
    }
)
ACCOUNT: Final = "ram:PayeePartyCreditorFinancialAccount"
PAYMENT: Final = Shape(
    {"BT-81": "ram:TypeCode", "BT-84": f"{ACCOUNT}/ram:IBANID | {ACCOUNT}/ram:ProprietaryID"},
    {
        "BG-17": (ACCOUNT, Shape({"BT-84": "ram:IBANID | ram:ProprietaryID"})),
        "BG-18": ("ram:ApplicableTradeSettlementFinancialCard", Shape({"BT-87": "ram:ID"})),
    },
)
CODES: Final = {
    "type of either": coded("rsm:ExchangedDocument/ram:TypeCode"),
    "amount": coded("//ram:TaxTotalAmount[@currencyID]", "@currencyID"),
    "currency": coded("//ram:InvoiceCurrencyCode"),
    "tax currency": coded("//ram:TaxCurrencyCode"),
    "tax point in CII": coded("//ram:DueDateTypeCode"),
    "object": coded("//ram:ReferenceTypeCode"),
    "subject": coded("//ram:SubjectCode"),
    "party": coded(
        "//ram:GlobalID[@schemeID][not(parent::ram:SpecifiedTradeProduct)]"
        "[not(parent::ram:ShipToTradeParty)]",
        "@schemeID",
    ),
    "registration": coded(
        "//ram:ID[@schemeID][not(parent::ram:SpecifiedTaxRegistration)]", "@schemeID"
    ),
    "classification": coded("//ram:ClassCode[@listID]", "@listID"),
    "country": coded("//ram:CountryID"),
    "country or origin": coded("//ram:CountryID"),
    "origin": coded("//ram:OriginTradeCountry/ram:ID"),
    "means of payment": coded("//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode"),
    "category": coded("//ram:CategoryTradeTax/ram:CategoryCode"),
    "category of line": coded("//ram:ApplicableTradeTax/ram:CategoryCode"),
    "reason to allow": coded(f"//{ALLOWANCE}/ram:ReasonCode"),
    "reason to charge": coded(f"//{CHARGE}/ram:ReasonCode"),
    "item": coded("//ram:SpecifiedTradeProduct/ram:GlobalID[@schemeID]", "@schemeID"),
    "exemption": coded("//ram:ExemptionReasonCode"),
    "unit": coded("//ram:BasisQuantity[@unitCode] | //ram:BilledQuantity[@unitCode]", "@unitCode"),
    "attachment": coded("//ram:AttachmentBinaryObject[@mimeCode]", "@mimeCode"),
    "address": coded("//ram:URIUniversalCommunication/ram:URIID[@schemeID]", "@schemeID"),
    "place of delivery": coded("//ram:ShipToTradeParty/ram:GlobalID[@schemeID]", "@schemeID"),
    "VAT id": coded("//ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'VA']"),
}
PAPER: Final = Shape(
    {
        "BT-1": "rsm:ExchangedDocument/ram:ID",
        "BT-2": f"rsm:ExchangedDocument/ram:IssueDateTime/{DAY}",
        "BT-3": "rsm:ExchangedDocument/ram:TypeCode",
        "BT-5": f"{SETTLEMENT}/ram:InvoiceCurrencyCode",
        "BT-6": f"{SETTLEMENT}/ram:TaxCurrencyCode",
        "BT-7": f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:TaxPointDate",
        "BT-8": f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:DueDateTypeCode",
        "BT-9": f"{SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime",
        "BT-20": f"{SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:Description",
        "BT-24": "rsm:ExchangedDocumentContext"
        "/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
        "BT-72": f"{DELIVERY}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime",
        "seller name": f"{SELLER}/ram:Name",
        "buyer name": f"{BUYER}/ram:Name",
        "seller address": f"name({SELLER}/{ADDRESS})",
        "buyer address": f"name({BUYER}/{ADDRESS})",
        "seller VAT id": f"{SELLER}/{VAT_ID}",
        "buyer VAT id": f"{BUYER}/{VAT_ID}",
        "seller tax id": f"{SELLER}/ram:SpecifiedTaxRegistration/ram:ID"
        f" | {REPRESENTATIVE}/{VAT_ID}",
        "buyer tax id": f"{BUYER}/{VAT_ID} | {BUYER}/ram:SpecifiedLegalOrganization/ram:ID",
        "charges": "rsm:ExchangedDocument",
        "credits": "rsm:ExchangedDocument",
        "untaxed": "rsm:ExchangedDocument",  # here a total without any tax may stand
    },
    {
        "BG-3": (
            f"{SETTLEMENT}/ram:InvoiceReferencedDocument",
            Shape({"BT-25": "ram:IssuerAssignedID"}),
        ),
        "BG-4": (
            SELLER,
            Shape(
                {
                    "BT-27": "ram:Name",
                    "BT-29": "ram:ID | ram:GlobalID",
                    "BT-30": "ram:SpecifiedLegalOrganization/ram:ID",
                    "BT-34": "ram:URIUniversalCommunication/ram:URIID",
                    "BT-34-scheme": "ram:URIUniversalCommunication/ram:URIID/@schemeID",
                    "tax id": VAT_ID,
                },
            ),
        ),
        "BG-7": (
            BUYER,
            Shape(
                {
                    "BT-49": "ram:URIUniversalCommunication/ram:URIID",
                    "BT-49-scheme": "ram:URIUniversalCommunication/ram:URIID/@schemeID",
                },
            ),
        ),
        "BG-5": (or_nowhere(f"{SELLER}/{ADDRESS}"), Shape({"BT-40": "ram:CountryID"})),
        "BG-8": (or_nowhere(f"{BUYER}/{ADDRESS}"), Shape({"BT-55": "ram:CountryID"})),
        "BG-10": (f"{SETTLEMENT}/ram:PayeeTradeParty", Shape({"BT-59": "ram:Name"})),
        "BG-11": (
            REPRESENTATIVE,
            Shape(
                {"BT-62": "ram:Name", "BT-63": VAT_ID},
                {"BG-12": (ADDRESS, Shape({"BT-69": "ram:CountryID"}))},
            ),
        ),
        "BG-14": (f"{SETTLEMENT}/ram:BillingSpecifiedPeriod", period("BT-73", "BT-74")),
        "BG-15": (f"{DELIVERY}/ram:ShipToTradeParty/{ADDRESS}", Shape({"BT-80": "ram:CountryID"})),
        "BG-16": (f"{SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans", PAYMENT),
        "BG-20": (
            f"{SETTLEMENT}/{ALLOWANCE}",
            adjustment("BT-92", "BT-93", "BT-95", "BT-96", "BT-97", "BT-98"),
        ),
        "BG-21": (
            f"{SETTLEMENT}/{CHARGE}",
            adjustment("BT-99", "BT-100", "BT-102", "BT-103", "BT-104", "BT-105"),
        ),
        "BG-22": (TOTALS_AT, TOTALS),
        "sum": (TOTALS_AT, TOTALS),
        "BG-23": (f"{SETTLEMENT}/ram:ApplicableTradeTax", BREAKDOWN),
        "any breakdown": (f"{SETTLEMENT}/ram:ApplicableTradeTax", BREAKDOWN),
        "BG-24": (
            f"{AGREEMENT}/ram:AdditionalReferencedDocument",
            Shape({"BT-122": "ram:IssuerAssignedID"}),
        ),
        "BG-25": (f"{TRADE}/ram:IncludedSupplyChainTradeLineItem", LINE),
        "tax": (f"{TOTALS_AT}/ram:TaxTotalAmount", TAX),
        **CODES,
    },
)
