"""What the buyer of a faulty phone may ask for, and which part of the rule gives it (REG-5a).

Nothing is asked here about damage or expired terms: `domain.warranty` answers that first (REG-6).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from domain.calendar import add_days
from domain.messages import Message
from domain.policy_content import PhoneGuarantee


class Remedy(StrEnum):
    REFUND = "refund"  # at the invoice price
    EXCHANGE = "exchange"
    REPAIR = "repair"


class Delay(StrEnum):
    """Why a repair takes long."""

    PARTS = "parts"  # they are wanting
    REPAIRER = "repairer"  # the repairer's own reasons


class InRepair(Message):
    """A repair that is not finished."""

    since: date
    delay: Delay


class Fault(Message):
    """What is known of a faulty phone under warranty on the day that its buyer asks.

    With the papers lost, `sold_on` is the day on which the term is taken to have started.
    """

    sold_on: date
    papers_lost: bool = False
    failed_repairs: int = 0
    in_repair: InRepair | None = None
    like_model_available: bool = True


class Entitlement(Message):
    """One thing that the buyer may choose, the rule that gives it, and in which days."""

    remedy: Remedy
    rule: str
    because: str
    since: date
    until: date | None = None


def entitlements(guarantee: PhoneGuarantee, fault: Fault, on: date) -> tuple[Entitlement, ...]:
    """What the buyer may choose from on the day; each remedy once, by the first ground for it.

    Where no like model can be had, an exchange becomes a refund at the invoice price.
    """
    held = (
        as_available(given, fault)
        for given in grounds(guarantee, fault)
        if given.since <= on and (given.until is None or on <= given.until)
    )
    chosen: dict[Remedy, Entitlement] = {}
    for given in held:
        chosen.setdefault(given.remedy, given)
    return tuple(chosen[remedy] for remedy in Remedy if remedy in chosen)


def grounds(guarantee: PhoneGuarantee, fault: Fault) -> Iterator[Entitlement]:
    """Every ground there is, with the days in which it holds; two are counted from an invoice."""
    sold = fault.sold_on
    if not fault.papers_lost:
        yield within(Remedy.REFUND, sold, guarantee.refund_days)
        yield within(Remedy.EXCHANGE, sold, guarantee.exchange_days)
    if fault.failed_repairs >= guarantee.failed_repairs:
        failed = f"{fault.failed_repairs} repairs failed; {guarantee.failed_repairs} suffice"
        yield given(Remedy.EXCHANGE, failed, sold)
    if fault.in_repair is not None:
        yield too_long(guarantee, fault.in_repair)
    yield given(Remedy.REPAIR, "it is under warranty", sold)


def in_prospect(guarantee: PhoneGuarantee, fault: Fault, on: date) -> tuple[Entitlement, ...]:
    """What the buyer may choose from on the day of receipt, and what follows if it takes long.

    How long the repair will take, and why, is not known yet: each delay gives an exchange from a
    day of its own.
    """
    delays = (InRepair(since=on, delay=delay) for delay in Delay)
    later = (as_available(too_long(guarantee, delay), fault) for delay in delays)
    return (*entitlements(guarantee, fault, on), *later)


def within(remedy: Remedy, sold: date, days: int) -> Entitlement:
    """The day of the invoice is not counted."""
    return given(remedy, f"within {days} days of the invoice", sold, add_days(sold, days))


def too_long(guarantee: PhoneGuarantee, repair: InRepair) -> Entitlement:
    """An exchange, from the first day after those that a repair may take."""
    limits = {
        Delay.PARTS: (guarantee.days_waiting_for_parts, "for want of parts"),
        Delay.REPAIRER: (guarantee.days_with_repairer, "for the repairer's own reasons"),
    }
    days, why = limits[repair.delay]
    because = f"in repair since {repair.since}, over {days} days {why}"
    return given(Remedy.EXCHANGE, because, add_days(repair.since, days + 1))


def given(remedy: Remedy, because: str, since: date, until: date | None = None) -> Entitlement:
    return Entitlement(remedy=remedy, rule="REG-5a", because=because, since=since, until=until)


def as_available(given: Entitlement, fault: Fault) -> Entitlement:
    if given.remedy is not Remedy.EXCHANGE or fault.like_model_available:
        return given
    because = f"no like model to exchange it for; {given.because}"
    return given.model_copy(update={"remedy": Remedy.REFUND, "because": because})
