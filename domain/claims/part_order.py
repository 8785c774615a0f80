"""An order of parts for work that a failure claim is, or will be, made for (CLM-5, CLM-6a).

It is signed by whom the matrix names for its amount, placed, and matched to its claim when there
is one: both are for the same finished work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from domain import messages, policies, uniqueness
from domain.approvals import Names, Signature, SigningChain, names
from domain.claims import signing
from domain.claims.amounts import Amounts, PartUsed, sum_of
from domain.claims.commands import CLAIMS_STAFF, PREPARERS, SIGNERS
from domain.claims.state import Claim
from domain.claims.states_allowed import existing as existing_claim
from domain.messages import NotFound, On, Refusal, RefusalCode, Role, Stream, Text, World
from domain.money import Money
from domain.policy_content import ApprovalMatrix, Approved
from domain.registry.authority import refuse_manager_of
from domain.registry.station import Station, StationNotFound
from domain.registry.stations_apart import refuse_other_stations
from domain.vocabulary import ClaimKind

PART_ORDER = "claims.PartOrder"
ORDER_NUMBER = "claims.PartOrderNumber"

# ── commands ────────────────────────────────────────────────────────────────


class PartOrderCommand(messages.Command):
    part_order_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(PART_ORDER, self.part_order_id)


class RequestPartOrder(PartOrderCommand):
    """Ask for parts for work that will be claimed as a failure."""

    roles = PREPARERS | {Role.PARTS_ADMIN, Role.STOREKEEPER}
    number: Text = Field(description="Our own number of the order.")
    station_id: UUID
    order_reference: Text = Field(description="The repair or field order that needs the parts.")
    parts: Annotated[tuple[PartUsed, ...], Field(min_length=1)]


class SignPartOrder(PartOrderCommand):
    """Sign for the next step of the order's approval (SEG-4)."""

    roles = SIGNERS


class RevokePartOrderSignature(PartOrderCommand):
    """Take back your signature, before the next step is taken (SEG-5)."""

    roles = SIGNERS
    reason: Text


class DeclinePartOrder(PartOrderCommand):
    """Refuse an order of parts."""

    roles = SIGNERS
    reason: Text


class PlacePartOrder(PartOrderCommand):
    """Record that the parts were ordered."""

    roles = CLAIMS_STAFF | {Role.PARTS_ADMIN, Role.PROCUREMENT}


class MatchPartOrder(PartOrderCommand):
    """Say which claim the parts are claimed by (CLM-6a)."""

    roles = CLAIMS_STAFF | {Role.PARTS_ADMIN}
    claim_id: UUID


Command: TypeAlias = (
    RequestPartOrder
    | SignPartOrder
    | RevokePartOrderSignature
    | DeclinePartOrder
    | PlacePartOrder
    | MatchPartOrder
)

# ── events ──────────────────────────────────────────────────────────────────


class PartOrderEvent(messages.Event):
    context = "claims"


class PartOrderRequested(PartOrderEvent):
    """Parts were asked for; these roles approve the order in this order (CLM-5)."""

    number: str
    station_id: UUID
    order_reference: str
    parts: tuple[PartUsed, ...]
    total: Money
    signed_by: tuple[Role, ...]
    requested_by: Names


class PartOrderSigned(PartOrderEvent):
    """One step of the order's approval was signed (SEG-4)."""

    signature: Signature


class PartOrderApproved(PartOrderEvent):
    """The last signature was given: the parts may be ordered."""

    total: Money


class PartOrderSignatureRevoked(PartOrderEvent):
    """A signature under an order of parts was taken back (SEG-5)."""

    signature: Signature
    reason: str


class PartOrderDeclined(PartOrderEvent):
    """The order of parts was refused."""

    reason: str
    declined_by: Names


class PartOrderPlaced(PartOrderEvent):
    """The parts were ordered."""

    placed_by: Names


class PartOrderMatched(PartOrderEvent):
    """The parts are those of this claim (CLM-6a)."""

    claim_id: UUID
    matched_by: Names


Event: TypeAlias = (
    PartOrderRequested
    | PartOrderSigned
    | PartOrderApproved
    | PartOrderSignatureRevoked
    | PartOrderDeclined
    | PartOrderPlaced
    | PartOrderMatched
)

# ── refusals ────────────────────────────────────────────────────────────────


class PartOrderNotFound(NotFound):
    """There is no such order of parts."""


class PartOrderExists(Refusal):
    """These parts are asked for already."""

    code = RefusalCode.CONFLICT


class PartOrderNumberTaken(uniqueness.AlreadyTaken):
    """Another order of parts already has this number."""

    rule = "CLM-5"


class PartOrderNotReady(Refusal):
    """The order of parts is not at a stage that allows this."""

    rule = "CLM-5"


class OrderOfOtherWork(Refusal):
    """The parts were ordered for other work than is claimed, or not for a failure."""

    rule = "CLM-6a"


# ── state ───────────────────────────────────────────────────────────────────


