"""Named statements: figures over views, as SQL that stands in a file beside its row.

A file names views in braces. Each is replaced by the view's rows as of one position and within
the reader's reach, so that all figures of one answer are of one moment. `%(name)s` is an argument;
one that was not given is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Generic, LiteralString, TypeVar

from psycopg.sql import SQL
from pydantic import BaseModel

from application.recorded import Position
from projections.access import EVERYTHING, REACH, Reach
from projections.reading import Reader
from projections.selection import constant, storable
from projections.statement import Statement
from projections.tables import tables_of

F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True, eq=False, kw_only=True)
class NamedStatement(Generic[F]):
    """`row` has a field for every column, in their order; `arguments` are optional."""

    name: str  # of the file in projections/figures, and of what is asked
    row: type[F]
    views: tuple[str, ...]
    scope: str
    arguments: Mapping[str, type]

    @cached_property
    def text(self) -> LiteralString:
        """The file is part of the program, as trustworthy as the program itself."""
        path = files("projections.figures").joinpath(f"{self.name}.sql")
        return path.read_text(encoding="utf-8")


async def figures(
    reader: Reader,
    named: NamedStatement[F],
    given: Mapping[str, Any],
    *,
    as_of: Position | None = None,
    reach: Reach = EVERYTHING,
) -> list[F]:
    """What the statement finds, now or as of a position, within the reader's reach."""
    statement = Statement(reader.views, restricted=reach.restricted)
    statement.look(None if as_of is None else constant(as_of))
    sources = {name: statement.source(tables_of(reader.views[name])) for name in named.views}
    query = SQL(named.text).format(**sources).as_bytes()
    bound = {name: value({REACH: reach}) for name, value in statement.parameters.items()}
    asked = {name: storable(given.get(name)) for name in named.arguments}
    names = list(named.row.model_fields)
    rows = await reader.rows(query, {**bound, **asked})
    return [named.row.model_validate(dict(zip(names, row, strict=True))) for row in rows]
