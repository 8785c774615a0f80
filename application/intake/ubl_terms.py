"""Where the terms of EN 16931 stand in UBL 2.1."""

from __future__ import annotations

from typing import Final

from application.intake.terms import Shape, coded, or_nowhere

# A category or an id counts where it is one of value added tax.
VAT: Final = "[translate(normalize-space(cac:TaxScheme/cbc:ID), 'vat', 'VAT') = 'VAT']"
SUPPLIER: Final = "cac:AccountingSupplierParty"
SELLER: Final = f"{SUPPLIER}/cac:Party"
BUYER: Final = "cac:AccountingCustomerParty/cac:Party"
REPRESENTATIVE: Final = "cac:TaxRepresentativeParty"
INDICATOR: Final = "normalize-space(cbc:ChargeIndicator)"
ALLOWANCE: Final = f"cac:AllowanceCharge[{INDICATOR} = 'false' or {INDICATOR} = '0']"
CHARGE: Final = f"cac:AllowanceCharge[{INDICATOR} = 'true' or {INDICATOR} = '1']"
AMOUNTS: Final = (
    "//cbc:Amount | //cbc:BaseAmount | //cbc:PriceAmount | //cbc:TaxAmount | //cbc:TaxableAmount"
    " | //cbc:LineExtensionAmount | //cbc:TaxExclusiveAmount | //cbc:TaxInclusiveAmount"
    " | //cbc:AllowanceTotalAmount | //cbc:ChargeTotalAmount | //cbc:PrepaidAmount"
    " | //cbc:PayableRoundingAmount | //cbc:PayableAmount"
)

ADDRESS: Final = "cac:PostalAddress"
COUNTRY: Final = "cac:Country/cbc:IdentificationCode"
PERIOD: Final = "cac:InvoicePeriod"


def adjustment(amount: str, base: str, category: str, rate: str, reason: str, code: str) -> Shape:
    return Shape(
        {
            amount: "cbc:Amount",
            base: "cbc:BaseAmount",
            category: f"cac:TaxCategory{VAT}/cbc:ID",
            "category": "cac:TaxCategory/cbc:ID",
            rate: f"cac:TaxCategory{VAT}/cbc:Percent",
            "rate": "cac:TaxCategory/cbc:Percent",
            reason: "cbc:AllowanceChargeReason",
            code: "cbc:AllowanceChargeReasonCode",
        }
    )


def line_adjustment(amount: str, base: str, reason: str, code: str) -> Shape:
    return Shape(
        {
            amount: "cbc:Amount",
            base: "cbc:BaseAmount",
            reason: "cbc:AllowanceChargeReason",
            code: "cbc:AllowanceChargeReasonCode",
        }
    )


