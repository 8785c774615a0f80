"""Whether a credit note can be booked: what it must state, and what must add up (CRN-2, CRN-11).

Names are those of EN 16931 (BR-02 …). What must be stated, and lines that add up to their total,
is required of every paper. The other totals are required only of a paper that claims to comply
with EN 16931; of any other paper a disagreement is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.credits.document import CreditNoteDocument, Root
from domain.money import payable

EN_16931 = "urn:cen.eu:en16931:2017"
CREDITS_BY_CODE = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
)
"""Document types of UNTDID 1001 that credit, whatever the document element is."""

ZERO = Decimal(0)


def claims_conformance(document: CreditNoteDocument) -> bool:
    """Whether the paper claims to comply with EN 16931 itself, not with an extension of it."""
    said = (document.customization or "").casefold()
    complies = said.startswith((f"{EN_16931}#compliant#", f"{EN_16931}:compliant:"))
    extends = "conformant#" in said or ":conformant:" in said
    return said == EN_16931 or (complies and not extends)


def errors(document: CreditNoteDocument) -> tuple[str, ...]:
    """Every reason to refuse the paper; empty if it can be booked."""
    totals = tuple(disagreements(document)) if claims_conformance(document) else ()
    return (*not_a_credit(document), *missing(document), *lines_disagree(document), *totals)


def warnings(document: CreditNoteDocument) -> tuple[str, ...]:
    """What is odd about a paper that can be booked."""
    totals = () if claims_conformance(document) else tuple(disagreements(document))
    return (*totals, *unusual(document))


def not_a_credit(document: CreditNoteDocument) -> Iterator[str]:
    credits = document.sign_turned or document.type_code in CREDITS_BY_CODE
    if document.root == Root.INVOICE and not credits:
        yield f"The document is an invoice of type {document.type_code}, not a credit note."


def missing(document: CreditNoteDocument) -> Iterator[str]:
    required = {
        "BR-02: the credit note has no number.": document.number,
        "BR-03: the credit note has no issue date.": document.issue_date,
        "BR-05: the credit note has no currency.": document.currency,
        "BR-06: the credit note does not say who issued it.": document.issuer.identity,
        "BR-15: the credit note has no payable amount.": document.totals.payable,
        "BR-16: the credit note has no line.": document.lines or None,
    }
    yield from (reason for reason, stated in required.items() if stated is None)
    for place, line in enumerate(document.lines, start=1):
        if line.net is None:
            yield f"BR-24: line {line.id or place} has no net amount."


def lines_disagree(document: CreditNoteDocument) -> Iterator[str]:
    stated = document.totals.line_total
    lines = sum((line.net for line in document.lines if line.net is not None), ZERO)
    if stated is not None and document.lines and lines != stated:
        yield f"BR-CO-10: the lines add up to {lines}, their total is stated as {stated}."


def disagreements(document: CreditNoteDocument) -> Iterator[str]:
    """The totals that do not follow from each other."""
    t = document.totals
    if t.line_total is not None and t.tax_exclusive is not None:
        net = t.line_total - (t.allowance_total or ZERO) + (t.charge_total or ZERO)
        if net != t.tax_exclusive:
            yield f"BR-CO-13: {net} follows as the total without tax, {t.tax_exclusive} is stated."
    if t.tax_exclusive is not None and t.tax_inclusive is not None:
        gross = t.tax_exclusive + (t.tax or ZERO)
        if gross != t.tax_inclusive:
            yield f"BR-CO-15: {gross} follows as the total with tax, {t.tax_inclusive} is stated."
    if t.tax_inclusive is not None and t.payable is not None:
        due = t.tax_inclusive - (t.prepaid or ZERO) + (t.rounding or ZERO)
        if due != t.payable:
            yield f"BR-CO-16: {due} follows as payable, {t.payable} is stated."


def unusual(document: CreditNoteDocument) -> Iterator[str]:
    amount, currency = document.totals.payable, document.currency
    if amount is None or currency is None:
        return
    if amount <= 0:
        yield f"The payable amount is {amount}: nothing of it can be matched."
    if not payable(amount, currency):
        yield f"The payable amount {amount} has more decimals than {currency} has."
