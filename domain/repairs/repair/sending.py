"""Sending an item to factory or vendor, and taking it back (REP-2, REP-4, REP-6, REP-10)."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain import policies
from domain.approvals import names
from domain.messages import On, World
from domain.policy_content import FactoryRepairs
from domain.repairs.freight import Freight
from domain.repairs.freight_account import posted
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    ComponentMissing,
    DataLossNotAcknowledged,
    NotUnderWarrantyForFactory,
    RepairNotPossibleNow,
)
from domain.repairs.repair.stages_allowed import WORKABLE, exempt, only_at, ready_for_work
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.sla.starting import late, started

FACTORY_CLOCK = "factory_processing"


def decide(order: RepairOrder, command: c.Sending, world: World) -> list[e.Event | On]:
    id = command.repair_order_id
    match command:
        case c.SendToFactory(freight=freight):
            return [to_factory(order, world), *carried(id, order, freight, world)]
        case c.SendToVendor(vendor=vendor, work=work, freight=freight):
            only_at(order, *WORKABLE, RepairStage.IN_WORK)
            ready_for_work(order, world)
            sent = e.ItemSentToVendor(vendor=vendor, work=work, sent_by=names(world))
            return [sent, *carried(id, order, freight, world)]
        case c.RecordFactoryProcessing():
            return [process(order, command, world)]
        case c.TakeItemBack(freight=freight):
            return [take_back(order, world), *carried(id, order, freight, world)]
        case c.RecordFreight(freight=freight):
            return carried(id, order, freight, world)
        case never:
            assert_never(never)


def carried(
    id: UUID, order: RepairOrder, freight: Freight | None, world: World
) -> list[e.Event | On]:
    """The freight of a leg, with its payer, to be reconciled with the factory (REP-10)."""
    if freight is None:
        return []
    recorded = e.FreightRecorded(freight=freight, manufacturer_id=order.manufacturer_id)
    return [recorded, *posted(world, order.manufacturer_id, id, freight)]


def to_factory(order: RepairOrder, world: World) -> e.ItemSentToFactory:
    """Complete, under warranty unless the factory repairs for money, its data given up."""
    only_at(order, *WORKABLE)
    ready_for_work(order, world)
    refuse_out_of_warranty(order, world)
    if order.missing_components:
        missing = order.missing_components
        raise ComponentMissing(f"It lacks {', '.join(missing)}.", reasons=missing)
    if not order.data_loss_acknowledged:
        raise DataLossNotAcknowledged
    at = world.effective_at
    return e.ItemSentToFactory(
        manufacturer_id=order.manufacturer_id,
        sent_by=names(world),
        late=late(order.to_factory_due, world),
        processing_due=None if exempt(order, world) else started(world, FACTORY_CLOCK, at),
    )


def refuse_out_of_warranty(order: RepairOrder, world: World) -> None:
    """Raises NotUnderWarrantyForFactory, unless this factory repairs for money (REP-6)."""
    repairs = policies.in_force(world, FactoryRepairs)
    if not (order.covered or repairs.repairs_for_money(order.manufacturer_id)):
        raise NotUnderWarrantyForFactory


def process(
    order: RepairOrder, command: c.RecordFactoryProcessing, world: World
) -> e.FactoryProcessed:
    only_at(order, RepairStage.AT_FACTORY)
    if order.factory:
        raise RepairNotPossibleNow(f"The factory is done with the item: {order.factory}.")
    return e.FactoryProcessed(
        outcome=command.outcome,
        explanation=command.explanation,
        new_serial=command.new_serial,
        late=late(order.processing_due, world),
    )


def take_back(order: RepairOrder, world: World) -> e.ItemTakenBack:
    only_at(order, RepairStage.AT_FACTORY, RepairStage.AT_VENDOR)
    if order.stage is RepairStage.AT_FACTORY and order.factory is None:
        raise RepairNotPossibleNow("Record first what the factory did with the item.")
    return e.ItemTakenBack(taken_back_by=names(world))
