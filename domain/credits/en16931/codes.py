"""The rules of EN 16931 on codes (BR-CL-*), and on the country of a VAT id (BR-CO-09).

A code is a group of its own, so that each finding names its place; a syntax says where they stand.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from domain.credits.en16931 import code_lists as lists
from domain.credits.en16931.rules import Rule
from domain.credits.en16931.terms import Group

CODE: Final = "code"
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
TAX_POINTS_IN_UBL: Final = frozenset({"3", "35", "432"})  # UNTDID 2005
TAX_POINTS_IN_CII: Final = frozenset({"5", "29", "72"})  # UNTDID 2475, the same three moments


def listed(id: str, of: str, says: str, codes: Set[str]) -> Rule:
    """The code is one of the list. One that is there and empty is none."""
    return Rule(id, of, says, lambda group, _: (group.text(CODE) or "") in codes, quotes=CODE)


def exempts(group: Group, _: Group) -> bool:
    """Of this list alone the letters may be small."""
    return (group.text(CODE) or "").upper() in lists.EXEMPTIONS


def begins_with_country(id: Group, _: Group) -> bool:
    return all(text[:2] in lists.WHERE_VAT_IS for text in id.texts(CODE))


RULES: Final[tuple[Rule, ...]] = (
    listed("BR-CL-01", "type of invoice", "No invoice is of this type.", lists.CHARGES),
    listed("BR-CL-01", "type of credit note", "No credit note is of this type.", lists.CREDITS),
    listed(
        "BR-CL-01", "type of either", "No document is of this type.", lists.CHARGES | lists.CREDITS
    ),
    listed("BR-CL-03", "amount", "The amount is in no currency.", lists.CURRENCIES),
    listed("BR-CL-04", "currency", "The currency is none of ISO 4217.", lists.CURRENCIES),
    listed("BR-CL-05", "tax currency", "The currency is none of ISO 4217.", lists.CURRENCIES),
    listed("BR-CL-06", "tax point in UBL", "No tax point has this code.", TAX_POINTS_IN_UBL),
    listed("BR-CL-06", "tax point in CII", "No tax point has this code.", TAX_POINTS_IN_CII),
    listed("BR-CL-07", "object", "The object is by no known scheme.", lists.REFERENCES),
    listed("BR-CL-08", "subject", "No note has this subject.", lists.SUBJECTS),
    listed("BR-CL-10", "party", "The party's id is by no known scheme.", lists.SCHEMES),
    listed("BR-CL-11", "registration", "It is by no known scheme.", lists.SCHEMES),
    listed("BR-CL-13", "classification", "It is by no known scheme.", lists.CLASSIFICATIONS),
    listed("BR-CL-14", "country", "The country is none of ISO 3166.", lists.COUNTRIES),
    listed("BR-CL-15", "origin", "The country is none of ISO 3166.", lists.COUNTRIES),
    listed("BR-CL-16", "means of payment", "No payment is by these means.", lists.PAYMENTS),
    listed("BR-CL-17", "category", "No category of tax has this code.", lists.CATEGORIES),
    listed("BR-CL-18", "category of line", "No category of tax has this code.", lists.CATEGORIES),
    listed("BR-CL-19", "reason to allow", "No allowance has this reason.", lists.ALLOWANCES),
    listed("BR-CL-20", "reason to charge", "No charge has this reason.", lists.CHARGE_REASONS),
    listed("BR-CL-21", "item", "The item's id is by no known scheme.", lists.SCHEMES),
    Rule("BR-CL-22", "exemption", "No exemption has this reason.", exempts, quotes=CODE),
    listed("BR-CL-23", "unit", "The unit is none of UN/ECE 20 and 21.", lists.UNITS),
    listed("BR-CL-24", "attachment", "No attachment may be of this kind.", MEDIA),
    listed("BR-CL-25", "address", "The address is by no known scheme.", lists.ADDRESSES),
    listed("BR-CL-26", "place of delivery", "It is by no known scheme.", lists.SCHEMES),
    Rule(
        "BR-CO-09",
        "VAT id",
        "The VAT id does not begin with its country.",
        begins_with_country,
        quotes=CODE,
    ),
)
