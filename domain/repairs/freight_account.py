"""The freight of a factory's repairs in a month, and its reconciliation with the factory (REP-10).

What our side comes to is added up here as the legs are recorded, so nobody states it. What the
factory states may differ, for reasons that make up the whole difference, by payer and currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID, uuid5

from pydantic import AfterValidator, Field

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.messages import (
    Message,
    Moment,
    On,
    Refusal,
    RefusalCode,
    Role,
    Sha256,
    Stream,
    Text,
    World,
)
from domain.money import ExactMoney, Money
from domain.policies import Pin
from domain.policy_content import Every
from domain.registry.manufacturer import Manufacturer, ManufacturerNotFound
from domain.repairs.freight import Freight, FreightPayer
from domain.sla import periods

FREIGHT_ACCOUNT = "repairs.FreightAccount"
ACCOUNTS = UUID("7d1a3a4e-7f0f-5b51-9f43-0f6bb1f6a3d2")
CLOCK = "freight_reconciliation"


def account_stream(manufacturer_id: UUID, month: date) -> Stream:
    """`month` is its first day."""
    return Stream(FREIGHT_ACCOUNT, uuid5(ACCOUNTS, f"{manufacturer_id} {month}"))


# ── commands and events ─────────────────────────────────────────────────────


class FreightSum(Message):
    """What a payer bears of the freight of a month."""

    payer: FreightPayer
    amount: ExactMoney


def other_than_nothing(money: Money) -> Money:
    if not money.amount:
        raise ValueError("A difference of nothing is none.")
    return money


class FreightDifference(Message):
    """By how much more the factory states than we know of, or less if negative, and why."""

    payer: FreightPayer
    amount: Annotated[Money, AfterValidator(other_than_nothing)]
    reason: Text
    repair_order_id: UUID | None = None


FirstOfMonth = Annotated[date, Field(description="The month, by its first day.")]


class ReconcileFreight(messages.Command):
    """Compare a month's freight with what the factory states; explain every difference (REP-10)."""

    roles = frozenset({Role.FINANCE, Role.PARTS_ADMIN, Role.SERVICE_DIRECTOR})
    manufacturer_id: UUID
    month: FirstOfMonth
    stated: tuple[FreightSum, ...] = Field(description="By the factory, for each payer.")
    differences: tuple[FreightDifference, ...] = ()
    statement: Sha256 | None = Field(None, description="The file with the factory's statement.")

    @property
    def first_day(self) -> date:
        return self.month.replace(day=1)

    @property
    def stream(self) -> Stream:
        return account_stream(self.manufacturer_id, self.first_day)


Command: TypeAlias = ReconcileFreight


class FreightAccountEvent(messages.Event):
    """`month` is the first day of the month that it is about, in the organisation's time."""

    context = "repairs"
    manufacturer_id: UUID
    month: date


class FreightPosted(FreightAccountEvent):
    """The freight of one leg of a repair belongs to a month of its factory (REP-10)."""

    repair_order_id: UUID
    freight: Freight


class FreightReconciled(FreightAccountEvent):
    """A month's freight was compared with the factory's statement: it agrees, or differs so."""

    ours: tuple[FreightSum, ...]
    stated: tuple[FreightSum, ...]
    differences: tuple[FreightDifference, ...]
    statement: str | None
    due_at: Moment
    late: bool
    clock: Pin
    reconciled_by: Names


Event: TypeAlias = FreightPosted | FreightReconciled

# ── refusals ────────────────────────────────────────────────────────────────


class FreightMonthNotOver(Refusal):
    """A month's freight is reconciled when the month is over."""

    code = RefusalCode.INVALID
    rule = "REP-10"


class FreightReconciledBefore(Refusal):
    """This factory's freight of the month is reconciled, and nothing came in since."""

    code = RefusalCode.CONFLICT
    rule = "REP-10"


class FreightDoesNotAddUp(Refusal):
    """What the factory states is our sum and the differences, for every payer and currency."""

    code = RefusalCode.INVALID
    rule = "REP-10"


class NotTheirFreight(Refusal):
    """No freight of these repair orders is in the factory's account of the month."""

    code = RefusalCode.INVALID
    rule = "REP-10"


# ── state ───────────────────────────────────────────────────────────────────

Payer: TypeAlias = tuple[FreightPayer, str]
"""Who pays, in which currency."""

