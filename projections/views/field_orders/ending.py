"""The service report, its review, travel cost, the end and the callback."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.repairs.field import events as e
from projections.views.field_orders.beginning import due_at, in_time_unless
from projections.views.field_orders.row import FieldOrder

DONE_AT: dict[type[e.NodeEvent], str] = {
    e.FieldReportReviewed: "reviewed_at",
    e.FieldOrderClosed: "closed_at",
}


def fold(order: FieldOrder, event: e.Ending, at: datetime) -> FieldOrder:
    match event:
        case e.FieldReportFiled() | e.FieldWorkReported():
            return reported(order, event, at)
        case e.FieldPaperReportFiled(late=late):
            return order.but(paper_filed_at=at, paper_in_time=in_time_unless(late))
        case e.FieldReportReviewed() | e.FieldOrderClosed():
            return order.but(**{DONE_AT[type(event)]: at})
        case e.FieldReportReturned(findings=findings):
            returned = order.reports_returned + 1
            found = (*order.return_findings, *findings)
            return order.but(reports_returned=returned, return_findings=found)
        case e.MissingSignatureExcused(reason=reason):
            return order.but(excused_because=reason, travel_reimbursable=True)
        case e.TravelCostClaimed(amount=amount):
            return order.but(travel_cost=amount)
        case e.FieldCallbackMade(satisfied=satisfied, remark=remark):
            return order.but(called_back_at=at, satisfied=satisfied, callback_remark=remark)
        case never:
            assert_never(never)


def reported(
    order: FieldOrder, event: e.FieldReportFiled | e.FieldWorkReported, at: datetime
) -> FieldOrder:
    if isinstance(event, e.FieldWorkReported):
        return order.but(claim_due_at=due_at(event.claim_due))
    return filed(order, event, at)


def filed(order: FieldOrder, event: e.FieldReportFiled, at: datetime) -> FieldOrder:
    """Filed again after a return, it was in time if it was so the first time."""
    signed = event.customer_signed and event.stamped
    order = order.but(
        report=event.report,
        photos=event.photos,
        warranty=event.warranty,
        covered=event.warranty.covered if event.warranty else None,
        customer_signed=event.customer_signed,
        stamped=event.stamped,
        travel_reimbursable=signed or order.excused_because is not None,
        reports_filed=order.reports_filed + 1,
    )
    if order.report_filed_at:
        return order
    in_time = in_time_unless(event.late)
    return order.but(report_filed_at=at, report_in_time=in_time, report_in_time_as_recorded=in_time)
