"""Writes `domain/credits/en16931/code_lists.py` from the published validation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.official import validation

MODULE: Final = Path(__file__).parents[2] / "domain" / "credits" / "en16931" / "code_lists.py"
NAMES: Final = (
    ("CHARGES", "BR-CL-01", 0, "UNTDID 1001, documents that charge"),
    ("CREDITS", "BR-CL-01", 1, "UNTDID 1001, documents that credit"),
    ("CURRENCIES", "BR-CL-04", 0, "ISO 4217"),
    ("REFERENCES", "BR-CL-07", 0, "UNTDID 1153"),
    ("SUBJECTS", "BR-CL-08", 0, "UNTDID 4451"),
    ("SCHEMES", "BR-CL-10", 0, "ISO 6523 (ICD)"),
    ("CLASSIFICATIONS", "BR-CL-13", 0, "UNTDID 7143"),
    ("COUNTRIES", "BR-CL-14", 0, "ISO 3166-1, with 1A for Kosovo and XI for Northern Ireland"),
    ("PAYMENTS", "BR-CL-16", 0, "UNTDID 4461"),
    ("CATEGORIES", "BR-CL-17", 0, "UNTDID 5305"),
    ("ALLOWANCES", "BR-CL-19", 0, "UNTDID 5189"),
    ("CHARGE_REASONS", "BR-CL-20", 0, "UNTDID 7161"),
    ("EXEMPTIONS", "BR-CL-22", 0, "VATEX"),
    ("UNITS", "BR-CL-23", 0, "UN/ECE Recommendations 20 and 21"),
    ("ADDRESSES", "BR-CL-25", 0, "EAS"),
    ("WHERE_VAT_IS", "BR-CO-09", 0, "ISO 3166-1, with EL for Greece"),
)
HEAD: Final = '''"""The codes that EN 16931 allows, written by `make official-lists`, not by hand.

They are those of the published validation of EN 16931, version {version}. Only
the codes are taken from it; they are UN/CEFACT's, ISO's and the European Commission's.
"""

from __future__ import annotations

from typing import Final


def these(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


'''


def written() -> str:
    lists = validation.lists()
    constants = (constant(name, lists[rule][at], about) for name, rule, at, about in NAMES)
    return HEAD.format(version=validation.version()) + "".join(constants)


def constant(name: str, codes: Iterable[str], about: str) -> str:
    filled = textwrap.fill(
        " ".join(sorted(set(codes))),
        width=99,
        initial_indent="    ",
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
    return f'{name}: Final = these(\n    """\n{filled}\n    """\n)\n"""{about}."""\n\n'


def write() -> None:
    MODULE.write_text(written().rstrip("\n") + "\n", encoding="utf-8")
