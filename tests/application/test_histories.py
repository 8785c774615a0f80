"""What was so in fact, as far as it was known: `effectiveAt T, asOf P` (AUD-2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from application.histories import effective_fold, in_effect, timeline
from application.recorded import Channel, Envelope, Position, Recorded
from domain.corrections import TimeCorrected
from domain.messages import Event
from domain.uniqueness import NameTaken
from tests.application.told import MIA, stream
from tests.clock import NOON


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


def told(position: int, event: Event, effective: int) -> Recorded:
    """An event recorded on the day of its position, and effective on another."""
    envelope = Envelope(
        stream=stream(1),
        version=position,
        event_id=UUID(int=position),
        recorded_at=day(position),
        effective_at=day(effective),
        actor=MIA.id,
        on_behalf_of=None,
        roles=MIA.roles,
        channel=Channel.CLI,
        command_id=UUID(int=position),
        correlation_id=UUID(int=position),
        causation_id=None,
        position=Position(position),
    )
    return Recorded(envelope, event)


def bears(number: int) -> Event:
    return NameTaken(of="x", bearer=UUID(int=number))


def corrected(event: int, to: int) -> Event:
    return TimeCorrected(event_id=UUID(int=event), effective_at=day(to), reason="misread")


RECORDS = [
    told(1, bears(1), effective=1),
    told(2, bears(2), effective=2),
    told(3, bears(3), effective=0),  # told late
    told(4, corrected(2, to=-1), effective=4),
    told(5, corrected(2, to=1), effective=5),  # the second correction counts
]


def last(_: int | None, event: NameTaken) -> int:
    return event.bearer.int


@pytest.mark.parametrize(
    ("at", "upto", "order"),
    [
        (None, 2, [1, 2]),
        (None, 3, [3, 1, 2]),
        (None, 4, [2, 3, 1]),
        (None, 5, [3, 1, 2]),
        (None, None, [3, 1, 2]),
        (day(0), None, [3]),
        (day(0), 2, []),
        (day(0), 4, [2, 3]),
        (day(1), 3, [3, 1]),
        (day(1), 5, [3, 1, 2]),
        (day(-2), None, []),
    ],
)
def test_events_count_in_the_order_in_which_they_took_effect(
    at: datetime | None, upto: int | None, order: list[int]
) -> None:
    position = None if upto is None else Position(upto)
    events = [record.event for record in in_effect(RECORDS, at, position)]
    assert events == [bears(number) for number in order]
    state = effective_fold(RECORDS, last, at, position)
    assert state == (order[-1] if order else None)


def test_an_event_is_shown_with_its_right_time() -> None:
    shown = {record.position: record.effective_at for record in in_effect(RECORDS)}
    assert shown == {3: day(0), 1: day(1), 2: day(1)}


def test_the_order_in_which_a_history_is_given_does_not_matter() -> None:
    assert in_effect(RECORDS[::-1]) == in_effect(RECORDS)


def test_a_timeline_knows_each_event_s_time_and_which_are_corrections() -> None:
    known = timeline(RECORDS)
    assert known is not None
    times = {id.int: happening.effective_at for id, happening in known.happenings.items()}
    assert times == {1: day(1), 2: day(1), 3: day(0), 4: day(4), 5: day(5)}
    assert [id.int for id, each in known.happenings.items() if each.is_correction] == [4, 5]
    assert timeline([]) is None
