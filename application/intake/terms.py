"""Finds the terms of EN 16931 in a file, by a table of where each stands in a syntax."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from application.intake.paper import Element
from application.intake.xml import NAMESPACES, place_of
from domain.credits.en16931.codes import CODE
from domain.credits.en16931.terms import Group


class Shape(NamedTuple):
    """Where the terms of a group stand below it, and the groups in it, as XPath 1.0."""

    terms: Mapping[str, str] = {}
    groups: Mapping[str, tuple[str, Shape]] = {}


def coded(path: str, at: str = ".") -> tuple[str, Shape]:
    """Elements that bear a code: where they stand, and where in them the code does."""
    return path, Shape({CODE: at})


def or_nowhere(path: str) -> str:
    """A group that here lacks its terms also where it is not there itself."""
    return f"{path} | self::*[not({path})]"


@lru_cache(maxsize=1024)
def compiled(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=NAMESPACES, smart_strings=False)


def grouped(element: Element, shape: Shape) -> Group:
    return Group(
        place=f"{place_of(element)}, line {element.sourceline}",
        terms={term: texts(element, path) for term, path in shape.terms.items()},
        groups={
            name: tuple(grouped(found, inner) for found in compiled(path)(element))
            for name, (path, inner) in shape.groups.items()
        },
    )


def texts(element: Element, path: str) -> tuple[str, ...]:
    """What stands at the path and is not empty; of an element with parts, that it is there."""
    found = compiled(path)(element)
    found = [found] if isinstance(found, str) else found
    said = (each if isinstance(each, str) else said_by(each) for each in found)
    return tuple(text.strip() for text in said if text.strip())


def said_by(element: Element) -> str:
    return (element.text or "") if not len(element) else "with parts"
