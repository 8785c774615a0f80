"""Who goes to the customer, when, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.repairs.field import events as e
from projections.views.field_orders.beginning import due_at, in_time_unless
from projections.views.field_orders.row import FieldOrder, FollowUp, JobEntry


def fold(order: FieldOrder, event: e.Visit, at: datetime) -> FieldOrder:
    match event:
        case e.DispatchPlanned(engineer_id=engineer_id, planned_for=planned_for):
            return order.but(engineer_id=engineer_id, planned_for=planned_for)
        case e.EngineerDeparted(companions=companions, expected_arrival=expected):
            return order.but(companions=companions, expected_arrival=expected)
        case e.EngineerArrived():
            return arrived(order, event, at)
        case e.JobEntryMade(entry=entry, late=late):
            made = JobEntry(at=at, entry=entry, late=late)
            return order.but(entries=(*order.entries, made), entry_due_at=due_at(event.entry_due))
        case e.EngineerLeft():
            return left(order, event, at)
        case e.UnrepairedFollowedUp():
            return followed_up(order, event)
        case never:
            assert_never(never)


def arrived(order: FieldOrder, event: e.EngineerArrived, at: datetime) -> FieldOrder:
    order = order.but(visits=order.visits + 1, entry_due_at=due_at(event.entry_due))
    if order.arrived_at:
        return order
    in_time = in_time_unless(event.late)
    return order.but(arrived_at=at, arrival_in_time=in_time, arrival_in_time_as_recorded=in_time)


def left(order: FieldOrder, event: e.EngineerLeft, at: datetime) -> FieldOrder:
    first = order.repaired_on_first_visit
    if first is None and order.visits <= 1:
        first = event.repaired
    return order.but(
        left_at=at,
        repaired=event.repaired,
        repaired_on_first_visit=first,
        unrepaired_because=event.unrepaired_because,
        result=event.result,
        customer_opinion=event.customer_opinion,
        customer_consents=event.customer_consents,
        no_consent_because=event.no_consent_because,
        report_due_at=due_at(event.report_due),
        paper_due_at=due_at(event.paper_due),
    )


def followed_up(order: FieldOrder, event: e.UnrepairedFollowedUp) -> FieldOrder:
    done = FollowUp(day=event.day, reason=event.reason, next_step=event.next_step, late=event.late)
    return order.but(
        follow_ups=(*order.follow_ups, done),
        followed_up_on=event.day,
        unrepaired_because=event.reason,
    )
