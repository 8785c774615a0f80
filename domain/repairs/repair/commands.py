"""What can be wished of a repair order (rulebook 3.1)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.messages import Message, Role, Sha256, Stream, Text
from domain.money import PositiveMoney
from domain.policy_content import Word
from domain.repairs.freight import Freight
from domain.repairs.service_report import PartReplaced, ServiceReport
from domain.tariff import Wanted
from domain.vocabulary import (
    DiscrepancyKind,
    ExclusionGround,
    MajorComponent,
    Part,
    RepairChannel,
)

REPAIR_ORDER = "repairs.RepairOrder"

DESK = frozenset({Role.SERVICE_AGENT, Role.SERVICE_SUPERVISOR, Role.STATION_MANAGER})
WORKERS = frozenset({Role.ENGINEER, Role.WORKSHOP_LEAD})
RECEPTION = DESK | WORKERS
CHECKERS = frozenset({Role.QUALITY_INSPECTOR, Role.WORKSHOP_LEAD, Role.SERVICE_SUPERVISOR})
STORE = frozenset({Role.STOREKEEPER, Role.PARTS_ADMIN})
SUPERVISORS = frozenset({Role.SERVICE_SUPERVISOR, Role.SERVICE_DIRECTOR})
HEADQUARTERS = frozenset({Role.SERVICE_DIRECTOR, Role.GENERAL_MANAGER})


class Difficulty(StrEnum):
    """How much work a repair is."""

    SIMPLE = "simple"
    COMPLEX = "complex"


class FactoryOutcome(StrEnum):
    """What the factory did with an item."""

    REPAIRED = "repaired"
    REPLACED = "replaced"
    NO_FAULT_FOUND = "no_fault_found"
    REFUSED = "refused"


class ToldAbout(StrEnum):
    """What the customer or dealer was told about."""

    RECEIPT = "receipt"
    FINDING = "finding"
    QUOTE = "quote"
    DELAY = "delay"
    READY = "ready"


class GivenOutside(Message):
    """Work that somebody else does for us, at the price that they state (REP-1)."""

    about: Text
    amount: PositiveMoney


class RepairCommand(messages.Command):
    repair_order_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(REPAIR_ORDER, self.repair_order_id)


# ── receiving ───────────────────────────────────────────────────────────────


class ReceiveItem(RepairCommand):
    """Take an item in for repair, with all that comes with it (REP-1)."""

    roles = RECEPTION
    number: Text = Field(description="Our own number of the order.")
    channel: RepairChannel
    station_id: UUID
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    contact_id: UUID | None = Field(None, description="The call or message that led to it.")
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = Field(None, description="If it is registered with us.")
    item: Text = Field(description="What it is, with its model.")
    serial_number: Text | None = None
    accessories: tuple[Text, ...] = ()
    reported_fault: Text
    condition: Text
    handed_over_by: Text = Field(description="The name of whoever handed it over.")
    freight: Freight | None = None


class BeginInspection(RepairCommand):
    """Record that the inspection on arrival began."""

    roles = RECEPTION


class InspectItem(RepairCommand):
    """Record what the inspection on arrival found: main and secondary faults (REP-1)."""

    roles = RECEPTION
    main_fault: Text
    fault_code: Text | None = None
    secondary_faults: tuple[Text, ...] = ()
    missing_components: tuple[Text, ...] = ()
    test_run_with_owner: bool = Field(False, description="Whether it was test-run (REP-12).")
    test_run_engineer_id: UUID | None = Field(
        None, description="The engineer who ran it with the head of the workshop."
    )


class CountersignInspection(RepairCommand):
    """Record that whoever handed the item over signed the inspection, too (REP-1)."""

    roles = RECEPTION
    signed_by: Text
    signature: Sha256 | None = None


class FindDiscrepancy(RepairCommand):
    """Record that an item is not as it was announced (REP-3)."""

    roles = RECEPTION | STORE
    discrepancy: DiscrepancyKind
    explanation: Text


class RaiseDiscrepancy(RepairCommand):
    """Record that the discrepancy was put to the dealer (REP-3)."""

    roles = RECEPTION
    told: Text = Field(description="What the dealer was told.")


class DisputeDiscrepancy(RepairCommand):
    """Record that the dealer disputes it: the supervisor settles it (REP-3)."""

    roles = RECEPTION
    dispute: Text


class SettleDiscrepancy(RepairCommand):
    """Record what was agreed with the dealer about the discrepancy (REP-3)."""

    roles = RECEPTION | SUPERVISORS
    agreed: Text


class AcceptReturn(RepairCommand):
    """Accept a dealer's return for repair: it is back with the dealer in time (REP-2)."""

    roles = RECEPTION


