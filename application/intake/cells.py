"""The cells of a CSV or XLSX file, as text; bounded, since files come from strangers (CRN-11)."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from application.intake.faults import Fault, Unreadable

LARGEST_UNPACKED: Final = 100 * 1024 * 1024  # bytes of all parts of a workbook
MOST_PARTS: Final = 1000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 500
CELL: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


class Typed(str):
    """A number or a day that a workbook has as one: 1234.5, 2026-01-31, whatever a mapping says."""

    __slots__ = ()


class Sheet(NamedTuple):
    """A table: what it is called in complaints, and its rows from the first on."""

    name: str
    rows: tuple[tuple[str, ...], ...]


# ── CSV ─────────────────────────────────────────────────────────────────────


def in_csv(content: bytes, encoding: str, delimiter: str) -> Sheet:
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable([Fault(f"It cannot be read as {encoding}: {error}.")]) from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return Sheet("the table", bounded(tuple(row) for row in reader))
    except csv.Error as error:
        place = Fault(f"It is no CSV: {error}.", line=reader.line_num)
        raise Unreadable([place]) from error


def bounded(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    kept: list[tuple[str, ...]] = []
    for row in rows:
        if len(kept) == MOST_ROWS or len(row) > MOST_COLUMNS:
            raise Unreadable([too_wide()])
        kept.append(tuple(cell if isinstance(cell, Typed) else cell.strip() for cell in row))
    return tuple(kept)


def too_wide() -> Fault:
    return Fault(f"The table has more than {MOST_ROWS} rows, or {MOST_COLUMNS} columns.")


# ── XLSX ────────────────────────────────────────────────────────────────────


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def in_workbook(content: bytes, sheet: str | None) -> Sheet:
    refuse_hostile(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            names = ", ".join(book.sheet_names)
            raise Unreadable([Fault(f"The workbook has no sheet {name!r}, but {names}.")])
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise Unreadable([Fault(f"The workbook is damaged: {error}.")]) from error
    return Sheet(f"sheet {name!r}", bounded(tuple(map(as_text, row)) for row in rows))


def as_text(cell: object) -> str:
    """A number is kept in binary, so of 0.1 + 0.2 it says 0.30000000000000004.

    Of its digits the first fifteen count, as in the program that wrote it: that is 0.3.
    """
    if isinstance(cell, datetime):
        return Typed(cell.date().isoformat())
    if isinstance(cell, date):
        return Typed(cell.isoformat())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Typed(f"{Decimal(f'{cell:.15g}'):f}")
    return str(cell)


def refuse_hostile(content: bytes) -> None:
    """A workbook is unpacked and its cells placed by memory it asks for itself: look first."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            size = sum(part.file_size for part in parts.infolist())
            if len(names) > MOST_PARTS or size > LARGEST_UNPACKED:
                raise Unreadable([Fault("The workbook is too large once unpacked.")])
            if "xl/workbook.xml" not in names:
                raise Unreadable([Fault("It is no workbook: an XLSX file is asked for.")])
            for name in names:
                refuse_far_cells(parts.read(name))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise Unreadable([Fault(f"The workbook is damaged: {error}.")]) from error


def refuse_far_cells(part: bytes) -> None:
    """One cell far out would ask for the memory of all before it."""
    for row, column in cells_in(part):
        if row > MOST_ROWS or column > MOST_COLUMNS:
            raise Unreadable([too_wide()])


def cells_in(part: bytes) -> Iterator[tuple[int, int]]:
    try:
        for _, cell in etree.iterparse(
            io.BytesIO(part), tag="{*}c", resolve_entities=False, no_network=True, load_dtd=False
        ):
            if found := CELL.fullmatch(cell.get("r") or ""):
                yield int(found[2]), number_of(found[1])
            cell.clear()
    except etree.XMLSyntaxError:
        return  # no sheet, or one that the reader refuses in its turn


def number_of(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
