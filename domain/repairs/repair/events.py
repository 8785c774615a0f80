"""What happens to a repair order (rulebook 3.1).

A fact is None where it is unknown, as in history that was imported from another system.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names
from domain.entitlements import Entitlement
from domain.messages import About, Moment, PersonalText
from domain.money import Money
from domain.repairs.freight import Freight
from domain.repairs.repair.commands import (
    Difficulty,
    FactoryOutcome,
    GivenOutside,
    ToldAbout,
)
from domain.repairs.service_report import PartReplaced, ServiceReport
from domain.sla.starting import DueBy
from domain.tariff import Priced
from domain.vocabulary import DiscrepancyKind, ExclusionGround, MajorComponent, RepairChannel
from domain.warranty import OutOfUse


class ReleaseGround(StrEnum):
    """Why an item may leave (REP-7)."""

    PAID = "paid"
    FREE = "free"
    PERMITTED = "permitted"  # unpaid, as headquarters permitted before


class RepairEvent(messages.Event):
    """What is due, is so by the deadline that was in force then (SLA-2); None if none holds.

    `subject_id` is the customer or dealer whose personal data a name is.
    """

    context = "repairs"


# ── receiving ───────────────────────────────────────────────────────────────


class ItemReceived(RepairEvent):
    """An item came to us for repair (REP-1); a dealer's return is on its way in time (REP-2)."""

    number: str
    channel: RepairChannel | None = None
    station_id: UUID | None = None
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    contact_id: UUID | None = None
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = None
    item: str | None = None
    serial_number: str | None = None
    accessories: tuple[str, ...] = ()
    reported_fault: str | None = None
    condition: str | None = None
    subject_id: UUID | None = None
    handed_over_by: Annotated[PersonalText | None, About("subject_id")] = None
    received_at: Moment | None = None
    received_by: Names | None = None
    to_factory_due: DueBy | None = None


class InspectionBegun(RepairEvent):
    """The inspection on arrival began."""

    begun_by: Names | None = None


class ItemInspected(RepairEvent):
    """The inspection on arrival found these faults (REP-1)."""

    schema_version = 2
    main_fault: str | None = None
    fault_code: str | None = None
    secondary_faults: tuple[str, ...] = ()
    missing_components: tuple[str, ...] = ()
    model: str | None = None
    test_run_with_owner: bool | None = None
    test_run_engineer_id: UUID | None = None
    inspected_by: Names | None = None


class InspectionCountersigned(RepairEvent):
    """Whoever handed the item over signed the inspection, too (REP-1)."""

    subject_id: UUID | None
    signed_by: Annotated[PersonalText | None, About("subject_id")]
    signature: str | None


class DiscrepancyFound(RepairEvent):
    """The item is not as it was announced; the dealer is told the same day (REP-3)."""

    discrepancy: DiscrepancyKind
    explanation: str
    found_by: Names
    raising_due: DueBy | None = None


class DiscrepancyRaised(RepairEvent):
    """The discrepancy was put to the dealer: work waits until it is settled (REP-3)."""

    told: str
    raised_at: Moment
    late: bool
    raised_by: Names


class DiscrepancyDisputed(RepairEvent):
    """The dealer disputes the discrepancy: it is with the supervisor (REP-3)."""

    dispute: str


class DiscrepancySettled(RepairEvent):
    """What the discrepancy means for the order was agreed; what waited is due later (REP-3)."""

    agreed: str
    settled_at: Moment
    to_factory_due: DueBy | None
    return_due: DueBy | None
    settled_by: Names


class ReturnAccepted(RepairEvent):
    """A dealer's return was accepted for repair; it is back with the dealer in time (REP-2)."""

    accepted_by: Names
    return_due: DueBy | None


Receiving: TypeAlias = InspectionBegun | ItemInspected | InspectionCountersigned | ReturnAccepted
Differing: TypeAlias = (
    DiscrepancyFound | DiscrepancyRaised | DiscrepancyDisputed | DiscrepancySettled
)

# ── agreeing ────────────────────────────────────────────────────────────────


