"""A world to ask about: two stations, two dealers, two customers, and what happened between them.

The log records a minute after another, so that every moment has its own state.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID, uuid5

from application.instruction import Instruction, Recording
from application.log import EventLog
from application.recorded import Channel
from domain.messages import On
from domain.registry.customer import EraseCustomer, RegisterCustomer
from domain.registry.person import RegisterPerson
from domain.registry.registration import Owner, OwnerKind
from domain.repairs.field.commands import Arrive
from domain.vocabulary import ContactCategory, EngineerLevel
from tests.clock import NOON, Clock
from tests.contact_stories import contact_story
from tests.exchange_stories import refunded, with_dealer
from tests.field_stories import (
    contact,
    depart,
    field_order_id,
    file_itinerary,
    leave_unrepaired,
    list_unrepaired,
    plan,
    report_fault,
)
from tests.projections.random_stories import random_story
from tests.repair_stories import at_counter, told_upto
from tests.request_stories import request_story
from tests.scenario import (
    ADAM,
    ENZO,
    FINN,
    HELEN,
    SAM,
    STAN,
    SUSI,
    SYSTEM,
    Story,
    person_id,
)
from tests.stories import (
    OTHER_DEALER,
    MatchByReference,
    book,
    goodwill_story,
    maker_number,
    note_id,
    open_claim,
    register_equipment,
    request_parts,
    steps_to_acceptance,
    work_story,
)

START = NOON - timedelta(days=30)
OTHER_STATION = UUID(int=0x57_0002)

OTHER_CUSTOMER = UUID(int=0xC5_0002)
ERASED_CUSTOMER = UUID(int=0xC5_0003)
OTHER_MACHINE = UUID(int=0xE9_0002)
THEIRS = {
    "station_id": OTHER_STATION,
    "dealer_id": OTHER_DEALER,
    "customer_id": OTHER_CUSTOMER,
    "equipment_id": OTHER_MACHINE,
}


def story() -> Story:
    """A random history of one station, then the other's claims: one paid, one only opened."""
    story = random_story(Random(20260306), 130)
    other = RegisterCustomer(customer_id=OTHER_CUSTOMER, name='Li "Lee" Wei \\ ü', phone=None)
    erased = RegisterCustomer(customer_id=ERASED_CUSTOMER, name="Zhao Min", phone="+86 1")
    machine = register_equipment(
        equipment_id=OTHER_MACHINE,
        serial_number="SN-2",
        owner=Owner(kind=OwnerKind.CUSTOMER, id=OTHER_CUSTOMER),
        dealer_id=OTHER_DEALER,
    )
    engineer = RegisterPerson(
        person_id=person_id(50),
        name="Erik",
        held=ENZO.roles,
        level=EngineerLevel.TCL1,
        station_id=OTHER_STATION,
    )
    for command, actor in ((other, STAN), (erased, STAN), (machine, STAN), (engineer, ADAM)):
        story.tell(command, actor)
    claim_of_theirs(story, 11, upto_acceptance=True)
    story.tell(book(11, names=(maker_number(11),)), FINN)
    story.tell(MatchByReference(note_id=note_id(11)), SYSTEM)
    claim_of_theirs(story, 12, upto_acceptance=False)
    goodwill_story("filed", story=work_story(story), number=2, **THEIRS)
    story.tell(request_parts(2, station_id=OTHER_STATION), STAN)
    contact_story("answered", 11, ContactCategory.PRICE_INQUIRY, story, **THEIRS)
    request_story("promised", 11, story)
    field_order_of_theirs(story)
    told_upto(at_counter(2, **THEIRS), "ready", story)
    with_dealer(story, OTHER_DEALER)
    told_upto(refunded(2, **THEIRS | {"equipment_id": None}), "closed", story)
    return story.tell(EraseCustomer(customer_id=ERASED_CUSTOMER, legal_basis="GDPR 17"), ADAM)


def field_order_of_theirs(story: Story) -> None:
    """Left unrepaired, and listed so; and where their engineer went."""
    theirs = {key: id for key, id in THEIRS.items() if key != "dealer_id"}
    story.tell(report_fault(11, **theirs), HELEN)
    story.tell_all([(contact(11), SUSI), (plan(11), SAM), (depart(11), ENZO)])
    story.tell(Arrive(field_order_id=field_order_id(11)), ENZO)
    story.tell(leave_unrepaired(11), ENZO)
    story.tell(list_unrepaired(11, station_id=OTHER_STATION), SUSI)
    story.tell(file_itinerary(11, engineer_id=person_id(50)), SAM)


def claim_of_theirs(story: Story, number: int, *, upto_acceptance: bool) -> None:
    report = open_claim(number).report.model_copy(update={"serial_number": "SN-2"})
    opened = open_claim(number, **THEIRS, report=report)
    story.tell(opened, STAN)
    if upto_acceptance:
        for stage, told in steps_to_acceptance(number):
            for command, actor in told if stage != "opened" else ():
                story.tell(command, actor)


def fill(log: EventLog, clock: Clock, happened: list[On]) -> None:
    """Into the log, some events together."""
    clock.now, random = START, Random(7)
    while happened:
        size = random.randint(1, 4)
        record(log, clock, happened[:size])
        happened = happened[size:]


def record(log: EventLog, clock: Clock, events: list[On]) -> None:
    now = clock.forward(minutes=1)
    command = open_claim(1)
    id = uuid5(OTHER_DEALER, now.isoformat())
    asked = Instruction(command=command, id=id, actor=STAN, now=now, channel=Channel.CLI)
    histories = log.histories({on.stream for on in events})
    log.append(Recording(asked, STAN.roles, {"tolerance": 1}), events, histories)
