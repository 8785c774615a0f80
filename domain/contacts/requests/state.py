"""What decisions need to remember of a work request.

A history that comes from another system may begin anywhere and lack anything: what is unknown
stays None, and the stage is that of the last step that is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from domain.approvals import Names, Signature, SigningChain
from domain.contacts.requests import events as e
from domain.contacts.requests.commands import WORK_REQUEST, Forfeit
from domain.messages import Event, Role
from domain.sla.starting import DueBy
from domain.vocabulary import WorkRequestKind


class WorkRequestStage(StrEnum):
    """How far a work request has come."""

    REQUESTED = "requested"
    PUT = "put"  # to the product unit
    APPROVED = "approved"  # by the side that asks
    PROMISED = "promised"
    DONE = "done"
    NEEDLESS = "needless"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OVER = (
    WorkRequestStage.DONE,
    WorkRequestStage.NEEDLESS,
    WorkRequestStage.DECLINED,
    WorkRequestStage.WITHDRAWN,
)
STAGES: dict[type[Event], WorkRequestStage] = {
    e.RequestPutToProductUnit: WorkRequestStage.PUT,
    e.RequestFoundNeedless: WorkRequestStage.NEEDLESS,
    e.WorkRequestDeclined: WorkRequestStage.DECLINED,
    e.WorkRequestPromised: WorkRequestStage.PROMISED,
    e.WorkRequestWithdrawn: WorkRequestStage.WITHDRAWN,
    e.WorkRequestDone: WorkRequestStage.DONE,
}


@dataclass(frozen=True, slots=True)
class WorkRequest:
    """What decisions need to remember of a work request."""

    kind: ClassVar[str] = WORK_REQUEST
    stage: WorkRequestStage | None = None
    about: WorkRequestKind | None = None
    person_id: UUID | None = None
    latest: datetime | None = None
    requested_by: Names | None = None
    signed_by: tuple[Role, ...] = ()
    signatures: tuple[Signature, ...] = ()
    incident_told_to: tuple[Role, ...] = ()
    report_due: DueBy | None = None
    reported: bool = False
    agreed_on: date | None = None
    disputed: bool = False
    promised_on: date | None = None
    promised_by: Names | None = None
    forfeit: Forfeit | None = None
    due: DueBy | None = None
    enforced: bool = False

    @property
    def chain(self) -> SigningChain:
        return SigningChain(self.signed_by, self.signatures)

    @property
    def approved(self) -> bool:
        """Signed by all but the receiving lead, who signs last."""
        return len(self.signatures) >= len(self.signed_by) - 1


State = WorkRequest


def evolve(request: WorkRequest | None, event: e.Event) -> WorkRequest:
    request = happened(request or WorkRequest(), event)
    return replace(request, stage=stage_after(request, event))


def happened(request: WorkRequest, event: e.Event) -> WorkRequest:
    if isinstance(event, e.Asked):
        return asked(request, event)
    if isinstance(event, e.Signed):
        return signed(request, event)
    enforced = request.enforced or isinstance(event, e.ForfeitEnforced)
    return replace(request, enforced=enforced)


def stage_after(request: WorkRequest, event: e.Event) -> WorkRequestStage | None:
    """How far a request has come that was so far; its signatures are those after the event."""
    match event:
        case e.WorkRequested():
            return request.stage or WorkRequestStage.REQUESTED
        case e.WorkRequestSigned() if request.approved:
            return WorkRequestStage.APPROVED
        case e.WorkRequestSignatureRevoked():
            to_product_unit = request.about is WorkRequestKind.RD_REQUEST
            return WorkRequestStage.PUT if to_product_unit else WorkRequestStage.REQUESTED
        case _:
            return STAGES.get(type(event), request.stage)


def asked(request: WorkRequest, event: e.Asked) -> WorkRequest:
    match event:
        case e.WorkRequested():
            return replace(
                request,
                about=event.kind,
                person_id=event.person_id,
                latest=event.latest,
                requested_by=event.requested_by,
                signed_by=event.signed_by,
            )
        case e.QualityIncidentKnown(told_to=told_to, report_due=due):
            return replace(request, incident_told_to=told_to, report_due=due)
        case e.QualityIncidentReported():
            return replace(request, reported=True)
        case e.DateAgreed(promised_on=day):
            return replace(request, agreed_on=day)
        case e.RequestPutToProductUnit() | e.RequestFoundNeedless():
            return request
        case never:
            assert_never(never)


def signed(request: WorkRequest, event: e.Signed) -> WorkRequest:
    match event:
        case e.WorkRequestSigned(signature=signature):
            return replace(request, signatures=(*request.signatures, signature))
        case e.WorkRequestSignatureRevoked():
            return replace(request, signatures=request.signatures[:-1])
        case e.WorkRequestPromised():
            return promised(request, event)
        case e.RequestDisputed() | e.DisputeSettled():
            return replace(request, disputed=isinstance(event, e.RequestDisputed))
        case e.WorkRequestDeclined() | e.WorkRequestWithdrawn():
            return request
        case never:
            assert_never(never)


def promised(request: WorkRequest, event: e.WorkRequestPromised) -> WorkRequest:
    signature = event.signature
    by = Names(**signature.model_dump(exclude={"role"})) if signature else None
    return replace(
        request,
        signatures=(*request.signatures, signature) if signature else request.signatures,
        promised_by=by,
        promised_on=event.promised_on,
        forfeit=event.forfeit,
        due=event.due,
    )
