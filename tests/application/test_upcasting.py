"""What was ever stored can be read for ever: stored events of every type and version."""

from __future__ import annotations

import pytest

from application.aggregates import EVENT_TYPES
from application.encoding import decoded, encoded
from application.recorded import UnknownEvent
from application.upcasting import STEPS, Form, upcast
from domain.claims.events import ClaimResubmitted, ClaimSubmitted
from domain.credits.events import CreditNoteBooked
from domain.registry.customer import CustomerRegistered
from domain.registry.registration import EquipmentRegistered
from tests.application.golden.files import DIRECTORY, Golden, file_name, goldens
from tests.application.samples import SEALED
from tests.rules import part_of

EVERY = list(goldens())
VERSIONS = [
    (event.type_name(), version)
    for event in EVENT_TYPES.values()
    for version in range(1, event.schema_version + 1)
]


@pytest.mark.parametrize(("type_name", "version"), VERSIONS)
def test_there_is_a_stored_event_of_every_version(type_name: str, version: int) -> None:
    kept = {(golden.type_name, golden.version) for golden in EVERY}
    assert (type_name, version) in kept, (
        f"Run `python -m tests.application.golden` to keep a stored {type_name}."
    )


@pytest.mark.parametrize("golden", EVERY, ids=lambda golden: f"{golden.type_name}-{golden.version}")
def test_every_stored_event_is_read_in_todays_form(golden: Golden) -> None:
    event = decoded(*golden)
    assert not isinstance(event, UnknownEvent)
    assert EVENT_TYPES[event.type_name()] is type(event)


@pytest.mark.parametrize("golden", EVERY, ids=lambda golden: f"{golden.type_name}-{golden.version}")
def test_the_stored_form_of_todays_version_has_not_changed(golden: Golden) -> None:
    today = EVENT_TYPES.get(golden.type_name)
    if today and today.schema_version == golden.version:
        assert encoded(decoded(*golden)) == golden.payload, (
            f"The stored form of {golden.type_name} changed: raise its schema_version, write the "
            "step into application/upcasting.py, and run `python -m tests.application.golden`."
        )


def test_a_customer_of_before_the_stations_were_recorded_is_of_no_station() -> None:
    first = (DIRECTORY / file_name("registry.CustomerRegistered", 1)).read_bytes()
    assert b"station" not in first
    customer = decoded("registry.CustomerRegistered", 1, first)
    assert isinstance(customer, CustomerRegistered)
    assert (customer.name, customer.station_id) == (SEALED, None)


def test_a_machine_of_before_the_stations_were_recorded_is_of_no_station() -> None:
    first = (DIRECTORY / file_name("registry.EquipmentRegistered", 1)).read_bytes()
    assert b"station" not in first
    machine = decoded("registry.EquipmentRegistered", 1, first)
    assert isinstance(machine, EquipmentRegistered)
    assert machine.station_id is None


def test_a_note_of_before_prices_were_recorded_has_none_and_came_as_a_file() -> None:
    first = (DIRECTORY / file_name("credits.CreditNoteBooked", 1)).read_bytes()
    assert b"price" not in first
    note = decoded("credits.CreditNoteBooked", 1, first)
    assert isinstance(note, CreditNoteBooked) and note.source
    assert note.source.part is None
    assert {(line.price, line.price_quantity) for line in note.document.lines} == {(None, None)}


@part_of("SLA-2")
@pytest.mark.parametrize("type_name", ["claims.ClaimSubmitted", "claims.ClaimResubmitted"])
def test_a_submission_of_before_its_clock_was_recorded_has_none(type_name: str) -> None:
    first = (DIRECTORY / file_name(type_name, 1)).read_bytes()
    assert b"clock" not in first
    submission = decoded(type_name, 1, first)
    assert isinstance(submission, ClaimSubmitted | ClaimResubmitted)
    assert submission.clock is None


def test_every_step_leads_to_a_form_that_is_known_today() -> None:
    for form, step in STEPS.items():
        while step.to in STEPS:
            step = STEPS[step.to]
        assert EVENT_TYPES[step.to.type_name].schema_version == step.to.version, form


def test_what_no_release_ever_stored_is_not_guessed() -> None:
    for form in (Form("claims.ClaimDreamed", 1), Form("registry.CustomerRegistered", 99)):
        with pytest.raises(LookupError, match="not known"):
            upcast(*form, {})
        unknown = decoded(*form, b"{}")
        assert isinstance(unknown, UnknownEvent)
        assert (unknown.stored_type, unknown.stored_version) == form
