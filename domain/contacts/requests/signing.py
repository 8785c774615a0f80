"""Signing, promising and disputing: CON-5, CON-7, SEG-1, SEG-4, SEG-5."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from domain import approvals, calendar, policies
from domain.approvals import Mandate, NextStepTaken, NotYourTurn, Signature, names
from domain.contacts.commands import EVERYBODY
from domain.contacts.requests import commands as c
from domain.contacts.requests import events as e
from domain.contacts.requests.asking import by_technical_support
from domain.contacts.requests.refusals import (
    DateNotAgreed,
    InDispute,
    NoDispute,
    NoProductUnit,
    NotTheirRequest,
    PromisedForThePast,
)
from domain.contacts.requests.standing import only_at
from domain.contacts.requests.state import WorkRequest, WorkRequestStage
from domain.messages import Role, World
from domain.policy_content import WorkRequests
from domain.registry.authority import authorised
from domain.sla.starting import started
from domain.vocabulary import WorkRequestKind

PROMISE = "work_request"
UNPROMISED = (WorkRequestStage.REQUESTED, WorkRequestStage.PUT, WorkRequestStage.APPROVED)


def decide(request: WorkRequest, command: c.Signing, world: World) -> list[e.Event]:
    match command:
        case c.ApproveWorkRequest():
            return [approve(request, world)]
        case c.RevokeWorkRequestSignature(reason=reason):
            return [revoke(request, reason, world)]
        case c.DeclineWorkRequest(reason=reason):
            return [decline(request, reason, world)]
        case c.PromiseWork():
            return [promise(request, command, world)]
        case c.DisputeRequest(about=about):
            return [dispute(request, about, world)]
        case c.SettleDispute(outcome=outcome):
            return [settle(request, outcome, world)]
        case c.WithdrawWorkRequest(reason=reason):
            return [withdraw(request, reason, world)]
        case never:
            assert_never(never)


# ── signatures ──────────────────────────────────────────────────────────────


def mandate(request: WorkRequest, world: World) -> Mandate:
    """In which roles somebody signs: under a request to a product unit, deputies too (CON-5)."""
    given = authorised(world, EVERYBODY)
    if request.about is not WorkRequestKind.RD_REQUEST:
        return given
    roles = policies.in_force(world, WorkRequests).may_sign_as(given.roles)
    return Mandate(given.names, roles)


def approve(request: WorkRequest, world: World) -> e.WorkRequestSigned:
    """By the requester's head, who is not the requester (CON-5, SEG-1)."""
    refuse_disputed(request)
    to_product_unit = request.about is WorkRequestKind.RD_REQUEST
    only_at(request, WorkRequestStage.PUT if to_product_unit else WorkRequestStage.REQUESTED)
    return e.WorkRequestSigned(signature=signature(request, world))


def signature(request: WorkRequest, world: World) -> Signature:
    """The next of the chain; who signs as a deputy does so in the deputy's role."""
    given = approvals.sign(request.chain, mandate(request, world), prepared(request))
    own = authorised(world, EVERYBODY).roles
    if given.role in own:
        return given
    deputies = policies.in_force(world, WorkRequests).deputies
    role = next(each.deputy for each in deputies if each.role == given.role and each.deputy in own)
    return given.model_copy(update={"role": role})


def prepared(request: WorkRequest) -> frozenset[UUID]:
    return request.requested_by.both if request.requested_by else frozenset[UUID]()


def revoke(request: WorkRequest, reason: str, world: World) -> e.WorkRequestSignatureRevoked:
    """Once something was promised, nothing is taken back any more (SEG-5)."""
    if request.stage not in UNPROMISED:
        raise NextStepTaken
    revoked = approvals.revoke(request.chain, mandate(request, world))
    return e.WorkRequestSignatureRevoked(signature=revoked, reason=reason)


def decline(request: WorkRequest, reason: str, world: World) -> e.WorkRequestDeclined:
    """By whose turn it is."""
    only_at(request, *UNPROMISED)
    turn = request.chain.next_step
    if turn not in mandate(request, world).roles:
        raise NotYourTurn(f"The next signature is that of a {turn}.")
    return e.WorkRequestDeclined(reason=reason, declined_by=names(world))


# ── the promise ─────────────────────────────────────────────────────────────


def promise(request: WorkRequest, command: c.PromiseWork, world: World) -> e.WorkRequestPromised:
    """The last signature: the request is in effect from now on (CON-5)."""
    refuse_disputed(request)
    if request.stage in (WorkRequestStage.REQUESTED, WorkRequestStage.PUT):
        turn = request.chain.next_step
        raise NotYourTurn(f"Before the receiving side signs, a {turn} does.")
    only_at(request, WorkRequestStage.APPROVED)
    day, zone = command.promised_on, policies.zone(world)
    if request.about is WorkRequestKind.RD_REQUEST and request.agreed_on != day:
        raise DateNotAgreed(fields=("promised_on",))
    if day < calendar.local_day(world.effective_at, zone):
        raise PromisedForThePast(fields=("promised_on",))
    latest = calendar.local_day(request.latest, zone) if request.latest else None
    return e.WorkRequestPromised(
        signature=signature(request, world),
        promised_on=day,
        forfeit=command.forfeit,
        due=started(world, PROMISE, world.effective_at, day),
        later_than_asked=None if latest is None else day > latest,
    )


# ── disputes, and giving it up ──────────────────────────────────────────────


def refuse_disputed(request: WorkRequest) -> None:
    if request.disputed:
        raise InDispute


def dispute(request: WorkRequest, about: str, world: World) -> e.RequestDisputed:
    """Taken up by technical support or by the product unit (CON-7)."""
    if request.about is not WorkRequestKind.RD_REQUEST:
        raise NoProductUnit
    refuse_disputed(request)
    only_at(request, WorkRequestStage.PUT, WorkRequestStage.APPROVED)
    if Role.PRODUCT_DEPT not in authorised(world, EVERYBODY).roles:
        by_technical_support(request, world)
    to = policies.in_force(world, WorkRequests).disputes_go_to
    return e.RequestDisputed(about=about, to=to, disputed_by=names(world))


def settle(request: WorkRequest, outcome: str, world: World) -> e.DisputeSettled:
    """By whom the policy names, who did not ask for the work (CON-7, SEG-1)."""
    if not request.disputed:
        raise NoDispute
    authorised(world, frozenset({policies.in_force(world, WorkRequests).disputes_go_to}))
    if names(world).both & prepared(request):
        raise approvals.ApproverPrepared
    return e.DisputeSettled(outcome=outcome, settled_by=names(world))


def withdraw(request: WorkRequest, reason: str, world: World) -> e.WorkRequestWithdrawn:
    only_at(request, *UNPROMISED)
    if not names(world).both & prepared(request):
        raise NotTheirRequest
    return e.WorkRequestWithdrawn(reason=reason, withdrawn_by=names(world))
