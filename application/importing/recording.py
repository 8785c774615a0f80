"""Recording imported history: in large transactions, each event once, however often it is read.

An event is known again by its id, which follows from the log's source, its trace and its number in
it. So whatever was broken off, wherever, is simply done again, and a map that was completed adds
what it left out before.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias, assert_never
from uuid import UUID, uuid5

from application.appends import Append, EnvelopedEvent, Outcome
from application.arrays import Wire, uuids
from application.encoding import Circumstances, decoded, metadata
from application.handling import ATTEMPTS
from application.importing.log_map import LogMap
from application.importing.report import Place, Report
from application.importing.translating import IMPORTED, Case, Translated, Translator
from application.importing.xes import Trace
from application.log import EventLog, answering
from application.log_refusals import Conflict, NotYet, TimeRunsBackwards
from application.recorded import Channel
from domain.messages import Actor

TOGETHER: Final = 5_000  # events of a transaction: others who record wait for it
OBJECTS: Final = 200_000  # more than there are of two batches

Batch: TypeAlias = list[Case]


class Stored(NamedTuple):
    """An event as it is kept."""

    event_type: str
    schema_version: int
    payload: bytes
    effective_at: datetime

    def differs(self, event: Translated) -> bool:
        """Whether the log says something else by now, and not only in another form."""
        if (self.event_type, self.effective_at) != (event.event_type, event.effective_at):
            return True
        return self.payload != event.payload and decoded(*self[:3]) != decoded(*event[1:4])


class Kept(NamedTuple):
    """What is in the history of a thing already."""

    version: int  # of its last event
    events: dict[UUID, Stored]


NOTHING: Final = Kept(0, {})


class Fresh(NamedTuple):
    """What of a case is new, after so many events that its thing has."""

    case: Case
    version: int
    events: list[tuple[UUID, Translated]]


@dataclass
class Found:
    """What came of a batch."""

    recorded: int = 0
    known: int = 0
    changed: list[tuple[str, Place]] = field(default_factory=list)


def import_history(
    log: EventLog,
    traces: Iterable[Trace],
    log_map: LogMap,
    actor: Actor,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Report:
    """Record what is not recorded yet of a log, as the map says; what of it is left out, and why.

    While one batch is on its way to the database, the next is read. Raises Unavailable, or what is
    wrong with the traces; what was recorded until then is known when it is done again.
    """
    translator = Translator(log_map, now)
    recorder = Recorder(log, log_map, actor, dry_run=dry_run)
    with (
        circles_seldom_looked_for(),
        ThreadPoolExecutor(max_workers=1, thread_name_prefix="import") as beside,
    ):
        on_its_way: Future[Found] | None = None
        for batch in batches(filter(None, map(translator.case, traces))):
            if on_its_way:
                take(translator.report, on_its_way.result())
            on_its_way = beside.submit(recorder.record, batch)
        if on_its_way:
            take(translator.report, on_its_way.result())
    return translator.finished()


@contextmanager
def circles_seldom_looked_for() -> Iterator[None]:
    """Batches come and go by the ten thousand objects, none of which refer to each other in
    circles: Python looking for these took a fifth of the work."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def take(report: Report, found: Found) -> None:
    report.recorded += found.recorded
    report.known += found.known
    for event_type, place in found.changed:
        report.differs(event_type, place)


def batches(cases: Iterable[Case]) -> Iterator[Batch]:
    """So many events at a time, of one case or many."""
    batch: Batch = []
    size = 0
    for case in cases:
        for start in range(0, len(case.events), TOGETHER):
            part = case._replace(events=case.events[start : start + TOGETHER])
            if size + len(part.events) > TOGETHER:
                yield batch
                batch, size = [], 0
            batch.append(part)
            size += len(part.events)
    if batch:
        yield batch


