"""Warranty: from when until when what part is covered, and why not (REG-4, REG-6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.calendar import add_months
from domain.messages import Message, Refusal, RefusalCode, Sha256
from domain.policy_content import WarrantyTerms
from domain.vocabulary import EquipmentKind, ExclusionGround, Part


class Coverage(Message):
    """The term of one part: from its first day to its last, both included."""

    part: Part
    months: int
    starts_on: date
    ends_on: date


class Exclusion(Message):
    """Why failures from a day on are not covered, with the files that show it (REG-6)."""

    ground: ExclusionGround
    since: date
    evidence: tuple[Sha256, ...]


class WarrantyAnswer(Message):
    """Whether a part is covered on a day, and by which rule."""

    covered: bool
    rule: str
    on: date
    starts_on: date | None
    ends_on: date | None
    explanation: str


class UnknownVariant(Refusal):
    """The warranty terms know no such variant for this kind of product."""

    code = RefusalCode.INVALID
    rule = "REG-4"


def coverage(
    terms: WarrantyTerms, equipment: EquipmentKind, variant: str, delivered_on: date
) -> tuple[Coverage, ...]:
    """The terms of every part. A variant replaces the default where it differs (REG-4).

    A term of months ends on the corresponding day, which is still covered.
    """
    of_kind = [term for term in terms.terms if term.equipment == equipment]
    variants = {term.variant for term in of_kind}
    if variant not in variants:
        known = ", ".join(sorted(variants)) or "none"
        raise UnknownVariant(
            f"There is no warranty variant {variant!r} for a {equipment}: known are {known}.",
            fields=("warranty_variant",),
        )
    defaults = {term.part: term.months for term in of_kind if term.variant == "default"}
    chosen = {term.part: term.months for term in of_kind if term.variant == variant}
    return tuple(
        Coverage(
            part=part,
            months=months,
            starts_on=delivered_on,
            ends_on=add_months(delivered_on, months),
        )
        for part, months in (defaults | chosen).items()
    )


def under_warranty(
    covered: Iterable[Coverage], exclusions: Iterable[Exclusion], part: Part, on: date
) -> WarrantyAnswer:
    """Whether the part is covered on the day (REG-4), unless it is excluded by then (REG-6)."""
    term = next((c for c in covered if c.part == part), None)
    if term is None:
        return answer(False, "REG-4", on, None, f"The warranty has no term for a {part}.")
    if on < term.starts_on:
        return answer(False, "REG-4", on, term, f"It was delivered only on {term.starts_on}.")
    if on > term.ends_on:
        return answer(False, "REG-4", on, term, f"The term expired on {term.ends_on}.")
    if excluded := next((e for e in exclusions if e.since <= on), None):
        why = f"Excluded for {excluded.ground} since {excluded.since}."
        return answer(False, "REG-6", on, term, why)
    why = f"Covered from {term.starts_on} to {term.ends_on}, {term.months} months."
    return answer(True, "REG-4", on, term, why)


def answer(
    covered: bool, rule: str, on: date, term: Coverage | None, explanation: str
) -> WarrantyAnswer:
    return WarrantyAnswer(
        covered=covered,
        rule=rule,
        on=on,
        starts_on=term.starts_on if term else None,
        ends_on=term.ends_on if term else None,
        explanation=explanation,
    )
