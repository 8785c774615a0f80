"""Reconciliation in GraphQL: every figure with the list behind it, all as of one position."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from strawberry.types.field import StrawberryField

from api.connections import Connection
from api.events import root_of
from api.fields import Given, Info, field
from api.stretches import PAGING
from api.types import Types
from api.views import WHEN, at, connection
from application.recorded import Position
from domain.messages import Refusal, RefusalCode
from projections.catalogue import AnyView, Views
from projections.reconciliation import (
    AGES,
    CLAIMS,
    NOTES,
    Figure,
    Reconciliation,
    Wanted,
    reconcile,
)

ARGUMENTS: Final[Mapping[str, Any]] = {
    "manufacturer_id": UUID,
    "currency": str,
    "since": date,
    "before": date,
    "aged_on": date | None,
    **WHEN,
}
MEANING: Final = """What became of what was submitted to a manufacturer from a day until before
another, what its notes of these days credit, and how old open items are on a day, by default the
last of them: figures that add up, each with the list behind it, all as of one position."""


class PeriodEmpty(Refusal):
    """A period ends after it begins."""

    code = RefusalCode.INVALID
    rule = "CRN-7"


def reconciliation_root(types: Types, views: Views) -> StrawberryField:
    claims = figure_type(types, "ClaimsFigure", "claims", views["claims"])
    notes = figure_type(types, "NotesFigure", "credit_notes", views["credit_notes"])
    side_of = {"claims": (CLAIMS, claims), "notes": (NOTES, notes), "aged": (AGES, claims)}
    sides = [
        field(side, types.make(f"Reconciled{side.title()}", figures(side, names, kind)))
        for side, (names, kind) in side_of.items()
    ]
    whole = types.make("Reconciliation", [field("position", Position), *sides], MEANING)
    return field("reconciliation", whole, MEANING, ARGUMENTS, reconciled)


def figure_type(types: Types, name: str, rows: str, view: AnyView) -> Any:
    """An amount, its count, and the page of rows behind it."""
    arguments = {"order_by": types.later(f"{view.row.__name__}Order") | None, **PAGING}

    async def behind(figure: Figure, info: Info, given: Given) -> Connection:
        as_of = info.context.as_of[root_of(info)]
        return await connection(info, view, {**figure.behind, **given}, as_of)

    page = types.later(f"{view.row.__name__}Connection")
    listed = field(rows, page, "Exactly those behind it.", arguments, behind)
    return types.make(name, [field("amount", Decimal), field("count", int), listed])


def figures(side: str, names: Any, kind: Any) -> list[StrawberryField]:
    return [field(name, kind, resolve=of(side, name)) for name in names]


def of(side: str, name: str) -> Any:
    async def resolve(root: Mapping[str, Figure], info: Info, given: Given) -> Figure:
        return root[name]

    return resolve


async def reconciled(_: Any, info: Info, given: Given) -> Reconciliation:
    if given["before"] <= given["since"]:
        raise PeriodEmpty
    context = info.context
    position = await at(info, given) or await context.reader.position()
    context.as_of[root_of(info)] = position
    wanted = Wanted(
        given["manufacturer_id"],
        given["currency"],
        given["since"],
        given["before"],
        given.get("aged_on", given["before"] - timedelta(days=1)),
    )
    return await reconcile(context.reader, wanted, position, context.principal.reach)
