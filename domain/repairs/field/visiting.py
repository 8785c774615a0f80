"""Going to the customer, and leaving again: FLD-1, FLD-3, FLD-7, FLD-8, FLD-9, FLD-11."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain import calendar, policies
from domain.approvals import names
from domain.messages import Role, World
from domain.policy_content import Every, FieldService
from domain.registry.person import Person, PersonNotFound
from domain.repairs.field import commands as c
from domain.repairs.field import events as e
from domain.repairs.field.refusals import (
    ArrivalBeforeDeparture,
    LevelTooLow,
    NoConsent,
    NotAnEngineer,
    ReasonMissing,
)
from domain.repairs.field.standing import late, only_at, told_of, unrepaired_or_at
from domain.repairs.field.state import FieldOrder, FieldStage
from domain.sla.periods import due_in
from domain.sla.starting import started
from domain.vocabulary import EngineerLevel, FieldNode, FieldServiceKind

WEEKLY_ENTRY = "field_weekly_entry"
PAPER_REPORT = "field_report_on_paper"
FOLLOW_UP = "unrepaired_follow_up"


def decide(order: FieldOrder, command: c.Visiting, world: World) -> list[e.Event]:
    match command:
        case c.PlanDispatch():
            return [plan(order, command, world)]
        case c.Depart():
            return [depart(order, command, world)]
        case c.Arrive():
            return [arrive(order, world)]
        case c.MakeJobEntry(entry=entry):
            return [make_entry(order, entry, world)]
        case c.LeaveCustomer():
            return [leave(order, command, world)]
        case c.FollowUpUnrepaired():
            return [follow_up(order, command, world)]
        case never:
            assert_never(never)


def plan(order: FieldOrder, command: c.PlanDispatch, world: World) -> e.DispatchPlanned:
    unrepaired_or_at(order, FieldStage.CONTACTED, FieldStage.DISPATCH_PLANNED)
    return e.DispatchPlanned(
        engineer_id=command.engineer_id,
        level=sufficient_level(order.service, command.engineer_id, world),
        planned_for=command.planned_for,
        notified=told_of(FieldNode.DISPATCH_PLANNED, order, world),
        planned_by=names(world),
    )


def sufficient_level(
    service: FieldServiceKind | None, engineer_id: UUID, world: World
) -> EngineerLevel | None:
    """The engineer's level, which suffices for the service (FLD-9)."""
    engineer = world.of(Person, engineer_id)
    if engineer is None:
        raise PersonNotFound(fields=("engineer_id",))
    if Role.ENGINEER not in engineer.held:
        raise NotAnEngineer(fields=("engineer_id",))
    policy = policies.in_force(world, FieldService)
    needed = policy.level_needed(service) if service else None
    if needed and not (engineer.level and engineer.level.suffices_for(needed)):
        has = engineer.level or "none"
        raise LevelTooLow(
            f"A {service} service needs {needed} at least; the engineer has {has}.",
            fields=("engineer_id",),
        )
    return engineer.level


def depart(order: FieldOrder, command: c.Depart, world: World) -> e.EngineerDeparted:
    only_at(order, FieldStage.DISPATCH_PLANNED)
    if command.expected_arrival < world.effective_at:
        raise ArrivalBeforeDeparture(fields=("expected_arrival",))
    return e.EngineerDeparted(
        companions=command.companions,
        expected_arrival=command.expected_arrival,
        notified=told_of(FieldNode.DEPARTED, order, world),
        departed_by=names(world),
    )


def arrive(order: FieldOrder, world: World) -> e.EngineerArrived:
    only_at(order, FieldStage.DEPARTED)
    at = world.effective_at
    return e.EngineerArrived(
        late=None if order.visits else late(order.arrival_due, at),
        entry_due=started(world, WEEKLY_ENTRY, at),
        notified=told_of(FieldNode.ARRIVED, order, world),
        arrived_by=names(world),
    )


def make_entry(order: FieldOrder, entry: str, world: World) -> e.JobEntryMade:
    """A job over a week has an entry at least weekly, counted from the one before (FLD-7)."""
    only_at(order, FieldStage.ARRIVED)
    return e.JobEntryMade(
        entry=entry,
        late=late(order.entry_due, world.effective_at),
        entry_due=started(world, WEEKLY_ENTRY, world.effective_at),
        made_by=names(world),
    )


def leave(order: FieldOrder, command: c.LeaveCustomer, world: World) -> e.EngineerLeft:
    only_at(order, FieldStage.ARRIVED)
    if command.repaired == (command.unrepaired_because is not None):
        raise ReasonMissing(fields=("unrepaired_because",))
    if command.customer_consents == (command.no_consent_because is not None):
        raise NoConsent(fields=("no_consent_because",))
    at, report_clock = world.effective_at, policies.in_force(world, FieldService).report_clock
    return e.EngineerLeft(
        **command.model_dump(exclude={"field_order_id"}),
        report_due=started(world, report_clock, at),
        paper_due=started(world, PAPER_REPORT, at),
        notified=told_of(FieldNode.LEFT, order, world),
        left_by=names(world),
    )


def follow_up(
    order: FieldOrder, command: c.FollowUpUnrepaired, world: World
) -> e.UnrepairedFollowedUp:
    """Orders left unrepaired are followed up every day, by a time of the day (FLD-8)."""
    unrepaired_or_at(order)
    target, zone = policies.deadline(world, FOLLOW_UP).target, policies.zone(world)
    assert isinstance(target, Every), f"{FOLLOW_UP} is due every day"
    day = calendar.local_day(world.effective_at, zone)
    due = due_in(target, day, zone)
    return e.UnrepairedFollowedUp(
        day=day,
        reason=command.reason,
        next_step=command.next_step,
        due_at=due.at,
        late=due.passed_by(world.effective_at),
        followed_up_by=names(world),
    )
