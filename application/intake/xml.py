"""XML from strangers (CRN-11): no document type, so no entities; no network; bounded.

The file is read twice by the same parser. The first reading builds nothing: it stops at a document
type and at too great a depth before anything of them could cost memory or time.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from application.intake.faults import Fault, Unreadable

NAMESPACES: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}  # UBL 2, and UN/CEFACT Cross Industry Invoice

LARGEST: Final = 20 * 1024 * 1024  # bytes; the largest published credit note has 0.03 MB
DEEPEST: Final = 64  # levels of elements; signed credit notes reach 15


def parse(content: bytes) -> etree._Element:
    """The document element. Raises Unreadable, saying at which line."""
    if len(content) > LARGEST:
        raise Unreadable([Fault(f"The file is larger than {LARGEST // 2**20} MB.")])
    try:
        etree.fromstring(content, parser(Watch()))
        return etree.fromstring(content, parser())
    except etree.XMLSyntaxError as error:
        raise Unreadable([syntax_fault(error)]) from error


def parser(watch: Watch | None = None) -> etree.XMLParser:
    made: etree.XMLParser = etree.XMLParser(  # type: ignore[call-overload]  # sees not everything
        target=watch,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    return made


class Watch:
    """Sees a document pass, and stops it at what no credit note has."""

    def __init__(self) -> None:
        self.depth = 0

    def doctype(self, *_: str | None) -> None:
        raise Unreadable([Fault("It declares a document type (DTD). Credit notes have none.")])

    def start(self, *_: object) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable([Fault(f"Its elements are nested deeper than {DEEPEST} levels.")])

    def end(self, *_: object) -> None:
        self.depth -= 1

    def close(self) -> None:
        return None


def syntax_fault(error: etree.XMLSyntaxError) -> Fault:
    line, column = error.position
    said = (error.msg or "it is empty").removesuffix(f", line {line}, column {column}")
    return Fault(f"It is not well-formed XML: {said}.", place=f"column {column}", line=line)


def place_of(element: etree._Element) -> str:
    """The XPath of an element, with the usual prefixes: `/CreditNote/cac:CreditNoteLine[2]`."""
    steps = [step_to(element), *map(step_to, element.iterancestors())]
    return "".join(f"/{step}" for step in reversed(steps))


def step_to(element: etree._Element) -> str:
    name = f"{element.prefix}:" if element.prefix else ""
    name += etree.QName(element).localname
    parent = element.getparent()
    alike = [] if parent is None else parent.findall(etree.QName(element))
    return f"{name}[{alike.index(element) + 1}]" if len(alike) > 1 else name
