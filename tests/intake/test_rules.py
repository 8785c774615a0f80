"""The rules of EN 16931, each in the syntaxes it is asked of, on one good paper changed (CRN-2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.intake.documents import read
from domain.credits.checking import errors, warnings
from domain.credits.en16931 import code_lists, codes, peppol
from domain.money import MINOR_UNITS
from tests.intake.papers import GOOD
from tests.rules import part_of

CORRECTION = (Path(__file__).parent / "fixtures" / "corrected-invoice.xml").read_bytes()
SELLER_IN_UBL = "<cac:PartyName><cbc:Name>Hydraulik Nord</cbc:Name></cac:PartyName>"
TOTALS_IN_UBL = "<cac:LegalMonetaryTotal>"
SETTLEMENT = "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
HUNGARIAN = '<ram:TaxTotalAmount currencyID="HUF">-700.005</ram:TaxTotalAmount>'
GROSS = "<ram:GrandTotalAmount>"


def broken(content: bytes, *changes: tuple[str, str]) -> list[str]:
    """The ids of the rules of the standard that the paper breaks once it is changed."""
    for before, after in changes:
        assert before.encode() in content, before
        content = content.replace(before.encode(), after.encode(), 1)
    found = read(content).findings or ()
    return [finding.rule for finding in found if finding.rule.startswith("BR-")]


# ── groups that are there and empty ─────────────────────────────────────────


@part_of("CRN-2")
@pytest.mark.parametrize(("party", "rule"), [("Supplier", "BR-09"), ("Customer", "BR-11")])
def test_an_address_that_is_empty_lacks_its_country_alone(party: str, rule: str) -> None:
    before, address, after = GOOD.partition(f"<cac:Accounting{party}Party>".encode())
    country = b"<cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country>"
    assert broken(before + address + after.replace(country, b"", 1)) == [rule]
    element = b"<cac:PostalAddress>" + country + b"</cac:PostalAddress>"
    assert broken(before + address + after.replace(element, b"<cac:PostalAddress/>", 1)) == [rule]


@part_of("CRN-2")
def test_an_address_that_is_not_there_is_missed_as_each_syntax_has_it() -> None:
    address = (
        "<cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode>"
        "</cac:Country></cac:PostalAddress>"
    )
    assert broken(GOOD, (address, "")) == ["BR-08"]
    assert broken(GOOD, (address, ""), (address, "")) == ["BR-08", "BR-10"]
    seller = "<ram:PostalTradeAddress><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>"
    empty = "<ram:PostalTradeAddress/>"
    assert broken(CORRECTION, (seller, empty)) == ["BR-09"]
    assert broken(CORRECTION, (seller, "")) == ["BR-08", "BR-09"]
    assert broken(CORRECTION, (seller, ""), (seller, "")) == ["BR-08", "BR-09", "BR-10", "BR-11"]
    assert broken(CORRECTION, (seller, empty), (seller, empty)) == ["BR-09", "BR-11"]


@part_of("CRN-2")
@pytest.mark.parametrize(
    ("empty", "rules"),
    [
        ("<cac:PayeeParty/>", ["BR-17"]),
        ("<cac:TaxRepresentativeParty/>", ["BR-18", "BR-19", "BR-56"]),
        (
            "<cac:TaxRepresentativeParty><cac:PostalAddress/></cac:TaxRepresentativeParty>",
            ["BR-18", "BR-20", "BR-56"],
        ),
        ("<cac:PaymentMeans/>", ["BR-49"]),
        ("<cac:AdditionalDocumentReference/>", ["BR-52"]),
        ("<cac:InvoicePeriod/>", ["BR-CO-19"]),
        ("<cac:BillingReference/>", ["BR-55"]),
        (
            "<cac:Delivery><cac:DeliveryLocation><cac:Address/></cac:DeliveryLocation></cac:Delivery>",
            ["BR-57"],
        ),
    ],
)
def test_a_group_that_is_there_and_empty_lacks_what_it_must_state(
    empty: str, rules: list[str]
) -> None:
    assert broken(GOOD, (TOTALS_IN_UBL, empty + TOTALS_IN_UBL)) == rules


@part_of("CRN-2")
def test_a_seller_that_is_not_there_has_no_identifier() -> None:
    party = GOOD[GOOD.index(b"<cac:Party>") : GOOD.index(b"</cac:Party>") + len(b"</cac:Party>")]
    assert broken(GOOD.replace(party, b"", 1)) == ["BR-06", "BR-08", "BR-CO-26", "BR-S-02"]


# ── codes ───────────────────────────────────────────────────────────────────

CODES_IN_UBL = [
    ("BR-CL-01", (">381<", ">380<")),
    ("BR-CL-03", ('currencyID="EUR">60.000<', 'currencyID="EUB">60.000<')),
    ("BR-CL-05", ("<cbc:BuyerReference>", "<cbc:TaxCurrencyCode>EUB</cbc:TaxCurrencyCode>"
                  "<cbc:BuyerReference>")),
    ("BR-CL-06", (TOTALS_IN_UBL, "<cac:InvoicePeriod><cbc:DescriptionCode>5</cbc:DescriptionCode>"
                  f"</cac:InvoicePeriod>{TOTALS_IN_UBL}")),
    ("BR-CL-07", (TOTALS_IN_UBL, '<cac:AdditionalDocumentReference><cbc:ID schemeID="QQQ">1'
                  "</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode>"
                  f"</cac:AdditionalDocumentReference>{TOTALS_IN_UBL}")),
    ("BR-CL-08", (">Warranty, February<", ">#QQQ#Warranty<")),
    ("BR-CL-10", (SELLER_IN_UBL, '<cac:PartyIdentification><cbc:ID schemeID="0103">1</cbc:ID>'
                  f"</cac:PartyIdentification>{SELLER_IN_UBL}")),
    ("BR-CL-11", ("<cbc:CompanyID>HRB 4711", '<cbc:CompanyID schemeID="0249">HRB 4711')),
    ("BR-CL-13", ("<cac:ClassifiedTaxCategory>", "<cac:CommodityClassification>"
                  '<cbc:ItemClassificationCode listID="ZZY">1</cbc:ItemClassificationCode>'
                  "</cac:CommodityClassification><cac:ClassifiedTaxCategory>")),
    ("BR-CL-14", (">DE</cbc:IdentificationCode>", ">DD</cbc:IdentificationCode>")),
    ("BR-CL-15", ("<cac:ClassifiedTaxCategory>", "<cac:OriginCountry><cbc:IdentificationCode>UK"
                  "</cbc:IdentificationCode></cac:OriginCountry><cac:ClassifiedTaxCategory>")),
    ("BR-CL-16", (TOTALS_IN_UBL, "<cac:PaymentMeans><cbc:PaymentMeansCode>71"
                  f"</cbc:PaymentMeansCode></cac:PaymentMeans>{TOTALS_IN_UBL}")),
    ("BR-CL-21", ("<cac:ClassifiedTaxCategory>", "<cac:StandardItemIdentification>"
                  '<cbc:ID schemeID="0092">1</cbc:ID></cac:StandardItemIdentification>'
                  "<cac:ClassifiedTaxCategory>")),
    ("BR-CL-23", ('unitCode="HUR"', 'unitCode="PCE"')),
    ("BR-CL-24", (TOTALS_IN_UBL, "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID>"
                  '<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="text/html" '
                  'filename="a">AA==</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>'
                  f"</cac:AdditionalDocumentReference>{TOTALS_IN_UBL}")),
    ("BR-CL-25", (SELLER_IN_UBL, f'<cbc:EndpointID schemeID="9901">1</cbc:EndpointID>'
                  f"{SELLER_IN_UBL}")),
    ("BR-CL-26", (TOTALS_IN_UBL, '<cac:Delivery><cac:DeliveryLocation><cbc:ID schemeID="0092">1'
                  f"</cbc:ID></cac:DeliveryLocation></cac:Delivery>{TOTALS_IN_UBL}")),
    ("BR-CO-09", (">DE100200300<", ">DD100200300<")),
]  # fmt: skip
CODES_IN_CII = [
    ("BR-CL-01", (">384<", ">999<")),
    ("BR-CL-06", (SETTLEMENT, f"{SETTLEMENT}<ram:ApplicableTradeTax><ram:DueDateTypeCode>35"
                  "</ram:DueDateTypeCode></ram:ApplicableTradeTax>")),
    ("BR-CL-08", ("<ram:Content>", "<ram:SubjectCode>QQQ</ram:SubjectCode><ram:Content>")),
    ("BR-CL-10", ("<ram:Name>Hydraulik", '<ram:GlobalID schemeID="0103">1</ram:GlobalID>'
                  "<ram:Name>Hydraulik")),
    ("BR-CL-14", ("<ram:CountryID>DE", "<ram:CountryID>UK")),
    ("BR-CL-15", ("<ram:Name>Pump</ram:Name>", "<ram:Name>Pump</ram:Name><ram:OriginTradeCountry>"
                  "<ram:ID>UK</ram:ID></ram:OriginTradeCountry>")),
    ("BR-CL-21", ("<ram:SellerAssignedID>", '<ram:GlobalID schemeID="0092">1</ram:GlobalID>'
                  "<ram:SellerAssignedID>")),
    ("BR-CL-23", ('unitCode="C62">-4', 'unitCode="PCE">-4')),
]  # fmt: skip


@part_of("CRN-2")
@pytest.mark.parametrize(("rule", "change"), CODES_IN_UBL, ids=lambda value: str(value)[:8])
def test_a_code_that_is_none_is_named_in_ubl(rule: str, change: tuple[str, str]) -> None:
    assert rule in broken(GOOD, change)


@part_of("CRN-2")
@pytest.mark.parametrize(("rule", "change"), CODES_IN_CII, ids=lambda value: str(value)[:8])
def test_a_code_that_is_none_is_named_in_cii(rule: str, change: tuple[str, str]) -> None:
    assert rule in broken(CORRECTION, change)


@part_of("CRN-2")
def test_a_code_that_is_none_is_told_with_its_place_and_what_it_says() -> None:
    wrong = GOOD.replace(b'unitCode="HUR"', b'unitCode="PCE"')
    [finding] = read(wrong).findings or ()
    assert str(finding) == (
        "/CreditNote/cac:CreditNoteLine[2]/cbc:CreditedQuantity, line 80: "
        "BR-CL-23: The unit is none of UN/ECE 20 and 21. It says 'PCE'."
    )


@part_of("CRN-2")
@pytest.mark.parametrize(("code", "allowed"), [("VATEX-EU-O", True), ("vatex-eu-o", True),
                                              ("VATEX-EU-X", False)])  # fmt: skip
def test_the_reason_for_an_exemption_may_be_in_small_letters(code: str, allowed: bool) -> None:
    reason = f"<cbc:TaxExemptionReasonCode>{code}</cbc:TaxExemptionReasonCode><cac:TaxScheme>"
    assert ("BR-CL-22" in broken(GOOD, ("<cac:TaxScheme>", reason))) is not allowed


def test_the_lists_are_whole_and_agree_with_what_money_knows() -> None:
    assert len(code_lists.UNITS) > 2000 and {"C62", "HUR", "XPP"} <= code_lists.UNITS
    assert {"1A", "XI", "DE"} <= code_lists.COUNTRIES and "EL" in code_lists.WHERE_VAT_IS
    assert MINOR_UNITS.keys() <= code_lists.CURRENCIES
    assert {rule.id for rule in codes.RULES} >= {f"BR-CL-{number:02}" for number in range(13, 27)}


# ── split payment, decimals, sums ───────────────────────────────────────────


@part_of("CRN-2")
def test_payment_is_split_in_italy_and_not_beside_the_standard_rate() -> None:
    category = ("<cbc:ID>S</cbc:ID>", "<cbc:ID>B</cbc:ID>")
    assert {"BR-B-01", "BR-B-02"} <= set(broken(GOOD, category))
    home = [(">DE</cbc:IdentificationCode>", ">IT</cbc:IdentificationCode>")] * 2
    assert "BR-B-01" not in broken(GOOD, category, *home)
    assert "BR-B-02" not in broken(GOOD, category, category, category)
    abroad = broken(CORRECTION, *[("Code>S<", "Code>B<")] * 2)
    assert "BR-B-01" in abroad and "BR-B-02" not in abroad
    assert "BR-B-02" in broken(CORRECTION, ("Code>S<", "Code>B<"))


@part_of("CRN-2")
def test_tax_in_its_other_currency_has_two_decimals_where_that_is_asked() -> None:
    other = ("<ram:InvoiceCurrencyCode>", "<ram:TaxCurrencyCode>HUF</ram:TaxCurrencyCode>"
             "<ram:InvoiceCurrencyCode>")  # fmt: skip
    assert broken(CORRECTION, other, (GROSS, HUNGARIAN + GROSS)) == ["BR-DEC-15"]
    exact = HUNGARIAN.replace("700.005", "700.000")
    assert broken(CORRECTION, other, (GROSS, exact + GROSS)) == []
    assert "BR-DEC-13" in broken(CORRECTION, (">-1.90</ram:TaxTotal", ">-1.901</ram:TaxTotal"))


@part_of("CRN-2")
def test_an_allowance_may_write_its_indicator_as_a_number() -> None:
    allowance = "<cac:AllowanceCharge><cbc:ChargeIndicator>0</cbc:ChargeIndicator>"
    allowance += "</cac:AllowanceCharge>"
    rules = broken(GOOD, (TOTALS_IN_UBL, allowance + TOTALS_IN_UBL))
    assert {"BR-31", "BR-32", "BR-33", "BR-CO-21"} <= set(rules)


@part_of("CRN-2")
@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ((">19.00</cbc:TaxAmount>\n      <cac:TaxCategory>",
          ">20.00</cbc:TaxAmount>\n      <cac:TaxCategory>"), ["BR-CO-14", "BR-S-09"]),
        ((">19.00</cbc:TaxAmount>\n      <cac:TaxCategory>",
          ">19.99</cbc:TaxAmount>\n      <cac:TaxCategory>"), ["BR-CO-14"]),
        (('<cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount>\n      <cac:TaxCategory>',
          "<cac:TaxCategory>"), ["BR-46", "BR-CO-14", "BR-S-09", "BR-CO-17"]),
        ((">100.00</cbc:TaxableAmount>", ">100.99</cbc:TaxableAmount>"), []),
        ((">100.00</cbc:TaxableAmount>", ">101.00</cbc:TaxableAmount>"), ["BR-S-08"]),
    ],
    ids=["one off", "less than one off", "no tax", "taxed less than one off", "taxed one off"],
)  # fmt: skip
def test_tax_may_be_off_by_less_than_one(change: tuple[str, str], rules: list[str]) -> None:
    assert broken(GOOD, change) == rules


@part_of("CRN-2")
def test_the_payable_amount_follows_exactly_where_nothing_is_rounded() -> None:
    with_thirds = (">119.00</cbc:TaxInclusiveAmount>", ">119.001</cbc:TaxInclusiveAmount>")
    assert "BR-CO-16" in broken(GOOD, with_thirds)
    prepaid = ("<cbc:PayableAmount", '<cbc:PrepaidAmount currencyID="EUR">0.00'
               "</cbc:PrepaidAmount><cbc:PayableAmount")  # fmt: skip
    assert "BR-CO-16" not in broken(GOOD, with_thirds, prepaid)


# ── rules of a syntax and of Peppol, which only warn ────────────────────────

PROCESS = "<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>"
CUSTOMIZED = "</cbc:CustomizationID>"


def odd(content: bytes, *changes: tuple[str, str]) -> set[str]:
    """What a paper breaks beside the standard; none of it refuses, all of it is a warning."""
    for before, after in changes:
        assert before.encode() in content, before
        content = content.replace(before.encode(), after.encode(), 1)
    reading = read(content)
    mild = [f for f in reading.findings or () if not f.rule.startswith("BR-")]
    refused = errors(reading.document, reading.findings)
    assert not [reason for f in mild for reason in refused if f.rule in reason]
    assert {str(f) for f in mild} <= set(warnings(reading.document, reading.findings))
    return {f.rule for f in mild}


@part_of("CRN-11")
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("<cbc:ID>INV-500</cbc:ID>", ""), "UBL-SR-07"),
        (("<cac:TaxScheme><cbc:ID>LOC</cbc:ID></cac:TaxScheme>", ""), "UBL-SR-53"),
        (("<cac:ClassifiedTaxCategory>", "<cac:ClassifiedTaxCategory/>"
          "<cac:ClassifiedTaxCategory>"), "UBL-SR-48"),
        ((">60.00</cbc:LineExtensionAmount>", ">60.000</cbc:LineExtensionAmount>"), "UBL-DT-01"),
        ((SELLER_IN_UBL, SELLER_IN_UBL * 2), "UBL-SR-10"),
    ],
)  # fmt: skip
def test_a_rule_of_the_syntax_is_a_warning(change: tuple[str, str], rule: str) -> None:
    assert odd(GOOD, change) == {rule}


@part_of("CRN-11")
def test_an_amount_with_a_currency_in_cii_is_a_warning() -> None:
    change = ("<ram:DuePayableAmount>", '<ram:DuePayableAmount currencyID="EUR">')
    assert odd(CORRECTION, change) == {"CII-DT-031"}


@part_of("CRN-11")
def test_peppol_is_asked_only_of_a_paper_that_names_a_process_of_it() -> None:
    assert odd(GOOD) == set()
    in_peppol = (CUSTOMIZED, CUSTOMIZED + PROCESS)
    without_addresses = {"PEPPOL-EN16931-R010", "PEPPOL-EN16931-R020"}
    assert odd(GOOD, in_peppol) == without_addresses
    assert odd(GOOD, in_peppol, (">381<", ">261<")) == without_addresses | {"PEPPOL-EN16931-P0101"}
    other = (CUSTOMIZED, CUSTOMIZED + PROCESS.replace("billing:01:1.0", "other"))
    assert odd(GOOD, other) == without_addresses | {"PEPPOL-EN16931-R007"}


@part_of("CRN-11")
@pytest.mark.parametrize(("price", "follows"), [("19.99", True), ("19.98", False),
                                                ("20.01", True), ("20.011", False)])  # fmt: skip
def test_a_line_in_peppol_is_quantity_by_price_within_two_cents(price: str, follows: bool) -> None:
    changes = [(CUSTOMIZED, CUSTOMIZED + PROCESS), (">20</cbc:Price", f">{price}</cbc:Price")]
    assert ("PEPPOL-EN16931-R120" not in odd(GOOD, *changes)) is follows


@part_of("CRN-11")
def test_a_line_in_peppol_may_be_priced_by_a_hundred_and_have_charges() -> None:
    per = ("20</cbc:PriceAmount>", '1000</cbc:PriceAmount><cbc:BaseQuantity unitCode="HUR">100'
           "</cbc:BaseQuantity>")  # fmt: skip
    process = (CUSTOMIZED, CUSTOMIZED + PROCESS)
    assert "PEPPOL-EN16931-R120" in odd(GOOD, process, per)
    charge = ("40.00</cbc:LineExtensionAmount>", "40.00</cbc:LineExtensionAmount>"
              "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>"
              '<cbc:Amount currencyID="EUR">20.00</cbc:Amount></cac:AllowanceCharge>')  # fmt: skip
    assert "PEPPOL-EN16931-R120" not in odd(GOOD, process, per, charge)


@pytest.mark.parametrize(
    ("known", "right", "wrong"),
    [
        (peppol.is_gln, "4006381333931", "4006381333932"),
        (peppol.is_swedish, "5560360793", "5560360794"),
        (peppol.is_norwegian, "974760673", "974760674"),
        (peppol.is_belgian, "0202239951", "0202239952"),
        (peppol.is_danish, "DK13585628", "13585628"),
    ],
)
def test_numbers_of_companies_have_their_check_digits(known, right, wrong) -> None:
    assert known(right)
    for other in (wrong, right + "0", "", "x", right[:-1] + "\u0661"):
        assert not known(other)
