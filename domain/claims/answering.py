"""Recording the manufacturer's answer: accepted in full or in part, or rejected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from domain import policies
from domain.approvals import names
from domain.claims.commands import (
    Answering,
    GiveInformation,
    RecordAcceptance,
    RecordInformationAsked,
    RecordRejection,
    RevokeAcceptance,
)
from domain.claims.events import (
    AcceptanceRevoked,
    ClaimAccepted,
    ClaimAcceptedInPart,
    ClaimRejected,
    Event,
    InformationAsked,
    InformationGiven,
)
from domain.claims.refusals import (
    AcceptedMoreThanClaimed,
    AlreadyPaid,
    CurrencyDiffers,
    ReasonMissing,
    UnknownReason,
)
from domain.claims.state import Claim, Status
from domain.claims.states_allowed import no_write_off_pending, only_in
from domain.messages import World
from domain.money import Money
from domain.policy_content import ReasonWords
from domain.registry.manufacturer import Manufacturer

EXAMINATION_CLOCK = "claim_rejection_examination"
INFORMATION_CLOCK = "claim_information"
UNANSWERED = (Status.SUBMITTED, Status.INFORMATION_ASKED)
"""A manufacturer that asked may answer without having been told."""


def decide(claim: Claim, command: Answering, world: World) -> list[Event]:
    match command:
        case RecordAcceptance():
            return [accept(claim, command, world)]
        case RevokeAcceptance(reason=reason):
            only_in(claim, Status.ACCEPTED)
            no_write_off_pending(claim)
            if claim.credits or claim.overpayments or claim.written_off.amount:
                raise AlreadyPaid
            return [AcceptanceRevoked(reason=reason)]
        case RecordRejection():
            return [reject(claim, command, world)]
        case RecordInformationAsked(question=question, answer_by=answer_by):
            only_in(claim, Status.SUBMITTED)
            clock = policies.clock(world, INFORMATION_CLOCK)
            return [InformationAsked(question=question, answer_by=answer_by, clock=clock)]
        case GiveInformation(answer=answer):
            only_in(claim, Status.INFORMATION_ASKED)
            return [InformationGiven(answer=answer, given_by=names(world))]
        case never:
            assert_never(never)


def accept(
    claim: Claim, command: RecordAcceptance, world: World
) -> ClaimAccepted | ClaimAcceptedInPart:
    only_in(claim, *UNANSWERED)
    accepted = in_currency_of(claim, command.accepted or claim.total)
    if claim.total < accepted:
        raise AcceptedMoreThanClaimed(fields=("accepted",))
    if accepted == claim.total:
        return ClaimAccepted(accepted=claim.total)
    if not command.reasons:
        raise ReasonMissing(fields=("reasons",))
    refuse_unknown_reasons(command.reasons, claim.manufacturer_id, world)
    return ClaimAcceptedInPart(
        accepted=accepted, refused=claim.total - accepted, reasons=command.reasons
    )


def in_currency_of(claim: Claim, amount: Money) -> Money:
    """The amount. Raises CurrencyDiffers (CRN-4)."""
    if amount.currency != claim.total.currency:
        raise CurrencyDiffers(
            f"The claim is in {claim.total.currency}, the amount in {amount.currency}."
        )
    return amount


def refuse_unknown_reasons(words: Iterable[str], manufacturer_id: UUID, world: World) -> None:
    """Reason words are those of the policy and the manufacturer's own (CRN-12)."""
    ours = {entry.word for entry in policies.in_force(world, ReasonWords).words}
    manufacturer = world.of(Manufacturer, manufacturer_id)
    theirs = manufacturer.reason_words if manufacturer else frozenset()
    unknown = sorted(set(words) - ours - theirs)
    if unknown:
        raise UnknownReason(
            f"Not known as a reason: {', '.join(unknown)}. Known are {', '.join(sorted(ours))}.",
            fields=("reasons",),
        )


def reject(claim: Claim, command: RecordRejection, world: World) -> ClaimRejected:
    only_in(claim, *UNANSWERED)
    refuse_unknown_reasons(command.reasons, claim.manufacturer_id, world)
    return ClaimRejected(
        reasons=command.reasons,
        explanation=command.explanation,
        refused=claim.total,
        clock=policies.clock(world, EXAMINATION_CLOCK),
    )
