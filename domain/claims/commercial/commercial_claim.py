"""A commercial claim, from the inspection on site to the callback (CLM-6).

It comes before the work and does not go to the manufacturer.
"""

from __future__ import annotations

from typing import assert_never

from domain import calendar, policies, uniqueness
from domain.approvals import names
from domain.claims.commercial import commands as c
from domain.claims.commercial import events as e
from domain.claims.commercial import granting
from domain.claims.commercial.commands import Command as Command
from domain.claims.commercial.events import Event as Event
from domain.claims.commercial.refusals import (
    CommercialClaimExists,
    CommercialClaimNotFound,
    CommercialNumberTaken,
    InspectionToCome,
    WorkBeforeClaim,
    WorkToCome,
)
from domain.claims.commercial.stages import existing, only_at
from domain.claims.commercial.state import CommercialClaim as CommercialClaim
from domain.claims.commercial.state import Stage as Stage
from domain.claims.commercial.state import evolve as evolve
from domain.messages import On, World
from domain.policy_content import ApprovalMatrix, Approved
from domain.registry.equipment import Equipment, EquipmentNotFound
from domain.registry.station import Station, StationNotFound
from domain.registry.stations_apart import refuse_other_stations

State = CommercialClaim
COMMERCIAL_NUMBER = "claims.CommercialNumber"
LEDGER_CLOCK = "commercial_claims_ledger"


def decide(claim: CommercialClaim | None, command: Command, world: World) -> list[Event | On]:
    refuse_other_stations(
        world,
        opening_for=command.station_id if isinstance(command, c.InspectOnSite) else None,
        of=claim.station_id if claim else None,
        hidden=CommercialClaimNotFound,
    )
    match command:
        case c.InspectOnSite():
            return inspect(claim, command, world)
        case c.FindNotClaimable(reason=reason):
            return [find_not_claimable(existing(claim), reason, world)]
        case (
            c.ApplyForCommercialClaim()
            | c.FixCommercialAmount()
            | c.SignCommercialClaim()
            | c.RevokeCommercialSignature()
            | c.DeclineCommercialClaim()
        ):
            return [*granting.decide(existing(claim), command, world)]
        case c.FileCommercialClaim():
            return [file(existing(claim), command, world)]
        case c.OrderCommercialParts() | c.RecordCommercialWork() | c.RecordCommercialCallback():
            return [carry_out(existing(claim), command, world)]
        case never:
            assert_never(never)


def inspect(
    claim: CommercialClaim | None, command: c.InspectOnSite, world: World
) -> list[Event | On]:
    if claim:
        raise CommercialClaimExists
    if world.of(Station, command.station_id) is None:
        raise StationNotFound(fields=("station_id",))
    if world.of(Equipment, command.equipment_id) is None:
        raise EquipmentNotFound(fields=("equipment_id",))
    if command.inspected_on > calendar.local_day(world.now, policies.zone(world)):
        raise InspectionToCome(fields=("inspected_on",))
    facts = {k: v for k, v in command if k != "commercial_claim_id"}
    inspected = e.InspectedOnSite(**facts, opened_by=names(world))
    by, taken = command.commercial_claim_id, CommercialNumberTaken
    return [
        inspected,
        *uniqueness.take(world, by, COMMERCIAL_NUMBER, command.number, taken=taken),
    ]


def find_not_claimable(claim: CommercialClaim, reason: str, world: World) -> e.FoundNotClaimable:
    only_at(claim, Stage.INSPECTED)
    matrix = policies.in_force(world, ApprovalMatrix)
    return e.FoundNotClaimable(
        reason=reason,
        applied_for_by=matrix.longest(Approved.COMMERCIAL_APPLICATION),
        found_by=names(world),
    )


def file(
    claim: CommercialClaim, command: c.FileCommercialClaim, world: World
) -> e.CommercialClaimFiled:
    """It is in the ledger of the month in which it was filed."""
    only_at(claim, Stage.APPROVED)
    return e.CommercialClaimFiled(
        form=command.form,
        filed_on=calendar.local_day(world.effective_at, policies.zone(world)),
        clock=policies.clock(world, LEDGER_CLOCK),
        filed_by=names(world),
    )


def carry_out(
    claim: CommercialClaim,
    command: c.OrderCommercialParts | c.RecordCommercialWork | c.RecordCommercialCallback,
    world: World,
) -> Event:
    match command:
        case c.OrderCommercialParts(order_number=number, parts=parts):
            only_at(claim, Stage.FILED)
            return e.CommercialPartsOrdered(
                order_number=number, parts=parts, ordered_by=names(world)
            )
        case c.RecordCommercialWork():
            return work_done(claim, command, world)
        case c.RecordCommercialCallback(satisfied=satisfied, remark=remark):
            only_at(claim, Stage.WORK_DONE)
            return e.CommercialCallbackMade(
                satisfied=satisfied, remark=remark, called_by=names(world)
            )
        case never:
            assert_never(never)


def work_done(
    claim: CommercialClaim, command: c.RecordCommercialWork, world: World
) -> e.CommercialWorkDone:
    only_at(claim, Stage.PARTS_ORDERED)
    assert claim.filed_on is not None, "it is filed before parts are ordered"
    if command.done_on < claim.filed_on:
        raise WorkBeforeClaim(
            f"It was filed on {claim.filed_on}; the work cannot be of {command.done_on}.",
            fields=("done_on",),
        )
    if command.done_on > calendar.local_day(world.now, policies.zone(world)):
        raise WorkToCome(fields=("done_on",))
    return e.CommercialWorkDone(
        done_on=command.done_on, engineer_id=command.engineer_id, work_done=command.work_done
    )