class PartOrderStage(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class PartOrder:
    """What decisions need to remember of an order of parts."""

    kind: ClassVar[str] = PART_ORDER
    station_id: UUID
    order_reference: str
    total: Money
    prepared_by: frozenset[UUID]
    chain: SigningChain
    stage: PartOrderStage = PartOrderStage.REQUESTED
    claim_id: UUID | None = None


State = PartOrder


def evolve(order: PartOrder | None, event: Event) -> PartOrder:
    if isinstance(event, PartOrderRequested):
        return PartOrder(
            event.station_id,
            event.order_reference,
            event.total,
            event.requested_by.both,
            SigningChain(event.signed_by),
        )
    assert order is not None, "parts are asked for first"
    match event:
        case PartOrderSigned(signature=signature):
            return replace(order, chain=order.chain.signed(signature))
        case PartOrderApproved():
            return replace(order, stage=PartOrderStage.APPROVED)
        case PartOrderSignatureRevoked():
            requested = PartOrderStage.REQUESTED
            return replace(order, stage=requested, chain=order.chain.without_last())
        case PartOrderDeclined():
            return replace(order, stage=PartOrderStage.DECLINED)
        case PartOrderPlaced():
            return replace(order, stage=PartOrderStage.PLACED)
        case PartOrderMatched(claim_id=claim_id):
            return replace(order, claim_id=claim_id)
        case never:
            assert_never(never)


# ── decisions ───────────────────────────────────────────────────────────────


def decide(order: PartOrder | None, command: Command, world: World) -> list[Event | On]:
    refuse_other_stations(
        world,
        opening_for=command.station_id if isinstance(command, RequestPartOrder) else None,
        of=order.station_id if order else None,
        hidden=PartOrderNotFound,
    )
    if isinstance(command, RequestPartOrder):
        return request(order, command, world)
    if order is None:
        raise PartOrderNotFound
    match command:
        case SignPartOrder():
            return [*sign(order, world)]
        case RevokePartOrderSignature(reason=reason):
            return [revoke(order, reason, world)]
        case DeclinePartOrder(reason=reason):
            only_at(order, PartOrderStage.REQUESTED)
            refuse_manager_of(order.station_id, world)
            return [PartOrderDeclined(reason=reason, declined_by=names(world))]
        case PlacePartOrder():
            only_at(order, PartOrderStage.APPROVED)
            refuse_manager_of(order.station_id, world)
            return [PartOrderPlaced(placed_by=names(world))]
        case MatchPartOrder(claim_id=claim_id):
            return match_to(order, claim_id, world)
        case never:
            assert_never(never)


def only_at(order: PartOrder, *stages: PartOrderStage) -> None:
    if order.stage not in stages:
        raise PartOrderNotReady(
            f"The order is {order.stage}; this is possible while it is {' or '.join(stages)}."
        )


def request(order: PartOrder | None, command: RequestPartOrder, world: World) -> list[Event | On]:
    """Who signs follows from the exact sum (CLM-5)."""
    if order:
        raise PartOrderExists
    if world.of(Station, command.station_id) is None:
        raise StationNotFound(fields=("station_id",))
    total = sum_of(Amounts(parts=command.parts))
    requested = PartOrderRequested(
        number=command.number,
        station_id=command.station_id,
        order_reference=command.order_reference,
        parts=command.parts,
        total=total,
        signed_by=policies.in_force(world, ApprovalMatrix).signed_by(Approved.PART_ORDER, total),
        requested_by=names(world),
    )
    by, taken = command.part_order_id, PartOrderNumberTaken
    return [requested, *uniqueness.take(world, by, ORDER_NUMBER, command.number, taken=taken)]


def sign(order: PartOrder, world: World) -> list[Event]:
    """The last signature approves it (SEG-1, SEG-4)."""
    only_at(order, PartOrderStage.REQUESTED)
    signature, complete = signing.sign(order.chain, order.prepared_by, order.station_id, world)
    signed = PartOrderSigned(signature=signature)
    return [signed, PartOrderApproved(total=order.total)] if complete else [signed]


def revoke(order: PartOrder, reason: str, world: World) -> PartOrderSignatureRevoked:
    gone_on = order.stage not in (PartOrderStage.REQUESTED, PartOrderStage.APPROVED)
    signature = signing.take_back(order.chain, world, next_step_taken=gone_on)
    return PartOrderSignatureRevoked(signature=signature, reason=reason)


def match_to(order: PartOrder, claim_id: UUID, world: World) -> list[Event | On]:
    """Parts are matched to the failure claim for the work that needed them (CLM-6a)."""
    only_at(order, PartOrderStage.PLACED)
    claim = existing_claim(world.of(Claim, claim_id))
    if claim.claim != ClaimKind.FAILURE:
        raise OrderOfOtherWork(f"Claim {claim.number} is not for a failure.", fields=("claim_id",))
    if (claim.order_reference, claim.station_id) != (order.order_reference, order.station_id):
        raise OrderOfOtherWork(
            f"The parts are for order {order.order_reference}, claim {claim.number} is for "
            f"{claim.order_reference}.",
            fields=("claim_id",),
        )
    if order.claim_id == claim_id:
        return []
    return [PartOrderMatched(claim_id=claim_id, matched_by=names(world))]
