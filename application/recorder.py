"""How events are kept in PostgreSQL: our recorder, behind the event-sourcing library's seam.

The library finds it by `PERSISTENCE_MODULE=application.recorder`. What it stores is the library's
StoredEvent with our envelope; a plain one gets defaults. Appending is one call of the database's
function append(), see migrations/0003_append.sql.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Thread
from time import sleep
from typing import Any, Final, LiteralString, NamedTuple, assert_never
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DataError,
    InfrastructureFactory,
    InfrastructureFactoryError,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8
from psycopg_pool import PoolTimeout

from application.connections import Connections, listen
from application.recorded import Position

NOBODY: Final = UUID(int=0)  # the actor of events that came without an envelope
EMPTY_METADATA: Final = "{}"
LAST: Final = 2**63 - 1  # no position and no version is greater
RESENDS: Final = 3  # of an append whose connection was lost, before giving up
POLL: Final = 0.5  # seconds; a notification usually comes first


# ── what is kept ────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class EnvelopedEvent(StoredEvent):
    """The library's stored event, with our envelope. `topic` is the event's type name."""

    stream_kind: str
    schema_version: int
    event_id: UUID
    effective_at: datetime | None  # None: the moment of recording
    actor: UUID
    on_behalf_of: UUID | None
    command_id: UUID
    correlation_id: UUID
    causation_id: UUID | None
    metadata: str  # JSON: channel, roles used, reason, policies


def with_defaults(stored: StoredEvent) -> EnvelopedEvent:
    """The event with its envelope, or if it is a plain one of the library, with defaults."""
    if isinstance(stored, EnvelopedEvent):
        return stored
    stream_id = as_uuid(stored.originator_id)
    event_id = uuid5(stream_id, str(stored.originator_version))
    return EnvelopedEvent(
        originator_id=stream_id,
        originator_version=stored.originator_version,
        topic=stored.topic,
        state=stored.state,
        stream_kind="",
        schema_version=1,
        event_id=event_id,
        effective_at=None,
        actor=NOBODY,
        on_behalf_of=None,
        command_id=event_id,
        correlation_id=event_id,
        causation_id=None,
        metadata=EMPTY_METADATA,
    )


def as_uuid(id: UUID | str) -> UUID:
    """Our streams are named by UUIDs; the library also knows text."""
    if isinstance(id, UUID):
        return id
    try:
        return UUID(id)
    except ValueError:
        return uuid5(NAMESPACE_OID, id)


# ── what is asked and answered ──────────────────────────────────────────────


class Outcome(StrEnum):
    """What came of an append; see the migration."""

    APPENDED = "appended"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


class StoredReceipt(NamedTuple):
    """A command that was carried out, as the database knows it."""

    first_position: Position  # 0 if nothing had to happen
    last_position: Position
    recorded_at: datetime
    digest: bytes
    streams: tuple[UUID, ...]


class Appended(NamedTuple):
    outcome: Outcome
    receipt: StoredReceipt
    moved: UUID | None  # a stream that is not as it was when it was looked at


@dataclass(frozen=True, kw_only=True)
class Append:
    """What is to be appended, all or nothing."""

    events: Sequence[EnvelopedEvent] = ()
    command_id: UUID | None = None  # without one there is no receipt
    digest: bytes = b""
    told_by: UUID = NOBODY
    watched: dict[UUID, int] = field(default_factory=dict)  # streams without an event: versions
    recorded_at: datetime | None = None  # None: the database's clock
    shredded: Sequence[UUID] = ()  # subjects whose personal keys are destroyed with it

    @property
    def touched(self) -> list[UUID]:
        return list(dict.fromkeys(as_uuid(event.originator_id) for event in self.events))

    def parameters(self) -> tuple[Any, ...]:
        """In the order of append()'s arguments."""
        rows = [
            (
                event.originator_id,
                event.stream_kind,
                Int8(event.originator_version),
                event.topic,
                Int8(event.schema_version),
                event.event_id,
                event.effective_at,
                event.actor,
                event.on_behalf_of,
                event.command_id,
                event.correlation_id,
                event.causation_id,
                event.metadata,
                event.state,
            )
            for event in self.events
        ]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(14)]
        return (
            self.command_id,
            self.digest,
            self.told_by,
            self.touched,
            self.recorded_at,
            list(self.watched),
            [Int8(version) for version in self.watched.values()],
            *columns,
            list(self.shredded),
        )


APPEND: Final[LiteralString] = """
    SELECT outcome, first_position, last_position, moment, receipt_digest, receipt_streams, stream
    FROM append(
        %b::uuid, %b::bytea, %b::uuid, %b::uuid[], %b::timestamptz, %b::uuid[], %b::bigint[],
        %b::uuid[], %b::text[], %b::bigint[], %b::text[], %b::integer[], %b::uuid[],
        %b::timestamptz[], %b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[],
        %b::text[], %b::bytea[], %b::uuid[])
    """
FIND_RECEIPT: Final[LiteralString] = """
    SELECT first_position, last_position, recorded_at, digest, streams
    FROM receipts WHERE command_id = %b
    """


# ── recorders ───────────────────────────────────────────────────────────────


@contextmanager
def library_errors() -> Iterator[None]:
    """PostgreSQL's errors in the library's words."""
    try:
        yield
    except psycopg.Error as error:
        for kind in type(error).__mro__:
            if meant := getattr(persistence, kind.__name__, None):
                raise meant(str(error)) from error
        raise persistence.PersistenceError(str(error)) from error


