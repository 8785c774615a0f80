"""The monthly measures of field orders (FLD-10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from projections.statements import NamedStatement


class FieldFigures(BaseModel):
    """The field orders of one station that were reported in a month (FLD-10).

    What is in time is told by the times as corrected and approved, and beside it, as recorded, by
    those that nobody corrected (FLD-6). Rates are between 0 and 1, to four places, and null where
    there is nothing to divide by; docs/field-orders.md defines them.
    """

    model_config = ConfigDict(frozen=True)

    month: date = Field(description="By its first day.")
    station_id: UUID | None = Field(description="Null for orders that no station has yet.")
    orders: int
    contacted: int = Field(description="Those that were, and it is known by when they had to be.")
    contacted_in_time: int = Field(description="By the times as corrected (FLD-6).")
    contacted_in_time_as_recorded: int
    arrived: int = Field(description="First arrivals where the region has a deadline (FLD-1).")
    arrived_in_time: int = Field(description="By the times as corrected (FLD-6).")
    arrived_in_time_as_recorded: int
    visited: int = Field(description="Those whose first visit is over.")
    repaired_on_first_visit: int
    closed: int
    called_back: int
    reviewed: int
    accepted_at_once: int = Field(description="Reports that never had to be filed again.")
    first_response_rate: Decimal | None = Field(description="contacted_in_time / contacted")
    first_response_rate_as_recorded: Decimal | None
    arrival_rate: Decimal | None = Field(description="arrived_in_time / arrived")
    arrival_rate_as_recorded: Decimal | None
    first_time_fix_rate: Decimal | None = Field(description="repaired_on_first_visit / visited")
    callback_rate: Decimal | None = Field(description="called_back / closed")
    report_quality: Decimal | None = Field(description="accepted_at_once / reviewed")


FIELD_FIGURES: Final = NamedStatement(
    name="field_figures",
    row=FieldFigures,
    views=("field_orders",),
    scope="claims:internal",
    arguments={
        "month_since": date | None,
        "month_before": date | None,
        "station_id": UUID | None,
    },
)
