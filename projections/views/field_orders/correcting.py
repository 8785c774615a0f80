"""Corrections of nodes' times: both stay visible, and tell what was in time (FLD-6)."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.repairs.field import events as e
from domain.sla.starting import DueBy
from domain.vocabulary import FieldNode
from projections.views.field_orders.beginning import due_at
from projections.views.field_orders.row import FieldOrder, NodeCorrection, NodeReached


def fold(order: FieldOrder, event: e.Correction) -> FieldOrder:
    corrections = tuple(
        decided(each, event) if each.correction_id == event.correction_id else each
        for each in order.corrections
    )
    if isinstance(event, e.NodeCorrectionRequested):
        corrections = (*corrections, requested(event))
    if isinstance(event, e.NodeCorrectionApproved):
        order = corrected(order, event)
    waits = any(each.approved is None for each in corrections)
    return order.but(corrections=corrections, correction_waits=waits)


def requested(event: e.NodeCorrectionRequested) -> NodeCorrection:
    return NodeCorrection(
        correction_id=event.correction_id,
        event_id=event.event_id,
        node=event.node,
        recorded=event.recorded,
        corrected=event.corrected,
        reason=event.reason,
        explanation=event.explanation,
        approver=event.approver,
        signed_by=event.signed_by,
        requested_by=event.requested_by,
    )


def decided(known: NodeCorrection, event: e.Correction) -> NodeCorrection:
    match event:
        case e.NodeCorrectionRequested():
            return known
        case e.NodeCorrectionSigned(signature=signature):
            return known.model_copy(update={"signatures": (*known.signatures, signature)})
        case e.NodeCorrectionApproved(reference=reference):
            return known.model_copy(update={"approved": True, "reference": reference})
        case e.NodeCorrectionDeclined(reason=reason):
            return known.model_copy(update={"approved": False, "declined_because": reason})
        case never:
            assert_never(never)


def corrected(order: FieldOrder, event: e.NodeCorrectionApproved) -> FieldOrder:
    """What is due anew, and what was in time by the right times."""
    nodes = tuple(
        each.model_copy(update={"corrected_at": event.corrected})
        if each.event_id == event.event_id
        else each
        for each in order.nodes
    )
    order = order.but(
        nodes=nodes,
        corrected=True,
        contact_due_at=due_at(event.contact_due),
        arrival_due_at=due_at(event.arrival_due),
        entry_due_at=due_at(event.entry_due),
        report_due_at=due_at(event.report_due),
        paper_due_at=due_at(event.paper_due),
    )
    contact, arrival = order.first(FieldNode.CUSTOMER_CONTACTED), order.first(FieldNode.ARRIVED)
    filed = order.first(FieldNode.REPORT_FILED)
    return order.but(
        contact_in_time=in_time(event.contact_due, contact),
        arrival_in_time=in_time(event.arrival_due, arrival),
        report_in_time=in_time(event.report_due, filed),
        paper_in_time=in_time_at(event.paper_due, order.paper_filed_at),
    )


def in_time(target: DueBy | None, node: NodeReached | None) -> bool | None:
    return in_time_at(target, node.in_fact if node else None)


def in_time_at(target: DueBy | None, at: datetime | None) -> bool | None:
    """None if it is not known by when it was due, or it has not happened."""
    return None if target is None or at is None else not target.due.passed_by(at)
