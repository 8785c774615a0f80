"""The engine at work: one thread that keeps up with the log, whatever happens around it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Event
from typing import Any, Final

from psycopg import Connection

from application.connections import listen
from application.lease import Lease
from application.recorded import BEGINNING, Position
from projections.engine import PAGE, Engine, Overtaken
from projections.requeueing import requeue

logger = logging.getLogger(__name__)

FEWEST: Final = 500  # events to a page; under load it grows up to the engine's PAGE
POLL: Final = 0.05  # seconds between looks at the log; a notification usually comes first
STANDBY: Final = 0.5  # seconds between attempts to become the active engine
PATIENCE: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # seconds of waiting after failures in a row

LEASE: Final = Lease("project")


class EngineState(StrEnum):
    STARTING = "starting"
    FOLLOWING = "following"  # the log, as the active engine
    STANDING_BY = "standing_by"  # another engine is active
    FAILING = "failing"  # and trying again
    STOPPED = "stopped"


@dataclass(frozen=True)
class Health:
    """How the engine fares. `lag` is the number of events not yet visible; None if unknown.

    `parked` is the number of rows that stand still, behind an event they could not take in.
    """

    state: EngineState = EngineState.STARTING
    position: Position = BEGINNING
    lag: int | None = None
    parked: int = 0
    failures: int = 0  # in a row
    last_error: str | None = None  # also of an earlier failure that was overcome


class Runner:
    """Runs an engine. It ends only when it is told to: every failure is kept, and tried again."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_now = Health()
        self.has_requeued = False

    def health(self) -> Health:
        """May be asked by any thread."""
        position = self.engine.progress.position
        try:
            lag = max(0, self.engine.log.last() - position)
        except Exception:  # the log is as unreachable as for the engine; its state says so
            return replace(self.is_now, position=position)
        return replace(self.is_now, position=position, lag=lag)

    def run(self, stopping: Event) -> None:
        """Keep up with the log until `stopping` is set."""
        while not stopping.is_set():
            try:
                self.follow(stopping)
            except Overtaken:
                continue  # somebody rebuilt or stepped by hand; the log goes on from there
            except Exception as error:  # whatever it was, an engine that stops helps nobody
                self.failed(error)
                stopping.wait(PATIENCE[min(self.is_now.failures, len(PATIENCE)) - 1])
        self.engine.close()
        self.is_now = replace(self.is_now, state=EngineState.STOPPED)

    def well(self, parked: int) -> None:
        self.is_now = replace(self.is_now, state=EngineState.FOLLOWING, failures=0, parked=parked)

    def failed(self, error: Exception) -> None:
        failures = self.is_now.failures + 1
        self.is_now = replace(
            self.is_now, state=EngineState.FAILING, failures=failures, last_error=repr(error)
        )
        logger.warning("The views stand still, attempt %s: %r", failures, error)
        self.engine.close()

    def follow(self, stopping: Event) -> None:
        """LISTEN is only a hint: a poll finds what it missed."""
        connection = self.engine.connection
        if not self.elected(connection, stopping):
            return
        listen(connection)
        self.try_again()
        limit = FEWEST
        while not stopping.is_set():
            moved = self.engine.step(limit)
            limit = min(2 * limit, PAGE) if moved == limit else FEWEST
            self.well(self.engine.parked_rows())
            if not moved:
                for _ in connection.notifies(timeout=POLL, stop_after=1):
                    pass

    def try_again(self) -> None:
        """Once: what an earlier release could not take in, this one may."""
        if not self.has_requeued:
            requeue(self.engine)
            self.has_requeued = True

    def elected(self, connection: Connection[Any], stopping: Event) -> bool:
        """Wait until no other engine is active."""
        while not stopping.is_set():
            if LEASE.taken(connection):
                return True
            self.is_now = replace(self.is_now, state=EngineState.STANDING_BY, failures=0)
            self.engine.progress.reached(self.engine.position())
            stopping.wait(STANDBY)
        return False
