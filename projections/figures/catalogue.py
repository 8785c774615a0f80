"""The named statements, listed once."""

from __future__ import annotations

from typing import Any, Final

from projections.figures.claims import CLAIM_FIGURES
from projections.statements import NamedStatement

STATEMENTS: Final[tuple[NamedStatement[Any], ...]] = (CLAIM_FIGURES,)
