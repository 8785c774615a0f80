"""A name is borne by one thing at a time, however it is spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages import NotLoaded, Stream, World
from domain.uniqueness import AlreadyTaken, Bearer, bearer, name_id, release, take
from tests.scenario import MIA, NOON, appended, person_id, state_of

ONE, TWO = person_id(1), person_id(2)


def world(histories):
    known = {stream: state_of(stream, events) for stream, events in histories.items()}
    return World(NOON, MIA, NOON, known)


def named(of="claims.Number", *parts):
    return Stream(Bearer.kind, name_id(of, *parts))


def test_a_name_that_was_not_looked_at_is_asked_for():
    with pytest.raises(NotLoaded) as missing:
        bearer(world({}), "claims.Number", "A")
    assert missing.value.streams == {named("claims.Number", "A")}


def test_a_name_is_taken_once_kept_and_free_after_its_release():
    free = {named("claims.Number", "A"): ()}
    taken = take(world(free), ONE, "claims.Number", "A", taken=AlreadyTaken)
    held = appended(free, taken)
    assert bearer(world(held), "claims.Number", "A") == ONE
    assert take(world(held), ONE, "claims.Number", "A", taken=AlreadyTaken) == []
    with pytest.raises(AlreadyTaken) as refused:
        take(world(held), TWO, "claims.Number", "A", taken=AlreadyTaken)
    assert refused.value.bearer == ONE
    freed = appended(held, [release("claims.Number", "A")])
    assert bearer(world(freed), "claims.Number", "A") is None
    assert take(world(freed), TWO, "claims.Number", "A", taken=AlreadyTaken) == taken_by(TWO)


def taken_by(bearer_id):
    return take(
        world({named("claims.Number", "A"): ()}),
        bearer_id,
        "claims.Number",
        "A",
        taken=AlreadyTaken,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("w-7", " W-7 ", id="case and blanks around"),
        pytest.param("Caf\u00e9", "Cafe\u0301", id="composed and decomposed"),
        pytest.param("STRASSE", "straße", id="case folding"),
    ],
)
def test_spellings_of_one_name_are_one_name(one, other):
    assert name_id("claims.Number", one) == name_id("claims.Number", other)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3), st.text(min_size=1))
def test_a_name_of_one_thing_is_no_name_of_another(parts, more):
    assert name_id("a", *parts) != name_id("b", *parts)
    assert name_id("a", *parts) != name_id("a", *parts, more)


@given(st.lists(st.sampled_from(["a", '"', "\\", ",", "["]), min_size=2, max_size=5))
def test_where_a_part_of_a_name_ends_matters(letters):
    ways = {
        name_id("of", "".join(letters[:cut]), "".join(letters[cut:]))
        for cut in range(1, len(letters))
    }
    assert len(ways) == len(letters) - 1
