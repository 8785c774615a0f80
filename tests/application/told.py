"""Instructions for tests of the log itself, in words that no context needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any
from uuid import UUID

from application.appending import row_types
from application.appends import Append
from application.arrays import Wire
from application.connections import Connections
from application.database import Database, DatabaseRole
from application.finishing import finished_soon
from application.instruction import Instruction, Recording
from application.log import Decision, EventLog, History, Receipt
from application.recorded import Channel
from application.rows import arguments, encoded
from domain.messages import Actor, Command, Event, On, Role, Stream
from domain.uniqueness import Bearer, NameReleased, NameTaken
from tests.clock import NOON

MIA = Actor(UUID(int=0xA1), frozenset({Role.CLAIMS_SPECIALIST}))
TOM = Actor(UUID(int=0xA2), frozenset({Role.FINANCE}))


class Rename(Command):
    """Something that is asked for; what comes of it the tests decide."""

    roles = frozenset({Role.CLAIMS_SPECIALIST})
    thing: UUID
    name: str = "any"

    @property
    def stream(self) -> Stream:
        return Stream(Bearer.kind, self.thing)


def stream(number: int) -> Stream:
    return Stream(Bearer.kind, UUID(int=number))


def taken(by: int = 1) -> Event:
    return NameTaken(of="claims.Number", bearer=UUID(int=by))


RELEASED = NameReleased(of="claims.Number")


def on_the_wire(database: Database, append: Append) -> list[Wire | None]:
    """The arguments of append(), to be sent as they are."""
    with closing(Connections(database.conninfo(DatabaseRole.WRITER))) as connections:
        given = arguments(row_types(connections), [encoded(append)])
    return [each if each is None else Wire(each) for each in given]


def instruction(number: int, **changes: Any) -> Instruction:
    """The command with this id."""
    given: dict[str, Any] = {
        "command": Rename(thing=UUID(int=1)),
        "id": UUID(int=0xC000_0000 + number),
        "actor": MIA,
        "now": NOON,
        "channel": Channel.CLI,
    }
    return Instruction(**given | changes)


def recording(number: int, **changes: Any) -> Recording:
    asked = instruction(number, **changes)
    return Recording(asked, asked.actor.roles, {"tolerance": 2})


def decision(
    log: EventLog,
    number: int,
    *events: tuple[int, Event],
    seen: Mapping[Stream, History] | None = None,
    **changes: Any,
) -> Decision:
    """To record events on streams named by numbers, under the command with this id.

    `seen` is what was looked at; by default the streams of the events, just now.
    """
    happened = [On(stream(where), event) for where, event in events]
    seen = log.histories({on.stream for on in happened}) if seen is None else seen
    return Decision(recording(number, **changes), happened, seen)


def append(log: EventLog, number: int, *events: tuple[int, Event], **given: Any) -> Receipt:
    """Record what decision() says."""
    return log.append(*decision(log, number, *events, **given))


async def append_soon(
    log: EventLog, number: int, *events: tuple[int, Event], **given: Any
) -> Receipt:
    """The same, in a task."""
    decided = decision(log, number, *events, **given)
    return await finished_soon(log.recorder, log.appending(decided))
