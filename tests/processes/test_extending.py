"""An order that is over extends the warranty of what it repaired (REG-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest

from application.connections import Connections
from application.log import EventLog
from domain.messages import Stream
from domain.registry.equipment import Equipment
from domain.registry.out_of_use import OutOfUseRecorded
from domain.repairs.field import commands as f
from domain.repairs.field.events import EngineerLeft
from domain.repairs.repair.commands import REPAIR_ORDER
from domain.vocabulary import FieldServiceKind, Interruption
from domain.warranty import OutOfUse
from processes.catalogue import REACTIONS
from processes.reactions import Reactions
from tests.clock import NOON, Clock
from tests.field_stories import contact, depart, leave, leave_unrepaired, plan, report_fault
from tests.field_stories import file_report as file_field_report
from tests.processes.test_claiming import ID, IDENTIFY, Office
from tests.processes.test_reactions import catch_up, connect, refusals
from tests.repair_stories import WALT, hand_back, repair_id, workshop_story
from tests.rules import rule
from tests.scenario import DORA, ENZO, HELEN, SAM, SUSI
from tests.stories import MACHINE, STATION, register_equipment, setting

__all__ = ["connect"]

OTHER_MACHINE = UUID(int=0xE9_0002)
CORRECTION = UUID(int=0xC0_0001)
DAY = timedelta(days=1)


@pytest.fixture
def reactions(
    log: EventLog, connect: Callable[[], psycopg.Connection], clock: Clock
) -> Iterator[Reactions]:
    reactions = Reactions(log, REACTIONS, connect, clock)
    yield reactions
    reactions.record.close()


@pytest.fixture
def office(log: EventLog, clock: Clock) -> Office:
    return Office(log, clock)


def out_of_use(office: Office, machine: UUID = MACHINE) -> list[OutOfUseRecorded]:
    history = [recorded.event for recorded in office.log.history(machine)]
    return [event for event in history if isinstance(event, OutOfUseRecorded)]


def in_repair(since: date, until: date) -> tuple[OutOfUse, ...]:
    return (OutOfUse(because=Interruption.IN_REPAIR, since=since, until=until),)


@rule("REG-5")
def test_an_item_that_is_returned_was_out_of_use_since_it_was_received(
    office: Office, reactions: Reactions
) -> None:
    office.was_told(workshop_story("released"))
    office.clock.now = NOON + 5 * DAY
    office.gives(hand_back(), WALT)
    catch_up(reactions)
    [recorded] = out_of_use(office)
    assert (recorded.order_id, recorded.repaired) == (repair_id(), True)
    assert recorded.out_of_use == in_repair(date(2026, 3, 6), date(2026, 3, 11))
    [last] = office.log.history(MACHINE)[-1:]
    [returned] = [
        each
        for each in office.log.history(repair_id())
        if each.envelope.event_id == last.envelope.causation_id
    ]
    assert returned.envelope.stream == Stream(REPAIR_ORDER, repair_id())


def visited_twice(office: Office, service: FieldServiceKind = FieldServiceKind.FAULT) -> None:
    """Left unrepaired for want of a part, and repaired four days later."""
    office.gives(report_fault(station_id=STATION, service=service), HELEN)
    office.gives(contact(), SUSI)
    for visit in (leave_unrepaired(), leave()):
        office.gives(plan(planned_for=office.clock.now), SAM)
        office.gives(depart(expected_arrival=office.clock.now + DAY), ENZO)
        office.gives(f.Arrive(field_order_id=ID), ENZO)
        office.gives(visit, ENZO)
        office.clock.now += 4 * DAY


@rule("REG-5")
def test_a_machine_is_out_of_use_from_the_first_visit_until_it_is_left_repaired(
    office: Office, reactions: Reactions, connections: Connections
) -> None:
    office.was_told(setting())
    visited_twice(office)
    office.gives(file_field_report(), ENZO)
    catch_up(reactions)
    assert out_of_use(office) == [], "which machine, nobody knows yet"
    office.gives(IDENTIFY, SUSI)
    catch_up(reactions)
    [recorded] = out_of_use(office)
    assert (recorded.order_id, recorded.repaired) == (ID, True)
    assert recorded.out_of_use == in_repair(date(2026, 3, 7), date(2026, 3, 11))
    assert refusals(connections) == []


@rule("REG-5")
@rule("FLD-5")
def test_of_a_machine_that_it_was_not_nothing_stays_recorded(
    office: Office, reactions: Reactions
) -> None:
    other = register_equipment(equipment_id=OTHER_MACHINE, serial_number="SN-2")
    office.was_told(setting().tell(other, SUSI))
    visited_twice(office)
    office.gives(IDENTIFY, SUSI)
    office.gives(file_field_report(), ENZO)
    office.gives(f.IdentifyMachine(field_order_id=ID, equipment_id=OTHER_MACHINE), SUSI)
    catch_up(reactions)
    assert [each.out_of_use for each in out_of_use(office)] == [
        in_repair(date(2026, 3, 7), date(2026, 3, 11)),
        (),
    ]
    [now] = out_of_use(office, OTHER_MACHINE)
    assert now.out_of_use == in_repair(date(2026, 3, 7), date(2026, 3, 11))
    assert Equipment.kind == office.log.history(OTHER_MACHINE)[0].envelope.stream.kind


def left_a_day_earlier(office: Office) -> None:
    """As a correction says that was asked for and signed."""
    history = office.log.history(ID)
    [_, left] = [each for each in history if isinstance(each.event, EngineerLeft)]
    office.gives(
        f.RequestNodeCorrection(
            field_order_id=ID,
            correction_id=CORRECTION,
            event_id=left.envelope.event_id,
            effective_at=left.envelope.effective_at - DAY,
            reason="system_fault",
            explanation="entered a day too late",
        ),
        ENZO,
    )
    office.gives(f.SignNodeCorrection(field_order_id=ID, correction_id=CORRECTION), DORA)


@rule("REG-5", "FLD-6")
def test_a_corrected_node_changes_what_was_added_for_work_that_is_reported(
    office: Office, reactions: Reactions
) -> None:
    office.was_told(setting())
    visited_twice(office)
    office.gives(IDENTIFY, SUSI)
    office.gives(file_field_report(), ENZO)
    left_a_day_earlier(office)
    catch_up(reactions)
    assert [each.out_of_use for each in out_of_use(office)] == [
        in_repair(date(2026, 3, 7), date(2026, 3, 11)),
        in_repair(date(2026, 3, 7), date(2026, 3, 10)),
    ]
    assert all(each.repaired for each in out_of_use(office))


@rule("REG-5", "REG-5a")
@pytest.mark.parametrize(
    "service",
    [
        FieldServiceKind.MAINTENANCE,
        FieldServiceKind.TECHNICAL_UPDATE,
        FieldServiceKind.HANDOVER,
    ],
)
def test_no_other_service_is_a_repair_nor_is_one_whose_node_is_corrected(
    office: Office, reactions: Reactions, service: FieldServiceKind
) -> None:
    office.was_told(setting())
    visited_twice(office, service)
    office.gives(IDENTIFY, SUSI)
    office.gives(file_field_report(), ENZO)
    left_a_day_earlier(office)
    catch_up(reactions)
    [recorded] = out_of_use(office)
    assert (recorded.repaired, recorded.out_of_use) == (False, ())
