"""The event log: what is decided goes in, what happened comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString, NamedTuple, Protocol, assert_never, cast
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from psycopg.types.numeric import Int8

from application.appending import Answer, is_appended
from application.appends import (
    Append,
    AppendTooLarge,
    EnvelopedEvent,
    Outcome,
    StoredReceipt,
)
from application.arrays import as_integer, uuids
from application.connections import Prepared
from application.database import Database, DatabaseRole
from application.encoding import (
    COLUMNS,
    RecordedMapper,
    asked,
    decoded,
    enveloped,
    metadata_of,
    read,
)
from application.finishing import Appending, finished
from application.instruction import Instruction, Recording
from application.log_refusals import (
    CommandIdReused,
    Conflict,
    IdOfAnotherKind,
    NotYet,
    TimeRunsBackwards,
    TooMuchAtOnce,
    TooNewToDecide,
    Unavailable,
    Unrecordable,
)
from application.observing import FAILED, MIXED, UNOBSERVED, Observer, Step
from application.personal import subjects_in_clear
from application.recorded import BEGINNING, Position, Recorded, UnknownEvent
from application.recorder import Factory, PostgresApplicationRecorder
from domain.messages import Event, On, Refusal, Stream

HISTORIES: Final = Prepared(
    b"histories",
    b"""
    SELECT stream_id, stream_kind, version, event_type, schema_version, payload
    FROM events WHERE stream_id = ANY ((SELECT $1::uuid[])::uuid[]) ORDER BY stream_id, version
    """,
)
"""Whose ids do not show when it is planned: or else PostgreSQL, which takes a plan for one id to be
cheaper than a plan for any, would plan it anew each time."""


# ── what is given back ──────────────────────────────────────────────────────


class History(NamedTuple):
    """What happened in one stream so far."""

    version: int  # 0 if nothing happened
    events: list[Event]


NOTHING: Final = History(0, [])


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the outcome of a command can be found."""

    command_id: UUID
    streams: tuple[UUID, ...]  # in which something happened
    position: Position  # of its last event; 0 if nothing had to happen
    recorded_at: datetime


class Decision(NamedTuple):
    """What is to be recorded, and all that was looked at to decide it."""

    recording: Recording
    events: Sequence[On]
    histories: Mapping[Stream, History]


class Vault(Protocol):
    """Keeps the keys of personal data (AUD-5)."""

    def seal_event(self, event: Event) -> Event:
        """The event with the personal data in it sealed."""
        ...

    def fingerprint(self, content: bytes) -> bytes:
        """A hash by which the same content is known again, and nothing else of it."""
        ...


class NoVault:
    """For logs that hold no personal data: refuses to store any in plain text."""

    def seal_event(self, event: Event) -> Event:
        if any(subjects_in_clear(event)):
            raise LookupError(f"{event.type_name()} has personal data, and the log has no vault.")
        return event

    def fingerprint(self, content: bytes) -> bytes:
        return hashlib.sha256(content).digest()


# ── the log ─────────────────────────────────────────────────────────────────


