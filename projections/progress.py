"""How far the views have come, for those who wait for a position in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock

from application.recorded import BEGINNING, Position


class Progress:
    """The engine says how far it is; whoever waits on an event loop is woken at once."""

    def __init__(self) -> None:
        self.position = BEGINNING
        self.lock = Lock()
        self.waiting: dict[object, Callable[[], None]] = {}

    def reached(self, position: Position) -> None:
        """Called by the engine once a position is visible to all."""
        with self.lock:
            self.position = position
            waiting = list(self.waiting.values())
        for wake in waiting:
            wake()

    async def moved(self, timeout: float) -> None:
        """Return when the position moves, or after `timeout` seconds."""
        loop, woken, ticket = asyncio.get_running_loop(), asyncio.Event(), object()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)

        with self.lock:
            self.waiting[ticket] = wake
        try:
            await asyncio.wait_for(woken.wait(), timeout)
        except TimeoutError:
            pass
        finally:
            with self.lock:
                self.waiting.pop(ticket, None)
