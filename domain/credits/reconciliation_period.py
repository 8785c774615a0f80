"""The months in which credit notes are matched, closed one after the other (CRN-7, CRN-13).

One history holds all months of one manufacturer and currency. What belongs to a closed one is
posted into the first that is open, as an adjustment that says what it corrects (see `posting`).
What a closing showed is the reconciliation as of its position in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID, uuid5

from pydantic import Field

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.credits.commands import PERIOD
from domain.messages import Refusal, RefusalCode, Role, Stream, World
from domain.money import Currency, Money
from domain.policies import Pin
from domain.policy_content import Every
from domain.registry.manufacturer import Manufacturer
from domain.sla import periods

PERIODS = UUID("e0a4c1c6-3d0b-5a52-9b3e-6b1f0d7c2a94")
CLOCK = "credit_notes_checked"


def stream_of(manufacturer_id: UUID, currency: str) -> Stream:
    return Stream(PERIOD, uuid5(PERIODS, f"{manufacturer_id} {currency}"))


# ── commands ────────────────────────────────────────────────────────────────


class ClosePeriod(messages.Command):
    """Freeze a month whose credit notes were checked against the claims (CRN-7)."""

    roles = frozenset({Role.FINANCE})
    manufacturer_id: UUID
    currency: Currency
    month: date = Field(description="The month, by any day of it.")

    @property
    def stream(self) -> Stream:
        return stream_of(self.manufacturer_id, self.currency)


Command: TypeAlias = ClosePeriod

# ── events ──────────────────────────────────────────────────────────────────


class PeriodEvent(messages.Event):
    """`month` is the period, by its first day."""

    context = "credits"
    manufacturer_id: UUID
    currency: str
    month: date


class PeriodClosed(PeriodEvent):
    """A month was checked and is closed: nothing posts into it any more (CRN-7)."""

    due_on: date
    late: bool
    clock: Pin
    closed_by: Names


class Effect(StrEnum):
    """What is posted into another period than the one it belongs to."""

    BOOKED = "booked"  # a note that came late
    ALLOCATED = "allocated"
    TAKEN_BACK = "taken_back"
    DIFFERENCE_SETTLED = "difference_settled"
    REMAINDER_SETTLED = "remainder_settled"
    REMAINDER_REOPENED = "remainder_reopened"
    CLAIM_SUBMITTED = "claim_submitted"
    CLAIM_RESUBMITTED = "claim_resubmitted"
    CLAIM_AMENDED = "claim_amended"  # by so much
    CLAIM_ACCEPTED = "claim_accepted"
    ACCEPTANCE_REVOKED = "acceptance_revoked"
    CLAIM_REJECTED = "claim_rejected"
    CLAIM_WRITTEN_OFF = "claim_written_off"
    CLAIM_WITHDRAWN = "claim_withdrawn"


class PriorPeriodAdjusted(PeriodEvent):
    """What belongs to a closed month takes effect in the next open one (CRN-7, CRN-13)."""

    schema_version = 2
    corrects: date
    note_id: UUID | None  # whose money it is; None if it concerns a claim alone
    claim_id: UUID | None  # the claim, if it concerns that alone
    effect: Effect
    of: UUID  # the allocation or remainder; else the note or the claim
    amount: Money


Event: TypeAlias = PeriodClosed | PriorPeriodAdjusted

# ── refusals ────────────────────────────────────────────────────────────────


class MonthNotOver(Refusal):
    """A month is closed when it is over, not before."""

    code = RefusalCode.INVALID
    rule = "CRN-7"


class EarlierPeriodOpen(Refusal):
    """Months are closed one after the other, and an earlier one is open."""

    rule = "CRN-7"


class PeriodIsClosed(Refusal):
    """The match belongs to a closed period; it can be taken back only in the next open one."""

    rule = "CRN-6"


# ── state ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ReconciliationPeriod:
    """Which months are closed, and what was posted into a later one than its own."""

    kind: ClassVar[str] = PERIOD
    closed: date = date.min  # the last that is
    posted: Mapping[UUID, date] = field(default_factory=dict)

    def is_closed(self, month: date) -> bool:
        return month <= self.closed

    def open_from(self, month: date) -> date:
        """The month itself, or the first that is open."""
        return calendar.add_months(self.closed, 1) if self.is_closed(month) else month


State = ReconciliationPeriod


def evolve(period: ReconciliationPeriod | None, event: Event) -> ReconciliationPeriod:
    period = period or ReconciliationPeriod()
    match event:
        case PeriodClosed(month=month):
            return replace(period, closed=month)
        case PriorPeriodAdjusted(of=of, month=month):
            return replace(period, posted={**period.posted, of: month})
        case never:
            assert_never(never)


def month_of(day: date) -> date:
    return day.replace(day=1)


# ── decisions ───────────────────────────────────────────────────────────────


def decide(
    period: ReconciliationPeriod | None, command: Command, world: World
) -> list[PeriodClosed]:
    """Closing again changes nothing; a late closing is accepted and flagged."""
    world.the(Manufacturer, command.manufacturer_id)
    month, period = month_of(command.month), period or ReconciliationPeriod()
    if period.is_closed(month):
        return []
    target = policies.deadline(world, CLOCK).target
    assert isinstance(target, Every), f"{CLOCK} is due in every period"
    today = calendar.local_day(world.now, policies.zone(world))
    if today < max(periods.begins_on(target, month), calendar.add_months(month, 1)):
        raise MonthNotOver(fields=("month",))
    refuse_gap(period, month)
    closed = PeriodClosed(
        manufacturer_id=command.manufacturer_id,
        currency=command.currency,
        month=month,
        due_on=periods.last_day(target, month),
        late=today > periods.last_day(target, month),
        clock=policies.clock(world, CLOCK),
        closed_by=names(world),
    )
    return [closed]


def refuse_gap(period: ReconciliationPeriod, month: date) -> None:
    """The first month that is ever closed is any: what came before is closed with it."""
    if period.closed == date.min:
        return
    following = calendar.add_months(period.closed, 1)
    if month != following:
        raise EarlierPeriodOpen(f"{following:%Y-%m} is to be closed first.", fields=("month",))
