"""Named statements: figures over views, as SQL that stands in a file beside its row.

A file names views and arguments in braces. A view stands for its rows as of one position and
within the reader's reach, so that all figures of one answer are of one moment; an argument for
its value, or null if it was not given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any, Generic, LiteralString, TypeAlias, TypeVar

from pydantic import BaseModel

F = TypeVar("F", bound=BaseModel)
Given: TypeAlias = Mapping[str, Any]
"""The arguments that were given, by name."""

Behind: TypeAlias = Mapping[str, Callable[[Given], Any]]
"""Arguments of a list, each as it follows from those of the statement."""

Path: TypeAlias = tuple[str, ...]
"""The fields that lead from a row to a part of it."""


def anything(given: Given) -> None:
    """Every combination of arguments makes sense."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NamedStatement(Generic[F]):
    """`row` has a field for every column, in their order; those with parts are JSON.

    The parts of a type in `lists` have a page of that view behind them: which, says `behind` for
    each place where such a part is. `check` raises a Refusal for arguments that make no sense.
    """

    name: str  # of the file in projections/figures, and of what is asked
    row: type[F]
    views: tuple[str, ...]
    scope: str
    arguments: Mapping[str, Any]  # their types; those that may be None may be left out
    single: bool = False  # always one row, rather than a list
    lists: Mapping[type[BaseModel], str] = field(default_factory=dict)
    behind: Mapping[Path, Behind] = field(default_factory=dict)
    check: Callable[[Given], None] = anything

    @cached_property
    def text(self) -> LiteralString:
        """The file is part of the program, as trustworthy as the program itself."""
        path = files("projections.figures").joinpath(f"{self.name}.sql")
        return path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Part:
    """What a named statement found, or a part of it, and what it was asked."""

    named: NamedStatement[Any]
    given: Given
    value: BaseModel
    path: Path = ()

    def field(self, name: str) -> Any:
        """A field of it; one with parts of its own remembers where it is."""
        value = getattr(self.value, name)
        if isinstance(value, BaseModel):
            return Part(self.named, self.given, value, (*self.path, name))
        return value

    @property
    def behind(self) -> dict[str, Any]:
        """The arguments of the list that is behind it."""
        arguments = self.named.behind[self.path]
        return {name: value(self.given) for name, value in arguments.items()}
