"""What the report and the contact say, and which machine it is."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.repairs.field import events as e
from domain.sla.starting import DueBy
from projections.views.field_orders.row import FieldOrder


def fold(order: FieldOrder, event: e.Beginning, at: datetime) -> FieldOrder:
    match event:
        case e.FaultReported():
            return reported(order, event, at)
        case e.StationAssigned(station_id=station_id):
            return order.but(station_id=station_id)
        case e.FieldCustomerContacted():
            return contacted(order, event, at)
        case e.ResolvedByPhone(solution=solution):
            return order.but(resolved_by_phone=True, phone_solution=solution)
        case e.MachineIdentified():
            return identified(order, event)
        case e.MachineStopped() | e.MachineRunning():
            return order.but(machine_stopped=isinstance(event, e.MachineStopped))
        case never:
            assert_never(never)


def reported(order: FieldOrder, event: e.FaultReported, at: datetime) -> FieldOrder:
    return order.but(
        number=event.number,
        machine_stopped=event.machine_stopped,
        service=event.service,
        product_type=event.product_type,
        job=event.job,
        fault=event.fault,
        region=event.region,
        customer_id=event.customer_id,
        contact_id=event.contact_id,
        equipment_id=event.equipment_id,
        serial_number=event.serial_number,
        caller=event.caller,
        phone=event.phone,
        place=event.place,
        reported_at=at,
        contact_due_at=due_at(event.contact_due),
        arrival_due_at=due_at(event.arrival_due),
    )


def contacted(order: FieldOrder, event: e.FieldCustomerContacted, at: datetime) -> FieldOrder:
    """What an earlier contact found and a later one did not ask stays known."""
    if findings := event.findings:
        order = order.but(
            fault=findings.fault,
            solvable_by_phone=findings.solvable_by_phone,
            parts_in_stock=otherwise(findings.parts_in_stock, order.parts_in_stock),
            arrears=findings.arrears or order.arrears,
            prepayment=findings.prepayment or order.prepayment,
        )
    order = order.but(place=event.place or order.place)
    if order.contacted_at:
        return order
    in_time = in_time_unless(event.late)
    return order.but(contacted_at=at, contact_in_time=in_time, contact_in_time_as_recorded=in_time)


def identified(order: FieldOrder, event: e.MachineIdentified) -> FieldOrder:
    warranty = event.warranty or order.warranty
    return order.but(
        equipment_id=event.equipment_id,
        serial_number=event.serial_number,
        photos=event.photos or order.photos,
        warranty=warranty,
        covered=warranty.covered if warranty else order.covered,
    )


def otherwise(new: bool | None, old: bool | None) -> bool | None:
    return old if new is None else new


def due_at(target: DueBy | None) -> datetime | None:
    return target.due.at if target else None


def in_time_unless(late: bool | None) -> bool | None:
    return None if late is None else not late
