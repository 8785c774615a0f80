"""A stopped loader: the call, two visits for want of a part, the report, its claim (FLD-1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.contacts import commands as k
from domain.repairs.field import commands as f
from domain.repairs.service_report import WorkReport
from domain.vocabulary import ContactCategory, ContactChannel, FieldServiceKind
from recourse.demo import cast
from recourse.demo.cast import id_of
from recourse.demo.plans import model
from recourse.demo.reported import (
    ReportedWork,
    Told,
    claimed,
    planned_work,
    report_of,
    reported_work,
)
from recourse.demo.stage import Agenda, Stage

LOADER: Final = 6
CALL: Final = id_of("contact of the stopped loader")
WORK: Final = reported_work(102, LOADER, opened=6)
PART: Final = WORK.fault.part.lower()


def field_call(planned: Agenda) -> ReportedWork:
    """From the call to the callback; what the claim comes to is paid with the others."""
    stage = planned.stage
    planned_work(planned, [*the_call(), *the_visits(stage), *the_end()])
    report = f.FileFieldReport(
        field_order_id=WORK.order_id,
        report=WorkReport(**written(stage)),
        photos=(f.Photo(sha256=stage.keep(f"{PART}, taken out"), taken_on=stage.day(5)),),
        customer_signed=True,
        stamped=True,
    )
    claimed(planned, WORK, report)
    return WORK


def written(stage: Stage) -> dict[str, object]:
    """The order knows the serial number already."""
    said = report_of(stage, WORK)
    return {name: fact for name, fact in said.items() if name != "serial_number"}


def the_call() -> Iterator[Told]:
    supervisor = cast.SUPERVISORS[WORK.station]
    logged = k.LogContact(
        contact_id=CALL,
        channel=ContactChannel.HOTLINE,
        caller="Zou Jun",
        reason="The loader stands still.",
        product=model(LOADER),
        need="Somebody to come today",
        customer_id=WORK.customer_id,
        equipment_id=WORK.equipment_id,
        station_id=WORK.station.id,
    )
    technical = ContactCategory.TECHNICAL_SERVICE
    yield 3, 16, 2, cast.HOTLINE, logged
    yield 3, 16, 4, cast.HOTLINE, k.ClassifyContact(contact_id=CALL, category=technical)
    yield 3, 16, 5, cast.HOTLINE, k.RouteContact(contact_id=CALL, person_id=supervisor.id)
    yield 3, 16, 6, cast.HOTLINE, fault_reported()
    found = f.ContactFindings(fault=WORK.fault.cause, solvable_by_phone=False, parts_in_stock=False)
    told = k.SpeakToCustomer(contact_id=CALL, result="An engineer comes tomorrow morning.")
    yield 3, 16, 14, supervisor, told
    yield 3, 16, 15, supervisor, f.ContactCustomer(field_order_id=WORK.order_id, findings=found)
    yield 3, 16, 40, cast.HOTLINE, k.ConfirmSpokenTo(contact_id=CALL, happened=True)
    closed = k.CloseContact(contact_id=CALL, outcome=f"Field order {WORK.order_number}")
    yield 3, 16, 41, cast.HOTLINE, closed


def fault_reported() -> f.ReportFault:
    return f.ReportFault(
        field_order_id=WORK.order_id,
        number=WORK.order_number,
        customer_id=WORK.customer_id,
        contact_id=CALL,
        job=f"call of {WORK.order_number}",
        product_type="loader",
        service=FieldServiceKind.FAULT,
        fault="It stops under load and will not start again.",
        region="c",
        machine_stopped=True,
        station_id=WORK.station.id,
        equipment_id=WORK.equipment_id,
        caller="Zou Jun",
        place="Quarry north of the airport road",
    )


def the_visits(stage: Stage) -> Iterator[Told]:
    """The part came a day after the engineer did: the day is added to the warranty (REG-5)."""
    id, engineer = WORK.order_id, cast.ENGINEERS[WORK.station]
    yield from visit(stage, 4)
    without_part = f.LeaveCustomer(
        field_order_id=id,
        repaired=False,
        unrepaired_because=f"No {PART} at the station.",
        result=f"Found: {WORK.fault.cause}. The {PART} comes tomorrow.",
        customer_consents=True,
    )
    yield 4, 14, 10, engineer, without_part
    follow_up = f.FollowUpUnrepaired(
        field_order_id=id, reason=f"The {PART} is on its way.", next_step="Go again tomorrow."
    )
    yield 4, 16, 20, cast.AGENTS[WORK.station], follow_up
    yield from visit(stage, 5)
    repaired = f.LeaveCustomer(
        field_order_id=id,
        repaired=True,
        result=WORK.fault.work,
        customer_opinion="Quick, once the part was there.",
        customer_consents=True,
    )
    yield 5, 15, 30, engineer, repaired


def visit(stage: Stage, day: int) -> Iterator[Told]:
    id, engineer = WORK.order_id, cast.ENGINEERS[WORK.station]
    supervisor, there = cast.SUPERVISORS[WORK.station], stage.moment(day, 10, 30)
    leaving = there - timedelta(hours=2)
    plan = f.PlanDispatch(field_order_id=id, engineer_id=engineer.id, planned_for=leaving)
    yield day, 8, 5, supervisor, plan
    yield day, 8, 30, engineer, f.Depart(field_order_id=id, expected_arrival=there)
    yield day, 10, 25, engineer, f.Arrive(field_order_id=id)


def the_end() -> Iterator[Told]:
    id: UUID = WORK.order_id
    supervisor = cast.SUPERVISORS[WORK.station]
    yield 7, 10, 5, supervisor, f.ReviewFieldReport(field_order_id=id, accepted=True)
    yield 7, 10, 10, supervisor, f.CloseFieldOrder(field_order_id=id)
    satisfied = f.CallBackCustomer(
        field_order_id=id,
        satisfied=True,
        remark="Runs again; wishes such parts were kept in stock.",
    )
    yield 8, 11, 0, cast.HOTLINE, satisfied
