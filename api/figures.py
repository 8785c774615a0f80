"""Named statements at the root: figures as of one position, within the reader's reach."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from strawberry.types.field import StrawberryField

from api.connections import Connection
from api.events import root_of
from api.fields import Given, Info, field, list_of
from api.stretches import PAGING
from api.types import Later, Types, documented
from api.views import WHEN, at, connection
from application.recorded import Position
from projections.catalogue import AnyView, Views
from projections.statements import NamedStatement, Part


def figures_of(types: Types, views: Views, named: NamedStatement[Any]) -> StrawberryField:
    async def resolve(_: Any, info: Info, given: Given) -> Part | list[Part]:
        found = await parts(info, named, given)
        return found[0] if named.single else found

    for part, view in named.lists.items():
        with_list(types, part, views[view])
    arguments = {name: types.input(kind) for name, kind in named.arguments.items()} | WHEN
    row = whole(types, named.row) if named.single else types.model(named.row)
    returns = row if named.single else list_of(row)
    return field(named.name, returns, documented(named.row), arguments, resolve)


def whole(types: Types, row: type[BaseModel]) -> Later:
    """An answer that is one row says as of which position it is."""

    async def position(_: Any, info: Info, given: Given) -> Position | None:
        return info.context.as_of[root_of(info)]

    fields = [field("position", Position, resolve=position), *types.facts(row)]
    return types.make(row.__name__, fields, documented(row), meaning=row)


def with_list(types: Types, part: type[BaseModel], view: AnyView) -> None:
    """A part of an answer, and the page of rows behind it."""
    arguments = {"order_by": types.later(f"{view.row.__name__}Order") | None, **PAGING}

    async def behind(figure: Part, info: Info, given: Given) -> Connection:
        as_of = info.context.as_of[root_of(info)]
        return await connection(info, view, {**figure.behind, **given}, as_of)

    page = types.later(f"{view.row.__name__}Connection")
    listed = field(view.name, page, "Exactly those behind it.", arguments, behind)
    types.make(part.__name__, [*types.facts(part), listed], documented(part), meaning=part)


async def parts(info: Info, named: NamedStatement[Any], given: Given) -> list[Part]:
    """What the statement finds, all of it and all lists behind it as of one position."""
    reader, reach = info.context.reader, info.context.principal.reach
    as_of = await at(info, given)
    if as_of is None:
        as_of = info.context.as_of[root_of(info)] = await reader.position()
    rows = await reader.figures(named, given, as_of=as_of, reach=reach)
    return [Part(named, given, row) for row in rows]
