"""What decisions need to remember of a repair order.

Its events may come in any order, and facts may be missing: history is imported from other systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from domain.approvals import Names
from domain.intervals import Interval
from domain.money import Money
from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.repair import events as e
from domain.repairs.repair.commands import REPAIR_ORDER, FactoryOutcome
from domain.sla.starting import DueBy
from domain.vocabulary import MajorComponent, RepairChannel
from domain.working_time import Instants


class RepairStage(StrEnum):
    """How far a repair order is (rulebook 3.1)."""

    RECEIVED = "received"
    INSPECTED = "inspected"
    WARRANTY_DETERMINED = "warranty_determined"
    QUOTED = "quoted"
    QUOTE_ACCEPTED = "quote_accepted"
    DECLINED = "declined"  # by the customer at that price, or by the factory: it goes back as it is
    ASSIGNED = "assigned"
    IN_WORK = "in_work"
    AT_FACTORY = "at_factory"
    AT_VENDOR = "at_vendor"
    FINISHED = "finished"
    REWORK = "rework"
    READY = "ready"
    CANCELLED = "cancelled"
    RELEASED = "released"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Waited:
    """A time in which the repair waited for parts (REP-11)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """What decisions need to remember of a repair order."""

    kind: ClassVar[str] = REPAIR_ORDER
    stage: RepairStage = RepairStage.RECEIVED
    number: str | None = None
    channel: RepairChannel | None = None
    station_id: UUID | None = None
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = None
    serial_number: str | None = None
    received_at: datetime | None = None
    missing_components: tuple[str, ...] = ()
    test_run_on_arrival: bool = False
    countersigned: bool = False
    discrepancy: DiscrepancyStage | None = None
    raising_due: DueBy | None = None
    raised_at: datetime | None = None
    disputes: tuple[Instants, ...] = ()  # the times in which what is due waited
    to_factory_due: DueBy | None = None
    return_due: DueBy | None = None
    processing_due: DueBy | None = None
    return_accepted: bool = False
    covered: bool | None = None
    quoted: Money | None = None
    agreed: bool = False  # to the quote
    contract: bool = False
    data_loss_acknowledged: bool = False
    work_started: bool = False
    repaired_by: frozenset[UUID] = frozenset()
    waiting_since: datetime | None = None
    waited: tuple[Waited, ...] = ()
    issued: Mapping[str, int] = field(default_factory=dict)
    factory: FactoryOutcome | None = None
    components: frozenset[MajorComponent] = frozenset()
    component_tests: frozenset[MajorComponent] = frozenset()
    finished: bool = False
    reworks: int = 0
    tested_with_engineer: bool = False
    tested_with_owner: bool = False
    paid: Money | None = None
    permitted_at: datetime | None = None
    permitted_by: frozenset[UUID] = frozenset()
    outbound_inspected: bool = False
    outbound_countersigned: bool = False
    report_filed: bool = False

    @property
    def subject_id(self) -> UUID | None:
        """Whose personal data the names of the other side are."""
        return self.customer_id or self.dealer_id

    @property
    def discrepancy_open(self) -> bool:
        return self.discrepancy not in (None, DiscrepancyStage.SETTLED)

    @property
    def repaired(self) -> bool:
        """Whether it was repaired, by us or at the factory, which may have found nothing to repair,
        or have given another instead (REG-5a)."""
        elsewhere = self.factory in (None, FactoryOutcome.REPAIRED)
        return self.finished and (elsewhere or bool(self.repaired_by))

    @property
    def owed(self) -> Money | None:
        """What is to be paid; None if the repair is free, or was not done (REP-7)."""
        done = self.finished or self.stage not in (RepairStage.DECLINED, RepairStage.CANCELLED)
        return self.quoted if self.agreed and done else None

    @property
    def left_to_pay(self) -> Money | None:
        """What of it is not paid yet; None if nothing is."""
        if self.owed is None:
            return None
        left = self.owed - self.paid if self.paid else self.owed
        return left if left.amount > 0 else None


State = RepairOrder


