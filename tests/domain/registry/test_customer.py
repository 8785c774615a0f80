"""Personal data: declared, held, erased (AUD-5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from domain.messages import About, Erased, Sealed, Stream
from domain.registry.customer import (
    ContactDataCorrected,
    CorrectContactData,
    Customer,
    CustomerErased,
    CustomerExists,
    CustomerNotFound,
    CustomerRegistered,
    EraseCustomer,
    LegalHoldLifted,
    LegalHoldPlaced,
    LiftLegalHold,
    NoLegalHold,
    PersonalDataErased,
    PlaceLegalHold,
    RegisterCustomer,
    UnderLegalHold,
)
from tests.rules import part_of, rule
from tests.scenario import ADAM, STAN, given, on
from tests.stories import CUSTOMER, STATION

WANG = {"customer_id": CUSTOMER, "name": "Wang Fang", "phone": "+86 10 5555 0101", "address": None}
REGISTERED = CustomerRegistered(**WANG, station_id=None)
HELD = LegalHoldPlaced(ground="lawsuit 7")
LIFTED = LegalHoldLifted(ground="settled")
ERASED = PersonalDataErased(subject=CUSTOMER, legal_basis="request of the data subject")
REGISTER = RegisterCustomer(**WANG)
CORRECT = CorrectContactData(**WANG | {"phone": None})
HOLD = PlaceLegalHold(customer_id=CUSTOMER, ground="lawsuit 7")
LIFT = LiftLegalHold(customer_id=CUSTOMER, ground="settled")
ERASE = EraseCustomer(customer_id=CUSTOMER, legal_basis="request of the data subject")


def wang(*events):
    return given(on(Stream(Customer.kind, CUSTOMER), REGISTERED, *events))


def test_a_customer_is_registered_once_by_a_station_or_none():
    given().when(REGISTER, actor=STAN).then(REGISTERED)
    at_harbour = replace(STAN, station=STATION)
    of_harbour = REGISTERED.model_copy(update={"station_id": STATION})
    given().when(REGISTER, actor=at_harbour).then(of_harbour)
    wang().when(REGISTER, actor=STAN).then_refused(CustomerExists)


def test_contact_data_is_corrected():
    corrected = ContactDataCorrected(**WANG | {"phone": None})
    wang().when(CORRECT, actor=STAN).then(corrected)


@rule("AUD-5")
def test_personal_data_is_erased_once_and_for_good():
    wang().when(ERASE, actor=ADAM).then(ERASED)
    assert ERASED.erases == (CUSTOMER,)
    wang(ERASED).when(ERASE, actor=ADAM).then_nothing()


@rule("AUD-5")
@pytest.mark.parametrize(("command", "actor"), [(CORRECT, STAN), (HOLD, ADAM), (LIFT, ADAM)])
def test_nothing_more_is_said_of_somebody_erased(command, actor):
    wang(ERASED).when(command, actor=actor).then_refused(CustomerErased)


@rule("AUD-5")
def test_somebody_erased_is_not_registered_again_under_the_same_id():
    wang(ERASED).when(REGISTER, actor=STAN).then_refused(CustomerErased)


@rule("AUD-5")
def test_a_legal_hold_blocks_the_erasure_until_it_is_lifted():
    wang().when(HOLD, actor=ADAM).then(HELD)
    wang(HELD).when(HOLD, actor=ADAM).then_nothing()
    wang(HELD).when(ERASE, actor=ADAM).then_refused(UnderLegalHold)
    wang(HELD).when(LIFT, actor=ADAM).then(LIFTED)
    wang(HELD, LIFTED).when(ERASE, actor=ADAM).then(ERASED)


@rule("AUD-5")
def test_only_a_hold_that_was_placed_is_lifted():
    wang().when(LIFT, actor=ADAM).then_refused(NoLegalHold)


@pytest.mark.parametrize(
    ("command", "actor"), [(CORRECT, STAN), (HOLD, ADAM), (LIFT, ADAM), (ERASE, ADAM)]
)
def test_nothing_is_said_of_a_customer_nobody_registered(command, actor):
    given().when(command, actor=actor).then_refused(CustomerNotFound)


@part_of("AUD-5")
@pytest.mark.parametrize("event", [CustomerRegistered, ContactDataCorrected])
def test_every_personal_field_says_whom_it_is_about(event):
    marked = {
        name for name, field in event.model_fields.items() if About("customer_id") in field.metadata
    }
    assert marked == {"name", "phone", "address"}


@rule("AUD-5")
@pytest.mark.parametrize("kept", [Sealed(subject=CUSTOMER, sealed="c2VjcmV0"), Erased()])
def test_decisions_accept_data_that_is_sealed_or_erased(kept):
    sealed = CustomerRegistered(**WANG | {"name": kept, "phone": kept}, station_id=None)
    assert CustomerRegistered.model_validate_json(sealed.model_dump_json()) == sealed
    stream = Stream(Customer.kind, CUSTOMER)
    given(on(stream, sealed)).when(ERASE, actor=ADAM).then(ERASED)


def test_a_text_holds_no_nul():
    with pytest.raises(ValidationError, match="U\\+0000"):
        RegisterCustomer(customer_id=CUSTOMER, name="Wang\x00Fang")
