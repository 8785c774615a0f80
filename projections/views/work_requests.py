"""Work requests between departments: whose turn it is, what was promised, what was kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names, Signature
from domain.contacts.requests import events as e
from domain.contacts.requests.commands import Forfeit
from domain.contacts.requests.state import OVER, WorkRequestStage, stage_after
from domain.contacts.requests.state import WorkRequest as State
from domain.messages import Role
from domain.sla.starting import DueBy
from domain.vocabulary import WorkRequestKind
from projections.view import EVERYONE, One, Row, View, before, equal, since


class WorkRequest(Row):
    """What a department asks of another. What is not known, or did not happen, is null."""

    work_request_id: UUID
    number: str | None = None
    kind: WorkRequestKind | None = None
    stage: WorkRequestStage | None = None
    open: bool = True
    content: str | None = None
    person_id: UUID | None = Field(None, description="Who is to do it.")
    from_department: str | None = None
    to_department: str | None = None
    contact_id: UUID | None = Field(None, description="The contact that led to it.")
    latest: datetime | None = Field(None, description="The latest time that was asked for.")
    known_since: datetime = Field(description="When it was asked for, or first heard of.")
    requested_by_id: UUID | None = None
    signed_by: tuple[Role, ...] = Field((), description="Who signs, in this order (SEG-4).")
    signatures: tuple[Signature, ...] = ()
    next_signature: Role | None = Field(None, description="Whose turn it is.")
    put_to_product_unit: bool = Field(False, description="By technical support (CON-7).")
    agreed_on: date | None = Field(None, description="The day agreed with the product unit.")
    disputed: bool = False
    dispute: str | None = Field(None, description="What is disputed, or was last.")
    dispute_outcome: str | None = None
    incident_known_at: datetime | None = None
    incident_told_to: tuple[Role, ...] = ()
    report_due_at: datetime | None = None
    reported_at: datetime | None = None
    reported_in_time: bool | None = None
    promised_on: date | None = None
    promised_by: Names | None = None
    forfeit: Forfeit | None = None
    later_than_asked: bool | None = None
    due_at: datetime | None = Field(None, description="When the promised day ends.")
    done_at: datetime | None = None
    result: str | None = None
    kept: bool | None = Field(None, description="Whether the promise was kept (CON-5).")
    forfeit_enforced_at: datetime | None = None
    ended_because: str | None = Field(None, description="Needless, declined or withdrawn: why.")


def fold(row: WorkRequest | None, recorded: Recorded[e.Event], reference: Any) -> WorkRequest:
    """A history from elsewhere may begin anywhere: what is unknown stays null."""
    event, at = recorded.event, recorded.effective_at
    request = row or WorkRequest(work_request_id=recorded.stream_id, known_since=at)
    request = happened(request, event, at)
    state = State(
        stage=request.stage,
        about=request.kind,
        signed_by=request.signed_by,
        signatures=request.signatures,
    )
    stage = stage_after(state, event)
    is_open = stage not in OVER
    turn = state.chain.next_step if is_open else None
    return request.but(stage=stage, open=is_open, next_signature=turn)


def happened(request: WorkRequest, event: e.Event, at: datetime) -> WorkRequest:
    if isinstance(event, e.Asked):
        return asked(request, event, at)
    if isinstance(event, e.Signed):
        return signed(request, event)
    match event:
        case e.WorkRequestDone(result=result, late=late):
            return request.but(done_at=at, result=result, kept=in_time_unless(late))
        case e.ForfeitEnforced():
            return request.but(forfeit_enforced_at=at, kept=False)
        case never:
            assert_never(never)


def asked(request: WorkRequest, event: e.Asked, at: datetime) -> WorkRequest:
    match event:
        case e.WorkRequested():
            return requested(request, event)
        case e.QualityIncidentKnown(known_at=known_at, told_to=told_to, report_due=due):
            known = request.but(incident_known_at=known_at, incident_told_to=told_to)
            return known.but(report_due_at=due_at(due))
        case e.QualityIncidentReported(late=late):
            return request.but(reported_at=at, reported_in_time=in_time_unless(late))
        case e.RequestPutToProductUnit():
            return request.but(put_to_product_unit=True)
        case e.RequestFoundNeedless(reason=reason):
            return request.but(ended_because=reason)
        case e.DateAgreed(promised_on=day):
            return request.but(agreed_on=day)
        case never:
            assert_never(never)


def requested(request: WorkRequest, event: e.WorkRequested) -> WorkRequest:
    return request.but(
        number=event.number,
        kind=event.kind,
        content=event.content,
        person_id=event.person_id,
        from_department=event.from_department,
        to_department=event.to_department,
        contact_id=event.contact_id,
        latest=event.latest,
        requested_by_id=event.requested_by.person,
        signed_by=event.signed_by,
    )


def signed(request: WorkRequest, event: e.Signed) -> WorkRequest:
    match event:
        case e.WorkRequestSigned(signature=signature):
            return request.but(signatures=(*request.signatures, signature))
        case e.WorkRequestSignatureRevoked():
            return request.but(signatures=request.signatures[:-1])
        case e.WorkRequestPromised():
            return promised(request, event)
        case e.RequestDisputed(about=about):
            return request.but(disputed=True, dispute=about, dispute_outcome=None)
        case e.DisputeSettled(outcome=outcome):
            return request.but(disputed=False, dispute_outcome=outcome)
        case e.WorkRequestDeclined(reason=reason) | e.WorkRequestWithdrawn(reason=reason):
            return request.but(ended_because=reason)
        case never:
            assert_never(never)


def promised(request: WorkRequest, event: e.WorkRequestPromised) -> WorkRequest:
    signature = event.signature
    return request.but(
        signatures=(*request.signatures, signature) if signature else request.signatures,
        promised_on=event.promised_on,
        promised_by=Names(**signature.model_dump(exclude={"role"})) if signature else None,
        forfeit=event.forfeit,
        later_than_asked=event.later_than_asked,
        due_at=due_at(event.due),
    )


def due_at(target: DueBy | None) -> datetime | None:
    return target.due.at if target else None


def in_time_unless(late: bool | None) -> bool | None:
    return None if late is None else not late


WORK_REQUESTS = View(
    name="work_requests",
    row=WorkRequest,
    events=e.Event,
    fold=fold,
    owners=EVERYONE,
    scope="requests:read",
    filters=(
        equal("number"),
        equal("kind", indexed=False),
        equal("stage"),
        equal("open", indexed=False),
        equal("from_department"),
        equal("to_department"),
        equal("person_id"),
        equal("requested_by_id"),
        equal("contact_id"),
        equal("next_signature", indexed=False),
        equal("disputed", indexed=False),
        equal("kept", indexed=False),
        before("due_at"),
        before("report_due_at"),
        since("known_since"),
        before("known_since"),
    ),
    orders=("known_since",),
    relations={
        "person": One("people", via="person_id"),
        "requested_by": One("people", via="requested_by_id"),
        "contact": One("contacts", via="contact_id"),
    },
)
