"""What dealers may use towards their next orders, in each currency, and what made it so (EXC-5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.repairs.exchange import dealer_credit as e
from projections.view import Embedded, One, Owner, Row, View, above, equal, since


class CreditEntryKind(StrEnum):
    """What changed what a dealer may use."""

    SALES_RETURN = "sales_return"
    USED = "used"
    USE_REVERSED = "use_reversed"


class CreditEntry(Embedded):
    """One change of what a dealer may use, and what was left after it."""

    kind: CreditEntryKind
    amount: Decimal
    balance: Decimal
    exchange_id: UUID | None = None
    sales_return_number: str | None = None
    use_id: UUID | None = None
    order_number: str | None = None
    reason: str | None = None
    at: datetime


class DealerCredit(Row):
    """The account of a dealer in one currency: credited, less used, is the balance."""

    dealer_credit_id: UUID
    dealer_id: UUID
    currency: str
    credited: Decimal = Field(description="The sum of the sales returns.")
    used: Decimal = Field(description="What orders used and was not given back.")
    balance: Decimal = Field(description="What may be used towards the next order.")
    entries: tuple[CreditEntry, ...] = ()
    changed_at: datetime


def fold(row: DealerCredit | None, recorded: Recorded[e.Event], reference: Any) -> DealerCredit:
    """Imported history may begin with anything."""
    event, at = recorded.event, recorded.effective_at
    row = row or DealerCredit(
        dealer_credit_id=recorded.stream_id,
        dealer_id=event.dealer_id,
        currency=event.amount.currency,
        credited=Decimal(0),
        used=Decimal(0),
        balance=Decimal(0),
        changed_at=at,
    )
    entry, amount = entry_of(event, at), event.amount.amount
    changed = row.but(entries=(*row.entries, entry), changed_at=at)
    match event:
        case e.DealerCredited():
            return changed.but(credited=row.credited + amount, balance=row.balance + amount)
        case e.DealerCreditUsed():
            return changed.but(used=row.used + amount, balance=row.balance - amount)
        case e.DealerCreditUseReversed():
            return changed.but(used=row.used - amount, balance=row.balance + amount)
        case never:
            assert_never(never)


def entry_of(event: e.Event, at: datetime) -> CreditEntry:
    kinds = {
        e.DealerCredited: CreditEntryKind.SALES_RETURN,
        e.DealerCreditUsed: CreditEntryKind.USED,
        e.DealerCreditUseReversed: CreditEntryKind.USE_REVERSED,
    }
    fields = {"exchange_id", "sales_return_number", "use_id", "order_number", "reason"}
    return CreditEntry(
        kind=kinds[type(event)],
        amount=event.amount.amount,
        balance=event.balance.amount,
        at=at,
        **event.model_dump(include=fields),
    )


DEALER_CREDITS = View(
    name="dealer_credits",
    row=DealerCredit,
    events=e.Event,
    fold=fold,
    owners={Owner.DEALER: "dealer_id"},
    scope="dealers:read",
    filters=(
        equal("dealer_id"),
        equal("currency", indexed=False),
        above("balance"),
        since("changed_at"),
    ),
    orders=("changed_at", "balance"),
    relations={"dealer": One("dealers", via="dealer_id")},
)
