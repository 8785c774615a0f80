"""Named statements at the root: figures as of one position, within the reader's reach."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from strawberry.types.field import StrawberryField

from api.fields import Given, Info, field, list_of, nullable
from api.types import Types, documented
from api.views import WHEN, at
from projections.statements import NamedStatement, figures


def figures_of(types: Types, named: NamedStatement[Any]) -> StrawberryField:
    async def resolve(_: Any, info: Info, given: Given) -> list[BaseModel]:
        as_of, reach = await at(info, given), info.context.principal.reach
        return await figures(info.context.reader, named, given, as_of=as_of, reach=reach)

    arguments = {name: nullable(types.leaf(kind)) for name, kind in named.arguments.items()}
    returns = list_of(types.model(named.row))
    return field(named.name, returns, documented(named.row), arguments | WHEN, resolve)
