"""Applying before anything is sent, and what entitles to it (EXC-1, REG-5a)."""

from __future__ import annotations

from datetime import date
from typing import assert_never
from uuid import UUID

from domain import calendar, entitlements, policies, uniqueness, warranty
from domain.approvals import names
from domain.entitlements import Entitlement, Fault, InRepair, Remedy
from domain.messages import On, Stream, World
from domain.policy_content import (
    ApprovalMatrix,
    Approved,
    PhoneGuarantee,
    PublicHolidays,
    WarrantyTerms,
)
from domain.registry.dealer import Dealer, DealerNotFound
from domain.registry.equipment import Equipment, EquipmentNotFound
from domain.registry.manufacturer import Manufacturer, ManufacturerNotFound
from domain.registry.station import Station, StationNotFound
from domain.registry.stations_apart import refuse_other_stations
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.refusals import (
    ExchangeExists,
    ExchangeNumberTaken,
    KindOfGoodsUnknown,
    NobodysGoods,
    NoRepairOfThisUnit,
    NotInRepairAnyMore,
)
from domain.repairs.exchange.stages_allowed import existing, only_at
from domain.repairs.exchange.state import Exchange, ExchangeStage, evolve
from domain.repairs.repair.refusals import RepairNotFound
from domain.repairs.repair.state import RepairOrder
from domain.sla.starting import started
from domain.vocabulary import EquipmentKind, Part

EXCHANGE_NUMBER = "repairs.ExchangeNumber"
APPROVAL_CLOCK = "exchange_approval"


def decide(exchange: Exchange | None, command: c.Applying, world: World) -> list[e.Event | On]:
    match command:
        case c.ApplyForExchange():
            return apply(exchange, command, world)
        case c.WithdrawExchange(reason=reason):
            only_at(existing(exchange), ExchangeStage.APPLIED, ExchangeStage.APPROVED)
            return [e.ExchangeWithdrawn(reason=reason)]
        case never:
            assert_never(never)


def apply(
    exchange: Exchange | None, command: c.ApplyForExchange, world: World
) -> list[e.Event | On]:
    """Before anything is sent (EXC-1); both departments approve it in time (EXC-2)."""
    if exchange:
        raise ExchangeExists
    refuse_unknown(command, world)
    equipment = registered(command, world)
    by, taken = command.exchange_id, ExchangeNumberTaken
    named = uniqueness.take(world, by, EXCHANGE_NUMBER, command.number, taken=taken)
    return [application(command, equipment, world), *named]


def refuse_unknown(command: c.ApplyForExchange, world: World) -> None:
    """Raises NobodysGoods, KindOfGoodsUnknown, or what it names and nobody knows."""
    if command.dealer_id is None and command.customer_id is None:
        raise NobodysGoods(fields=("dealer_id", "customer_id"))
    if command.equipment_id is None and command.equipment_kind is None:
        raise KindOfGoodsUnknown(fields=("equipment_id", "equipment_kind"))
    if world.of(Station, command.station_id) is None:
        raise StationNotFound(fields=("station_id",))
    if command.dealer_id and world.of(Dealer, command.dealer_id) is None:
        raise DealerNotFound(fields=("dealer_id",))
    if command.manufacturer_id and world.of(Manufacturer, command.manufacturer_id) is None:
        raise ManufacturerNotFound(fields=("manufacturer_id",))


def registered(command: c.ApplyForExchange, world: World) -> Equipment | None:
    """What is known of the unit. Raises EquipmentNotFound."""
    if command.equipment_id is None:
        return None
    known = world.of(Equipment, command.equipment_id)
    if known is None:
        raise EquipmentNotFound(fields=("equipment_id",))
    return known


def application(
    command: c.ApplyForExchange, equipment: Equipment | None, world: World
) -> e.ExchangeApplied:
    """What the registry knows counts before what is said; the repairs it knows failed, too."""
    facts = {"number", "station_id", "dealer_id", "customer_id", "equipment_id", "item"}
    facts |= {"reported_fault", "repair_order_id"}
    in_repair = repair_under_way(command, world)
    refuse_other_repairs(command, world)
    failed = command.failed_repairs | (equipment.repaired_in if equipment else frozenset())
    papers_lost = equipment is None and command.invoiced_on is None
    applied = e.ExchangeApplied(
        **command.model_dump(include=facts),
        manufacturer_id=equipment.manufacturer_id if equipment else command.manufacturer_id,
        serial_number=equipment.serial_number if equipment else command.serial_number,
        equipment_kind=equipment.equipment if equipment else command.equipment_kind,
        invoiced_on=equipment.delivered_on if equipment else command.invoiced_on,
        factory_date=command.factory_date if papers_lost else None,
        failed_repairs=tuple(sorted(failed)),
        in_repair=in_repair,
        signed_by=policies.in_force(world, ApprovalMatrix).longest(Approved.EXCHANGE),
        approval_due=started(world, APPROVAL_CLOCK, world.effective_at),
        applied_by=names(world),
    )
    given = ground(Remedy.EXCHANGE, evolve(None, applied), command.like_model_available, world)
    return applied.model_copy(update={"ground": given})


