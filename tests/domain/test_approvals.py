"""Chains of signatures: SEG-1, SEG-4, SEG-5, SEG-6."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals import (
    ApproverPrepared,
    Mandate,
    Names,
    NextStepTaken,
    NoSuchSignature,
    NotYourTurn,
    Signature,
    SignedTwice,
    SigningChain,
    revoke,
    sign,
)
from domain.messages import Refusal, Role
from tests.rules import part_of
from tests.scenario import person_id

ANNA, BERT, CARL, DIRK = (person_id(n) for n in range(20, 24))
MANAGER, DIRECTOR, GENERAL = Role.CLAIMS_MANAGER, Role.SERVICE_DIRECTOR, Role.GENERAL_MANAGER
STEPS = (MANAGER, DIRECTOR, GENERAL)
NOBODY: frozenset = frozenset()


def mandate(person, *roles, on_behalf_of=None):
    return Mandate(Names(person=person, on_behalf_of=on_behalf_of), frozenset(roles))


def signature(person, role, on_behalf_of=None):
    return Signature(person=person, role=role, on_behalf_of=on_behalf_of)


BY_ANNA = SigningChain(STEPS, (signature(ANNA, MANAGER),))
BY_ANNA_FOR_BERT = SigningChain(STEPS, (signature(ANNA, MANAGER, on_behalf_of=BERT),))


@part_of("SEG-4")
def test_a_chain_is_signed_in_its_order():
    chain = SigningChain(STEPS)
    for person, role in zip((ANNA, BERT, CARL), STEPS, strict=True):
        assert chain.next_step == role
        chain = chain.signed(sign(chain, mandate(person, role), NOBODY))
    assert chain.complete


@part_of("SEG-4")
def test_nobody_signs_before_their_turn():
    with pytest.raises(NotYourTurn, match="claims_manager"):
        sign(SigningChain(STEPS), mandate(ANNA, DIRECTOR, GENERAL), NOBODY)


@part_of("SEG-4")
@pytest.mark.parametrize(
    ("chain", "again"),
    [
        pytest.param(BY_ANNA, mandate(ANNA, DIRECTOR), id="the same person"),
        pytest.param(BY_ANNA, mandate(ANNA, DIRECTOR, on_behalf_of=BERT), id="for another"),
        pytest.param(BY_ANNA, mandate(BERT, DIRECTOR, on_behalf_of=ANNA), id="through another"),
        pytest.param(BY_ANNA_FOR_BERT, mandate(BERT, DIRECTOR), id="who was represented"),
        pytest.param(
            BY_ANNA_FOR_BERT, mandate(CARL, DIRECTOR, on_behalf_of=BERT), id="represented twice"
        ),
    ],
)
def test_nobody_gives_two_signatures_counting_both_names(chain, again):
    with pytest.raises(SignedTwice):
        sign(chain, again, NOBODY)


@part_of("SEG-1")
@pytest.mark.parametrize(
    "who",
    [
        pytest.param(mandate(ANNA, MANAGER), id="directly"),
        pytest.param(mandate(ANNA, MANAGER, on_behalf_of=BERT), id="on behalf of another"),
        pytest.param(mandate(BERT, MANAGER, on_behalf_of=ANNA), id="being represented"),
    ],
)
def test_who_prepared_it_does_not_approve_it(who):
    with pytest.raises(ApproverPrepared):
        sign(SigningChain(STEPS), who, frozenset({ANNA}))


@part_of("SEG-6")
def test_a_signature_shows_both_names():
    signed = sign(SigningChain(STEPS), mandate(ANNA, MANAGER, on_behalf_of=BERT), NOBODY)
    assert signed == signature(ANNA, MANAGER, on_behalf_of=BERT)
    assert signed.both == {ANNA, BERT}


@part_of("SEG-5")
@pytest.mark.parametrize(
    "by",
    [mandate(ANNA), mandate(BERT), mandate(CARL, MANAGER, on_behalf_of=BERT)],
    ids=["signer", "represented", "for the represented"],
)
def test_the_last_signature_is_revoked_by_whose_it_is(by):
    taken_back = revoke(BY_ANNA_FOR_BERT, by)
    assert taken_back == BY_ANNA_FOR_BERT.signatures[0]
    assert BY_ANNA_FOR_BERT.without_last() == SigningChain(STEPS)


@part_of("SEG-5")
def test_a_signature_stands_once_the_next_was_given():
    chain = BY_ANNA.signed(signature(BERT, DIRECTOR))
    with pytest.raises(NextStepTaken):
        revoke(chain, mandate(ANNA))
    assert revoke(chain, mandate(BERT)).person == BERT


@part_of("SEG-5")
@pytest.mark.parametrize("chain", [SigningChain(STEPS), BY_ANNA])
def test_only_a_signature_that_was_given_is_revoked(chain):
    with pytest.raises(NoSuchSignature):
        revoke(chain, mandate(DIRK))


@part_of("SEG-6")
def test_who_stands_in_for_another_in_one_role_does_not_touch_their_signature_in_another():
    with pytest.raises(NoSuchSignature):
        revoke(BY_ANNA, mandate(CARL, DIRECTOR, on_behalf_of=ANNA))


PEOPLE = [None, ANNA, BERT, CARL, DIRK]
MANDATES = [
    mandate(person, *roles, on_behalf_of=principal)
    for person, principal in product(PEOPLE[1:], PEOPLE)
    for roles in (STEPS, (DIRECTOR, GENERAL), (GENERAL,))
    if person != principal
]


@part_of("SEG-4")
@given(st.lists(st.sampled_from(MANDATES), max_size=12), st.frozensets(st.sampled_from(PEOPLE[1:])))
def test_whoever_tries_a_chain_is_signed_in_order_by_different_people_who_did_not_prepare_it(
    tries, prepared_by
):
    chain = SigningChain(STEPS)
    for attempt in tries:
        if chain.complete:
            break
        try:
            chain = chain.signed(sign(chain, attempt, prepared_by))
        except Refusal:
            continue
    assert tuple(s.role for s in chain.signatures) == STEPS[: len(chain.signatures)]
    names = [name for s in chain.signatures for name in s.both]
    assert len(names) == len(set(names))
    assert not prepared_by & set(names)
