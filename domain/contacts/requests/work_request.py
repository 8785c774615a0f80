"""A work request between departments (CON-5, CON-7).

requested → approved by the requester's head → promised by the receiving lead → done, in time or
late. To a product unit: requested → put by technical support, or refused as needless → date agreed
→ signed by the general manager or their deputy → signed by the product unit → done.
"""

from __future__ import annotations

from typing import TypeAlias

from domain.contacts.requests import asking, keeping, signing
from domain.contacts.requests import commands as c
from domain.contacts.requests.events import Event as Event
from domain.contacts.requests.refusals import WorkRequestNotFound
from domain.contacts.requests.state import WorkRequest as WorkRequest
from domain.contacts.requests.state import evolve as evolve
from domain.messages import On, World

State = WorkRequest
Command: TypeAlias = (
    c.RequestWork
    | c.PutToProductUnit
    | c.RefuseNeedlessRequest
    | c.AgreeDate
    | c.ReportQualityIncident
    | c.ApproveWorkRequest
    | c.RevokeWorkRequestSignature
    | c.DeclineWorkRequest
    | c.PromiseWork
    | c.DisputeRequest
    | c.SettleDispute
    | c.WithdrawWorkRequest
    | c.FulfilWork
    | c.EnforceForfeit
)


def decide(request: WorkRequest | None, command: Command, world: World) -> list[Event | On]:
    """Which part of a request's life decides about a wish."""
    if isinstance(command, c.Asking):
        return asking.decide(request, command, world)
    if request is None:
        raise WorkRequestNotFound
    if isinstance(command, c.Signing):
        return [*signing.decide(request, command, world)]
    return [*keeping.decide(request, command, world)]
