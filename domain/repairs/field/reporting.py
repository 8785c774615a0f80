"""From the report to what the contact establishes: FLD-1, FLD-2, FLD-4, FLD-5, FLD-7."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain import policies, uniqueness
from domain.approvals import names
from domain.contacts.leading import led_to
from domain.messages import On, World
from domain.policy_content import FieldService
from domain.registry.authority import confined_to
from domain.registry.customer import Customer, CustomerNotFound
from domain.registry.equipment import Equipment, EquipmentNotFound
from domain.registry.station import Station, StationNotFound
from domain.repairs.field import commands as c
from domain.repairs.field import events as e
from domain.repairs.field import filing
from domain.repairs.field.refusals import (
    FieldOrderExists,
    FieldOrderNotFound,
    FieldOrderNumberTaken,
    JobHasItsOrder,
    MachineNotNamed,
    PhoneCannotSolveIt,
    SerialOfAnotherMachine,
)
from domain.repairs.field.standing import late, not_over, only_at, told_of, unrepaired_or_at
from domain.repairs.field.state import FieldOrder, FieldStage
from domain.sla.starting import started
from domain.vocabulary import FieldNode, OrderKind

ORDER_NUMBER = "repairs.FieldOrderNumber"
JOB = "repairs.FieldJob"
FIRST_CONTACT = "field_first_contact"

BEFORE_DEPARTURE = (
    FieldStage.REPORTED,
    FieldStage.ASSIGNED,
    FieldStage.CONTACTED,
    FieldStage.DISPATCH_PLANNED,
)


def decide(order: FieldOrder | None, command: c.Reporting, world: World) -> list[e.Event | On]:
    if isinstance(command, c.ReportFault):
        return report(order, command, world)
    if order is None:
        raise FieldOrderNotFound
    match command:
        case c.AssignStation(station_id=station_id):
            return [*assign(order, station_id, world)]
        case c.ContactCustomer():
            return [contact(order, command, world)]
        case c.ResolveByPhone(solution=solution):
            return [*resolve_by_phone(order, solution, world)]
        case c.IdentifyMachine():
            return [*identify(order, command, world)]
        case c.SayMachineStopped(stopped=stopped):
            return [*say_stopped(order, stopped, world)]
        case never:
            assert_never(never)


# ── reporting ───────────────────────────────────────────────────────────────


def report(order: FieldOrder | None, command: c.ReportFault, world: World) -> list[e.Event | On]:
    if order:
        raise FieldOrderExists
    if world.of(Customer, command.customer_id) is None:
        raise CustomerNotFound(fields=("customer_id",))
    by = command.field_order_id
    events: list[e.Event] = [reported(command, world)]
    if station_id := command.station_id or confined_to(world):
        beginning = FieldOrder(service=command.service, machine_stopped=command.machine_stopped)
        events.append(assigned(beginning, station_id, world))
    return [
        *events,
        *led_to(command.contact_id, OrderKind.FIELD, by, command.number, world),
        *uniqueness.take(world, by, ORDER_NUMBER, command.number, taken=FieldOrderNumberTaken),
        *uniqueness.take(world, by, JOB, command.job, command.product_type, taken=JobHasItsOrder),
    ]


def reported(command: c.ReportFault, world: World) -> e.FaultReported:
    """By when the customer is contacted, and reached where the region's policy says so (FLD-1)."""
    at = world.effective_at
    arrival = policies.in_force(world, FieldService).arrival_clock(command.region)
    told = FieldOrder(service=command.service, machine_stopped=command.machine_stopped)
    serial = serial_of(world, command.equipment_id, command.serial_number)
    known = command.model_dump(include=set(e.FaultReported.model_fields) - {"serial_number"})
    return e.FaultReported(
        **known,
        serial_number=serial,
        contact_due=started(world, FIRST_CONTACT, at),
        arrival_due=started(world, arrival, at) if arrival else None,
        notified=told_of(FieldNode.REPORTED, told, world),
        reported_by=names(world),
    )


