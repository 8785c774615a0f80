"""How far everything is, as the database knows it: for health, metrics and the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString, NamedTuple, Self

from application.recorded import Position


def behind(who: LiteralString) -> LiteralString:
    """For how long the oldest event has been waiting that this one has not seen."""
    return f"""
    coalesce((SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float8
              FROM events WHERE position = {who}.position + 1), 0)"""


QUERY: Final[LiteralString] = f"""
WITH last AS (SELECT coalesce(max(position), 0) AS position FROM events),
followed (position) AS (SELECT position FROM checkpoint),
reacted (position) AS (SELECT position FROM reaction_checkpoint),
letters AS (
    SELECT view, count(DISTINCT key) AS rows, count(*) AS letters FROM dead_letters
    GROUP BY view ORDER BY view
)
SELECT last.position,
       followed.position, {behind("followed")},
       reacted.position, {behind("reacted")},
       (SELECT count(*) FROM reaction_refusals),
       array(SELECT view FROM letters), array(SELECT rows FROM letters),
       array(SELECT letters FROM letters),
       array(SELECT name FROM migrations)
FROM last, followed, reacted
"""


class Follows(NamedTuple):
    """Something that follows the log. `seconds` is how long the oldest event has been waiting."""

    position: Position
    lag: int
    seconds: float


class Parked(NamedTuple):
    """What of a view stands still: rows, and the events that wait for them."""

    rows: int
    letters: int


@dataclass(frozen=True)
class Standing:
    last: Position
    views: Follows
    reactions: Follows
    refused: int  # reactions
    parked: Mapping[str, Parked]  # by view, where there are any
    migrations: frozenset[str]

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """From the one row of QUERY."""
        last, followed, waited, reacted, unreacted, refused, views, rows, letters, names = row
        return cls(
            last=Position(last),
            views=Follows(Position(followed), last - followed, max(0.0, waited)),
            reactions=Follows(Position(reacted), last - reacted, max(0.0, unreacted)),
            refused=refused,
            parked={
                view: Parked(*counts) for view, *counts in zip(views, rows, letters, strict=True)
            },
            migrations=frozenset(names),
        )

    @property
    def parked_rows(self) -> int:
        return sum(each.rows for each in self.parked.values())

    @property
    def dead_letters(self) -> int:
        return sum(each.letters for each in self.parked.values())
