"""A connection that is cut at any byte of an append, on its way there or back: the command is
recorded once, its sender learns so, and nobody is told of a conflict that was none."""

from __future__ import annotations

import asyncio
from asyncio import gather
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.log import EventLog, Receipt
from application.recorder import PostgresApplicationRecorder
from domain.messages import Event
from tests.application.told import RELEASED, append, append_soon, stream, taken
from tests.faults.giving import LONGER, assert_each_once, given, given_soon
from tests.faults.proxy import Cutter, proxied

STEPS = 12 * LONGER  # places at which an append is cut, each way


@pytest.fixture
def cutter() -> Cutter:
    return Cutter()


@pytest.fixture
def log(database: Database, cutter: Cutter) -> Iterator[EventLog]:
    """It reads by connections of its own, and appends by one that goes through the proxy."""
    with (
        proxied(database.url, cutter) as url,
        EventLog(database) as log,
    ):
        through = replace(database, url=url)
        connections = Connections(through.conninfo(DatabaseRole.WRITER), size=1)
        log.recorder = PostgresApplicationRecorder(connections)
        yield log
        connections.close()


def places(length: int) -> list[int]:
    """From the first byte to the last, evenly."""
    return sorted({1 + step * (length - 1) // (STEPS - 1) for step in range(STEPS)})


def in_a_task(log: EventLog, number: int, *events: tuple[int, Event], **given: Any) -> Receipt:
    return asyncio.run(append_soon(log, number, *events, **given))


@pytest.mark.parametrize("append", [append, in_a_task])
@pytest.mark.parametrize("way", ["requests", "answers"])
def test_an_append_that_is_cut_anywhere_is_recorded_once(
    log: EventLog, cutter: Cutter, way: str, append: Callable[..., Receipt]
) -> None:
    append(log, 1, (1, taken()))
    seen = log.histories({stream(1)})
    cutter.count()
    append(log, 2, (1, RELEASED), seen=seen)
    steps = places(getattr(cutter, way))
    for number, step in enumerate(steps, start=3):
        seen = log.histories({stream(1)})
        cutter.cut_after(**{way: step})
        receipt = append(log, number, (1, taken()), (1, RELEASED), seen=seen)
        cutter.count()
        assert receipt.position == log.last()
    assert cutter.cuts == len(steps)
    history = log.history(stream(1).id)
    assert [record.envelope.version for record in history] == list(range(1, 3 + 2 * len(steps)))
    assert [record.position for record in history] == list(range(1, 3 + 2 * len(steps)))


def cut_somewhere(cutter: Cutter, start: int) -> None:
    cutter.cut_after(**{("requests", "answers")[start // 8 % 2]: 1 + 97 * (start % 40)})


def test_commands_that_go_out_together_are_each_recorded_once(
    log: EventLog, cutter: Cutter
) -> None:
    """A batch is cut in the middle, again and again, with everybody's commands in it."""
    total = 80 * LONGER
    with ThreadPoolExecutor(8) as clients:
        for start in range(0, total, 8):
            cut_somewhere(cutter, start)
            list(clients.map(lambda number: given(log, number), range(start, start + 8)))
    assert cutter.cuts >= total // 16
    assert_each_once(log, range(total))


def test_commands_of_tasks_that_go_out_together_are_each_recorded_once(
    log: EventLog, cutter: Cutter
) -> None:
    total = 80 * LONGER

    async def clients() -> None:
        for start in range(0, total, 8):
            cut_somewhere(cutter, start)
            await gather(*(given_soon(log, number) for number in range(start, start + 8)))

    asyncio.run(clients())
    assert cutter.cuts >= total // 16
    assert_each_once(log, range(total))
