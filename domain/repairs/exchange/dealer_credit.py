"""What is credited to a dealer in one currency, and used up against its next orders (EXC-5).

A sales return adds to it. No more is ever used than was credited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID, uuid5

from pydantic import Field

from domain import messages
from domain.approvals import Names, names
from domain.messages import NotFound, Refusal, RefusalCode, Role, Stream, Text, World
from domain.money import Currency, Money, PositiveMoney

DEALER_CREDIT = "repairs.DealerCredit"
CREDITS = UUID("b2f0a5c4-3e0c-5a63-9d34-1f6a9a7c2e58")
BOOKKEEPERS = frozenset({Role.FINANCE, Role.COMMERCE_DEPT})


def credit_stream(dealer_id: UUID, currency: str) -> Stream:
    return Stream(DEALER_CREDIT, uuid5(CREDITS, f"{dealer_id} {currency}"))


# ── commands ────────────────────────────────────────────────────────────────


class UseDealerCredit(messages.Command):
    """Pay an order of a dealer, or some of it, with what it was credited (EXC-5)."""

    roles = BOOKKEEPERS
    dealer_id: UUID
    use_id: UUID
    order_number: Text = Field(description="Of the dealer's order with us.")
    amount: PositiveMoney

    @property
    def stream(self) -> Stream:
        return credit_stream(self.dealer_id, self.amount.currency)


class ReverseDealerCreditUse(messages.Command):
    """Give a dealer the credit back that an order had used, as when the order is cancelled."""

    roles = BOOKKEEPERS
    dealer_id: UUID
    currency: Currency
    use_id: UUID
    reason: Text

    @property
    def stream(self) -> Stream:
        return credit_stream(self.dealer_id, self.currency)


Command: TypeAlias = UseDealerCredit | ReverseDealerCreditUse

# ── events ──────────────────────────────────────────────────────────────────


class DealerCreditEvent(messages.Event):
    """`balance` is what the dealer may still use."""

    context = "repairs"
    dealer_id: UUID
    amount: Money
    balance: Money


class DealerCredited(DealerCreditEvent):
    """A sales return was credited to a dealer, towards its next order (EXC-5)."""

    exchange_id: UUID
    sales_return_number: str


class DealerCreditUsed(DealerCreditEvent):
    """An order was paid with what the dealer had been credited (EXC-5)."""

    use_id: UUID
    order_number: str
    used_by: Names


class DealerCreditUseReversed(DealerCreditEvent):
    """What an order had used of a dealer's credit may be used again."""

    use_id: UUID
    order_number: str
    reason: str
    reversed_by: Names


Event: TypeAlias = DealerCredited | DealerCreditUsed | DealerCreditUseReversed

# ── refusals ────────────────────────────────────────────────────────────────


class DealerCreditNotFound(NotFound):
    """Nothing was ever credited to this dealer in this currency."""

    rule = "EXC-5"


class CreditUseExists(Refusal):
    """This use of the credit is recorded already."""

    code = RefusalCode.CONFLICT
    rule = "EXC-5"


class CreditUseNotFound(NotFound):
    """No such use of the credit is recorded, or it was reversed."""

    rule = "EXC-5"


class CreditExceeded(Refusal):
    """More cannot be used than was credited to the dealer and is left."""

    code = RefusalCode.INVALID
    rule = "EXC-5"


# ── state and decisions ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Use:
    order_number: str
    amount: Money
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class DealerCredit:
    """What a dealer may use, and what it was used for."""

    kind: ClassVar[str] = DEALER_CREDIT
    balance: Money
    uses: Mapping[UUID, Use] = field(default_factory=dict)


State = DealerCredit


def evolve(credit: DealerCredit | None, event: Event) -> DealerCredit:
    """What came of each event is added up, whatever their order."""
    nothing = Money(amount=Decimal(0), currency=event.amount.currency)
    credit = credit or DealerCredit(nothing)
    match event:
        case DealerCredited(amount=amount):
            return replace(credit, balance=credit.balance + amount)
        case DealerCreditUsed(use_id=id, amount=amount, order_number=number):
            uses = {**credit.uses, id: Use(number, amount)}
            return DealerCredit(credit.balance - amount, uses)
        case DealerCreditUseReversed(use_id=id, amount=amount, order_number=number):
            uses = {**credit.uses, id: Use(number, amount, reversed=True)}
            return DealerCredit(credit.balance + amount, uses)
        case never:
            assert_never(never)


def credited(
    world: World, exchange_id: UUID, sales_return_number: str, dealer_id: UUID, amount: Money
) -> DealerCredited:
    """The event with which a sales return adds to what the dealer may use (EXC-5)."""
    credit = world.of(DealerCredit, credit_stream(dealer_id, amount.currency).id)
    return DealerCredited(
        dealer_id=dealer_id,
        exchange_id=exchange_id,
        sales_return_number=sales_return_number,
        amount=amount,
        balance=credit.balance + amount if credit else amount,
    )


def decide(credit: DealerCredit | None, command: Command, world: World) -> list[Event]:
    if credit is None:
        raise DealerCreditNotFound
    match command:
        case UseDealerCredit():
            return [use(credit, command, world)]
        case ReverseDealerCreditUse():
            return [reverse(credit, command, world)]
        case never:
            assert_never(never)


def use(credit: DealerCredit, command: UseDealerCredit, world: World) -> DealerCreditUsed:
    """To the cent, and never more than is left (EXC-5)."""
    if command.use_id in credit.uses:
        raise CreditUseExists
    left = credit.balance
    if left < command.amount:
        raise CreditExceeded(f"{left.amount} {left.currency} are left.", fields=("amount",))
    return DealerCreditUsed(
        dealer_id=command.dealer_id,
        use_id=command.use_id,
        order_number=command.order_number,
        amount=command.amount,
        balance=left - command.amount,
        used_by=names(world),
    )


def reverse(
    credit: DealerCredit, command: ReverseDealerCreditUse, world: World
) -> DealerCreditUseReversed:
    used = credit.uses.get(command.use_id)
    if used is None or used.reversed:
        raise CreditUseNotFound
    return DealerCreditUseReversed(
        dealer_id=command.dealer_id,
        use_id=command.use_id,
        order_number=used.order_number,
        reason=command.reason,
        amount=used.amount,
        balance=credit.balance + used.amount,
        reversed_by=names(world),
    )
