"""Receiving an item, inspecting it, and accepting a dealer's return (REP-1, REP-2)."""

from __future__ import annotations

from typing import assert_never

from domain import uniqueness
from domain.approvals import names
from domain.contacts.leading import led_to
from domain.messages import On, Role, World
from domain.registry.authority import authorised
from domain.registry.equipment import Equipment, EquipmentNotFound
from domain.registry.manufacturer import Manufacturer, ManufacturerNotFound
from domain.registry.person import Person
from domain.registry.station import Station, StationNotFound
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    NobodysItem,
    NoDealerReturn,
    OneTesterAlone,
    RepairExists,
    RepairNumberTaken,
)
from domain.repairs.repair.sending import carried
from domain.repairs.repair.stages_allowed import (
    BEFORE_WORK,
    exempt,
    existing,
    only_at,
    refuse_open_discrepancy,
)
from domain.repairs.repair.state import RepairOrder, RepairStage, evolve
from domain.sla.starting import DueBy, started
from domain.vocabulary import OrderKind, RepairChannel

ORDER_NUMBER = "repairs.RepairNumber"
TO_FACTORY_CLOCK = "dealer_return_to_factory"
TO_DEALER_CLOCK = "dealer_return_to_dealer"


def decide(order: RepairOrder | None, command: c.Receiving, world: World) -> list[e.Event | On]:
    if isinstance(command, c.ReceiveItem):
        return receive(order, command, world)
    order = existing(order)
    match command:
        case c.BeginInspection():
            only_at(order, RepairStage.RECEIVED, RepairStage.INSPECTED)
            return [e.InspectionBegun(begun_by=names(world))]
        case c.InspectItem():
            return [inspect(order, command, world)]
        case c.CountersignInspection(signed_by=name, signature=signature):
            only_at(order, *(stage for stage in BEFORE_WORK if stage is not RepairStage.RECEIVED))
            return [
                e.InspectionCountersigned(
                    subject_id=order.subject_id, signed_by=name, signature=signature
                )
            ]
        case c.AcceptReturn():
            return [*accept(order, world)]
        case never:
            assert_never(never)


def receive(order: RepairOrder | None, command: c.ReceiveItem, world: World) -> list[e.Event | On]:
    """All that came with it is recorded, and who handed it over (REP-1)."""
    if order:
        raise RepairExists
    refuse_nobodys(command)
    if world.of(Station, command.station_id) is None:
        raise StationNotFound(fields=("station_id",))
    received = receipt(command, registered(command, world), world)
    received = received.model_copy(update={"to_factory_due": to_factory_due(received, world)})
    by, taken = command.repair_order_id, RepairNumberTaken
    named = uniqueness.take(world, by, ORDER_NUMBER, command.number, taken=taken)
    return [
        received,
        *led_to(command.contact_id, OrderKind.REPAIR, by, command.number, world),
        *carried(by, evolve(None, received), command.freight, world),
        *named,
    ]


def refuse_nobodys(command: c.ReceiveItem) -> None:
    returned = command.channel is RepairChannel.DEALER_RETURN
    if command.dealer_id is None and (returned or command.customer_id is None):
        raise NobodysItem(fields=("dealer_id",) if returned else ("customer_id", "dealer_id"))


def registered(command: c.ReceiveItem, world: World) -> Equipment | None:
    """What is known of the item. Raises EquipmentNotFound, ManufacturerNotFound."""
    if command.equipment_id is not None:
        known = world.of(Equipment, command.equipment_id)
        if known is None:
            raise EquipmentNotFound(fields=("equipment_id",))
        return known
    if command.manufacturer_id and world.of(Manufacturer, command.manufacturer_id) is None:
        raise ManufacturerNotFound(fields=("manufacturer_id",))
    return None


def receipt(command: c.ReceiveItem, equipment: Equipment | None, world: World) -> e.ItemReceived:
    return e.ItemReceived(
        number=command.number,
        channel=command.channel,
        station_id=command.station_id,
        dealer_id=command.dealer_id,
        customer_id=command.customer_id,
        contact_id=command.contact_id,
        manufacturer_id=equipment.manufacturer_id if equipment else command.manufacturer_id,
        equipment_id=command.equipment_id,
        item=command.item,
        serial_number=equipment.serial_number if equipment else command.serial_number,
        accessories=command.accessories,
        reported_fault=command.reported_fault,
        condition=command.condition,
        subject_id=command.customer_id or command.dealer_id,
        handed_over_by=command.handed_over_by,
        received_at=world.effective_at,
        received_by=names(world),
    )


def to_factory_due(received: e.ItemReceived, world: World) -> DueBy | None:
    """A dealer's return is on its way in time, unless the factory is exempt (REP-2)."""
    order = evolve(None, received)
    return None if exempt(order, world) else started(world, TO_FACTORY_CLOCK, world.effective_at)


def inspect(order: RepairOrder, command: c.InspectItem, world: World) -> e.ItemInspected:
    """Main and secondary faults, and what is missing; signed by who finds them (REP-1)."""
    only_at(order, RepairStage.RECEIVED, RepairStage.INSPECTED)
    if command.test_run_with_owner:
        refuse_run_by_one(command, world)
    return e.ItemInspected(
        main_fault=command.main_fault,
        fault_code=command.fault_code,
        secondary_faults=command.secondary_faults,
        missing_components=command.missing_components,
        test_run_with_owner=command.test_run_with_owner,
        test_run_engineer_id=command.test_run_engineer_id,
        inspected_by=names(world),
    )


def refuse_run_by_one(command: c.InspectItem, world: World) -> None:
    """Raises OneTesterAlone: head and engineer run it on arrival, with its owner (REP-12)."""
    if Role.WORKSHOP_LEAD not in authorised(world, c.InspectItem.roles).roles:
        raise OneTesterAlone(fields=("test_run_with_owner",))
    engineer_id = command.test_run_engineer_id
    engineer = world.of(Person, engineer_id) if engineer_id else None
    if engineer is None or Role.ENGINEER not in engineer.held or engineer_id in names(world).both:
        raise OneTesterAlone(fields=("test_run_engineer_id",))


def accept(order: RepairOrder, world: World) -> list[e.Event]:
    """From now on it is due back with the dealer (REP-2)."""
    if order.channel is not RepairChannel.DEALER_RETURN:
        raise NoDealerReturn
    only_at(order, *(stage for stage in BEFORE_WORK if stage is not RepairStage.RECEIVED))
    refuse_open_discrepancy(order)
    if order.return_accepted:
        return []
    due = None if exempt(order, world) else started(world, TO_DEALER_CLOCK, world.effective_at)
    return [e.ReturnAccepted(accepted_by=names(world), return_due=due)]
