"""Contacts counted by category, each week and each month (CON-4, CON-6)."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from projections.statements import NamedStatement


class ContactFigures(BaseModel):
    """The contacts of one station and category that came in in a week or month (CON-4).

    docs/contacts.md defines what is counted.
    """

    model_config = ConfigDict(frozen=True)

    period: str = Field(description="week or month")
    first_day: date = Field(description="Of the period; a week begins on Monday.")
    station_id: UUID | None = Field(description="Null for contacts that no station has.")
    category: str | None = Field(description="Null for contacts that nobody classified yet.")
    contacts: int
    missed: int = Field(description="Those that began with a missed call.")
    returned_in_time: int = Field(description="Missed calls, by hotline or person (CON-6).")
    contacted: int = Field(description="By whoever was in charge.")
    contacted_in_time: int = Field(description="The first time (CON-2).")
    answered: int
    answered_in_time: int = Field(description="Inquiries (CON-4).")
    referred: int
    referred_in_time: int = Field(description="The first time (CON-4).")
    opportunities: int = Field(description="Found in these contacts (CON-6).")


CONTACT_FIGURES: Final = NamedStatement(
    name="contact_figures",
    row=ContactFigures,
    views=("contacts",),
    scope="claims:internal",
    arguments={
        "period": str | None,
        "since": date | None,
        "before": date | None,
        "station_id": UUID | None,
    },
)
