"""A credit note as its paper states it, in one normal form for every file format (CRN-1).

What a paper must state is nevertheless optional here, so that a paper without it can be read
and then refused with every reason at once (CRN-2). Amounts keep the scale they are stated in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.credits.en16931.code_lists import CREDITS
from domain.messages import Message, without_nul
from domain.money import Amount, Currency

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(without_nul),
]
Quantity = Annotated[Decimal, Field(max_digits=24, decimal_places=12, allow_inf_nan=False)]
UnitPrice = Annotated[Decimal, Field(max_digits=24, decimal_places=10, allow_inf_nan=False)]
Percentage = Annotated[Decimal, Field(max_digits=12, decimal_places=6, allow_inf_nan=False)]


class Root(StrEnum):
    """The document element of the file, or what stands in its place."""

    CREDIT_NOTE = "CreditNote"
    SELF_BILLED_CREDIT_NOTE = "SelfBilledCreditNote"
    INVOICE = "Invoice"
    CROSS_INDUSTRY_INVOICE = "CrossIndustryInvoice"
    TABLE = "table"  # a row or more of a CSV or XLSX file
    BY_HAND = "by hand"


class Party(Message):
    """Who a paper says somebody is. Known by tax id, else registration id, else name."""

    tax_id: Words | None = None
    registration_id: Words | None = None
    name: Words | None = None

    @property
    def identity(self) -> tuple[str, str] | None:
        """By what the party is known, and that; None if the paper does not say who it is."""
        known_by = (
            ("tax_id", self.tax_id),
            ("registration_id", self.registration_id),
            ("name", self.name),
        )
        return next(((by, value) for by, value in known_by if value), None)


class ReferenceKind(StrEnum):
    """What sort of thing a paper refers to."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    ORDER = "order"
    CLAIM = "claim"
    CONTRACT = "contract"
    DESPATCH = "despatch"
    RECEIPT = "receipt"
    ORIGINATOR = "originator"
    PROJECT = "project"
    BUYER = "buyer"
    DISCREPANCY = "discrepancy"
    ADDITIONAL = "additional"


class Reference(Message):
    """Something else that the paper, or one of its lines, names."""

    kind: ReferenceKind
    id: Words
    issued_on: date | None = None
    code: Words | None = None  # its type, or the reason of a discrepancy


class Line(Message):
    """One line. `net` is without tax, after the line's own allowances and charges."""

    id: Words | None = None
    quantity: Quantity | None = None
    unit: Words | None = None
    net: Amount | None = None
    price: UnitPrice | None = None  # of `price_quantity` units, at the scale it is stated in
    price_quantity: Quantity | None = None  # 1 if the paper does not say
    tax_rate: Percentage | None = None  # in per cent
    description: Words | None = None
    item_ids: tuple[Words, ...] = ()
    references: tuple[Reference, ...] = ()


class Totals(Message):
    """The totals the paper states, in its own currency; None where it states none."""

    line_total: Amount | None = None  # BT-106
    allowance_total: Amount | None = None  # BT-107
    charge_total: Amount | None = None  # BT-108
    tax_exclusive: Amount | None = None  # BT-109
    tax: Amount | None = None  # BT-110, in the document's currency
    tax_inclusive: Amount | None = None  # BT-112
    prepaid: Amount | None = None  # BT-113
    rounding: Amount | None = None  # BT-114
    payable: Amount | None = None  # BT-115


class CreditNoteDocument(Message):
    """A parsed credit note, whatever the format it came in."""

    root: Root
    type_code: Words | None = None  # UNTDID 1001, as 381
    customization: Words | None = None
    number: Words | None = None
    issue_date: date | None = None
    currency: Currency | None = None
    self_billed: bool = False
    sign_turned: bool = False  # it was an invoice below zero; the amounts are those it credits
    supplier: Party = Party()
    customer: Party = Party()
    totals: Totals = Totals()
    lines: tuple[Line, ...] = ()
    references: tuple[Reference, ...] = ()
    notes: tuple[Words, ...] = ()

    @property
    def issuer(self) -> Party:
        """Who credits: the supplier, or the customer who bills itself."""
        return self.customer if self.self_billed else self.supplier

    @property
    def receiver(self) -> Party:
        """Who is credited."""
        return self.supplier if self.self_billed else self.customer

    def all_references(self) -> Iterator[Reference]:
        """Those of the document, then those of its lines, in the order of the paper."""
        yield from self.references
        for line in self.lines:
            yield from line.references


# ── what it means ───────────────────────────────────────────────────────────

SELF_BILLED = frozenset({"261", "502", "389", "471", "473", "500", "501", "527"})
"""Types of UNTDID 1001 that the customer issues: two of credit notes, then those of invoices."""

INVOICES = frozenset({Root.INVOICE, Root.CROSS_INDUSTRY_INVOICE})
"""Document elements that charge, unless their type or their sign says otherwise."""


def turned(document: CreditNoteDocument) -> CreditNoteDocument:
    """An invoice below zero credits what it states, with the opposite sign (CRN-11)."""
    charges = document.root not in INVOICES or (document.totals.payable or 0) >= 0
    if charges or document.type_code in CREDITS:
        return document
    totals = {name: opposite(amount) for name, amount in document.totals}
    lines = tuple(
        line.model_copy(update={"net": opposite(line.net), "quantity": opposite(line.quantity)})
        for line in document.lines
    )
    changes = {"totals": Totals(**totals), "lines": lines, "sign_turned": True}
    return document.model_copy(update=changes)


def opposite(number: Decimal | None) -> Decimal | None:
    return number.copy_negate() if number else number
