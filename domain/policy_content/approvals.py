"""Who signs what, in which order, by amount."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.messages import Message, Refusal, RefusalCode, Role
from domain.money import Amount, Currency, Money
from domain.policy_content.content import Content


class Approved(StrEnum):
    """What is approved by a chain of signatures."""

    STANDARD_CLAIM = "standard_claim"
    WRITE_OFF = "write_off"
    PART_ORDER = "part_order"  # for a failure claim (CLM-5)
    COMMERCIAL_APPLICATION = "commercial_application"  # who apply for a commercial claim (CLM-6)
    COMMERCIAL_AMOUNT = "commercial_amount"  # who fix its amount together
    COMMERCIAL_CLAIM = "commercial_claim"  # the joint signatures, and who decides last
    RD_REQUEST = "rd_request"  # to a product unit, which signs last (CON-5)
    NODE_CORRECTION = "node_correction"  # of the time of a field order's node (FLD-6)
    EXCHANGE = "exchange"  # of new goods that arrived faulty (EXC-2)
    REFUND = "refund"  # instead of an exchange (EXC-5)
    INBOUND_FREIGHT = "inbound_freight"  # of goods to be exchanged, booked to sales (EXC-4)
    RETURN_FREIGHT = "return_freight"  # of what goes back to the dealer (EXC-4)


ALWAYS_NAMED = (Approved.STANDARD_CLAIM, Approved.WRITE_OFF)
"""What every matrix names; one that was published before there was more stays readable."""


class NobodyApproves(Refusal):
    """The approval matrix in force names nobody for this. Publish one that does."""

    code = RefusalCode.UNAVAILABLE
    rule = "SEG-4"


class Band(Message):
    """Who signs, in this order, for amounts up to a limit that is included; None: for any."""

    up_to: Annotated[Amount, Field(gt=0)] | None = None
    signed_by: Annotated[tuple[Role, ...], Field(min_length=1)]


class Chain(Message):
    """The bands of one thing in one currency, from the smallest amounts up."""

    of: Approved
    currency: Currency
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]


def ordered_bands(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    for chain in chains:
        limits = [band.up_to for band in chain.bands]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError(f"Only the last band of {chain.of} must be without a limit.")
        rising = [limit for limit in limits if limit is not None]
        if rising != sorted(set(rising)):
            raise ValueError(f"The limits of {chain.of} must rise.")
    return chains


def complete_chains(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    if missing := [of for of in ALWAYS_NAMED if of not in {chain.of for chain in chains}]:
        raise ValueError(f"Nobody is named who approves a {' or a '.join(missing)}.")
    if len({(chain.of, chain.currency) for chain in chains}) < len(chains):
        raise ValueError("There is one chain for each thing and currency.")
    return ordered_bands(chains)


class ApprovalMatrix(Content):
    """Who approves what, by amount (SEG-4)."""

    policy: Literal["approval_matrix"] = "approval_matrix"
    chains: Annotated[tuple[Chain, ...], AfterValidator(complete_chains)]

    def signed_by(self, of: Approved, amount: Money) -> tuple[Role, ...]:
        """The roles that sign. An amount in a currency without bands needs the longest chain.

        Raises NobodyApproves.
        """
        for chain in self.chains:
            if (chain.of, chain.currency) == (of, amount.currency):
                return next(b.signed_by for b in chain.bands if within(amount.amount, b.up_to))
        return self.longest(of)

    def longest(self, of: Approved) -> tuple[Role, ...]:
        """Who signs whatever the amount, or before there is one. Raises NobodyApproves."""
        chains = [b.signed_by for chain in self.chains if chain.of == of for b in chain.bands]
        if not chains:
            raise NobodyApproves(f"The approval matrix names nobody who approves a {of}.")
        return max(chains, key=len)


def within(amount: Decimal, limit: Decimal | None) -> bool:
    return limit is None or amount <= limit
