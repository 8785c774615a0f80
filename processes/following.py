"""The reactions at work: one thread that follows the log, whatever happens around it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Event
from typing import Final

from application.recorded import BEGINNING, Position
from processes.reactions import Reactions

logger = logging.getLogger(__name__)

POLL: Final = 0.5  # seconds between looks at the log; a notification usually comes first
STANDBY: Final = 0.5  # seconds between attempts to become the active follower
PATIENCE: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # seconds of waiting after failures in a row


class FollowerState(StrEnum):
    STARTING = "starting"
    FOLLOWING = "following"  # the log, as the active follower
    STANDING_BY = "standing_by"  # another process is active
    FAILING = "failing"  # and trying again
    STOPPED = "stopped"


@dataclass(frozen=True)
class FollowerHealth:
    """How the reactions fare. `last_error` is kept also after it was overcome."""

    state: FollowerState = FollowerState.STARTING
    position: Position = BEGINNING
    failures: int = 0  # in a row
    last_error: str | None = None


class Follower:
    """Runs the reactions. It ends only when told to: every failure is kept, and tried again."""

    def __init__(self, reactions: Reactions) -> None:
        self.reactions = reactions
        self.health = FollowerHealth()

    def run(self, stopping: Event) -> None:
        """Follow the log until `stopping` is set."""
        while not stopping.is_set():
            try:
                self.follow(stopping)
            except Exception as error:  # whatever it was, a follower that stops helps nobody
                self.failed(error)
                stopping.wait(PATIENCE[min(self.health.failures, len(PATIENCE)) - 1])
        self.reactions.record.close()
        self.health = replace(self.health, state=FollowerState.STOPPED)

    def failed(self, error: Exception) -> None:
        failures = self.health.failures + 1
        self.health = replace(
            self.health, state=FollowerState.FAILING, failures=failures, last_error=repr(error)
        )
        logger.warning("The reactions stand still, attempt %s: %r", failures, error)
        self.reactions.record.close()

    def follow(self, stopping: Event) -> None:
        """LISTEN is only a hint: a poll finds what it missed."""
        if not self.elected(stopping):
            return
        self.reactions.record.listen()
        while not stopping.is_set():
            moved = self.reactions.step()
            self.now(FollowerState.FOLLOWING)
            if not moved:
                self.reactions.record.wait(POLL)

    def elected(self, stopping: Event) -> bool:
        """Wait until no other process is active."""
        while not stopping.is_set():
            if self.reactions.record.elected():
                return True
            self.now(FollowerState.STANDING_BY)
            stopping.wait(STANDBY)
        return False

    def now(self, state: FollowerState) -> None:
        position = self.reactions.record.position()
        self.health = replace(self.health, state=state, position=position, failures=0)
