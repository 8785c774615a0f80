"""The named statements, listed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from projections.figures.claims import CLAIM_FIGURES
from projections.figures.contacts import CONTACT_FIGURES
from projections.figures.field_orders import FIELD_FIGURES
from projections.figures.reconciliation import RECONCILIATION
from projections.statements import NamedStatement

STATEMENTS: Final[Mapping[str, NamedStatement[Any]]] = {
    statement.name: statement
    for statement in (
        CLAIM_FIGURES,
        CONTACT_FIGURES,
        FIELD_FIGURES,
        RECONCILIATION,
    )
}
