"""Named statements: figures over views, as SQL that stands in a file beside its row.

A file names views and arguments in braces. A view stands for its rows as of one position and
within the reader's reach, so that all figures of one answer are of one moment; an argument for
its value, or null if it was not given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any, Final, Generic, LiteralString, TypeVar
from uuid import UUID

from psycopg.sql import SQL, Composable
from pydantic import BaseModel

from application.recorded import Position
from projections.access import EVERYTHING, REACH, Reach
from projections.reading import Reader
from projections.selection import constant
from projections.statement import Statement
from projections.tables import tables_of

F = TypeVar("F", bound=BaseModel)
SQL_TYPES: Final[Mapping[type, SQL]] = {date: SQL("date"), UUID: SQL("uuid"), str: SQL("text")}


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


async def found(
    reader: Reader,
    text: LiteralString,
    views: Iterable[str],
    arguments: Mapping[str, tuple[Any, Composable]],
    *,
    as_of: Position | None,
    reach: Reach,
) -> list[tuple[Any, ...]]:
    """What the text finds. `arguments` are values with their types in SQL."""
    statement = Statement(reader.views, restricted=reach.restricted)
    statement.look(None if as_of is None else constant(as_of))
    sources = {name: statement.source(tables_of(reader.views[name])) for name in views}
    bound = {name: statement.bind(constant(v), sql) for name, (v, sql) in arguments.items()}
    query = SQL(text).format(**sources, **bound)
    params = {name: value({REACH: reach}) for name, value in statement.parameters.items()}
    return await reader.rows(query.as_bytes(), params)


async def figures(
    reader: Reader,
    named: NamedStatement[F],
    given: Mapping[str, Any],
    *,
    as_of: Position | None = None,
    reach: Reach = EVERYTHING,
) -> list[F]:
    """What the statement finds, now or as of a position, within the reader's reach."""
    arguments = {name: (given.get(name), SQL_TYPES[kind]) for name, kind in named.arguments.items()}
    rows = await found(reader, named.text, named.views, arguments, as_of=as_of, reach=reach)
    names = list(named.row.model_fields)
    return [named.row.model_validate(dict(zip(names, row, strict=True))) for row in rows]
