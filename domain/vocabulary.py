"""Closed lists of the trade's words that policies, registry and claims share."""

from __future__ import annotations

from enum import StrEnum


class ClaimKind(StrEnum):
    """What a standard claim is for (rulebook 7.1)."""

    SERVICE_FEE = "service_fee"
    FAILURE = "failure"
    TECHNICAL_UPDATE = "technical_update"


class PaperKind(StrEnum):
    """Papers that support a claim (CLM-2)."""

    SERVICE_REPORT = "service_report"  # with parts request and return slips
    DIAGNOSTICS = "diagnostics"
    FAILURE_REPORT = "failure_report"  # PFR
    REPLACED_PART = "replaced_part"
    PART_PHOTO = "part_photo"
    REPAIR_HISTORY = "repair_history"
    OTHER = "other"


class EngineerLevel(StrEnum):
    """How far an engineer is qualified, from TCL1 up."""

    TCL1 = "TCL1"
    TCL2 = "TCL2"
    TCL3 = "TCL3"
    TCL4 = "TCL4"

    def suffices_for(self, needed: EngineerLevel) -> bool:
        order = list(EngineerLevel)
        return order.index(self) >= order.index(needed)


class EquipmentKind(StrEnum):
    """What sort of product it is."""

    MACHINE = "machine"
    PHONE = "phone"


class Part(StrEnum):
    """What of a product has a warranty term of its own (REG-4)."""

    MAIN_UNIT = "main_unit"
    BATTERY = "battery"
    CHARGER = "charger"
    HEADSET = "headset"
    DATA_CARD = "data_card"  # and terminal card


class HolidayRule(StrEnum):
    """On which days a warranty does not end, but on the first day after them (REG-5)."""

    STATUTORY = "statutory"  # holidays by law
    REST_DAYS = "rest_days"  # these, the rest of official breaks, and weekends that are not worked


class RegistrationDocument(StrEnum):
    """The document set handed in with a registration (REG-2)."""

    USER_FEEDBACK = "user_feedback"
    RECEIPT = "receipt"
    CHECK_LIST = "check_list"
    ARRIVAL_INSPECTION = "arrival_inspection"
    PRE_DELIVERY_INSPECTION = "pre_delivery_inspection"
    HANDOVER = "handover"
    CUSTOMER_CONFIRMATION = "customer_confirmation"
    INSURANCE_NOTE = "insurance_note"
    ENGINE_WARRANTY_AGREEMENT = "engine_warranty_agreement"


class ExclusionGround(StrEnum):
    """Why a product is not covered although its term runs (REG-6)."""

    HUMAN_DAMAGE = "human_damage"
    LIQUID_INGRESS = "liquid_ingress"
    NON_STANDARD_PARTS = "non_standard_parts"
    OPENED_SEAL = "opened_seal"


class Interruption(StrEnum):
    """Why a product could not be used, which extends its warranty (REG-5)."""

    IN_REPAIR = "in_repair"
    WAITING_FOR_PARTS = "waiting_for_parts"


class RepairChannel(StrEnum):
    """How an item comes to us (rulebook 3.1)."""

    COUNTER = "counter"  # a phone, by whoever walks in
    DEALER_RETURN = "dealer_return"
    WORKSHOP = "workshop"  # for overhaul


class DiscrepancyKind(StrEnum):
    """In what an item differs from what was announced (REP-3, EXC-2)."""

    COUNT = "count"
    MODEL = "model"
    NO_STOCK = "no_stock"
    HUMAN_DAMAGE = "human_damage"
    MISSING_COMPONENT = "missing_component"


class MajorComponent(StrEnum):
    """What is repaired only with a test report of its own (REP-12)."""

    ENGINE = "engine"
    PUMP = "pump"
    MAIN_VALVE = "main_valve"


class Outcome(StrEnum):
    """What becomes of a difference between what is owed and what is paid (CRN-5)."""

    ACCEPTED = "accepted"  # it is right so: nothing more is owed
    DISPUTED = "disputed"  # with the manufacturer
    WRITTEN_OFF = "written_off"  # given up, within the tolerance or once it is approved
    CARRIED_OVER = "carried_over"  # it stays open, for a later note or claim


class FieldNode(StrEnum):
    """A step of a field order whose time counts (rulebook 3.3)."""

    REPORTED = "reported"
    STATION_ASSIGNED = "station_assigned"
    CUSTOMER_CONTACTED = "customer_contacted"
    RESOLVED_BY_PHONE = "resolved_by_phone"
    DISPATCH_PLANNED = "dispatch_planned"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    LEFT = "left"
    REPORT_FILED = "report_filed"
    REPORT_REVIEWED = "report_reviewed"
    CLOSED = "closed"
    CALLED_BACK = "called_back"


class FieldParty(StrEnum):
    """Who is told of a node of a field order (FLD-3, FLD-4, FLD-11)."""

    CUSTOMER = "customer"
    ENGINEER = "engineer"
    STATION_MANAGER = "station_manager"
    SALES_MANAGER = "sales_manager"
    SALES_DIRECTOR = "sales_director"
    DIVISION_MANAGER = "division_manager"


class FieldServiceKind(StrEnum):
    """What an engineer goes to a customer for."""

    FAULT = "fault"
    MAINTENANCE = "maintenance"
    TECHNICAL_UPDATE = "technical_update"
    HANDOVER = "handover"


class Approver(StrEnum):
    """Whose headquarters approves a correction of a node's time (FLD-6)."""

    OURS = "ours"
    MANUFACTURER = "manufacturer"


class ContactChannel(StrEnum):
    """How somebody got in touch with us (CON-1)."""

    HOTLINE = "hotline"
    PHONE = "phone"  # of one of our people
    EMAIL = "email"
    MESSAGE = "message"
    IN_PERSON = "in_person"


class ContactCategory(StrEnum):
    """What a contact is about (CON-2, CON-6)."""

    TECHNICAL_SERVICE = "technical_service"
    COMPLAINT = "complaint"
    PRICE_INQUIRY = "price_inquiry"
    GENERAL_INQUIRY = "general_inquiry"
    PARTS_INQUIRY = "parts_inquiry"
    SALES_INQUIRY = "sales_inquiry"
    USED_MACHINE = "used_machine"

    @property
    def is_inquiry(self) -> bool:
        """Whether an answer is what is asked for (CON-4)."""
        return self not in (ContactCategory.TECHNICAL_SERVICE, ContactCategory.COMPLAINT)


class OrderKind(StrEnum):
    """What work is done under (CON-3)."""

    REPAIR = "repair"  # an item comes to us
    FIELD = "field"  # an engineer goes to a machine


class WorkRequestKind(StrEnum):
    """What one department asks of another (CON-5)."""

    GENERAL = "general"
    QUALITY_INCIDENT = "quality_incident"
    RD_REQUEST = "rd_request"
