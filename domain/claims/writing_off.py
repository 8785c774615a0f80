"""Writing off: what is open of an accepted claim, or a rejected claim that is not resubmitted.

Whoever asks for it does not approve it (SEG-1).
"""

from __future__ import annotations

from typing import assert_never

from domain import policies
from domain.approvals import names
from domain.claims import signing
from domain.claims.answering import in_currency_of
from domain.claims.commands import (
    ApproveWriteOff,
    DeclineWriteOff,
    RequestWriteOff,
    RevokeWriteOffSignature,
    WritingOff,
)
from domain.claims.events import (
    ClaimWrittenOff,
    Event,
    WriteOffDeclined,
    WriteOffRequested,
    WriteOffSignatureRevoked,
    WriteOffSigned,
)
from domain.claims.refusals import MoreThanOpen, NoWriteOffPending
from domain.claims.state import Claim, Status, WriteOff
from domain.claims.states_allowed import no_write_off_pending, only_in
from domain.messages import World
from domain.money import Money
from domain.policy_content import ApprovalMatrix, Approved
from domain.registry.authority import refuse_manager_of


def decide(claim: Claim, command: WritingOff, world: World) -> list[Event]:
    match command:
        case RequestWriteOff():
            return [write_off_requested(claim, command, world)]
        case ApproveWriteOff():
            return approve(claim, pending(claim), world)
        case RevokeWriteOffSignature(reason=reason):
            signature = signing.take_back(pending(claim).chain, world)
            return [WriteOffSignatureRevoked(signature=signature, reason=reason)]
        case DeclineWriteOff(reason=reason):
            pending(claim)
            refuse_manager_of(claim.station_id, world)
            return [WriteOffDeclined(reason=reason, declined_by=names(world))]
        case never:
            assert_never(never)


def pending(claim: Claim) -> WriteOff:
    if claim.write_off is None:
        raise NoWriteOffPending
    return claim.write_off


def write_off_requested(claim: Claim, command: RequestWriteOff, world: World) -> WriteOffRequested:
    only_in(claim, Status.ACCEPTED, Status.REJECTED)
    no_write_off_pending(claim)
    refuse_more_than_open(claim, command.amount)
    refuse_manager_of(claim.station_id, world)
    matrix = policies.in_force(world, ApprovalMatrix)
    return WriteOffRequested(
        amount=command.amount,
        reason=command.reason,
        requested_by=names(world),
        signed_by=matrix.signed_by(Approved.WRITE_OFF, command.amount),
    )


def refuse_more_than_open(claim: Claim, amount: Money) -> None:
    """Of an accepted claim at most what is open; of a rejected one all of it (CRN-4)."""
    in_currency_of(claim, amount)
    if claim.status == Status.REJECTED and amount != claim.total:
        raise MoreThanOpen(
            f"A rejected claim is written off whole: {claim.total.amount} {amount.currency}.",
            fields=("amount",),
        )
    if claim.status == Status.ACCEPTED and claim.open < amount:
        raise MoreThanOpen(
            f"Only {claim.open.amount} {amount.currency} of the claim are open.",
            fields=("amount",),
        )


def approve(claim: Claim, write_off: WriteOff, world: World) -> list[Event]:
    """The last signature writes off. What was credited meanwhile is no longer open."""
    refuse_more_than_open(claim, write_off.amount)
    signature, complete = signing.sign(
        write_off.chain, write_off.prepared_by, claim.station_id, world
    )
    signed = WriteOffSigned(signature=signature)
    if not complete:
        return [signed]
    done = ClaimWrittenOff(
        amount=write_off.amount,
        reason=write_off.reason,
        after_rejection=claim.status == Status.REJECTED,
    )
    return [signed, done]
