"""Finding whether a repair is under warranty, and agreeing what it costs (REP-1, REP-4, REP-5)."""

from __future__ import annotations

from datetime import date
from typing import assert_never
from uuid import UUID

from domain import calendar, policies, tariff, warranty
from domain.approvals import names
from domain.entitlements import Entitlement, Fault, in_prospect
from domain.messages import World
from domain.money import total
from domain.policy_content import PhoneGuarantee, PublicHolidays, WarrantyTerms
from domain.registry.equipment import Equipment
from domain.registry.transfer import DatesUnderQuery
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import EvidenceMissing, PapersUnread, QuoteInTwoCurrencies
from domain.repairs.repair.stages_allowed import (
    BEFORE_WORK,
    only_at,
    refuse_open_discrepancy,
)
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.vocabulary import EquipmentKind


def decide(order: RepairOrder, command: c.Agreeing, world: World) -> list[e.Event]:
    match command:
        case c.DetermineWarranty():
            return [determine(order, command, world)]
        case c.QuoteRepair():
            return [quote(order, command, world)]
        case c.AcceptQuote(accepted_by=name, signature=signature):
            only_at(order, RepairStage.QUOTED)
            about = order.subject_id
            return [e.QuoteAccepted(subject_id=about, accepted_by=name, signature=signature)]
        case c.DeclineQuote(reason=reason):
            only_at(order, RepairStage.QUOTED)
            return [e.QuoteDeclined(reason=reason)]
        case c.SignContract(signed_by=name, contract=contract):
            only_at(order, *BEFORE_WORK)
            about = order.subject_id
            return [e.ContractSigned(subject_id=about, signed_by=name, contract=contract)]
        case c.AcknowledgeDataLoss():
            return [acknowledge(order, command)]
        case never:
            assert_never(never)


def acknowledge(order: RepairOrder, command: c.AcknowledgeDataLoss) -> e.DataLossAcknowledged:
    """Before the item is sent to the factory (REP-4)."""
    only_at(order, *BEFORE_WORK, RepairStage.REWORK)
    return e.DataLossAcknowledged(
        subject_id=order.subject_id,
        acknowledged_by=command.acknowledged_by,
        signature=command.signature,
    )


# ── warranty ────────────────────────────────────────────────────────────────


def determine(order: RepairOrder, command: c.DetermineWarranty, world: World) -> e.Event:
    """By what excludes it, by the registry, or by the papers of what is not registered (REG-4)."""
    only_at(order, RepairStage.INSPECTED, RepairStage.WARRANTY_DETERMINED)
    refuse_open_discrepancy(order)
    on = calendar.local_day(order.received_at or world.effective_at, policies.zone(world))
    if command.exclusion is not None:
        covered, rule, explanation = excluded(command)
    elif order.equipment_id is not None:
        covered, rule, explanation = by_registry(order, command, on, world)
    elif command.factory_date is not None:
        covered, rule, explanation = by_factory_date(command, command.factory_date, on, world)
    else:
        covered, rule, explanation = by_papers(command)
    return e.WarrantyDetermined(
        covered=covered,
        rule=rule,
        on=on,
        explanation=explanation,
        exclusion=command.exclusion,
        evidence=command.evidence,
        entitlements=entitled(order, command.repair_order_id, on, world) if covered else (),
        determined_by=names(world),
    )


Answer = tuple[bool, str, str]
"""Whether it is covered, by which rule, and why."""


def excluded(command: c.DetermineWarranty) -> Answer:
    """Recorded with evidence (REG-6)."""
    if not command.evidence:
        raise EvidenceMissing(fields=("evidence",))
    return False, "REG-6", command.explanation or f"Excluded for {command.exclusion}."


def by_registry(order: RepairOrder, command: c.DetermineWarranty, on: date, world: World) -> Answer:
    """Once no query about its dates is open (REG-3)."""
    assert order.equipment_id is not None
    equipment = world.the(Equipment, order.equipment_id)
    if equipment.on_hold:
        raise DatesUnderQuery
    found = equipment.under_warranty(command.part, on, policies.in_force(world, PublicHolidays))
    return found.covered, found.rule, found.explanation


def by_papers(command: c.DetermineWarranty) -> Answer:
    if command.by_papers is None or command.explanation is None:
        raise PapersUnread(fields=("by_papers", "explanation"))
    return command.by_papers, "REG-4", command.explanation


def by_factory_date(command: c.DetermineWarranty, made_on: date, on: date, world: World) -> Answer:
    """Of a phone whose papers are lost: the term starts so many days after it (REG-5a)."""
    if command.by_papers is not None:
        raise PapersUnread(fields=("by_papers", "factory_date"))
    begins = warranty.starts_on(policies.in_force(world, PhoneGuarantee), None, made_on)
    terms = policies.in_force(world, WarrantyTerms)
    coverage = warranty.coverage(terms, EquipmentKind.PHONE, "default", begins)
    holidays = policies.in_force(world, PublicHolidays)
    found = warranty.under_warranty(coverage, (), command.part, on, holidays)
    because = f"Papers lost, made on {made_on}: the term starts on {begins}. {found.explanation}"
    return found.covered, "REG-5a", because


def entitled(order: RepairOrder, order_id: UUID, on: date, world: World) -> tuple[Entitlement, ...]:
    """Of a registered phone's buyer, as the history of repairs has it (REG-5a)."""
    equipment = world.of(Equipment, order.equipment_id) if order.equipment_id else None
    if equipment is None or equipment.equipment is not EquipmentKind.PHONE:
        return ()
    sold_on = min(term.starts_on for term in equipment.coverage)
    fault = Fault(sold_on=sold_on, failed_repairs=equipment.repaired_before(order_id))
    return in_prospect(policies.in_force(world, PhoneGuarantee), fault, on)


# ── the price ───────────────────────────────────────────────────────────────


def quote(order: RepairOrder, command: c.QuoteRepair, world: World) -> e.RepairQuoted:
    """At the prices of the day of the quote (REP-5), with what is done outside (REP-1)."""
    only_at(order, RepairStage.WARRANTY_DETERMINED, RepairStage.QUOTED, RepairStage.DECLINED)
    refuse_open_discrepancy(order)
    prices, pin = tariff.in_force(world, command.price_list)
    if any(work.amount.currency != prices.currency for work in command.outside):
        raise QuoteInTwoCurrencies(fields=("outside",))
    on = calendar.local_day(world.effective_at, policies.zone(world))
    priced = tariff.priced(prices, pin, command.lines, on)
    outside = total((work.amount for work in command.outside), prices.currency)
    return e.RepairQuoted(
        priced=priced,
        outside=command.outside,
        total=priced.total + outside,
        quoted_by=names(world),
    )
