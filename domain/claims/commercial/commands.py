"""What can be wished of a commercial claim (CLM-6)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field

from domain import messages
from domain.claims.commands import CLAIMS_STAFF, PREPARERS, SIGNERS
from domain.messages import Message, Role, Sha256, Stream, Text
from domain.money import PositiveMoney

COMMERCIAL_CLAIM = "claims.CommercialClaim"


class PartWanted(Message):
    """Parts of one number."""

    number: Text
    name: Text
    quantity: Annotated[int, Field(ge=1)]


class CommercialCommand(messages.Command):
    commercial_claim_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(COMMERCIAL_CLAIM, self.commercial_claim_id)


class InspectOnSite(CommercialCommand):
    """Open a commercial claim by what an inspection on site has shown, before any work."""

    roles = PREPARERS
    number: Text = Field(description="Our own number of the commercial claim.")
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    inspected_on: date
    inspected_by: UUID
    damage: Text = Field(description="What was found.")
    work_needed: Text


class FindNotClaimable(CommercialCommand):
    """Find that the manufacturer will not pay for it, so that only goodwill is left."""

    roles = CLAIMS_STAFF
    reason: Text


class ApplyForCommercialClaim(CommercialCommand):
    """Apply for it, as one of those who apply together."""

    roles = SIGNERS
    reason: Text


class FixCommercialAmount(CommercialCommand):
    """Say how much is granted, as one of those who fix the amount together."""

    roles = SIGNERS
    amount: PositiveMoney


class SignCommercialClaim(CommercialCommand):
    """Sign for the next of the joint signatures (SEG-4)."""

    roles = SIGNERS


class RevokeCommercialSignature(CommercialCommand):
    """Take back your signature, before the next step is taken (SEG-5)."""

    roles = SIGNERS
    reason: Text


class DeclineCommercialClaim(CommercialCommand):
    """Refuse a commercial claim that was applied for."""

    roles = SIGNERS
    reason: Text


class FileCommercialClaim(CommercialCommand):
    """File the signed form; the claim is entered in the month's ledger."""

    roles = CLAIMS_STAFF
    form: Sha256 = Field(description="The file that holds the signed form.")


class OrderCommercialParts(CommercialCommand):
    """Record that the parts for the work were ordered."""

    roles = CLAIMS_STAFF | {Role.PARTS_ADMIN}
    order_number: Text
    parts: Annotated[tuple[PartWanted, ...], Field(min_length=1)]


class RecordCommercialWork(CommercialCommand):
    """Record that the work was done."""

    roles = PREPARERS
    done_on: date
    engineer_id: UUID
    work_done: Text


class RecordCommercialCallback(CommercialCommand):
    """Record what the customer said of the work when called back."""

    roles = frozenset({Role.HOTLINE_AGENT, Role.SERVICE_AGENT, Role.SERVICE_SUPERVISOR})
    satisfied: bool
    remark: Text


Command: TypeAlias = (
    InspectOnSite
    | FindNotClaimable
    | ApplyForCommercialClaim
    | FixCommercialAmount
    | SignCommercialClaim
    | RevokeCommercialSignature
    | DeclineCommercialClaim
    | FileCommercialClaim
    | OrderCommercialParts
    | RecordCommercialWork
    | RecordCommercialCallback
)
