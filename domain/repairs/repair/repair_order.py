"""A repair order, from the item that comes to us to the callback after it is back (rulebook 3.1).

received ─▶ inspected ─▶ warranty determined ─▶ quoted ─▶ accepted ─▶ assigned ─▶ in work
                              under warranty ─────────────────────────▶ or sent away
finished ─▶ checked ─▶ ready ─▶ released, paid or free ─▶ returned ─▶ closed ─▶ callback
     ▲──────── rework
"""

from __future__ import annotations

from typing import TypeAlias

from domain.messages import On, World
from domain.registry.stations_apart import refuse_other_stations
from domain.repairs.repair import (
    agreeing,
    checking,
    differing,
    paying,
    receiving,
    releasing,
    sending,
    working,
)
from domain.repairs.repair import commands as c
from domain.repairs.repair.events import Event as Event
from domain.repairs.repair.refusals import RepairNotFound
from domain.repairs.repair.stages_allowed import existing
from domain.repairs.repair.state import RepairOrder as RepairOrder
from domain.repairs.repair.state import RepairStage as RepairStage
from domain.repairs.repair.state import evolve as evolve

State = RepairOrder
Command: TypeAlias = (
    c.Receiving
    | c.Differing
    | c.Agreeing
    | c.Working
    | c.Sending
    | c.Checking
    | c.Paying
    | c.Releasing
)


def decide(order: RepairOrder | None, command: Command, world: World) -> list[Event | On]:
    """Which stage of a repair decides about a wish."""
    refuse_other_stations(
        world,
        opening_for=command.station_id if isinstance(command, c.ReceiveItem) else None,
        of=order.station_id if order else None,
        hidden=RepairNotFound,
    )
    if isinstance(command, c.Receiving):
        return receiving.decide(order, command, world)
    order = existing(order)
    if isinstance(command, c.Differing):
        return [*differing.decide(order, command, world)]
    if isinstance(command, c.Agreeing):
        return [*agreeing.decide(order, command, world)]
    if isinstance(command, c.Working):
        return [*working.decide(order, command, world)]
    if isinstance(command, c.Sending):
        return sending.decide(order, command, world)
    if isinstance(command, c.Checking):
        return [*checking.decide(order, command, world)]
    if isinstance(command, c.Paying):
        return [*paying.decide(order, command, world)]
    return releasing.decide(order, command, world)