# ── what entitles to it ─────────────────────────────────────────────────────


def ground(
    remedy: Remedy, exchange: Exchange, like_model_available: bool, world: World
) -> Entitlement | None:
    """What of the national rules on phones entitles to the remedy today, if any does (REG-5a)."""
    on = calendar.local_day(world.effective_at, policies.zone(world))
    guarantee = policies.in_force(world, PhoneGuarantee)
    sold_on = term_start(exchange, guarantee)
    if sold_on is None or not phone_under_warranty(exchange, sold_on, on, world):
        return None
    fault = Fault(
        sold_on=sold_on,
        papers_lost=exchange.invoiced_on is None,
        failed_repairs=exchange.failed_repairs,
        in_repair=exchange.in_repair,
        like_model_available=like_model_available,
    )
    found = entitlements.entitlements(guarantee, fault, on)
    return next((each for each in found if each.remedy is remedy), None)


def term_start(exchange: Exchange, guarantee: PhoneGuarantee) -> date | None:
    """The day of the invoice; where it is lost, as the factory date has it (REG-5a)."""
    if exchange.factory_date is None:
        return exchange.invoiced_on
    return warranty.starts_on(guarantee, exchange.invoiced_on, exchange.factory_date)


def phone_under_warranty(exchange: Exchange, sold_on: date, on: date, world: World) -> bool:
    """By the registry, unless its dates are under query (REG-3), or by the terms in force for a
    phone that is not in it (REG-4, REG-6).
    """
    if exchange.equipment_kind is not EquipmentKind.PHONE:
        return False
    holidays = policies.in_force(world, PublicHolidays)
    if exchange.equipment_id is not None:
        equipment = world.the(Equipment, exchange.equipment_id)
        covered = equipment.under_warranty(Part.MAIN_UNIT, on, holidays).covered
        return covered and not equipment.on_hold
    terms = policies.in_force(world, WarrantyTerms)
    coverage = warranty.coverage(terms, EquipmentKind.PHONE, "default", sold_on)
    return warranty.under_warranty(coverage, (), Part.MAIN_UNIT, on, holidays).covered


def refuse_other_repairs(command: c.ApplyForExchange, world: World) -> None:
    """Raises NoRepairOfThisUnit for orders of other units, or that repaired nothing (REG-5a)."""
    ids = sorted(command.failed_repairs)
    world.gather(Stream(RepairOrder.kind, id) for id in ids)
    wrong = tuple(str(id) for id in ids if not did_not_mend(known_repair(id, world), command))
    if wrong:
        raise NoRepairOfThisUnit(fields=("failed_repairs",), reasons=wrong)


def did_not_mend(order: RepairOrder, command: c.ApplyForExchange) -> bool:
    if command.equipment_id is not None:
        return order.repaired and order.equipment_id == command.equipment_id
    return order.repaired and order.serial_number == command.serial_number


def known_repair(id: UUID, world: World) -> RepairOrder:
    """Raises RepairNotFound, also for what is another station's."""
    order = world.of(RepairOrder, id)
    if order is None:
        raise RepairNotFound
    refuse_other_stations(world, opening_for=None, of=order.station_id, hidden=RepairNotFound)
    return order


def repair_under_way(command: c.ApplyForExchange, world: World) -> InRepair | None:
    """The repair that takes long, for the reason that was stated (REG-5a)."""
    if command.repair_order_id is None:
        if command.delay is not None:
            raise NotInRepairAnyMore(fields=("delay", "repair_order_id"))
        return None
    order = known_repair(command.repair_order_id, world)
    if command.delay is None:
        return None
    if order.finished or order.received_at is None:
        raise NotInRepairAnyMore(fields=("delay",))
    since = calendar.local_day(order.received_at, policies.zone(world))
    return InRepair(since=since, delay=command.delay)
