"""Relay's shape for lists, as the executor fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import strawberry


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Edge:
    cursor: str
    node: Any


@dataclass(frozen=True)
class EventPage:
    """A page, and what is to be known about its ends."""

    edges: Sequence[Edge]
    page_info: PageInfo

    @classmethod
    def of(cls, edges: Sequence[Edge], size: int, backwards: bool, *, came: bool) -> Self:
        """`edges` come in reading direction, and one more than asked if there are more.

        `came` says whether the reader came from a cursor.
        """
        more, shown = len(edges) > size, list(edges[:size])
        if backwards:
            shown.reverse()
        info = PageInfo(
            has_next_page=came if backwards else more,
            has_previous_page=more if backwards else came,
            start_cursor=shown[0].cursor if shown else None,
            end_cursor=shown[-1].cursor if shown else None,
        )
        return cls(shown, info)


@dataclass(frozen=True)
class Connection(EventPage):
    """A page that can be counted. `count` is asked only if the client wants to know."""

    count: Callable[[], Awaitable[int]] | None = None

    @property
    def total_count(self) -> Awaitable[int]:
        assert self.count, "a page of rows can be counted"
        return self.count()
