"""The reactions, listed once."""

from __future__ import annotations

from typing import Any, Final

from processes.claiming import CLAIM_FIELD_WORK, CLAIM_REPAIR
from processes.extending import EXTEND
from processes.matching import MATCH_ASSIGNED, MATCH_BOOKED, MATCH_CLAIM
from processes.reactions import Reaction

REACTIONS: Final[tuple[Reaction[Any], ...]] = (
    MATCH_BOOKED,
    MATCH_ASSIGNED,
    *MATCH_CLAIM,
    CLAIM_REPAIR,
    CLAIM_FIELD_WORK,
    *EXTEND,
)
