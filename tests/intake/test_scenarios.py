"""What published notes are there to show, by the scenarios of their index: CRN-3 to CRN-11."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from application.intake.documents import read
from domain.claims.claim import Claim
from domain.credits.checking import claims_conformance, errors, warnings
from domain.credits.commands import (
    AllocationWish,
    AssignIssuer,
    BookCreditNote,
    MatchByReference,
    MatchCreditNote,
    SourceFile,
)
from domain.credits.document import CreditNoteDocument, Root
from domain.credits.events import Fit, NamedBy
from domain.credits.state import CreditNote
from domain.messages import Refusal
from domain.money import Money
from tests.rules import rule
from tests.scenario import FINN, SYSTEM, Story
from tests.stories import MAKER, claim_id, claim_in, file_of, note_id, setting

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "creditnotes"

pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published credit notes are not there (../shared/data)"
)


@dataclass(frozen=True)
class Office:
    """Notes come in, finance assigns their issuer, and the program looks at them."""

    story: Story

    def takes(self, file: str, number: int = 1) -> CreditNoteDocument:
        paper = read((PUBLISHED / file).read_bytes())
        source = SourceFile(sha256=file_of(file), name=file)
        booking = BookCreditNote(
            note_id=note_id(number),
            source=source,
            document=paper.document,
            findings=paper.findings,
        )
        self.story.tell(booking, FINN)
        self.looks(number)
        assert self.note(number).applied.amount == 0, "it waits for its issuer"
        self.story.tell(AssignIssuer(note_id=note_id(number), manufacturer_id=MAKER), FINN)
        self.looks(number)
        return paper.document

    def looks(self, number: int) -> None:
        self.story.tell(MatchByReference(note_id=note_id(number)), SYSTEM)

    def note(self, number: int = 1) -> CreditNote:
        state = self.story.state(CreditNote, note_id(number))
        assert isinstance(state, CreditNote)
        return state

    def claim(self, number: int = 1) -> Claim:
        state = self.story.state(Claim, claim_id(number))
        assert isinstance(state, Claim)
        return state


def owed(*claims: tuple[str, str, str]) -> Office:
    """Accepted claims: currency, total, and the maker's number."""
    story = setting()
    for number, (currency, total, name) in enumerate(claims, start=1):
        claim_in(currency, number, total, name, story)
    return Office(story)


SELF_BILLED = ("ubl/peppol-SB-base-correction.xml", "ubl/peppol-selfbilled-gobl.xml")


@rule("CRN-10")
@pytest.mark.parametrize("order", list(permutations(SELF_BILLED)))
def test_1_of_several_notes_for_one_invoice_only_the_first_settles_it(order):
    """Of one day, the smaller number comes first, whichever came in first."""
    office = owed(("EUR", "1656.25", "Snippet1"))
    papers = {n: office.takes(file, n) for n, file in enumerate(order, start=1)}
    applied = {papers[n].number: office.note(n).applied.amount for n in papers}
    assert applied == {"SelfBilledCN1": Decimal("1656.25"), "Snippet1": 0}
    assert office.claim().open.amount == 0


@rule("CRN-11")
@pytest.mark.parametrize(
    ("file", "name", "total", "turned"),
    [
        ("cii/zf-en16931-rechnungskorrektur-384.xml", "B123456789", "8.79", True),
        ("cii/gobl-fr-facturx-creditnote-381.xml", "FAC-2024-001", "1200.00", False),
    ],
)
def test_2_a_negative_correction_and_a_positive_credit_note_are_both_credits(
    file, name, total, turned
):
    office = owed(("EUR", total, name))
    paper = office.takes(file)
    assert paper.sign_turned is turned
    assert paper.totals.payable == Decimal(total)
    assert (office.note().applied.amount, office.claim().open.amount) == (Decimal(total), 0)


@rule("CRN-10")
@pytest.mark.parametrize("kind", ["basic", "en16931"])
def test_3_a_number_that_stands_only_in_free_text_is_suggested_and_never_matched(kind):
    office = owed(("EUR", "8.79", "R87654321012345"))
    office.takes(f"cii/zf-{kind}-rechnungskorrektur-384.xml")
    [suggested] = office.note().proposal
    assert (suggested.claim_id, suggested.named_by) == (claim_id(), NamedBy.FREE_TEXT)
    assert suggested.fit == Fit.EXACT
    assert (office.note().applied.amount, office.claim().open.amount) == (0, Decimal("8.79"))


