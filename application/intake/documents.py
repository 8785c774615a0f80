"""Which format a file is in, told by what it contains, and who reads it (CRN-1)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from application.intake import cells, cii, pdf, tables, ubl
from application.intake.faults import Fault, Unreadable
from application.intake.mapping import TableMapping
from application.intake.paper import Element, Reading
from application.intake.xml import LARGEST, parse, place_of

XML: Final = "application/xml"
PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"


def media_type(content: bytes) -> str:
    """What the file is, as far as its first bytes tell."""
    if pdf.is_one(content):
        return PDF
    if cells.is_workbook(content):
        return XLSX
    return XML if content.lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n")[:1] == b"<" else CSV


def read(content: bytes) -> Reading:
    """The credit note in an XML file, or in a PDF that holds one. Raises Unreadable."""
    refuse_large(content)
    kind = media_type(content)
    if kind == XLSX:
        raise Unreadable([Fault("It is a workbook. Say how to read it by a mapping (--map).")])
    return in_xml(pdf.embedded(content) if kind == PDF else content)


def read_table(content: bytes, mapping: TableMapping) -> tuple[Reading, ...]:
    """The credit notes in a CSV or XLSX file, in their order. Raises Unreadable."""
    refuse_large(content)
    if media_type(content) in (PDF, XML):
        raise Unreadable([Fault("It is no table. Take it in without a mapping (--map).")])
    return tables.read(content, mapping)


def refuse_large(content: bytes) -> None:
    if len(content) > LARGEST:
        raise Unreadable([Fault(f"The file is larger than {LARGEST // 2**20} MB.")])


def in_xml(content: bytes) -> Reading:
    root = parse(content)
    if root.tag in ubl.ROOTS:
        return ubl.read(root)
    if root.tag == cii.ROOT:
        return cii.read(root)
    raise Unreadable([strange(root)])


def strange(root: Element) -> Fault:
    name = etree.QName(root)
    message = (
        f"{name.localname} in the namespace {name.namespace or 'without a name'} is no credit note "
        "that can be read. Give a CreditNote, a SelfBilledCreditNote or an Invoice of UBL 2, or a "
        "CrossIndustryInvoice."
    )
    return Fault(message, place_of(root), root.sourceline)
