"""The aggregates, listed once. An aggregate is a module with five names:

State               what its decisions need to remember, with its `kind`
Command, Event      unions of its message types
decide, evolve      its two pure functions
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, get_args

from domain import corrections, messages, policies, uniqueness
from domain.claims import part_order, routine
from domain.claims.commercial import commercial_claim
from domain.contacts import contact, inquiry_counts, standard_answer
from domain.contacts.requests import work_request
from domain.credits import (
    credit_note,
    posted_claim,
    reconciliation_period,
    reference,
    refused_file,
)
from domain.registry import customer, dealer, equipment, manufacturer, person, station
from domain.repairs import freight_account
from domain.repairs.exchange import dealer_credit, exchange
from domain.repairs.field import field_order, itinerary, unrepaired_list
from domain.repairs.repair import repair_order

AGGREGATES: tuple[ModuleType, ...] = (
    policies,
    manufacturer,
    station,
    person,
    customer,
    dealer,
    equipment,
    posted_claim,
    commercial_claim,
    part_order,
    routine,
    contact,
    standard_answer,
    inquiry_counts,
    work_request,
    field_order,
    itinerary,
    unrepaired_list,
    credit_note,
    refused_file,
    reference,
    reconciliation_period,
    repair_order,
    exchange,
    dealer_credit,
    freight_account,
    corrections,
)


def members(union: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    return get_args(union) or (union,)


AGGREGATE_OF: dict[type[messages.Command], Any] = {
    command: aggregate for aggregate in AGGREGATES for command in members(aggregate.Command)
}
EVOLVE: dict[str, Any] = {uniqueness.Bearer.kind: uniqueness.evolve} | {
    aggregate.State.kind: aggregate.evolve for aggregate in AGGREGATES
}
EVENT_TYPES: dict[str, type[messages.Event]] = {
    event.type_name(): event
    for union in (uniqueness.UniquenessEvent, *(a.Event for a in AGGREGATES))
    for event in members(union)
}
