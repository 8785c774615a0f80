"""A standard claim, from finished work to the credit note that pays it (rulebook 7.1)."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from domain.claims import (
    answering,
    crediting,
    judging,
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
from domain.claims.refusals import AnotherStation, ClaimNotFound
from domain.claims.state import Claim as Claim
from domain.claims.state import Status as Status
from domain.claims.state import evolve as evolve
from domain.claims.states_allowed import existing
from domain.claims.submitting import MANUFACTURER_NUMBER as MANUFACTURER_NUMBER
from domain.claims.writing_off import write_off_requested as write_off_requested
from domain.messages import On, World
from domain.registry.person import confined_to

State = Claim
Command: TypeAlias = (
    c.OpenClaim
    | c.AttachPaper
    | c.AmendClaim
    | c.VetClaim
    | c.JudgeClaim
    | c.ApproveClaim
    | c.RevokeSignature
    | c.SubmitClaim
    | c.ResubmitClaim
    | c.RecordManufacturerNumber
    | c.RuleOutResubmission
    | c.RecordAcceptance
    | c.RevokeAcceptance
    | c.RecordRejection
    | c.RecordInformationAsked
    | c.GiveInformation
    | c.WithdrawClaim
    | c.RequestWriteOff
    | c.ApproveWriteOff
    | c.RevokeWriteOffSignature
    | c.DeclineWriteOff
    | c.CloseClaim
    | c.ReopenClaim
)


def decide(claim: Claim | None, command: Command, world: World) -> list[Event | On]:
    """Which stage of a claim's life decides about a wish."""
    refuse_other_stations(claim, command, world)
    match command:
        case c.OpenClaim() | c.AttachPaper() | c.AmendClaim():
            return preparing.decide(claim, command, world)
        case c.VetClaim() | c.JudgeClaim() | c.ApproveClaim() | c.RevokeSignature():
            return [*judging.decide(existing(claim), command, world)]
        case (
            c.SubmitClaim()
            | c.ResubmitClaim()
            | c.RecordManufacturerNumber()
            | c.RuleOutResubmission()
        ):
            return submitting.decide(existing(claim), command, world)
        case (
            c.RecordAcceptance()
            | c.RevokeAcceptance()
            | c.RecordRejection()
            | c.RecordInformationAsked()
            | c.GiveInformation()
        ):
            return [*answering.decide(existing(claim), command, world)]
        case c.WithdrawClaim():
            return [withdrawing.withdraw(existing(claim), command, world)]
        case (
            c.RequestWriteOff()
            | c.ApproveWriteOff()
            | c.RevokeWriteOffSignature()
            | c.DeclineWriteOff()
        ):
            return [*writing_off.decide(existing(claim), command, world)]
        case c.CloseClaim() | c.ReopenClaim():
            return [*crediting.decide(existing(claim), command)]
        case never:
            assert_never(never)


def refuse_other_stations(claim: Claim | None, command: Command, world: World) -> None:
    """Whoever is confined to a station opens claims for it; others' are hidden from them."""
    station = confined_to(world)
    if station is None:
        return
    if isinstance(command, c.OpenClaim) and command.station_id != station:
        raise AnotherStation(fields=("station_id",))
    if claim and claim.station_id != station:
        raise ClaimNotFound
