"""The rules of EN 16931 on what is stated and on what adds up, each with its id, in our words.

Ids and what they ask are those of the standard (EN 16931-1, 6.4) and of its published validation;
where the two differ, the published validation counts, for that is what issuers test against. The
rules on categories of tax are in `vat`, those on lists of codes in `codes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from domain.credits.en16931.terms import Group, decimals, to_the_cent

PAPER: Final = ""

Holds = Callable[[Group, Group], bool]
Sum = Callable[[Group, Group], tuple[Decimal, Decimal | None]]


class Rule(NamedTuple):
    """A rule on every group of a name: whether it holds of the group, and of the whole paper."""

    id: str
    of: str
    says: str  # what is wrong if it does not hold
    holds: Holds
    sum: Sum | None = None  # what follows and what is stated, where the rule is arithmetic
    quotes: str | None = None  # the term that the finding repeats


# ── what a rule asks ────────────────────────────────────────────────────────


def states(id: str, of: str, says: str, *terms: str) -> Rule:
    """At least one of the terms is stated."""
    return Rule(id, of, says, lambda group, _: group.has(*terms))


def contains(id: str, of: str, says: str, part: str) -> Rule:
    return Rule(id, of, says, lambda group, _: bool(group.all(part)))


def not_negative(id: str, of: str, says: str, term: str) -> Rule:
    return Rule(id, of, says, lambda group, _: group.amount(term) >= 0)


def price_stands(line: Group, _: Group) -> bool:
    price = line.number("BT-146")
    return price is not None and price >= 0


def in_order(id: str, of: str, first: str, last: str) -> Rule:
    def holds(group: Group, _: Group) -> bool:
        start, end = group.text(first), group.text(last)
        return not start or not end or start <= end

    return Rule(id, of, "The period ends before it starts.", holds)


def two_decimals(id: str, of: str, what: str, *terms: str) -> Rule:
    def holds(group: Group, _: Group) -> bool:
        return all(decimals(text) <= 2 for term in terms for text in group.texts(term))

    return Rule(id, of, f"{what} has more than two decimals.", holds)


def to_two_decimals(id: str, what: str, term: str) -> Rule:
    """By value, not as it is written. In UBL the published rule never applies: UBL-DT-01 does."""

    def holds(tax: Group, _: Group) -> bool:
        return tax.amount(term) == to_the_cent(tax.amount(term))

    return Rule(id, "tax", f"{what} has more than two decimals.", holds)


def has_scheme(id: str, of: str, what: str, term: str) -> Rule:
    def holds(group: Group, _: Group) -> bool:
        return not group.has(term) or group.has(f"{term}-scheme")

    return Rule(id, of, f"{what} does not say by which scheme it is one.", holds)


def summed(groups: Iterable[Group], term: str) -> Decimal:
    return sum((group.amount(term) for group in groups), Decimal(0))


# ── totals ──────────────────────────────────────────────────────────────────


def agrees(id: str, says: str, sum: Sum) -> Rule:
    """A total is what follows from others."""

    def holds(totals: Group, paper: Group) -> bool:
        follows, stated = sum(totals, paper)
        return follows == stated

    return Rule(id, "BG-22", says, holds, sum)


def lines_add_up(totals: Group, paper: Group) -> tuple[Decimal, Decimal | None]:
    return to_the_cent(summed(paper.all("BG-25"), "BT-131")), totals.number("BT-106")


def adds_up(total: str, parts: str, part: str) -> Holds:
    """The total is that of its parts, and stated if there are any."""

    def holds(totals: Group, paper: Group) -> bool:
        stated, groups = totals.number(total), paper.all(parts)
        if stated is None:
            return not groups
        return stated == to_the_cent(summed(groups, part))

    return holds


def without_tax(totals: Group, _: Group) -> tuple[Decimal, Decimal | None]:
    net = totals.amount("BT-106") + totals.amount("BT-108") - totals.amount("BT-107")
    return to_the_cent(net), totals.number("BT-109") if totals.has("BT-106") else None


def tax_adds_up(total: Group, paper: Group) -> bool:
    """A total without a breakdown of its own repeats another, in another currency."""
    parts = [part for part in paper.all("BG-23") if part.text("total") == total.text("total")]
    return not parts or total.number("BT-110") == to_the_cent(summed(parts, "BT-117"))


def taxes_in_currency(paper: Group) -> list[Group]:
    return [tax for tax in paper.all("tax") if tax.text("currency") == paper.text("BT-5")]


def with_tax(totals: Group, paper: Group) -> bool:
    """There is exactly one total of tax in the currency of the paper, and it is in the sum."""
    if not paper.has("BT-5"):
        return True
    net, gross = totals.number("BT-109"), totals.number("BT-112")
    if net is not None and net == gross and paper.has("untaxed"):
        return True
    follows, _ = sum_with_tax(totals, paper)
    return len(taxes_in_currency(paper)) == 1 and net is not None and follows == gross


def sum_with_tax(totals: Group, paper: Group) -> tuple[Decimal, Decimal | None]:
    net = totals.amount("BT-109") + summed(taxes_in_currency(paper), "BT-110")
    return to_the_cent(net), totals.number("BT-112")


def payable_follows(totals: Group, _: Group) -> bool:
    payable, gross = totals.number("BT-115"), totals.number("BT-112")
    if payable is None or gross is None:
        return False
    paid, rounding = totals.number("BT-113"), totals.number("BT-114")
    due = gross if paid is None else to_the_cent(gross - paid)
    return due == (payable if rounding is None else to_the_cent(payable - rounding))


def sum_due(totals: Group, _: Group) -> tuple[Decimal, Decimal | None]:
    due = totals.amount("BT-112") - totals.amount("BT-113") + totals.amount("BT-114")
    return to_the_cent(due), totals.number("BT-115")


# ── parties and payment ─────────────────────────────────────────────────────


def payee_is_another(payee: Group, paper: Group) -> bool:
    sellers = paper.all("BG-4")
    names = {name for seller in sellers for name in seller.texts("BT-27")}
    return payee.has("BT-59") and payee.text("BT-59") not in names


def account_of_transfer(payment: Group, _: Group) -> bool:
    return payment.text("BT-81") not in ("30", "57", "58") or payment.has("BT-84")


def last_digits_only(card: Group, _: Group) -> bool:
    return len(card.text("BT-87") or "") <= 10


def tax_in_its_currency(paper: Group, _: Group) -> bool:
    other = paper.text("BT-6")
    return not other or any(tax.text("currency") == other for tax in paper.all("tax"))


def one_way_to_say_when(paper: Group, _: Group) -> bool:
    return not (paper.has("BT-7") and paper.has("BT-8"))


RULES: Final[tuple[Rule, ...]] = (
    states("BR-01", PAPER, "It does not say which specification it follows.", "BT-24"),
    states("BR-02", PAPER, "The paper has no number.", "BT-1"),
    states("BR-03", PAPER, "The paper has no issue date.", "BT-2"),
    states("BR-04", PAPER, "The paper does not say of which type it is.", "BT-3"),
    states("BR-05", PAPER, "The paper has no currency.", "BT-5"),
    states("BR-06", PAPER, "The seller has no name.", "seller name"),
    states("BR-07", PAPER, "The buyer has no name.", "buyer name"),
    states("BR-08", PAPER, "The seller has no address.", "seller address"),
    states("BR-09", "BG-5", "The seller's address has no country.", "BT-40"),
    states("BR-10", PAPER, "The buyer has no address.", "buyer address"),
    states("BR-11", "BG-8", "The buyer's address has no country.", "BT-55"),
    states("BR-12", "BG-22", "The sum of the lines is not stated.", "BT-106"),
    states("BR-13", "BG-22", "The total without tax is not stated.", "BT-109"),
    states("BR-14", "BG-22", "The total with tax is not stated.", "BT-112"),
    states("BR-15", "BG-22", "The payable amount is not stated.", "BT-115"),
    contains("BR-16", PAPER, "The paper has no line.", "BG-25"),
    Rule("BR-17", "BG-10", "The payee has no name, or is the seller.", payee_is_another),
    states("BR-18", "BG-11", "The tax representative has no name.", "BT-62"),
    contains("BR-19", "BG-11", "The tax representative has no address.", "BG-12"),
    states("BR-20", "BG-12", "The tax representative's address has no country.", "BT-69"),
    states("BR-21", "BG-25", "The line has no id.", "BT-126"),
    states("BR-22", "BG-25", "The line has no quantity.", "BT-129"),
    states("BR-23", "BG-25", "The quantity of the line has no unit.", "BT-130"),
    states("BR-24", "BG-25", "The line has no net amount.", "BT-131"),
    states("BR-25", "BG-25", "The item has no name.", "BT-153"),
    states("BR-26", "BG-25", "The item has no price.", "BT-146"),
    Rule("BR-27", "BG-25", "The item has no price, or one below zero.", price_stands),
    not_negative("BR-28", "BG-25", "The gross price of the item is below zero.", "BT-148"),
    in_order("BR-29", "BG-14", "BT-73", "BT-74"),
    in_order("BR-30", "BG-26", "BT-134", "BT-135"),
    states("BR-31", "BG-20", "The allowance has no amount.", "BT-92"),
    states("BR-32", "BG-20", "The allowance has no category of tax.", "BT-95"),
    states("BR-33", "BG-20", "The allowance has no reason.", "BT-97", "BT-98"),
    states("BR-36", "BG-21", "The charge has no amount.", "BT-99"),
    states("BR-37", "BG-21", "The charge has no category of tax.", "BT-102"),
    states("BR-38", "BG-21", "The charge has no reason.", "BT-104", "BT-105"),
    states("BR-41", "BG-27", "The allowance of the line has no amount.", "BT-136"),
    states("BR-42", "BG-27", "The allowance of the line has no reason.", "BT-139", "BT-140"),
    states("BR-43", "BG-28", "The charge of the line has no amount.", "BT-141"),
    states("BR-44", "BG-28", "The charge of the line has no reason.", "BT-144", "BT-145"),
    states("BR-45", "any breakdown", "It is not stated what is taxed in this category.", "BT-116"),
    states("BR-46", "any breakdown", "The tax of this category is not stated.", "BT-117"),
    states("BR-47", "any breakdown", "The breakdown of tax has no category.", "BT-118"),
    Rule(
        "BR-48",
        "any breakdown",
        "The breakdown of tax has no rate.",
        lambda part, _: part.has("BT-119") or part.text("BT-118") == "O",
    ),
    states("BR-49", "BG-16", "The payment says not by what means.", "BT-81"),
    states("BR-50", "BG-17", "The account has no number.", "BT-84"),
    Rule("BR-51", "BG-18", "More of the card is shown than its last digits.", last_digits_only),
    states("BR-52", "BG-24", "The supporting document has no reference.", "BT-122"),
    Rule("BR-53", PAPER, "Tax is not stated in the currency of tax.", tax_in_its_currency),
    Rule(
        "BR-54",
        "BG-32",
        "The attribute of the item lacks its name or its value.",
        lambda attribute, _: attribute.has("BT-160") and attribute.has("BT-161"),
    ),
    states("BR-55", "BG-3", "It refers to a document without naming it.", "BT-25"),
    states("BR-56", "BG-11", "The tax representative has no VAT id.", "BT-63"),
    states("BR-57", "BG-15", "The address of delivery has no country.", "BT-80"),
    Rule("BR-61", "BG-16", "The transfer has no account to go to.", account_of_transfer),
    has_scheme("BR-62", "BG-4", "The seller's electronic address", "BT-34"),
    has_scheme("BR-63", "BG-7", "The buyer's electronic address", "BT-49"),
    has_scheme("BR-64", "BG-25", "The standard id of the item", "BT-157"),
    has_scheme("BR-65", "BG-25", "The classification of the item", "BT-158"),
    Rule("BR-CO-03", PAPER, "The tax point stands as a date and a code.", one_way_to_say_when),
    states("BR-CO-04", "BG-25", "The line has no category of VAT.", "BT-151"),
    agrees("BR-CO-10", "The lines do not add up to their total.", lines_add_up),
    Rule(
        "BR-CO-11",
        "BG-22",
        "The allowances do not add up to their total.",
        adds_up("BT-107", "BG-20", "BT-92"),
    ),
    Rule(
        "BR-CO-12",
        "BG-22",
        "The charges do not add up to their total.",
        adds_up("BT-108", "BG-21", "BT-99"),
    ),
    agrees("BR-CO-13", "The total without tax does not follow.", without_tax),
    Rule("BR-CO-14", "tax", "The parts of the tax do not add up to their total.", tax_adds_up),
    Rule("BR-CO-15", "sum", "The total with tax does not follow.", with_tax, sum_with_tax),
    Rule("BR-CO-16", "BG-22", "The payable amount does not follow.", payable_follows, sum_due),
    contains("BR-CO-18", PAPER, "The paper has no breakdown of tax.", "BG-23"),
    states("BR-CO-19", "BG-14", "The period has neither start nor end.", "BT-73", "BT-74", "BT-8"),
    states("BR-CO-20", "BG-26", "The period has neither start nor end.", "BT-134", "BT-135"),
    states("BR-CO-21", "BG-20", "The allowance has no reason.", "BT-97", "BT-98"),
    states("BR-CO-22", "BG-21", "The charge has no reason.", "BT-104", "BT-105"),
    states("BR-CO-23", "BG-27", "The allowance of the line has no reason.", "BT-139", "BT-140"),
    states("BR-CO-24", "BG-28", "The charge of the line has no reason.", "BT-144", "BT-145"),
    states("BR-CO-26", "BG-4", "The seller has no identifier.", "BT-29", "BT-30", "tax id"),
    two_decimals("BR-DEC-01", "BG-20", "The amount of the allowance", "BT-92"),
    two_decimals("BR-DEC-02", "BG-20", "The base of the allowance", "BT-93"),
    two_decimals("BR-DEC-05", "BG-21", "The amount of the charge", "BT-99"),
    two_decimals("BR-DEC-06", "BG-21", "The base of the charge", "BT-100"),
    two_decimals("BR-DEC-09", "BG-22", "The sum of the lines", "BT-106"),
    two_decimals("BR-DEC-10", "BG-22", "The total of allowances", "BT-107"),
    two_decimals("BR-DEC-11", "BG-22", "The total of charges", "BT-108"),
    two_decimals("BR-DEC-12", "BG-22", "The total without tax", "BT-109"),
    to_two_decimals("BR-DEC-13", "The total of tax", "in currency"),
    two_decimals("BR-DEC-14", "BG-22", "The total with tax", "BT-112"),
    to_two_decimals("BR-DEC-15", "The total of tax in its other currency", "in tax currency"),
    two_decimals("BR-DEC-16", "BG-22", "The amount that was paid before", "BT-113"),
    two_decimals("BR-DEC-17", "BG-22", "The rounding", "BT-114"),
    two_decimals("BR-DEC-18", "BG-22", "The payable amount", "BT-115"),
    two_decimals("BR-DEC-19", "BG-23", "What is taxed", "BT-116"),
    two_decimals("BR-DEC-20", "BG-23", "The tax of the category", "BT-117"),
    two_decimals("BR-DEC-23", "BG-25", "The net amount of the line", "BT-131"),
    two_decimals("BR-DEC-24", "BG-27", "The allowance of the line", "BT-136"),
    two_decimals("BR-DEC-25", "BG-27", "The base of the allowance of the line", "BT-137"),
    two_decimals("BR-DEC-27", "BG-28", "The charge of the line", "BT-141"),
    two_decimals("BR-DEC-28", "BG-28", "The base of the charge of the line", "BT-142"),
)


def groups_of(paper: Group, name: str) -> Iterator[Group]:
    """Every group of the name, the paper itself for PAPER."""
    if name == PAPER:
        yield paper
    yield from (group for found, group in paper.within() if found == name)
