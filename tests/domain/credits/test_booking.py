"""Booking once, and knowing the issuer: CRN-1, CRN-2, CRN-3."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.credits.booking import NOTE_NUMBER, SOURCE_FILE
from domain.credits.commands import AssignIssuer, BookCreditNote, BookCreditNoteByHand, SourceFile
from domain.credits.document import Party, Root, Totals
from domain.credits.events import CreditNoteBooked, IssuerAssigned
from domain.credits.refusals import (
    CreditNoteNotFound,
    DuplicateCreditNote,
    InvalidCreditNote,
    IssuerAlreadyAssigned,
)
from domain.credits.refused_file import FileRefused, KeepRefusedFile, RefusedFileBooked
from domain.credits.state import CreditNote
from domain.messages import Forbidden, On, Stream
from domain.policies import Pin
from domain.registry.manufacturer import (
    AddManufacturerIdentity,
    Identity,
    IdentityKind,
    ManufacturerNotFound,
)
from domain.uniqueness import Bearer, NameTaken, name_id
from tests.rules import rule
from tests.scenario import FINN, MAX, SYSTEM, given
from tests.stories import (
    ISSUER,
    MAKER,
    OTHER_MAKER,
    STRANGE_ISSUER,
    TODAY,
    book,
    claim_id,
    document,
    file_of,
    note_id,
    refuse,
    setting,
    yuan,
)

UNASSIGNED = book(1, supplier=STRANGE_ISSUER)


def registered():
    return given(setting().histories)


def after(*commands: BookCreditNote):
    story = setting()
    for command in commands:
        story.tell(command, FINN)
    return given(story.histories)


def taken(of: str, *parts: str) -> On:
    return On(Stream(Bearer.kind, name_id(of, *parts)), NameTaken(of=of, bearer=note_id(1)))


def booked(command: BookCreditNote, manufacturer_id, name: str) -> CreditNoteBooked:
    return CreditNoteBooked(
        number="CN-1",
        issued_on=TODAY,
        issuer_name=name,
        manufacturer_id=manufacturer_id,
        payable=yuan("1000.00"),
        source=command.source,
        document=command.document,
        warnings=(),
        clock=Pin(policy_id="deadline.credit_notes_checked", version=1),
    )


# ── booking ─────────────────────────────────────────────────────────────────


@rule("CRN-1")
@pytest.mark.parametrize("actor", [FINN, SYSTEM])
def test_a_note_is_booked_to_the_manufacturer_that_issued_it(actor):
    registered().when(book(1), actor=actor).then(
        booked(book(1), MAKER, "Earthmover Works"),
        taken(SOURCE_FILE, file_of("note 1")),
        taken(NOTE_NUMBER, "tax_id", "CN91310000", "CN-1"),
        taken(NOTE_NUMBER, "manufacturer", str(MAKER), "CN-1"),
    )


@rule("CRN-3")
def test_a_note_of_an_unknown_issuer_is_booked_unassigned():
    registered().when(UNASSIGNED, actor=SYSTEM).then(
        booked(UNASSIGNED, None, "Nobody Known Ltd"),
        taken(SOURCE_FILE, file_of("note 1")),
        taken(NOTE_NUMBER, "name", "Nobody Known Ltd", "CN-1"),
    )


@rule("CRN-1")
@pytest.mark.parametrize(
    ("issuer", "manufacturer_id"),
    [
        pytest.param(Party(tax_id="cn91310000"), MAKER, id="tax id, spelled differently"),
        pytest.param(Party(name="EARTHMOVER WORKS"), MAKER, id="name"),
        pytest.param(
            Party(tax_id="X-1", name="Earthmover Works"),
            None,
            id="another tax id is another issuer",
        ),
        pytest.param(Party(registration_id="X-1", name="Earthmover Works"), None, id="another id"),
    ],
)
def test_an_issuer_is_known_by_the_first_thing_the_paper_says(issuer, manufacturer_id):
    event = registered().when(book(1, supplier=issuer), actor=FINN).outcome()[0].event
    assert isinstance(event, CreditNoteBooked)
    assert event.manufacturer_id == manufacturer_id


def test_an_issuer_without_a_name_is_called_by_its_id():
    event = registered().when(book(1, supplier=Party(tax_id="X-1")), actor=FINN).outcome()[0].event
    assert isinstance(event, CreditNoteBooked)
    assert event.issuer_name == "X-1"


@rule("CRN-2")
def test_an_invalid_note_is_refused_whole_with_every_reason():
    empty = {"number": None, "lines": (), "totals": Totals(payable=Decimal(1))}
    faulty = book(1, paper=document().model_copy(update=empty))
    refused = registered().when(faulty, actor=FINN).then_refused(InvalidCreditNote)
    assert [reason.partition(":")[0] for reason in refused.reasons] == ["BR-02", "BR-16"]


@rule("CRN-11")
def test_what_is_odd_is_kept_as_a_warning():
    event = registered().when(book(1, payable="-1.00"), actor=FINN).outcome()[0].event
    assert isinstance(event, CreditNoteBooked)
    assert len(event.warnings) == 1


def test_only_finance_claims_and_the_program_book():
    registered().when(book(1), actor=MAX).then_refused(Forbidden)


# ── by hand ─────────────────────────────────────────────────────────────────


def by_hand(number: int = 1) -> BookCreditNoteByHand:
    paper = document(number, root=Root.BY_HAND)
    return BookCreditNoteByHand(note_id=note_id(number), document=paper)


@rule("CRN-1")
def test_finance_books_a_note_that_came_without_a_file():
    command = by_hand()
    event = registered().when(command, actor=FINN).outcome()[0].event
    assert isinstance(event, CreditNoteBooked)
    assert (event.source, event.number, event.manufacturer_id) == (None, "CN-1", MAKER)
    registered().when(command, actor=SYSTEM).then_refused(Forbidden)


@rule("CRN-1")
def test_a_note_that_came_as_a_file_is_not_booked_by_hand_again():
    again = BookCreditNoteByHand(note_id=note_id(2), document=document(1))
    refused = after(book(1)).when(again, actor=FINN).then_refused(DuplicateCreditNote)
    assert refused.bearer == note_id(1)


@rule("CRN-2")
def test_by_hand_too_a_note_must_state_what_every_paper_states():
    lacking = by_hand().model_copy(update={"document": document(1, lines=())})
    refused = registered().when(lacking, actor=FINN).then_refused(InvalidCreditNote)
    assert refused.reasons == ("BR-16: The paper has no line.",)


# ── several in one file ─────────────────────────────────────────────────────


def part_of_table(number: int) -> BookCreditNote:
    source = SourceFile(sha256=file_of("table"), name="table.csv", part=f"CN-{number}")
    return book(number).model_copy(update={"source": source})


@rule("CRN-1")
def test_each_note_of_a_table_is_booked_once():
    scenario = after(part_of_table(1))
    assert scenario.when(part_of_table(2), actor=FINN).outcome()
    again = part_of_table(1).model_copy(update={"note_id": note_id(3)})
    scenario.when(again, actor=FINN).then_refused(DuplicateCreditNote)


# ── files that were refused ─────────────────────────────────────────────────


def refused_before(*commands: KeepRefusedFile | BookCreditNote):
    story = setting()
    for command in commands:
        story.tell(command, FINN)
    return given(story.histories)


@rule("CRN-2")
def test_a_refused_file_is_put_on_record_once_and_again_for_other_reasons():
    first = FileRefused(source=book(1).source, size=12, reasons=("No number.",))
    registered().when(refuse(1), actor=SYSTEM).then(first)
    registered().when(refuse(1), actor=MAX).then_refused(Forbidden)
    scenario = refused_before(refuse(1))
    scenario.when(refuse(1), actor=FINN).then_nothing()
    other = FileRefused(source=book(1).source, size=12, reasons=("No date.",))
    scenario.when(refuse(1, "No date."), actor=FINN).then(other)


@rule("CRN-1")
def test_a_file_that_is_booked_after_all_is_no_longer_refused():
    on_record = [e.event for e in refused_before(refuse(1)).when(book(1), actor=FINN).outcome()]
    assert RefusedFileBooked(note_id=note_id(1)) in on_record
    settled = refused_before(refuse(1), book(1))
    settled.when(refuse(1, "No date."), actor=FINN).then_nothing()


# ── once ────────────────────────────────────────────────────────────────────


@rule("CRN-1")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(book(1), id="the same note"),
        pytest.param(book(2).model_copy(update={"source": book(1).source}), id="the same file"),
        pytest.param(book(2, paper=document(1)), id="the same issuer and number"),
        pytest.param(
            book(2, paper=document(1, supplier=Party(tax_id="cn91310000"))),
            id="the issuer spelled differently",
        ),
        pytest.param(
            book(2, paper=document(1, supplier=Party(name="Earthmover Works"))),
            id="the issuer by another of its identities",
        ),
        pytest.param(
            book(2, paper=document(1).model_copy(update={"number": " cn-1"})),
            id="the number spelled differently",
        ),
    ],
)
def test_a_note_is_booked_once_and_the_refusal_names_the_first(command):
    refused = after(book(1)).when(command, actor=FINN).then_refused(DuplicateCreditNote)
    assert refused.bearer == note_id(1)
    assert str(note_id(1)) in str(refused)


@rule("CRN-1")
def test_another_issuer_may_use_the_same_number():
    other = book(2, paper=document(1, supplier=Party(name="Crane Works")))
    assert after(book(1)).when(other, actor=FINN).outcome()


@rule("CRN-2")
def test_a_duplicate_that_is_invalid_too_is_refused_for_what_is_wrong_with_it():
    invalid = book(2, paper=document(1, lines=()))
    after(book(1)).when(invalid, actor=FINN).then_refused(InvalidCreditNote)


# ── assigning the issuer ────────────────────────────────────────────────────


def assign(manufacturer_id=MAKER) -> AssignIssuer:
    return AssignIssuer(note_id=note_id(1), manufacturer_id=manufacturer_id)


@rule("CRN-3")
def test_finance_says_who_issued_a_note():
    scenario = after(UNASSIGNED)
    assigned = IssuerAssigned(manufacturer_id=MAKER)
    scenario.when(assign(), actor=FINN).then(
        assigned, taken(NOTE_NUMBER, "manufacturer", str(MAKER), "CN-1")
    )
    scenario.when(assign(), actor=MAX).then_refused(Forbidden)
    scenario.when(assign(claim_id(9)), actor=FINN).then_refused(ManufacturerNotFound)


@rule("CRN-3")
def test_an_issuer_is_assigned_once():
    story = setting().tell(UNASSIGNED, FINN).tell(assign(), FINN)
    scenario = given(story.histories)
    scenario.when(assign(), actor=FINN).then_nothing()
    scenario.when(assign(OTHER_MAKER), actor=FINN).then_refused(IssuerAlreadyAssigned)
    assert story.state(CreditNote, note_id(1)).manufacturer_id == MAKER


@rule("CRN-1")
def test_assigning_an_issuer_shows_that_a_note_was_booked_twice():
    story = setting().tell(UNASSIGNED, FINN)
    story.tell(book(2, paper=document(1, supplier=ISSUER)), FINN)
    refused = given(story.histories).when(assign(), actor=FINN).then_refused(DuplicateCreditNote)
    assert refused.bearer == note_id(2)


def test_an_identity_that_finance_adds_is_known_the_next_time():
    story = setting()
    known_as = Identity(kind=IdentityKind.NAME, value="Nobody Known Ltd")
    story.tell(AddManufacturerIdentity(manufacturer_id=MAKER, identity=known_as), FINN)
    assert story.tell(UNASSIGNED, FINN).state(CreditNote, note_id(1)).manufacturer_id == MAKER


def test_only_a_note_that_was_booked_is_assigned():
    registered().when(assign(), actor=FINN).then_refused(CreditNoteNotFound)
