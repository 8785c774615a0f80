"""A document cannot ask for too much, nor cost much to refuse."""

import pytest
from graphql import parse

from api import limits
from api.limits import TooMuch, check


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
    check(parse(document, no_location=True))


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (doubling(60), 422),
        (nested(limits.DEPTH + 1), 422),
        ("{ " + "a " * limits.TOKENS + "}", 400),
        ("{ a" * 1_300, 400),
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