class Recorder:
    """Puts batches into the log, with nobody deciding on them (AUD-1)."""

    def __init__(self, log: EventLog, log_map: LogMap, actor: Actor, *, dry_run: bool) -> None:
        self.log = log
        self.source = log_map.source
        self.kind = log_map.kind
        self.actor = actor
        self.dry_run = dry_run

    def record(self, batch: Batch) -> Found:
        """Raises Conflict if others record in the same histories all the time, or Unavailable."""
        for _ in range(ATTEMPTS):
            kept = self.kept(batch)
            append, found = self.append(batch, kept)
            if self.dry_run or not append.events or self.recorded(append):
                return found
        raise Conflict

    def recorded(self, append: Append) -> bool:
        """False if others were faster. Raises NotYet, TimeRunsBackwards, Unavailable."""
        with answering():
            outcome = self.log.recorder.append(append).outcome
        match outcome:
            case Outcome.APPENDED:
                return True
            case Outcome.REPEATED | Outcome.CONFLICT:
                return False
            case Outcome.TOO_EARLY:
                raise TimeRunsBackwards
            case Outcome.TOO_LATE:
                raise NotYet
            case never:
                assert_never(never)

    def kept(self, batch: Batch) -> dict[UUID, Kept]:
        """What is there already. Raises Unavailable."""
        found: dict[UUID, Kept] = {}
        with answering():
            rows = self.log.recorder.connections.read(
                """
                SELECT stream_id, version, event_id, event_type, schema_version, payload,
                       effective_at
                FROM events WHERE stream_id = ANY (%b::uuid[]) ORDER BY stream_id, version
                """,
                (Wire(uuids([case.stream_id for case in batch])),),
            )
        for stream_id, version, event_id, *stored in rows:
            events = found[stream_id].events if stream_id in found else {}
            events[event_id] = Stored(*stored)
            found[stream_id] = Kept(version, events)
        return found

    def append(self, batch: Batch, kept: Mapping[UUID, Kept]) -> tuple[Append, Found]:
        """What is to be recorded of a batch, and what of it is known."""
        found = Found()
        cases: list[Fresh] = []
        for case in batch:
            version, known = kept.get(case.stream_id, NOTHING)
            events = []
            for event in case.events:
                event_id = uuid5(case.stream_id, str(event.number))
                if event_id not in known:
                    events.append((event_id, event))
                elif known[event_id].differs(event):
                    found.changed.append((event.event_type, Place(case.name, event.number)))
            cases.append(Fresh(case, version, events))
            found.recorded += len(events)
            found.known += len(case.events) - len(events)
        return self.of_fresh([case for case in cases if case.events]), found

    def of_fresh(self, cases: Sequence[Fresh]) -> Append:
        """One command, which follows from what it records: so it is known if it arrives twice."""
        ids = (event_id.bytes for case in cases for event_id, _ in case.events)
        hashed = hashlib.sha256(b"".join(ids))
        command_id = uuid5(IMPORTED, hashed.hexdigest())
        return Append(
            events=[event for case in cases for event in self.enveloped(case, command_id)],
            command_id=command_id,
            digest=self.log.vault.fingerprint(hashed.digest()),
            told_by=self.actor.id,
            loaded={fresh.case.stream_id: fresh.version for fresh in cases},
            recorded_at=self.log.clock() if self.log.clock else None,
        )

    def enveloped(self, fresh: Fresh, command_id: UUID) -> Iterator[EnvelopedEvent]:
        """Marked as imported, with where they come from as the reason (AUD-1)."""
        stream_id = fresh.case.stream_id
        where = f"{self.source}, trace {fresh.case.name}"
        circumstances = metadata(Circumstances(Channel.IMPORT, self.actor.roles, where, {}))
        for version, (event_id, event) in enumerate(fresh.events, start=fresh.version + 1):
            yield EnvelopedEvent(
                originator_id=stream_id,
                originator_version=version,
                topic=event.event_type,
                state=event.payload,
                stream_kind=self.kind,
                schema_version=event.schema_version,
                event_id=event_id,
                effective_at=event.effective_at,
                actor=self.actor.id,
                on_behalf_of=self.actor.on_behalf_of,
                command_id=command_id,
                correlation_id=stream_id,
                causation_id=None,
                metadata=circumstances,
            )
