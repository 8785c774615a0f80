"""Rules of Peppol BIS Billing 3.0 on papers that name a process of Peppol: they only warn.

Those are here that bear on what is credited and by whom, and can be decided from the paper alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from domain.credits.en16931.rules import PAPER, Rule, states, summed
from domain.credits.en16931.terms import Group, to_the_cent

BILLING: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS: Final = re.compile(r"urn:fdc:peppol\.eu:2017:poacc:billing:(\d\d):1\.0")
PLAIN: Final = "01"  # the process of plain billing
CREDITS: Final = frozenset({"381", "396", "81", "83", "532"})
SLACK: Final = Decimal("0.02")
DIGITS: Final = re.compile(r"\d+", re.ASCII)


def applies(paper: Group) -> bool:
    return "peppol" in (paper.text("BT-23") or "").casefold()


# ── what it says of itself ──────────────────────────────────────────────────


def follows_billing(paper: Group, _: Group) -> bool:
    return (paper.text("BT-24") or "").startswith(BILLING)


def names_process(paper: Group, _: Group) -> bool:
    return process(paper) is not None


def process(paper: Group) -> str | None:
    found = PROCESS.search(paper.text("BT-23") or "")
    return found[1] if found else None


def type_of_process(type: Group, paper: Group) -> bool:
    return process(paper) != PLAIN or type.text("code") in CREDITS


def one_note(paper: Group, _: Group) -> bool:
    return len(paper.texts("BT-22")) <= 1


def other_tax_currency(paper: Group, _: Group) -> bool:
    return not paper.has("BT-6") or paper.text("BT-6") != paper.text("BT-5")


def one_breakdown(paper: Group, _: Group) -> bool:
    return len({part.text("total") for part in paper.all("BG-23")}) == 1


# ── lines ───────────────────────────────────────────────────────────────────


def line_follows(line: Group, _: Group) -> bool:
    """Within two cents, quantity by price, with charges, without allowances."""
    due = quantity(line) * line.amount("BT-146") / (line.number("BT-149") or Decimal(1))
    due += to_the_cent(summed(line.all("BG-28"), "BT-141"))
    due -= to_the_cent(summed(line.all("BG-27"), "BT-136"))
    return abs(line.amount("BT-131") - due) <= SLACK


def quantity(line: Group) -> Decimal:
    stated = line.number("BT-129")
    return Decimal(1) if stated is None else stated


def priced_by_some(line: Group, _: Group) -> bool:
    per = line.number("BT-149")
    return per is None or per > 0


def same_unit(line: Group, _: Group) -> bool:
    unit = line.text("BT-150")
    return unit is None or not line.has("BT-129") or unit == line.text("BT-130")


# ── ids with check digits ───────────────────────────────────────────────────


def weighed(id: str, weights: Iterator[int]) -> int:
    """The sum of its digits but the last, the rightmost first, each by its weight."""
    return sum(
        int(digit) * weight for digit, weight in zip(reversed(id[:-1]), weights, strict=False)
    )


def alternating(id: str) -> Iterator[int]:
    return (1 if place % 2 else 3 for place in range(len(id)))


def is_gln(id: str) -> bool:
    """GS1: weights 3 and 1."""
    return bool(DIGITS.fullmatch(id)) and -weighed(id, alternating(id)) % 10 == int(id[-1])


def is_swedish(id: str) -> bool:
    """Ten digits, the last by Luhn's formula."""
    if len(id) != 10 or not DIGITS.fullmatch(id):
        return False
    doubled = (int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(id[-2::-1]))
    return -sum(value // 10 + value % 10 for value in doubled) % 10 == int(id[-1])


def is_norwegian(id: str) -> bool:
    """Nine digits, the last modulo 11."""
    if len(id) != 9 or not DIGITS.fullmatch(id):
        return False
    return -weighed(id, (place % 6 + 2 for place in range(8))) % 11 == int(id[-1])


def is_danish(id: str) -> bool:
    return len(id) == 10 and id.startswith("DK") and bool(DIGITS.fullmatch(id[2:]))


def is_belgian(id: str) -> bool:
    """Ten digits, the last two modulo 97."""
    if len(id) != 10 or not DIGITS.fullmatch(id):
        return False
    return int(id[8:]) == 97 - int(id[:8]) % 97


def by_scheme(scheme: str, known: Callable[[str], bool]) -> Callable[[Group, Group], bool]:
    def holds(id: Group, _: Group) -> bool:
        return id.text("scheme") != scheme or known(id.text("code") or "")

    return holds


def swedish_seller(company: Group, _: Group) -> bool:
    return is_swedish(company.text("code") or "")


def carried(address: Group, _: Group) -> bool:
    """Schemes in letters, as EM for e-mail, are addresses elsewhere."""
    return (address.text("code") or "").isdigit()


def id_rule(number: int, scheme: str, whose: str, known: Callable[[str], bool]) -> Rule:
    says = f"The {whose} is none: its check digit or its form is wrong."
    holds = by_scheme(scheme, known)
    return Rule(f"PEPPOL-COMMON-R{number:03}", "id", says, holds, quotes="code")


def asked(number: int, of: str, says: str, holds: Callable[[Group, Group], bool]) -> Rule:
    return Rule(f"PEPPOL-EN16931-R{number:03}", of, says, holds)


RULES: Final[tuple[Rule, ...]] = (
    asked(2, PAPER, "It bears more than one note.", one_note),
    states(
        "PEPPOL-EN16931-R003", PAPER, "It refers to no buyer and to no order.", "BT-10", "BT-13"
    ),
    asked(4, PAPER, "It does not follow Peppol BIS Billing 3.0.", follows_billing),
    asked(5, PAPER, "The currency of tax is that of the paper.", other_tax_currency),
    asked(7, PAPER, "It names no process of Peppol billing.", names_process),
    states("PEPPOL-EN16931-R010", "BG-7", "The buyer has no electronic address.", "BT-49"),
    states("PEPPOL-EN16931-R020", "BG-4", "The seller has no electronic address.", "BT-34"),
    asked(53, PAPER, "Not exactly one total of tax is broken down.", one_breakdown),
    asked(120, "BG-25", "The line is not quantity by price within 0.02.", line_follows),
    asked(121, "BG-25", "The price is for no quantity.", priced_by_some),
    asked(130, "BG-25", "The price is for another unit than the quantity.", same_unit),
    Rule(
        "PEPPOL-EN16931-CL008",
        "address",
        "Peppol carries no such address.",
        carried,
        quotes="code",
    ),
    Rule(
        "PEPPOL-EN16931-P0101",
        "type of credit note",
        "Plain billing has no credit note of this type.",
        type_of_process,
        quotes="code",
    ),
    id_rule(40, "0088", "GLN", is_gln),
    id_rule(41, "0192", "Norwegian company's number", is_norwegian),
    id_rule(42, "0184", "Danish company's number", is_danish),
    id_rule(43, "0208", "Belgian company's number", is_belgian),
    id_rule(49, "0007", "Swedish company's number", is_swedish),
    Rule(
        "SE-R-013",
        "Swedish seller",
        "The Swedish seller's number is none: its check digit is wrong.",
        swedish_seller,
        quotes="code",
    ),
)
