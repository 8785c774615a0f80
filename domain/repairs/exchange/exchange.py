"""An exchange, from the application to the replacement, or to the refund instead (rulebook 3.2).

applied ─▶ approved ─▶ received ─▶ inspected ─▶ shipped ─▶ delivered ─▶ closed
        ╲ declined               ╲ rejected ─▶ sent back ─▶ closed
a refund is asked for in any of the first four stages, approved by others, and ends in a sales
return: refunded ─▶ closed
"""

from __future__ import annotations

from typing import TypeAlias

from domain.messages import On, World
from domain.registry.stations_apart import refuse_other_stations
from domain.repairs.exchange import (
    applying,
    approving,
    arriving,
    charging,
    differing,
    freighting,
    refunding,
    shipping,
)
from domain.repairs.exchange import commands as c
from domain.repairs.exchange.events import Event as Event
from domain.repairs.exchange.refusals import ExchangeNotFound
from domain.repairs.exchange.stages_allowed import existing
from domain.repairs.exchange.state import Exchange as Exchange
from domain.repairs.exchange.state import evolve as evolve

State = Exchange
Command: TypeAlias = (
    c.Applying
    | c.Approving
    | c.Arriving
    | c.Differing
    | c.Charging
    | c.Shipping
    | c.Freighting
    | c.Refunding
)


def decide(exchange: Exchange | None, command: Command, world: World) -> list[Event | On]:
    """Which stage of an exchange decides about a wish."""
    refuse_other_stations(
        world,
        opening_for=command.station_id if isinstance(command, c.ApplyForExchange) else None,
        of=exchange.station_id if exchange else None,
        hidden=ExchangeNotFound,
    )
    if isinstance(command, c.Applying):
        return applying.decide(exchange, command, world)
    exchange = existing(exchange)
    if isinstance(command, c.Approving):
        return [*approving.decide(exchange, command, world)]
    if isinstance(command, c.Arriving):
        return [*arriving.decide(exchange, command, world)]
    if isinstance(command, c.Differing):
        return [*differing.decide(exchange, command, world)]
    if isinstance(command, c.Charging):
        return [*charging.decide(exchange, command, world)]
    if isinstance(command, c.Shipping):
        return [*shipping.decide(exchange, command, world)]
    if isinstance(command, c.Freighting):
        return [*freighting.decide(exchange, command, world)]
    return refunding.decide(exchange, command, world)
