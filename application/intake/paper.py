"""Reads the values of an XML document, and collects what is wrong with them (CRN-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from lxml import etree
from pydantic import TypeAdapter, ValidationError

from application.intake.faults import Fault
from application.intake.xml import NAMESPACES, place_of
from domain.credits.document import CreditNoteDocument, Percentage, Quantity, UnitPrice, Words
from domain.credits.en16931.findings import Finding
from domain.money import Amount

DECIMAL: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)  # no exponent, no infinity
DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
COMPACT_DAY: Final = re.compile(r"(\d{8})", re.ASCII)
CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)

WORDS: Final[TypeAdapter[str]] = TypeAdapter(Words)
AMOUNT: Final[TypeAdapter[Decimal]] = TypeAdapter(Amount)
PRICE: Final[TypeAdapter[Decimal]] = TypeAdapter(UnitPrice)
QUANTITY: Final[TypeAdapter[Decimal]] = TypeAdapter(Quantity)
PERCENTAGE: Final[TypeAdapter[Decimal]] = TypeAdapter(Percentage)

Element = etree._Element


class Syntax(NamedTuple):
    """How a syntax writes what every value needs."""

    currency: str  # where the currency of the document stands
    every_amount_has_currency: bool
    day: re.Pattern[str]
    example_day: str


class Reading(NamedTuple):
    """What was read of a file: the note, what it breaks of EN 16931, and what cannot be read."""

    document: CreditNoteDocument
    findings: tuple[Finding, ...] | None = None  # None if it is in no syntax of that standard
    faults: tuple[Fault, ...] = ()


class Paper:
    """A document in one currency, from which a value that is wrong reads as None."""

    def __init__(self, root: Element, syntax: Syntax) -> None:
        self.root = root
        self.syntax = syntax
        self.faults: list[Fault] = []
        self.currency = self._currency()

    # ── where ───────────────────────────────────────────────────────────────

    def all(self, at: Element, path: str) -> list[Element]:
        return at.findall(path, NAMESPACES)

    def one(self, at: Element, path: str) -> Element | None:
        """What may stand there once. More than one is a fault, for which one counts?"""
        found = self.all(at, path)
        if len(found) > 1:
            self.wrong(found[1], "It stands there more than once.")
        return found[0] if len(found) == 1 else None

    def wrong(self, element: Element, message: str) -> None:
        self.faults.append(Fault(message, place_of(element), element.sourceline))

    def nearest(self, path: str) -> Element:
        """The element at a path from the root, or if it is missing what it would stand in."""
        steps = path.split("/")
        for length in range(len(steps), 0, -1):
            if found := self.all(self.root, "/".join(steps[:length])):
                return found[0]
        return self.root

    # ── what ────────────────────────────────────────────────────────────────

    def texts(self, at: Element, path: str) -> Iterator[str]:
        """Every text there that is not empty."""
        for element in self.all(at, path):
            if words := self._words(element):
                yield words

    def text(self, at: Element, path: str) -> str | None:
        element = self.one(at, path)
        return None if element is None else self._words(element)

    def first(self, at: Element, *paths: str) -> str | None:
        """The first text found: of what may stand there often, or in one of several places."""
        return next((words for path in paths for words in self.texts(at, path)), None)

    def day(self, at: Element, path: str) -> date | None:
        element = self.one(at, path)
        if element is None or (words := self._words(element)) is None:
            return None
        if written := self.syntax.day.fullmatch(words):
            try:
                return date.fromisoformat(written[1])
            except ValueError:
                pass
        self.wrong(element, f"{words!r} is no date. Write it as in {self.syntax.example_day}.")
        return None

    def amount(self, at: Element, path: str) -> Decimal | None:
        """An amount in the document's currency. No currency is ever assumed (CRN-11)."""
        element = self.one(at, path)
        return None if element is None else self.amount_of(element)

    def amount_of(self, element: Element) -> Decimal | None:
        stated = element.get("currencyID")
        if not stated and self.syntax.every_amount_has_currency:
            self.wrong(element, "The amount states no currency (currencyID), and none is assumed.")
        elif stated and self.currency and stated != self.currency:
            self.wrong(element, f"The amount is in {stated}, the document in {self.currency}.")
        return self._number(element, AMOUNT)

    def price(self, at: Element, path: str) -> Decimal | None:
        element = self.one(at, path)
        return None if element is None else self._number(element, PRICE)

    def quantity(self, at: Element, path: str) -> Decimal | None:
        element = self.one(at, path)
        return None if element is None else self._number(element, QUANTITY)

    def percentage(self, at: Element, path: str) -> Decimal | None:
        element = self.one(at, path)
        return None if element is None else self._number(element, PERCENTAGE)

    # ── one value ───────────────────────────────────────────────────────────

    def _currency(self) -> str | None:
        element = self.one(self.root, self.syntax.currency)
        said = None if element is None else self._words(element)
        if element is None or said is None or CURRENCY.fullmatch(said):
            return said
        self.wrong(element, f"{said!r} is no currency. Write it as in EUR.")
        return None

    def _words(self, element: Element) -> str | None:
        text = (element.text or "").strip()
        if not text:
            return None
        try:
            return WORDS.validate_python(text)
        except ValidationError as error:
            self.wrong(element, complaint(error))
            return None

    def _number(self, element: Element, kind: TypeAdapter[Decimal]) -> Decimal | None:
        text = (element.text or "").strip()
        if not DECIMAL.fullmatch(text):
            self.wrong(element, f"{text!r} is no number. Write it as in 1234.50.")
            return None
        try:
            return kind.validate_python(text)
        except ValidationError as error:
            self.wrong(element, complaint(error))
            return None


def complaint(error: ValidationError) -> str:
    return f"{error.errors()[0]['msg']}."
