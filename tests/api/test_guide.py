"""What the guide shows works, and the numbers it gives are those of the program."""

import re
from pathlib import Path

import pytest

from api import costs, limits, over_http
from application import files
from domain.messages import Role

GUIDE = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```graphql\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_every_query_of_the_guide_is_answered(lived, query):
    reader = lived.as_(Role.AUDITOR)
    answer = reader.ask(query)
    if query.startswith("mutation"):  # auditors write nothing
        assert answer["renameStation"]["code"] == "FORBIDDEN"
    else:
        assert all(answer.values())


@pytest.mark.parametrize("name", ["Open", "Paid", "Waiting"])
def test_finance_is_answered_what_finance_asks(lived, name):
    """With a token of finance alone, over HTTP: no more scopes are needed."""
    [query] = [query for query in QUERIES if query.startswith(f"query {name}")]
    found = lived.as_(Role.FINANCE).ask(query)
    assert found == lived.as_(Role.AUDITOR).ask(query)
    listed = [page for page in found.values() if page.get("edges")]
    assert listed, "the history must show something"
    if name == "Paid":
        paid = [edge["node"]["allocations"]["edges"] for edge in found["claims"]["edges"]]
        assert all(paid) and all(each["node"]["creditNote"]["number"] for p in paid for each in p)


def test_the_guide_shows_something_of_everything():
    assert len(QUERIES) >= 6


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (limits.TOKENS, "tokens"),
        (limits.DEPTH, "levels"),
        (limits.FIELDS, "fields"),
        (limits.MUTATIONS, "mutations"),
        (costs.ROWS, "rows"),
        (over_http.LARGEST_BODY // 10**6, "MB; a file"),
        (files.LARGEST // 2**20, r"MB\."),
    ],
)
def test_the_numbers_of_the_guide_are_those_of_the_program(number, words):
    assert re.search(f"{number:,} {words}", GUIDE)
