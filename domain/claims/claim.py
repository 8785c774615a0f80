"""A standard claim, from finished work to the credit note that pays it (rulebook 7.1)."""

from __future__ import annotations

from typing import TypeAlias

from domain.claims import (
    answering,
    crediting,
    judging,
    on_report,
    preparing,
    submitting,
    withdrawing,
    writing_off,
)
from domain.claims import commands as c
from domain.claims import events as events
from domain.claims.crediting import credit_reversed as credit_reversed
from domain.claims.crediting import credited as credited
from domain.claims.crediting import difference_settled as difference_settled
from domain.claims.crediting import overpaid as overpaid
from domain.claims.events import Event as Event
from domain.claims.preparing import OWN_NUMBER as OWN_NUMBER
from domain.claims.refusals import ClaimNotFound
from domain.claims.state import Claim as Claim
from domain.claims.state import Status as Status
from domain.claims.state import evolve as evolve
from domain.claims.states_allowed import existing
from domain.claims.submitting import MANUFACTURER_NUMBER as MANUFACTURER_NUMBER
from domain.claims.writing_off import write_off_requested as write_off_requested
from domain.messages import On, World
from domain.registry.stations_apart import refuse_other_stations

State = Claim
Command: TypeAlias = (
    c.Reported
    | c.Preparing
    | c.Judging
    | c.Submitting
    | c.Answering
    | c.Withdrawing
    | c.WritingOff
    | c.Closing
)


def decide(claim: Claim | None, command: Command, world: World) -> list[Event | On]:
    """Which stage of a claim's life decides about a wish."""
    refuse_other_stations(
        world,
        opening_for=command.station_id if isinstance(command, c.OpenClaim) else None,
        of=claim.station_id if claim else None,
        hidden=ClaimNotFound,
    )
    if isinstance(command, c.Reported):
        return on_report.decide(claim, command, world)
    if isinstance(command, c.Preparing):
        return preparing.decide(claim, command, world)
    claim = existing(claim)
    if isinstance(command, c.Judging):
        return [*judging.decide(claim, command, world)]
    if isinstance(command, c.Submitting):
        return submitting.decide(claim, command, world)
    if isinstance(command, c.Answering):
        return [*answering.decide(claim, command, world)]
    if isinstance(command, c.Withdrawing):
        return [withdrawing.withdraw(claim, command, world)]
    if isinstance(command, c.WritingOff):
        return [*writing_off.decide(claim, command, world)]
    return [*crediting.decide(claim, command)]
