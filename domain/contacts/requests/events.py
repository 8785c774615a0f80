"""What happens to a work request (CON-5, CON-7).

What is unknown is None: a request whose history comes from another system may lack anything.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names, Signature
from domain.contacts.requests.commands import Forfeit
from domain.messages import Moment, Role
from domain.sla.starting import DueBy
from domain.vocabulary import WorkRequestKind


class WorkRequestEvent(messages.Event):
    context = "contacts"


class WorkRequested(WorkRequestEvent):
    """A department asks another to do this; these roles sign, in this order (CON-5, SEG-4).

    The last of them is that of the receiving lead, whose signature is the promise.
    """

    number: str | None
    kind: WorkRequestKind
    content: str | None
    person_id: UUID | None
    latest: Moment | None
    from_department: str | None
    to_department: str | None
    contact_id: UUID | None
    signed_by: tuple[Role, ...]
    requested_by: Names


class QualityIncidentKnown(WorkRequestEvent):
    """A quality incident is known since then: these roles hear of it by then (CON-5)."""

    known_at: Moment
    told_to: tuple[Role, ...]
    report_due: DueBy | None


class QualityIncidentReported(WorkRequestEvent):
    """Those who have to hear of a quality incident did (CON-5)."""

    told: tuple[Role, ...]
    late: bool | None
    reported_by: Names


class RequestPutToProductUnit(WorkRequestEvent):
    """Technical support put the request to the product unit (CON-7)."""

    put_by: Names


class RequestFoundNeedless(WorkRequestEvent):
    """Technical support refused the request: it is not needed (CON-7)."""

    reason: str
    refused_by: Names


class DateAgreed(WorkRequestEvent):
    """The product unit is to be done by this day (CON-7)."""

    promised_on: date
    agreed_by: Names


class WorkRequestSigned(WorkRequestEvent):
    """One step of the approval on the asking side was signed (CON-5, SEG-4)."""

    signature: Signature


class WorkRequestSignatureRevoked(WorkRequestEvent):
    """An approval was taken back before anything was promised (SEG-5)."""

    signature: Signature
    reason: str


class WorkRequestDeclined(WorkRequestEvent):
    """Whoever was to sign refused."""

    reason: str
    declined_by: Names


class WorkRequestPromised(WorkRequestEvent):
    """The receiving lead signed a date and a forfeit: the request is in effect (CON-5).

    `later_than_asked` says whether the day is after the latest time that was asked for.
    """

    signature: Signature | None
    promised_on: date
    forfeit: Forfeit | None
    due: DueBy | None
    later_than_asked: bool | None


class RequestDisputed(WorkRequestEvent):
    """Technical support and product unit do not agree; this role decides (CON-7)."""

    about: str
    to: Role
    disputed_by: Names


class DisputeSettled(WorkRequestEvent):
    """A dispute about a request was decided (CON-7)."""

    outcome: str
    settled_by: Names


class WorkRequestWithdrawn(WorkRequestEvent):
    """Whoever asked gave the request up."""

    reason: str
    withdrawn_by: Names


class WorkRequestDone(WorkRequestEvent):
    """The work is done: the promise was kept, or not (CON-5)."""

    result: str | None
    late: bool | None
    done_by: Names


class ForfeitEnforced(WorkRequestEvent):
    """The promise was not kept, so that the forfeit is due from who made it (CON-5)."""

    forfeit: Forfeit | None
    promised_on: date | None
    promised_by: Names | None
    enforced_by: Names


Asked: TypeAlias = (
    WorkRequested
    | QualityIncidentKnown
    | QualityIncidentReported
    | RequestPutToProductUnit
    | RequestFoundNeedless
    | DateAgreed
)
Signed: TypeAlias = (
    WorkRequestSigned
    | WorkRequestSignatureRevoked
    | WorkRequestDeclined
    | WorkRequestPromised
    | RequestDisputed
    | DisputeSettled
    | WorkRequestWithdrawn
)
Kept: TypeAlias = WorkRequestDone | ForfeitEnforced
Event: TypeAlias = Asked | Signed | Kept
