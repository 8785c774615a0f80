"""The rules of EN 16931 on codes (BR-CL-*), and on the country of a VAT id (BR-CO-09).

The lists of the standard change twice a year. Where a list is long, what is checked here is the
form of its codes and the ranges they come from: a code that has the form and is none passes.
"""

from __future__ import annotations

import re
from typing import Final

from domain.credits.en16931.rules import CREDITS_BY_CODE, PAPER, Holds, Rule
from domain.credits.en16931.terms import Group

INVOICES: Final = re.compile(
    "71|80|82|84|102|130|20[234]|211|21[89]|295|32[56]|331|38[02-9]|39[0345]|45[67]|47[123]|50[0-3]"
    "|527|553|575|623|633|751|780|817|87[0567]|935"
)  # UNTDID 1001
CATEGORIES: Final = re.compile("AE|E|S|Z|G|O|K|L|M|B")  # UNCL 5305
MEDIA: Final = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
ICD: Final = re.compile(r"0(00[2-9]|0[1-9]\d|1\d\d|2[0-4]\d)")  # ISO 6523
EAS: Final = re.compile(rf"{ICD.pattern}|99\d\d|AN|AQ|AS|AU|EM")
UNIT: Final = re.compile(r"(?!PCE$)[A-Z0-9]{1,3}")  # UN/ECE 20 and 21; the commonest that is none
CURRENCY: Final = re.compile(r"[A-Z]{3}")
COUNTRY: Final = re.compile(r"[A-Z]{2}|1A")
PAYMENT: Final = re.compile(r"[1-9]|[1-9]\d|ZZZ")  # UNCL 4461
TAX_POINT: Final = frozenset({"3", "35", "432", "5", "29", "72"})
WHERE_VAT_IS: Final = re.compile(
    r"1A|A[DEFGILMOQRSTUWXZ]|B[ABDEFGHIJLMNOQRSTVWYZ]|C[ACDFGHIKLMNORUVWXYZ]|D[EJKMOZ]|E[CEGHLRST]"
    r"|F[IJKMOR]|G[ABDEFGHILMNPQRSTUWY]|H[KMNRTU]|I[DELMNOQRST]|J[EMOP]|K[EGHIMNPRWYZ]"
    r"|L[ABCIKRSTUVY]|M[ACDEFGHKLMNOPQRSTUVWXYZ]|N[ACEFGILOPRUZ]|OM|P[AEFGHKLMNRSTWY]|QA|R[EOSUW]"
    r"|S[ABCDEGHIJKLMNORSTVXYZ]|T[CDFGHJKLMNORTVWZ]|U[AGMSYZ]|V[ACEGINU]|W[FS]|XI|Y[ET]|Z[AMW]"
)  # ISO 3166, Greece as EL, Northern Ireland as XI


def listed(term: str, codes: frozenset[str] | re.Pattern[str]) -> Holds:
    """Every code that is stated is one of the list."""

    def known(code: str) -> bool:
        return bool(codes.fullmatch(code)) if isinstance(codes, re.Pattern) else code in codes

    return lambda group, _: all(map(known, group.texts(term)))


def type_fits(paper: Group, _: Group) -> bool:
    """An invoice bears the type of one, a credit note too; some syntaxes write both alike."""
    code = paper.text("BT-3")
    if code is None:
        return True
    charges = paper.has("charges") and INVOICES.fullmatch(code)
    return bool(charges) or (paper.has("credits") and code in CREDITS_BY_CODE)


def begins_with_country(party: Group, _: Group) -> bool:
    return all(WHERE_VAT_IS.fullmatch(id[:2]) for id in party.texts("VAT id"))


RULES: Final[tuple[Rule, ...]] = (
    Rule("BR-CL-01", PAPER, "The type of the paper is not one of its kind.", type_fits),
    Rule("BR-CL-03", PAPER, "An amount says no currency.", listed("amount currency", CURRENCY)),
    Rule("BR-CL-04", PAPER, "The currency is none.", listed("BT-5", CURRENCY)),
    Rule("BR-CL-05", PAPER, "The currency of tax is none.", listed("BT-6", CURRENCY)),
    Rule("BR-CL-06", PAPER, "The code of the tax point is none.", listed("BT-8", TAX_POINT)),
    Rule("BR-CL-10", PAPER, "A party's id is by no known scheme.", listed("party scheme", ICD)),
    Rule("BR-CL-11", PAPER, "A registration is by no known scheme.", listed("legal scheme", ICD)),
    Rule("BR-CL-14", PAPER, "The country is none.", listed("country", COUNTRY)),
    Rule("BR-CL-16", "BG-16", "The means of payment is none.", listed("BT-81", PAYMENT)),
    Rule("BR-CL-17", PAPER, "A category of tax is none.", listed("tax category", CATEGORIES)),
    Rule("BR-CL-18", "BG-25", "The category of tax is none.", listed("category", CATEGORIES)),
    Rule("BR-CL-23", "BG-25", "The unit is none.", listed("unit", UNIT)),
    Rule("BR-CL-24", "BG-24", "The kind of the attachment is not allowed.", listed("media", MEDIA)),
    Rule(
        "BR-CL-25",
        PAPER,
        "An electronic address is by no known scheme.",
        listed("address scheme", EAS),
    ),
    Rule("BR-CO-09", PAPER, "A VAT id does not begin with its country.", begins_with_country),
)
