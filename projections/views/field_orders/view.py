"""Field orders as lists and one by one: stopped machines lead (FLD-4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from application.recorded import Recorded
from domain.calendar import local_day
from domain.policy_content import Organisation
from domain.repairs.field import events as e
from domain.repairs.field.standing import OVER
from domain.repairs.field.state import FieldStage, stage_after
from projections.view import Many, One, Owner, View, before, equal, since
from projections.views.field_orders import beginning, correcting, ending, visiting
from projections.views.field_orders.row import FieldOrder, NodeReached, queue_of


def fold(row: FieldOrder | None, recorded: Recorded[e.Event], reference: Any) -> FieldOrder:
    """A history from elsewhere may begin anywhere: what is unknown stays null."""
    event, at = recorded.event, recorded.effective_at
    order = row or FieldOrder(
        field_order_id=recorded.stream_id, queue="", imported=recorded.imported
    )
    stage = stage_after(order.stage, event, repaired=order.repaired or False)
    order = order.but(stage=stage, open=stage not in OVER)
    order = happened(noted(order, recorded.envelope.event_id, event, at), event, at)
    if isinstance(event, e.FaultReported):
        order = order.but(reported_on=local_day(at, zone_at(reference, at)))
    return order.but(queue=queue_of(order), due_next_at=due_next(order))


def zone_at(reference: Any, at: datetime) -> str:
    """The organisation's time zone then; UTC before it was ever said."""
    published = reference.published("organisation", at)
    content = published.content if published else None
    return content.zone if isinstance(content, Organisation) else "UTC"


def noted(order: FieldOrder, event_id: UUID, event: e.Event, at: datetime) -> FieldOrder:
    """The node that the event is, if it is one."""
    node = e.NODE_OF.get(type(event)) if isinstance(event, e.NodeEvent) else None
    if node is None or not isinstance(event, e.NodeEvent):
        return order
    reached = NodeReached(node=node, event_id=event_id, at=at, notified=event.notified)
    return order.but(nodes=(*order.nodes, reached))


def happened(order: FieldOrder, event: e.Event, at: datetime) -> FieldOrder:
    if isinstance(event, e.Beginning):
        return beginning.fold(order, event, at)
    if isinstance(event, e.Visit):
        return visiting.fold(order, event, at)
    if isinstance(event, e.Ending):
        return ending.fold(order, event, at)
    return correcting.fold(order, event)


def due_next(order: FieldOrder) -> datetime | None:
    """When what comes next is due, if there is a deadline for it."""
    match order.stage:
        case FieldStage.REPORTED | FieldStage.ASSIGNED:
            return None if order.contacted_at else order.contact_due_at
        case FieldStage.CONTACTED | FieldStage.DISPATCH_PLANNED | FieldStage.DEPARTED:
            return None if order.arrived_at else order.arrival_due_at
        case FieldStage.ARRIVED:
            return order.entry_due_at
        case FieldStage.REPAIRED | FieldStage.UNREPAIRED:
            return order.report_due_at
        case _:
            return None


FIELD_ORDERS = View(
    name="field_orders",
    row=FieldOrder,
    events=e.Event,
    fold=fold,
    owners={Owner.STATION: "station_id", Owner.CUSTOMER: "customer_id"},
    scope="repairs:read",
    version=2,
    filters=(
        equal("number"),
        equal("stage"),
        equal("repaired", indexed=False),
        equal("open", indexed=False),
        equal("machine_stopped", indexed=False),
        equal("service", indexed=False),
        equal("region", indexed=False),
        equal("job"),
        equal("station_id"),
        equal("engineer_id"),
        equal("customer_id"),
        equal("contact_id"),
        equal("equipment_id"),
        equal("serial_number"),
        equal("covered", indexed=False),
        equal("contact_in_time", indexed=False),
        equal("arrival_in_time", indexed=False),
        equal("report_in_time", indexed=False),
        equal("paper_in_time", indexed=False),
        equal("corrected", indexed=False),
        equal("imported", indexed=False),
        equal("correction_waits", indexed=False),
        before("followed_up_on"),
        before("due_next_at"),
        since("reported_at"),
        before("reported_at"),
    ),
    orders=("queue",),
    first_order="queue",
    relations={
        "station": One("stations", via="station_id"),
        "customer": One("customers", via="customer_id"),
        "contact": One("contacts", via="contact_id"),
        "equipment": One("equipment", via="equipment_id"),
        "engineer": One("people", via="engineer_id"),
        "claims": Many("claims", via="field_order_id"),
    },
    field_scopes=dict.fromkeys(
        ("corrections", "arrears", "prepayment", "travel_cost", "return_findings", "follow_ups"),
        "claims:internal",
    ),
)
