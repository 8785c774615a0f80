"""Vetting: a claim is compared with the registry and with its own papers (CLM-3)."""

from __future__ import annotations

from typing import assert_never

from domain import policies
from domain.claims.events import Check, Finding
from domain.claims.state import Claim
from domain.messages import World
from domain.policy_content import EngineerLevels, PublicHolidays
from domain.registry.equipment import Equipment
from domain.registry.person import Person
from domain.registry.registration import OwnerKind
from domain.vocabulary import ClaimKind, EquipmentKind, PaperKind

SHOWING_A_PART = frozenset({PaperKind.PART_PHOTO, PaperKind.REPLACED_PART})
MADE_ON_SITE = SHOWING_A_PART | {PaperKind.DIAGNOSTICS}


def findings(claim: Claim, world: World) -> tuple[Finding, ...]:
    """One finding for each thing that vetting looks at, passed or not."""
    equipment = world.of(Equipment, claim.equipment_id)
    return (
        *about_equipment(claim, equipment, world),
        engineer_level(claim, world),
        document_dates(claim),
        parts(claim),
    )


def found(check: Check, passed: bool, explanation: str) -> Finding:
    return Finding(check=check, passed=passed, explanation=explanation)


def agrees(check: Check, claimed: str, registered: str) -> Finding:
    same = claimed.casefold() == registered.casefold()
    return found(check, same, f"Claimed {claimed}, registered {registered}.")


# ── the equipment ───────────────────────────────────────────────────────────


def about_equipment(claim: Claim, equipment: Equipment | None, world: World) -> tuple[Finding, ...]:
    if equipment is None:
        return (found(Check.REGISTERED, False, "The equipment is not registered with us."),)
    return (
        registered(equipment),
        not_on_hold(equipment),
        same_manufacturer(claim, equipment),
        serial_number(claim, equipment),
        model(claim, equipment),
        customer(claim, equipment),
        covered(claim, equipment, world),
        operating_hours(claim, equipment),
    )


def registered(equipment: Equipment) -> Finding:
    missing = ", ".join(equipment.missing) or "none"
    return found(Check.REGISTERED, True, f"Registered with us; missing documents: {missing}.")


def not_on_hold(equipment: Equipment) -> Finding:
    query = "A query to the manufacturer is open." if equipment.on_hold else "No query is open."
    return found(Check.NOT_ON_HOLD, not equipment.on_hold, query)


def same_manufacturer(claim: Claim, equipment: Equipment) -> Finding:
    same = claim.manufacturer_id == equipment.manufacturer_id
    made = "the manufacturer" if same else "another manufacturer than the one"
    return found(Check.MANUFACTURER, same, f"The equipment is of {made} it is claimed from.")


def serial_number(claim: Claim, equipment: Equipment) -> Finding:
    return agrees(Check.SERIAL_NUMBER, claim.report.serial_number, equipment.serial_number)


def model(claim: Claim, equipment: Equipment) -> Finding:
    return agrees(Check.MODEL, claim.report.model, equipment.model)


def customer(claim: Claim, equipment: Equipment) -> Finding:
    """Claimed for whom it belongs to: a customer, or a dealer or station with no customer yet."""
    owner = equipment.owner
    match owner.kind:
        case OwnerKind.CUSTOMER:
            same = claim.customer_id == owner.id
        case OwnerKind.DEALER:
            same = claim.customer_id is None and claim.dealer_id == owner.id
        case OwnerKind.STATION:
            same = claim.customer_id is None and claim.station_id == owner.id
        case never:
            assert_never(never)
    named = f"customer {claim.customer_id}" if claim.customer_id else "no customer"
    dealer = f", dealer {claim.dealer_id}" if owner.kind == OwnerKind.DEALER else ""
    explanation = f"Claimed for {named}{dealer}, registered owner {owner.kind} {owner.id}."
    return found(Check.CUSTOMER, same, explanation)


def covered(claim: Claim, equipment: Equipment, world: World) -> Finding:
    """Under warranty on the day of the failure (REG-4 to REG-6)."""
    report = claim.report
    holidays = policies.in_force(world, PublicHolidays)
    answer = equipment.under_warranty(report.part, report.failed_on, holidays)
    return found(Check.WARRANTY, answer.covered, f"{answer.rule}: {answer.explanation}")


def operating_hours(claim: Claim, equipment: Equipment) -> Finding:
    hours = claim.report.operating_hours
    needed = equipment.equipment == EquipmentKind.MACHINE
    stated = f"{hours} hours." if hours is not None else "The report states no hours."
    return found(Check.OPERATING_HOURS, hours is not None or not needed, stated)


# ── the work and its papers ─────────────────────────────────────────────────


def engineer_level(claim: Claim, world: World) -> Finding:
    needed = policies.in_force(world, EngineerLevels).needed(claim.claim)
    engineer = world.of(Person, claim.report.engineer_id)
    level = engineer.level if engineer else None
    sufficient = level is not None and level.suffices_for(needed)
    has = level or "no level"
    return found(Check.ENGINEER_LEVEL, sufficient, f"The work needs {needed}; they have {has}.")


def document_dates(claim: Claim) -> Finding:
    """What is made on site is dated within the work; nothing is dated before the failure."""
    report = claim.report
    wrong = [
        f"{paper.paper} of {paper.dated}"
        for paper in claim.papers
        if paper.dated < report.failed_on
        or (
            paper.paper in MADE_ON_SITE
            and not report.started_on <= paper.dated <= report.completed_on
        )
    ]
    of_work = f"the work of {report.started_on} to {report.completed_on}"
    explanation = (
        f"{', '.join(wrong)} do not agree with {of_work}."
        if wrong
        else f"All agree with {of_work}."
    )
    return found(Check.DOCUMENT_DATES, not wrong, explanation)


def parts(claim: Claim) -> Finding:
    """A failure names the parts that were replaced; a replaced part that is filed is named."""
    part_filed = any(
        p.paper in (PaperKind.REPLACED_PART, PaperKind.PART_PHOTO) for p in claim.papers
    )
    needed = claim.claim == ClaimKind.FAILURE or part_filed
    listed = len(claim.amounts.parts)
    return found(Check.PARTS, bool(listed) or not needed, f"{listed} kinds of part are listed.")
