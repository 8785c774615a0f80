"""What a paper must state, and what must add up: CRN-2, CRN-11."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.credits.checking import claims_conformance, errors, warnings
from domain.credits.document import CreditNoteDocument, Line, Party, Root, Totals, turned
from domain.credits.en16931.findings import Finding
from tests.rules import part_of
from tests.stories import document, line

COMPLIES = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
TOTALS = {
    "line_total": Decimal("100.00"),
    "allowance_total": Decimal("10.00"),
    "charge_total": Decimal("5.00"),
    "tax_exclusive": Decimal("95.00"),
    "tax": Decimal("19.00"),
    "tax_inclusive": Decimal("114.00"),
    "prepaid": Decimal("14.00"),
    "rounding": Decimal("0.50"),
    "payable": Decimal("100.50"),
}


def paper(customization: str | None = None, **totals: Decimal | None) -> CreditNoteDocument:
    return document(
        customization=customization,
        totals=Totals(**TOTALS | totals),
        lines=(line("1", "60.00"), line("2", "40.00")),
    )


@part_of("CRN-2")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": None}, "BR-02"),
        ({"issue_date": None}, "BR-03"),
        ({"currency": None}, "BR-05"),
        ({"supplier": Party()}, "BR-06"),
        ({"totals": Totals()}, "BR-15"),
        ({"lines": (), "totals": Totals(payable=Decimal(1))}, "BR-16"),
        ({"customer": Party(), "self_billed": True}, "BR-07"),
        ({"root": Root.INVOICE, "type_code": "380"}, "not a credit note"),
        ({"root": Root.INVOICE, "type_code": None}, "not a credit note"),
        ({"root": Root.CROSS_INDUSTRY_INVOICE, "type_code": "384"}, "not a credit note"),
    ],
)
def test_a_paper_without_what_it_must_state_is_not_booked(changes, reason):
    (found,) = errors(document().model_copy(update=changes))
    assert reason in found


@part_of("CRN-2")
def test_every_reason_is_found_at_once():
    empty = CreditNoteDocument(root=Root.CREDIT_NOTE)
    assert [reason.partition(":")[0] for reason in errors(empty)] == [
        "BR-02",
        "BR-03",
        "BR-05",
        "BR-06",
        "BR-15",
        "BR-16",
    ]


@part_of("CRN-11")
@pytest.mark.parametrize(
    ("root", "type_code"),
    [
        (Root.CREDIT_NOTE, "381"),
        (Root.CREDIT_NOTE, None),
        (Root.CREDIT_NOTE, "91"),
        (Root.SELF_BILLED_CREDIT_NOTE, None),
        (Root.INVOICE, "381"),
        (Root.CROSS_INDUSTRY_INVOICE, "381"),
        (Root.CROSS_INDUSTRY_INVOICE, "261"),
        (Root.TABLE, None),
        (Root.BY_HAND, None),
    ],
)
def test_what_credits_is_a_credit_note(root, type_code):
    assert errors(document(root=root, type_code=type_code)) == ()


@part_of("CRN-11")
@pytest.mark.parametrize(
    ("customization", "claims"),
    [
        (None, False),
        ("urn:cen.eu:en16931:2017", True),
        (COMPLIES, True),
        ("URN:CEN.EU:EN16931:2017#COMPLIANT#urn:x", True),
        ("urn:cen.eu:en16931:2017:compliant:urn:x", True),
        ("urn:cen.eu:en16931:2017#conformant#urn:x", False),
        (f"{COMPLIES}#conformant#urn:www.agid.gov.it:trns:fattura:3", False),
        ("urn:peppol:pint:billing-1@ae-1", False),
        ("OIOUBL-2.02", False),
    ],
)
def test_only_a_paper_that_claims_to_comply_is_held_to_it(customization, claims):
    assert claims_conformance(document(customization=customization)) is claims


@part_of("CRN-11")
def test_totals_that_follow_from_each_other_are_in_order():
    assert errors(paper(COMPLIES)) == ()
    assert warnings(paper(COMPLIES)) == ()


@part_of("CRN-11")
@pytest.mark.parametrize(
    ("totals", "rule"),
    [
        ({"allowance_total": Decimal("9.99")}, "BR-CO-13"),
        ({"charge_total": None}, "BR-CO-13"),
        ({"tax": Decimal("19.01")}, "BR-CO-15"),
        ({"prepaid": None}, "BR-CO-16"),
        ({"payable": Decimal("100.49")}, "BR-CO-16"),
    ],
)
def test_other_totals_are_required_to_agree_only_of_papers_that_claim_it(totals, rule):
    (error,) = errors(paper(COMPLIES, **totals))
    assert error.startswith(rule)
    elsewhere = paper("OIOUBL-2.02", **totals)
    assert errors(elsewhere) == ()
    assert [found.partition(":")[0] for found in warnings(elsewhere)] == [rule]


@part_of("CRN-11")
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"lines": (Line(id="7"),), "totals": Totals(payable=Decimal(1))}, "BR-24: Line 7"),
        ({"lines": (Line(),), "totals": Totals(payable=Decimal(1))}, "BR-24: Line 1"),
        ({"lines": (line("1", "999.99"),)}, "BR-CO-10"),
    ],
)
def test_so_are_the_lines(changes, rule):
    (error,) = errors(document(customization=COMPLIES).model_copy(update=changes))
    assert error.startswith(rule)
    assert errors(document().model_copy(update=changes)) == ()
    assert warnings(document().model_copy(update=changes))[0].startswith(rule)


ADDRESS = Finding(rule="BR-08", message="The seller has no address.", place="/CreditNote")
PRICE = Finding(rule="BR-26", message="The item has no price.", place="/CreditNote")
NUMBER = Finding(rule="BR-02", message="The paper has no number.", place="/CreditNote, line 2")


@part_of("CRN-2")
def test_what_a_file_breaks_of_the_standard_refuses_it_only_if_it_claims_to_comply():
    found = (PRICE, ADDRESS)
    assert errors(document(customization=COMPLIES), found) == (str(ADDRESS), str(PRICE))
    for other in (None, "urn:cen.eu:en16931:2017#conformant#urn:x"):
        assert errors(document(customization=other), found) == ()
        assert warnings(document(customization=other), found) == (str(PRICE), str(ADDRESS))


@part_of("CRN-2")
def test_a_file_that_lacks_what_every_paper_states_is_told_all_that_it_lacks_of_that_kind():
    lacking = document().model_copy(update={"number": None})
    assert errors(lacking, (ADDRESS, NUMBER, PRICE)) == (str(ADDRESS), str(NUMBER))
    assert errors(lacking, ()) == ("BR-02: The paper has no number.",)


@part_of("CRN-11")
@pytest.mark.parametrize("root", [Root.INVOICE, Root.CROSS_INDUSTRY_INVOICE])
def test_a_corrected_invoice_below_zero_and_a_credit_note_above_it_are_both_credits(root):
    below = document(root=root, type_code="384", payable="-8.79", lines=(line("1", "-8.79"),))
    credit = turned(below)
    assert (credit.sign_turned, errors(credit)) == (True, ())
    assert (credit.totals.payable, credit.lines[0].net) == (Decimal("8.79"), Decimal("8.79"))
    above = document(root=root, type_code="381", payable="8.79")
    assert turned(above) is above and errors(above) == ()


@part_of("CRN-11")
def test_a_credit_note_below_zero_is_left_as_it_is():
    debit = document(root=Root.CREDIT_NOTE, payable="-5.00")
    assert turned(debit) is debit


@part_of("CRN-11")
def test_a_total_that_is_not_stated_is_not_compared():
    few = paper(COMPLIES, tax_exclusive=None, tax_inclusive=None)
    assert errors(few) == ()


@pytest.mark.parametrize(
    ("payable", "currency", "words"),
    [
        ("0", "CNY", "nothing of it can be matched"),
        ("-5.00", "CNY", "nothing of it can be matched"),
        ("5.005", "CNY", "more decimals than CNY"),
        ("5.5", "JPY", "more decimals than JPY"),
    ],
)
def test_an_odd_payable_is_a_warning(payable, currency, words):
    odd = document(payable=payable, currency=currency)
    assert errors(odd) == ()
    (warning,) = warnings(odd)
    assert words in warning
    assert warnings(document(payable="0.505", currency="OMR")) == ()


@part_of("CRN-1")
@pytest.mark.parametrize(
    ("party", "identity"),
    [
        (Party(tax_id="T", registration_id="R", name="N"), ("tax_id", "T")),
        (Party(registration_id="R", name="N"), ("registration_id", "R")),
        (Party(name="N"), ("name", "N")),
        (Party(), None),
    ],
)
def test_a_party_is_known_by_tax_id_else_registration_id_else_name(party, identity):
    assert party.identity == identity


@part_of("CRN-1")
def test_the_issuer_of_a_self_billed_note_is_the_customer():
    ours, theirs = Party(name="ours"), Party(name="theirs")
    plain = document(supplier=theirs, customer=ours)
    self_billed = document(supplier=ours, customer=theirs, self_billed=True)
    for one in (plain, self_billed):
        assert (one.issuer, one.receiver) == (theirs, ours)


@given_any(st.lists(st.decimals(-1000, 1000, places=3), min_size=1, max_size=30))
def test_lines_add_up_exactly_or_not_at_all(nets):
    lines = tuple(line(str(n), str(net)) for n, net in enumerate(nets))
    exact = Totals(line_total=sum(nets), payable=Decimal(1))
    off = Totals(line_total=sum(nets) + Decimal("0.001"), payable=Decimal(1))
    assert warnings(document(lines=lines, totals=exact)) == ()
    assert len(warnings(document(lines=lines, totals=off))) == 1
