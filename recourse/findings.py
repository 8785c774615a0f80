"""What the doctor finds: facts, what is to be put right, and what is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    what: str
    do: str


@dataclass
class Findings:
    """`faults` are to be put right; `warnings` are worth knowing."""

    facts: dict[str, object] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def fault(self, what: str, do: str) -> None:
        self.faults.append(Finding(what, do))

    def warn(self, what: str, do: str) -> None:
        self.warnings.append(Finding(what, do))