Receiving: TypeAlias = (
    ReceiveItem | BeginInspection | InspectItem | CountersignInspection | AcceptReturn
)
Differing: TypeAlias = FindDiscrepancy | RaiseDiscrepancy | DisputeDiscrepancy | SettleDiscrepancy

# ── agreeing ────────────────────────────────────────────────────────────────


class DetermineWarranty(RepairCommand):
    """Find whether the repair is under warranty, by the registry or, unregistered, by papers."""

    roles = RECEPTION
    part: Part = Part.MAIN_UNIT
    exclusion: ExclusionGround | None = Field(None, description="Why it is not covered (REG-6).")
    evidence: tuple[Sha256, ...] = ()
    by_papers: bool | None = Field(None, description="What the papers of unregistered items say.")
    factory_date: date | None = Field(
        None, description="Of the serial number of a phone whose papers are lost (REG-5a)."
    )
    explanation: Text | None = None


class QuoteRepair(RepairCommand):
    """Quote what the repair costs, by the price list of the day (REP-5)."""

    roles = RECEPTION
    price_list: Word = "repairs"
    lines: Annotated[tuple[Wanted, ...], Field(min_length=1)]
    outside: tuple[GivenOutside, ...] = ()


class AcceptQuote(RepairCommand):
    """Record that the customer agreed to the quote (REP-1)."""

    roles = RECEPTION
    accepted_by: Text
    signature: Sha256 | None = None


class DeclineQuote(RepairCommand):
    """Record that the customer does not want the repair at this price."""

    roles = RECEPTION
    reason: Text


class SignContract(RepairCommand):
    """Record that the contract for an overhaul was signed (REP-12)."""

    roles = frozenset({Role.WORKSHOP_LEAD, Role.STATION_MANAGER, Role.SERVICE_DIRECTOR})
    signed_by: Text
    contract: Sha256


class AcknowledgeDataLoss(RepairCommand):
    """Record that the customer knows that a factory repair erases what is stored (REP-4)."""

    roles = RECEPTION
    acknowledged_by: Text
    signature: Sha256 | None = None


Agreeing: TypeAlias = (
    DetermineWarranty
    | QuoteRepair
    | AcceptQuote
    | DeclineQuote
    | SignContract
    | AcknowledgeDataLoss
)

# ── working ─────────────────────────────────────────────────────────────────


class AssignRepair(RepairCommand):
    """Give the repair to a team; the slip states fault, parts and days (REP-12)."""

    roles = frozenset({Role.WORKSHOP_LEAD, Role.SERVICE_SUPERVISOR, Role.STATION_MANAGER})
    team: Text
    engineers: Annotated[frozenset[UUID], Field(min_length=1)]
    fault: Text
    parts: tuple[PartReplaced, ...] = ()
    days: Annotated[int, Field(ge=1, le=3650)]


class StartRepair(RepairCommand):
    """Record that work on the item started, or started again after a failed check (REP-8)."""

    roles = WORKERS
    difficulty: Difficulty | None = None


class IssueRepairParts(RepairCommand):
    """Hand out parts from stock for this order (REP-11)."""

    roles = STORE
    parts: Annotated[tuple[PartReplaced, ...], Field(min_length=1)]


class AwaitRepairParts(RepairCommand):
    """Record that the repair waits for parts from now on (REP-11, REG-5)."""

    roles = RECEPTION | STORE
    parts: Annotated[tuple[PartReplaced, ...], Field(min_length=1)]


class RecordPartsArrival(RepairCommand):
    """Record that the parts that the repair waited for are here (REP-11)."""

    roles = RECEPTION | STORE


class ExchangeComponent(RepairCommand):
    """Record a component that was exchanged, with the label that the faulty one got (REP-9)."""

    roles = WORKERS
    component: Text
    symptom: Text
    fault_code: Text
    old_serial: Text | None = None
    new_serial: Text | None = None


class FileComponentTest(RepairCommand):
    """File the test report of an engine, a pump or a main valve that was repaired (REP-12)."""

    roles = WORKERS | CHECKERS
    component: MajorComponent
    report: Sha256


class FinishRepair(RepairCommand):
    """Record that the work is done."""

    roles = WORKERS
    work_done: Text
    difficulty: Difficulty | None = None
    components: frozenset[MajorComponent] = frozenset()


class CancelRepair(RepairCommand):
    """Give the order up, before work starts."""

    roles = DESK | {Role.WORKSHOP_LEAD}
    reason: Text


