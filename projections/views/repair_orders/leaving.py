"""How a repair order ends: paid, released, returned, reported, closed, called back."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain.repairs.repair import events as e
from domain.repairs.repair.state import RepairStage
from projections.views.repair_orders.arriving import moment
from projections.views.repair_orders.doing import waiting_no_more
from projections.views.repair_orders.row import Information, RepairOrder


def paid(row: RepairOrder, event: e.Paying) -> RepairOrder:
    match event:
        case e.RepairPaymentReceived(paid=so_far):
            return row.but(paid=so_far.amount)
        case e.UnpaidReleasePermitted(reason=reason):
            return row.but(unpaid_release_permitted=reason)
        case never:
            assert_never(never)


def left(row: RepairOrder, event: e.Releasing, at: datetime) -> RepairOrder:
    match event:
        case e.CustomerInformed(about=about, message=message):
            told = Information(about=about, message=message, at=at)
            return row.but(told=(*row.told, told))
        case e.OutboundInspected():
            return row
        case e.ItemReleased(release=release):
            return row.but(stage=RepairStage.RELEASED, release=release, released_at=at)
        case e.ItemReturned(taken_by=name, out_of_use=out_of_use):
            returned = waiting_no_more(row.but(stage=RepairStage.RETURNED, returned_at=at), at)
            return returned.but(taken_by=name, out_of_use=out_of_use, returned_late=event.late)
        case e.RepairReportFiled(report=report, claim_due=due):
            return row.but(report=report, report_filed_at=at, claim_due_at=moment(due))
        case e.RepairClosed():
            return row.but(stage=RepairStage.CLOSED, closed_at=at)
        case e.RepairCallbackMade(satisfied=satisfied, remark=remark):
            return row.but(satisfied=satisfied, remark=remark)
        case never:
            assert_never(never)
