"""How a repair order begins: received, inspected, put right with the dealer, agreed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never

from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.repair import events as e
from domain.repairs.repair.state import RepairStage
from domain.sla.starting import DueBy
from projections.views.repair_orders.row import Discrepancy, RepairOrder


def received(row: RepairOrder, event: e.ItemReceived, at: datetime) -> RepairOrder:
    return row.but(
        number=event.number,
        channel=event.channel,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        contact_id=event.contact_id,
        item=event.item,
        serial_number=event.serial_number,
        accessories=event.accessories,
        reported_fault=event.reported_fault,
        condition=event.condition,
        handed_over_by=event.handed_over_by,
        received_at=at,
        to_factory_due_at=moment(event.to_factory_due),
    )


def inspected(row: RepairOrder, event: e.Receiving, at: datetime) -> RepairOrder:
    match event:
        case e.InspectionBegun():
            return row
        case e.ItemInspected():
            return row.but(
                stage=RepairStage.INSPECTED,
                item=row.item or event.model,
                main_fault=event.main_fault,
                fault_code=event.fault_code,
                secondary_faults=event.secondary_faults,
                missing_components=event.missing_components,
                inspected_at=at,
                countersigned=False,
            )
        case e.InspectionCountersigned():
            return row.but(countersigned=True)
        case e.ReturnAccepted(return_due=due):
            return row.but(return_accepted_at=at, return_due_at=moment(due))
        case never:
            assert_never(never)


def moment(due: DueBy | None) -> datetime | None:
    return due.due.at if due else None


def differing(row: RepairOrder, event: e.Differing, at: datetime) -> RepairOrder:
    match event:
        case e.DiscrepancyFound(discrepancy=kind, explanation=explanation):
            found = Discrepancy(discrepancy=kind, explanation=explanation, found_at=at)
            known = (*row.discrepancies, found)
            told = row.but(raising_due_at=moment(event.raising_due), raised_late=None)
            return told.but(discrepancy=DiscrepancyStage.FOUND, discrepancies=known)
        case e.DiscrepancyRaised(late=late):
            return of_last(row.but(raised_late=late), DiscrepancyStage.RAISED, raised_at=at)
        case e.DiscrepancyDisputed(dispute=dispute):
            return of_last(row, DiscrepancyStage.DISPUTED, dispute=dispute)
        case e.DiscrepancySettled(agreed=agreed):
            later = row.but(
                to_factory_due_at=moment(event.to_factory_due),
                return_due_at=moment(event.return_due),
            )
            return of_last(later, DiscrepancyStage.SETTLED, agreed=agreed, settled_at=at)
        case never:
            assert_never(never)


def of_last(row: RepairOrder, stage: DiscrepancyStage, **facts: Any) -> RepairOrder:
    """What became of the last discrepancy, if there is one."""
    *before, last = row.discrepancies or (None,)
    if last is None:
        return row.but(discrepancy=stage)
    known = (*before, last.model_copy(update=facts))
    return row.but(discrepancy=stage, discrepancies=known)


def agreed(row: RepairOrder, event: e.Agreeing, at: datetime) -> RepairOrder:
    match event:
        case e.WarrantyDetermined():
            return row.but(
                stage=RepairStage.WARRANTY_DETERMINED,
                covered=event.covered,
                warranty_rule=event.rule,
                warranty_explanation=event.explanation,
                exclusion=event.exclusion,
                entitlements=event.entitlements,
            )
        case e.RepairQuoted(total=total):
            return row.but(
                stage=RepairStage.QUOTED,
                quote=event.priced,
                outside=event.outside,
                quoted=total.amount,
                currency=total.currency,
                agreed=False,
            )
        case e.QuoteAccepted():
            return row.but(stage=RepairStage.QUOTE_ACCEPTED, agreed=True, declined_because=None)
        case e.QuoteDeclined(reason=reason):
            return row.but(stage=RepairStage.DECLINED, declined_because=reason)
        case e.ContractSigned(contract=contract):
            return row.but(contract=contract)
        case e.DataLossAcknowledged():
            return row.but(data_loss_acknowledged_at=at)
        case never:
            assert_never(never)
