"""Terms, variants and exclusions of the warranty: REG-4 and REG-6."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from application import shipped
from domain.policy_content import WarrantyTerms
from domain.vocabulary import EquipmentKind, ExclusionGround, Part
from domain.warranty import Exclusion, UnknownVariant, coverage, under_warranty
from tests.stories import file_of

TERMS = next(c for c in shipped.contents() if isinstance(c, WarrantyTerms))
OTHER_CASES = Path(__file__).parents[3] / "shared" / "data" / "other_cases.json"
DELIVERED = date(2025, 3, 1)
DAY = timedelta(days=1)
LIQUID = Exclusion(
    ground=ExclusionGround.LIQUID_INGRESS, since=date(2025, 7, 1), evidence=(file_of("photo"),)
)


def term(equipment: EquipmentKind, part: Part, variant: str = "default", since: date = DELIVERED):
    return next(c for c in coverage(TERMS, equipment, variant, since) if c.part == part)


@pytest.mark.rule("REG-4")
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


@pytest.mark.rule("REG-4")
def test_a_variant_that_nobody_defined_is_refused_with_those_that_are_known():
    with pytest.raises(UnknownVariant, match="known are default, house"):
        coverage(TERMS, EquipmentKind.PHONE, "generous", DELIVERED)


@pytest.mark.rule("REG-4")
@pytest.mark.parametrize(
    ("on", "covered", "words"),
    [
        pytest.param(DELIVERED - DAY, False, "delivered only", id="before delivery"),
        pytest.param(DELIVERED, True, "Covered from", id="first day"),
        pytest.param(date(2026, 3, 1), True, "12 months", id="last day"),
        pytest.param(date(2026, 3, 2), False, "expired on 2026-03-01", id="day after"),
    ],
)
def test_the_term_includes_its_first_and_last_day(on, covered, words):
    terms = coverage(TERMS, EquipmentKind.MACHINE, "default", DELIVERED)
    answer = under_warranty(terms, (), Part.MAIN_UNIT, on)
    assert answer.covered is covered
    assert words in answer.explanation
    assert (answer.rule, answer.on) == ("REG-4", on)
    assert (answer.starts_on, answer.ends_on) == (DELIVERED, date(2026, 3, 1))


@pytest.mark.rule("REG-4")
def test_a_part_without_a_term_is_not_covered():
    terms = coverage(TERMS, EquipmentKind.MACHINE, "default", DELIVERED)
    answer = under_warranty(terms, (), Part.BATTERY, DELIVERED)
    assert (answer.covered, answer.starts_on, answer.ends_on) == (False, None, None)


@pytest.mark.rule("REG-6")
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
    answer = under_warranty(terms, (LIQUID,), Part.MAIN_UNIT, on)
    assert (answer.covered, answer.rule) == (covered, rule)
    assert ("liquid_ingress" in answer.explanation) == (rule == "REG-6")


PUBLISHED_PART = {"handset": Part.MAIN_UNIT, "battery": Part.BATTERY, "earphone": Part.HEADSET}


@pytest.mark.rule("REG-4")
@pytest.mark.skipif(not OTHER_CASES.exists(), reason="the published cases are not there")
def test_terms_end_as_the_published_cases_say():
    cases = json.loads(OTHER_CASES.read_text())["warranty_cn_three_guarantees"]["cases"]
    nominal = [case for case in cases if "nominal_end" in case]
    assert nominal
    for case in nominal:
        invoice = date.fromisoformat(case["invoice"])
        covered = term(EquipmentKind.PHONE, PUBLISHED_PART[case["part"]], since=invoice)
        assert str(covered.ends_on) == case["nominal_end"], case["id"]