def evolve(order: RepairOrder | None, event: e.Event) -> RepairOrder:
    order = order or RepairOrder()
    if isinstance(event, e.ItemReceived | e.Receiving | e.Differing):
        return arrived(order, event)
    if isinstance(event, e.Agreeing):
        return agreed(order, event)
    if isinstance(event, e.Working):
        return worked(order, event)
    if isinstance(event, e.Sending):
        return sent(order, event)
    if isinstance(event, e.Checking):
        return checked(order, event)
    if isinstance(event, e.Paying):
        return paid(order, event)
    return released(order, event)


def arrived(order: RepairOrder, event: e.ItemReceived | e.Receiving | e.Differing) -> RepairOrder:
    if isinstance(event, e.ItemReceived):
        return received(order, event)
    if isinstance(event, e.Differing):
        return differing(order, event)
    return inspected(order, event)


def received(order: RepairOrder, event: e.ItemReceived) -> RepairOrder:
    return replace(
        order,
        number=event.number,
        channel=event.channel,
        station_id=event.station_id,
        dealer_id=event.dealer_id,
        customer_id=event.customer_id,
        manufacturer_id=event.manufacturer_id,
        equipment_id=event.equipment_id,
        serial_number=event.serial_number,
        received_at=event.received_at,
        to_factory_due=event.to_factory_due,
    )


def inspected(order: RepairOrder, event: e.Receiving) -> RepairOrder:
    match event:
        case e.InspectionBegun():
            return order
        case e.ItemInspected(missing_components=missing, test_run_with_owner=run):
            return replace(
                order,
                stage=RepairStage.INSPECTED,
                missing_components=missing,
                test_run_on_arrival=bool(run),
                countersigned=False,
            )
        case e.InspectionCountersigned():
            return replace(order, countersigned=True)
        case e.ReturnAccepted(return_due=due):
            return replace(order, return_accepted=True, return_due=due)
        case never:
            assert_never(never)


def differing(order: RepairOrder, event: e.Differing) -> RepairOrder:
    match event:
        case e.DiscrepancyFound(raising_due=due):
            return replace(order, discrepancy=DiscrepancyStage.FOUND, raising_due=due)
        case e.DiscrepancyRaised(raised_at=at):
            return replace(order, discrepancy=DiscrepancyStage.RAISED, raised_at=at)
        case e.DiscrepancyDisputed():
            return replace(order, discrepancy=DiscrepancyStage.DISPUTED)
        case e.DiscrepancySettled():
            return settled(order, event)
        case never:
            assert_never(never)


def settled(order: RepairOrder, event: e.DiscrepancySettled) -> RepairOrder:
    disputes = order.disputes
    if order.raised_at is not None:
        disputes = (*disputes, Interval(order.raised_at, event.settled_at))
    return replace(
        order,
        discrepancy=DiscrepancyStage.SETTLED,
        disputes=disputes,
        to_factory_due=event.to_factory_due,
        return_due=event.return_due,
    )


def agreed(order: RepairOrder, event: e.Agreeing) -> RepairOrder:
    match event:
        case e.WarrantyDetermined(covered=covered):
            return replace(order, stage=RepairStage.WARRANTY_DETERMINED, covered=covered)
        case e.RepairQuoted(total=total):
            return replace(order, stage=RepairStage.QUOTED, quoted=total, agreed=False)
        case e.QuoteAccepted():
            return replace(order, stage=RepairStage.QUOTE_ACCEPTED, agreed=True)
        case e.QuoteDeclined():
            return replace(order, stage=RepairStage.DECLINED)
        case e.ContractSigned():
            return replace(order, contract=True)
        case e.DataLossAcknowledged():
            return replace(order, data_loss_acknowledged=True)
        case never:
            assert_never(never)


def worked(order: RepairOrder, event: e.Working) -> RepairOrder:
    match event:
        case e.RepairAssigned():
            return replace(order, stage=RepairStage.ASSIGNED)
        case e.RepairStarted(started_by=by):
            started = replace(order, stage=RepairStage.IN_WORK, work_started=True)
            return repaired(started, by)
        case e.ComponentExchanged(engineer=by):
            return repaired(order, by)
        case e.ComponentTestFiled(component=component):
            return replace(order, component_tests=order.component_tests | {component})
        case e.RepairFinished(components=components, finished_by=by):
            finished = replace(order, stage=RepairStage.FINISHED, finished=True, work_started=True)
            return repaired(replace(finished, components=order.components | components), by)
        case e.RepairCancelled():
            return replace(order, stage=RepairStage.CANCELLED, waiting_since=None)
        case e.RepairPartsIssued() | e.RepairPartsAwaited() | e.RepairPartsArrived():
            return supplied(order, event)
        case never:
            assert_never(never)


