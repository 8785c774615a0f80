"""What the activities of another system's log are in our words: a TOML file says so.

Read the other way round, the same map tells which activity an event of ours stands for: so figures
of a process are in the words of the log, and come from our events.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import Annotated, Any, Final, NamedTuple, Self, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from application.aggregates import EVENT_TYPES, members
from domain.messages import About, Event, Message, Text
from domain.repairs.exchange import exchange
from domain.repairs.field import field_order
from domain.repairs.repair import repair_order

COMPLETE: Final = "complete"  # what an event of a log is that does not say more
KINDS: Final[Mapping[str, Any]] = {
    aggregate.State.kind: aggregate for aggregate in (repair_order, field_order, exchange)
}
"""What a case of a log can become: things whose events evolve takes in any order, with gaps."""

Word = Annotated[str, Field(min_length=1, max_length=500)]


class MapInvalid(Exception):
    """The map cannot be used; the arguments say why, each with its place."""


def known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name} is no time zone, as Asia/Shanghai is") from error
    return name


# ── facts ───────────────────────────────────────────────────────────────────


class OfEvent(Message):
    """What the event of the log says under this key."""

    event: Word


class OfTrace(Message):
    """What the trace says under this key."""

    trace: Word


class OfPerson(Message):
    """Who it was: whom `people` has for what the event says under this key."""

    person: Word


Constant: TypeAlias = bool | int | Text
Read: TypeAlias = OfEvent | OfTrace | OfPerson
Fact: TypeAlias = Read | Constant


# ── the map ─────────────────────────────────────────────────────────────────


class Step(Message):
    """An activity, in one phase of its life, of the log."""

    activity: Word
    lifecycle: Word = COMPLETE
    when: Mapping[Word, Constant] = Field(default_factory=dict)  # what the event must say, too

    @property
    def name(self) -> str:
        more = "".join(f", {key} {as_text(value)}" for key, value in self.when.items())
        return f"{self.activity} ({self.lifecycle}{more})"


def as_text(value: Constant) -> str:
    """As XES writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class MappedStep(Step):
    """Which event of ours it becomes, and what its facts are."""

    becomes: str
    facts: Mapping[str, Fact] = Field(default_factory=dict)

    @cached_property
    def event_type(self) -> type[Event]:
        return EVENT_TYPES[self.becomes]

    @cached_property
    def constants(self) -> Mapping[str, Constant]:
        return {n: fact for n, fact in self.facts.items() if isinstance(fact, bool | int | str)}

    @cached_property
    def read(self) -> Mapping[str, Read]:
        return {n: f for n, f in self.facts.items() if not isinstance(f, bool | int | str)}


class Meaning(NamedTuple):
    """Events of this type with these facts stand for this activity."""

    event_type: str
    facts: Mapping[str, Constant]
    activity: str


class LogMap(Message):
    """Where a log comes from, and what is in it."""

    source: Annotated[str, Field(min_length=1, max_length=200)]
    """Names the log. With the trace's name and the event's number it is how an event that was
    imported is known again: never change it, and never use it for another log."""
    kind: str
    trace: Word = "concept:name"  # under which keys names and times are
    activity: Word = "concept:name"
    lifecycle: Word = "lifecycle:transition"
    timestamp: Word = "time:timestamp"
    zone: Annotated[str, AfterValidator(known_zone)] | None = None  # of times that name none
    events: Annotated[tuple[MappedStep, ...], Field(min_length=1)]
    ignored: tuple[Step, ...] = ()
    counted: Annotated[tuple[Word, ...], Field(min_length=1)] = (COMPLETE,)
    """The phases of an activity that figures are about: one, or an activity counts twice."""
    people: Mapping[Word, UUID] = Field(default_factory=dict)

    @model_validator(mode="after")
    def says_what_can_be(self) -> Self:
        if faults := [*self.unknown_events(), *self.ambiguities()]:
            raise ValueError("; ".join(faults))
        return self

    def unknown_events(self) -> Iterator[str]:
        if self.kind not in KINDS:
            yield f"kind: {self.kind!r} is none of {', '.join(KINDS)}"
            return
        for step in self.events:
            if EVENT_TYPES.get(step.becomes) not in members(KINDS[self.kind].Event):
                yield f"{step.name}: {step.becomes!r} is no event of a {self.kind}"
            else:
                yield from unknown_facts(step)

    def ambiguities(self) -> Iterator[str]:
        """Two activities that could not be told apart any more."""
        for one, other in combinations(self.events, 2):
            apart = any(other.constants.get(n, v) != v for n, v in one.constants.items())
            alike = one.becomes == other.becomes and not apart
            if alike and (one.activity, one.lifecycle) != (other.activity, other.lifecycle):
                yield (
                    f"{one.name} and {other.name} both become {one.becomes}: "
                    "state a fact that tells them apart"
                )

    @cached_property
    def steps(self) -> Mapping[tuple[str, str], tuple[Step, ...]]:
        """By activity and phase, in the order in which they are tried."""
        found: dict[tuple[str, str], tuple[Step, ...]] = {}
        for step in (*self.events, *self.ignored):
            key = step.activity, step.lifecycle
            found[key] = (*found.get(key, ()), step)
        return found

    @cached_property
    def keys_of_events(self) -> frozenset[str]:
        """Under which the map looks in events."""
        own = {self.activity, self.lifecycle, self.timestamp}
        asked = {key for step in (*self.events, *self.ignored) for key in step.when}
        read = {fact.event for fact in self.read if isinstance(fact, OfEvent)}
        people = {fact.person for fact in self.read if isinstance(fact, OfPerson)}
        return frozenset(own | asked | read | people)

    @cached_property
    def keys_of_traces(self) -> frozenset[str]:
        """Under which the map looks in what is said of a trace."""
        read = {fact.trace for fact in self.read if isinstance(fact, OfTrace)}
        return frozenset({self.trace} | read)

    @property
    def read(self) -> Iterator[Read]:
        return (fact for step in self.events for fact in step.read.values())

    def meanings(self) -> list[Meaning]:
        """Which events of ours stand for which activity, in the phases that count."""
        return list(
            {
                (step.becomes, tuple(sorted(step.constants.items()))): Meaning(
                    step.becomes, step.constants, step.activity
                )
                for step in self.events
                if step.lifecycle in self.counted
            }.values()
        )


def unknown_facts(step: MappedStep) -> Iterator[str]:
    fields = step.event_type.model_fields
    for name in step.facts:
        if name not in fields:
            yield f"{step.name}: {step.becomes} has no fact {name!r}, only {', '.join(fields)}"
        elif any(isinstance(each, About) for each in fields[name].metadata):
            yield f"{step.name}: {name!r} is personal data, which is not taken from a log"
        elif name in step.constants and not can_be(fields[name].annotation, step.constants[name]):
            yield f"{step.name}: {step.constants[name]!r} cannot be a {name!r}"


def can_be(kind: Any, value: Constant) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def map_in(text: str) -> LogMap:
    """Raises MapInvalid, naming everything that is wrong."""
    try:
        return LogMap.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MapInvalid(f"It is no TOML: {error}.") from error
    except ValidationError as error:
        raise MapInvalid(*told(error)) from error


def told(error: ValidationError) -> Iterable[str]:
    for each in error.errors():
        place = ".".join(map(str, each["loc"]))
        yield f"{place}: {each['msg']}" if place else each["msg"].removeprefix("Value error, ")
