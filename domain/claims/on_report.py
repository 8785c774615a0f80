"""Opening a claim on the report of an order, the day that it is in (CLM-1).

Nobody has said yet what the claim asks for: its parts are listed without amounts, and until these
are claimed it cannot be judged claimable (CLM-4). Whoever filed the report prepared it (SEG-1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import count
from uuid import UUID

from domain import calendar, policies, uniqueness
from domain.approvals import Names
from domain.claims.amounts import Amounts, PartUsed
from domain.claims.commands import OpenClaim, OpenClaimOnReport, PaperListed, PartListed
from domain.claims.events import ClaimAmended, Event, PaperAttached
from domain.claims.preparing import (
    ORDER,
    OWN_NUMBER,
    WORK,
    opening,
    order_names,
    refuse_impossible,
    taken_names,
    work_name,
)
from domain.claims.refusals import NotRegisteredWithUs, OpenedOnAnotherReport
from domain.claims.state import Claim, Status
from domain.messages import On, World
from domain.money import Money, total
from domain.policy_content import Organisation
from domain.registry.equipment import Equipment
from domain.registry.registration import SERIAL_NUMBER, OwnerKind
from domain.registry.station import StationNotFound

AMENDABLE = (Status.OPENED, Status.NOT_CLAIMABLE)
FILED_AGAIN = "The report was filed again."


def decide(claim: Claim | None, command: OpenClaimOnReport, world: World) -> list[Event | On]:
    """Nothing, if somebody opened the claim for this order by hand (CLM-8)."""
    holders = {uniqueness.bearer(world, ORDER, *order) for order in order_names(command)}
    if holders - {None, command.claim_id}:
        return []
    return [*follow(claim, command, world)] if claim else opened(command, world)


# ── the first report ────────────────────────────────────────────────────────


def opened(command: OpenClaimOnReport, world: World) -> list[Event | On]:
    """Raises NotRegisteredWithUs, or what stands in the way of any claim that is opened."""
    equipment_id, equipment = registered(command, world)
    work = work_name(equipment.manufacturer_id, command.order_reference, command.claim)
    if uniqueness.bearer(world, WORK, *work):
        return []
    wish = by_hand(command, equipment_id, equipment, world)
    refuse_impossible(command.report, world)
    nothing = Money(amount=Decimal(0), currency=policies.in_force(world, Organisation).currency)
    return [
        opening(wish, nothing, command.reported_by, world),
        *papers(command.papers, command.reported_by),
        *taken_names(wish, world),
    ]


def registered(command: OpenClaimOnReport, world: World) -> tuple[UUID, Equipment]:
    """The equipment that the order names, or that goes by the serial number in the report."""
    id, maker = command.equipment_id, command.manufacturer_id
    if id is None and maker is not None:
        id = uniqueness.bearer(world, SERIAL_NUMBER, str(maker), command.report.serial_number)
    equipment = world.of(Equipment, id) if id else None
    if id is None or equipment is None:
        raise NotRegisteredWithUs(fields=("equipment_id",))
    return id, equipment


def by_hand(
    command: OpenClaimOnReport, equipment_id: UUID, equipment: Equipment, world: World
) -> OpenClaim:
    """As somebody would open it. Whose it is, the registry says where the order does not."""
    if command.station_id is None:
        raise StationNotFound(fields=("station_id",))
    currency = policies.in_force(world, Organisation).currency
    owner = equipment.owner
    return OpenClaim(
        claim_id=command.claim_id,
        number=free_number(command.order_reference, world),
        claim=command.claim,
        manufacturer_id=equipment.manufacturer_id,
        equipment_id=equipment_id,
        station_id=command.station_id,
        dealer_id=command.dealer_id or equipment.dealer_id,
        customer_id=command.customer_id or (owner.id if owner.kind is OwnerKind.CUSTOMER else None),
        order_reference=command.order_reference,
        repair_order_id=command.repair_order_id,
        field_order_id=command.field_order_id,
        report=command.report,
        worked_by=command.worked_by,
        amounts=Amounts(parts=tuple(unpriced(command.parts, currency))),
    )


def free_number(order_reference: str, world: World) -> str:
    """Our number of the claim: that of the order after a C, counted on where it is taken."""
    return next(
        number
        for number in numbers(f"C-{order_reference}")
        if uniqueness.bearer(world, OWN_NUMBER, number) is None
    )


def numbers(first: str) -> Iterator[str]:
    yield first
    for further in count(2):
        yield f"{first}-{further}"


def unpriced(parts: Iterable[PartListed], currency: str) -> list[PartUsed]:
    """Parts of one number together, without an amount yet."""
    nothing = Money(amount=Decimal(0), currency=currency)
    quantities: Counter[tuple[str, str]] = Counter()
    for part in parts:
        quantities[part.number, part.name] += part.quantity
    return [
        PartUsed(number=number, name=name, quantity=quantity, amount=nothing)
        for (number, name), quantity in quantities.items()
    ]


def papers(filed: tuple[PaperListed, ...], by: Names) -> list[PaperAttached]:
    once = dict.fromkeys((paper.paper, paper.sha256, paper.dated) for paper in filed)
    return [
        PaperAttached(paper=kind, sha256=sha256, dated=dated, attached_by=by)
        for kind, sha256, dated in once
    ]


# ── a later report ──────────────────────────────────────────────────────────


def follow(claim: Claim, command: OpenClaimOnReport, world: World) -> list[Event]:
    """What the later report says; amounts stay with the parts that are as they were.

    Raises OpenedOnAnotherReport once the claim is judged, or where it would be another one.
    """
    kept = by_name(claim.amounts.parts)
    listed = by_name(unpriced(command.parts, claim.total.currency))
    filed = {(paper.paper, paper.sha256, paper.dated) for paper in claim.papers}
    new = tuple(p for p in command.papers if (p.paper, p.sha256, p.dated) not in filed)
    same_work = claim.report == command.report and command.worked_by <= claim.done_by
    same_report = same_work and listed.keys() == kept.keys()
    if same_report and not new:
        return []
    same_thing = command.equipment_id in (None, claim.equipment_id)
    if claim.status not in AMENDABLE or claim.claim != command.claim or not same_thing:
        raise OpenedOnAnotherReport
    attached = papers(new, command.reported_by)
    if same_report:
        return [*attached]
    refuse_impossible(command.report, world)
    asked = claim.amounts.model_copy(
        update={"parts": tuple(kept.get(name, part) for name, part in listed.items())}
    )
    return [amended(claim, command, asked), *attached]


def by_name(parts: Iterable[PartUsed]) -> dict[tuple[str, str, int], PartUsed]:
    return {(part.number, part.name, part.quantity): part for part in parts}


def amended(claim: Claim, command: OpenClaimOnReport, asked: Amounts) -> ClaimAmended:
    return ClaimAmended(
        report=command.report,
        amounts=asked,
        total=total(asked.each, claim.total.currency),
        submit_by=calendar.add_days(command.report.completed_on, claim.submission_days),
        worked_by=tuple(sorted(command.worked_by - claim.worked_by)),
        reason=FILED_AGAIN,
        amended_by=command.reported_by,
    )
