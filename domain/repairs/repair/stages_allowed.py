"""Which stages of a repair allow a wish."""

from __future__ import annotations

from typing import Final

from domain import policies
from domain.messages import World
from domain.policy_content import ChannelTerms, FactoryRepairs, RepairChannels
from domain.repairs.repair.refusals import (
    DiscrepancyOpen,
    InspectionNotSigned,
    NoContract,
    ReleaseTestMissing,
    RepairNotAgreed,
    RepairNotFound,
    RepairNotPossibleNow,
    ReturnNotAccepted,
    WarrantyNotDetermined,
)
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.vocabulary import RepairChannel

BEFORE_WORK: Final = (
    RepairStage.RECEIVED,
    RepairStage.INSPECTED,
    RepairStage.WARRANTY_DETERMINED,
    RepairStage.QUOTED,
    RepairStage.QUOTE_ACCEPTED,
    RepairStage.ASSIGNED,
)
WORKABLE: Final = (
    RepairStage.WARRANTY_DETERMINED,
    RepairStage.QUOTE_ACCEPTED,
    RepairStage.ASSIGNED,
    RepairStage.REWORK,
)
"""Where the item is here, and it is agreed what is to be done."""

LEAVING: Final = (RepairStage.READY, RepairStage.DECLINED, RepairStage.CANCELLED)


def existing(order: RepairOrder | None) -> RepairOrder:
    """The order. Raises RepairNotFound if nothing was received."""
    if order is None:
        raise RepairNotFound
    return order


def only_at(order: RepairOrder, *stages: RepairStage) -> None:
    """Raises RepairNotPossibleNow at any other stage than these."""
    if order.stage not in stages:
        raise RepairNotPossibleNow(
            f"The repair is {order.stage}; this is possible while it is {' or '.join(stages)}."
        )


def terms_of(order: RepairOrder, world: World) -> ChannelTerms | None:
    """What the channel asks for; None for an imported order whose channel is unknown."""
    if order.channel is None:
        return None
    return policies.in_force(world, RepairChannels).of(order.channel)


def exempt(order: RepairOrder, world: World) -> bool:
    """Whether the deadlines of a dealer's return do not hold (REP-2)."""
    if order.channel is not RepairChannel.DEALER_RETURN:
        return True
    repairs = policies.in_force(world, FactoryRepairs)
    return repairs.exempt_from_deadlines(order.manufacturer_id)


def refuse_open_discrepancy(order: RepairOrder) -> None:
    """Raises DiscrepancyOpen: work waits (REP-3)."""
    if order.discrepancy_open:
        raise DiscrepancyOpen


def ready_for_work(order: RepairOrder, world: World) -> None:
    """All that is settled before anything is done with the item (REP-1 to REP-3, REP-12)."""
    refuse_open_discrepancy(order)
    refuse_unagreed(order)
    if order.channel is RepairChannel.DEALER_RETURN and not order.return_accepted:
        raise ReturnNotAccepted
    if terms := terms_of(order, world):
        refuse_unsigned(order, terms)


def refuse_unagreed(order: RepairOrder) -> None:
    """Faults and price are agreed before work starts (REP-1). Free is what is under warranty."""
    if order.covered is None:
        raise WarrantyNotDetermined
    quoted_in_vain = order.quoted is not None and not order.agreed
    if quoted_in_vain or not (order.covered or order.agreed):
        raise RepairNotAgreed


def refuse_unsigned(order: RepairOrder, terms: ChannelTerms) -> None:
    if terms.intake_countersigned and not order.countersigned:
        raise InspectionNotSigned
    if terms.test_runs and not order.test_run_on_arrival:
        raise ReleaseTestMissing
    if terms.contract and not order.contract:
        raise NoContract