Sums: TypeAlias = Mapping[Payer, Decimal]


@dataclass(frozen=True, slots=True)
class FreightAccount:
    """What the legs of the month come to, and whether that is agreed with the factory."""

    kind: ClassVar[str] = FREIGHT_ACCOUNT
    sums: Sums = field(default_factory=dict)
    repair_orders: frozenset[UUID] = frozenset()
    agreed: bool = False


State = FreightAccount


def evolve(account: FreightAccount | None, event: Event) -> FreightAccount:
    account = account or FreightAccount()
    match event:
        case FreightPosted(repair_order_id=id, freight=freight):
            return FreightAccount(
                sums=added(account.sums, [(freight.payer, freight.amount)]),
                repair_orders=account.repair_orders | {id},
            )
        case FreightReconciled(differences=differences):
            return replace(account, agreed=not differences)
        case never:
            assert_never(never)


def added(sums: Sums, amounts: Iterable[tuple[FreightPayer, Money]]) -> dict[Payer, Decimal]:
    """The sums with more in them, by payer and currency."""
    after = dict(sums)
    for payer, money in amounts:
        key = payer, money.currency
        after[key] = after.get(key, Decimal(0)) + money.amount
    return after


def listed(sums: Sums) -> tuple[FreightSum, ...]:
    return tuple(
        FreightSum(payer=payer, amount=Money(amount=amount, currency=currency))
        for (payer, currency), amount in sorted(sums.items())
    )


# ── posting ─────────────────────────────────────────────────────────────────


def posted(
    world: World, manufacturer_id: UUID | None, repair_order_id: UUID, freight: Freight
) -> list[On]:
    """A leg belongs to the month in which it is recorded as having been; nobody's to no account."""
    if manufacturer_id is None:
        return []
    day = calendar.local_day(world.effective_at, policies.zone(world))
    month = day.replace(day=1)
    stream = account_stream(manufacturer_id, month)
    world.of(FreightAccount, stream.id)
    facts = {"manufacturer_id": manufacturer_id, "month": month}
    return [On(stream, FreightPosted(**facts, repair_order_id=repair_order_id, freight=freight))]


# ── reconciling ─────────────────────────────────────────────────────────────


def decide(account: FreightAccount | None, command: Command, world: World) -> list[Event]:
    """Once; again when more came in, or when there were differences to be cleared up."""
    account = account or FreightAccount()
    if world.of(Manufacturer, command.manufacturer_id) is None:
        raise ManufacturerNotFound(fields=("manufacturer_id",))
    if account.agreed:
        raise FreightReconciledBefore
    target, zone = policies.deadline(world, CLOCK).target, policies.zone(world)
    assert isinstance(target, Every), f"{CLOCK} is due every month"
    if calendar.local_day(world.effective_at, zone) < periods.begins_on(target, command.first_day):
        raise FreightMonthNotOver(fields=("month",))
    refuse_unexplained(account, command)
    due = periods.due_in(target, command.first_day, zone)
    return [
        FreightReconciled(
            manufacturer_id=command.manufacturer_id,
            month=command.first_day,
            ours=listed(account.sums),
            stated=command.stated,
            differences=command.differences,
            statement=command.statement,
            due_at=due.at,
            late=due.passed_by(world.effective_at),
            clock=policies.clock(world, CLOCK),
            reconciled_by=names(world),
        )
    ]


def refuse_unexplained(account: FreightAccount, command: ReconcileFreight) -> None:
    """Raises NotTheirFreight, FreightDoesNotAddUp with every payer whose sum is not explained."""
    named = {each.repair_order_id for each in command.differences if each.repair_order_id}
    if strangers := tuple(sorted(map(str, named - account.repair_orders))):
        raise NotTheirFreight(fields=("differences",), reasons=strangers)
    explained = added(account.sums, ((each.payer, each.amount) for each in command.differences))
    stated = added({}, ((each.payer, each.amount) for each in command.stated))
    wrong = tuple(
        f"{payer}: {stated.get((payer, currency), 0)} {currency} is stated, our sum and the "
        f"differences come to {explained.get((payer, currency), 0)}."
        for payer, currency in sorted(stated.keys() | explained.keys())
        if stated.get((payer, currency), 0) != explained.get((payer, currency), 0)
    )
    if wrong:
        raise FreightDoesNotAddUp(fields=("stated", "differences"), reasons=wrong)
