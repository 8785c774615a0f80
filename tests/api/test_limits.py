"""A document cannot ask for too much, nor cost much to refuse."""

import pytest
from graphql import parse

from api import costs, limits
from api.limits import TooMuch, check
from domain.messages import Role
from tests.api.asking import worded


def nested(depth):
    return "{ a " * depth + "}" * depth


def many(fields):
    return " ".join(f"a{number}" for number in range(fields))


def doubling(fragments):
    """Each fragment spreads the next one twice."""
    spreads = [
        f"fragment F{n} on Q {{ ...F{n + 1} a {{ ...F{n + 1} }} }}" for n in range(fragments)
    ]
    return " ".join(["{ ...F0 }", *spreads, f"fragment F{fragments} on Q {{ a }}"])


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (nested(limits.DEPTH + 1), "levels deep"),
        ("{ " + many(limits.FIELDS + 1) + "}", "fields"),
        ("{ " + " ".join(f"a{n}: a" for n in range(limits.ALIASES + 1)) + "}", "aliases"),
        ("mutation { " + "a " * (limits.MUTATIONS + 1) + "}", "mutations"),
        ("mutation { ...F ...F } fragment F on Q { " + "a " * limits.MUTATIONS + "}", "mutations"),
        (doubling(14), "fields"),
        (doubling(60), "levels deep"),
        ("{ " + "a " * 101 + "}", "repetitions"),
        ("{ a " + "a { b { c } } " * 101 + "}", "repetitions"),
        ("{ " + "a { b b b b b b b b } " * 14 + "}", "repetitions"),
        (
            "{ a } "
            + doubling(4).replace("{ ...F0 }", "")
            + " fragment G on Q { "
            + "a " * 101
            + "}",
            "repetitions",
        ),
        ("{ ...F } fragment F on Q { ...F a }", "within itself"),
        ("{ ...F } fragment F on Q { ...G } fragment G on Q { a { ...F } }", "within itself"),
        (
            "{ a } " + " ".join(f"fragment F{n} on Q {{ " + many(600) + "}" for n in range(17)),
            "fields in all",
        ),
        (doubling(12).replace("{ a }", "{ ...Nothing }"), "fields"),
        ("query A { a } query B " + nested(limits.DEPTH + 1), "levels deep"),
    ],
)
def test_what_is_too_much_is_refused(document, what):
    with pytest.raises(TooMuch, match=what):
        check(parse(document, no_location=True))


@pytest.mark.parametrize(
    "document",
    [
        nested(limits.DEPTH),
        "{ " + many(limits.FIELDS) + "}",
        "{ " + "a { b c } " * 50 + "}",
        "mutation { " + "a " * limits.MUTATIONS + "}",
        "{ ...Nothing }",
    ],
)
def test_what_is_not_too_much_passes(document):
    try:
        check(parse(document, no_location=True))
    except TooMuch as refused:
        pytest.fail(f"It was refused: {refused}")


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (doubling(60), 422),
        (nested(limits.DEPTH + 1), 422),
        ("{ " + "a " * limits.TOKENS + "}", 400),
        ("{ a" * 1_300, 400),
        ('{ stations(name: "' + "x" * limits.CHARACTERS + '") { totalCount } }', 400),
        ("[" * 3_000, 400),
        ("query (" + "$a: [" * 300 + "Int", 400),
    ],
)
def test_the_endpoint_refuses_it_before_it_is_validated(still, document, status):
    answer = still.post(document)
    assert answer.status_code == status
    assert "data" not in answer.json()


def test_introspection_as_tools_do_it_is_not_too_much(still):
    from graphql import get_introspection_query

    assert still.ask(get_introspection_query(descriptions=True))["__schema"]


WITHIN = (
    "query ($a: Int, $b: Int) { claims(first: $a) { edges { node { equipment { <inner> } } } } }"
)
INNER = "claims(last: $b) { edges { node { history { edges { cursor } } } } }"


@pytest.mark.parametrize(
    ("inner", "variables", "rows"),
    [
        (INNER, {"a": 10, "b": 10}, 10 + 100 + 10_000),
        (INNER, {"a": 100, "b": 4}, 100 + 400 + 40_000),
        (INNER, {"a": 100}, 100 + 10_000 + 1_000_000),
        (INNER, {"a": 9999, "b": -1}, 100 + 10_000 + 1_000_000),
        (
            "...F } } } } } fragment F on Equipment { " + INNER[: -len("} } } }")],
            {"b": 1, "a": 1},
            102,
        ),
        (
            "... on Equipment { claims(first: 3) { totalCount } } ... { claims(first: 3) "
            "{ totalCount } }",
            {"a": 2},
            2 + 6 + 6,
        ),
    ],
)
def test_the_rows_that_may_come_are_bounded_before_any_is_read(still, inner, variables, rows):
    unused = "" if "$b" in inner else " s: stations(first: $b) @skip(if: true) { totalCount }"
    query = worded(WITHIN, inner=inner)
    query = query[:-1] + unused + " }" if unused else query
    answer = still.as_(Role.AUDITOR).post(query, **variables)
    too_many = rows > costs.ROWS
    assert answer.status_code == (422 if too_many else 200), answer.text
    if too_many:
        assert f"{rows} rows" in answer.json()["errors"][0]["message"]
    else:
        assert answer.json()["data"]
