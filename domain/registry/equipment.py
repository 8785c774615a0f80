"""Equipment: what was sold to whom, since when and for how long it is under warranty.

registered ──▶ on hold, with a query to the manufacturer ──▶ released by its answer (REG-3)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from domain import messages, policies, warranty
from domain.messages import NotFound, On, Refusal, RefusalCode, Sha256, World
from domain.money import Money
from domain.policy_content import PublicHolidays
from domain.registry import out_of_use, registration, transfer
from domain.registry.out_of_use import Orders, OutOfUseRecorded, RecordOutOfUse, interruptions
from domain.registry.registration import EquipmentCommand, EquipmentRegistered, Owner, OwnerKind
from domain.vocabulary import EquipmentKind, ExclusionGround, Part, RegistrationDocument
from domain.warranty import Coverage, Exclusion, WarrantyAnswer

# ── commands ────────────────────────────────────────────────────────────────


class RecordExclusion(EquipmentCommand):
    """Record why failures from a day on are not covered, with evidence (REG-6)."""

    ground: ExclusionGround
    since: date
    evidence: Annotated[tuple[Sha256, ...], Field(min_length=1)]


Command: TypeAlias = registration.Command | RecordExclusion | transfer.Command | RecordOutOfUse

# ── events ──────────────────────────────────────────────────────────────────


class ExclusionRecorded(messages.Event):
    """Failures from a day on are not covered, as the evidence shows (REG-6)."""

    context = "registry"
    exclusion: Exclusion


Event: TypeAlias = registration.Event | ExclusionRecorded | OutOfUseRecorded | transfer.Event

# ── refusals ────────────────────────────────────────────────────────────────


class EquipmentNotFound(NotFound):
    """There is no such equipment."""


class EquipmentExists(Refusal):
    """This equipment is registered already."""

    code = RefusalCode.CONFLICT


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
        case registration.RegistrationHeld():
            return replace(equipment, on_hold=True)
        case registration.RegistrationReleased(delivered_on=day, coverage=coverage):
            return replace(equipment, on_hold=False, delivered_on=day, coverage=coverage)
        case registration.RegistrationDocumentFiled(missing=missing):
            return replace(equipment, missing=missing)
        case ExclusionRecorded(exclusion=exclusion):
            return replace(equipment, exclusions=(*equipment.exclusions, exclusion))
        case registration.DealerNamed(dealer_id=dealer_id):
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
    if isinstance(command, registration.RegisterEquipment):
        if equipment:
            raise EquipmentExists
        return [*registration.register(command, world)]
    if equipment is None:
        raise EquipmentNotFound
    if isinstance(command, transfer.Command | RecordOutOfUse):
        return use(equipment, command, world)
    match command:
        case registration.FileRegistrationDocument(filed=filed):
            return [registration.file_document(equipment, filed)]
        case registration.AnswerRegistrationQuery():
            return [registration.release(equipment, command, world)]
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
