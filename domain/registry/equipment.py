"""Equipment: what was sold to whom, since when and for how long it is under warranty.

registered ──▶ on hold, with a query to the manufacturer ──▶ released by its answer (REG-3)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from domain import calendar, messages, policies, uniqueness, warranty
from domain.messages import (
    Message,
    NotFound,
    On,
    Refusal,
    RefusalCode,
    Role,
    Sha256,
    Stream,
    Text,
    World,
)
from domain.money import Money
from domain.policy_content import DocumentSet, PublicHolidays, WarrantyTerms, Word
from domain.registry import out_of_use, transfer
from domain.registry.manufacturer import Manufacturer, ManufacturerNotFound
from domain.registry.out_of_use import Orders, OutOfUseRecorded, RecordOutOfUse, interruptions
from domain.vocabulary import EquipmentKind, ExclusionGround, Part, RegistrationDocument
from domain.warranty import Coverage, Exclusion, WarrantyAnswer

SERIAL_NUMBER = "registry.SerialNumber"
KEEPERS = frozenset(
    {
        Role.SERVICE_AGENT,
        Role.SERVICE_SUPERVISOR,
        Role.STATION_MANAGER,
        Role.CLAIMS_SPECIALIST,
        Role.CLAIMS_MANAGER,
    }
)


class OwnerKind(StrEnum):
    CUSTOMER = "customer"
    DEALER = "dealer"
    STATION = "station"


class Owner(Message):
    """Whose the equipment is."""

    kind: OwnerKind
    id: UUID


class FiledDocument(Message):
    """A document of the registration, with the file that holds it."""

    document: RegistrationDocument
    sha256: Sha256


# ── commands ────────────────────────────────────────────────────────────────


class EquipmentCommand(messages.Command):
    roles = KEEPERS
    equipment_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(Equipment.kind, self.equipment_id)


class RegisterEquipment(EquipmentCommand):
    """Enter equipment at its handover. Documents that are missing are listed (REG-2)."""

    manufacturer_id: UUID
    serial_number: Text
    model: Text
    equipment: EquipmentKind
    factory_date: date
    delivered_on: date
    owner: Owner
    dealer_id: UUID | None = Field(None, description="The dealer that handed it over.")
    documents: tuple[FiledDocument, ...] = ()
    insured: bool = False
    engine_warranty: bool = False
    warranty_variant: Word = "default"


class FileRegistrationDocument(EquipmentCommand):
    """File a document that was missing."""

    filed: FiledDocument


class AnswerRegistrationQuery(EquipmentCommand):
    """Record the manufacturer's answer to the query, with the right dates (REG-3)."""

    factory_date: date
    delivered_on: date
    answer: Text


class RecordExclusion(EquipmentCommand):
    """Record why failures from a day on are not covered, with evidence (REG-6)."""

    ground: ExclusionGround
    since: date
    evidence: Annotated[tuple[Sha256, ...], Field(min_length=1)]


Command: TypeAlias = (
    RegisterEquipment
    | FileRegistrationDocument
    | AnswerRegistrationQuery
    | RecordExclusion
    | transfer.TransferEquipment
    | transfer.SettleEncroachmentFee
    | RecordOutOfUse
)

# ── events ──────────────────────────────────────────────────────────────────


class EquipmentRegistered(messages.Event):
    """Equipment was handed over; its warranty runs, and these documents are missing (REG-2)."""

    context = "registry"
    schema_version = 3
    manufacturer_id: UUID
    serial_number: str
    model: str
    equipment: EquipmentKind
    factory_date: date
    delivered_on: date
    owner: Owner
    documents: tuple[FiledDocument, ...]
    missing: tuple[RegistrationDocument, ...]
    warranty_variant: str
    coverage: tuple[Coverage, ...]
    station_id: UUID | None  # of whoever registered it at the handover


class DealerNamed(messages.Event):
    """This dealer handed the equipment over, and looks after it until it is transferred (REG-7)."""

    context = "registry"
    dealer_id: UUID


class RegistrationHeld(messages.Event):
    """The factory date lies after the delivery date: the manufacturer is asked (REG-3)."""

    context = "registry"
    manufacturer_id: UUID
    query: str


class RegistrationReleased(messages.Event):
    """The manufacturer answered; the dates are these, and the warranty runs from them (REG-3)."""

    context = "registry"
    schema_version = 2
    factory_date: date
    delivered_on: date
    answer: str
    coverage: tuple[Coverage, ...]


class RegistrationDocumentFiled(messages.Event):
    """A document that was missing is here (REG-2)."""

    context = "registry"
    filed: FiledDocument
    missing: tuple[RegistrationDocument, ...]  # what still is


class ExclusionRecorded(messages.Event):
    """Failures from a day on are not covered, as the evidence shows (REG-6)."""

    context = "registry"
    exclusion: Exclusion


Event: TypeAlias = (
    EquipmentRegistered
    | DealerNamed
    | RegistrationHeld
    | RegistrationReleased
    | RegistrationDocumentFiled
    | ExclusionRecorded
    | OutOfUseRecorded
    | transfer.EquipmentTransferred
    | transfer.EncroachmentFeeSettled
)

