"""Whether a credit note can be booked: the rule of refusal (CRN-2, CRN-11).

Names are those of EN 16931 (BR-02 …). What must be stated is required of every paper: issuer,
number, date, currency, payable amount, a line. Everything else that the standard asks is required
only of a paper that claims to comply with it; of any other paper it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.credits.document import INVOICES, CreditNoteDocument
from domain.credits.en16931.code_lists import CREDITS
from domain.credits.en16931.findings import Finding
from domain.money import payable

EN_16931 = "urn:cen.eu:en16931:2017"
STATED = frozenset(f"BR-{number:02}" for number in range(1, 17))
"""The rules on what a paper states of itself, named together when it is refused for one."""

ZERO = Decimal(0)
Findings = tuple[Finding, ...] | None


def claims_conformance(document: CreditNoteDocument) -> bool:
    """Whether the paper claims to comply with EN 16931 itself, not with an extension of it."""
    said = (document.customization or "").casefold()
    complies = said.startswith((f"{EN_16931}#compliant#", f"{EN_16931}:compliant:"))
    extends = "conformant#" in said or ":conformant:" in said
    return said == EN_16931 or (complies and not extends)


def errors(document: CreditNoteDocument, found: Findings = None) -> tuple[str, ...]:
    """Every reason to refuse the paper; empty if it can be booked.

    `found` is what the paper breaks of EN 16931, in its file; None if it came in no syntax of it.
    """
    refused = refusing(document, found)
    return (*not_a_credit(document), *map(str, refused))


def refusing(document: CreditNoteDocument, found: Findings) -> tuple[Finding, ...]:
    """The findings that refuse the paper."""
    lacking = tuple(missing(document))
    broken = tuple(disagreements(document)) if found is None else refusals_in(found)
    if claims_conformance(document):
        return merged(lacking, broken)
    return merged(lacking, [f for f in broken if f.rule in STATED]) if lacking else ()


def refusals_in(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in found if finding.refuses)


def merged(
    lacking: tuple[Finding, ...], broken: tuple[Finding, ...] | list[Finding]
) -> tuple[Finding, ...]:
    """Each rule once, with its place if that is known, in the order of the rules."""
    known = {finding.rule for finding in broken}
    every = [*broken, *(finding for finding in lacking if finding.rule not in known)]
    return tuple(sorted(every, key=lambda finding: finding.rule not in STATED))


def warnings(document: CreditNoteDocument, found: Findings = None) -> tuple[str, ...]:
    """What is odd about a paper that can be booked."""
    broken = tuple(disagreements(document)) if found is None else found
    return (*map(str, broken), *unusual(document))


def not_a_credit(document: CreditNoteDocument) -> Iterator[str]:
    credits = document.sign_turned or document.type_code in CREDITS
    if document.root in INVOICES and not credits:
        yield f"The document is an invoice of type {document.type_code}, not a credit note."


def missing(document: CreditNoteDocument) -> Iterator[Finding]:
    issuer = "BR-07" if document.self_billed else "BR-06"
    required = (
        ("BR-02", "The paper has no number.", document.number),
        ("BR-03", "The paper has no issue date.", document.issue_date),
        ("BR-05", "The paper has no currency.", document.currency),
        (issuer, "The paper does not say who issued it.", document.issuer.identity),
        ("BR-15", "The payable amount is not stated.", document.totals.payable),
        ("BR-16", "The paper has no line.", document.lines or None),
    )
    for rule, message, stated in required:
        if stated is None:
            yield Finding(rule=rule, message=message)


def disagreements(document: CreditNoteDocument) -> Iterator[Finding]:
    """What does not follow in a paper that is in no syntax of the standard."""
    yield from lines_disagree(document)
    t = document.totals
    if t.line_total is not None and t.tax_exclusive is not None:
        net = t.line_total - (t.allowance_total or ZERO) + (t.charge_total or ZERO)
        yield from differing("BR-CO-13", "the total without tax", net, t.tax_exclusive)
    if t.tax_exclusive is not None and t.tax_inclusive is not None:
        gross = t.tax_exclusive + (t.tax or ZERO)
        yield from differing("BR-CO-15", "the total with tax", gross, t.tax_inclusive)
    if t.tax_inclusive is not None and t.payable is not None:
        due = t.tax_inclusive - (t.prepaid or ZERO) + (t.rounding or ZERO)
        yield from differing("BR-CO-16", "payable", due, t.payable)


def lines_disagree(document: CreditNoteDocument) -> Iterator[Finding]:
    for place, line in enumerate(document.lines, start=1):
        if line.net is None:
            yield Finding(rule="BR-24", message=f"Line {line.id or place} has no net amount.")
    stated = document.totals.line_total
    if stated is not None and document.lines:
        lines = sum((line.net for line in document.lines if line.net is not None), ZERO)
        yield from differing("BR-CO-10", "the total of the lines", lines, stated)


def differing(rule: str, what: str, follows: Decimal, stated: Decimal) -> Iterator[Finding]:
    if follows != stated:
        message = f"{follows} follows as {what}, {stated} is stated."
        yield Finding(rule=rule, message=message)


def unusual(document: CreditNoteDocument) -> Iterator[str]:
    amount, currency = document.totals.payable, document.currency
    if amount is None or currency is None:
        return
    if amount <= 0:
        yield f"The payable amount is {amount}: nothing of it can be matched."
    if not payable(amount, currency):
        yield f"The payable amount {amount} has more decimals than {currency} has."
