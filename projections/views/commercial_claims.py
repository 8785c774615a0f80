"""Commercial claims, and by the day of filing the ledger of a month (CLM-6)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.approvals import Names, Signature
from domain.claims.commercial import events as e
from domain.claims.commercial.commands import PartWanted
from domain.claims.commercial.state import Stage
from domain.messages import Role
from domain.money import Money
from projections.view import Embedded, One, Owner, Row, View, before, equal, known, since


class CommercialSignature(Embedded):
    """A signature, and whether it is under the application, the amount or the claim."""

    under: Stage
    role: Role
    person: UUID
    on_behalf_of: UUID | None
    at: datetime


class CommercialClaim(Row):
    """Goodwill outside the warranty, granted before the work. It goes to no manufacturer."""

    commercial_claim_id: UUID
    number: str = Field(description="Our own number of it.")
    stage: Stage
    equipment_id: UUID
    station_id: UUID
    dealer_id: UUID | None
    customer_id: UUID | None
    inspected_on: date
    inspected_by: UUID
    damage: str = Field(description="What the inspection found.")
    work_needed: str
    not_claimable_because: str | None = None
    applied_for: tuple[str, ...] = Field((), description="Why, in the words of who applied.")
    amount: Decimal | None = Field(None, description="What was named; from `AMOUNT_FIXED`, fixed.")
    currency: str | None = None
    to_sign: tuple[Role, ...] = Field((), description="The roles that sign this stage, in order.")
    signatures: tuple[CommercialSignature, ...] = ()
    declined_because: str | None = None
    form: str | None = Field(None, description="The file that holds the signed form.")
    filed_on: date | None = Field(None, description="In the ledger of the month of this day.")
    order_number: str | None = None
    parts: tuple[PartWanted, ...] = ()
    parts_ordered_on: datetime | None = None
    work_done: str | None = None
    done_on: date | None = None
    engineer_id: UUID | None = None
    satisfied: bool | None = Field(None, description="What the customer said when called back.")
    remark: str | None = None
    opened_at: datetime
    opened_by: Names


Signing: TypeAlias = (
    e.CommercialClaimApplied
    | e.CommercialAmountSigned
    | e.CommercialClaimSigned
    | e.CommercialSignatureRevoked
)
Granting: TypeAlias = (
    e.FoundNotClaimable
    | e.CommercialApplicationCompleted
    | e.CommercialAmountFixed
    | e.CommercialClaimApproved
    | e.CommercialClaimDeclined
)
Doing: TypeAlias = (
    e.CommercialClaimFiled
    | e.CommercialPartsOrdered
    | e.CommercialWorkDone
    | e.CommercialCallbackMade
)


def fold(
    row: CommercialClaim | None, recorded: Recorded[e.Event], reference: Any
) -> CommercialClaim:
    event, at = recorded.event, recorded.effective_at
    if isinstance(event, e.InspectedOnSite):
        return inspected(recorded.stream_id, event, at)
    claim = known(row)
    if isinstance(event, Signing):
        return signed(claim, event, at)
    if isinstance(event, Granting):
        return granted(claim, event)
    return done(claim, event, at)


def inspected(id: UUID, event: e.InspectedOnSite, at: datetime) -> CommercialClaim:
    facts = dict(event)
    return CommercialClaim(commercial_claim_id=id, stage=Stage.INSPECTED, opened_at=at, **facts)


def signed(claim: CommercialClaim, event: Signing, at: datetime) -> CommercialClaim:
    match event:
        case e.CommercialClaimApplied(reason=reason, signature=signature):
            more = with_signature(claim, signature, at)
            return more.but(applied_for=(*claim.applied_for, reason))
        case e.CommercialAmountSigned(amount=amount, signature=signature):
            return named(with_signature(claim, signature, at), amount)
        case e.CommercialClaimSigned(signature=signature):
            return with_signature(claim, signature, at)
        case e.CommercialSignatureRevoked():
            return without_last(claim)
        case never:
            assert_never(never)


def with_signature(claim: CommercialClaim, given: Signature, at: datetime) -> CommercialClaim:
    signature = CommercialSignature(
        under=claim.stage,
        role=given.role,
        person=given.person,
        on_behalf_of=given.on_behalf_of,
        at=at,
    )
    return claim.but(signatures=(*claim.signatures, signature))


def without_last(claim: CommercialClaim) -> CommercialClaim:
    """Without the last signature it is approved no more; who applied takes the reason back."""
    stage = Stage.AMOUNT_FIXED if claim.stage == Stage.APPROVED else claim.stage
    left = claim.but(stage=stage, signatures=claim.signatures[:-1])
    if stage == Stage.NOT_CLAIMABLE:
        return left.but(applied_for=claim.applied_for[:-1])
    return left


def named(claim: CommercialClaim, amount: Money) -> CommercialClaim:
    return claim.but(amount=amount.amount, currency=amount.currency)


def granted(claim: CommercialClaim, event: Granting) -> CommercialClaim:
    match event:
        case e.FoundNotClaimable(reason=reason, applied_for_by=roles):
            return claim.but(stage=Stage.NOT_CLAIMABLE, not_claimable_because=reason, to_sign=roles)
        case e.CommercialApplicationCompleted(fixed_by=roles):
            return claim.but(stage=Stage.APPLIED_FOR, to_sign=roles)
        case e.CommercialAmountFixed(amount=amount, signed_by=roles):
            return named(claim.but(stage=Stage.AMOUNT_FIXED, to_sign=roles), amount)
        case e.CommercialClaimApproved():
            return claim.but(stage=Stage.APPROVED)
        case e.CommercialClaimDeclined(reason=reason):
            return claim.but(stage=Stage.DECLINED, declined_because=reason)
        case never:
            assert_never(never)


def done(claim: CommercialClaim, event: Doing, at: datetime) -> CommercialClaim:
    match event:
        case e.CommercialClaimFiled(form=form, filed_on=day):
            return claim.but(stage=Stage.FILED, form=form, filed_on=day)
        case e.CommercialPartsOrdered(order_number=number, parts=parts):
            return claim.but(
                stage=Stage.PARTS_ORDERED, order_number=number, parts=parts, parts_ordered_on=at
            )
        case e.CommercialWorkDone(done_on=day, engineer_id=engineer, work_done=work):
            return claim.but(
                stage=Stage.WORK_DONE, done_on=day, engineer_id=engineer, work_done=work
            )
        case e.CommercialCallbackMade(satisfied=satisfied, remark=remark):
            return claim.but(stage=Stage.CALLED_BACK, satisfied=satisfied, remark=remark)
        case never:
            assert_never(never)


COMMERCIAL_CLAIMS = View(
    name="commercial_claims",
    row=CommercialClaim,
    events=e.Event,
    fold=fold,
    owners={
        Owner.STATION: "station_id",
        Owner.DEALER: "dealer_id",
        Owner.CUSTOMER: "customer_id",
    },
    scope="claims:internal",
    filters=(
        equal("stage"),
        equal("station_id"),
        equal("dealer_id", indexed=False),
        equal("equipment_id"),
        equal("customer_id"),
        equal("dealer_id"),
        equal("number"),
        since("filed_on"),
        before("filed_on"),
        since("parts_ordered_on"),
        before("parts_ordered_on"),
        since("opened_at"),
        before("opened_at"),
    ),
    orders=("opened_at", "number"),
    relations={
        "station": One("stations", via="station_id"),
        "equipment": One("equipment", via="equipment_id"),
        "customer": One("customers", via="customer_id"),
        "dealer": One("dealers", via="dealer_id"),
    },
)
