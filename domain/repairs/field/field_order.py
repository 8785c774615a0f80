"""A field order, from the first call to the callback (rulebook 3.3).

reported → station assigned → customer contacted → resolved by phone, or dispatch planned →
departed → arrived → repaired and left, or left unrepaired → report filed → report reviewed →
closed → callback
"""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from domain.messages import On, World
from domain.registry.authority import confined_to
from domain.registry.stations_apart import refuse_other_stations
from domain.repairs.field import commands as c
from domain.repairs.field import correcting, filing, reporting, visiting
from domain.repairs.field.events import Event as Event
from domain.repairs.field.refusals import FieldOrderNotFound
from domain.repairs.field.state import FieldOrder as FieldOrder
from domain.repairs.field.state import evolve as evolve

State = FieldOrder
Command: TypeAlias = (
    c.ReportFault
    | c.AssignStation
    | c.ContactCustomer
    | c.ResolveByPhone
    | c.IdentifyMachine
    | c.SayMachineStopped
    | c.PlanDispatch
    | c.Depart
    | c.Arrive
    | c.MakeJobEntry
    | c.LeaveCustomer
    | c.FollowUpUnrepaired
    | c.FileFieldReport
    | c.FileFieldPaperReport
    | c.ReviewFieldReport
    | c.ExcuseMissingSignature
    | c.ClaimTravelCost
    | c.CloseFieldOrder
    | c.CallBackCustomer
    | c.RequestNodeCorrection
    | c.SignNodeCorrection
    | c.RecordManufacturerApproval
    | c.DeclineNodeCorrection
)


def decide(order: FieldOrder | None, command: Command, world: World) -> list[Event | On]:
    """Which part of an order's life decides about a wish."""
    refuse_other_stations(
        world,
        opening_for=station_wished(command),
        of=order.station_id if order else None,
        hidden=FieldOrderNotFound,
    )
    if isinstance(command, c.Reporting):
        refuse_unassigned(order, world)
        return reporting.decide(order, command, world)
    if order is None:
        raise FieldOrderNotFound
    refuse_unassigned(order, world)
    if isinstance(command, c.Visiting):
        return [*visiting.decide(order, command, world)]
    if isinstance(command, c.Filing):
        return [*filing.decide(order, command, world)]
    return correcting.decide(order, command, world)


def station_wished(command: Command) -> UUID | None:
    return command.station_id if isinstance(command, c.ReportFault | c.AssignStation) else None


def refuse_unassigned(order: FieldOrder | None, world: World) -> None:
    """An order that no station has yet is hidden from the stations."""
    if order and order.station_id is None and confined_to(world):
        raise FieldOrderNotFound
