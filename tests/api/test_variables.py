"""Variables are read as GraphQL has it, also by the shorter way for those of one value each."""

from __future__ import annotations

from typing import Any

import pytest
from graphql.execution.values import VariableValues, get_variable_values

from api.documents import Unanswerable
from api.planner import Planner, as_they_are
from api.schema import core, schema_of
from projections.catalogue import VIEWS

PLANNER = Planner(core(schema_of(VIEWS)), VIEWS)
SIMPLE = "($asOf: Moment, $first: Int, $orderBy: StationOrder)"
NEEDED = "($first: Int!, $asOf: Moment)"
DEFAULT = "($first: Int = 7, $asOf: Moment)"
USES = {
    SIMPLE: "stations(asOf: $asOf, first: $first, orderBy: $orderBy) { totalCount }",
    NEEDED: "stations(asOf: $asOf, first: $first) { totalCount }",
    DEFAULT: "stations(asOf: $asOf, first: $first) { totalCount }",
}


@pytest.mark.parametrize("declared", USES)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"asOf": "12", "first": 3},
        {"asOf": "2026-03-01T10:00:00Z", "first": 3, "orderBy": "NAME_ASC"},
        {"first": None, "asOf": None},
        {"first": 3, "unknown": {"deep": []}},
        {"first": "three"},
        {"first": 2**40, "asOf": "whenever"},
        {"orderBy": "BACKWARDS", "first": 1},
        {"first": [1]},
    ],
    ids=str,
)
def test_variables_are_what_graphql_makes_of_them(declared: str, given: dict[str, Any]) -> None:
    document = PLANNER.document(f"query {declared} {{ {USES[declared]} }}", None)
    definitions = document.operation.variable_definitions or ()
    expected = get_variable_values(PLANNER.schema, definitions, given)
    if isinstance(expected, VariableValues):
        assert PLANNER.variables(document, given) == expected.coerced
    else:
        with pytest.raises(Unanswerable) as refused:
            PLANNER.variables(document, given)
        assert list(refused.value.errors) == [error.formatted for error in expected]


@pytest.mark.parametrize(
    ("declared", "is_simple"), [(SIMPLE, True), (NEEDED, True), (DEFAULT, False)]
)
def test_the_shorter_way_is_for_one_value_each_and_none_by_default(
    declared: str, is_simple: bool
) -> None:
    document = PLANNER.document(f"query {declared} {{ {USES[declared]} }}", None)
    assert (as_they_are(document.variables, {"first": 3}) is not None) is is_simple