class PostgresAggregateRecorder(AggregateRecorder):
    """Appends, and reads streams, in the words of the library."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections

    def append(self, append: Append) -> Appended:
        """All or nothing, in one call. The outcome tells a conflict from a repeated command.

        If the connection is lost meanwhile, the command's receipt is looked up on a new one, and
        only if there is none the append is sent again: it is known by its command id, so even an
        append that arrives late after all cannot double it. Without a command id nothing is sent
        again. Raises psycopg.OperationalError if there is no answer, and psycopg.DataError or
        psycopg.IntegrityError if the database refuses the data.
        """
        for _ in range(RESENDS):
            try:
                return self._send(append)
            except PoolTimeout:
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError):
                if append.command_id is None:
                    raise
            if receipt := self.receipt(append.command_id):
                return Appended(Outcome.REPEATED, receipt, None)
        return self._send(append)

    def _send(self, append: Append) -> Appended:
        [row] = self.connections.write(APPEND, append.parameters())
        outcome, first, last, moment, digest, streams, moved = row
        receipt = StoredReceipt(first, last, moment, digest, tuple(streams))
        return Appended(Outcome(outcome), receipt, moved)

    def receipt(self, command_id: UUID) -> StoredReceipt | None:
        """The receipt of a command, if it was carried out."""
        for first, last, moment, digest, streams in self.connections.read(
            FIND_RECEIPT, (command_id,)
        ):
            return StoredReceipt(first, last, moment, digest, tuple(streams))
        return None

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        self._insert(stored_events)
        return None

    def _insert(self, stored_events: Sequence[StoredEvent]) -> Sequence[int]:
        """The positions. Raises the library's IntegrityError on a conflict of versions."""
        if not stored_events:
            return []
        with library_errors():
            done = self.append(Append(events=[with_defaults(stored) for stored in stored_events]))
        match done.outcome:
            case Outcome.APPENDED:
                return list(range(done.receipt.first_position, done.receipt.last_position + 1))
            case Outcome.CONFLICT | Outcome.REPEATED:
                raise IntegrityError(f"Stream {done.moved} already has this version.")
            case Outcome.TOO_EARLY | Outcome.TOO_LATE:
                raise DataError("An event cannot take effect in the future.")
            case never:
                assert_never(never)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        order: LiteralString = "DESC" if desc else "ASC"
        with library_errors():
            rows = self.connections.read(
                f"""
                SELECT stream_id, version, event_type, payload FROM events
                WHERE stream_id = %b AND version > %b AND version <= %b
                ORDER BY version {order} LIMIT %b
                """,
                (
                    as_uuid(originator_id),
                    Int8(-1 if gt is None else gt),
                    Int8(LAST if lte is None else lte),
                    None if limit is None else Int8(limit),
                ),
            )
        return [StoredEvent(*row) for row in rows]


class PostgresApplicationRecorder(PostgresAggregateRecorder, ApplicationRecorder):
    """Numbers what it appends, in one order without gaps."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        return self._insert(stored_events)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if start is not None and inclusive_of_start else 0)
        with library_errors():
            rows = self.connections.read(
                """
                SELECT stream_id, version, event_type, payload, position FROM events
                WHERE position > %b AND position <= %b AND (%b OR event_type = ANY (%b))
                ORDER BY position LIMIT %b
                """,
                (
                    Int8(after),
                    Int8(LAST if stop is None else stop),
                    not topics,
                    list(topics),
                    Int8(limit),
                ),
            )
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        with library_errors():
            [[last]] = self.connections.read("SELECT max(position) FROM events")
        return None if last is None else int(last)

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        return LogSubscription(self, gt=gt, topics=topics)


class LogSubscription(ListenNotifySubscription[PostgresApplicationRecorder]):
    """What was appended and what will be. Notifications are a hint; a poll finds what they miss."""

    def __init__(
        self, recorder: PostgresApplicationRecorder, gt: int | None, topics: Sequence[str]
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listener = Thread(target=self._listen, name="log-subscription")
        self._listener.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listener.join()

    def _listen(self) -> None:
        while not self._has_been_stopped:
            try:
                with psycopg.connect(self._recorder.connections.conninfo, autocommit=True) as hints:
                    self._follow(hints)
            except psycopg.OperationalError:
                sleep(POLL)
            self._has_been_notified.set()

    def _follow(self, hints: Connection[TupleRow]) -> None:
        listen(hints)
        while not self._has_been_stopped:
            self._has_been_notified.set()
            for _ in hints.notifies(timeout=POLL, stop_after=1):
                pass


# ── what the library builds them with ───────────────────────────────────────


class Factory(InfrastructureFactory[TrackingRecorder]):
    """Found by the library through PERSISTENCE_MODULE. The address is in LOG_CONNINFO.

    Two of the library's recorders are not made: nothing here tracks positions event by event
    (the views' engine has one checkpoint), and snapshots are not taken.
    """

    CONNINFO: Final = "LOG_CONNINFO"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        conninfo = self.env.get(self.CONNINFO)
        if not conninfo:
            raise OSError(f"{self.CONNINFO} must say how to connect to PostgreSQL.")
        self.connections = Connections(conninfo)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose != "events":
            raise InfrastructureFactoryError(f"There is no table of {purpose}, only of events.")
        return PostgresAggregateRecorder(self.connections)

    def application_recorder(self) -> ApplicationRecorder:
        topic = self.env.get(self.APPLICATION_RECORDER_TOPIC)
        recorder: type[PostgresApplicationRecorder] = (
            resolve_topic(topic) if topic else PostgresApplicationRecorder
        )
        return recorder(self.connections)

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        raise InfrastructureFactoryError("Views keep their own checkpoint; nothing is tracked.")

    def process_recorder(self) -> ProcessRecorder:
        raise InfrastructureFactoryError("Views keep their own checkpoint; nothing is tracked.")

    def close(self) -> None:
        self.connections.close()
