"""Group commit: appends that arrive while a commit is under way go out together in the next.

There is no thread for it. Whoever comes while nobody commits takes the lead: commits what waits,
tells everybody, and leaves the lead to the first who came meanwhile. So one writer alone waits for
nothing but its own commit, and many share the price of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Condition, Lock
from time import monotonic
from typing import Final, Protocol, TypeVar

import psycopg

from application.appending import Answer
from application.observing import UNOBSERVED, Observer, Step
from application.rows import Encoded

LARGEST_BATCH: Final = 4 * 2**20  # bytes; a larger append goes out alone
LONGEST_PATIENCE: Final = 0.001  # seconds

CarryOut = Callable[[Sequence[Encoded]], Sequence[Answer]]


class Waiting:
    """An append, and the thread that waits for what comes of it."""

    __slots__ = ("answer", "encoded", "gone", "next", "turn")

    def __init__(self, encoded: Encoded) -> None:
        self.encoded = encoded
        self.answer: Answer | None = None
        self.next: Waiting | None = None  # whom to wake after it
        self.gone = False  # interrupted; nobody waits any more
        self.turn = Lock()
        self.turn.acquire()


class Committer:
    """Commits appends in groups. Each is all or nothing, whatever becomes of the others."""

    def __init__(self, carry_out: CarryOut, observer: Observer = UNOBSERVED) -> None:
        self.carry_out = carry_out
        self.observer = observer
        self._lock = Lock()  # held for moments, around what follows
        self._queue: list[Waiting] = []  # whoever leads is the first in it, until it commits
        self._led = False
        self._company = Condition(self._lock)  # as many are here as were answered a moment ago
        self._expected = 1
        self._ended = self._took = 0.0  # the last commit, in seconds

    def append_all(self, appends: Sequence[Encoded]) -> list[Answer]:
        """What came of each, once it is durable. They may go out together, but each is on its own,
        and those that rest on one another are taken in their order."""
        company = [Waiting(append) for append in appends]
        try:
            leads = self._queued(company)
            for waiting in company:
                if not (leads and waiting is company[0]):
                    self._wait(waiting)
                if waiting.answer is None:
                    self._lead(waiting)
        except BaseException:
            for waiting in company:
                self._leave(waiting)
            raise
        return [waiting.answer for waiting in company if waiting.answer]

    @property
    def waiting(self) -> int:
        """How many appends wait for the commit that is under way."""
        with self._lock:
            return len(self._queue)

    def _queued(self, company: Sequence[Waiting]) -> bool:
        """Stand in the queue. Whether it is on the first of these to commit."""
        with self._lock:
            self._queue += company
            if len(self._queue) >= self._expected:
                self._company.notify()
            leads, self._led = not self._led, bool(self._queue)
            return leads

    def _wait(self, waiting: Waiting) -> None:
        """Until it is answered, or it is on this one to lead. Each wakes the next: woken all at
        once, they would only stand in each other's way."""
        waiting.turn.acquire()
        with self._lock:
            wake(waiting.next)

    def _leave(self, waiting: Waiting) -> None:
        """Interrupted, as by Ctrl-C: what others expect of this one is done at once."""
        with self._lock:
            waiting.gone = True
            woken = waiting.turn.acquire(blocking=False)
            if waiting in self._queue:
                self._queue.remove(waiting)
                if woken:
                    self._pass_the_lead()
            if woken:
                wake(waiting.next)

    def _lead(self, leader: Waiting) -> None:
        batch = [leader]
        answers: Sequence[Answer] = [psycopg.OperationalError("The commit was interrupted.")]
        try:
            batch = self._gathered()
            started = monotonic()
            with self.observer.watch(Step.COMMIT) as watched:
                watched.size = len(batch)
                answers = self.carry_out([waiting.encoded for waiting in batch])
            self._ended = monotonic()
            self._took = self._ended - started
        except psycopg.Error as error:
            answers = [error]
        finally:
            self._tell(batch, answers)

    def _gathered(self) -> list[Waiting]:
        """Who commits together. Those who were answered a moment ago may be back in no time, and
        are waited for, but less long than what they would have to wait. One alone never waits."""
        patience = min(self._took / 2, LONGEST_PATIENCE)
        with self._lock:
            if monotonic() < self._ended + patience:
                self._company.wait_for(lambda: len(self._queue) >= self._expected, patience)
            batch, self._queue = divided(self._queue)
            self._expected = len(batch)
            return batch

    def _tell(self, batch: Sequence[Waiting], answers: Sequence[Answer]) -> None:
        """Give each its answer, or all of them the same; then others may go on."""
        for number, waiting in enumerate(batch):
            waiting.answer = answers[number % len(answers)]
        _, *others = batch
        for waiting, following in pairwise(others):
            waiting.next = following
        with self._lock:
            if batch[0] in self._queue:  # interrupted before it was taken
                self._queue.remove(batch[0])
            self._pass_the_lead()
            wake(others[0] if others else None)

    def _pass_the_lead(self) -> None:
        self._led = bool(self._queue)
        if self._queue:
            wake(self._queue[0])


def wake(waiting: Waiting | None) -> None:
    """The first in the chain who is still there."""
    while waiting and waiting.gone:
        waiting = waiting.next
    if waiting:
        waiting.turn.release()


class InQueue(Protocol):
    """Whoever waits with an append."""

    @property
    def encoded(self) -> Encoded: ...


W = TypeVar("W", bound=InQueue)


def divided(queue: Sequence[W]) -> tuple[list[W], list[W]]:
    """Those who go out together, and those who go out later: what does not fit, and what rests on
    something that was not yet committed. That waits for what becomes of it."""
    if len(queue) == 1:
        return list(queue), []
    batch: list[W] = []
    later: list[W] = []
    size, unsettled = 0, set[int]()
    for waiting in queue:
        each = waiting.encoded
        if not batch or (
            size + each.size <= LARGEST_BATCH
            and each.append.recorded_at == batch[0].encoded.append.recorded_at
            and unsettled.isdisjoint(each.settles)
            and unsettled.isdisjoint(each.looked_at)
        ):
            batch.append(waiting)
            size += each.size
        else:
            later.append(waiting)
        unsettled.update(each.settles)
    return batch, later
