"""Imported history comes in any order, with gaps: decisions and views take it as it comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.aggregates import EVOLVE, members
from application.importing.log_map import KINDS
from application.recorded import Channel, Envelope, Position, Recorded
from domain.messages import Event, Stream
from projections.catalogue import VIEWS
from projections.reference import Reference
from tests.application.samples import sample
from tests.clock import NOON

ID = UUID(int=0x10)


def barest(event: Event) -> Event:
    """The same with nothing in it that may be unknown."""
    fields = type(event).model_fields
    return type(event)(**{n: value for n, value in event if fields[n].is_required()})


@cache
def bare_and_whole(kind: str) -> list[Event]:
    """Every event that can happen to a thing of this kind, with all its facts and with few."""
    whole = [sample(event) for event in members(KINDS[kind].Event)]
    return [*whole, *map(barest, whole)]


def imported(kind: str, event: Event, number: int, at: datetime) -> Recorded:
    """As it is recorded by an import."""
    envelope = Envelope(
        stream=Stream(kind, ID),
        version=number,
        event_id=UUID(int=number),
        recorded_at=NOON,
        effective_at=at,
        actor=UUID(int=1),
        on_behalf_of=None,
        roles=frozenset(),
        channel=Channel.IMPORT,
        command_id=UUID(int=2),
        correlation_id=ID,
        causation_id=None,
        position=Position(number),
    )
    return Recorded(envelope, event)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_in_any_order_and_with_any_gaps_there_is_a_state_and_every_view_has_its_row(
    kind: str, data: st.DataObject
) -> None:
    events = data.draw(st.lists(st.sampled_from(bare_and_whole(kind)), min_size=1, max_size=30))
    hours = st.integers(min_value=-100_000, max_value=0)
    state: Any = None
    rows: dict[str, Any] = {}
    for number, event in enumerate(events, start=1):
        at = NOON + timedelta(hours=data.draw(hours))
        recorded = imported(kind, event, number, at)
        state = EVOLVE[kind](state, event)
        for view in VIEWS.values():
            for key in view.touched_by(recorded):
                place = f"{view.name} {key}"
                rows[place] = view.fold(rows.get(place), recorded, Reference())
    assert state.kind == kind
    own = [row for row in rows.values() if getattr(row, "imported", False)]
    assert len(own) == 1
