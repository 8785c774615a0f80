"""Goods arriving: let in once approved, inspected by a list, or sent back (EXC-1, EXC-2, EXC-6)."""

from __future__ import annotations

from typing import assert_never

from domain import policies
from domain.approvals import names
from domain.messages import World
from domain.policy_content import ExchangeExclusion, ExchangeTerms
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.freighting import freight_of
from domain.repairs.exchange.refusals import (
    ExchangeNotPossibleNow,
    ExclusionListIncomplete,
    NotApprovedYet,
)
from domain.repairs.exchange.stages_allowed import only_at, refuse_open_discrepancy
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.repairs.freight import FreightLeg
from domain.sla.starting import started
from domain.vocabulary import DiscrepancyKind

REPLACEMENT_CLOCK = "exchange_replacement"
DISCREPANCY_CLOCK = "exchange_discrepancy"
UNAPPROVED = (ExchangeStage.APPLIED, ExchangeStage.DECLINED, ExchangeStage.WITHDRAWN)


def decide(exchange: Exchange, command: c.Arriving, world: World) -> list[e.Event]:
    match command:
        case c.RefuseEntry(remark=remark):
            return [turn_away(exchange, remark, world)]
        case c.ReceiveFaultyGoods():
            return receive(exchange, command, world)
        case c.ReinspectGoods():
            return inspect(exchange, command, world)
        case c.RejectExchange(reason=reason):
            only_at(exchange, ExchangeStage.INSPECTED)
            return [e.ExchangeRejected(reason=reason, rejected_by=names(world))]
        case c.ReturnFaultyGoods():
            return send_back(exchange, command, world)
        case never:
            assert_never(never)


def turn_away(exchange: Exchange, remark: str, world: World) -> e.EntryRefused:
    """Also if it is told only now that they came before the approval (EXC-1)."""
    if not before_approval(exchange, world):
        only_at(exchange, *UNAPPROVED)
    return e.EntryRefused(remark=remark, refused_by=names(world))


def before_approval(exchange: Exchange, world: World) -> bool:
    return exchange.approved_at is not None and world.effective_at < exchange.approved_at


def receive(exchange: Exchange, command: c.ReceiveFaultyGoods, world: World) -> list[e.Event]:
    """Apply first, ship later: also what arrived before, and is recorded later, is not let in."""
    if exchange.stage is ExchangeStage.APPLIED or before_approval(exchange, world):
        raise NotApprovedYet
    only_at(exchange, ExchangeStage.APPROVED)
    received = e.FaultyGoodsReceived(
        condition=command.condition,
        accessories=command.accessories,
        received_by=names(world),
        replacement_due=started(world, REPLACEMENT_CLOCK, world.effective_at),
    )
    return [received, *freight_of(exchange, FreightLeg.TO_US, command, world)]


def send_back(exchange: Exchange, command: c.ReturnFaultyGoods, world: World) -> list[e.Event]:
    only_at(exchange, ExchangeStage.REJECTED)
    sent = e.FaultyGoodsReturned(
        carrier=command.carrier,
        tracking_number=command.tracking_number,
        returned_by=names(world),
    )
    return [sent, *freight_of(exchange, FreightLeg.BACK, command, world)]


# ── inspecting ──────────────────────────────────────────────────────────────


def inspect(exchange: Exchange, command: c.ReinspectGoods, world: World) -> list[e.Event]:
    """What differs, or is damaged, is raised with the dealer the same day (EXC-2)."""
    only_at(exchange, ExchangeStage.RECEIVED, ExchangeStage.INSPECTED)
    refuse_open_discrepancy(exchange)
    if exchange.charged is not None:
        raise ExchangeNotPossibleNow("The damage is charged already.")
    found = found_of(exchange, command, world)
    inspected = e.GoodsInspected(
        serial_number=command.serial_number,
        quality_fault=command.quality_fault,
        findings=command.findings,
        checked=command.checked,
        excluded=tuple(each.word for each in found if not each.chargeable),
        chargeable=tuple(each.word for each in found if each.chargeable),
        terms=policies.pin(world, ExchangeTerms),
        inspected_by=names(world),
    )
    kinds = discrepancies(exchange, command, found)
    return [inspected, *([raised_today(kinds, command, world)] if kinds else [])]


def found_of(
    exchange: Exchange, command: c.ReinspectGoods, world: World
) -> tuple[ExchangeExclusion, ...]:
    """What of the list was found. Raises ExclusionListIncomplete (EXC-6)."""
    points = policies.in_force(world, ExchangeTerms).of(exchange.equipment_kind)
    wanted, checked = [each.word for each in points], [each.word for each in command.checked]
    if wrong := tuple(sorted({*wanted} ^ {*checked})):
        raise ExclusionListIncomplete(
            f"To be checked: {', '.join(wanted) or 'nothing'}.", fields=("checked",), reasons=wrong
        )
    if len(set(checked)) < len(checked):
        raise ExclusionListIncomplete("A point is checked twice.", fields=("checked",))
    found = {each.word for each in command.checked if each.found}
    return tuple(each for each in points if each.word in found)


def discrepancies(
    exchange: Exchange, command: c.ReinspectGoods, found: tuple[ExchangeExclusion, ...]
) -> tuple[DiscrepancyKind, ...]:
    """Another unit than was applied for is one, too."""
    kinds = {*command.discrepancies, *(each.discrepancy for each in found)}
    if exchange.serial_number not in (None, command.serial_number):
        kinds.add(DiscrepancyKind.MODEL)
    return tuple(sorted(kinds))


def raised_today(
    kinds: tuple[DiscrepancyKind, ...], command: c.ReinspectGoods, world: World
) -> e.ExchangeDiscrepancyFound:
    return e.ExchangeDiscrepancyFound(
        discrepancies=kinds,
        explanation=command.findings,
        found_by=names(world),
        raising_due=started(world, DISCREPANCY_CLOCK, world.effective_at),
    )
