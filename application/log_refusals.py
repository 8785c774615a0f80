"""Why the log records nothing, or answers nothing."""

from __future__ import annotations

from domain.messages import Refusal, RefusalCode


class Conflict(Refusal):
    """Somebody else changed this just now. Look again, then decide again."""

    code = RefusalCode.CONFLICT


class CommandIdReused(Refusal):
    """Another command was already given under this id. Give each command an id of its own."""

    code = RefusalCode.COMMAND_ID_REUSED


class Unavailable(Refusal):
    """The database does not answer just now. Give the same command, with the same id, later."""

    code = RefusalCode.UNAVAILABLE


class TooNewToDecide(Refusal):
    """Something happened here that only a newer release understands. Use that one."""

    code = RefusalCode.UNAVAILABLE


class IdOfAnotherKind(Refusal):
    """This id already names something of another kind."""

    code = RefusalCode.INVALID


class TimeRunsBackwards(Refusal):
    """What is recorded now cannot be earlier than what was recorded last."""

    code = RefusalCode.INVALID
    rule = "AUD-1"


class NotYet(Refusal):
    """Nothing is recorded, and nothing took effect, in the future."""

    code = RefusalCode.INVALID
    rule = "AUD-1"


class TooMuchAtOnce(Refusal):
    """More is to be recorded at once than can be. Give it in parts, or keep it as a file."""

    code = RefusalCode.INVALID


class Unrecordable(Refusal):
    """The database refuses what was to be recorded."""

    code = RefusalCode.INVALID
