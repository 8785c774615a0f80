"""The rules of EN 16931 on each category of value added tax, made from one table.

Every category has the same ten questions (its rules -01 to -10); the table says what the answer
must be. A few categories ask one thing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from domain.credits.en16931.rules import PAPER, Holds, Rule, summed
from domain.credits.en16931.terms import HALF, Group, to_the_cent

STANDARD: Final = "S"
ONE: Final = Decimal(1)  # what tax and taxed amounts may differ by, for rounding line by line


class Rate(Enum):
    """What rate a category may have."""

    ABOVE_ZERO = "above zero"
    NOT_BELOW_ZERO = "zero or above"
    ZERO = "zero"
    NONE = "not stated at all"


class Who(Enum):
    """Whose tax ids a category needs."""

    SELLER = "the seller's tax id"
    BOTH = "the tax ids of seller and buyer"
    NOBODY = "no tax id"


class Category(NamedTuple):
    """A category of VAT: its code, what the published validation calls it, and its answers."""

    code: str
    prefix: str
    rate: Rate
    who: Who
    exempt: bool  # the breakdown says why nothing is taxed


CATEGORIES: Final = (
    Category("S", "S", Rate.ABOVE_ZERO, Who.SELLER, exempt=False),
    Category("Z", "Z", Rate.ZERO, Who.SELLER, exempt=False),
    Category("E", "E", Rate.ZERO, Who.SELLER, exempt=True),
    Category("AE", "AE", Rate.ZERO, Who.BOTH, exempt=True),
    Category("K", "IC", Rate.ZERO, Who.BOTH, exempt=True),
    Category("G", "G", Rate.ZERO, Who.SELLER, exempt=True),
    Category("O", "O", Rate.NONE, Who.NOBODY, exempt=True),
    Category("L", "AF", Rate.NOT_BELOW_ZERO, Who.SELLER, exempt=False),
    Category("M", "AG", Rate.NOT_BELOW_ZERO, Who.SELLER, exempt=False),
)


class Taxed(NamedTuple):
    """Something that is taxed: what it is called, and its terms."""

    name: str
    group: str
    category: str
    rate: str
    amount: str
    sign: int


LINE: Final = Taxed("line", "BG-25", "BT-151", "BT-152", "BT-131", 1)
ALLOWANCE: Final = Taxed("allowance", "BG-20", "BT-95", "BT-96", "BT-92", -1)
CHARGE: Final = Taxed("charge", "BG-21", "BT-102", "BT-103", "BT-99", 1)
TAXED: Final = (LINE, ALLOWANCE, CHARGE)


def is_of(group: Group, term: str, category: Category) -> bool:
    return group.text(term) == category.code


def used(paper: Group, category: Category) -> bool:
    """Whether something is taxed so; of the standard rate, by whatever tax."""
    return any(
        is_of(group, "category" if category.code == STANDARD else taxed.category, category)
        for taxed in TAXED
        for group in paper.all(taxed.group)
    )


# ── -01: the breakdown shows the categories that are used ───────────────────


def shown(category: Category) -> Holds:
    by_rate = category.rate in (Rate.ABOVE_ZERO, Rate.NOT_BELOW_ZERO)

    def holds(paper: Group, _: Group) -> bool:
        parts = [part for part in paper.all("BG-23") if is_of(part, "category", category)]
        if by_rate:
            return bool(parts) == used(paper, category)
        return len(parts) == 1 if parts or used(paper, category) else True

    return holds


# ── -02 to -04: whose ids it needs ──────────────────────────────────────────


def identified(category: Category, taxed: Taxed) -> Holds:
    def holds(paper: Group, _: Group) -> bool:
        groups = paper.all(taxed.group)
        under_vat = any(is_of(group, taxed.category, category) for group in groups)
        if not under_vat and category.code == STANDARD and taxed is LINE:
            return not any(is_of(group, "category", category) for group in groups)
        if not under_vat:
            return True
        seller, buyer = paper.has("seller tax id"), paper.has("buyer tax id")
        if category.who is Who.NOBODY:
            return not paper.has("seller VAT id") and not paper.has("buyer VAT id")
        return seller and (buyer or category.who is Who.SELLER)

    return holds


# ── -05 to -07: at what rate ────────────────────────────────────────────────


def rated(category: Category, taxed: Taxed) -> Holds:
    def holds(group: Group, _: Group) -> bool:
        if not is_of(group, taxed.category, category):
            return True
        rate = group.number(taxed.rate)
        match category.rate:
            case Rate.ABOVE_ZERO:
                return rate is not None and rate > 0
            case Rate.NOT_BELOW_ZERO:
                return rate is not None and rate >= 0
            case Rate.ZERO:
                return rate == 0
            case Rate.NONE:
                return rate is None

    return holds


# ── -08 to -10: the breakdown ───────────────────────────────────────────────


def taxed_adds_up(category: Category) -> Holds:
    by_rate = category.rate in (Rate.ABOVE_ZERO, Rate.NOT_BELOW_ZERO)

    def of_part(paper: Group, taxed: Taxed, rate: Decimal | None) -> Iterator[Group]:
        for group in paper.all(taxed.group):
            same_rate = not by_rate or group.number("rate") == rate
            if is_of(group, "category", category) and same_rate:
                yield group

    def holds(part: Group, paper: Group) -> bool:
        if not is_of(part, "BT-118", category):
            return True
        rate = part.number("BT-119")
        parts = {t: list(of_part(paper, t, rate)) for t in TAXED}
        due = sum((t.sign * summed(groups, t.amount) for t, groups in parts.items()), Decimal(0))
        stated = part.number("BT-116")
        if stated is None or (rate is None and by_rate):
            return rate is None and by_rate  # that there is no rate, other rules say
        if by_rate:
            return any(parts.values()) and abs(stated - due) < ONE
        return stated == to_the_cent(due)

    return holds


def tax_follows(part: Group, _: Group) -> bool:
    """Up to one unit of the currency, since tax may be rounded line by line."""
    off = apart(part)
    return off is not None and off <= ONE


def apart(part: Group) -> Decimal | None:
    """How far the tax is from what its rate makes of it; None if it is not stated at all."""
    tax, rate = part.number("BT-117"), part.number("BT-119")
    if tax is None:
        return None
    if not rate or abs(rate) < HALF:
        return Decimal(0) if abs(tax) < HALF else abs(tax) + ONE
    return abs(abs(tax) - to_the_cent(abs(part.amount("BT-116")) * rate / 100))


def tax_of(category: Category) -> Holds:
    nothing = category.rate in (Rate.ZERO, Rate.NONE)

    def holds(part: Group, paper: Group) -> bool:
        if not is_of(part, "BT-118", category):
            return True
        off = apart(part)
        return part.number("BT-117") == 0 if nothing else off is not None and off < ONE

    return holds


def reason_of(category: Category) -> Holds:
    def holds(part: Group, _: Group) -> bool:
        return (
            not is_of(part, "BT-118", category) or part.has("BT-120", "BT-121") is category.exempt
        )

    return holds


# ── what a few ask besides ──────────────────────────────────────────────────

INTRA_COMMUNITY: Final = CATEGORIES[4]
OUTSIDE: Final = CATEGORIES[6]


def shows(paper: Group, category: Category) -> bool:
    return any(is_of(part, "BT-118", category) for part in paper.all("BG-23"))


def delivered_when(paper: Group, _: Group) -> bool:
    return not shows(paper, INTRA_COMMUNITY) or paper.has("BT-72") or bool(paper.all("BG-14"))


def delivered_where(paper: Group, _: Group) -> bool:
    countries = (group.has("BT-80") for group in paper.all("BG-15"))
    return not shows(paper, INTRA_COMMUNITY) or any(countries)


def alone(group_name: str, category: str) -> Holds:
    """What is outside the scope of tax stands beside nothing that is within it."""

    def holds(paper: Group, _: Group) -> bool:
        if not shows(paper, OUTSIDE):
            return True
        groups = paper.all(group_name)
        return all(not g.has(category) or is_of(g, category, OUTSIDE) for g in groups)

    return holds


# ── split payment, which is Italian ─────────────────────────────────────────

SPLIT: Final = "B"


def split_at_home(paper: Group, _: Group) -> bool:
    """BR-B-01: every country that is named is Italy."""
    if not any(split(group) for group in categories(paper)):
        return True
    return all(country.text("code") == "IT" for country in paper.all("country or origin"))


def split_alone(paper: Group, _: Group) -> bool:
    """BR-B-02: nothing is taxed at the standard rate beside it."""
    codes = {group.text("code") for group in categories(paper)}
    return not {SPLIT, STANDARD} <= codes


def categories(paper: Group) -> tuple[Group, ...]:
    return (*paper.all("category"), *paper.all("category of line"))


def split(group: Group) -> bool:
    return group.text("code") == SPLIT


def rules_of(category: Category) -> Iterator[Rule]:
    code, prefix = category.code, f"BR-{category.prefix}"
    shows = f"The breakdown of tax does not show category {code} as it is used."
    yield Rule(f"{prefix}-01", PAPER, shows, shown(category))
    for number, taxed in enumerate(TAXED, start=2):
        says = f"Category {code} of a {taxed.name} needs {category.who.value}."
        yield Rule(f"{prefix}-{number:02}", PAPER, says, identified(category, taxed))
    for number, taxed in enumerate(TAXED, start=5):
        says = f"The rate of a {taxed.name} in category {code} must be {category.rate.value}."
        yield Rule(f"{prefix}-{number:02}", taxed.group, says, rated(category, taxed))
    sums = f"What is taxed in category {code} does not add up."
    yield Rule(f"{prefix}-08", "BG-23", sums, taxed_adds_up(category))
    follows = f"The tax of category {code} does not follow from its rate."
    yield Rule(f"{prefix}-09", "BG-23", follows, tax_of(category))
    must = "must" if category.exempt else "must not"
    why = f"The breakdown {must} say why nothing is taxed in category {code}."
    yield Rule(f"{prefix}-10", "BG-23", why, reason_of(category))


RULES: Final[tuple[Rule, ...]] = (
    *(rule for category in CATEGORIES for rule in rules_of(category)),
    Rule("BR-CO-17", "any breakdown", "The tax does not follow from its rate.", tax_follows),
    Rule("BR-IC-11", PAPER, "It is not said when the goods were delivered.", delivered_when),
    Rule("BR-IC-12", PAPER, "It is not said to which country was delivered.", delivered_where),
    Rule("BR-B-01", PAPER, "Payment is split, but not within Italy.", split_at_home),
    Rule("BR-B-02", PAPER, "Payment is split beside the standard rate.", split_alone),
    Rule(
        "BR-O-11",
        PAPER,
        "Other parts of the tax stand beside category O.",
        alone("BG-23", "BT-118"),
    ),
    Rule("BR-O-12", PAPER, "Lines are taxed beside category O.", alone("BG-25", "BT-151")),
    Rule("BR-O-13", PAPER, "Allowances are taxed beside category O.", alone("BG-20", "BT-95")),
    Rule("BR-O-14", PAPER, "Charges are taxed beside category O.", alone("BG-21", "BT-102")),
)