class EventLog(Application[UUID]):
    """Everything that happened, in one order without gaps.

    Every method raises Unavailable while the database does not answer. One log is shared by all
    threads of a process.
    """

    name = "recourse"
    env = {"PERSISTENCE_MODULE": "application.recorder"}  # noqa: RUF012
    recorder: PostgresApplicationRecorder

    def __init__(
        self,
        database: Database,
        vault: Vault | None = None,
        clock: Callable[[], datetime] | None = None,
        observer: Observer = UNOBSERVED,
    ) -> None:
        """`clock` is for demonstrations and tests; without it the database's clock is recorded.
        `observer` is told of what everybody does who works with this log."""
        super().__init__({Factory.CONNINFO: database.conninfo(DatabaseRole.WRITER)})
        self.database = database
        self.vault: Vault = vault or NoVault()
        self.clock = clock
        self.observer = observer
        self.recorder.observe(observer)

    def construct_mapper(self) -> Mapper[UUID]:
        return RecordedMapper(transcoder=self.construct_transcoder())

    # ── writing ─────────────────────────────────────────────────────────────

    def receipt(self, instruction: Instruction) -> Receipt | None:
        """What was answered to this instruction, if it was carried out before.

        Raises CommandIdReused if its id was used for another command, or by another actor.
        """
        with answering():
            stored = self.recorder.receipts([instruction.id]).get(instruction.id)
        return self._repeated(instruction, stored) if stored else None

    def append(
        self,
        recording: Recording,
        events: Sequence[On],
        histories: Mapping[Stream, History],
    ) -> Receipt:
        """Record all or nothing, if no stream of `histories` has moved since it was read.

        Every stream of an event must be among the histories. The same instruction again gets its
        first receipt. Raises Conflict, CommandIdReused, NotYet, TimeRunsBackwards, TooMuchAtOnce,
        Unrecordable, or Unavailable, after which the outcome is unknown until the instruction is
        repeated.
        """
        return finished(self.recorder, self.appending(Decision(recording, events, histories)))

    def appending(self, decision: Decision) -> Appending[Receipt]:
        """append(), up to what is to be appended, and on from what came of that."""
        with answering(), self.observer.watch(Step.APPEND) as watched:
            answer = yield self._append(*decision)
            watched.outcome = outcome_of([answer])
            watched.size = len(decision.events) if is_appended(answer) else 0
        with answering():
            return self._unless_refused(decision.recording, answer)

    def append_all(self, decisions: Sequence[Decision]) -> list[Receipt | Refusal]:
        """What comes of each: its receipt, or what append() would raise. Those that do not rest on
        one another go out in one commit."""
        with answering(), self.observer.watch(Step.APPEND) as watched:
            appends = [self._append(*decision) for decision in decisions]
            answers = self.recorder.append_all(appends)
            watched.outcome = outcome_of(answers)
            told = zip(decisions, answers, strict=True)
            watched.size = sum(len(each.events) for each, done in told if is_appended(done))
        told = zip(decisions, answers, strict=True)
        return [self._told(decision.recording, answer) for decision, answer in told]

    def _told(self, recording: Recording, answer: Answer) -> Receipt | Refusal:
        try:
            with answering():
                return self._unless_refused(recording, answer)
        except Refusal as refusal:
            return refusal

    def _unless_refused(self, recording: Recording, answer: Answer) -> Receipt:
        if isinstance(answer, Exception):
            raise answer
        match answer.outcome:
            case Outcome.APPENDED:
                assert answer.receipt
                return receipt_of(recording.instruction, answer.receipt)
            case Outcome.REPEATED:
                assert answer.receipt
                return self._repeated(recording.instruction, answer.receipt)
            case Outcome.CONFLICT:
                raise Conflict
            case Outcome.TOO_EARLY:
                raise TimeRunsBackwards
            case Outcome.TOO_LATE:
                raise NotYet
            case never:
                assert_never(never)

    def _append(
        self, recording: Recording, events: Sequence[On], histories: Mapping[Stream, History]
    ) -> Append:
        versions = {stream: history.version for stream, history in histories.items()}
        metadata = metadata_of(recording)
        stored: list[EnvelopedEvent] = []
        for number, on in enumerate(events):
            versions[on.stream] += 1
            sealed = On(on.stream, self.vault.seal_event(on.event))
            stored.append(enveloped(recording, number, sealed, versions[on.stream], metadata))
        return Append(
            events=stored,
            command_id=recording.instruction.id,
            digest=self.vault.fingerprint(asked(recording.instruction)),
            told_by=recording.instruction.actor.id,
            loaded={stream.id: history.version for stream, history in histories.items()},
            recorded_at=self.clock() if self.clock else None,
            shredded=[subject for on in events for subject in on.event.erases],
        )

    def _repeated(self, instruction: Instruction, stored: StoredReceipt) -> Receipt:
        if stored.digest != self.vault.fingerprint(asked(instruction)):
            raise CommandIdReused
        return receipt_of(instruction, stored)

    # ── reading ─────────────────────────────────────────────────────────────

    def histories(self, streams: Collection[Stream]) -> dict[Stream, History]:
        """What happened in each of these streams, in one round trip.

        Raises TooNewToDecide if a stream has an event that this release does not understand, and
        IdOfAnotherKind if an id is that of a stream of another kind.
        """
        streams_of = {stream.id.bytes: stream for stream in streams}
        events: dict[bytes, list[Event]] = {stream_id: [] for stream_id in streams_of}
        versions = dict.fromkeys(streams_of, 0)
        with answering():
            rows = self.recorder.connections.ask(
                HISTORIES, [uuids([stream.id for stream in streams])]
            )
        for stream_id, kind, version, type_name, schema_version, payload in cast(
            list[tuple[bytes, ...]], rows
        ):
            stream = streams_of[stream_id]
            if kind.decode() != stream.kind:
                raise IdOfAnotherKind(f"{stream.id} names a {kind.decode()}, not a {stream.kind}.")
            event = decoded(type_name.decode(), as_integer(schema_version), payload)
            if isinstance(event, UnknownEvent):
                raise TooNewToDecide
            events[stream_id].append(event)
            versions[stream_id] = as_integer(version)
        return {
            stream: History(versions[stream.id.bytes], events[stream.id.bytes])
            for stream in streams
        }

    def history(self, stream_id: UUID) -> list[Recorded]:
        """Everything that happened to one thing, oldest first."""
        return self._read("WHERE stream_id = %b ORDER BY version", stream_id)

    def after(self, position: Position, limit: int) -> list[Recorded]:
        """The next page of the whole log."""
        return self._read(
            "WHERE position > %b ORDER BY position LIMIT %b", Int8(position), Int8(limit)
        )

    def pages(self, after: Position, upto: Position, limit: int) -> Iterator[list[Recorded]]:
        """The log between two positions, page by page."""
        while after < upto and (page := self.after(after, min(limit, upto - after))):
            yield page
            after = page[-1].position

    def select(
        self,
        *,
        stream_id: UUID | None = None,
        types: Collection[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        correlation: UUID | None = None,
        after: Position | None = None,
        before: Position | None = None,
        upto: Position | None = None,
        limit: int,
        backwards: bool = False,
    ) -> list[Recorded]:
        """Events that meet every condition given, oldest first, or `backwards` newest first.

        `since` ≤ recorded < `until`; `after` < position < `before`; position ≤ `upto`.
        """
        floor = max([after or BEGINNING, self._until(since)])
        ceilings = [position for position in (upto, before and before - 1) if position is not None]
        if until is not None:
            ceilings.append(self._until(until))
        conditions: list[LiteralString] = ["position > %b"]
        params: list[Any] = [Int8(floor)]
        if ceilings:
            conditions.append("position <= %b")
            params.append(Int8(min(ceilings)))
        if stream_id is not None:
            conditions.append("stream_id = %b")
            params.append(stream_id)
        if types:
            conditions.append("event_type = ANY (%b)")
            params.append(sorted(types))
        if correlation is not None:
            conditions.append("position = ANY (ARRAY(SELECT positions_of(%b)))")
            params.append(correlation)
        order: LiteralString = "DESC" if backwards else "ASC"
        where = " AND ".join(conditions)
        return self._read(f"WHERE {where} ORDER BY position {order} LIMIT %b", *params, Int8(limit))

    def last(self) -> Position:
        """The position of the last event; BEGINNING if there is none."""
        [[last]] = self._rows("SELECT max(position) FROM events", [])
        return Position(last or BEGINNING)

    def position_at(self, instant: datetime) -> Position:
        """The last position recorded by then."""
        [[position]] = self._rows("SELECT position_at(%b)", [instant])
        return Position(position)

    def _until(self, instant: datetime | None) -> Position:
        """The last position recorded before then."""
        if instant is None:
            return BEGINNING
        return self.position_at(instant - timedelta(microseconds=1))

    def _read(self, condition: LiteralString, *params: Any) -> list[Recorded]:
        with answering():
            query: LiteralString = f"SELECT {COLUMNS} FROM events {condition}"
            return read(self.recorder.connections.result(query, params))

    def _rows(self, query: LiteralString, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        with answering():
            return self.recorder.connections.read(query, params)


def receipt_of(instruction: Instruction, stored: StoredReceipt) -> Receipt:
    return Receipt(instruction.id, stored.streams, stored.last_position, stored.recorded_at)


def outcome_of(answers: Sequence[Answer]) -> str:
    """What came of all of them, in a word for whoever watches."""
    outcomes = {FAILED if isinstance(each, Exception) else each.outcome.value for each in answers}
    return outcomes.pop() if len(outcomes) == 1 else MIXED


@contextmanager
def answering() -> Iterator[None]:
    """The database's errors as refusals."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable from error
    except AppendTooLarge as error:
        raise TooMuchAtOnce(str(error)) from error
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        why = error.diag.message_primary or "no reason given"
        raise Unrecordable(f"The database refuses what was to be recorded: {why}.") from error
