"""How events are kept in PostgreSQL: our recorder, behind the event-sourcing library's seam.

The library finds it by `PERSISTENCE_MODULE=application.recorder`. What it stores is the library's
StoredEvent with our envelope; a plain one gets defaults. What is appended waits in committing.py
for what it goes out with, and goes out by appending.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any, Final, LiteralString, assert_never
from uuid import UUID

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

from application.appending import Answer, Appender, receipts
from application.appends import (
    Append,
    Appended,
    AppendTooLarge,
    Outcome,
    StoredReceipt,
    as_uuid,
    with_defaults,
)
from application.committing import Committer
from application.committing_tasks import TaskCommitter
from application.connections import Connections, listen
from application.observing import Observer
from application.rows import Encoded, encoded, too_large

LAST: Final = 2**63 - 1  # no position and no version is greater
POLL: Final = 0.5  # seconds; a notification usually comes first


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
    except AppendTooLarge as error:
        raise DataError(str(error)) from error


def sifted(appends: Sequence[Encoded]) -> tuple[list[AppendTooLarge | None], list[Encoded]]:
    """What is too large about each, and those of which nothing is."""
    faults = [too_large(append) for append in appends]
    return faults, [append for append, fault in zip(appends, faults, strict=True) if not fault]


class PostgresAggregateRecorder(AggregateRecorder):
    """Appends, and reads streams, in the words of the library."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        appender = Appender(connections)
        self.committer = Committer(appender.carried_out)
        self.task_committer = TaskCommitter(appender.carried_out_soon)

    def observe(self, observer: Observer) -> None:
        """Have every commit watched from now on."""
        self.committer.observer = self.task_committer.observer = observer

    def append(self, append: Append) -> Appended:
        """All or nothing. The outcome tells a conflict from a repeated command.

        Raises AppendTooLarge; psycopg.OperationalError if there is no answer: then the outcome is
        unknown until the command's receipt is asked for; psycopg.DataError or
        psycopg.IntegrityError if the database refuses the data.
        """
        [answer] = self.append_all([append])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def append_all(self, appends: Sequence[Append]) -> list[Answer]:
        """What came of each, or the exception that append() would raise. Each is on its own; those
        that do not rest on one another go out together."""
        faults, fitting = sifted([encoded(append) for append in appends])
        answers = iter(self.committer.append_all(fitting))
        return [fault or next(answers) for fault in faults]

    async def append_soon(self, append: Append) -> Answer:
        """What came of it, or the exception that append() would raise, while other tasks go on."""
        rows = encoded(append)
        return too_large(rows) or await self.task_committer.append(rows)

    def receipts(self, command_ids: Sequence[UUID]) -> Mapping[UUID | None, StoredReceipt]:
        """Of those of the commands that were carried out."""
        return receipts(self.connections, command_ids)

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
            case Outcome.APPENDED | Outcome.REPEATED:
                assert done.receipt
                return list(range(done.receipt.first_position, done.receipt.last_position + 1))
            case Outcome.CONFLICT:
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
