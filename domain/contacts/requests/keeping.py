"""Whether a promise was kept, and what is forfeited if it was not (CON-5)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import NotYourTurn, names
from domain.contacts.commands import EVERYBODY
from domain.contacts.requests import commands as c
from domain.contacts.requests import events as e
from domain.contacts.requests.refusals import (
    ForfeitEnforcedBefore,
    NotTheirWork,
    PromiseStillRuns,
)
from domain.contacts.requests.standing import only_at
from domain.contacts.requests.state import WorkRequest, WorkRequestStage
from domain.contacts.standing import late
from domain.messages import World
from domain.registry.authority import authorised


def decide(request: WorkRequest, command: c.Keeping, world: World) -> list[e.Event]:
    match command:
        case c.FulfilWork(result=result):
            return fulfil(request, result, world)
        case c.EnforceForfeit():
            return [enforce(request, world)]
        case never:
            assert_never(never)


def fulfil(request: WorkRequest, result: str, world: World) -> list[e.Event]:
    """Done late, the forfeit that was declared is enforced, unless it was before (CON-5)."""
    only_at(request, WorkRequestStage.PROMISED)
    theirs = {request.person_id} | ({*request.promised_by.both} if request.promised_by else set())
    if not names(world).both & theirs:
        raise NotTheirWork
    is_late = late(request.due, world)
    done = e.WorkRequestDone(result=result, late=is_late, done_by=names(world))
    if not is_late or request.enforced:
        return [done]
    return [done, enforced(request, world)]


def enforce(request: WorkRequest, world: World) -> e.ForfeitEnforced:
    """By the head of the department that asked, once the promised day has passed (CON-5)."""
    only_at(request, WorkRequestStage.PROMISED)
    head = request.signed_by[0] if request.signed_by else None
    if head not in authorised(world, EVERYBODY).roles:
        raise NotYourTurn(f"It is for a {head} to enforce the forfeit.")
    if request.enforced:
        raise ForfeitEnforcedBefore
    if not late(request.due, world):
        raise PromiseStillRuns
    return enforced(request, world)


def enforced(request: WorkRequest, world: World) -> e.ForfeitEnforced:
    return e.ForfeitEnforced(
        forfeit=request.forfeit,
        promised_on=request.promised_on,
        promised_by=request.promised_by,
        enforced_by=names(world),
    )
