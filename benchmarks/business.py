"""Logs to measure with: stations, an event for each row of one view; and the whole business, a long
legal history told again and again of other customers, machines, claims and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import count, islice
from random import Random
from uuid import UUID, uuid4, uuid5

from application.encoding import decoded, encoded
from application.instruction import Instruction, Recording
from application.log import EventLog
from application.recorded import Channel, Position
from domain.messages import On, Stream
from domain.registry.station import RegisterStation, Station, StationRegistered, StationRenamed
from tests.projections.random_stories import random_story
from tests.scenario import ADAM

APPEND = 1_000  # events at a time
LENGTH = 120  # commands of a history
ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def stations(first: int = 1) -> Iterator[On]:
    """Each named, and renamed twice."""
    for number in count(first):
        stream = Stream(Station.kind, uuid5(UUID(int=0), str(number)))
        yield On(stream, StationRegistered(name=f"Station {number}"))
        yield On(stream, StationRenamed(name=f"Quay {number}"))
        yield On(stream, StationRenamed(name=f"Harbour {number}"))


def business() -> Iterator[On]:
    """One history after the other."""
    for number in count(1):
        yield from (told_of_others(on, UUID(int=number)) for on in history())


@cache
def history() -> Sequence[On]:
    return random_story(Random(1), LENGTH).happened


def told_of_others(on: On, whom: UUID) -> On:
    """The same event with every id replaced, by the same one each time."""

    @lru_cache
    def other(id: UUID) -> UUID:
        return uuid5(whom, str(id))

    def replaced(found: re.Match[bytes]) -> bytes:
        return str(other(UUID(found[0].decode()))).encode()

    event = on.event
    payload = ID.sub(replaced, encoded(event))
    told = decoded(event.type_name(), event.schema_version, payload)
    return On(Stream(on.stream.kind, other(on.stream.id)), told)


def fill(log: EventLog, told: Iterator[On], events: int) -> None:
    """Append so many events of a story."""
    for start in range(0, events, APPEND):
        append(log, list(islice(told, min(APPEND, events - start))))


def append(log: EventLog, events: Sequence[On]) -> Position:
    """The position of the last."""
    command = RegisterStation(station_id=events[0].stream.id, name="any")
    asked = Instruction(
        command=command, id=uuid4(), actor=ADAM, now=datetime.now(UTC), channel=Channel.IMPORT
    )
    histories = log.histories({on.stream for on in events})
    return log.append(Recording(asked, ADAM.roles, {}), events, histories).position
