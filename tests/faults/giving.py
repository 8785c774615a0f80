"""Commands given in numbers, and what must have come of them. Run as a program, it gives them to
a log and says of each, once it is acknowledged, so on a line of its own:

    python -m tests.faults.giving URL SCHEMA ROLES_LOG_IN COUNT
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

from application.database import Database
from application.handling import handle, handle_soon
from application.instruction import Instruction
from application.log import EventLog, Receipt
from application.log_refusals import Unavailable
from application.recorded import BEGINNING, Channel
from domain.messages import Actor, Role
from domain.registry.station import RegisterStation

LONGER = 10 if os.environ.get("RECOURSE_SOAK") else 1
DORA = Actor(UUID(int=0xD0), frozenset({Role.SERVICE_DIRECTOR}))
FIRST = 0xFA_0000


def instruction(number: int) -> Instruction:
    """Enter the station with this number. The same number is the same instruction."""
    return Instruction(
        command=RegisterStation(station_id=UUID(int=FIRST + number), name=f"Station {number}"),
        id=UUID(int=(FIRST << 32) + number),
        actor=DORA,
        now=datetime.now(UTC),
        channel=Channel.IMPORT,
    )


def given(log: EventLog, number: int) -> Receipt:
    """Give a command until it is answered, as a client does, with the same id each time."""
    while True:
        try:
            return handle(log, instruction(number))
        except Unavailable:
            continue


async def given_soon(log: EventLog, number: int) -> Receipt:
    """The same, as a server does that carries it out."""
    while True:
        try:
            return await handle_soon(log, instruction(number))
        except Unavailable:
            continue


def numbers_in(log: EventLog) -> list[int]:
    """The commands whose event is in the log, in its order; positions must have no gap."""
    records = [r for page in log.pages(BEGINNING, log.last(), 1000) for r in page]
    assert [record.position for record in records] == list(range(1, len(records) + 1))
    times = [record.recorded_at for record in records]
    assert times == sorted(times)
    return [record.stream_id.int - FIRST for record in records]


def assert_each_once(log: EventLog, numbers: Iterable[int]) -> None:
    """Nothing lost, nothing doubled; and each receipt points to its own event."""
    assert sorted(numbers_in(log)) == sorted(numbers)
    for number in numbers:
        receipt = log.receipt(instruction(number))
        assert receipt is not None
        [event] = log.history(UUID(int=FIRST + number))
        assert (receipt.position, receipt.streams) == (event.position, (event.stream_id,))


def main(url: str, schema: str, roles_log_in: str, count: str) -> None:
    database = Database(url, schema, roles_log_in == "True")
    with EventLog(database) as log, ThreadPoolExecutor(4) as clients:

        def give(number: int) -> None:
            given(log, number)
            os.write(1, f"{number}\n".encode())

        list(clients.map(give, range(int(count))))


if __name__ == "__main__":
    main(*sys.argv[1:])
