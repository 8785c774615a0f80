"""What is shown of a repair order. What is unknown, as in imported history, is empty."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from domain.entitlements import Entitlement
from domain.messages import PersonalText
from domain.repairs.discrepancies import DiscrepancyStage
from domain.repairs.freight import FreightLeg, FreightPayer
from domain.repairs.repair.commands import (
    Difficulty,
    FactoryOutcome,
    GivenOutside,
    ToldAbout,
)
from domain.repairs.repair.events import ReleaseGround
from domain.repairs.repair.state import RepairStage
from domain.repairs.service_report import PartReplaced, ServiceReport
from domain.tariff import Priced
from domain.vocabulary import DiscrepancyKind, ExclusionGround, MajorComponent, RepairChannel
from domain.warranty import OutOfUse
from projections.view import Embedded, Row


class Discrepancy(Embedded):
    """In what the item differs from what was announced, and what was agreed (REP-3)."""

    discrepancy: DiscrepancyKind
    explanation: str
    found_at: datetime
    raised_at: datetime | None = None
    dispute: str | None = None
    agreed: str | None = None
    settled_at: datetime | None = None


class PartsWait(Embedded):
    """A time of waiting for parts; without an end it still waits (REP-11)."""

    since: datetime
    until: datetime | None = None


class ComponentLabel(Embedded):
    """The label of a faulty component that was exchanged (REP-9)."""

    order_number: str | None
    engineer_id: UUID
    component: str
    symptom: str
    fault_code: str
    old_serial: str | None
    new_serial: str | None
    at: datetime


class ComponentTest(Embedded):
    """The test report of a major component (REP-12)."""

    component: MajorComponent
    report: str
    at: datetime


class QualityCheck(Embedded):
    """One check of the repair (REP-8)."""

    passed: bool
    findings: str | None
    checked_by: UUID | None
    at: datetime


class FreightOfLeg(Embedded):
    """The freight of one leg, and who pays it (REP-10)."""

    leg: FreightLeg
    payer: FreightPayer
    amount: Decimal
    currency: str
    carrier: str | None
    tracking_number: str | None
    at: datetime


class Information(Embedded):
    """What the customer or dealer was told."""

    about: ToldAbout | None
    message: str | None
    at: datetime


class RepairOrder(Row):
    """An item that came to us for repair: at the counter, from a dealer, or into the workshop."""

    repair_order_id: UUID
    number: str | None = Field(None, description="Our own number of the order.")
    stage: RepairStage = RepairStage.RECEIVED
    channel: RepairChannel | None = None
    station_id: UUID | None = None
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    manufacturer_id: UUID | None = None
    equipment_id: UUID | None = None
    contact_id: UUID | None = Field(None, description="The call or message that led to it.")
    item: str | None = None
    serial_number: str | None = None
    accessories: tuple[str, ...] = ()
    reported_fault: str | None = None
    condition: str | None = None
    handed_over_by: PersonalText | None = None
    received_at: datetime
    imported: bool = Field(False, description="Whether its history began in another system.")

    main_fault: str | None = None
    fault_code: str | None = None
    secondary_faults: tuple[str, ...] = ()
    missing_components: tuple[str, ...] = ()
    inspected_at: datetime | None = None
    countersigned: bool = Field(False, description="Whether the other side signed, too (REP-1).")
    discrepancy: DiscrepancyStage | None = Field(None, description="How far the last one is.")
    discrepancies: tuple[Discrepancy, ...] = ()
    raising_due_at: datetime | None = Field(None, description="The dealer is told by (REP-3).")
    raised_late: bool | None = None
    to_factory_due_at: datetime | None = Field(None, description="Sent on by (REP-2).")
    sent_late: bool | None = None
    return_accepted_at: datetime | None = None
    return_due_at: datetime | None = Field(None, description="Back with the dealer by (REP-2).")
    returned_late: bool | None = None

    covered: bool | None = Field(None, description="Whether the repair is under warranty.")
    warranty_rule: str | None = None
    warranty_explanation: str | None = None
    exclusion: ExclusionGround | None = None
    entitlements: tuple[Entitlement, ...] = Field(
        (), description="What the buyer of a phone may ask for, from which day on (REG-5a)."
    )
    quote: Priced | None = Field(None, description="By the price list of the day (REP-5).")
    outside: tuple[GivenOutside, ...] = ()
    quoted: Decimal | None = Field(None, description="What the repair costs.")
    currency: str | None = None
    agreed: bool = Field(False, description="Whether the customer agreed to the quote.")
    declined_because: str | None = None
    contract: str | None = Field(None, description="The file of the contract (REP-12).")
    data_loss_acknowledged_at: datetime | None = None

    team: str | None = None
    days_planned: int | None = None
    engineer_id: UUID | None = Field(None, description="Who worked on it last.")
    difficulty: Difficulty | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    work_done: str | None = None
    waiting_for_parts: bool = False
    waits: tuple[PartsWait, ...] = ()
    parts_issued: tuple[PartReplaced, ...] = ()
    exchanged: tuple[ComponentLabel, ...] = ()
    component_tests: tuple[ComponentTest, ...] = ()
    cancelled_because: str | None = None

    vendor: str | None = None
    sent_at: datetime | None = Field(None, description="When it last left for factory or vendor.")
    factory_outcome: FactoryOutcome | None = None
    processing_due_at: datetime | None = Field(None, description="The factory is done by (REP-2).")
    processed_at: datetime | None = None
    processed_late: bool | None = None
    back_at: datetime | None = None
    freight: tuple[FreightOfLeg, ...] = ()

    checks: tuple[QualityCheck, ...] = ()
    reworks: int = Field(0, description="How often it was to be done again (REP-8).")
    ready_at: datetime | None = None
    tested_with_engineer_at: datetime | None = None
    tested_with_owner_at: datetime | None = None

    told: tuple[Information, ...] = ()
    paid: Decimal | None = None
    unpaid_release_permitted: str | None = Field(None, description="Why, if it was (REP-7).")
    release: ReleaseGround | None = None
    released_at: datetime | None = None
    returned_at: datetime | None = None
    taken_by: PersonalText | None = None
    out_of_use: tuple[OutOfUse, ...] = Field((), description="Extends the warranty (REG-5).")
    report: ServiceReport | None = None
    report_filed_at: datetime | None = None
    claim_due_at: datetime | None = Field(None, description="A claim is opened by (CLM-1).")
    closed_at: datetime | None = None
    satisfied: bool | None = Field(None, description="What the customer said when called back.")
    remark: str | None = None
