"""Credit notes in CSV and XLSX tables, read by a mapping file (CRN-1, CRN-2, CRN-11)."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from application.files import FileStore
from application.intake.booking import CreditNoteIntake, Outcome
from application.intake.cells import Typed, as_text
from application.intake.documents import read_table
from application.intake.faults import Unreadable
from application.intake.mapping import TableMapping, mapping_in
from domain.credits.document import CreditNoteDocument, Reference, ReferenceKind
from tests.intake.papers import GOOD
from tests.reading import READING
from tests.rules import part_of

DOCS = Path(__file__).parents[2] / "docs"
MAPPING = mapping_in((DOCS / "examples" / "hydraulik-nord.toml").read_text(), "nord.toml")
[TABLE] = re.findall(
    r"```\n(Gutschriften.*?)```", (DOCS / "credit-notes.md").read_text(), re.DOTALL
)


def notes(content: str | bytes, mapping: TableMapping = MAPPING) -> list[CreditNoteDocument]:
    content = content.encode() if isinstance(content, str) else content
    return [reading.document for reading in read_table(content, mapping)]


def refused(content: str | bytes, mapping: TableMapping = MAPPING) -> tuple[str, ...]:
    with pytest.raises(Unreadable) as unreadable:
        notes(content, mapping)
    return unreadable.value.reasons


def workbook(rows: str, sheet: str = "Credits") -> bytes:
    """The smallest XLSX file, with these rows as its XML."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="b" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return held.getvalue()


def cells(row: int, *values: str | float) -> str:
    written = (
        f'<c r="{chr(65 + at)}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
        if isinstance(value, str)
        else f'<c r="{chr(65 + at)}{row}"><v>{value}</v></c>'
        for at, value in enumerate(values)
    )
    return f'<row r="{row}">{"".join(written)}</row>'


HEADER = cells(1, "number", "date", "amount")
SIMPLE = TableMapping.model_validate(
    {
        "issuer": {"name": "Maker"},
        "currency": "EUR",
        "columns": {"number": "number", "issue_date": "date", "gross": "amount"},
    }
)


def test_the_table_of_the_documentation_reads_as_two_notes() -> None:
    first, second = notes(TABLE)
    assert (first.number, first.issue_date, first.currency) == ("GS-1", date(2026, 3, 2), "EUR")
    assert first.issuer.identity == ("tax_id", "DE100200300")
    assert first.totals.payable == Decimal("1309.00")
    assert [line.net for line in first.lines] == [Decimal("1060.00"), Decimal("40.00")]
    assert first.lines[0].references == (Reference(kind=ReferenceKind.CLAIM, id="WC-1"),)
    assert (second.number, second.totals.payable) == ("GS-2", Decimal("14.88"))


def test_what_a_table_writes_below_zero_is_credited() -> None:
    below = MAPPING.model_copy(update={"negative": True})
    assert notes(TABLE.replace(";12,50;14,88", ";-12,50;-14,88"), below)[
        1
    ].totals.payable == Decimal("14.88")


def test_every_fault_is_told_with_row_and_column() -> None:
    wrong = TABLE.replace("1.060,00", "many").replace("03.03.2026", "2026/03/03")
    assert refused(wrong.replace("GS-2", "")) == (
        "the table, row 5, column 'Gutschrift': "
        "BR-02: The row does not say to which note it belongs.",
        "the table, row 3, column 'Netto': 'many' is no number. Write it as in 1234,50.",
    )
    assert refused(wrong)[-1].startswith(
        "the table, row 5, column 'Datum': '2026/03/03' is no date"
    )


def test_rows_of_a_note_that_disagree_are_refused() -> None:
    [reason] = refused(TABLE.replace("GS-1;02.03.2026;WC-2", "GS-1;05.03.2026;WC-2"))
    assert reason == (
        "the table, row 4, column 'Datum': Another row of the same note says 2026-03-02."
    )