class WarrantyDetermined(RepairEvent):
    """It was found whether the repair is under warranty, by this rule (REG-4 to REG-6).

    The buyer of a phone may ask for these, also if it takes long (REG-5a).
    """

    schema_version = 2
    covered: bool
    rule: str
    on: date
    explanation: str
    exclusion: ExclusionGround | None
    evidence: tuple[str, ...]
    entitlements: tuple[Entitlement, ...] = ()
    determined_by: Names


class RepairQuoted(RepairEvent):
    """The repair costs so much, by the price list of the day (REP-5)."""

    priced: Priced
    outside: tuple[GivenOutside, ...]
    total: Money
    quoted_by: Names


class QuoteAccepted(RepairEvent):
    """The customer agreed to the quote (REP-1)."""

    subject_id: UUID | None
    accepted_by: Annotated[PersonalText | None, About("subject_id")]
    signature: str | None


class QuoteDeclined(RepairEvent):
    """The customer does not want the repair at this price."""

    reason: str


class ContractSigned(RepairEvent):
    """The contract for an overhaul was signed (REP-12)."""

    subject_id: UUID | None
    signed_by: Annotated[PersonalText | None, About("subject_id")]
    contract: str


class DataLossAcknowledged(RepairEvent):
    """The customer knows that what is stored in the item will be erased (REP-4)."""

    subject_id: UUID | None
    acknowledged_by: Annotated[PersonalText | None, About("subject_id")]
    signature: str | None


Agreeing: TypeAlias = (
    WarrantyDetermined
    | RepairQuoted
    | QuoteAccepted
    | QuoteDeclined
    | ContractSigned
    | DataLossAcknowledged
)

# ── working ─────────────────────────────────────────────────────────────────


class RepairAssigned(RepairEvent):
    """A team got the repair, with what is to be done (REP-12)."""

    team: str
    engineers: frozenset[UUID]
    fault: str
    parts: tuple[PartReplaced, ...]
    days: int
    assigned_by: Names


class RepairStarted(RepairEvent):
    """Work on the item started; after a failed check, again (REP-8)."""

    difficulty: Difficulty | None = None
    started_by: Names | None = None


class RepairPartsIssued(RepairEvent):
    """Parts were handed out from stock for this order (REP-11)."""

    parts: tuple[PartReplaced, ...]
    issued_by: Names


class RepairPartsAwaited(RepairEvent):
    """The repair waits for parts (REP-11, REG-5)."""

    parts: tuple[PartReplaced, ...]
    since: Moment


class RepairPartsArrived(RepairEvent):
    """The parts are here that the repair waited for (REP-11, REG-5)."""

    since: Moment
    until: Moment


class ComponentExchanged(RepairEvent):
    """A component was exchanged; the faulty one bears a label with all this (REP-9)."""

    order_number: str | None
    engineer: Names
    component: str
    symptom: str
    fault_code: str
    old_serial: str | None
    new_serial: str | None


class ComponentTestFiled(RepairEvent):
    """The test report of a major component is here (REP-12)."""

    component: MajorComponent
    report: str
    filed_by: Names


class RepairFinished(RepairEvent):
    """The work is done."""

    work_done: str | None = None
    difficulty: Difficulty | None = None
    components: frozenset[MajorComponent] = frozenset()
    finished_by: Names | None = None


class RepairCancelled(RepairEvent):
    """The order was given up before work started."""

    reason: str | None = None
    cancelled_by: Names | None = None


Working: TypeAlias = (
    RepairAssigned
    | RepairStarted
    | RepairPartsIssued
    | RepairPartsAwaited
    | RepairPartsArrived
    | ComponentExchanged
    | ComponentTestFiled
    | RepairFinished
    | RepairCancelled
)

# ── sending away ────────────────────────────────────────────────────────────


class ItemSentToFactory(RepairEvent):
    """The item went to the factory, which processes it in time (REP-2)."""

    manufacturer_id: UUID | None
    sent_by: Names
    late: bool
    processing_due: DueBy | None


class ItemSentToVendor(RepairEvent):
    """The item, or a part of it, went to somebody who repairs it for us."""

    vendor: str
    work: str
    sent_by: Names


class FactoryProcessed(RepairEvent):
    """The factory is done with the item (REP-2)."""

    outcome: FactoryOutcome
    explanation: str
    new_serial: str | None
    late: bool


