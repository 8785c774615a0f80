"""What is worth watching while the program works. Who watches, and how, is not decided here."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class Step(StrEnum):
    """What takes time. Beside it stands its kind: a word of the program's, never of a person's."""

    REQUEST = "request"  # over HTTP; kind: its method and route
    QUESTION = "question"  # a GraphQL document; kind: query or mutation
    READ = "read"  # a question that was planned, as one statement
    COMMAND = "command"  # from being given to its receipt; kind: its name
    LOAD = "load"  # the streams a decision looks at; size: events
    DECIDE = "decide"  # kind: the command's name
    APPEND = "append"  # from being handed over until it is durable; size: events
    COMMIT = "commit"  # of commands that go out together, in one call; size: commands
    PAGE = "page"  # of the log, into the views; size: events
    REACTION = "reaction"  # kind: its name


DONE: Final = "done"
FAILED: Final = "failed"  # what nobody foresaw
MIXED: Final = "mixed"  # of several commands, not the same
REPEATED: Final = "repeated"  # a command that was carried out before


@dataclass(slots=True)
class Watched:
    """What came of a step: told by whoever takes it, before it ends.

    A step that ends by an exception has that one's outcome: of a Refusal, its code.
    """

    kind: str = ""
    outcome: str = DONE
    size: int = 0
    conflicts: int = 0  # how often it had to begin again, since somebody else was faster
    took: float | None = None  # seconds, of what was over before it could be watched by itself


class Observer(Protocol):
    """Is told of every step. It must be quick, and must not raise."""

    def watch(self, step: Step, kind: str = "") -> AbstractContextManager[Watched]:
        """Watch what is done within. Steps within it, also those of threads, are parts of it."""
        ...


class Unobserved(AbstractContextManager[Watched]):
    """Watches nothing."""

    def watch(self, step: Step, kind: str = "") -> AbstractContextManager[Watched]:
        return self

    def __enter__(self) -> Watched:
        return Watched()

    def __exit__(self, *_: object) -> None:
        return None


UNOBSERVED: Final = Unobserved()
