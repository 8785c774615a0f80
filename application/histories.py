"""What a history says: as it was recorded, and as it was in fact (AUD-2).

An object `effectiveAt T, asOf P` is the fold of its events that were recorded up to position P and
took effect up to T, in the order in which they took effect. The corrections of times that were
recorded up to P are applied first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

from application.recorded import Position, Recorded
from domain.corrections import Happening, TimeCorrected, Timeline, evolve

S = TypeVar("S")


def in_effect(
    records: Iterable[Recorded], at: datetime | None = None, upto: Position | None = None
) -> list[Recorded]:
    """The events of one history in the order in which they took effect, each with its right time.

    `at`: only what had taken effect by then; `upto`: only what was recorded up to that position.
    The corrections themselves are left out: they are applied.
    """
    known = [record for record in records if upto is None or record.position <= upto]
    right = {
        record.event.event_id: record.event.effective_at
        for record in sorted(known, key=lambda record: record.position)
        if isinstance(record.event, TimeCorrected)
    }
    facts = [
        timed(record, right.get(record.envelope.event_id))
        for record in known
        if not isinstance(record.event, TimeCorrected)
    ]
    facts.sort(key=lambda record: (record.effective_at, record.position))
    return [record for record in facts if at is None or record.effective_at <= at]


def timed(record: Recorded, effective_at: datetime | None) -> Recorded:
    """The record with its right time, if that was corrected."""
    if effective_at is None:
        return record
    return Recorded(replace(record.envelope, effective_at=effective_at), record.event)


def effective_fold(
    records: Iterable[Recorded],
    evolve: Callable[[S | None, Any], S],
    at: datetime | None = None,
    upto: Position | None = None,
) -> S | None:
    """The state of a thing as it was in fact at a time, as far as was known at a position."""
    events = (record.event for record in in_effect(records, at, upto))
    state: S | None = None
    for event in events:
        state = evolve(state, event)
    return state


def timeline(records: Sequence[Recorded]) -> Timeline | None:
    """When each event of a history took effect; None if nothing ever happened there."""
    if not records:
        return None
    happenings = {
        record.envelope.event_id: Happening(
            record.recorded_at,
            record.effective_at,
            isinstance(record.event, TimeCorrected),
            record.event.type_name(),
        )
        for record in records
    }
    corrections = (r.event for r in records if isinstance(r.event, TimeCorrected))
    return reduce(evolve, corrections, Timeline(happenings))
