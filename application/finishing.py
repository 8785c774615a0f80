"""Carrying out what asks for appends in between: waited for by a thread, or by a task.

What is decided, and what is done about its answer, is written once, as a generator; only how the
commit is waited for differs. A command line and a reaction have a thread to themselves. A server
has many requests at a time, and to wake a thread for each costs more than to commit it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from contextvars import copy_context
from functools import partial
from typing import Final, TypeAlias, TypeVar, cast

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from application.appending import Answer, is_appended
from application.appends import Append
from application.connections import POOL_SIZE
from application.recorder import PostgresApplicationRecorder

T = TypeVar("T")

Appending: TypeAlias = Generator[Append, Answer, T]
"""Asks for appends, is told what came of each, and ends with a T, or raises."""


def finished(recorder: PostgresApplicationRecorder, appending: Appending[T]) -> T:
    with closing(appending):
        step = resumed(appending)
        while isinstance(step, Append):
            [answer] = recorder.append_all([step])
            step = resumed(appending, answer)
        return step


async def finished_soon(recorder: PostgresApplicationRecorder, appending: Appending[T]) -> T:
    """All but the commits is done in threads, since it may have to wait; but once something is
    appended, there is nothing left to wait for."""
    within = copy_context()  # in which whoever watches finds what a step is part of
    in_thread = partial(run_sync, within.run, resumed, appending, limiter=deciders())
    try:
        step = await in_thread()
        while isinstance(step, Append):
            answer = await recorder.append_soon(step)
            if is_appended(answer):
                step = within.run(resumed, appending, answer)
            else:
                step = await in_thread(answer)
        return step
    finally:
        within.run(appending.close)


def resumed(appending: Appending[T], answer: Answer | None = None) -> Append | T:
    """What it asks for next, or ends with."""
    try:
        return next(appending) if answer is None else appending.send(answer)
    except StopIteration as end:
        return cast(T, end.value)


_DECIDERS: Final = RunVar[CapacityLimiter]("deciders")


def deciders() -> CapacityLimiter:
    """The threads in which the commands of this event loop are decided: as many as there are
    connections, since more would wait for one, and for each other."""
    try:
        return _DECIDERS.get()
    except LookupError:
        limiter = CapacityLimiter(POOL_SIZE)
        _DECIDERS.set(limiter)
        return limiter
