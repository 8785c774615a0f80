"""Freight: what carrying goods over one leg costs, and who pays it (REP-10, EXC-4)."""

from __future__ import annotations

from enum import StrEnum

from domain.messages import Message, Text
from domain.money import ExactMoney


class FreightLeg(StrEnum):
    """From whom to whom."""

    TO_US = "to_us"
    TO_FACTORY = "to_factory"
    FROM_FACTORY = "from_factory"
    TO_VENDOR = "to_vendor"
    FROM_VENDOR = "from_vendor"
    BACK = "back"  # to the dealer or customer


class FreightPayer(StrEnum):
    """Who bears the freight of a leg."""

    US = "us"
    DEALER = "dealer"
    CUSTOMER = "customer"
    FACTORY = "factory"
    VENDOR = "vendor"


class Freight(Message):
    """The freight of one leg; what the carrier has not said yet is None."""

    leg: FreightLeg
    payer: FreightPayer
    amount: ExactMoney
    carrier: Text | None = None
    tracking_number: Text | None = None
