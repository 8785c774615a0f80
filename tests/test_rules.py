"""What `docs/rules.md` says is so: its ids are the rulebook's, and only marks that count stand."""

from __future__ import annotations

import re

import pytest

from tests.rules import ID, ROOT, RULES, enforced, known, marked

pytest_plugins = ["pytester"]

RULEBOOK = ROOT.parent / "shared" / "rulebook.md"
MARKED = """
import httpx2
import pytest

from tests.api.asking import ADMIN
from tests.rules import part_of, rule
from tests.scenario import Actor, Role, given
from domain.registry.station import RegisterStation

pytest_plugins = ["tests.rules"]


def decide():
    wish = RegisterStation(station_id=ADMIN, name="Harbour")
    return given().when(wish, actor=Actor(ADMIN, frozenset({Role.ADMIN}))).outcome()


@pytest.fixture(scope="module")
def decided():
    return decide()


@rule("SEG-1")
def test_it_decides():
    assert decide()


@rule("SEG-1")
def test_it_asks():
    answering = httpx2.MockTransport(lambda asked: httpx2.Response(200))
    with httpx2.Client(transport=answering) as client:
        assert client.get("http://localhost/graphql").status_code == 200


@part_of("SEG-1")
def test_it_computes():
    assert True


@rule("SEG-1", "REP-7")
def test_it_does_neither():
    assert True


@rule("SEG-1")
def test_only_a_shared_fixture_decides(decided):
    assert decided


@pytest.mark.parametrize("number", [pytest.param(1, marks=rule("SEG-2")), 2])
def test_one_case_is_marked(number):
    assert number
"""


@pytest.mark.skipif(not RULEBOOK.exists(), reason="the rulebook is not beside the project")
def test_the_rulebook_has_these_rules_and_no_others():
    rulebook = RULEBOOK.read_text(encoding="utf-8")
    assert set(re.findall(r"^- \*\*([^*]+)\*\*", rulebook, re.MULTILINE)) == RULES
    assert set(ID.findall(rulebook)) == RULES


def test_nothing_names_a_rule_that_there_is_not():
    assert set(enforced()) | set(marked("rule")) | set(marked("part_of")) <= RULES
    with pytest.raises(ValueError, match="The rulebook has no REP-13"):
        known(("REP-1", "REP-13"))


def test_a_mark_counts_only_on_what_goes_through_a_decision_or_the_api(pytester):
    pytester.makepyfile(MARKED)
    ran = pytester.runpytest_inprocess("-p", "no:xdist")
    ran.assert_outcomes(passed=4, failed=3)
    ran.stdout.fnmatch_lines_random(
        [
            "*marked with SEG-1, REP-7, but neither decided anything nor asked the API*",
            "FAILED *::test_it_does_neither*",
            "FAILED *::test_only_a_shared_fixture_decides*",
            "FAILED *::test_one_case_is_marked[[]1]*",
        ]
    )