# ── refusals ────────────────────────────────────────────────────────────────


class EquipmentNotFound(NotFound):
    """There is no such equipment."""


class EquipmentExists(Refusal):
    """This equipment is registered already."""

    code = RefusalCode.CONFLICT


class SerialNumberTaken(uniqueness.AlreadyTaken):
    """This manufacturer's serial number is registered already."""


class DeliveredInTheFuture(Refusal):
    """Equipment is registered at its handover, not before."""

    code = RefusalCode.INVALID
    rule = "REG-2"


class DocumentNotMissing(Refusal):
    """This document is not one of those that are missing."""

    rule = "REG-2"


class NotOnHold(Refusal):
    """No query about this registration is open."""

    rule = "REG-3"


class DatesStillDisagree(Refusal):
    """The factory date still lies after the delivery date."""

    rule = "REG-3"


# ── state ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Equipment:
    """What decisions need to remember of equipment."""

    kind: ClassVar[str] = transfer.EQUIPMENT
    manufacturer_id: UUID
    serial_number: str
    model: str
    equipment: EquipmentKind
    delivered_on: date
    owner: Owner
    variant: str
    coverage: tuple[Coverage, ...]
    missing: tuple[RegistrationDocument, ...]
    exclusions: tuple[Exclusion, ...] = ()
    on_hold: bool = False
    dealer_id: UUID | None = None
    moves: tuple[transfer.EquipmentTransferred, ...] = ()
    fees_owed: dict[UUID, Money] = field(default_factory=dict)
    orders: Orders = field(default_factory=dict)  # that kept it out of use

    def under_warranty(self, part: Part, on: date, holidays: PublicHolidays) -> WarrantyAnswer:
        """Whether a part is covered on a day, the days in repair being added (REG-4 to REG-6)."""
        interrupted = interruptions(
            stretch for order in self.orders.values() for stretch in order.out_of_use
        )
        return warranty.under_warranty(
            self.coverage, self.exclusions, part, on, holidays, interrupted
        )

    @property
    def repaired_in(self) -> frozenset[UUID]:
        """The orders in which it was repaired."""
        return frozenset(id for id, each in self.orders.items() if each.repaired)

    def repaired_before(self, order_id: UUID) -> int:
        """In how many other orders it was repaired (REG-5a)."""
        return len(self.repaired_in - {order_id})


State = Equipment


def evolve(equipment: Equipment | None, event: Event) -> Equipment:
    if isinstance(event, EquipmentRegistered):
        return registered(event)
    assert equipment is not None, "equipment is registered first"
    if isinstance(event, transfer.Event | OutOfUseRecorded):
        return used(equipment, event)
    match event:
        case RegistrationHeld():
            return replace(equipment, on_hold=True)
        case RegistrationReleased(delivered_on=day, coverage=coverage):
            return replace(equipment, on_hold=False, delivered_on=day, coverage=coverage)
        case RegistrationDocumentFiled(missing=missing):
            return replace(equipment, missing=missing)
        case ExclusionRecorded(exclusion=exclusion):
            return replace(equipment, exclusions=(*equipment.exclusions, exclusion))
        case DealerNamed(dealer_id=dealer_id):
            return replace(equipment, dealer_id=dealer_id)
        case never:
            assert_never(never)


def registered(event: EquipmentRegistered) -> Equipment:
    return Equipment(
        manufacturer_id=event.manufacturer_id,
        serial_number=event.serial_number,
        model=event.model,
        equipment=event.equipment,
        delivered_on=event.delivered_on,
        owner=event.owner,
        variant=event.warranty_variant,
        coverage=event.coverage,
        missing=event.missing,
        dealer_id=event.owner.id if event.owner.kind == OwnerKind.DEALER else None,
    )


def used(equipment: Equipment, event: transfer.Event | OutOfUseRecorded) -> Equipment:
    match event:
        case OutOfUseRecorded(order_id=order_id):
            return replace(equipment, orders={**equipment.orders, order_id: event})
        case transfer.EquipmentTransferred(transfer_id=id, to_dealer_id=dealer_id, fee=fee):
            owed = {id: fee} if fee else {}
            return replace(
                equipment,
                dealer_id=dealer_id,
                owner=of_dealer(dealer_id) if event.was_stock else equipment.owner,
                moves=(*equipment.moves, event),
                fees_owed={**equipment.fees_owed, **owed},
            )
        case transfer.EncroachmentFeeSettled(transfer_id=paid):
            owed = {id: fee for id, fee in equipment.fees_owed.items() if id != paid}
            return replace(equipment, fees_owed=owed)
        case never:
            assert_never(never)


def of_dealer(dealer_id: UUID) -> Owner:
    return Owner(kind=OwnerKind.DEALER, id=dealer_id)


# ── decisions ───────────────────────────────────────────────────────────────