def repaired(order: RepairOrder, by: Names | None) -> RepairOrder:
    return replace(order, repaired_by=order.repaired_by | by.both) if by else order


def supplied(
    order: RepairOrder, event: e.RepairPartsIssued | e.RepairPartsAwaited | e.RepairPartsArrived
) -> RepairOrder:
    match event:
        case e.RepairPartsIssued(parts=parts):
            issued = dict(order.issued)
            for part in parts:
                issued[part.number] = issued.get(part.number, 0) + part.quantity
            return replace(order, issued=issued)
        case e.RepairPartsAwaited(since=since):
            return replace(order, waiting_since=since)
        case e.RepairPartsArrived(since=since, until=until):
            waited = (*order.waited, Waited(since, until))
            return replace(order, waiting_since=None, waited=waited)
        case never:
            assert_never(never)


def sent(order: RepairOrder, event: e.Sending) -> RepairOrder:
    match event:
        case e.ItemSentToFactory(processing_due=due):
            away = replace(order, stage=RepairStage.AT_FACTORY, work_started=True, factory=None)
            return replace(away, processing_due=due)
        case e.ItemSentToVendor():
            return replace(order, stage=RepairStage.AT_VENDOR, work_started=True)
        case e.FactoryProcessed(outcome=outcome):
            return replace(order, factory=outcome)
        case e.ItemTakenBack():
            return taken_back(order)
        case e.FreightRecorded():
            return order
        case never:
            assert_never(never)


def taken_back(order: RepairOrder) -> RepairOrder:
    """From a vendor, whose work ours goes on with; from the factory, to be checked or returned."""
    if order.stage is RepairStage.AT_VENDOR:
        return replace(order, stage=RepairStage.IN_WORK)
    if order.factory is FactoryOutcome.REFUSED:
        return replace(order, stage=RepairStage.DECLINED)
    return replace(order, stage=RepairStage.FINISHED, finished=True)


def checked(order: RepairOrder, event: e.Checking) -> RepairOrder:
    match event:
        case e.QualityCheckBegun():
            return order
        case e.QualityCheckPassed():
            return replace(order, stage=RepairStage.READY)
        case e.QualityCheckFailed():
            return replace(order, stage=RepairStage.REWORK, component_tests=frozenset())
        case e.ReworkOrdered():
            return replace(order, stage=RepairStage.REWORK, reworks=order.reworks + 1)
        case e.ReleaseTested(with_owner=True):
            return replace(order, tested_with_owner=True)
        case e.ReleaseTested():
            return replace(order, tested_with_engineer=True)
        case never:
            assert_never(never)


def paid(order: RepairOrder, event: e.Paying) -> RepairOrder:
    match event:
        case e.RepairPaymentReceived(paid=so_far):
            return replace(order, paid=so_far)
        case e.UnpaidReleasePermitted(permitted_at=at, permitted_by=by):
            return replace(order, permitted_at=at, permitted_by=by.both)
        case never:
            assert_never(never)


def released(order: RepairOrder, event: e.Releasing) -> RepairOrder:
    match event:
        case e.CustomerInformed() | e.RepairCallbackMade():
            return order
        case e.OutboundInspected(signed_by=signed_by):
            signed = signed_by is not None
            return replace(order, outbound_inspected=True, outbound_countersigned=signed)
        case e.ItemReleased():
            return replace(order, stage=RepairStage.RELEASED)
        case e.ItemReturned():
            return replace(order, stage=RepairStage.RETURNED, waiting_since=None)
        case e.RepairReportFiled():
            return replace(order, report_filed=True)
        case e.RepairClosed():
            return replace(order, stage=RepairStage.CLOSED)
        case never:
            assert_never(never)