def serial_of(world: World, equipment_id: UUID | None, serial: str | None) -> str | None:
    """The serial number of registered equipment, which is not that of another; else as given."""
    if equipment_id is None:
        return serial
    equipment = world.of(Equipment, equipment_id)
    if equipment is None:
        raise EquipmentNotFound(fields=("equipment_id",))
    if serial and serial.casefold() != equipment.serial_number.casefold():
        raise SerialOfAnotherMachine(
            f"It is registered under {equipment.serial_number}, not {serial}.",
            fields=("equipment_id", "serial_number"),
        )
    return equipment.serial_number


def assign(order: FieldOrder, station_id: UUID, world: World) -> list[e.Event]:
    unrepaired_or_at(order, *BEFORE_DEPARTURE)
    return [] if order.station_id == station_id else [assigned(order, station_id, world)]


def assigned(order: FieldOrder, station_id: UUID, world: World) -> e.StationAssigned:
    if world.of(Station, station_id) is None:
        raise StationNotFound(fields=("station_id",))
    told = told_of(FieldNode.STATION_ASSIGNED, order, world)
    return e.StationAssigned(station_id=station_id, notified=told, assigned_by=names(world))


# ── the contact ─────────────────────────────────────────────────────────────


def contact(order: FieldOrder, command: c.ContactCustomer, world: World) -> e.Event:
    """The first contact is the first response, which is measured (FLD-1)."""
    unrepaired_or_at(order, FieldStage.ASSIGNED, FieldStage.CONTACTED)
    return e.FieldCustomerContacted(
        customer_id=order.customer_id,
        findings=command.findings,
        place=command.place,
        late=None if order.contacted else late(order.contact_due, world.effective_at),
        notified=told_of(FieldNode.CUSTOMER_CONTACTED, order, world),
        contacted_by=names(world),
    )


def resolve_by_phone(order: FieldOrder, solution: str, world: World) -> list[e.Event]:
    """It closes the order, whose serial number may stay unknown (FLD-2, FLD-5)."""
    only_at(order, FieldStage.CONTACTED)
    if order.solvable_by_phone is False:
        raise PhoneCannotSolveIt
    by = names(world)
    resolved = told_of(FieldNode.RESOLVED_BY_PHONE, order, world)
    closed = told_of(FieldNode.CLOSED, order, world)
    return [
        e.ResolvedByPhone(solution=solution, notified=resolved, resolved_by=by),
        e.FieldOrderClosed(notified=closed, closed_by=by),
    ]


# ── the machine ─────────────────────────────────────────────────────────────


def identify(order: FieldOrder, command: c.IdentifyMachine, world: World) -> list[e.Event]:
    not_over(order)
    serial = serial_of(world, command.equipment_id, command.serial_number)
    if serial is None:
        raise MachineNotNamed(fields=("equipment_id", "serial_number"))
    if (order.equipment_id, order.serial_number) == (command.equipment_id, serial):
        return []
    filed = order.filed
    report = filed.report if filed else None
    identified = e.MachineIdentified(
        equipment_id=command.equipment_id,
        serial_number=serial,
        photos=filing.renamed(filed, serial) if filed else (),
        warranty=filing.warranty(report, command.equipment_id, world) if report else None,
        identified_by=names(world),
    )
    return [identified, *(filing.work_reported(order, filed, identified, world) if filed else [])]


def say_stopped(order: FieldOrder, stopped: bool, world: World) -> list[e.Event]:
    """A machine that stands still is told of like one that was reported so (FLD-4)."""
    not_over(order)
    if stopped == order.machine_stopped:
        return []
    if not stopped:
        return [e.MachineRunning()]
    before = set(told_of(FieldNode.REPORTED, order, world))
    now = told_of(
        FieldNode.REPORTED, FieldOrder(service=order.service, machine_stopped=True), world
    )
    return [e.MachineStopped(notified=tuple(each for each in now if each not in before))]
