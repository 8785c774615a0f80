"""given(facts).when(command).then(facts): the test language of the domain.

Histories are streams of events. A command is decided by the real `decide`, which finds whatever
other streams it looks at in the given histories; the policies that ship with the program are in
force unless a test gives its own. `Story` is the same, told by commands: each is decided on what
came of those before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, reduce
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID, uuid5

import pytest

from application import shipped
from application.aggregates import AGGREGATE_OF, EVOLVE
from application.recorded import Channel, Envelope, Position, Recorded
from domain import policies
from domain.corrections import AboutTimes, CorrectTime, Happening, TimeCorrected, Timeline
from domain.corrections import evolve as corrected
from domain.messages import (
    Actor,
    Command,
    Event,
    NotLoaded,
    On,
    Refusal,
    Role,
    Stream,
    World,
)
from domain.registry.authority import authorised
from tests.clock import NOON
from tests.rules import noted

Histories = Mapping[Stream, tuple[Event, ...]]
NOWHERE: Final[Histories] = MappingProxyType({})
SYSTEM_ID = UUID(int=0)

PRODUCED: set[str] = set()
"""Names of the events and refusals that assertions of the running test found to come about."""


# ── who asks ────────────────────────────────────────────────────────────────


def person_id(number: int) -> UUID:
    return UUID(int=0xAC00 + number)


MIA = Actor(person_id(1), frozenset({Role.CLAIMS_SPECIALIST}))
MAX = Actor(person_id(2), frozenset({Role.CLAIMS_MANAGER}))
DORA = Actor(person_id(3), frozenset({Role.SERVICE_DIRECTOR}))
FINN = Actor(person_id(4), frozenset({Role.FINANCE}))
GINA = Actor(person_id(5), frozenset({Role.GENERAL_MANAGER}))
ENZO = Actor(person_id(6), frozenset({Role.ENGINEER}))
STAN = Actor(person_id(7), frozenset({Role.STATION_MANAGER}))
SUSI = Actor(person_id(8), frozenset({Role.SERVICE_AGENT}))
ADAM = Actor(person_id(9), frozenset({Role.ADMIN}))
AUDREY = Actor(person_id(10), frozenset({Role.AUDITOR}))
SAM = Actor(person_id(11), frozenset({Role.SERVICE_SUPERVISOR}))
DIVA = Actor(person_id(12), frozenset({Role.DIVISION_MANAGER}))
SAUL = Actor(person_id(13), frozenset({Role.SALES_DIRECTOR}))
SVEN = Actor(person_id(14), frozenset({Role.SERVICE_SUPERVISOR}))
PIA = Actor(person_id(15), frozenset({Role.PARTS_ADMIN}))
HELEN = Actor(person_id(16), frozenset({Role.HOTLINE_AGENT}))
LENA = Actor(person_id(18), frozenset({Role.ENGINEER}))
CHAN = Actor(person_id(17), frozenset({Role.CHANNEL_DEPT}))
STRANGER = Actor(person_id(99), frozenset())
SYSTEM = Actor(SYSTEM_ID, frozenset({Role.SYSTEM}))


def standing_in(delegate: Actor, principal: Actor) -> Actor:
    """The delegate, acting in the place of the principal (SEG-6)."""
    return Actor(delegate.id, delegate.roles, delegate.station, principal.id)


# ── deciding on given histories ─────────────────────────────────────────────


@cache
def shipped_policies() -> Histories:
    """The streams of the policies that ship with the program."""
    adopted = shipped.adoptions()
    world = World(NOON, SYSTEM, NOON)
    return {a.stream: tuple(policies.decide(None, a, world)) for a in adopted}


def event_id(stream: Stream, version: int) -> UUID:
    """The id that the event with this version has in scenarios."""
    return uuid5(stream.id, str(version))


def state_of(stream: Stream, events: Iterable[Event]) -> Any:
    facts = (event for event in events if not isinstance(event, TimeCorrected))
    return reduce(EVOLVE[stream.kind], facts, None)


def folded(histories: Histories, streams: Iterable[Stream]) -> dict[Stream, Any]:
    return {stream: state_of(stream, histories.get(stream, ())) for stream in streams}


def timeline(stream: Stream, events: Sequence[Event]) -> Timeline | None:
    """When the events of a history took effect: in scenarios all at NOON."""
    happenings = {
        event_id(stream, version): Happening(
            NOON, NOON, isinstance(event, TimeCorrected), event.type_name()
        )
        for version, event in enumerate(events, start=1)
    }
    corrections = (event for event in events if isinstance(event, TimeCorrected))
    return reduce(corrected, corrections, Timeline(happenings)) if happenings else None


@noted
def decided(
    histories: Histories,
    command: Command,
    actor: Actor,
    now: datetime,
    effective_at: datetime | None = None,
) -> list[On]:
    """What comes of a command, that took effect earlier if so said. Raises the Refusal."""
    known: dict[Stream, Any] = {}
    asked = {command.stream}
    while True:
        known |= folded(histories, asked)
        asked_of = known | times_of(histories, command)
        world = World(now, actor, effective_at or now, asked_of)
        try:
            authorised(world, command.roles)
            state = own(histories, known, command)
            outcome = AGGREGATE_OF[type(command)].decide(state, command, world)
            assert known == folded(histories, known), "deciding changes nothing"
            return [e if isinstance(e, On) else On(command.stream, e) for e in outcome]
        except NotLoaded as missing:
            asked = set(missing.streams)
        except Refusal:
            assert known == folded(histories, known), "refusing changes nothing"
            raise


def times_of(histories: Histories, command: Command) -> dict[Stream, Any]:
    if not isinstance(command, AboutTimes):
        return {}
    stream = command.stream
    return {Stream(Timeline.kind, stream.id): timeline(stream, histories.get(stream, ()))}


def own(histories: Histories, known: Mapping[Stream, Any], command: Command) -> Any:
    if isinstance(command, CorrectTime):
        return timeline(command.stream, histories.get(command.stream, ()))
    return known[command.stream]


def appended(histories: Histories, events: Iterable[On]) -> Histories:
    """The histories with what happened next. That it can be evolved is part of the test."""
    after = dict(histories)
    for on in events:
        after[on.stream] = (*after.get(on.stream, ()), on.event)
        state_of(on.stream, after[on.stream])
    return after


# ── given, when, then ───────────────────────────────────────────────────────


def on(stream: Stream, *events: Event) -> list[On]:
    """Facts about one stream."""
    return [On(stream, event) for event in events]


@dataclass(frozen=True)
class Scenario:
    """Facts, a command, and what must come of it."""

    histories: Histories
    command: Command | None = None
    actor: Actor = MIA
    now: datetime = NOON

    def when(self, command: Command, *, actor: Actor = MIA, now: datetime = NOON) -> Scenario:
        return Scenario(self.histories, command, actor, now)

    def then(self, *expected: Event | On) -> None:
        """Exactly these events, in this order; a bare event is one of the command's own stream."""
        assert self.command is not None, "say when(…) first"
        own_stream = self.command.stream
        wanted = [e if isinstance(e, On) else On(own_stream, e) for e in expected]
        assert self.outcome() == wanted
        note_events(wanted)

    def then_nothing(self) -> None:
        assert self.outcome() == []

    def then_refused(self, refusal: type[Refusal], *reasons: str) -> Refusal:
        """Refused so, each of the given words being in its text, and nothing has changed."""
        before = deepcopy(dict(self.histories))
        with pytest.raises(refusal) as caught:
            self.outcome()
        assert type(caught.value) is refusal
        assert self.histories == before, "a refusal changes nothing"
        text = " ".join((str(caught.value), *caught.value.reasons))
        assert all(reason in text for reason in reasons), text
        PRODUCED.add(f"{refusal.__module__}.{refusal.__name__}")
        return caught.value

    def outcome(self) -> list[On]:
        assert self.command is not None, "say when(…) first"
        return decided(self.histories, self.command, self.actor, self.now)