def test_a_column_that_is_not_there_is_named() -> None:
    [reason] = refused(TABLE.replace("Brutto", "Gesamt"))
    assert reason == "the table, row 2, column 'Brutto': The column is not in the header."


@pytest.mark.parametrize("content", ["", "Gutschriften\n" + TABLE.splitlines()[1], "\x00"])
def test_a_table_without_rows_is_refused(content: str) -> None:
    assert refused(content)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('currency = "EUR"', "", "State `currency` once"),
        ('gross = "Brutto"', "", "Map `payable`"),
        ('decimal = ","', 'decimal = "."', "must differ"),
        ('number = "Gutschrift"', "", "number: Field required"),
        ("[columns]", "[columns", "no TOML"),
        ("[issuer]", "[issuers]", "issuers"),
    ],
)
def test_a_mapping_that_does_not_say_everything_is_refused(
    before: str, after: str, said: str
) -> None:
    text = (DOCS / "examples" / "hydraulik-nord.toml").read_text()
    with pytest.raises(Unreadable) as unreadable:
        mapping_in(text.replace(before, after), "nord.toml")
    assert any(said in reason for reason in unreadable.value.reasons)


def test_a_workbook_reads_as_a_table_does() -> None:
    [note] = notes(workbook(HEADER + cells(2, "N-1", "2026-03-02", 12.5)), SIMPLE)
    assert (note.number, note.issue_date) == ("N-1", date(2026, 3, 2))
    assert note.totals.payable == Decimal("12.5")


def test_faults_of_a_workbook_name_the_sheet() -> None:
    [reason] = refused(workbook(HEADER + cells(2, "N-1", "2026-03-02", "much")), SIMPLE)
    assert reason.startswith("sheet 'Credits', row 2, column 'amount': ")
    other = SIMPLE.model_copy(update={"sheet": "March"})
    assert refused(workbook(HEADER), other) == ("The workbook has no sheet 'March', but Credits.",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (workbook('<row r="1"><c r="XFD1048576"><v>1</v></c></row>'), "more than 100000 rows"),
        (workbook(HEADER)[:200], "damaged"),
        (b"PK\x03\x04", "damaged"),
        (workbook("x" * 101 * 1024 * 1024), "too large once unpacked"),
        (GOOD, "It is no table"),
    ],
    ids=["far cell", "cut off", "four bytes", "bomb", "xml"],
)
def test_a_hostile_workbook_is_refused_in_words(content: bytes, said: str) -> None:
    [reason] = refused(content, SIMPLE)
    assert said in reason


def test_a_table_is_booked_note_by_note_and_again_is_a_duplicate(
    intake: CreditNoteIntake, files: FileStore
) -> None:
    reports = intake.take_table("feb.csv", TABLE.encode(), MAPPING)
    assert [report.outcome for report in reports] == [Outcome.BOOKED] * 2
    assert len({report.note_id for report in reports}) == 2
    assert b"".join(files.get(reports[0].sha256, READING)) == TABLE.encode()
    again = intake.take_table("feb.csv", TABLE.encode(), MAPPING)
    assert [report.outcome for report in again] == [Outcome.DUPLICATE] * 2
    assert [report.note_id for report in again] == [report.note_id for report in reports]


def test_a_table_with_one_fault_books_none_of_its_notes(intake: CreditNoteIntake) -> None:
    before = len(intake.log.select(types=["credits.CreditNoteBooked"], limit=10))
    [report] = intake.take_table("feb.csv", TABLE.replace("14,88", "?").encode(), MAPPING)
    assert report.outcome is Outcome.REFUSED
    assert len(intake.log.select(types=["credits.CreditNoteBooked"], limit=10)) == before == 0


def test_a_workbook_without_a_mapping_is_refused(intake: CreditNoteIntake) -> None:
    report = intake.take("march.xlsx", workbook(HEADER))
    assert report.errors == ("It is a workbook. Say how to read it by a mapping (--map).",)


# ── what a workbook has as numbers and days ─────────────────────────────────


