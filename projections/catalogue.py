"""The views, listed once, and checked against each other when the program starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from projections.columns import Shape, shapes
from projections.view import Many, One, Owner, Relation, View
from projections.views.allocations import ALLOCATIONS
from projections.views.claims.view import CLAIMS
from projections.views.commercial_claims import COMMERCIAL_CLAIMS
from projections.views.contacts.view import CONTACTS
from projections.views.credit_notes import CREDIT_NOTES
from projections.views.customers import CUSTOMERS
from projections.views.dealer_credits import DEALER_CREDITS
from projections.views.dealers import DEALERS
from projections.views.equipment import EQUIPMENT
from projections.views.exchanges.view import EXCHANGES
from projections.views.field_orders.view import FIELD_ORDERS
from projections.views.freight_accounts import FREIGHT_ACCOUNTS
from projections.views.inquiry_periods import INQUIRY_PERIODS
from projections.views.itineraries import ITINERARIES
from projections.views.manufacturers import MANUFACTURERS
from projections.views.part_orders import PART_ORDERS
from projections.views.people import PEOPLE
from projections.views.policies import POLICIES
from projections.views.reconciliation_periods import RECONCILIATION_PERIODS
from projections.views.refused_files import REFUSED_FILES
from projections.views.repair_orders.view import REPAIR_ORDERS
from projections.views.routines import ROUTINES
from projections.views.standard_answers import STANDARD_ANSWERS
from projections.views.stations import STATIONS
from projections.views.transfers import TRANSFERS
from projections.views.unrepaired_lists import UNREPAIRED_LISTS
from projections.views.work_requests import WORK_REQUESTS

AnyView: TypeAlias = View[Any, Any]
Views: TypeAlias = Mapping[str, AnyView]

OWNERS = frozenset({Owner.STATION, Owner.DEALER, Owner.CUSTOMER})


class Undeclared(Exception):
    """A view names something that is not declared, or asks what its column cannot answer."""


def catalogue(*views: AnyView) -> Views:
    """The views by name. Raises Undeclared, naming every mistake in their declarations."""
    named = {view.name: view for view in views}
    mistakes = [mistake for view in views for mistake in mistakes_of(view, named)]
    rows = [view.row.__name__ for view in views]
    if len(named) < len(views) or len(set(rows)) < len(rows):
        mistakes.append("Two views bear the same name, or show rows of the same name.")
    if mistakes:
        raise Undeclared("\n".join(mistakes))
    return named


def mistakes_of(view: AnyView, views: Views) -> Iterator[str]:
    """What is wrong with a declaration, a sentence each."""
    searchable = [f.column for f in view.filters]
    yield from unfit(view, [view.key_column, *view.orders], sorts, "must be plain and never null")
    yield from unfit(view, searchable, filters, "cannot be filtered: it is personal or has parts")
    yield from unfit(view, view.owners.values(), owns, "names no owner: it must be a UUID")
    yield from unfit(view, view.field_scopes, lambda _: True, "is not there")
    for kind in view.owners.keys() - OWNERS:
        yield f"{view.name} is owned by a {kind}, which is no kind of owner."
    for name, relation in view.relations.items():
        if name in shapes(view.row):
            yield f"{view.name}.{name} is both a column and a relation."
        yield from broken(f"{view.name}.{name}", view, relation, views)
    for name in view.on_day.keys() & (shapes(view.row).keys() | view.relations.keys()):
        yield f"{view.name}.{name} is both told on a day and something else."


def unfit(view: AnyView, names: Any, fits: Callable[[Shape], bool], why: str) -> Iterator[str]:
    for name in names:
        shape = shapes(view.row).get(name)
        if shape is None or not fits(shape):
            yield f"{view.name}.{name} {why}."


def sorts(shape: Shape) -> bool:
    return shape.plain and not shape.nullable


def filters(shape: Shape) -> bool:
    return shape.plain


def owns(shape: Shape) -> bool:
    return shape.plain and shape.type is UUID


def broken(name: str, view: AnyView, relation: Relation, views: Views) -> Iterator[str]:
    other = views.get(relation.view)
    match relation:
        case _ if other is None:
            yield f"{name} leads to {relation.view}, which is no view."
        case One(via=via) if not same(view, via, other, other.key_column):
            yield f"{name}: {view.name}.{via} is no key of {other.name}."
        case Many(via=via) if not same(other, via, view, view.key_column):
            yield f"{name}: {other.name}.{via} is no key of {view.name}."
        case Many(via=via) if via not in {f.column for f in other.filters if f.indexed}:
            yield f"{name} needs a filter: {other.name}.{via}."
        case _:
            pass


def same(one: AnyView, column: str, other: AnyView, key: str) -> bool:
    """Whether the column holds what the key does."""
    shape = shapes(one.row).get(column)
    return shape is not None and shape.plain and shape.type == shapes(other.row)[key].type


VIEWS: Final[Views] = catalogue(
    ALLOCATIONS,
    CLAIMS,
    COMMERCIAL_CLAIMS,
    CONTACTS,
    CREDIT_NOTES,
    CUSTOMERS,
    DEALERS,
    DEALER_CREDITS,
    EQUIPMENT,
    EXCHANGES,
    FIELD_ORDERS,
    FREIGHT_ACCOUNTS,
    INQUIRY_PERIODS,
    ITINERARIES,
    MANUFACTURERS,
    PART_ORDERS,
    PEOPLE,
    POLICIES,
    RECONCILIATION_PERIODS,
    REFUSED_FILES,
    REPAIR_ORDERS,
    ROUTINES,
    STANDARD_ANSWERS,
    STATIONS,
    TRANSFERS,
    UNREPAIRED_LISTS,
    WORK_REQUESTS,
)
