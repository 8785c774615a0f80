"""What is wrong with a file, and where: every fault of it, so that it is mended once (CRN-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.messages import Refusal, RefusalCode


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `place` is an XPath or a name, `line` the line of the file."""

    message: str
    place: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else None
        where = ", ".join(part for part in (self.place, line) if part)
        return f"{where}: {self.message}" if where else self.message


class Unreadable(Refusal):
    """The file cannot be read. Nothing of it was booked."""

    code = RefusalCode.INVALID
    rule = "CRN-2"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        reasons = tuple(map(str, self.faults))
        super().__init__(reasons[0] if len(reasons) == 1 else None, reasons=reasons)
