"""What can be wished of a work request (CON-5, CON-7)."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.contacts.commands import EVERYBODY
from domain.messages import Message, Moment, Role, Stream, Text
from domain.money import PositiveMoney
from domain.policy_content import Word
from domain.vocabulary import WorkRequestKind

WORK_REQUEST = "contacts.WorkRequest"


class WorkRequestCommand(messages.Command):
    """Who may do what, the policies say: which department, whose turn, whose dispute it is."""

    roles = EVERYBODY
    work_request_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(WORK_REQUEST, self.work_request_id)


class RequestWork(WorkRequestCommand):
    """Ask another department to do something: what, who, and by when at the latest (CON-5)."""

    kind: WorkRequestKind
    number: Text = Field(description="Our own number of the form.")
    content: Text
    person_id: UUID = Field(description="Who is to do it.")
    latest: Moment
    from_department: Word
    to_department: Word
    contact_id: UUID | None = Field(None, description="The contact that led to it.")
    known_at: Moment | None = Field(None, description="Since when a quality incident is known.")


class PutToProductUnit(WorkRequestCommand):
    """As technical support, put a request to the product unit (CON-7)."""


class RefuseNeedlessRequest(WorkRequestCommand):
    """As technical support, refuse a request to a product unit that is not needed (CON-7)."""

    reason: Text


class AgreeDate(WorkRequestCommand):
    """As technical support, record the date agreed with the product unit (CON-7)."""

    promised_on: date


class ReportQualityIncident(WorkRequestCommand):
    """Record that those who have to hear of a quality incident did (CON-5)."""

    told: tuple[Role, ...]


Asking: TypeAlias = (
    RequestWork | PutToProductUnit | RefuseNeedlessRequest | AgreeDate | ReportQualityIncident
)

# ── signing ─────────────────────────────────────────────────────────────────


class Forfeit(Message):
    """What is forfeited if a promise is not kept, declared beforehand (CON-5)."""

    about: Text
    amount: PositiveMoney | None = None


class ApproveWorkRequest(WorkRequestCommand):
    """Sign for the side that asks: as the requester's head, or as the policy says (CON-5)."""


class RevokeWorkRequestSignature(WorkRequestCommand):
    """Take your approval back, before the receiving side promised anything (SEG-5)."""

    reason: Text


class DeclineWorkRequest(WorkRequestCommand):
    """Refuse to sign a request, when it is your turn."""

    reason: Text


class PromiseWork(WorkRequestCommand):
    """As the lead of the receiving department, sign a date and a forfeit (CON-5)."""

    promised_on: date
    forfeit: Forfeit


class DisputeRequest(WorkRequestCommand):
    """Take a dispute about a request to a product unit to who decides it (CON-7)."""

    about: Text


class SettleDispute(WorkRequestCommand):
    """Decide a dispute about a request (CON-7)."""

    outcome: Text


class WithdrawWorkRequest(WorkRequestCommand):
    """Give your own request up, before anything was promised."""

    reason: Text


Signing: TypeAlias = (
    ApproveWorkRequest
    | RevokeWorkRequestSignature
    | DeclineWorkRequest
    | PromiseWork
    | DisputeRequest
    | SettleDispute
    | WithdrawWorkRequest
)

# ── keeping the promise ─────────────────────────────────────────────────────


class FulfilWork(WorkRequestCommand):
    """Record that the work is done; done late, the forfeit is enforced (CON-5)."""

    result: Text


class EnforceForfeit(WorkRequestCommand):
    """Enforce the forfeit of a promise whose date has passed (CON-5)."""


Keeping: TypeAlias = FulfilWork | EnforceForfeit
