"""What became of a log that was imported, and what of it could not be said in our words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """Where in a log: the name of the trace, if it has one, and the number of the event in it."""

    trace: str | None
    event: int


class Kind(NamedTuple):
    """Events alike in why they were left out."""

    activity: str | None
    lifecycle: str | None
    why: str


@dataclass
class Tally:
    """How many there were, and where the first of them is."""

    first: Place
    count: int = 0


@dataclass
class Report:
    """`recorded` + `known` + `ignored` + those that are `unmapped` = `events`."""

    source: str
    traces: int = 0
    events: int = 0
    recorded: int = 0
    known: int = 0  # imported before
    ignored: int = 0  # as the map says
    unmapped: dict[Kind, Tally] = field(default_factory=dict)
    changed: dict[str, Tally] = field(default_factory=dict)  # known, but not as they were, by type
    people: Counter[str] = field(default_factory=Counter)  # whom the map does not know
    not_kept: Counter[str] = field(default_factory=Counter)  # of events, by key
    not_kept_of_traces: Counter[str] = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        """Whether all of the log is in our history now, as it stands there."""
        return not (self.unmapped or self.changed)

    def left_out(self, kind: Kind, place: Place, count: int = 1) -> None:
        self.unmapped.setdefault(kind, Tally(place)).count += count

    def differs(self, event_type: str, place: Place) -> None:
        self.changed.setdefault(event_type, Tally(place)).count += 1


def counted(shapes: Mapping[tuple[str, ...], int], read: frozenset[str]) -> Counter[str]:
    """How often there were which keys that nobody looked at."""
    found = Counter[str]()
    for shape, times in shapes.items():
        found.update({key: times for key in shape if key not in read})
    return found
