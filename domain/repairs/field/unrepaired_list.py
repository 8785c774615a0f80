"""The list of a station's orders that were left unrepaired, by a time of each day (FLD-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID, uuid5

from pydantic import AfterValidator

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.messages import (
    Message,
    Moment,
    Refusal,
    RefusalCode,
    Role,
    Stream,
    Text,
    World,
)
from domain.policies import Pin
from domain.policy_content import Every
from domain.registry.station import Station, StationNotFound
from domain.registry.stations_apart import refuse_other_stations
from domain.repairs.field.refusals import FieldOrderNotFound
from domain.repairs.field.state import FieldOrder
from domain.repairs.field.visiting import FOLLOW_UP
from domain.sla.periods import due_in

UNREPAIRED_LIST = "repairs.UnrepairedList"
LISTS = UUID("3f0c4b52-0a0e-5e0b-8f5d-8e2d1c9b6a17")

# ── commands and events ─────────────────────────────────────────────────────


class UnrepairedOrder(Message):
    """An order that was left unrepaired, and why it still is."""

    field_order_id: UUID
    reason: Text


def each_once(orders: tuple[UnrepairedOrder, ...]) -> tuple[UnrepairedOrder, ...]:
    if len({each.field_order_id for each in orders}) < len(orders):
        raise ValueError("Each order is listed once.")
    return orders


class ListUnrepaired(messages.Command):
    """List the orders of a station that are unrepaired on a day, with their reasons (FLD-8)."""

    roles = frozenset({Role.SERVICE_AGENT, Role.SERVICE_SUPERVISOR, Role.STATION_MANAGER})
    station_id: UUID
    day: date
    orders: Annotated[tuple[UnrepairedOrder, ...], AfterValidator(each_once)]

    @property
    def stream(self) -> Stream:
        return Stream(UNREPAIRED_LIST, uuid5(LISTS, f"{self.station_id} {self.day}"))


Command: TypeAlias = ListUnrepaired


class UnrepairedListed(messages.Event):
    """These orders of a station were unrepaired on a day, for these reasons (FLD-8)."""

    context = "repairs"
    station_id: UUID
    day: date
    orders: tuple[UnrepairedOrder, ...]
    due_at: Moment | None
    late: bool | None
    clock: Pin | None
    listed_by: Names


Event: TypeAlias = UnrepairedListed

# ── refusals ────────────────────────────────────────────────────────────────


class DayToCome(Refusal):
    """Nobody knows yet what will be unrepaired on that day."""

    code = RefusalCode.INVALID
    rule = "FLD-8"


class NotUnrepaired(Refusal):
    """Only orders that were left unrepaired are listed, each at the station that it is of."""

    code = RefusalCode.INVALID
    rule = "FLD-8"


# ── state and decisions ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class UnrepairedList:
    """How often the day was listed."""

    kind: ClassVar[str] = UNREPAIRED_LIST
    times: int


State = UnrepairedList


def evolve(unrepaired: UnrepairedList | None, event: Event) -> UnrepairedList:
    return UnrepairedList((unrepaired.times if unrepaired else 0) + 1)


def decide(unrepaired: UnrepairedList | None, command: Command, world: World) -> list[Event]:
    """Listing it again is recorded again; the lists of orders show whether all are on it."""
    refuse_other_stations(world, opening_for=command.station_id, of=None, hidden=FieldOrderNotFound)
    if world.of(Station, command.station_id) is None:
        raise StationNotFound(fields=("station_id",))
    target, zone = policies.deadline(world, FOLLOW_UP).target, policies.zone(world)
    assert isinstance(target, Every), f"{FOLLOW_UP} is due every day"
    if command.day > calendar.local_day(world.effective_at, zone):
        raise DayToCome(fields=("day",))
    refuse_others(command, world)
    due = due_in(target, command.day, zone)
    return [
        UnrepairedListed(
            station_id=command.station_id,
            day=command.day,
            orders=command.orders,
            due_at=due.at,
            late=due.passed_by(world.effective_at),
            clock=policies.clock(world, FOLLOW_UP),
            listed_by=names(world),
        )
    ]


def refuse_others(command: ListUnrepaired, world: World) -> None:
    """Raises FieldOrderNotFound, NotUnrepaired with each that is not."""
    ids = [each.field_order_id for each in command.orders]
    world.gather(Stream(FieldOrder.kind, id) for id in ids)
    orders = {id: world.of(FieldOrder, id) for id in ids}
    if None in orders.values():
        raise FieldOrderNotFound(fields=("orders",))
    wrong = [
        f"{order.number or id} is not unrepaired there."
        for id, order in orders.items()
        if order and not unrepaired_at(order, command.station_id)
    ]
    if wrong:
        raise NotUnrepaired(fields=("orders",), reasons=tuple(wrong))


def unrepaired_at(order: FieldOrder, station_id: UUID) -> bool:
    return order.station_id == station_id and order.unrepaired
