"""What an exit code of the command line means."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Each with the sentence that the documentation gives it."""

    DONE = 0, "Done; everything asked about is in order."
    NOT_IN_ORDER = 1, "Refused, not found, or not in order: the output says what and why."
    USAGE = 2, "The command line or a setting is wrong; nothing was tried."
    UNAVAILABLE = 3, "The database cannot be reached, or has to be migrated first."
    INTERRUPTED = 130, "Interrupted by Ctrl-C: what was acknowledged until then is done."

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Exit:
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


class NotInOrder(Exception):
    """What was asked for is not there, or was refused. The message says why."""
