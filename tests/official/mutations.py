"""Documents that differ a little from real ones: something left out, twice, or another value."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from random import Random
from typing import Final

from lxml import etree

NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
CATEGORIES: Final = ("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B")
CODES: Final = (*CATEGORIES, "X", "380", "381", "261", "30", "1", "VAT", "DE", "XI", "EL", "XX")
SCHEMES: Final = ("XXX", "EUR", "0088", "9999", "0204", "C62", "PCE", "application/pdf")

Element = etree._Element


def leave_out(element: Element, _: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def repeat(element: Element, _: Random) -> None:
    element.addnext(copy.deepcopy(element))


def empty(element: Element, _: Random) -> None:
    """Of a group, everything in it. An empty value is no value to us, and breaks the official."""
    for part in list(element):
        element.remove(part)


def recount(element: Element, random: Random) -> None:
    text = (element.text or "").strip()
    if not len(element) and NUMBER.fullmatch(text):
        longer = f"{text}1" if "." in text else f"{text}.001"
        other = text.removeprefix("-") if text.startswith("-") else f"-{text}"
        element.text = random.choice(
            (longer, "0", other, f"{text}0" if "." in text else f"{text}1")
        )


def recode(element: Element, random: Random) -> None:
    name = etree.QName(element).localname
    if not len(element) and (name.endswith(("Code", "ID")) or name in ("Percent", "Rate")):
        in_tax = "Category" in str(getattr(element.getparent(), "tag", ""))
        element.text = random.choice(CATEGORIES if in_tax else CODES)


def rescheme(element: Element, random: Random) -> None:
    if element.attrib:
        name = random.choice(sorted(map(str, element.attrib)))
        if random.random() < 0.5:
            del element.attrib[name]
        else:
            element.set(name, random.choice(SCHEMES))


CHANGES: Final[tuple[Callable[[Element, Random], None], ...]] = (
    leave_out,
    repeat,
    empty,
    recount,
    recount,
    recode,
    recode,
    rescheme,
)


def mutated(content: bytes, random: Random) -> bytes:
    """The document with one to three changes, anywhere but in its outermost element."""
    root = etree.fromstring(content, etree.XMLParser(remove_comments=True, remove_pis=True))
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        elements = [element for element in root.iter() if element is not root]
        if elements:
            random.choice(CHANGES)(random.choice(elements), random)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