Working: TypeAlias = (
    AssignRepair
    | StartRepair
    | IssueRepairParts
    | AwaitRepairParts
    | RecordPartsArrival
    | ExchangeComponent
    | FileComponentTest
    | FinishRepair
    | CancelRepair
)

# ── sending away ────────────────────────────────────────────────────────────


class SendToFactory(RepairCommand):
    """Record that the item went to its manufacturer's factory (REP-2, REP-4, REP-6)."""

    roles = RECEPTION | STORE
    freight: Freight | None = None


class SendToVendor(RepairCommand):
    """Record that the item, or a part of it, went to somebody who repairs it for us."""

    roles = RECEPTION | STORE
    vendor: Text
    work: Text
    freight: Freight | None = None


class RecordFactoryProcessing(RepairCommand):
    """Record that the factory is done with the item, and what it did (REP-2)."""

    roles = RECEPTION | STORE
    outcome: FactoryOutcome
    explanation: Text
    new_serial: Text | None = None


class TakeItemBack(RepairCommand):
    """Record that the item is back from factory or vendor."""

    roles = RECEPTION | STORE
    freight: Freight | None = None


class RecordFreight(RepairCommand):
    """Record the freight of one leg and who pays it (REP-10)."""

    roles = RECEPTION | STORE
    freight: Freight


Sending: TypeAlias = (
    SendToFactory | SendToVendor | RecordFactoryProcessing | TakeItemBack | RecordFreight
)

# ── checking ────────────────────────────────────────────────────────────────


class BeginQualityCheck(RepairCommand):
    """Record that the quality check began."""

    roles = CHECKERS


class CheckQuality(RepairCommand):
    """Record the outcome of the quality check, by none of those who repaired (REP-8)."""

    roles = CHECKERS
    passed: bool
    findings: Text


class RecordReleaseTest(RepairCommand):
    """Test an overhauled item with its engineer, then again with its owner (REP-12)."""

    roles = frozenset({Role.WORKSHOP_LEAD, Role.SERVICE_DIRECTOR})
    engineer_id: UUID
    with_owner: bool
    findings: Text


Checking: TypeAlias = BeginQualityCheck | CheckQuality | RecordReleaseTest

# ── releasing ───────────────────────────────────────────────────────────────


class InformCustomer(RepairCommand):
    """Record that the customer or dealer was told about the order."""

    roles = RECEPTION | {Role.HOTLINE_AGENT, Role.SYSTEM}
    about: ToldAbout
    message: Text


class RecordRepairPayment(RepairCommand):
    """Record money that came in for the repair. Only finance does so (REP-7)."""

    roles = frozenset({Role.FINANCE})
    amount: PositiveMoney
    reference: Text


class PermitUnpaidRelease(RepairCommand):
    """Permit that the item leaves before it is paid, before it does so (REP-7)."""

    roles = HEADQUARTERS
    reason: Text


class InspectOutbound(RepairCommand):
    """Record the inspection before the item leaves, signed by both sides (REP-8)."""

    roles = DESK | CHECKERS
    findings: Text
    signed_by: Text | None = Field(None, description="Who signed for the customer or dealer.")
    signature: Sha256 | None = None


class ReleaseItem(RepairCommand):
    """Let the item go: it is paid, free, or permitted to leave unpaid (REP-7)."""

    roles = DESK | {Role.WORKSHOP_LEAD}


class ReturnItem(RepairCommand):
    """Record that the item was collected by its owner or sent back (REP-2)."""

    roles = RECEPTION | STORE
    taken_by: Text
    freight: Freight | None = None


class FileRepairReport(RepairCommand):
    """File the service report of the finished work (CLM-1)."""

    roles = RECEPTION
    report: ServiceReport


class CloseRepair(RepairCommand):
    """Close the order: the item is back and nothing is left to do."""

    roles = DESK | {Role.WORKSHOP_LEAD, Role.SYSTEM}


class RecordRepairCallback(RepairCommand):
    """Record what the customer said when called after the repair was closed."""

    roles = frozenset({Role.HOTLINE_AGENT, Role.SERVICE_AGENT, Role.SERVICE_SUPERVISOR})
    satisfied: bool
    remark: Text


Paying: TypeAlias = RecordRepairPayment | PermitUnpaidRelease
Releasing: TypeAlias = (
    InformCustomer
    | InspectOutbound
    | ReleaseItem
    | ReturnItem
    | FileRepairReport
    | CloseRepair
    | RecordRepairCallback
)
