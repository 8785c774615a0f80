"""Warranty: from when until when what part is covered, and why not (REG-4 to REG-6).

Everything here is a function of versioned terms, dated facts and the public calendar. Each answer
names its rule, the dates it comes from, and the parameter that was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from domain.calendar import add_days, add_months
from domain.intervals import Interval, union, within
from domain.messages import Message, Refusal, RefusalCode, Sha256
from domain.policy_content import DayKind, PhoneGuarantee, PublicHolidays, WarrantyTerms
from domain.vocabulary import EquipmentKind, ExclusionGround, HolidayRule, Interruption, Part

Days = Interval[date]
"""From a day until another that is not counted: brought for repair, and taken home."""


class Coverage(Message):
    """The term of one part: from its first day to its last, both included.

    `ends_on` is nominal. Days in repair are added to it, and it moves past the holidays that the
    rule names; `term_of` says how.
    """

    part: Part
    months: int
    starts_on: date
    ends_on: date
    holiday_rule: HolidayRule = HolidayRule.STATUTORY


class OutOfUse(Message):
    """From a day until another that does not count."""

    because: Interruption
    since: date
    until: date


class Exclusion(Message):
    """Why failures from a day on are not covered, with the files that show it (REG-6)."""

    ground: ExclusionGround
    since: date
    evidence: tuple[Sha256, ...]


class UnknownVariant(Refusal):
    """The warranty terms know no such variant for this kind of product."""

    code = RefusalCode.INVALID
    rule = "REG-4"


# ── terms ───────────────────────────────────────────────────────────────────


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
            holiday_rule=terms.holiday_rule,
        )
        for part, months in (defaults | chosen).items()
    )


def starts_on(guarantee: PhoneGuarantee, invoiced_on: date | None, factory_date: date) -> date:
    """The day of the invoice; with the papers lost, some days after the factory date (REG-5a)."""
    if invoiced_on is not None:
        return invoiced_on
    return add_days(factory_date, guarantee.days_from_factory_without_papers)


class Term(Message):
    """How the last day of a term comes about (REG-5)."""

    starts_on: date
    nominal_end: date
    days_added: int  # in repair, and waiting for parts; a day counts once
    end_before_holidays: date
    ends_on: date
    holiday_rule: HolidayRule


def term_of(covered: Coverage, holidays: PublicHolidays, interrupted: Iterable[Days] = ()) -> Term:
    """The term with its interruptions added, and its end moved past holidays (REG-5).

    The interruptions are counted as a union. One that began on the last day or before adds its
    days, also if holidays had moved that day; one that began later adds nothing.
    """
    end = covered.ends_on
    for since, until in within(union(interrupted), Interval(covered.starts_on, date.max)):
        if since <= after_holidays(end, holidays, covered.holiday_rule):
            end += until - since
    return Term(
        starts_on=covered.starts_on,
        nominal_end=covered.ends_on,
        days_added=(end - covered.ends_on).days,
        end_before_holidays=end,
        ends_on=after_holidays(end, holidays, covered.holiday_rule),
        holiday_rule=covered.holiday_rule,
    )


def after_holidays(day: date, holidays: PublicHolidays, rule: HolidayRule) -> date:
    """The day itself, or the first one after the holidays that it lies in."""
    while counts_as_holiday(holidays.kind_of(day), rule):
        day = add_days(day, 1)
    return day


def counts_as_holiday(kind: DayKind, rule: HolidayRule) -> bool:
    return kind.rests if rule is HolidayRule.REST_DAYS else kind is DayKind.STATUTORY


class PartTerm(Message):
    """The term of one part as it is by now, and the rule that gives its last day (REG-5)."""

    part: Part
    rule: str
    term: Term


def terms_of(
    covered: Iterable[Coverage], holidays: PublicHolidays, interrupted: Iterable[Days] = ()
) -> tuple[PartTerm, ...]:
    """The term of every part, with the same interruptions."""
    days = tuple(interrupted)
    terms = ((each.part, term_of(each, holidays, days)) for each in covered)
    return tuple(PartTerm(part=part, rule=rule_of(term), term=term) for part, term in terms)


# ── coverage on a day ───────────────────────────────────────────────────────


class WarrantyAnswer(Message):
    """Whether a part is covered on a day, by which rule, and how its term comes about."""

    covered: bool
    rule: str
    on: date
    term: Term | None
    explanation: str


def under_warranty(
    covered: Sequence[Coverage],
    exclusions: Iterable[Exclusion],
    part: Part,
    on: date,
    holidays: PublicHolidays,
    interrupted: Iterable[Days] = (),
) -> WarrantyAnswer:
    """Whether the part is covered on the day (REG-4, REG-5) and not excluded by then (REG-6)."""
    found = next((c for c in covered if c.part == part), None)
    if found is None:
        return answer(False, "REG-4", on, None, f"The warranty has no term for a {part}.")
    term = term_of(found, holidays, interrupted)
    if on < term.starts_on:
        return answer(False, "REG-4", on, term, f"The term starts only on {term.starts_on}.")
    if on > term.ends_on:
        return answer(False, rule_of(term), on, term, f"The term expired on {how_it_ends(term)}.")
    if excluded := next((e for e in exclusions if e.since <= on), None):
        why = f"Excluded for {excluded.ground} since {excluded.since}."
        return answer(False, "REG-6", on, term, why)
    why = f"Covered from {term.starts_on} to {how_it_ends(term)}, {found.months} months."
    return answer(True, rule_of(term), on, term, why)


class PartWarranty(WarrantyAnswer):
    """Whether a part is covered on a day, and why."""

    part: Part


def warranties(
    covered: Sequence[Coverage],
    exclusions: Sequence[Exclusion],
    on: date,
    holidays: PublicHolidays,
    interrupted: Iterable[Days] = (),
) -> tuple[PartWarranty, ...]:
    """The same of every part that has a term."""
    days = tuple(interrupted)
    return tuple(
        PartWarranty(part=each.part, **dict(told))
        for each in covered
        for told in [under_warranty(covered, exclusions, each.part, on, holidays, days)]
    )


def answer(
    covered: bool, rule: str, on: date, term: Term | None, explanation: str
) -> WarrantyAnswer:
    return WarrantyAnswer(covered=covered, rule=rule, on=on, term=term, explanation=explanation)


def rule_of(term: Term) -> str:
    """REG-5 where it made a difference."""
    return "REG-4" if term.ends_on == term.nominal_end else "REG-5"


def how_it_ends(term: Term) -> str:
    """The last day, and what moved it."""
    moved = [f"{term.days_added} days in repair added"] if term.days_added else []
    if term.ends_on > term.end_before_holidays:
        past = term.holiday_rule.replace("_", " ")
        moved.append(f"moved from {term.end_before_holidays} past holidays ({past})")
    return f"{term.ends_on} ({'; '.join(moved)})" if moved else str(term.ends_on)
