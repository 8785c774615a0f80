"""What a paper breaks of EN 16931, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from domain.credits.en16931 import codes, peppol, rules, vat
from domain.credits.en16931.rules import Rule, groups_of
from domain.credits.en16931.terms import Group, NoNumber
from domain.messages import Message

RULES: Final[tuple[Rule, ...]] = (*rules.RULES, *vat.RULES, *codes.RULES)

ADVICE: Final = frozenset({"BR-51"})
"""Rules of the standard whose breach its published validation calls a warning."""


class Finding(Message):
    """A rule that a paper breaks. `place` says where in the file, if that is known."""

    rule: str
    message: str
    place: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether it can refuse a paper: a rule of the standard, not of a syntax or of Peppol."""
        return self.rule.startswith("BR-") and self.rule not in ADVICE

    def __str__(self) -> str:
        said = f"{self.rule}: {self.message}"
        return f"{self.place}: {said}" if self.place else said


def findings(paper: Group) -> Iterator[Finding]:
    """Every rule that is broken, with the first place where it is."""
    for rule in (*RULES, *(peppol.RULES if peppol.applies(paper) else ())):
        broken = (group for group in groups_of(paper, rule.of) if not holds(rule, group, paper))
        if (first := next(broken, None)) is not None:
            message = rule.says + quoted(rule, first) + in_numbers(rule, first, paper)
            yield Finding(rule=rule.id, message=message, place=first.place)


def quoted(rule: Rule, group: Group) -> str:
    said = rule.quotes and group.text(rule.quotes)
    return f" It says {said!r}." if said else ""


def in_numbers(rule: Rule, group: Group, paper: Group) -> str:
    if rule.sum is None:
        return ""
    follows, stated = rule.sum(group, paper)
    return f" {follows} follows, {'nothing' if stated is None else stated} is stated."


def holds(rule: Rule, group: Group, paper: Group) -> bool:
    try:
        return rule.holds(group, paper)
    except NoNumber:
        return True  # the reader of the file says what is no number, and where
