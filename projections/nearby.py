"""Lists as of before, found sooner where it is remembered how far to look.

The statement for such a list finds an edge, looks for the page no further than that, and holds
ready what is beyond, for pages that are not full by then. For a list that is asked for again, the
edge is remembered for a while, and told to a shorter statement: one that knows nothing of what is
beyond, and gives nothing unless the page is full. An edge that is out of date makes an answer
slower, and never another.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from projections import json_statement
from projections.catalogue import Views
from projections.reading import Reader
from projections.selection import Connection, Figures, Root
from projections.statement import Ready, Statement

SECONDS: Final = 10.0  # for which an edge is remembered
LISTS: Final = 100  # of one document, whose edges are remembered

Places: TypeAlias = Mapping[str, tuple[Any, ...]]


class Known(NamedTuple):
    """What is known of the lists of a question until then: if anybody has looked, where their edges
    are, unless the whole statement does as well."""

    until: float
    looked: bool = False
    places: Places | None = None


class Nearby:
    """The shorter statement for the lists of a document, and the edges it is told."""

    def __init__(self, statement: Ready, edges: Mapping[str, Ready]) -> None:
        self.statement = statement
        self.edges = edges
        self.known: dict[Hashable, Known] = {}

    async def answer(self, reader: Reader, values: Mapping[str, Any], now: float) -> str | None:
        """None if the whole statement must be asked. `now` counts seconds from anywhere."""
        lists = self.lists(values)
        places = await self.places(reader, lists, values, now)
        if places is None:
            return None
        [[text]] = await reader.rows(*self.statement.asked({**values, **places}))
        if text is None:
            self.remember(lists, Known(now + SECONDS, looked=True))
            return None
        return str(text)

    async def places(
        self, reader: Reader, lists: Hashable, values: Mapping[str, Any], now: float
    ) -> Places | None:
        """Where the edges are. Nobody looks for them for a question that may be the only one."""
        known = self.known.get(lists)
        if known is None or known.until < now:
            known = self.remember(lists, Known(now + SECONDS))
        elif not known.looked:
            places = await self.look(reader, values)
            known = self.remember(lists, Known(now + SECONDS, looked=True, places=places))
        return known.places

    async def look(self, reader: Reader, values: Mapping[str, Any]) -> Places | None:
        """None if one of the lists ends before it comes to its edge."""
        places = {}
        for name, edge in self.edges.items():
            found = await reader.rows(*edge.asked(values))
            if not found:
                return None
            [places[name]] = found
        return places

    def lists(self, values: Mapping[str, Any]) -> Hashable:
        """What tells them from those of another question of the same document: all that an edge
        depends on."""
        parameters = (value for edge in self.edges.values() for value in edge.asked(values)[1])
        return tuple(tuple(v) if isinstance(v, list) else v for v in parameters)

    def remember(self, lists: Hashable, known: Known) -> Known:
        if len(self.known) >= LISTS:
            self.known.clear()
        self.known[lists] = known
        return known


def nearby(views: Views, roots: Mapping[str, Root], *, restricted: bool) -> Nearby | None:
    """None if there is no list as of before, or one behind figures: in what is written of those, a
    page that is not full would go unnoticed."""
    looking_back = [root for root in roots.values() if getattr(root, "as_of", None)]
    is_list = any(isinstance(root, Connection) for root in looking_back)
    if not is_list or any(isinstance(root, Figures) for root in looking_back):
        return None
    statement = Statement(views, restricted=restricted, near=True)
    ready = json_statement.write(statement, roots)
    edges = {name: statement.ready(edge) for name, edge in statement.edges.items()}
    return Nearby(ready, edges) if edges else None
