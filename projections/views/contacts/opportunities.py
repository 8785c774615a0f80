"""The opportunities that were found in a contact, and what came of them."""

from __future__ import annotations

from typing import assert_never

from domain.contacts import events as e
from projections.views.contacts.row import Contact, Opportunity


def fold(contact: Contact, event: e.Opportune) -> Contact:
    match event:
        case e.OpportunityFound():
            found = Opportunity(
                opportunity_id=event.opportunity_id,
                about=event.about,
                estimate=event.estimate,
                found_by=event.found_by.person,
            )
            every = (*contact.opportunities, found)
        case e.OpportunityFollowedUp():
            every = tuple(followed_up(each, event) for each in contact.opportunities)
        case never:
            assert_never(never)
    return contact.but(
        opportunities=every,
        opportunity_count=len(every),
        opportunity_open=any(each.won is None for each in every),
    )


def followed_up(known: Opportunity, event: e.OpportunityFollowedUp) -> Opportunity:
    if known.opportunity_id != event.opportunity_id:
        return known
    results = (*known.results, event.result)
    return known.model_copy(update={"results": results, "won": event.won})
