"""Reactions: what the program does by itself when something happened.

A reaction is a function from an event to a command. The command's id follows from the event's, so
it does not matter how often, or by how many processes, an event is seen: after the first time the
log knows the command. What was imported from another system is left alone: that system reacted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID, uuid5

from application.handling import handle
from application.instruction import Instruction
from application.log import EventLog
from application.log_refusals import Conflict, Unavailable
from application.observing import Step
from application.reaction_record import Connect, ReactionRecord, Refused
from application.recorded import Channel, Position, Recorded
from domain.messages import Actor, Command, Event, Refusal, Role

logger = logging.getLogger(__name__)

PAGE: Final = 500  # events between two checkpoints
NOT_CALLED_FOR: Final = "not_called_for"
FAILED: Final = "failed"  # the code of what went wrong without being refused
ITSELF: Final = Actor(UUID("7a9c4c0e-3f0d-5d1b-9a63-1f2e5b8d4c10"), frozenset({Role.SYSTEM}))

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Reaction(Generic[E]):
    """What is to be done after an event of one type; None if nothing is.

    The name is part of the ids of commands: never change it, and never use it again.
    """

    name: str
    to: type[E]
    command: Callable[[Recorded[E]], Command | None]


class Tried(NamedTuple):
    """How many of the commands that were refused are carried out now, and how many are not."""

    done: int
    refused_still: int


class Reactions:
    """Brings the reactions forward when told to. It may be used by one thread at a time."""

    def __init__(
        self,
        log: EventLog,
        reactions: Sequence[Reaction[Any]],
        connect: Connect,
        clock: Callable[[], datetime],
    ) -> None:
        self.log = log
        self.reactions = reactions
        self.connect = connect
        self.record = ReactionRecord(connect)
        self.clock = clock

    def beside(self) -> Reactions:
        """The same for another thread, with a record of its own to be closed."""
        return Reactions(self.log, self.reactions, self.connect, self.clock)

    def step(self) -> bool:
        """React to the next page of the log. False if there was none.

        Raises Unavailable or Conflict, or what psycopg raises: then the page comes again.
        """
        page = self.log.after(self.record.position(), PAGE)
        if page:
            self.record.save(page[-1].position, self.react(page))
        return bool(page)

    def react(self, events: Iterable[Recorded]) -> list[Refused]:
        """React to these events now. Done again it does nothing more."""
        refusals = []
        for recorded in events:
            for reaction in self.reactions:
                if isinstance(recorded.event, reaction.to) and not recorded.imported:
                    refusals += self._attempt(reaction, recorded)
        return refusals

    def again(self) -> Tried:
        """Give the commands once more that were refused.

        Those of reactions that are no more stay on record, and are not tried.
        """
        known = {reaction.name: reaction for reaction in self.reactions}
        done = refused_still = 0
        for each in self.record.refused():
            if each.reaction in known:
                [recorded] = self.log.after(Position(each.position - 1), 1)
                refusals = self._attempt(known[each.reaction], recorded)
                self.record.save(each.position, refusals, instead_of=each.reaction)
                done += not refusals
                refused_still += len(refusals)
        return Tried(done, refused_still)

    def _attempt(self, reaction: Reaction[Any], recorded: Recorded) -> list[Refused]:
        try:
            with self.log.observer.watch(Step.REACTION, reaction.name) as watched:
                if command := reaction.command(recorded):
                    handle(self.log, self._instruction(reaction, recorded, command))
                else:
                    watched.outcome = NOT_CALLED_FOR
        except (Unavailable, Conflict):
            raise
        except Refusal as refusal:
            code, rule = refusal.code.value, refusal.rule
            return [refused(reaction, recorded, code, rule, str(refusal))]
        except Exception as error:  # one reaction at fault must not stop all others
            return [refused(reaction, recorded, FAILED, "", repr(error))]
        return []

    def _instruction(
        self, reaction: Reaction[Any], recorded: Recorded, command: Command
    ) -> Instruction:
        return Instruction(
            command=command,
            id=command_id(reaction, recorded),
            actor=ITSELF,
            now=self.clock(),
            channel=Channel.REACTION,
            correlation_id=recorded.envelope.correlation_id,
            causation_id=recorded.envelope.event_id,
        )


def command_id(reaction: Reaction[Any], recorded: Recorded) -> UUID:
    """The same for every process, and every time."""
    return uuid5(recorded.envelope.event_id, reaction.name)


def refused(
    reaction: Reaction[Any], recorded: Recorded, code: str, rule: str, message: str
) -> Refused:
    position, kind = recorded.position, recorded.event.type_name()
    logger.warning("%s after %s at %s: %s: %s", reaction.name, kind, position, code, message)
    return Refused(recorded.envelope.event_id, position, reaction.name, code, rule, message)