LINE: Final = Shape(
    {
        "BT-126": "cbc:ID",
        "BT-129": "cbc:InvoicedQuantity | cbc:CreditedQuantity",
        "BT-130": "cbc:InvoicedQuantity/@unitCode | cbc:CreditedQuantity/@unitCode",
        "BT-131": "cbc:LineExtensionAmount",
        "BT-146": "cac:Price/cbc:PriceAmount",
        "BT-148": "cac:Price/cac:AllowanceCharge/cbc:BaseAmount",
        "BT-149": "cac:Price/cbc:BaseQuantity",
        "BT-150": "cac:Price/cbc:BaseQuantity/@unitCode",
        "BT-151": f"cac:Item/cac:ClassifiedTaxCategory{VAT}/cbc:ID",
        "category": "cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
        "BT-152": f"cac:Item/cac:ClassifiedTaxCategory{VAT}/cbc:Percent",
        "rate": "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
        "BT-153": "cac:Item/cbc:Name",
        "BT-157": "cac:Item/cac:StandardItemIdentification/cbc:ID",
        "BT-157-scheme": "cac:Item/cac:StandardItemIdentification/cbc:ID/@schemeID",
        "BT-158": "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode",
        "BT-158-scheme": "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode/@listID",
    },
    {
        "BG-26": (PERIOD, Shape({"BT-134": "cbc:StartDate", "BT-135": "cbc:EndDate"})),
        "BG-27": (ALLOWANCE, line_adjustment("BT-136", "BT-137", "BT-139", "BT-140")),
        "BG-28": (CHARGE, line_adjustment("BT-141", "BT-142", "BT-144", "BT-145")),
        "BG-32": (
            "cac:Item/cac:AdditionalItemProperty",
            Shape({"BT-160": "cbc:Name", "BT-161": "cbc:Value"}),
        ),
    },
)
BREAKDOWN: Final = Shape(
    {
        "BT-116": "cbc:TaxableAmount",
        "BT-117": "cbc:TaxAmount",
        "BT-118": f"cac:TaxCategory{VAT}/cbc:ID",
        "category": "cac:TaxCategory/cbc:ID",
        "BT-119": f"cac:TaxCategory{VAT}/cbc:Percent",
        "BT-120": "cac:TaxCategory/cbc:TaxExemptionReason",
        "BT-121": "cac:TaxCategory/cbc:TaxExemptionReasonCode",
        "total": "concat('total ', count(../preceding-sibling::cac:TaxTotal))",
    }
)
TAX: Final = Shape(
    {
        "BT-110": "cbc:TaxAmount",
        "currency": "cbc:TaxAmount/@currencyID",
        "total": "concat('total ', count(preceding-sibling::cac:TaxTotal))",
    }
)
TOTALS: Final = Shape(
    {
        "BT-106": "cbc:LineExtensionAmount",
        "BT-107": "cbc:AllowanceTotalAmount",
        "BT-108": "cbc:ChargeTotalAmount",
        "BT-109": "cbc:TaxExclusiveAmount",
        "BT-112": "cbc:TaxInclusiveAmount",
        "BT-113": "cbc:PrepaidAmount",
        "BT-114": "cbc:PayableRoundingAmount",
        "BT-115": "cbc:PayableAmount",
    }
)
PAYMENT: Final = Shape(
    {"BT-81": "cbc:PaymentMeansCode", "BT-84": "cac:PayeeFinancialAccount/cbc:ID"},
    {
        "BG-17": ("cac:PayeeFinancialAccount", Shape({"BT-84": "cbc:ID"})),
        "BG-18": ("cac:CardAccount", Shape({"BT-87": "cbc:PrimaryAccountNumberID"})),
    },
)
# The subject of a note stands in it, between two signs: #AAI#.
SUBJECT: Final = "substring-before(substring-after(., '#'), '#')"
OBJECT: Final = "[cbc:DocumentTypeCode = '130']/cbc:ID[@schemeID]"
CODES: Final = {
    "type of invoice": coded("//cbc:InvoiceTypeCode"),
    "type of credit note": coded("//cbc:CreditNoteTypeCode"),
    "amount": coded(AMOUNTS, "@currencyID"),
    "currency": coded("//cbc:DocumentCurrencyCode"),
    "tax currency": coded("//cbc:TaxCurrencyCode"),
    "tax point in UBL": coded(f"//{PERIOD}/cbc:DescriptionCode"),
    "object": coded(
        f"//cac:AdditionalDocumentReference{OBJECT} | //cac:DocumentReference{OBJECT}", "@schemeID"
    ),
    "subject": coded(f"cbc:Note[string-length({SUBJECT}) = 3]", SUBJECT),
    "party": coded("//cac:PartyIdentification/cbc:ID[@schemeID != 'SEPA']", "@schemeID"),
    "registration": coded("//cac:PartyLegalEntity/cbc:CompanyID[@schemeID]", "@schemeID"),
    "classification": coded(
        "//cac:CommodityClassification/cbc:ItemClassificationCode[@listID]", "@listID"
    ),
    "country": coded(f"//{COUNTRY}"),
    "country or origin": coded("//cbc:IdentificationCode"),
    "origin": coded("//cac:OriginCountry/cbc:IdentificationCode"),
    "means of payment": coded("//cac:PaymentMeans/cbc:PaymentMeansCode"),
    "category": coded("//cac:TaxCategory/cbc:ID"),
    "category of line": coded("//cac:ClassifiedTaxCategory/cbc:ID"),
    "reason to allow": coded(f"//{ALLOWANCE}/cbc:AllowanceChargeReasonCode"),
    "reason to charge": coded(f"//{CHARGE}/cbc:AllowanceChargeReasonCode"),
    "item": coded("//cac:StandardItemIdentification/cbc:ID[@schemeID]", "@schemeID"),
    "exemption": coded("//cbc:TaxExemptionReasonCode"),
    "unit": coded(
        "//cbc:InvoicedQuantity[@unitCode] | //cbc:CreditedQuantity[@unitCode]"
        " | //cbc:BaseQuantity[@unitCode]",
        "@unitCode",
    ),
    "attachment": coded("//cbc:EmbeddedDocumentBinaryObject[@mimeCode]", "@mimeCode"),
    "address": coded("//cbc:EndpointID[@schemeID]", "@schemeID"),
    "place of delivery": coded("//cac:DeliveryLocation/cbc:ID[@schemeID]", "@schemeID"),
    "id": (
        "//cbc:EndpointID | //cac:PartyIdentification/cbc:ID | //cbc:CompanyID",
        Shape({"code": ".", "scheme": "@schemeID"}),
    ),
    "Swedish seller": coded(
        f"{SELLER}[normalize-space({ADDRESS}/{COUNTRY}) = 'SE']"
        "/cac:PartyLegalEntity[cbc:CompanyID]",
        "cbc:CompanyID",
    ),
    "VAT id": coded(f"//cac:PartyTaxScheme{VAT}", "cbc:CompanyID"),
}
PAPER: Final = Shape(
    {
        "BT-1": "cbc:ID",
        "BT-2": "cbc:IssueDate",
        "BT-3": "cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode",
        "BT-5": "cbc:DocumentCurrencyCode",
        "BT-6": "cbc:TaxCurrencyCode",
        "BT-7": "cbc:TaxPointDate",
        "BT-8": f"{PERIOD}/cbc:DescriptionCode",
        "BT-9": "cbc:DueDate | cac:PaymentMeans/cbc:PaymentDueDate",
        "BT-10": "cbc:BuyerReference",
        "BT-13": "cac:OrderReference/cbc:ID",
        "BT-20": "cac:PaymentTerms/cbc:Note",
        "BT-22": "cbc:Note",
        "BT-23": "cbc:ProfileID",
        "BT-24": "cbc:CustomizationID",
        "BT-72": "cac:Delivery/cbc:ActualDeliveryDate",
        "seller name": f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName",
        "buyer name": f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName",
        "seller address": f"name({SELLER}/{ADDRESS})",
        "buyer address": f"name({BUYER}/{ADDRESS})",
        "seller VAT id": f"{SELLER}/cac:PartyTaxScheme{VAT}/cbc:CompanyID",
        "buyer VAT id": f"{BUYER}/cac:PartyTaxScheme{VAT}/cbc:CompanyID",
        "seller tax id": f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID"
        f" | {REPRESENTATIVE}/cac:PartyTaxScheme{VAT}/cbc:CompanyID",
        "buyer tax id": f"{BUYER}/cac:PartyTaxScheme{VAT}/cbc:CompanyID"
        f" | {BUYER}/cac:PartyLegalEntity/cbc:CompanyID",
        "charges": "cbc:InvoiceTypeCode | cac:InvoiceLine",
        "credits": "cbc:CreditNoteTypeCode | cac:CreditNoteLine",
    },
    {
        "BG-3": (
            "cac:BillingReference",
            Shape({"BT-25": "cac:InvoiceDocumentReference/cbc:ID"}),
        ),
        "BG-4": (
            f"{SELLER} | {SUPPLIER}[not(cac:Party)]",
            Shape(
                {
                    "BT-27": "cac:PartyLegalEntity/cbc:RegistrationName",
                    "BT-29": "cac:PartyIdentification/cbc:ID",
                    "BT-30": "cac:PartyLegalEntity/cbc:CompanyID",
                    "BT-34": "cbc:EndpointID",
                    "BT-34-scheme": "cbc:EndpointID/@schemeID",
                    "tax id": f"cac:PartyTaxScheme{VAT}/cbc:CompanyID",
                },
                {"BG-5": (ADDRESS, Shape({"BT-40": COUNTRY}))},
            ),
        ),
        "BG-7": (
            BUYER,
            Shape(
                {"BT-49": "cbc:EndpointID", "BT-49-scheme": "cbc:EndpointID/@schemeID"},
                {"BG-8": (ADDRESS, Shape({"BT-55": COUNTRY}))},
            ),
        ),
        "BG-10": (
            "cac:PayeeParty",
            Shape({"BT-59": "cac:PartyName/cbc:Name"}),
        ),
        "BG-11": (
            REPRESENTATIVE,
            Shape(
                {
                    "BT-62": "cac:PartyName/cbc:Name",
                    "BT-63": f"cac:PartyTaxScheme{VAT}/cbc:CompanyID",
                },
                {"BG-12": (ADDRESS, Shape({"BT-69": COUNTRY}))},
            ),
        ),
        "BG-14": (
            PERIOD,
            Shape(
                {
                    "BT-73": "cbc:StartDate",
                    "BT-74": "cbc:EndDate",
                    "BT-8": "cbc:DescriptionCode",
                }
            ),
        ),
        "BG-15": ("cac:Delivery/cac:DeliveryLocation/cac:Address", Shape({"BT-80": COUNTRY})),
        "BG-16": ("cac:PaymentMeans", PAYMENT),
        "BG-20": (ALLOWANCE, adjustment("BT-92", "BT-93", "BT-95", "BT-96", "BT-97", "BT-98")),
        "BG-21": (CHARGE, adjustment("BT-99", "BT-100", "BT-102", "BT-103", "BT-104", "BT-105")),
        "BG-22": ("cac:LegalMonetaryTotal", TOTALS),
        "sum": (or_nowhere("cac:LegalMonetaryTotal"), TOTALS),
        "BG-23": ("cac:TaxTotal/cac:TaxSubtotal", BREAKDOWN),
        "any breakdown": ("//cac:TaxTotal/cac:TaxSubtotal", BREAKDOWN),  # of lines too
        "BG-24": ("cac:AdditionalDocumentReference", Shape({"BT-122": "cbc:ID"})),
        "BG-25": ("cac:InvoiceLine | cac:CreditNoteLine", LINE),
        "tax": ("cac:TaxTotal", TAX),
        **CODES,
    },
)
