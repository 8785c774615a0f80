"""Where the program begins: with little to import, so that Ctrl-C is quiet from the start."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from recourse.exits import Exit


def main() -> None:
    """Run the command that was typed."""
    with interrupted_at_once():
        from recourse import cli

        made = cli.app(*sys.argv[1:2])
    cli.run(made)


@contextmanager
def interrupted_at_once() -> Iterator[None]:
    """While modules are imported nothing is under way that would have to be ended in order.

    An exception would do harm there: it passes through modules that are half made, and some of
    them would take it for an error of their own.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # whoever started us does not want us interrupted
        yield
        return
    signal.signal(signal.SIGINT, end)
    yield
    signal.signal(signal.SIGINT, before)


def end(_number: int, _frame: FrameType | None) -> None:
    os._exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
