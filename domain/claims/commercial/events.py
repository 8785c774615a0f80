"""What happens to a commercial claim (CLM-6)."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain import messages
from domain.approvals import Names, Signature
from domain.claims.commercial.commands import PartWanted
from domain.messages import Role
from domain.money import Money
from domain.policies import Pin


class CommercialEvent(messages.Event):
    context = "claims"


class InspectedOnSite(CommercialEvent):
    """A machine was inspected on site, before any work: a commercial claim is open."""

    number: str
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None
    customer_id: UUID | None
    inspected_on: date
    inspected_by: UUID
    damage: str
    work_needed: str
    opened_by: Names


class FoundNotClaimable(CommercialEvent):
    """The manufacturer will not pay for it; these roles apply for goodwill, in this order."""

    reason: str
    applied_for_by: tuple[Role, ...]
    found_by: Names


class CommercialClaimApplied(CommercialEvent):
    """One of those who apply together applied for the commercial claim."""

    reason: str
    signature: Signature


class CommercialApplicationCompleted(CommercialEvent):
    """All who apply together have; these roles fix the amount together, in this order."""

    fixed_by: tuple[Role, ...]


class CommercialAmountSigned(CommercialEvent):
    """One of those who fix the amount together said how much it is."""

    amount: Money
    signature: Signature


class CommercialAmountFixed(CommercialEvent):
    """The amount is fixed; these roles sign the commercial claim, in this order."""

    amount: Money
    signed_by: tuple[Role, ...]


class CommercialClaimSigned(CommercialEvent):
    """One of the joint signatures was given (SEG-4)."""

    signature: Signature


class CommercialClaimApproved(CommercialEvent):
    """The last signature was given: the commercial claim may be filed."""

    amount: Money


class CommercialSignatureRevoked(CommercialEvent):
    """A signature under a step of the commercial claim was taken back (SEG-5)."""

    signature: Signature
    reason: str


class CommercialClaimDeclined(CommercialEvent):
    """The commercial claim is not granted."""

    reason: str
    declined_by: Names


class CommercialClaimFiled(CommercialEvent):
    """The signed form was filed; the claim is in the ledger of the month of this day."""

    form: str
    filed_on: date
    clock: Pin
    filed_by: Names


class CommercialPartsOrdered(CommercialEvent):
    """The parts for the work were ordered."""

    order_number: str
    parts: tuple[PartWanted, ...]
    ordered_by: Names


class CommercialWorkDone(CommercialEvent):
    """The work that was granted is done; the customer is to be called back."""

    done_on: date
    engineer_id: UUID
    work_done: str


class CommercialCallbackMade(CommercialEvent):
    """The customer was called back and said whether it is well."""

    satisfied: bool
    remark: str
    called_by: Names


Event: TypeAlias = (
    InspectedOnSite
    | FoundNotClaimable
    | CommercialClaimApplied
    | CommercialApplicationCompleted
    | CommercialAmountSigned
    | CommercialAmountFixed
    | CommercialClaimSigned
    | CommercialClaimApproved
    | CommercialSignatureRevoked
    | CommercialClaimDeclined
    | CommercialClaimFiled
    | CommercialPartsOrdered
    | CommercialWorkDone
    | CommercialCallbackMade
)