class ItemTakenBack(RepairEvent):
    """The item is back from factory or vendor."""

    taken_back_by: Names


class FreightRecorded(RepairEvent):
    """The freight of one leg, and who pays it (REP-10)."""

    freight: Freight
    manufacturer_id: UUID | None


Sending: TypeAlias = (
    ItemSentToFactory | ItemSentToVendor | FactoryProcessed | ItemTakenBack | FreightRecorded
)

# ── checking ────────────────────────────────────────────────────────────────


class QualityCheckBegun(RepairEvent):
    """The quality check began."""

    begun_by: Names | None = None


class QualityCheckPassed(RepairEvent):
    """The repair is good (REP-8)."""

    findings: str | None = None
    checked_by: Names | None = None


class QualityCheckFailed(RepairEvent):
    """The repair is not good: it is done again at once (REP-8)."""

    findings: str | None = None
    checked_by: Names | None = None


class ReworkOrdered(RepairEvent):
    """The repair is to be done again (REP-8)."""

    rework: int | None = None  # the how manieth


class ReleaseTested(RepairEvent):
    """An overhauled item was tested with its engineer, or with its owner (REP-12)."""

    engineer_id: UUID
    with_owner: bool
    findings: str
    tested_by: Names


Checking: TypeAlias = (
    QualityCheckBegun | QualityCheckPassed | QualityCheckFailed | ReworkOrdered | ReleaseTested
)

# ── releasing ───────────────────────────────────────────────────────────────


class CustomerInformed(RepairEvent):
    """The customer or dealer was told about the order."""

    about: ToldAbout | None = None
    message: str | None = None
    informed_by: Names | None = None


class RepairPaymentReceived(RepairEvent):
    """Finance recorded money for the repair; so much is paid by now (REP-7)."""

    amount: Money
    paid: Money
    reference: str
    recorded_by: Names


class UnpaidReleasePermitted(RepairEvent):
    """Headquarters permitted that the item leaves before it is paid (REP-7)."""

    reason: str
    permitted_at: Moment
    permitted_by: Names


class OutboundInspected(RepairEvent):
    """The item was inspected before it leaves, and both sides signed (REP-8)."""

    findings: str
    subject_id: UUID | None
    signed_by: Annotated[PersonalText | None, About("subject_id")]
    signature: str | None
    inspected_by: Names


class ItemReleased(RepairEvent):
    """The item may leave (REP-7)."""

    release: ReleaseGround | None = None
    released_by: Names | None = None


class ItemReturned(RepairEvent):
    """The item is with its owner or dealer again; it was out of use so long (REP-2, REG-5)."""

    schema_version = 2
    subject_id: UUID | None = None
    taken_by: Annotated[PersonalText | None, About("subject_id")] = None
    equipment_id: UUID | None = None
    repaired: bool | None = None
    out_of_use: tuple[OutOfUse, ...] = ()
    late: bool | None = None
    returned_by: Names | None = None


class RepairReportFiled(RepairEvent):
    """The service report is here; if the repair is under warranty, a claim is due (CLM-1).

    `worked_by` repaired it, by what the order knows (CLM-4).
    """

    schema_version = 2
    report: ServiceReport
    under_warranty: bool
    number: str | None
    manufacturer_id: UUID | None
    equipment_id: UUID | None
    station_id: UUID | None
    dealer_id: UUID | None
    customer_id: UUID | None
    worked_by: tuple[UUID, ...] = ()
    filed_by: Names
    claim_due: DueBy | None


class RepairClosed(RepairEvent):
    """Nothing is left to do for the order."""

    closed_by: Names | None = None


class RepairCallbackMade(RepairEvent):
    """The customer was called after the repair was closed."""

    satisfied: bool
    remark: str
    made_by: Names


Paying: TypeAlias = RepairPaymentReceived | UnpaidReleasePermitted
Releasing: TypeAlias = (
    CustomerInformed
    | OutboundInspected
    | ItemReleased
    | ItemReturned
    | RepairReportFiled
    | RepairClosed
    | RepairCallbackMade
)

Later: TypeAlias = (
    Receiving | Differing | Agreeing | Working | Sending | Checking | Paying | Releasing
)
Event: TypeAlias = ItemReceived | Later
