"""A node's time is never edited: a correction is asked for, approved, and put beside it (FLD-6)."""

from __future__ import annotations

from typing import assert_never

from domain import approvals, corrections, policies
from domain.approvals import names
from domain.corrections import TimeCorrected, Timeline
from domain.messages import On, Role, World
from domain.policy_content import ApprovalMatrix, Approved, FieldService
from domain.registry.authority import authorised
from domain.repairs.field import commands as c
from domain.repairs.field import events as e
from domain.repairs.field import filing
from domain.repairs.field.refusals import (
    CorrectionExists,
    CorrectionNotFound,
    NotANode,
    OtherHeadquartersApprove,
    UnknownCorrectionReason,
)
from domain.repairs.field.state import Correction, FieldOrder, evolve
from domain.sla.starting import DueBy, restarted
from domain.vocabulary import Approver, FieldNode

NODES = {event.type_name(): node for event, node in e.NODE_OF.items()}


def decide(order: FieldOrder, command: c.Correcting, world: World) -> list[e.Event | On]:
    match command:
        case c.RequestNodeCorrection():
            return [*request(order, command, world)]
        case c.SignNodeCorrection():
            return sign(order, command, world)
        case c.RecordManufacturerApproval(reference=reference):
            correction = open_at(order, command, Approver.MANUFACTURER)
            refuse_requester(correction, world)
            return approved(order, command, correction, reference, world)
        case c.DeclineNodeCorrection(reason=reason):
            declined = open_correction(order, command)
            refuse_requester(declined, world)
            return [
                e.NodeCorrectionDeclined(
                    correction_id=command.correction_id, reason=reason, declined_by=names(world)
                )
            ]
        case never:
            assert_never(never)


# ── asking ──────────────────────────────────────────────────────────────────


def request(
    order: FieldOrder, command: c.RequestNodeCorrection, world: World
) -> list[e.NodeCorrectionRequested]:
    """Nothing comes of it if the node has that time already."""
    policy = policies.in_force(world, FieldService)
    refuse_unknown_reason(policy, command.reason)
    refuse_twice(order, command)
    timeline = world.of(Timeline, command.field_order_id)
    happening = corrections.happening_of(timeline, command.event_id)
    if happening.event_type not in NODES:
        raise NotANode(fields=("event_id",))
    if not corrections.correction(timeline, as_corrected(command)):
        return []
    requested = e.NodeCorrectionRequested(
        correction_id=command.correction_id,
        event_id=command.event_id,
        node=NODES[happening.event_type],
        recorded=happening.effective_at,
        corrected=command.effective_at,
        reason=command.reason,
        explanation=command.explanation,
        approver=policy.corrections_approved_by,
        signed_by=signers(policy.corrections_approved_by, world),
        requested_by=names(world),
    )
    return [requested]


def as_corrected(command: c.RequestNodeCorrection) -> TimeCorrected:
    return TimeCorrected(
        event_id=command.event_id, effective_at=command.effective_at, reason=command.reason
    )


def signers(approver: Approver, world: World) -> tuple[Role, ...]:
    """Who signs at our headquarters; at the manufacturer's that is not ours to say."""
    if approver is Approver.MANUFACTURER:
        return ()
    return policies.in_force(world, ApprovalMatrix).longest(Approved.NODE_CORRECTION)


def refuse_unknown_reason(policy: FieldService, reason: str) -> None:
    known = [each.word for each in policy.correction_reasons]
    if reason not in known:
        raise UnknownCorrectionReason(
            f"{reason!r} is no reason for a correction; known are {', '.join(known)}.",
            fields=("reason",),
        )


def refuse_twice(order: FieldOrder, command: c.RequestNodeCorrection) -> None:
    pending = {each.requested.event_id for each in order.corrections.values() if each.open}
    if command.correction_id in order.corrections or command.event_id in pending:
        raise CorrectionExists


# ── approving ───────────────────────────────────────────────────────────────


def open_correction(order: FieldOrder, command: c.CorrectionCommand) -> Correction:
    correction = order.corrections.get(command.correction_id)
    if correction is None or not correction.open:
        raise CorrectionNotFound
    return correction


def open_at(order: FieldOrder, command: c.CorrectionCommand, approver: Approver) -> Correction:
    """The correction, if it is for these headquarters to approve."""
    correction = open_correction(order, command)
    if correction.requested.approver != approver:
        raise OtherHeadquartersApprove
    return correction


def refuse_requester(correction: Correction, world: World) -> None:
    """Nobody decides about what they asked for (SEG-1)."""
    if names(world).both & correction.requested.requested_by.both:
        raise approvals.ApproverPrepared


def sign(order: FieldOrder, command: c.SignNodeCorrection, world: World) -> list[e.Event | On]:
    """The last signature approves it (SEG-1, SEG-4)."""
    correction = open_at(order, command, Approver.OURS)
    prepared = correction.requested.requested_by.both
    signature = approvals.sign(correction.chain, authorised(world, c.CORRECTORS), prepared)
    signed = e.NodeCorrectionSigned(correction_id=command.correction_id, signature=signature)
    if not correction.chain.signed(signature).complete:
        return [signed]
    return [signed, *approved(order, command, correction, None, world)]


def approved(
    order: FieldOrder,
    command: c.CorrectionCommand,
    correction: Correction,
    reference: str | None,
    world: World,
) -> list[e.Event | On]:
    """The node has its right time beside the recorded one, by the one way there is (FLD-6)."""
    asked = correction.requested
    facts = asked.model_dump(
        include={"correction_id", "event_id", "node", "recorded", "corrected", "reason", "approver"}
    )
    event = e.NodeCorrectionApproved(
        **facts, **due_anew(order, asked, world), reference=reference, approved_by=names(world)
    )
    event = event.model_copy(update=out_of_use_anew(order, event, world))
    time = TimeCorrected(event_id=asked.event_id, effective_at=asked.corrected, reason=asked.reason)
    timeline = world.of(Timeline, command.field_order_id)
    return [event, *(On(command.stream, each) for each in corrections.correction(timeline, time))]


def out_of_use_anew(
    order: FieldOrder, approved: e.NodeCorrectionApproved, world: World
) -> dict[str, object]:
    """What was reported of equipment counts by the right times, too (REG-5)."""
    if order.equipment_reported is None:
        return {}
    days = filing.out_of_use(evolve(order, approved), world)
    return {
        "service": order.service,
        "equipment_id": order.equipment_reported,
        "out_of_use": days,
    }


def due_anew(
    order: FieldOrder, asked: e.NodeCorrectionRequested, world: World
) -> dict[str, DueBy | None]:
    """What started at the node is due from its right time; all else stays (SLA-4)."""
    starts: dict[str, tuple[DueBy | None, FieldNode]] = {
        "contact_due": (order.contact_due, FieldNode.REPORTED),
        "arrival_due": (order.arrival_due, FieldNode.REPORTED),
        "entry_due": (order.entry_due, FieldNode.ARRIVED),
        "report_due": (order.report_due, FieldNode.LEFT),
        "paper_due": (order.paper_due, FieldNode.LEFT),
    }
    return {
        name: restarted(world, target.policy, asked.corrected)
        if target and node == asked.node and target.since == asked.recorded
        else target
        for name, (target, node) in starts.items()
    }
