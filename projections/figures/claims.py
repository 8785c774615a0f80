"""The monthly measures of claims (CLM-10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from projections.statements import NamedStatement


class ClaimFigures(BaseModel):
    """The claims of one manufacturer, station and currency first submitted in a month (CLM-10).

    Ratios are between 0 and 1, to four places, and null where there is nothing to divide by;
    docs/claims.md defines them and works out an example.
    """

    model_config = ConfigDict(frozen=True)

    month: date = Field(description="By its first day.")
    manufacturer_id: UUID
    station_id: UUID
    currency: str
    submitted: int
    in_time: int = Field(description="Submitted by the last day fixed at opening (CLM-1).")
    complete: int = Field(description="The manufacturer never found anything missing.")
    answered: int = Field(description="Those whose answer stands; withdrawn ones are apart.")
    accepted: int = Field(description="In full or in part.")
    withdrawn: int = Field(description="For false papers (CLM-9); not a success.")
    claimed: Decimal
    credited: Decimal
    timeliness: Decimal | None = Field(description="in_time / submitted")
    completeness: Decimal | None = Field(description="complete / submitted")
    success: Decimal | None = Field(description="accepted / (answered + withdrawn)")
    payout: Decimal | None = Field(description="credited / claimed")


CLAIM_FIGURES: Final = NamedStatement(
    name="claim_figures",
    row=ClaimFigures,
    views=("claims",),
    scope="claims:internal",
    arguments={
        "month_since": date | None,
        "month_before": date | None,
        "manufacturer_id": UUID | None,
        "station_id": UUID | None,
        "currency": str | None,
    },
)
