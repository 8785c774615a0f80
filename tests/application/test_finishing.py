from __future__ import annotations

import asyncio
from asyncio import gather
from threading import Barrier

from application.connections import POOL_SIZE
from application.database import Database
from application.finishing import Appending, finished_soon
from application.log import EventLog


def test_as_many_decide_at_once_as_there_are_connections(database: Database) -> None:
    meeting = Barrier(POOL_SIZE, timeout=10)
    deciding: set[int] = set()

    def decided(number: int) -> Appending[int]:
        yield from ()
        deciding.add(number)
        meeting.wait()
        at_once = len(deciding)
        meeting.wait()
        deciding.remove(number)
        meeting.wait()
        return at_once

    async def all_of_them() -> list[int]:
        wanted = range(3 * POOL_SIZE)
        return await gather(*(finished_soon(log.recorder, decided(each)) for each in wanted))

    with EventLog(database) as log:
        assert asyncio.run(all_of_them()) == [POOL_SIZE] * (3 * POOL_SIZE)
