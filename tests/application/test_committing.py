"""Commands that arrive at once are committed together, and each is on its own all the same."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio import (
    all_tasks,
    create_task,
    gather,
    new_event_loop,
    run_coroutine_threadsafe,
    to_thread,
    wait_for,
)
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, closing, contextmanager
from threading import Thread
from time import sleep
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
import pytest

from application.appending import is_appended
from application.appends import Append
from application.committing import LARGEST_BATCH
from application.database import Database
from application.log import EventLog, History, Receipt
from application.log_refusals import Conflict, TooMuchAtOnce, Unavailable, Unrecordable
from application.observing import Step, Watched
from application.recorded import BEGINNING
from application.rows import LARGEST_APPEND, LARGEST_EVENT
from domain.messages import Event
from domain.uniqueness import NameTaken
from tests.application.told import RELEASED, append, append_soon, instruction, stream, taken
from tests.clock import NOON, Clock

LOCK = "SELECT pg_advisory_xact_lock((1380270927::bigint << 32) | 'events'::regclass::oid::bigint)"
BLOCKED = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
NOTHING_YET = {stream(number): History(0, []) for number in range(20)}


class CommitSizes:
    """Remembers how many commands went out together."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def watch(self, step: Step, kind: str = "") -> AbstractContextManager[Watched]:
        return self.watched(step)

    @contextmanager
    def watched(self, step: Step) -> Iterator[Watched]:
        watched = Watched()
        yield watched
        if step is Step.COMMIT:
            self.sizes.append(watched.size)


class InThreads:
    """Each append is waited for by a thread."""

    def __init__(self, log: EventLog) -> None:
        self.log, self.pool = log, ThreadPoolExecutor(20)

    def submit(self, number: int, *events: tuple[int, Event], **given: Any) -> Future[Receipt]:
        return self.pool.submit(append, self.log, number, *events, **given)

    @property
    def waiting(self) -> int:
        return self.log.recorder.committer.waiting

    def close(self) -> None:
        self.pool.shutdown()


class InTasks:
    """Each append is waited for by a task of one event loop."""

    def __init__(self, log: EventLog) -> None:
        self.log, self.loop = log, new_event_loop()
        self.thread = Thread(target=self.loop.run_forever)
        self.thread.start()

    def submit(self, number: int, *events: tuple[int, Event], **given: Any) -> Future[Receipt]:
        soon = append_soon(self.log, number, *events, **given)
        return run_coroutine_threadsafe(soon, self.loop)

    @property
    def waiting(self) -> int:
        return self.log.recorder.task_committer.waiting

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


Crowd: TypeAlias = InThreads | InTasks