def decide(equipment: Equipment | None, command: Command, world: World) -> list[Event | On]:
    if isinstance(command, RegisterEquipment):
        return register(equipment, command, world)
    if equipment is None:
        raise EquipmentNotFound
    if isinstance(command, transfer.Command | RecordOutOfUse):
        return use(equipment, command, world)
    match command:
        case FileRegistrationDocument(filed=filed):
            return [file_document(equipment, filed)]
        case AnswerRegistrationQuery():
            return [release(equipment, command, world)]
        case RecordExclusion(ground=ground, since=since, evidence=evidence):
            exclusion = Exclusion(ground=ground, since=since, evidence=evidence)
            known = exclusion in equipment.exclusions
            return [] if known else [ExclusionRecorded(exclusion=exclusion)]
        case never:
            assert_never(never)


def use(
    equipment: Equipment, command: transfer.Command | RecordOutOfUse, world: World
) -> list[Event | On]:
    match command:
        case transfer.TransferEquipment():
            return [transferred(equipment, command, world)]
        case transfer.SettleEncroachmentFee():
            return [transfer.settle(equipment, command, world)]
        case RecordOutOfUse():
            return [*out_of_use.record(equipment.orders, command)]
        case never:
            assert_never(never)


def register(
    equipment: Equipment | None, command: RegisterEquipment, world: World
) -> list[Event | On]:
    if equipment:
        raise EquipmentExists
    if world.of(Manufacturer, command.manufacturer_id) is None:
        raise ManufacturerNotFound(fields=("manufacturer_id",))
    refuse_future(command.delivered_on, world)
    named = uniqueness.take(
        world,
        command.equipment_id,
        SERIAL_NUMBER,
        str(command.manufacturer_id),
        command.serial_number,
        taken=SerialNumberTaken,
    )
    dealer = [DealerNamed(dealer_id=command.dealer_id)] if command.dealer_id else []
    return [registration(command, world), *dealer, *query(command), *named]


def registration(command: RegisterEquipment, world: World) -> EquipmentRegistered:
    return EquipmentRegistered(
        manufacturer_id=command.manufacturer_id,
        serial_number=command.serial_number,
        model=command.model,
        equipment=command.equipment,
        factory_date=command.factory_date,
        delivered_on=command.delivered_on,
        owner=command.owner,
        documents=command.documents,
        missing=missing_documents(command, policies.in_force(world, DocumentSet)),
        warranty_variant=command.warranty_variant,
        coverage=warranty.coverage(
            policies.in_force(world, WarrantyTerms),
            command.equipment,
            command.warranty_variant,
            command.delivered_on,
        ),
        station_id=world.actor.station,
    )


def missing_documents(
    command: RegisterEquipment, required: DocumentSet
) -> tuple[RegistrationDocument, ...]:
    """What the set lacks, in its order (REG-2)."""
    needed = (
        *required.always,
        *(required.if_insured if command.insured else ()),
        *(required.if_engine_warranty if command.engine_warranty else ()),
    )
    filed = {filed.document for filed in command.documents}
    return tuple(document for document in needed if document not in filed)


def query(command: RegisterEquipment) -> list[Event]:
    """Dates that cannot be are put to the manufacturer (REG-3)."""
    if command.factory_date <= command.delivered_on:
        return []
    text = (
        f"{command.model} {command.serial_number}: the factory date {command.factory_date} lies "
        f"after the delivery on {command.delivered_on}. Which dates are right?"
    )
    return [RegistrationHeld(manufacturer_id=command.manufacturer_id, query=text)]


def refuse_future(delivered_on: date, world: World) -> None:
    if delivered_on > calendar.local_day(world.now, policies.zone(world)):
        raise DeliveredInTheFuture(fields=("delivered_on",))


def file_document(equipment: Equipment, filed: FiledDocument) -> RegistrationDocumentFiled:
    if filed.document not in equipment.missing:
        raise DocumentNotMissing(fields=("filed",))
    still = tuple(d for d in equipment.missing if d != filed.document)
    return RegistrationDocumentFiled(filed=filed, missing=still)


def release(
    equipment: Equipment, command: AnswerRegistrationQuery, world: World
) -> RegistrationReleased:
    if not equipment.on_hold:
        raise NotOnHold
    if command.factory_date > command.delivered_on:
        raise DatesStillDisagree(fields=("factory_date", "delivered_on"))
    refuse_future(command.delivered_on, world)
    return RegistrationReleased(
        factory_date=command.factory_date,
        delivered_on=command.delivered_on,
        answer=command.answer,
        coverage=warranty.coverage(
            policies.in_force(world, WarrantyTerms),
            equipment.equipment,
            equipment.variant,
            command.delivered_on,
        ),
    )


def transferred(
    equipment: Equipment, command: transfer.TransferEquipment, world: World
) -> transfer.EquipmentTransferred:
    """Under warranty as the machine is, not as its lesser parts are (REG-4, REG-5, REG-7)."""
    holidays = policies.in_force(world, PublicHolidays)
    answer = equipment.under_warranty(Part.MAIN_UNIT, command.moved_on, holidays)
    return transfer.transfer(
        equipment,
        command,
        world,
        under_warranty=answer.covered,
        of_releasing_dealer=equipment.owner == of_dealer(command.from_dealer_id),
    )
