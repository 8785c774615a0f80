"""Group commit for the tasks of an event loop, as a server's requests are.

As in committing.py, appends that arrive while a commit is under way go out together in the next.
To wake a task costs a tenth of waking a thread, so here nobody leads: a task of its own commits for
all, as long as somebody waits.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, Task, get_running_loop, sleep
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import psycopg

from application.appending import Answer
from application.committing import divided
from application.observing import UNOBSERVED, Observer, Step
from application.rows import Encoded

CarryOutSoon = Callable[[Sequence[Encoded]], Awaitable[Sequence[Answer]]]


class WaitingTask(NamedTuple):
    """An append, and what becomes known of it. If that is cancelled, nobody waits any more."""

    encoded: Encoded
    answer: Future[Answer]


class LoopCommitter:
    """Commits the appends of one event loop in groups. Each is all or nothing, whatever becomes of
    the others."""

    def __init__(self, committer: TaskCommitter) -> None:
        self.committer = committer
        self.queue: list[WaitingTask] = []
        self._under_way: list[WaitingTask] = []
        self._commits: Task[None] | None = None

    def append(self, append: Encoded) -> Future[Answer]:
        """What came of it, once it is durable. Each is on its own; what rests on one another is
        taken in its order.

        Cancelled before it went out, it does not go out any more.
        """
        loop = get_running_loop()
        answer: Future[Answer] = loop.create_future()
        self.queue.append(WaitingTask(append, answer))
        if self._commits is None:
            self._begin(loop)
        return answer

    def _begin(self, loop: AbstractEventLoop) -> None:
        self._commits = loop.create_task(self._commit(), name="group-commit")
        self._commits.add_done_callback(self._ended)

    async def _commit(self) -> None:
        """As long as somebody waits. Who was answered may be back in no time, and is let in."""
        while self._next_batch():
            with self.committer.observer.watch(Step.COMMIT) as watched:
                watched.size = len(self._under_way)
                try:
                    answers = await self.committer.carry_out(
                        [each.encoded for each in self._under_way]
                    )
                except psycopg.Error as error:
                    answers = [error] * len(self._under_way)
            tell(self._under_way, answers)
            await sleep(0)

    def _next_batch(self) -> list[WaitingTask]:
        wanted = [waiting for waiting in self.queue if not waiting.answer.done()]
        self._under_way, self.queue = divided(wanted)
        return self._under_way

    def _ended(self, commits: Task[None]) -> None:
        """Nobody waits any more, or it was interrupted, as by the end of the loop: then nobody is
        left waiting."""
        self._commits = None
        error = psycopg.OperationalError("The commit was interrupted.")
        failure = error if commits.cancelled() else commits.exception()
        if isinstance(failure, Exception):
            left, self.queue = [*self._under_way, *self.queue], []
            tell(left, [failure] * len(left))
        elif self.queue:  # somebody came just then
            self._begin(commits.get_loop())


class TaskCommitter:
    """A committer for each event loop from which something is appended."""

    def __init__(self, carry_out: CarryOutSoon, observer: Observer = UNOBSERVED) -> None:
        self.carry_out = carry_out
        self.observer = observer
        self._loops: WeakKeyDictionary[AbstractEventLoop, LoopCommitter] = WeakKeyDictionary()

    @property
    def waiting(self) -> int:
        """How many appends wait for the commits that are under way."""
        return sum(len(each.queue) for each in self._loops.values())

    def append(self, append: Encoded) -> Future[Answer]:
        loop = get_running_loop()
        committer = self._loops.get(loop)
        if committer is None:
            committer = self._loops[loop] = LoopCommitter(self)
        return committer.append(append)


def tell(company: Sequence[WaitingTask], answers: Sequence[Answer]) -> None:
    """Those who still wait, what came of theirs."""
    for waiting, answer in zip(company, answers, strict=True):
        if not waiting.answer.done():
            waiting.answer.set_result(answer)
