"""Transfers: equipment moves from one dealer to another, who may be owed for it (REG-7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Protocol, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.messages import NotFound, Refusal, RefusalCode, Role, Sha256, Stream, Text, World
from domain.money import Money
from domain.policies import Pin
from domain.policy_content import EncroachmentTerms
from domain.vocabulary import EquipmentKind

EQUIPMENT = "registry.Equipment"

# ── commands ────────────────────────────────────────────────────────────────


class TransferEquipment(messages.Command):
    """Record that equipment moved to another dealer, which looks after it from then on.

    Hours, lease and form count while it is under warranty; afterwards only the day and the dealers
    are recorded.
    """

    roles = frozenset(
        {
            Role.SERVICE_SUPERVISOR,
            Role.CLAIMS_SPECIALIST,
            Role.CLAIMS_MANAGER,
            Role.SERVICE_DIRECTOR,
            Role.CHANNEL_DEPT,
        }
    )
    equipment_id: UUID
    transfer_id: UUID
    from_dealer_id: UUID
    to_dealer_id: UUID
    moved_on: date
    operating_hours: Annotated[int, Field(ge=0)] | None = None
    on_lease: bool = False
    joint_warranty_form: Sha256 | None = None

    @property
    def stream(self) -> Stream:
        return Stream(EQUIPMENT, self.equipment_id)


class SettleEncroachmentFee(messages.Command):
    """Record that the dealer who gave the equipment away paid the fee for it."""

    roles = frozenset({Role.FINANCE})
    equipment_id: UUID
    transfer_id: UUID
    reference: Text = Field(description="Of the payment.")

    @property
    def stream(self) -> Stream:
        return Stream(EQUIPMENT, self.equipment_id)


Command: TypeAlias = TransferEquipment | SettleEncroachmentFee

# ── events ──────────────────────────────────────────────────────────────────


class EquipmentTransferred(messages.Event):
    """Equipment moved to another dealer; open campaigns move with it (REG-7, CMP-4).

    `fee` is what the releasing dealer owes, and `because` why, or why not. Out of warranty, hours,
    lease, form and fee are None: nobody asks for them.
    """

    context = "registry"
    transfer_id: UUID
    serial_number: str
    model: str
    from_dealer_id: UUID
    to_dealer_id: UUID
    moved_on: date
    under_warranty: bool
    was_stock: bool  # it belonged to the releasing dealer, and belongs to the other now
    operating_hours: int | None
    on_lease: bool | None
    joint_warranty_form: str | None
    fee: Money | None
    because: str | None
    terms: Pin | None
    transferred_by: Names


class EncroachmentFeeSettled(messages.Event):
    """The dealer who gave equipment away paid the fee for it (REG-7)."""

    context = "registry"
    transfer_id: UUID
    fee: Money
    reference: str
    settled_by: Names


Event: TypeAlias = EquipmentTransferred | EncroachmentFeeSettled

# ── refusals ────────────────────────────────────────────────────────────────


class TransferExists(Refusal):
    """This transfer is recorded already."""

    code = RefusalCode.CONFLICT


class AnotherDealers(Refusal):
    """Another dealer than this one looks after the equipment."""

    rule = "REG-7"


class SameDealer(Refusal):
    """Equipment moves from one dealer to another."""

    code = RefusalCode.INVALID
    rule = "REG-7"


class MovedAtAnImpossibleTime(Refusal):
    """Equipment moves after it was handed over, one move after the other, and not in the future."""

    code = RefusalCode.INVALID
    rule = "REG-7"


class DatesUnderQuery(Refusal):
    """A query about the dates is open: record its answer first; fee and warranty depend on them."""

    rule = "REG-3"


class HoursUnknown(Refusal):
    """A machine under warranty moves with its operating hours: the fee depends on them."""

    code = RefusalCode.INVALID
    rule = "REG-7"


class JointWarrantyFormMissing(Refusal):
    """Equipment under warranty moves with a joint-warranty form."""

    code = RefusalCode.INVALID
    rule = "REG-7"


class NoFeeOwed(NotFound):
    """For this transfer no fee is owed, or it is paid."""

    rule = "REG-7"


# ── decisions ───────────────────────────────────────────────────────────────


class Movable(Protocol):
    """What a transfer asks about equipment."""

    @property
    def serial_number(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def equipment(self) -> EquipmentKind: ...
    @property
    def delivered_on(self) -> date: ...
    @property
    def on_hold(self) -> bool: ...
    @property
    def dealer_id(self) -> UUID | None: ...
    @property
    def moves(self) -> tuple[EquipmentTransferred, ...]: ...
    @property
    def fees_owed(self) -> dict[UUID, Money]: ...


def transfer(
    equipment: Movable,
    command: TransferEquipment,
    world: World,
    *,
    under_warranty: bool,
    of_releasing_dealer: bool,
) -> EquipmentTransferred:
    """`under_warranty` on the day of the move; `of_releasing_dealer`: it is stock of theirs."""
    refuse_impossible(equipment, command, world)
    if under_warranty:
        refuse_incomplete(equipment, command)
    terms = policies.in_force(world, EncroachmentTerms) if under_warranty else None
    owed, because = encroachment(terms, equipment, command) if terms else (False, None)
    return EquipmentTransferred(
        transfer_id=command.transfer_id,
        serial_number=equipment.serial_number,
        model=equipment.model,
        from_dealer_id=command.from_dealer_id,
        to_dealer_id=command.to_dealer_id,
        moved_on=command.moved_on,
        under_warranty=under_warranty,
        was_stock=of_releasing_dealer,
        operating_hours=command.operating_hours if under_warranty else None,
        on_lease=command.on_lease if under_warranty else None,
        joint_warranty_form=command.joint_warranty_form if under_warranty else None,
        fee=terms.fee if terms and owed else None,
        because=because,
        terms=policies.pin(world, EncroachmentTerms) if terms else None,
        transferred_by=names(world),
    )


def refuse_impossible(equipment: Movable, command: TransferEquipment, world: World) -> None:
    if any(move.transfer_id == command.transfer_id for move in equipment.moves):
        raise TransferExists
    if equipment.on_hold:
        raise DatesUnderQuery
    if command.from_dealer_id == command.to_dealer_id:
        raise SameDealer(fields=("to_dealer_id",))
    if equipment.dealer_id not in (None, command.from_dealer_id):
        raise AnotherDealers(fields=("from_dealer_id",))
    earliest = max([equipment.delivered_on, *(move.moved_on for move in equipment.moves)])
    latest = calendar.local_day(world.now, policies.zone(world))
    if not earliest <= command.moved_on <= latest:
        between = f"It moved from {earliest} on, and until {latest}."
        raise MovedAtAnImpossibleTime(fields=("moved_on",), reasons=(between,))


def refuse_incomplete(equipment: Movable, command: TransferEquipment) -> None:
    if equipment.equipment == EquipmentKind.MACHINE and command.operating_hours is None:
        raise HoursUnknown(fields=("operating_hours",))
    if command.joint_warranty_form is None:
        raise JointWarrantyFormMissing(fields=("joint_warranty_form",))


def encroachment(
    terms: EncroachmentTerms, equipment: Movable, command: TransferEquipment
) -> tuple[bool, str]:
    """Whether the releasing dealer owes the fee, and why (REG-7)."""
    if command.on_lease:
        return False, "It moved on lease."
    days, hours = (command.moved_on - equipment.delivered_on).days, command.operating_hours
    if days <= terms.days:
        return True, f"It moved {days} days after its handover, within {terms.days}."
    if hours is not None and hours <= terms.operating_hours:
        return True, f"It moved at {hours} operating hours, within {terms.operating_hours}."
    worked = "" if hours is None else f" and {hours} operating hours"
    return False, f"It moved after {days} days{worked}."


def settle(
    equipment: Movable, command: SettleEncroachmentFee, world: World
) -> EncroachmentFeeSettled:
    if command.transfer_id not in equipment.fees_owed:
        raise NoFeeOwed(fields=("transfer_id",))
    return EncroachmentFeeSettled(
        transfer_id=command.transfer_id,
        fee=equipment.fees_owed[command.transfer_id],
        reference=command.reference,
        settled_by=names(world),
    )