@part_of("CRN-4")
@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (0.1 + 0.2, "0.3"),
        (1.1 * 1.1, "1.21"),
        (1234567.89, "1234567.89"),
        (2.675 * 100, "267.5"),
        (-0.0, "0"),
        (1060, "1060"),
    ],
)
def test_a_number_of_a_workbook_is_the_decimal_that_its_writer_saw(
    cell: float, amount: str
) -> None:
    [note] = notes(workbook(HEADER + cells(2, "N-1", "2026-03-02", cell)), SIMPLE)
    assert note.totals.payable == Decimal(amount)


@part_of("CRN-4")
def test_a_number_of_a_workbook_has_a_point_whatever_the_mapping_writes_in_text() -> None:
    german = SIMPLE.model_copy(update={"decimal": ",", "thousands": "."})
    [note] = notes(workbook(HEADER + cells(2, "N-1", "2026-03-02", 1060.5)), german)
    assert note.totals.payable == Decimal("1060.5")
    [note] = notes(workbook(HEADER + cells(2, "N-1", "2026-03-02", "1.060,50")), german)
    assert note.totals.payable == Decimal("1060.50")


@part_of("CRN-2")
def test_a_number_too_small_or_too_large_for_money_is_refused() -> None:
    for number in (1e-9, 1e20):
        [reason] = refused(workbook(HEADER + cells(2, "N-1", "2026-03-02", number)), SIMPLE)
        assert reason.startswith("sheet 'Credits', row 2, column 'amount': ")


@part_of("CRN-2")
def test_text_is_a_day_only_as_the_mapping_writes_days() -> None:
    american = SIMPLE.model_copy(update={"dates": "%Y-%d-%m"})
    [note] = notes("number,date,amount\nN-1,2026-03-02,1.00\n", american)
    assert note.issue_date == date(2026, 2, 3)
    [reason] = refused("number,date,amount\nN-1,02.03.2026,1.00\n", american)
    assert "no date" in reason


@part_of("CRN-11")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('number,date,amount\nN-1,2026-03-02,"=1+1"\n', "'=1+1' is no number"),
        ("number,date,amount\nN-1,2026-03-02,1e3\n", "'1e3' is no number"),
        ("number,date,amount\nN-1,2026-03-02,NaN\n", "'NaN' is no number"),
        ("number,date,amount\nN-1,2026-03-02,\u0661\n", "is no number"),
        ("number,date,amount\nN\x00,2026-03-02,1\n", "U+0000"),
        ('number,date,amount\n"N-1,2026-03-02,1\n', "It is no CSV"),
        ("number,date,amount\n" + "x," * 501 + "\n", "more than 100000 rows, or 500 columns"),
    ],
    ids=["formula", "exponent", "not a number", "other digits", "nul", "open quote", "wide"],
)
def test_a_hostile_table_is_refused_in_words(content: str, said: str) -> None:
    assert any(said in reason for reason in refused(content, SIMPLE))


@part_of("CRN-4")
def test_a_day_of_a_workbook_is_read_as_a_day_whatever_the_mapping_writes_in_text() -> None:
    for cell in (date(2026, 3, 2), datetime(2026, 3, 2, 23, 59)):  # noqa: DTZ001  # has no zone
        assert as_text(cell) == "2026-03-02" and isinstance(as_text(cell), Typed)


@part_of("CRN-1")
def test_a_table_may_begin_with_a_byte_order_mark_and_be_in_another_encoding() -> None:
    text = "number,date,amount\nN-ä,2026-03-02,1.00\n"
    assert notes(text.encode("utf-8-sig"), SIMPLE)[0].number == "N-ä"
    latin = SIMPLE.model_copy(update={"encoding": "latin-1"})
    assert notes(text.encode("latin-1"), latin)[0].number == "N-ä"
    [reason] = refused(text.encode("latin-1"), SIMPLE)
    assert reason.startswith("It cannot be read as utf-8-sig")
    [reason] = refused(text.encode(), SIMPLE.model_copy(update={"encoding": "klingon"}))
    assert "klingon" in reason
