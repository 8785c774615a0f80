"""Registering equipment at its handover, with its documents and its dates (REG-2, REG-3)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import calendar, messages, policies, uniqueness, warranty
from domain.messages import Message, On, Refusal, RefusalCode, Role, Sha256, Stream, Text, World
from domain.policy_content import DocumentSet, WarrantyTerms, Word
from domain.registry.manufacturer import Manufacturer, ManufacturerNotFound
from domain.registry.transfer import EQUIPMENT
from domain.vocabulary import EquipmentKind, RegistrationDocument
from domain.warranty import Coverage

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
        return Stream(EQUIPMENT, self.equipment_id)


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


Command: TypeAlias = RegisterEquipment | FileRegistrationDocument | AnswerRegistrationQuery

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


Event: TypeAlias = (
    EquipmentRegistered
    | DealerNamed
    | RegistrationHeld
    | RegistrationReleased
    | RegistrationDocumentFiled
)

# ── refusals ────────────────────────────────────────────────────────────────


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


# ── decisions ───────────────────────────────────────────────────────────────


class Registered(Protocol):
    """What a registration asks about equipment that is registered."""

    @property
    def equipment(self) -> EquipmentKind: ...
    @property
    def variant(self) -> str: ...
    @property
    def missing(self) -> tuple[RegistrationDocument, ...]: ...
    @property
    def on_hold(self) -> bool: ...


def register(command: RegisterEquipment, world: World) -> list[Event | On]:
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


def file_document(equipment: Registered, filed: FiledDocument) -> RegistrationDocumentFiled:
    if filed.document not in equipment.missing:
        raise DocumentNotMissing(fields=("filed",))
    still = tuple(d for d in equipment.missing if d != filed.document)
    return RegistrationDocumentFiled(filed=filed, missing=still)


def release(
    equipment: Registered, command: AnswerRegistrationQuery, world: World
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
