"""Terms, interruptions, holidays and exclusions of the warranty: REG-4 to REG-6."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from application import shipped
from domain.entitlements import Delay, Fault, InRepair, Remedy, entitlements
from domain.intervals import Interval
from domain.policy_content import PhoneGuarantee, PublicHolidays, WarrantyTerms
from domain.vocabulary import EquipmentKind, ExclusionGround, HolidayRule, Part
from domain.warranty import (
    Coverage,
    Exclusion,
    Term,
    UnknownVariant,
    coverage,
    starts_on,
    term_of,
    under_warranty,
)
from tests.rules import part_of
from tests.stories import file_of

SHIPPED = shipped.contents()
TERMS = next(c for c in SHIPPED if isinstance(c, WarrantyTerms))
HOLIDAYS = next(c for c in SHIPPED if isinstance(c, PublicHolidays))
GUARANTEE = next(c for c in SHIPPED if isinstance(c, PhoneGuarantee))
OTHER_CASES = Path(__file__).parents[3] / "shared" / "data" / "other_cases.json"
DELIVERED = date(2025, 3, 1)
DAY = timedelta(days=1)
LIQUID = Exclusion(
    ground=ExclusionGround.LIQUID_INGRESS, since=date(2025, 7, 1), evidence=(file_of("photo"),)
)


def term(equipment: EquipmentKind, part: Part, variant: str = "default", since: date = DELIVERED):
    return next(c for c in coverage(TERMS, equipment, variant, since) if c.part == part)


@part_of("REG-4")
@pytest.mark.parametrize(
    ("equipment", "part", "variant", "months", "ends_on"),
    [
        (EquipmentKind.MACHINE, Part.MAIN_UNIT, "default", 12, date(2026, 3, 1)),
        (EquipmentKind.PHONE, Part.MAIN_UNIT, "default", 12, date(2026, 3, 1)),
        (EquipmentKind.PHONE, Part.BATTERY, "default", 6, date(2025, 9, 1)),
        (EquipmentKind.PHONE, Part.CHARGER, "default", 12, date(2026, 3, 1)),
        (EquipmentKind.PHONE, Part.HEADSET, "default", 3, date(2025, 6, 1)),
        (EquipmentKind.PHONE, Part.DATA_CARD, "default", 12, date(2026, 3, 1)),
        (EquipmentKind.PHONE, Part.DATA_CARD, "house", 1, date(2025, 4, 1)),
        (EquipmentKind.PHONE, Part.BATTERY, "house", 6, date(2025, 9, 1)),
    ],
)
def test_each_part_has_its_term_and_a_variant_changes_only_what_it_names(
    equipment, part, variant, months, ends_on
):
    covered = term(equipment, part, variant)
    assert (covered.months, covered.starts_on, covered.ends_on) == (months, DELIVERED, ends_on)


@part_of("REG-4")
def test_a_variant_that_nobody_defined_is_refused_with_those_that_are_known():
    with pytest.raises(UnknownVariant, match="known are default, house"):
        coverage(TERMS, EquipmentKind.PHONE, "generous", DELIVERED)


@part_of("REG-4")
@pytest.mark.parametrize(
    ("on", "covered", "words"),
    [
        pytest.param(DELIVERED - DAY, False, "starts only", id="before delivery"),
        pytest.param(DELIVERED, True, "Covered from", id="first day"),
        pytest.param(date(2026, 3, 1), True, "12 months", id="last day"),
        pytest.param(date(2026, 3, 2), False, "expired on 2026-03-01", id="day after"),
    ],
)
def test_the_term_includes_its_first_and_last_day(on, covered, words):
    terms = coverage(TERMS, EquipmentKind.MACHINE, "default", DELIVERED)
    answer = under_warranty(terms, (), Part.MAIN_UNIT, on, HOLIDAYS)
    assert answer.covered is covered
    assert words in answer.explanation
    assert (answer.rule, answer.on) == ("REG-4", on)
    assert answer.term is not None
    assert (answer.term.starts_on, answer.term.ends_on) == (DELIVERED, date(2026, 3, 1))


@part_of("REG-4")
def test_a_part_without_a_term_is_not_covered():
    terms = coverage(TERMS, EquipmentKind.MACHINE, "default", DELIVERED)
    answer = under_warranty(terms, (), Part.BATTERY, DELIVERED, HOLIDAYS)
    assert (answer.covered, answer.term) == (False, None)


@part_of("REG-6")
@pytest.mark.parametrize(
    ("on", "covered", "rule"),
    [
        pytest.param(LIQUID.since - DAY, True, "REG-4", id="failed before"),
        pytest.param(LIQUID.since, False, "REG-6", id="failed that day"),
        pytest.param(LIQUID.since + DAY, False, "REG-6", id="failed since"),
        pytest.param(date(2027, 1, 1), False, "REG-4", id="expired anyway"),
    ],
)
def test_what_is_excluded_is_not_covered_from_that_day_on(on, covered, rule):
    terms = coverage(TERMS, EquipmentKind.PHONE, "default", DELIVERED)
    answer = under_warranty(terms, (LIQUID,), Part.MAIN_UNIT, on, HOLIDAYS)
    assert (answer.covered, answer.rule) == (covered, rule)
    assert ("liquid_ingress" in answer.explanation) == (rule == "REG-6")


# ── interruptions and holidays ──────────────────────────────────────────────


def covered_from(day: date, rule: HolidayRule = HolidayRule.STATUTORY) -> Coverage:
    terms = TERMS.model_copy(update={"holiday_rule": rule})
    return coverage(terms, EquipmentKind.MACHINE, "default", day)[0]


def days(since: str, until: str) -> Interval[date]:
    return Interval(date.fromisoformat(since), date.fromisoformat(until))


@part_of("REG-5")
@pytest.mark.parametrize(
    ("interrupted", "added"),
    [
        pytest.param([], 0, id="never in repair"),
        pytest.param([("2025-05-10", "2025-05-20")], 10, id="in repair"),
        pytest.param(
            [("2025-05-10", "2025-05-20"), ("2025-05-12", "2025-05-25")],
            15,
            id="a day in repair and waiting for parts counts once",
        ),
        pytest.param(
            [("2025-05-12", "2025-05-14"), ("2025-05-10", "2025-05-20")], 10, id="one in another"
        ),
        pytest.param([("2025-05-10", "2025-05-10")], 0, id="back the same day"),
        pytest.param([("2026-02-20", "2026-03-10")], 18, id="still in repair when it would end"),
        pytest.param(
            [("2026-02-20", "2026-03-10"), ("2026-03-15", "2026-03-17")], 20, id="in what was added"
        ),
        pytest.param([("2026-03-01", "2026-03-04")], 3, id="brought on the last day"),
        pytest.param([("2026-03-02", "2026-03-20")], 0, id="begun when it had ended"),
        pytest.param([("2025-02-20", "2025-03-03")], 2, id="only days of the term"),
        pytest.param([("2025-02-20", "2025-02-25")], 0, id="before delivery"),
    ],
)
def test_days_in_repair_and_waiting_are_added_once(interrupted, added):
    term = term_of(covered_from(DELIVERED), HOLIDAYS, [days(*each) for each in interrupted])
    assert term.days_added == added
    assert term.end_before_holidays == term.nominal_end + added * DAY


@part_of("REG-5")
@pytest.mark.parametrize(
    ("delivered", "statutory", "rest_days"),
    [
        pytest.param("2025-10-01", "2026-10-04", "2026-10-08", id="National Day"),
        pytest.param("2025-02-14", "2026-02-14", "2026-02-14", id="a Saturday that is worked"),
        pytest.param("2025-02-15", "2026-02-15", "2026-02-24", id="the break's first Sunday"),
        pytest.param("2025-03-01", "2026-03-01", "2026-03-02", id="an ordinary Sunday"),
        pytest.param("2025-03-03", "2026-03-03", "2026-03-03", id="a Tuesday"),
    ],
)
def test_an_end_on_a_holiday_moves_to_the_first_day_after_it(delivered, statutory, rest_days):
    day = date.fromisoformat(delivered)
    ends = [str(term_of(covered_from(day, holidays), HOLIDAYS).ends_on) for holidays in HolidayRule]
    assert ends == [statutory, rest_days]


@part_of("REG-5")
def test_the_answer_says_what_moved_the_end():
    covered = (covered_from(date(2025, 9, 21), HolidayRule.REST_DAYS),)
    on = date(2026, 10, 8)
    repair = [days("2025-11-01", "2025-11-11")]
    answer = under_warranty(covered, (), Part.MAIN_UNIT, on, HOLIDAYS, repair)
    assert (answer.covered, answer.rule) == (True, "REG-5")
    assert answer.explanation == (
        "Covered from 2025-09-21 to 2026-10-08 (10 days in repair added; moved from 2026-10-01 "
        "past holidays (rest days)), 12 months."
    )
    expired = under_warranty(covered, (), Part.MAIN_UNIT, on + DAY, HOLIDAYS, repair)
    assert (expired.covered, expired.rule) == (False, "REG-5")


@part_of("REG-5")
def test_a_warranty_keeps_the_holiday_rule_under_which_it_began():
    later = TERMS.model_copy(update={"holiday_rule": HolidayRule.REST_DAYS})
    before, after = (
        coverage(terms, EquipmentKind.MACHINE, "default", DELIVERED)[0] for terms in (TERMS, later)
    )
    assert (before.holiday_rule, after.holiday_rule) == tuple(HolidayRule)


@part_of("REG-5a")
def test_with_the_papers_lost_the_term_starts_ninety_days_after_the_factory_date():
    made = date(2025, 1, 10)
    assert starts_on(GUARANTEE, DELIVERED, made) == DELIVERED
    assert starts_on(GUARANTEE, None, made) == date(2025, 4, 10)


# ── the published cases ─────────────────────────────────────────────────────

PUBLISHED_PART = {"handset": Part.MAIN_UNIT, "battery": Part.BATTERY, "earphone": Part.HEADSET}
PUBLISHED = (
    json.loads(OTHER_CASES.read_text())["warranty_cn_three_guarantees"]["cases"]
    if OTHER_CASES.exists()
    else []
)
needs_cases = pytest.mark.skipif(not PUBLISHED, reason="the published cases are not there")


def published(field: str) -> list[dict[str, Any]]:
    found = [case for case in PUBLISHED if field in case]
    assert found, f"no published case has {field}"
    return found


def published_term(case: dict[str, Any], rule: HolidayRule) -> Term:
    terms = TERMS.model_copy(update={"holiday_rule": rule})
    part, invoice = PUBLISHED_PART[case["part"]], date.fromisoformat(case["invoice"])
    of_part = next(
        c for c in coverage(terms, EquipmentKind.PHONE, "default", invoice) if c.part == part
    )
    interrupted = [days(*each) for each in (*case.get("repair", ()), *case.get("parts_wait", ()))]
    return term_of(of_part, HOLIDAYS, interrupted)


@needs_cases
@part_of("REG-4")
def test_terms_end_as_the_published_cases_say():
    for case in published("nominal_end"):
        term = published_term(case, HolidayRule.STATUTORY)
        assert str(term.nominal_end) == case["nominal_end"], case["id"]


@needs_cases
@part_of("REG-5")
@pytest.mark.parametrize("rule", HolidayRule)
def test_ends_move_past_holidays_as_the_published_cases_say(rule):
    field = {HolidayRule.STATUTORY: "end_statutory_only", HolidayRule.REST_DAYS: "end_rest_days"}
    for case in published(field[rule]):
        assert str(published_term(case, rule).ends_on) == case[field[rule]], case["id"]


@needs_cases
@part_of("REG-5")
def test_repairs_are_added_as_the_published_cases_say():
    for case in published("deducted_days"):
        for holidays in HolidayRule:
            term = published_term(case, holidays)
            assert (term.days_added, str(term.ends_on)) == (case["deducted_days"], case["end"])


@needs_cases
@part_of("REG-5a")
def test_a_term_without_papers_starts_as_the_published_cases_say():
    for case in published("factory_date"):
        begins = starts_on(GUARANTEE, None, date.fromisoformat(case["factory_date"]))
        covered = term(EquipmentKind.PHONE, Part.MAIN_UNIT, since=begins)
        assert (str(begins), str(covered.ends_on)) == (case["start"], case["end"])


@needs_cases
@part_of("REG-5a")
def test_remedies_are_those_of_the_published_cases():
    for case in published("claims"):
        fault = Fault(sold_on=date.fromisoformat(case["sold"]))
        for on, remedies in case["claims"]:
            given = entitlements(GUARANTEE, fault, date.fromisoformat(on))
            assert "|".join(each.remedy for each in given) == remedies, on


@needs_cases
@part_of("REG-5a")
def test_a_long_repair_gives_an_exchange_from_the_published_day():
    for case in published("exchange_right_from"):
        sent, first = (date.fromisoformat(case[key]) for key in ("sent", "exchange_right_from"))
        waiting = InRepair(since=sent, delay=Delay(case["cause"]))
        fault = Fault(sold_on=sent - 100 * DAY, in_repair=waiting)
        offered = [
            Remedy.EXCHANGE in {each.remedy for each in entitlements(GUARANTEE, fault, on)}
            for on in (first - DAY, first)
        ]
        assert offered == [False, True]
