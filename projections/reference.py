"""What a fold may know besides the row and the event: the policies, as they were known then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from application.aggregates import members
from application.log import EventLog
from application.recorded import BEGINNING, Position, Recorded
from domain import policies
from domain.policies import Policy, PolicyPublished
from domain.policy_content import Organisation

POLICY_EVENTS = members(policies.Event)
POLICY_TYPES = tuple(event.type_name() for event in POLICY_EVENTS)
PAGE = 1_000


@dataclass(frozen=True)
class Reference:
    """The policies, as folded up to a position."""

    policies: Mapping[UUID, Policy] = field(default_factory=dict)

    def published(self, policy_id: str, moment: datetime) -> PolicyPublished | None:
        """The version that was in force at a moment."""
        policy = self.policies.get(policies.stream_of(policy_id).id)
        return policy.at(moment) if policy else None

    def zone(self, moment: datetime) -> str:
        """The organisation's time zone then; UTC before it was ever said."""
        published = self.published("organisation", moment)
        content = published.content if published else None
        return content.zone if isinstance(content, Organisation) else "UTC"

    def after(self, recorded: Recorded[Any]) -> Reference:
        id = recorded.stream_id
        return Reference(
            {**self.policies, id: policies.evolve(self.policies.get(id), recorded.event)}
        )


Along: TypeAlias = Sequence[tuple[Recorded[Any], Reference]]
"""Events, each with what could be known when it was recorded."""


class References:
    """The reference at every position that was reached. Policies change seldom: all are kept."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.reached = BEGINNING
        self.positions: list[Position] = [BEGINNING]
        self.references: list[Reference] = [Reference()]

    def at(self, position: Position) -> Reference:
        """What could be known when the event at this position was recorded, that event included."""
        return self.references[bisect_right(self.positions, position) - 1]

    def along(self, page: Sequence[Recorded[Any]]) -> Along:
        """Each event of a page with its reference."""
        if not page:
            return []
        if page[-1].position > self.reached:
            self.read_up_to(Position(page[0].position - 1))
            self.take(page)
            self.reached = page[-1].position
        if self.positions[-1] <= page[0].position:  # nearly always nothing is published meanwhile
            return [(recorded, self.references[-1]) for recorded in page]
        return [(recorded, self.at(recorded.position)) for recorded in page]

    def read_up_to(self, position: Position) -> None:
        """Learn what was published before."""
        while self.reached < position:
            found = self.log.select(
                types=POLICY_TYPES, after=self.reached, upto=position, limit=PAGE
            )
            self.take(found)
            self.reached = found[-1].position if len(found) == PAGE else position

    def take(self, records: Iterable[Recorded[Any]]) -> None:
        for recorded in records:
            if recorded.position > self.reached and isinstance(recorded.event, POLICY_EVENTS):
                self.positions.append(recorded.position)
                self.references.append(self.references[-1].after(recorded))
