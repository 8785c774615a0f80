"""Credit notes in a CSV or XLSX table, read by a mapping: one or more rows make a note (CRN-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from application.intake.cells import Sheet, Typed, in_csv, in_workbook, is_workbook
from application.intake.faults import Fault, Unreadable
from application.intake.mapping import TableMapping
from application.intake.paper import (
    AMOUNT,
    CURRENCY,
    DECIMAL,
    PERCENTAGE,
    PRICE,
    QUANTITY,
    WORDS,
    Reading,
    complaint,
)
from domain.credits.document import (
    CreditNoteDocument,
    Line,
    Party,
    Reference,
    ReferenceKind,
    Root,
    Totals,
    opposite,
)

Value = TypeVar("Value")
REFERENCES: Final = {
    "claim": ReferenceKind.CLAIM,
    "invoice": ReferenceKind.INVOICE,
    "order": ReferenceKind.ORDER,
}


class Row(NamedTuple):
    """A row, by what the mapping calls its columns; empty cells are left out."""

    number: int
    cells: Mapping[str, str]


class Table:
    """A table under a mapping, from which a value that is wrong reads as None."""

    def __init__(self, sheet: Sheet, mapping: TableMapping) -> None:
        self.sheet = sheet
        self.mapping = mapping
        self.faults: list[Fault] = []
        self.headers = {name: header for name, header in mapping.columns if header}

    def wrong(self, row: int, column: str | None, message: str) -> None:
        header = f", column {self.headers[column]!r}" if column else ""
        self.faults.append(Fault(message, f"{self.sheet.name}, row {row}{header}"))

    def rows(self) -> Iterator[Row]:
        """Those below the header that are not empty."""
        places = self.places()
        below = self.sheet.rows[self.mapping.header_row :]
        for number, cells in enumerate(below, start=self.mapping.header_row + 1):
            if any(cells):
                here = {name: cells[at] for name, at in places.items() if at < len(cells)}
                yield Row(number, {name: text for name, text in here.items() if text})

    def places(self) -> Mapping[str, int]:
        """At which place of a row each column stands. Raises Unreadable if one is not there."""
        number = self.mapping.header_row
        header = self.sheet.rows[number - 1] if len(self.sheet.rows) >= number else ()
        for name, title in self.headers.items():
            if header.count(title) != 1:
                amiss = "is not in the header" if title not in header else "is there twice"
                self.wrong(number, name, f"The column {amiss}.")
        if self.faults:
            raise Unreadable(self.faults)
        return {name: header.index(title) for name, title in self.headers.items()}

    # ── one value ───────────────────────────────────────────────────────────

    def words(self, row: Row, column: str) -> str | None:
        return self._read(row, column, WORDS.validate_python)

    def day(self, row: Row, column: str) -> date | None:
        return self._read(row, column, self._day)

    def currency(self, row: Row) -> str | None:
        return self._read(row, "currency", currency)

    def number(self, row: Row, column: str, kind: TypeAdapter[Decimal]) -> Decimal | None:
        return self._read(row, column, lambda text: kind.validate_python(self._plain(text)))

    def amount(self, row: Row, column: str) -> Decimal | None:
        """What is credited is above zero, however the table writes it (CRN-11)."""
        stated = self.number(row, column, AMOUNT)
        return opposite(stated) if self.mapping.negative else stated

    def _read(self, row: Row, column: str, reads: Callable[[str], Value]) -> Value | None:
        text = row.cells.get(column)
        if text is None:
            return None
        try:
            return reads(text)
        except ValidationError as error:
            self.wrong(row.number, column, complaint(error))
        except ValueError as error:
            self.wrong(row.number, column, str(error))
        return None

    def _plain(self, text: str) -> str:
        """The number with a point."""
        if isinstance(text, Typed):
            return text
        plain = text.replace(self.mapping.thousands, "") if self.mapping.thousands else text
        plain = plain.replace(self.mapping.decimal, ".")
        if not DECIMAL.fullmatch(plain):
            example = f"1234{self.mapping.decimal}50"
            raise ValueError(f"{text!r} is no number. Write it as in {example}.")
        return plain

    def _day(self, text: str) -> date:
        try:
            return (date.fromisoformat if isinstance(text, Typed) else self.mapping.day)(text)
        except ValueError as error:
            raise ValueError(
                f"{text!r} is no date. Write it as the mapping says: {self.mapping.dates}."
            ) from error


def currency(text: str) -> str:
    if not CURRENCY.fullmatch(text):
        raise ValueError(f"{text!r} is no currency. Write it as in EUR.")
    return text


# ── notes ───────────────────────────────────────────────────────────────────


def read(content: bytes, mapping: TableMapping) -> tuple[Reading, ...]:
    """The notes of the table, in the order of their first rows.

    Raises Unreadable if anything in it is wrong: a file is refused whole (CRN-2).
    """
    if is_workbook(content):
        sheet = in_workbook(content, mapping.sheet)
    else:
        sheet = in_csv(content, mapping.encoding, mapping.delimiter)
    table = Table(sheet, mapping)
    notes = tuple(note_in(table, rows) for rows in grouped(table).values())
    if not notes:
        table.faults.append(Fault("BR-16: The table has no line.", sheet.name))
    if table.faults:
        raise Unreadable(table.faults)
    return tuple(map(Reading, notes))


def grouped(table: Table) -> dict[str, list[Row]]:
    notes: dict[str, list[Row]] = {}
    for row in table.rows():
        if number := table.words(row, "number"):
            notes.setdefault(number, []).append(row)
        else:
            table.wrong(
                row.number, "number", "BR-02: The row does not say to which note it belongs."
            )
    return notes


def note_in(table: Table, rows: Sequence[Row]) -> CreditNoteDocument:
    mapping = table.mapping
    nets = [table.amount(row, "net") for row in rows]
    return CreditNoteDocument(
        root=Root.TABLE,
        number=table.words(rows[0], "number"),
        issue_date=same(table, rows, "issue_date", table.day),
        currency=mapping.currency
        or same(table, rows, "currency", lambda row, _: table.currency(row)),
        supplier=issuer(table, rows),
        totals=Totals(payable=payable(table, rows)),
        lines=tuple(line_in(table, row, net) for row, net in zip(rows, nets, strict=True)),
        notes=tuple(dict.fromkeys(note for row in rows if (note := table.words(row, "note")))),
    )


def same(
    table: Table, rows: Iterable[Row], column: str, reads: Callable[[Row, str], Value | None]
) -> Value | None:
    """What every row of the note says, or its first alone. Two that differ are a fault."""
    first: Value | None = None
    for row in rows:
        value = reads(row, column)
        if first is None:
            first = value
        elif value is not None and value != first:
            table.wrong(row.number, column, f"Another row of the same note says {first}.")
    return first


def issuer(table: Table, rows: Sequence[Row]) -> Party:
    if table.mapping.issuer:
        return table.mapping.issuer
    return Party(
        tax_id=same(table, rows, "issuer_tax_id", table.words),
        name=same(table, rows, "issuer_name", table.words),
    )


def payable(table: Table, rows: Sequence[Row]) -> Decimal | None:
    """As the note states it, else what its lines come to with tax."""
    if table.mapping.columns.payable:
        return same(table, rows, "payable", table.amount)
    amounts = [table.amount(row, "gross") for row in rows]
    stated = [amount for amount in amounts if amount is not None]
    return sum(stated, Decimal(0)) if len(stated) == len(amounts) else None


def line_in(table: Table, row: Row, net: Decimal | None) -> Line:
    items = (table.words(row, column) for column in ("item", "serial"))
    return Line(
        id=table.words(row, "line") or str(row.number),
        quantity=table.number(row, "quantity", QUANTITY),
        unit=table.words(row, "unit"),
        net=net,
        price=table.number(row, "price", PRICE),
        tax_rate=table.number(row, "tax_rate", PERCENTAGE),
        description=table.words(row, "description"),
        item_ids=tuple(item for item in items if item),
        references=tuple(references(table, row)),
    )


def references(table: Table, row: Row) -> Iterator[Reference]:
    for column, kind in REFERENCES.items():
        if id := table.words(row, column):
            yield Reference(kind=kind, id=id)
