"""Where the demonstration is played: a clock that the story sets, and commands in its people's
names. What is given twice counts once, so a story that was broken off is simply told again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from application.aggregates import EVOLVE
from application.files import FileStore
from application.handling import handle
from application.instruction import Instruction
from application.intake.booking import CreditNoteIntake
from application.log import EventLog, Receipt
from application.recorded import Channel
from domain.messages import Actor, Command, State, Stream
from recourse.demo.cast import Person, id_of

ZONE: Final = ZoneInfo("Asia/Shanghai")
ON_LEAVE: Final = range(14, 19)  # days on which the claims manager is away; her deputy signs
S = TypeVar("S", bound=State)


@dataclass
class StoryClock:
    """Tells the time that the story has come to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """`first_day` is the day on which the story begins; `react` lets the program act by itself."""

    log: EventLog
    files: FileStore
    clock: StoryClock
    first_day: date
    react: Callable[[], object]

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=number)

    def moment(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A time of day of the story, where it plays."""
        return datetime.combine(self.day(day), time(hour, minute), ZONE)

    def give(
        self,
        who: Person | Actor,
        command: Command,
        *,
        again: str = "",
        effective_at: datetime | None = None,
        reason: str | None = None,
        on_behalf_of: Person | None = None,
    ) -> Receipt:
        """Give a command; `again` tells it from an earlier one of its kind to the same thing."""
        actor = who.actor if isinstance(who, Person) else who
        if on_behalf_of:
            actor = Actor(actor.id, actor.roles, actor.station, on_behalf_of.id)
        instruction = Instruction(
            command=command,
            id=id_of(f"{type(command).__name__} {command.stream.id} {again}"),
            actor=actor,
            now=self.clock(),
            channel=Channel.GRAPHQL,
            effective_at=effective_at,
            reason=reason,
        )
        return handle(self.log, instruction)

    def state(self, kind: type[S], stream: Stream) -> S | None:
        """What decisions remember of a stream by now."""
        [history] = self.log.histories({stream}).values()
        state: S | None = reduce(EVOLVE[kind.kind], history.events, None)
        return state

    def intake(self, actor: Actor) -> CreditNoteIntake:
        return CreditNoteIntake(self.log, self.files, actor, self.clock)

    def keep(self, text: str) -> str:
        """Keep a paper; its SHA-256."""
        return self.files.put([text.encode()], "text/plain").sha256


Action = Callable[[], Any]


@dataclass
class Agenda:
    """What happens when. What is entered first happens first, where the time is the same."""

    stage: Stage
    entries: list[tuple[datetime, int, Action]] = field(default_factory=list)

    def at(self, day: int, hour: int, minute: int, action: Action) -> None:
        self.entries.append((self.stage.moment(day, hour, minute), len(self.entries), action))

    def perform(self, report: Callable[[int, int], None]) -> None:
        """Let it happen, in the order of time. Actions may take a few minutes each."""
        ordered = sorted(self.entries, key=lambda entry: entry[:2])
        for number, (moment, _, action) in enumerate(ordered, start=1):
            self.stage.clock.now = max(moment, self.stage.clock.now)
            action()
            report(number, len(ordered))
