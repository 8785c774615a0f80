"""How much may be left of a claim, or of a note, and be written off at once (CRN-10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from domain.money import Money
from domain.policy_content import Tolerance

HUNDRED: Final = Decimal(100)
REASON: Final = "within_tolerance"


def limit(tolerance: Tolerance, owed: Money) -> Money:
    """The smaller of the amount and the percentage of what is owed counts, itself included.

    The amount says nothing of other currencies: in those nothing is tolerated.
    """
    if tolerance.amount.currency != owed.currency:
        return owed.but(Decimal(0))
    share = owed.amount * tolerance.percent / HUNDRED
    return owed.but(min(tolerance.amount.amount, share).quantize(Decimal("0.000001")))
