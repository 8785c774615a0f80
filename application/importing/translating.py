"""From traces of a log to events of ours, as the map says. Nothing is decided here (AUD-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Final, NamedTuple, TypeAlias, assert_never
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from application.encoding import encoded
from application.importing.log_map import (
    COMPLETE,
    LogMap,
    MappedStep,
    OfEvent,
    OfPerson,
    OfTrace,
    Read,
    Step,
    as_text,
    told,
)
from application.importing.report import Kind, Place, Report, counted
from application.importing.xes import Attributes, Trace
from domain.approvals import Names

IMPORTED: Final = UUID("4f1d0c52-8a7e-5b1c-9a0e-6d3b7c2f5e90")
"""The namespace of the ids of what is imported: never change it."""
LONGEST: Final = 2_000  # characters of a value, as in everything that people type
ALIKE: Final = 4_096  # payloads kept in memory, since most events of a log say the same

Said: TypeAlias = tuple[str | Names | None, ...]
"""What the log says to each of the facts that a step reads from it."""


class Translated(NamedTuple):
    """An event of a trace, in our words."""

    number: int  # in its trace, from 1
    event_type: str
    schema_version: int
    payload: bytes
    effective_at: datetime


class Case(NamedTuple):
    """A trace, or a part of it, in our words."""

    stream_id: UUID
    name: str
    events: list[Translated]


class NotSayable(Exception):
    """Why an event of the log cannot be one of ours."""


class Ready:
    """A step of the map, made ready for many events. Most of them say the same."""

    def __init__(self, step: Step) -> None:
        self.when = [(key, as_text(value)) for key, value in step.when.items()]
        self.mapped = step if isinstance(step, MappedStep) else None
        if self.mapped:
            self.becomes = self.mapped.becomes
            self.version = self.mapped.event_type.schema_version
            self.reads = list(self.mapped.read.values())
            self.payload = lru_cache(ALIKE)(partial(payload, self.mapped))

    def applies(self, said: Attributes) -> bool:
        return all(said.get(key) == value for key, value in self.when)


def payload(step: MappedStep, said: Said) -> bytes:
    """The facts, as they are stored; what the log does not say stays unknown. Raises NotSayable."""
    read = {n: value for n, value in zip(step.read, said, strict=True) if value is not None}
    try:
        return encoded(step.event_type.model_validate({**step.constants, **read}))
    except ValidationError as error:
        raise NotSayable(f"{step.becomes}: {'; '.join(told(error))}.") from error


class Translator:
    """Reads a log with its map, and keeps account of what it could not say in our words.

    A thing has the id that follows from the names of log and trace, so that the same log read
    again is known for what it is.
    """

    def __init__(self, log_map: LogMap, now: datetime) -> None:
        self.map = log_map
        self.report = Report(log_map.source)
        self.now = now
        self.zone = ZoneInfo(log_map.zone) if log_map.zone else None
        self.source = uuid5(IMPORTED, log_map.source)
        self.steps = {key: list(map(Ready, steps)) for key, steps in log_map.steps.items()}
        self.people = {name: Names(person=id) for name, id in log_map.people.items()}
        self.seen: set[UUID] = set()
        self.shapes = Counter[tuple[str, ...]]()
        self.shapes_of_traces = Counter[tuple[str, ...]]()

    def case(self, trace: Trace) -> Case | None:
        """The trace in our words; None if it could not be known again."""
        self.report.traces += 1
        self.report.events += len(trace.events)
        self.shapes_of_traces[tuple(trace.attributes)] += 1
        name = trace.attributes.get(self.map.trace, "")
        stream_id = uuid5(self.source, name)
        if fault := self.unknowable(name, stream_id):
            why = Kind(None, None, fault)
            self.report.left_out(why, Place(name[:LONGEST], 1), len(trace.events))
            return None
        self.seen.add(stream_id)
        return Case(stream_id, name, list(self.translated(name, trace)))

    def unknowable(self, name: str, stream_id: UUID) -> str | None:
        if not name:
            return f"The trace has no {self.map.trace}."
        if len(name) > LONGEST:
            return f"The trace's {self.map.trace} has more than {LONGEST:,} characters."
        return "An earlier trace has the same name." if stream_id in self.seen else None

    def translated(self, name: str, trace: Trace) -> Iterator[Translated]:
        for number, said in enumerate(trace.events, start=1):
            self.shapes[tuple(said)] += 1
            try:
                ready = self.step(said)
                if ready.mapped is None:
                    self.report.ignored += 1
                else:
                    yield self.event(number, ready, said, trace.attributes)
            except NotSayable as reason:
                phase = said.get(self.map.lifecycle, COMPLETE)
                why = Kind(said.get(self.map.activity), phase, str(reason))
                self.report.left_out(why, Place(name, number))

    def step(self, said: Attributes) -> Ready:
        """What the map has for it. Raises NotSayable."""
        activity = said.get(self.map.activity, "")
        steps = self.steps.get((activity, said.get(self.map.lifecycle, COMPLETE)), ())
        for ready in steps:
            if ready.applies(said):
                return ready
        if steps:
            asked = sorted({key for ready in steps for key, _ in ready.when})
            raise NotSayable(f"The map has nothing for what it says of {', '.join(asked)}.")
        raise NotSayable("The map does not have it.")

    def event(
        self, number: int, ready: Ready, said: Attributes, of_trace: Attributes
    ) -> Translated:
        """Raises NotSayable."""
        at = self.moment(said.get(self.map.timestamp))
        facts = tuple([self.fact(fact, said, of_trace) for fact in ready.reads])
        return Translated(number, ready.becomes, ready.version, ready.payload(facts), at)

    def fact(self, fact: Read, said: Attributes, of_trace: Attributes) -> str | Names | None:
        match fact:
            case OfEvent(event=key):
                value = said.get(key)
            case OfTrace(trace=key):
                value = of_trace.get(key)
            case OfPerson(person=key):
                return self.person(said.get(key))
            case never:
                assert_never(never)
        if value and len(value) > LONGEST:
            raise NotSayable(f"Its {key} has more than {LONGEST:,} characters.")
        return value or None

    def person(self, name: str | None) -> Names | None:
        """Who it is among us, if the map knows."""
        if name is None:
            return None
        found = self.people.get(name)
        if found is None:
            self.report.people[name] += 1
        return found

    def moment(self, text: str | None) -> datetime:
        """Raises NotSayable."""
        try:
            at = datetime.fromisoformat(text or "")
        except ValueError:
            raise NotSayable(f"Its {self.map.timestamp} is no time.") from None
        if at.tzinfo is None:
            if self.zone is None:
                raise NotSayable("Its time names no zone, and the map has no `zone`.")
            at = at.replace(tzinfo=self.zone)
        if at > self.now:
            raise NotSayable("It lies in the future.")
        return at.astimezone(UTC)

    def finished(self) -> Report:
        """The account, once the whole log was read."""
        self.report.not_kept = counted(self.shapes, self.map.keys_of_events)
        self.report.not_kept_of_traces = counted(self.shapes_of_traces, self.map.keys_of_traces)
        return self.report
