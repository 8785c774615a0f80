"""Each id and name on paper belongs to one manufacturer (rulebook, section 1)."""

from __future__ import annotations

import pytest

from domain.messages import On, Stream
from domain.policy_content import ReasonWord
from domain.registry.manufacturer import (
    NAME_OF,
    AddManufacturerIdentity,
    AddReasonWord,
    ClaimLimitSet,
    Identity,
    IdentityKind,
    IdentityTaken,
    Manufacturer,
    ManufacturerExists,
    ManufacturerIdentityAdded,
    ManufacturerIdentityRemoved,
    ManufacturerNotFound,
    ManufacturerRegistered,
    NoSuchIdentity,
    ReasonWordAdded,
    RemoveManufacturerIdentity,
    SetClaimLimit,
)
from domain.uniqueness import Bearer, NameReleased, NameTaken, name_id
from tests.rules import rule
from tests.scenario import FINN, Story, given
from tests.stories import MAKER, MAKER_TAX_ID, OTHER_MAKER, register_manufacturer

TAX, NAME, REGISTRATION = IdentityKind.TAX_ID, IdentityKind.NAME, IdentityKind.REGISTRATION_ID


def identity(kind: IdentityKind, value: str) -> Identity:
    return Identity(kind=kind, value=value)


def name_stream(what: Identity) -> Stream:
    return Stream(Bearer.kind, name_id(NAME_OF[what.kind], what.key))


def taken(what: Identity, by=MAKER) -> On:
    return On(name_stream(what), NameTaken(of=NAME_OF[what.kind], bearer=by))


def released(what: Identity) -> On:
    return On(name_stream(what), NameReleased(of=NAME_OF[what.kind]))


WORKS, TAX_ID = identity(NAME, "Earthmover Works"), identity(TAX, MAKER_TAX_ID)
BRANCH = identity(REGISTRATION, "HRB 42")
REGISTERED = ManufacturerRegistered(
    name="Earthmover Works", identities=(WORKS, TAX_ID), submission_days=None
)


def works():
    return given(Story().tell(register_manufacturer(), FINN).histories)


def add(what: Identity, to=MAKER) -> AddManufacturerIdentity:
    return AddManufacturerIdentity(manufacturer_id=to, identity=what)


def remove(what: Identity) -> RemoveManufacturerIdentity:
    return RemoveManufacturerIdentity(manufacturer_id=MAKER, identity=what, reason="misread")


def test_a_manufacturer_is_known_by_its_name_and_its_ids():
    given().when(register_manufacturer(), actor=FINN).then(REGISTERED, taken(WORKS), taken(TAX_ID))


def test_a_manufacturer_is_registered_once():
    works().when(register_manufacturer(), actor=FINN).then_refused(ManufacturerExists)


def test_two_spellings_given_at_once_are_one_name():
    twice = register_manufacturer(identities=(identity(NAME, "EARTHMOVER  works"),))
    outcome = given().when(twice, actor=FINN).outcome()
    assert [on for on in outcome if isinstance(on.event, NameTaken)] == [taken(WORKS)]


@rule("CRN-1")
@pytest.mark.parametrize(
    "spelling",
    [
        identity(TAX, "cn91310000"),
        identity(TAX, "CN-9131.0000"),
        identity(NAME, "earthmover works"),
        identity(NAME, "  Earthmover   Works "),
    ],
    ids=lambda spelling: spelling.value,
)
def test_no_other_manufacturer_is_known_by_the_same_in_any_spelling(spelling):
    other = register_manufacturer(
        manufacturer_id=OTHER_MAKER, name="Crane Works", identities=(spelling,)
    )
    refused = works().when(other, actor=FINN).then_refused(IdentityTaken)
    assert refused.bearer == MAKER


def test_a_tax_id_is_no_registration_id():
    other = register_manufacturer(
        manufacturer_id=OTHER_MAKER,
        name="Crane Works",
        identities=(identity(REGISTRATION, MAKER_TAX_ID),),
    )
    assert works().when(other, actor=FINN).outcome()


def test_a_manufacturer_gets_a_further_id_once():
    added = ManufacturerIdentityAdded(identity=BRANCH)
    works().when(add(BRANCH), actor=FINN).then(added, taken(BRANCH))
    works().when(add(identity(TAX, "cn91310000")), actor=FINN).then_nothing()


def test_an_id_recorded_by_mistake_is_free_again():
    removed = ManufacturerIdentityRemoved(identity=TAX_ID, reason="misread")
    spelled = identity(TAX, "cn91310000")
    works().when(remove(spelled), actor=FINN).then(removed, released(TAX_ID))
    works().when(remove(BRANCH), actor=FINN).then_refused(NoSuchIdentity)
    freed = Story().tell(register_manufacturer(), FINN).tell(remove(TAX_ID), FINN)
    given(freed.histories).when(remove(TAX_ID), actor=FINN).then_refused(NoSuchIdentity)
    other = register_manufacturer(
        manufacturer_id=OTHER_MAKER, name="Crane Works", identities=(TAX_ID,)
    )
    freed.tell(other, FINN)
    assert freed.state(Manufacturer, OTHER_MAKER).identities[1] == TAX_ID


@rule("CLM-1")
def test_a_manufacturer_has_its_own_limit_or_that_of_the_policy():
    limit = SetClaimLimit(manufacturer_id=MAKER, submission_days=30)
    works().when(limit, actor=FINN).then(ClaimLimitSet(submission_days=30))
    none = SetClaimLimit(manufacturer_id=MAKER, submission_days=None)
    works().when(none, actor=FINN).then_nothing()


WORD = ReasonWord(word="goodwill_share", meaning="They bear half out of goodwill")


@rule("CRN-12")
def test_a_manufacturer_has_words_of_its_own():
    add_word = AddReasonWord(manufacturer_id=MAKER, word=WORD)
    works().when(add_word, actor=FINN).then(ReasonWordAdded(word=WORD))
    told = Story().tell(register_manufacturer(), FINN).tell(add_word, FINN)
    given(told.histories).when(add_word, actor=FINN).then_nothing()


@pytest.mark.parametrize(
    "command",
    [
        add(BRANCH),
        remove(BRANCH),
        SetClaimLimit(manufacturer_id=MAKER, submission_days=1),
        AddReasonWord(manufacturer_id=MAKER, word=WORD),
    ],
)
def test_nothing_is_said_of_a_manufacturer_nobody_registered(command):
    given().when(command, actor=FINN).then_refused(ManufacturerNotFound)