class Gathering:
    """Lets commands arrive while a commit is under way: that of command 100, on stream 19."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.given: list[Future[Receipt]] = []

    def append(self, number: int, *events: tuple[int, Event], **changes: Any) -> Future[Receipt]:
        """Hand over an append, and wait until it stands in the queue."""
        seen = {stream(where): NOTHING_YET[stream(where)] for where, _ in events}
        before = self.crowd.waiting
        future = self.crowd.submit(number, *events, **{"seen": seen} | changes)
        while self.crowd.waiting == before:
            sleep(0.001)
        self.given.append(future)
        return future


@pytest.fixture
def commits() -> CommitSizes:
    return CommitSizes()


@pytest.fixture
def log(database: Database, commits: CommitSizes) -> Iterator[EventLog]:
    with EventLog(database, observer=commits) as log:
        yield log


@pytest.fixture(params=[InThreads, InTasks])
def crowd(request: pytest.FixtureRequest, log: EventLog) -> Iterator[Crowd]:
    with closing(request.param(log)) as crowd:
        yield crowd


@contextmanager
def under_way(crowd: Crowd, database: Database) -> Iterator[Gathering]:
    """A commit goes on until the block ends; then so do all that were handed over meanwhile."""
    with psycopg.connect(database.conninfo()) as other:
        other.execute(LOCK)
        first = crowd.submit(100, (19, taken()), seen={stream(19): History(0, [])})
        while other.execute(BLOCKED).fetchone() != (1,):
            sleep(0.001)
        gathering = Gathering(crowd)
        yield gathering
        other.rollback()
        wait([first, *gathering.given])


def numbers(log: EventLog) -> list[tuple[int, UUID]]:
    return [(record.position, record.envelope.command_id) for record in log.after(BEGINNING, 100)]


def test_what_arrives_during_a_commit_goes_out_together_in_the_next(
    log: EventLog, crowd: Crowd, commits: CommitSizes, database: Database
) -> None:
    with under_way(crowd, database) as during:
        later = [
            during.append(number, (number, taken()), (number, RELEASED)) for number in range(9)
        ]
    assert commits.sizes == [1, 9]
    receipts = [each.result() for each in later]
    assert [receipt.position for receipt in receipts] == list(range(3, 20, 2))
    assert [log.receipt(instruction(number)) for number in range(9)] == receipts
    assert [position for position, _ in numbers(log)] == list(range(1, 20))


def test_one_writer_alone_waits_for_nobody(log: EventLog, commits: CommitSizes) -> None:
    for number in range(5):
        append(log, number, (number, taken()))
    assert commits.sizes == [1, 1, 1, 1, 1]


def test_a_conflict_of_one_hurts_no_other(log: EventLog, crowd: Crowd, database: Database) -> None:
    append(log, 50, (5, taken()))
    with under_way(crowd, database) as during:
        early = during.append(1, (1, taken()))
        loser = during.append(2, (2, taken()), (5, RELEASED))
        looked = during.append(3, (3, taken()), seen=dict(list(NOTHING_YET.items())[3:6]))
        late = during.append(4, (4, taken()))
    assert (early.result().position, late.result().position) == (3, 4)
    for conflicting in (loser, looked):
        with pytest.raises(Conflict):
            conflicting.result()
    assert log.last() == 4
    assert log.receipt(instruction(2)) is log.receipt(instruction(3)) is None


def test_bad_data_of_one_hurts_no_other(log: EventLog, crowd: Crowd, database: Database) -> None:
    unwritable = NameTaken.model_construct(of="claims.Number", bearer=UUID(int=1))
    with under_way(crowd, database) as during:
        early = during.append(1, (1, taken()))
        bad = during.append(2, (2, unwritable), reason="text without U+0000: \x00")
        late = during.append(3, (3, taken()))
    assert [early.result().position, late.result().position] == [2, 3]
    with pytest.raises(Unrecordable):
        bad.result()
    assert log.last() == 3


def test_what_rests_on_something_unsettled_waits_for_it(
    log: EventLog, crowd: Crowd, commits: CommitSizes, database: Database
) -> None:
    with under_way(crowd, database) as during:
        first = during.append(1, (1, taken()))
        second = during.append(2, (1, RELEASED), seen={stream(1): History(1, [])})
        third = during.append(3, (1, taken()), seen={stream(1): History(2, [])})
        other = during.append(4, (4, taken()))
    assert [each.result().position for each in (first, other, second, third)] == [2, 3, 4, 5]
    assert commits.sizes == [1, 2, 1, 1]
    assert [record.envelope.version for record in log.history(UUID(int=1))] == [1, 2, 3]


def test_what_rests_on_something_that_failed_fails_too(
    log: EventLog, crowd: Crowd, database: Database
) -> None:
    append(log, 50, (5, taken()))
    with under_way(crowd, database) as during:
        first = during.append(1, (5, taken()), (1, taken()))  # stream 5 has moved
        second = during.append(2, (1, RELEASED), seen={stream(1): History(1, [])})
    for failing in (first, second):
        with pytest.raises(Conflict):
            failing.result()
    assert log.history(UUID(int=1)) == []


def test_of_two_who_want_the_same_one_gets_it(
    log: EventLog, crowd: Crowd, database: Database
) -> None:
    with under_way(crowd, database) as during:
        first = during.append(1, (1, taken(1)))
        second = during.append(2, (1, taken(2)))
    assert first.result().position == 2
    with pytest.raises(Conflict):
        second.result()
    assert [record.event for record in log.history(UUID(int=1))] == [taken(1)]


def test_the_same_command_twice_at_once_is_carried_out_once(
    log: EventLog, crowd: Crowd, database: Database
) -> None:
    with under_way(crowd, database) as during:
        once, again = (during.append(1, (1, taken())) for _ in range(2))
    assert once.result() == again.result()
    assert log.last() == 2


def test_a_batch_has_a_greatest_size(
    crowd: Crowd, commits: CommitSizes, database: Database
) -> None:
    large = NameTaken(of="x" * (LARGEST_BATCH * 2 // 5), bearer=UUID(int=1))
    with under_way(crowd, database) as during:
        all_of_them = [during.append(number, (number, large)) for number in range(5)]
    assert sorted(each.result().position for each in all_of_them) == [2, 3, 4, 5, 6]
    assert commits.sizes == [1, 2, 2, 1]


def test_what_was_recorded_at_different_moments_keeps_each_its_own(
    log: EventLog, crowd: Crowd, database: Database, clock: Clock
) -> None:
    log.clock = clock
    moments = [NOON]
    with under_way(crowd, database) as during:
        for number in range(3):
            moments.append(clock.forward(hours=1))
            during.append(number, (number, taken()))
    assert [record.recorded_at for record in log.after(BEGINNING, 10)] == moments


def test_what_is_too_large_is_refused_and_says_what_to_do(log: EventLog) -> None:
    event = NameTaken(of="x" * LARGEST_EVENT, bearer=UUID(int=1))
    with pytest.raises(TooMuchAtOnce, match=r"8,388,608 that an event may have.*as a file"):
        append(log, 1, (1, event))
    part = NameTaken(of="x" * (LARGEST_EVENT // 2), bearer=UUID(int=1))
    many = [(1, part)] * (LARGEST_APPEND // LARGEST_EVENT * 2 + 1)
    with pytest.raises(TooMuchAtOnce, match="Give them in parts"):
        append(log, 1, *many)
    assert log.last() == BEGINNING
    assert log.receipt(instruction(1)) is None


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Also if the tests run in the background of a shell, which lets them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_is_interrupted_leaves_the_others_going(log: EventLog, database: Database) -> None:
    """Ctrl-C reaches only the main thread, which waits here for its own append."""

    def interrupt_once(waiting: int) -> None:
        while log.recorder.committer.waiting < waiting:
            sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    with closing(InThreads(log)) as crowd, under_way(crowd, database) as during:
        before = during.append(1, (1, taken()))
        interrupting = Thread(target=interrupt_once, args=[2])
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            append(log, 2, (2, taken()), seen={stream(2): History(0, [])})
        interrupting.join()
        after = during.append(3, (3, taken()))
    assert [before.result().position, after.result().position] == [2, 3]
    assert log.receipt(instruction(2)) is None
    assert append(log, 2, (2, taken())).position == 4


@contextmanager
def interrupted_by(handler: Callable[[], None]) -> Iterator[None]:
    """What Ctrl-C does first, before it interrupts the main thread."""

    def interrupt(number: int, frame: object) -> None:
        handler()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("moment", ["called to lead", "under way"])
def test_who_is_interrupted_at_the_worst_moment_leaves_nobody_waiting(
    moment: str, log: EventLog, database: Database
) -> None:
    """Just when it was woken to commit for the others, or when it stands between two of them."""
    conninfo, later = database.conninfo(), list[Future[Receipt]]()

    def blocked(times: int) -> None:
        while watching.execute(BLOCKED).fetchone() != (times,):
            sleep(0.001)

    def interrupt_once() -> None:
        while log.recorder.committer.waiting != len(later) + 1:
            sleep(0.001)
        later.append(during.append(3, (3, taken())))
        if moment == "under way":
            let_go()
            queued.result()
            blocked(1)
        os.kill(os.getpid(), signal.SIGINT)

    def let_go() -> None:
        first.rollback()
        opening.result()

    with (
        closing(InThreads(log)) as crowd,
        psycopg.connect(conninfo) as first,
        psycopg.connect(conninfo) as second,
        psycopg.connect(conninfo, autocommit=True) as watching,
        ThreadPoolExecutor(1) as behind,
        interrupted_by(let_go if moment == "called to lead" else lambda: None),
    ):
        first.execute(LOCK)
        opening = crowd.submit(100, (19, taken()), seen={stream(19): History(0, [])})
        blocked(1)
        queued = behind.submit(second.execute, LOCK)
        blocked(2)
        during = Gathering(crowd)
        if moment == "under way":
            later.append(during.append(1, (1, taken())))
        interrupting = Thread(target=interrupt_once)
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            append(log, 2, (2, taken()), seen={stream(2): History(0, [])})
        interrupting.join()
        queued.result()
        second.rollback()
        positions = [each.result().position for each in later]
    assert positions == ([2, 4] if moment == "under way" else [2])
    assert append(log, 2, (2, taken())).position == 3


# ── in tasks only ───────────────────────────────────────────────────────────


def test_a_task_that_is_cancelled_while_it_stands_in_the_queue_appends_nothing(
    log: EventLog, commits: CommitSizes, database: Database
) -> None:
    with closing(InTasks(log)) as crowd, under_way(crowd, database) as during:
        before = during.append(1, (1, taken()))
        gone = during.append(2, (2, taken()))
        assert gone.cancel()
        after = during.append(3, (3, taken()))
    assert [before.result().position, after.result().position] == [2, 3]
    assert commits.sizes == [1, 2]
    assert log.receipt(instruction(2)) is None


def test_what_is_under_way_when_its_task_is_cancelled_is_carried_out(
    log: EventLog, database: Database
) -> None:
    with closing(InTasks(log)) as crowd, psycopg.connect(database.conninfo()) as other:
        other.execute(LOCK)
        gone = crowd.submit(1, (1, taken()), seen={stream(1): History(0, [])})
        while other.execute(BLOCKED).fetchone() != (1,):
            sleep(0.001)
        assert gone.cancel()
        other.rollback()
        assert crowd.submit(2, (2, taken())).result().position == 2
    assert log.receipt(instruction(1)) is not None


def test_a_loop_that_ends_in_the_middle_leaves_nobody_waiting(
    log: EventLog, database: Database
) -> None:
    """Its commit is given up, and its connection with it; what comes after goes on."""

    async def interrupted() -> list[object]:
        appends = [
            create_task(append_soon(log, number, (number, taken()))) for number in range(1, 4)
        ]
        while await to_thread(lambda: other.execute(BLOCKED).fetchone()) != (1,):
            pass
        [commits] = [task for task in all_tasks() if task.get_name() == "group-commit"]
        commits.cancel()
        return await gather(*appends, return_exceptions=True)

    with psycopg.connect(database.conninfo()) as other:
        other.execute(LOCK)
        answers = asyncio.run(interrupted())
        assert [type(answer) for answer in answers] == [Unavailable] * 3
        other.rollback()
    for number in range(1, 4):  # the server may have carried it out all the same
        append(log, number, (number, taken()), seen={stream(number): NOTHING_YET[stream(number)]})
    recorded = dict(numbers(log))
    assert sorted(recorded) == [1, 2, 3]
    assert set(recorded.values()) == {instruction(number).id for number in range(1, 4)}


def test_whoever_comes_just_when_nobody_waits_any_more_is_committed_too(log: EventLog) -> None:
    def asked(number: int) -> Append:
        return Append(command_id=UUID(int=number))

    async def one_after_another() -> None:
        for pauses in range(8):
            await log.recorder.append_soon(asked(1 + 2 * pauses))
            for _ in range(pauses):
                await asyncio.sleep(0)
            answer = await wait_for(log.recorder.append_soon(asked(2 + 2 * pauses)), 60)
            assert is_appended(answer)

    asyncio.run(one_after_another())


def test_each_event_loop_has_a_queue_of_its_own(log: EventLog) -> None:
    for number in range(1, 4):
        assert asyncio.run(append_soon(log, number, (number, taken()))).position == number