def given(*facts: On | Iterable[On] | Histories, policies: bool = True) -> Scenario:
    """Facts: events on streams, or whole histories, on top of the shipped policies."""
    histories = shipped_policies() if policies else NOWHERE
    for fact in facts:
        if isinstance(fact, Mapping):
            histories = {**histories, **fact}
        else:
            histories = appended(histories, [fact] if isinstance(fact, On) else fact)
    return Scenario(histories)


def note_events(events: Iterable[On]) -> None:
    PRODUCED.update(on.event.type_name() for on in events)


# ── stories ─────────────────────────────────────────────────────────────────


def enveloped(stream: Stream, version: int, position: Position) -> Envelope:
    """An envelope as of nobody in particular."""
    at = NOON + timedelta(seconds=position)
    return Envelope(
        stream=stream,
        version=version,
        event_id=event_id(stream, version),
        recorded_at=at,
        effective_at=at,
        actor=MIA.id,
        on_behalf_of=None,
        roles=MIA.roles,
        channel=Channel.CLI,
        command_id=event_id(stream, version),
        correlation_id=stream.id,
        causation_id=None,
        position=position,
    )


@dataclass
class Story:
    """A history told by commands: what was `told`, by whom and when, and all that `happened`."""

    histories: Histories = field(default_factory=shipped_policies)
    happened: list[On] = field(default_factory=list)
    told: list[tuple[Command, Actor, datetime]] = field(default_factory=list)

    def tell(
        self,
        command: Command,
        actor: Actor = MIA,
        now: datetime = NOON,
        effective_at: datetime | None = None,
    ) -> Self:
        """One more command. Raises its Refusal, and then nothing has changed."""
        events = decided(self.histories, command, actor, now, effective_at)
        self.histories = appended(self.histories, events)
        self.happened += events
        self.told.append((command, actor, now))
        note_events(events)
        return self

    def tell_all(self, told: Iterable[tuple[Command, Actor]]) -> Self:
        """Several commands, each by somebody."""
        for command, actor in told:
            self.tell(command, actor)
        return self

    def state(self, kind: type[Any], id: UUID) -> Any:
        """What decisions remember of a thing now."""
        stream = Stream(kind.kind, id)
        return state_of(stream, self.histories.get(stream, ()))

    def recorded(self) -> list[Recorded]:
        """Everything that happened, with envelopes: a second apart, in the order it came about."""
        versions: Counter[Stream] = Counter()
        records = []
        for position, on in enumerate(self.happened, start=1):
            versions[on.stream] += 1
            envelope = enveloped(on.stream, versions[on.stream], Position(position))
            records.append(Recorded(envelope, on.event))
        return records

    def events(self, stream: Stream) -> tuple[Event, ...]:
        return self.histories.get(stream, ())

    def so_far(self) -> Scenario:
        """To ask what would come of one more command."""
        return Scenario(self.histories)
