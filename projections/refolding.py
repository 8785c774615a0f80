"""A view folded anew from the log into empty tables, as much at a time as memory allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import closing
from enum import Enum
from itertools import islice
from sys import getsizeof
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from pydantic import BaseModel

from application.following import Follower, Only
from application.recorded import Position
from application.upcasting import stored_as
from projections import dead_letters
from projections.copying import Copies
from projections.engine import Engine, uncollected
from projections.feeding import Feeding, nothing_parked
from projections.folding import Folding, Slot, Touch, label
from projections.tables import Tables
from projections.touching import Touching

PAGE: Final = 5_000
BUCKETS: Final = 256  # into which the keys of a view fall
SAMPLES: Final = 50


def bucket(key: Hashable) -> int:
    """Where a key falls, in every process alike; an id by its last byte, as the log counts it."""
    return key.bytes[-1] if isinstance(key, UUID) else crc32(label(key).encode()) % BUCKETS


class TooMuch(Exception):
    """The rows do not fit into the memory they may take."""


class Part:
    """The rows of a view whose keys fall into some of the buckets, folded into its new tables.

    To be done within a transaction: then the tables hold these buckets, or nothing has happened.
    """

    def __init__(self, engine: Engine, fresh: Tables, buckets: range, goal: Position) -> None:
        self.engine = engine
        self.fresh = fresh
        self.buckets = buckets
        self.goal = goal
        skipped = dead_letters.skipped_places(engine.cursor, fresh.view.name)
        self.touching = Touching(engine.log, fresh.view, skipped=skipped)

    def fold(self, memory: int, *, freeze: bool, report: Callable[[Position], None]) -> None:
        """In memory, of which rows may take so many bytes. Rows that are past are written as they
        become so. Raises TooMuch, and what an event makes PostgreSQL raise."""
        folding: Folding[Any, Any] = Folding(self.fresh.view)
        with uncollected(), Copies(self.engine.connection) as copies:
            filling = self.fresh.filling(copies, freeze=freeze)
            for reached, touches in self.pages():
                filling.past(folding.take(touches))
                if len(self.buckets) > 1 and footprint(folding.slots.values()) > memory:
                    raise TooMuch
                report(reached)
            filling.current(folding.versions)
        dead_letters.record(self.engine.cursor, self.fresh.name, folding.faults)

    def fold_carefully(self, report: Callable[[Position], None]) -> None:
        """Page by page, as the engine does, which finds the events that PostgreSQL refuses."""
        feeding = Feeding(self.engine.connection, self.engine.log, nothing_parked())
        for reached, touches in self.pages():
            if touches:
                feeding.take_carefully({self.fresh: touches})
            report(reached)

    def pages(self) -> Iterator[tuple[Position, list[Touch]]]:
        """What the log touches in these buckets, page by page."""
        self.engine.references.read_up_to(self.goal)
        with closing(Follower(self.engine.connect, self.looked_at())) as follower:
            for page in follower.pages(self.goal, PAGE):
                touches = self.touching.along(self.engine.references.along(page))
                if not self.touching.by_stream:  # else the log gave nothing that touches others
                    touches = [touch for touch in touches if bucket(touch[1]) in self.buckets]
                yield page[-1].position, touches

    def looked_at(self) -> Only:
        """The events the view looks at: of the streams whose rows these are, or else of all."""
        types = stored_as({event.type_name() for event in self.fresh.view.event_types})
        return Only(types, self.buckets if self.touching.by_stream else range(BUCKETS))


# ── memory ──────────────────────────────────────────────────────────────────


def footprint(slots: Collection[Slot]) -> int:
    """How many bytes rows take, judged by some of them. Parts that they share count each time."""
    if not slots:
        return 0
    some = list(islice(slots, 0, None, max(1, len(slots) // SAMPLES)))
    return sum(weight(slot.row) for slot in some) * len(slots) // len(some)


def weight(value: object) -> int:
    match value:
        case BaseModel():
            fields = value.__dict__
            return getsizeof(value) + getsizeof(fields) + sum(map(weight, fields.values()))
        case tuple():
            return getsizeof(value) + sum(map(weight, value))
        case None | Enum() | bool():
            return 0
        case _:
            return getsizeof(value)