@rule("CRN-10")
def test_3_but_the_extended_profile_names_it_in_a_reference_and_is_matched():
    office = owed(("EUR", "8.79", "R87654321012345"))
    paper = office.takes("cii/zf-extended-rechnungskorrektur-384.xml")
    assert "R87654321012345" in {reference.id for reference in paper.references}
    assert (office.note().applied.amount, office.claim().open.amount) == (Decimal("8.79"), 0)


@rule("CRN-3")
def test_4_a_note_of_several_invoices_waits_and_is_split_by_a_person():
    names = ("Preceding invoice no.1", "Preceding invoice no.2")
    office = owed(("SEK", "9000.00", names[0]), ("SEK", "3500.00", names[1]))
    office.takes("ubl/cen-cn-max.xml")
    assert {c.claim_id for c in office.note().proposal} == {claim_id(1), claim_id(2)}
    assert office.note().applied.amount == 0
    shares = [(1, "9000.00"), (2, "3500.00")]
    wishes = tuple(
        AllocationWish(claim_id=claim_id(n), amount=Money(amount=Decimal(a), currency="SEK"))
        for n, a in shares
    )
    office.story.tell(MatchCreditNote(note_id=note_id(), allocations=wishes), FINN)
    assert [office.claim(n).open.amount for n in (1, 2)] == [0, 0]
    assert office.note().unapplied.amount == 0


@rule("CRN-4")
def test_5_amounts_of_three_decimals_are_kept_and_matched_to_the_last():
    exact = owed(("OMR", "0.500", "OM-SB-INV-P2"))
    paper = exact.takes("ubl/om-baisa-gap-3dp.xml")
    assert {line.net for line in paper.lines} == {Decimal("0.047")}
    assert sum(line.net or 0 for line in paper.lines) == Decimal("0.470")
    assert (exact.note().applied.amount, exact.claim().open.amount) == (Decimal("0.5"), 0)
    off = owed(("OMR", "0.51", "OM-SB-INV-P2"))
    off.takes("ubl/om-baisa-gap-3dp.xml")
    assert off.claim().open.amount == Decimal("0.51")
    assert [c.fit for c in off.note().proposal] == [Fit.SHORT]


@rule("CRN-11")
def test_6_the_arithmetic_of_an_older_dialect_is_a_warning_where_it_claims_no_conformance():
    paper = read((PUBLISHED / "ubl/dk-oioubl-large.xml").read_bytes())
    totals = paper.document.totals
    assert totals.tax_exclusive == totals.tax, "the tax stands in TaxExclusiveAmount"
    assert not claims_conformance(paper.document)
    assert errors(paper.document, paper.findings) == ()
    assert any("BR-CO-13" in told for told in warnings(paper.document, paper.findings))
    claiming = paper.document.model_copy(update={"customization": "urn:cen.eu:en16931:2017"})
    assert any("BR-CO-13" in told for told in errors(claiming, paper.findings))
    office = owed(("DKK", "13000.00", "A00095678"))
    office.takes("ubl/dk-oioubl-large.xml")
    assert office.claim().open.amount == 0


@rule("CRN-11")
def test_7_a_credit_note_sent_as_an_invoice_of_type_381_is_one():
    office = owed(("SAR", "4.60", "SME00002"))
    paper = office.takes("ubl/sa-zatca-standard-381-as-Invoice.xml")
    assert (paper.root, paper.type_code, paper.sign_turned) == (Root.INVOICE, "381", False)
    assert (office.note().applied.amount, office.claim().open.amount) == (Decimal("4.60"), 0)
    charging = read(
        (PUBLISHED / "counterpart/peppol-base-example-invoice-Snippet1.xml").read_bytes()
    )
    with pytest.raises(Refusal, match="refused") as refused:
        booking = BookCreditNote(
            note_id=note_id(2),
            source=SourceFile(sha256=file_of("charging"), name="charging.xml"),
            document=charging.document,
            findings=charging.findings,
        )
        office.story.tell(booking, FINN)
    assert any("type 380" in reason for reason in refused.value.reasons)
