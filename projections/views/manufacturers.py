"""Manufacturers: who they are on paper, and what they want of claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.policy_content import ReasonWord
from domain.registry import manufacturer
from domain.registry.manufacturer import Identity
from projections.view import EVERYONE, Many, Row, View, equal, known


class Manufacturer(Row):
    """A manufacturer, to whom claims are sent and who issues credit notes."""

    manufacturer_id: UUID
    name: str
    identities: tuple[Identity, ...] = Field(description="By what it is known on paper.")
    submission_days: int | None = Field(
        None,
        description="Within how many calendar days it wants claims, if not as the policy says.",
    )
    reason_words: tuple[ReasonWord, ...] = Field(
        (), description="Its own words for differences (CRN-12)."
    )
    registered_at: datetime


def fold(
    row: Manufacturer | None, recorded: Recorded[manufacturer.Event], reference: Any
) -> Manufacturer | None:
    match recorded.event:
        case manufacturer.ManufacturerRegistered() as registered:
            return Manufacturer(
                manufacturer_id=recorded.stream_id,
                name=registered.name,
                identities=registered.identities,
                submission_days=registered.submission_days,
                registered_at=recorded.effective_at,
            )
        case manufacturer.ManufacturerIdentityAdded(identity=identity):
            return known(row).but(identities=(*known(row).identities, identity))
        case manufacturer.ManufacturerIdentityRemoved(identity=identity):
            kept = tuple(other for other in known(row).identities if other != identity)
            return known(row).but(identities=kept)
        case manufacturer.ClaimLimitSet(submission_days=days):
            return known(row).but(submission_days=days)
        case manufacturer.ReasonWordAdded(word=word):
            return known(row).but(reason_words=(*known(row).reason_words, word))
        case never:
            assert_never(never)


MANUFACTURERS = View(
    name="manufacturers",
    row=Manufacturer,
    events=manufacturer.Event,
    fold=fold,
    owners=EVERYONE,
    scope="registry:read",
    filters=(equal("name"),),
    orders=("name", "registered_at"),
    relations={
        "equipment": Many("equipment", via="manufacturer_id"),
        "claims": Many("claims", via="manufacturer_id"),
        "freight_accounts": Many("freight_accounts", via="manufacturer_id"),
        "exchanges": Many("exchanges", via="manufacturer_id"),
        "credit_notes": Many("credit_notes", via="manufacturer_id"),
    },
)
